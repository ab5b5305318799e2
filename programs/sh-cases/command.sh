# command and command -v.
command -v cd
command -v nosuchcommand || echo none
f() { echo function; }
command -v f
command -v if
command echo through command
echo() { printf 'shadowed\n'; }
echo x
command echo direct
unset -f echo
echo normal
