# Here-documents.
x=value
cat <<EOF
$x "quoted" 'single' \$x \\ `echo cmd` $(echo sub) $((1 + 1))
  indented
EOF
cat <<'EOF'
$x `not` \$
EOF
cat <<-EOF
	tab removed
		both
	EOF
cat <<A; cat <<B
first
A
second
B
while read l; do echo "($l)"; done <<EOF
l1
l2
EOF
cat <<EOF | tr a-z A-Z
piped
EOF
f() {
  cat <<IN
in function $1
IN
}
f arg
cat <<EOF
joined \
line
EOF
