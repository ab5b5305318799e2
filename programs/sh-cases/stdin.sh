# A shell that reads its commands from standard input leaves the rest of it to its children.
cat > commands <<'EOF'
echo start
head -n 1 > /dev/null < /dev/null
read x
this is data
echo "x=$x"
cat
these lines
are for cat
EOF
cat commands | sh
sh < commands
echo 'read line; echo "got $line"
data line
echo end' | sh
rm commands
