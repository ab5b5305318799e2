# if, elif, else.
for n in 1 2 3 4; do
  if [ $n -eq 1 ]; then
    echo one
  elif [ $n = 2 ]
  then echo two
  elif test $n -lt 4; then echo less
  else
    echo more
  fi
done
if false; then echo no; fi
echo $?
if ! false; then echo inverted; fi
