# A script without #! is run by the shell; arguments and $0 arrive.
cat > script <<'EOF'
echo "args: $# $1 $2"
exit 3
EOF
chmod +x script
./script one 'two words'
echo $?
sh script a b
sh -c 'echo $0 $1 $#' name arg
echo 'echo from stdin $1' | sh -s x
rm script
