# The list of jobs.
sleep 5 &
jobs > list
wc -l < list
rm list
kill %1
wait %1 2>/dev/null
echo $?
