# && || ; & and their precedence.
true && echo yes || echo no
false && echo yes || echo no
false || false || echo third
true && false; echo $?
{ echo a; echo b; }; (echo c)
! false && echo not
echo one; echo two;
true &&
  echo continued
false ||
  echo or continued
( exit 3 ) || echo $?
if true && ! false; then echo both; fi
