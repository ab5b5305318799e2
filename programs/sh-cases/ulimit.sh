# ulimit shows and sets limits, in blocks and kilobytes, soft and hard ones
ulimit; ulimit -c 6; ulimit -c; ulimit -Sc 3; ulimit -Sc; ulimit -Hc
ulimit -n 50; ulimit -n; ulimit -Hn; ulimit -Sn 40; ulimit -Sn; ulimit -Hn
ulimit -s 1024; ulimit -s; ulimit -t unlimited; ulimit -t; ulimit -d 2048; ulimit -Hd
ulimit -a | while read -r name value; do echo "${name%%(*}"; done
ulimit -n x; echo $?
ulimit -q 2>/dev/null; echo $?
ulimit -a 5 2>/dev/null; echo $?
(ulimit -n 20; ulimit -n); ulimit -n
