# Tilde expansion.
HOME=/home/me
echo ~ ~/x "~" '~' a~ \~
x=~/bin:~/lib
echo $x
y="~"
echo $y
unset none
echo ${none:-~}
