# exec replaces the shell, or only moves descriptors.
(exec echo replaced; echo never)
(exec sh -c 'exit 6')
echo $?
exec 5>saved
echo hidden >&5
exec 5>&-
cat saved
rm saved
(exec nosuchprogram; echo never) 2>/dev/null
echo $?
exec echo last
echo never
