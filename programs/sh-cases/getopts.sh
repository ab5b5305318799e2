# getopts.
parse() {
  OPTIND=1
  while getopts ab:c o "$@"; do
    case $o in
      a|c) echo "flag $o" ;;
      b) echo "b with $OPTARG" ;;
      \?) echo bad ;;
    esac
  done 2>/dev/null
  shift $((OPTIND - 1))
  echo "left: $*"
}
parse -a -b x -c y z
parse -acbvalue rest
parse -ab
parse -x y
parse -a -- -b
parse plain -a
parse
set -- -q -v file
while getopts :qb: o; do echo "$o ${OPTARG:-none}"; done
echo $OPTIND
