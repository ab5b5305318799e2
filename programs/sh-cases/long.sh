# Many iterations and long words: nothing piles up, nothing is cut.
i=0
s=
while [ $i -lt 2000 ]; do i=$((i + 1)); s=$s.; done
echo $i ${#s}
x=$(seq 1 3000)
set -- $x
echo $# ${3000}
echo "$x" | wc -l
y="$x$x$x"
echo "${#y}"
cat <<EOF | wc -c
$y
EOF
