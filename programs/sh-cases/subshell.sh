# What a subshell changes stays in it.
x=1
(x=2; echo $x; cd /; pwd)
echo $x
(exit 9)
echo $?
( (echo deep; exit 3); echo $? )
{ x=5; }
echo $x
(trap 'echo bye' EXIT; exit 0)
f() { echo outer f; }
(f() { echo inner f; }; f)
f
(echo a; echo b) | (read l; echo "got $l"; cat)
echo $(x=7; echo $x) $x
