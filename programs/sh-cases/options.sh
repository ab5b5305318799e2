# set: options and parameters.
set -u
(echo $undefined_variable) 2>/dev/null || echo undefined
echo ${undefined_variable-ok}
set +u
echo "[$undefined_variable]"
set -f
echo /*etc*
set +f
set -- -a b
echo $# $1
set -- -- x
echo $# $1
sh -c 'set -n
echo never'
sh -e -c 'false; echo never'
echo $?
sh -c 'set -x; echo a b' 2>&1
sh -f -c 'echo /*etc*'
sh -c 'set -o noglob; echo /*etc*'
