# test and [.
[ a = a ] && echo 1
[ a != b ] && echo 2
[ -z '' ] && [ -n x ] && [ x ] && echo 3
[ 2 -lt 10 ] && [ 10 -gt 2 ] && [ 3 -ge 3 ] && [ 3 -le 3 ] && [ 1 -ne 2 ] && echo 4
touch file
[ -e file ] && [ -f file ] && [ ! -d file ] && [ ! -s file ] && echo 5
[ -d . ] && [ -r file ] && [ -w file ] && echo 6
[ ! -x file ] && echo 7
[ a = a -a b = b ] && echo 8
[ a = b -o b = b ] && echo 9
[ '(' a = a ')' ] && echo 10
[ ! a = b ] && echo 11
[ '!' = '!' ] && echo 12
[ -f = -f ] && echo 13
test; echo $?
[ ]; echo $?
[ '' ]; echo $?
ln -s file link
[ -L link ] && [ -h link ] && [ -f link ] && echo 14
[ 1 -eq x ] 2>/dev/null; echo $?
rm file link
[ -e file ] || echo 15
[ a '<' b ] && [ b '>' a ] && echo 16
[ -O . ] && [ -G . ] && echo 17
[ '5 ' -eq 5 ] && echo 18
[ -t x ] 2>/dev/null; echo $?
[ a b ] 2>/dev/null; echo $?
