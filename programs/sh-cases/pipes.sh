# Pipelines and their status.
echo hi | cat | wc -c
printf 'c\na\nb\n' | sort | head -n 1
true | false
echo $?
false | true
echo $?
! true | false
echo $?
echo a | { read x; echo "got $x"; }
echo lost | read y
{ echo one; echo two; } | while read l; do echo "<$l>"; done
echo x |
  cat
seq 1 2000 | tail -n 1
yes | head -n 2
