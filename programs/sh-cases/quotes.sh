# Single quotes, double quotes and backslashes, alone and inside each other.
x='a  b'
echo "$x" $x '$x' \$x "\$x \" \\ " 'it'"'"'s'
echo a\ \ b "c  d" 'e  f' g"h"i'j'
echo "" '' x"" | wc -c
echo "multi
line" one\
two
