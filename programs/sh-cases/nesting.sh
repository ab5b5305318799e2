# Deep and mixed nesting.
if true; then
  for i in 1 2; do
    case $i in
      1) while :; do
           echo "loop $i $(if true; then echo "$(for j in a b; do echo -n $j; done)"; fi)"
           break
         done ;;
      *) (until false; do { echo "until $i"; break; }; done) ;;
    esac
  done | cat
fi
f() { if [ $1 -gt 0 ]; then echo $1; f $(($1 - 1)); fi; }
f 5
{ { { echo braces; }; }; }
( ( ( echo parens ) ) )
