# Functions: arguments, return, local variables, recursion.
greet() { echo "hello $1 of $#"; return 3; }
greet world again
echo $?
fact() {
  if [ $1 -le 1 ]; then echo 1; return; fi
  echo $(( $1 * $(fact $(( $1 - 1 ))) ))
}
fact 10
v=global
f() { local v=inner; g; v=changed; }
g() { echo "g sees $v"; }
f
echo $v
set -- outer
h() { set -- x y; echo $#; }
h
echo "$1"
k() ( v=sub; echo $v; exit 4 )
k
echo $? $v
redirected() { echo to file; } > out
redirected
cat out
rm out
first() { second() { echo defined inside; }; }
first
second
unset -f second
second 2>/dev/null || echo gone
