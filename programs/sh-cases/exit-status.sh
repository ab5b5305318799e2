# Exit statuses of everything.
true; echo $?
false; echo $?
(exit 42); echo $?
nosuchcommand 2>/dev/null; echo $?
/etc 2>/dev/null; echo $?
sh -c 'exit 300'; echo $?
sh -c 'kill -TERM $$' 2>/dev/null; echo $?
sh -c 'kill -KILL $$' 2>/dev/null; echo $?
x=1; echo $?
: ; echo $?
exit 7
