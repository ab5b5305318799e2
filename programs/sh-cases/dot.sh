# . reads a file in this shell.
cat > lib.inc <<'EOF'
v='set by lib'
f() { echo "lib f $1"; }
return 4
echo never
EOF
. ./lib.inc
echo $?
echo "$v"
f x
rm lib.inc
