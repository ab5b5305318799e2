# The printf builtin.
printf 'plain\n'
printf '%s-%s\n' a b c
printf '[%5s][%-5s][%.2s]\n' ab ab abcdef
printf '%d %i %u %x %X %o\n' 42 -7 9 255 255 8
printf '[%05d][%+d][% d][%3d]\n' 42 42 42 7
printf '%c%c\n' xyz abc
printf '%b\n' 'tab\there' 'new\nline'
printf '%%|%s|\n'
printf '\101\tx\\\n'
printf '%*d|\n' 6 42
printf '%s\n' "a b" c
printf '%d\n' 0x10 010 "'A"
