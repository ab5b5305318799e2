# ${x...} with all operators.
unset u
e=''
s=value
echo "${u-1}" "${u:-2}" "${e-3}" "${e:-4}" "${s-5}"
echo "${u+1}" "${e+2}" "${e:+3}" "${s:+4}"
echo "${u=assigned}" "$u" "${e:=filled}" "$e"
p=/usr/local/lib/x.tar.gz
echo "${p#*/}" "${p##*/}" "${p%.*}" "${p%%.*}" "${p%nothing}"
echo ${#p} ${#s} ${#none}
echo "${none:-"a  b"}" ${none:-a  b} "${none:-${s}}"
star='*'
x='a*b'
echo "${x#a"$star"}" "${x#a$star}"
(echo "${none:?is missing}") 2>/dev/null || echo failed
