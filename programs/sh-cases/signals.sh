# Children that die of signals.
sh -c 'kill -9 $$' 2>/dev/null
echo $?
sleep 10 &
p=$!
kill -0 $p && echo alive
kill -KILL $p
wait $p 2>/dev/null
echo $?
kill -0 $p 2>/dev/null || echo gone
kill -l 15
yes | head -n 1
