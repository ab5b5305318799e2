# Patterns against file names.
mkdir d
cd d
touch a1 a2 b1 .hidden 'x y' c.txt
mkdir sub
touch sub/one sub/two
echo *
echo a* ?1 [ab]1 [!a]1 *.txt
echo .h* sub/* */one
echo nomatch* 'a*' "a*" a\*
v='a*'
echo $v "$v"
for f in *; do echo "[$f]"; done
set -f
echo *
cd ..
rm -r d
