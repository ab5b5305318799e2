# Redirections of commands, builtins, groups and loops.
echo one > f
echo two >> f
cat < f
cat nothere 2> err || echo failed
wc -l < err
{ echo out; echo err >&2; } > both 2>&1
cat both
echo to stderr 2>&1 >/dev/null >&2 | cat
for i in 1 2; do echo $i; done > loop
cat loop
while read l; do echo "[$l]"; done < loop
exec 3> three
echo via three >&3
exec 3>&-
cat three
exec 4< three
read l <&4
echo "$l"
exec 4<&-
> empty
wc -c < empty
echo x <> rw
(echo sub; echo sub err >&2) 2>/dev/null
{ echo no > /nodir/file; } 2>/dev/null || echo no directory
cat < nothere || echo no file
rm f err both loop three empty rw
