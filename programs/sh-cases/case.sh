# case with its patterns.
for w in apple banana cherry 'two words' '*' '' 7; do
  case $w in
    apple) echo "$w: first" ;;
    b*|c*) echo "$w: second" ;;
    *' '*) echo "$w: blank" ;;
    '*') echo "$w: star" ;;
    [0-9]) echo "$w: digit" ;;
    '') echo empty ;;
    *) echo other ;;
  esac
done
case x in (x) echo paren ;; esac
case ']' in []]) echo bracket ;; esac
case b in [!a-c]) echo no ;; [a-c]) echo range ;; esac
case a in esac
p='a?'
case ab in $p) echo pattern ;; esac
case ab in "$p") echo no ;; *) echo literal ;; esac
case Z in [[:upper:]]) echo upper ;; esac
