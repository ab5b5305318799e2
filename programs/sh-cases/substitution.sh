# Command substitution.
echo "$(echo "a  b")" $(echo "a  b")
echo `echo back` "`echo "x  y"`" `echo \`echo nested\``
echo "$(echo "$(echo "$(echo deep)")")"
x=$(printf 'trail\n\n\n')
echo "[$x]"
x=$(exit 5)
echo $?
x=$(false) && echo no || echo failed
echo $(case a in (a) echo paren;; esac)
echo "$(
# a comment with )
echo multi
)"
echo $(echo '*') "$(echo ")")"
y=$(cat <<EOF
here
EOF
)
echo $y
echo $( (echo sub) )
