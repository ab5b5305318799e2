# while, until, for; break and continue, also out of inner loops.
i=0
while [ $i -lt 3 ]; do i=$((i + 1)); echo $i; done
until [ $i -eq 0 ]; do i=$((i - 1)); echo $i; done
for a in 1 2 3; do
  for b in x y z; do
    [ $b = y ] && [ $a = 2 ] && continue 2
    [ $a = 3 ] && break 2
    echo $a$b
  done
done
while :; do break; echo never; done
echo $?
for i in; do echo never; done
for i in one
do
  echo $i
done | cat
while false; do :; done
echo $?
