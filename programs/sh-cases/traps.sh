# Traps.
trap 'echo exit trap $?' EXIT
trap 'echo usr1' USR1
kill -USR1 $$
echo after
trap '' TERM
kill -TERM $$
echo survived
sh -c 'kill -TERM $$; echo child ignores it too'
trap - TERM
(trap 'echo sub exit' EXIT; echo in sub)
trap 'echo int; exit 5' INT
kill -INT $$
echo never
