# Assignment, export, unset, readonly, prefix assignments.
a=1 b=2
echo $a$b
a=3 env | grep '^a='
echo $a
export c=4 d
env | grep '^[cd]='
d=5
env | grep '^d='
unset a c
echo "[$a][$c]"
x=1 y=$x
echo $y
e=tmp eval 'echo $e'
f() { echo "in f $g"; }
g=prefix f
readonly r=1
(r=2) 2>/dev/null || echo "still $r"
v='a b  c'
w=$v
echo "$w"
long=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
echo ${#long}
