# Reserved words are words elsewhere.
echo if then else fi for do done while until case esac in { } !
for in in if in do; do echo $in; done
case if in if) echo matched;; esac
x=then
echo $x
if echo if; then echo then; fi
echo { a; }
