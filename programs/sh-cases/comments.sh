# Comments and blank lines.

echo a # trailing
echo b#not a comment
echo '# quoted' "# too"
# if this were code (
if true; then # comment
  echo c # another
fi
for i in 1 # comment
do echo $i; done
echo d;# right after
x=1 # comment
echo $x
