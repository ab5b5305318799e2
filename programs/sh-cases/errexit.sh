# set -e, and where it does not apply.
set -e
false || true
if false; then :; fi
! true
false && true
while false; do :; done
f() { false; echo "not left"; }
f || echo no
echo before
(echo in subshell; false) || echo sub failed
echo last
false
echo never
