# Field splitting at IFS.
x='  a  b c  '
set -- $x
echo $#
set -- "$x"
echo $#
IFS=:
p='a:b::c:'
for i in $p; do echo "[$i]"; done
IFS=' :'
p='a : b:c  d::e'
for i in $p; do echo "($i)"; done
IFS=''
p='a b c'
for i in $p; do echo "<$i>"; done
unset IFS
set -- $p
echo $#
IFS=-
set -- x y z
echo "$*" $*
