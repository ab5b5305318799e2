# read: splitting, backslashes, -r, the end of the input.
read a b <<EOF
one two three
EOF
echo "$a|$b"
read x <<EOF
   blanks around   
EOF
echo "[$x]"
read x y <<'EOF'
back\ slash joined\
line
EOF
echo "[$x][$y]"
read -r x <<'EOF'
raw\ text\
EOF
echo "[$x]"
IFS=: read u v w <<EOF
root:x:0:0
EOF
echo "$u $v $w"
read x < /dev/null
echo $? "[$x]"
printf 'no newline' | { read x; echo $? "$x"; }
printf '1\n2\n3\n' | while read n; do echo "n=$n"; done
printf 'a\nb\n' | { read x; cat; }
