# echo, as far as all shells agree.
echo
echo a b   c
echo "a b   c"
echo -n no newline
echo
echo -- x
echo - x
echo 'single $x' "double"
echo *nomatch*
