# Background commands, wait and $!.
sleep 0.05 &
wait $!
echo $?
(exit 3) &
wait $!
echo $?
for i in 1 2 3; do sleep 0.02 & done
wait
echo all $?
{ sleep 0.2; echo late; } &
echo early
wait
sleep 10 &
kill $!
wait $! 2>/dev/null
echo $?
wait 99999
echo $?
echo x | cat &
wait
