# Positional and special parameters, also those that are empty.
set -- one "two words" '' four
echo $# "$1" "$2" "$3" "$4"
for i in "$@"; do echo "[$i]"; done
for i in $@; do echo "($i)"; done
for i in "$*"; do echo "<$i>"; done
for i; do echo "{$i}"; done
shift 2
echo $# "$1" "$2"
set --
echo $# "[$@]" "[$*]"
for i in "$@"; do echo never; done
set -- a b c d e f g h i j k
echo $10 ${10} ${11} "x${1}y"
