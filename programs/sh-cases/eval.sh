# eval and indirect names.
cmd='echo "from eval" $x'
x=5
eval $cmd
eval "$cmd"
name=x
eval "echo \$$name"
eval 'for i in 1 2; do echo $i; done'
eval
echo $?
eval false
echo $?
eval 'f() { echo defined; }'
f
