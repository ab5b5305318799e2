// Rows: the small tools that everything else stands on.
import { type Row } from './row.ts'

export const TOOLS: readonly Row[] = [
  {
    program: 'coreutils',
    what: 'files, text, sums, dates, users, links, permissions, limits',
    packages: [],
    cases: [
      {
        name: 'files',
        script: `mkdir -p a/b && touch a/x a/b/y && ln -s x a/l && ln a/x a/h && chmod 640 a/x && stat -c '%n %A %h %s %F' a a/x a/l a/b/y
ls -lR --time-style=+ a; cp -a a c && diff -r a c && mv c d && rm -r d && ls; du -s --apparent-size a; readlink -f a/l; realpath a/b/../l; test a/x -ef a/h && echo same`,
      },
      {
        name: 'text',
        script: `seq 20 | shuf --random-source=/bin/sh | sort -n | paste -sd, ; printf 'b 2\\na 1\\nc 3\\n' | sort | join - /dev/stdin </dev/null; seq 100 | split -l 30 - part. && wc -l part.* && cat part.* | tail -n 2
echo hello | tr a-y b-z; printf 'a\\tb\\n' | expand -t 4 | od -c; seq 5 | tac | nl -ba; echo 'the quick brown fox jumps' | fold -sw 10; printf '1\\n1\\n2\\n' | uniq -c; seq 10 | head -c 7 | cut -c1; seq 3 | pr -t -3 -w 30; numfmt --to=iec 123456789`,
      },
      {
        name: 'sums',
        script:
          'seq 10000 > n; md5sum n; sha1sum n; sha256sum n; sha512sum n; b2sum n; cksum n; sum n; base64 -w 0 n | tail -c 20; sha256sum n > s && sha256sum -c s',
      },
      {
        name: 'numbers and dates',
        script: `factor 123456789012345678; expr 6 \\* 7; date -u -d '2026-02-28 12:00' '+%A %j %s'; date -d '@0' -R; seq -w 8 11; printf '%05.2f %x\\n' 3.14159 255; echo $((1 << 40)); test 3 -lt 5 && echo less; dd if=/dev/zero bs=1k count=64 status=none | wc -c`,
      },
      {
        name: 'who',
        script:
          'id; whoami; groups; logname 2>&1; tty; arch; uname -sm; pwd; env -i A=1 env; printenv HOME; hostid > /dev/null; nice; nice -n 5 nice; umask',
      },
      {
        name: 'errors',
        script:
          'cat none; ls none; mkdir a; mkdir a; cp a b; ln -s x x; cat x; rm a; mv none b; chmod 999 a; head -c x; timeout 0.2 sleep 5; echo $?; rmdir .; dd if=none; echo x > /dev/full; cat < /',
      },
      {
        name: 'pipes',
        script:
          'yes | head -n 3; seq 1000000 | tail -n 1; seq 10 | tee t1 t2 | wc -l; cmp t1 t2; mkfifo f; (seq 3 > f &) ; cat f; stdbuf -oL seq 2; echo x | timeout 5 cat; sleep 0.1; sync; truncate -s 1M big; stat -c %s big; shred -n1 -u t1; ls',
      },
      {
        name: 'owners',
        script:
          'touch o; chown 33:33 o; stat -c %U:%G o; chgrp root o; stat -c %u:%g o; install -m 700 -o www-data o p; stat -c "%a %U" p; mktemp -u x.XXX | wc -c; df --output=target /tmp/w > /dev/null; chroot / sh -c "echo in"; runcon -t x true',
      },
    ],
  },
  {
    program: 'findutils',
    what: 'find by name, type, size, time, permissions; -exec, -delete; xargs -0 -n -P',
    packages: [],
    cases: [
      {
        name: 'find',
        script: `mkdir -p t/a/b t/c; touch -d '2026-01-01' t/old; touch t/new t/a/x.c t/a/b/y.c; truncate -s 5000 t/c/big; ln -s ../new t/c/link; chmod 600 t/new; mkfifo t/fifo
find t | sort; find t -name '*.c' | sort; find t -type l -printf '%p -> %l %y\\n'; find t -size +4k; find t ! -newer t/old | sort; find t -perm 600; find t -maxdepth 1 -type d | sort; find t -type p; find t -empty -type f | sort
find t -samefile t/new; find -L t -samefile t/new | sort; find t -path '*/b/*'; find t -regex '.*/[xy].c' | sort; find t -printf '%d %s %m %n %u %P\\n' -type f | grep -v ' b\\?$' | sort | head -3 | wc -l; find t -links +2 -type d | sort`,
      },
      {
        name: 'actions',
        script: `mkdir -p u; cd u; for n in 1 2 3 4 5; do echo $n > f$n; done; find . -type f -exec cat {} + | sort; find . -name f1 -exec echo got {} \\;; find . -name f2 -delete; find . -name f1 -ok echo {} \\; < /dev/null; find . -execdir echo {} \\; | sort; ls; find none; find . -type f -quit; find / -maxdepth 1 -name tmp; find . -newermt 2000-01-01 | sort`,
      },
      {
        name: 'xargs',
        script: `seq 10 | xargs -n 3 echo; printf 'a b\\0c\\0' | xargs -0 -n 1 echo; seq 4 | xargs -I{} echo '<{}>'; seq 8 | xargs -P 4 -n 1 sh -c 'sleep 0.0$0; echo $0' | sort; seq 3 | xargs -t -n 2 false; echo $?; echo x | xargs none; echo $?; : | xargs -r echo no; seq 100000 | xargs | wc -w; echo a | xargs sh -c 'kill -9 $$'; echo $?`,
      },
    ],
  },
  {
    program: 'tar',
    what: 'create, list, extract, compare, gzip, bzip2, xz, zstd; hard and symbolic links, sparse files, owners, incremental',
    packages: ['bzip2', 'xz-utils', 'zstd'],
    setup:
      "mkdir -p d/e; seq 20000 > d/n; echo x > d/e/x; ln d/n d/h; ln -s n d/l; mkfifo d/p; truncate -s 3M d/s; echo end >> d/s; chmod 751 d/e; chown 33:33 d/e/x; touch -h -d '2026-02-28 12:00' d/* d/e/x d/e d",
    cases: [
      {
        name: 'round trip',
        script:
          'tar cf a.tar --sort=name d; tar tvf a.tar --full-time; mkdir o; tar xf a.tar -C o; diff -r --no-dereference d/e o/d/e && cmp d/s o/d/s && stat -c "%n %a %h %U %s %Y %F" o/d/*; tar df a.tar; echo more >> d/e/x; tar df a.tar; tar cf b.tar -S d/s; test $(stat -c %s b.tar) -lt 100000 && echo sparse; tar xf b.tar -C o; du -k o/d/s | cut -f1',
      },
      {
        name: 'compressed',
        script:
          'for c in z j J; do tar c${c}f x.$c d/n && tar tf x.$c && tar x${c}Of x.$c | sha1sum; done; tar --zstd -cf x.zst d/n && tar xOf x.zst | sha1sum; gzip -l x.z | tail -n 1 | cut -c 30-; xz -t x.J && echo whole; bzip2 -t x.j && echo whole',
      },
      {
        name: 'choosing',
        script:
          'tar cf c.tar --exclude=n --transform=s,^d,q, d; tar tf c.tar | sort; tar rf c.tar a.tar; tar tf c.tar | tail -n 1; tar --delete -f c.tar a.tar; tar tf c.tar | wc -l; tar xf c.tar q/none; echo $?; tar cf - d | tar xf - -C o --strip-components=1; ls o; tar -g snap -cf i0.tar d; touch d/e/new; tar -g snap -cf i1.tar d; tar tf i1.tar | sort',
      },
    ],
  },
  {
    program: 'procps',
    what: 'ps, pgrep, pkill, pidof, pwdx, free, uptime, vmstat, pmap, slabtop, sysctl, w, top, watch',
    packages: [],
    setup: 'sleep 1000 & S=$!; export S; sh -c "exec -a named sleep 999" 2>/dev/null & bash -c "exec -a named sleep 998" & sleep 0.3',
    masks: [
      [/^( *)\d+ /gm, 'PID '],
      [/\b\d\d:\d\d:\d\d\b/g, 'TIME'],
    ],
    cases: [
      {
        name: 'ps',
        script:
          'ps -o comm,stat,ni,uid,tty,args -p $S; ps -C sleep -o args= | sort; ps -e -o comm= | grep -c sleep; ps -o ppid= -p $S | grep -c .; ps axo comm,nlwp | grep "^sleep" | sort | uniq -c; ps -p 999999; echo $?; ps -o pid,pgid,sid -p $$ | awk "NR==2{print (\\$1!=\\$2)}"; ps -L -p $S -o nlwp=; ps --ppid $PPID -o comm= | sort | uniq | head -2 | wc -l',
      },
      {
        name: 'pgrep',
        script:
          'pgrep -c sleep; pgrep -fl named | cut -d" " -f2 | sort; pgrep -x nonesuch; echo $?; pgrep -n sleep | wc -l; pidof sleep | wc -w; pwdx $S | cut -d: -f2; pkill -STOP -f "sleep 1000"; sleep 0.1; ps -o stat= -p $S; pkill -CONT -f "sleep 1000"; sleep 0.1; ps -o stat= -p $S; pkill -f named; sleep 0.2; pgrep -fc named',
      },
      {
        name: 'system',
        script: `free | awk '{print $1, NF}'; free -h > /dev/null && uptime -p | cut -d' ' -f1; vmstat | awk 'NR<3{print NF, $1}'; vmstat 1 2 | wc -l; sysctl kernel.ostype kernel.pid_max net.ipv4.ip_forward vm.overcommit_memory; sysctl -n kernel.hostname | wc -l; sysctl kernel.nonesuch; pmap $S | tail -n 1 | sed 's/[0-9]\\+K/N/'; pmap -x $S | awk 'NR==2{print $1,$2,$3,$4,$5,$6}'; w -h | wc -l; tload -V; slabtop -o -s c 2>&1 | head -n 1 | cut -d: -f1`,
      },
      {
        name: 'top',
        script: `top -b -n 1 -p $S | sed 's/[0-9]\\+/N/g; s/  */ /g' | grep -E 'PID|sleep'; top -b -n 2 -d 0.2 | grep -c '^top'; top -b -n 1 | awk '/Tasks/{print ($2>3), $3}'; TERM=xterm timeout 3 watch -n 1 -t true > /dev/null; echo $?`,
      },
      {
        name: 'signals',
        script:
          'kill -l 9; kill -0 $S && echo there; skill -V; snice -V; prlimit --nofile --noheadings -o SOFT -p $S > /dev/null && echo limits; pidwait -f "sleep 0.3" & sleep 0.3; wait $!; kill $S; sleep 0.1; kill -0 $S',
      },
    ],
  },
  {
    program: 'iproute2',
    what: 'ip address, link, route, neighbour on lo; ip -j; ss of TCP, UDP and UNIX sockets',
    packages: ['socat'],
    setup:
      'socat TCP-LISTEN:7001,fork,reuseaddr /dev/null & socat UDP-LISTEN:7002,fork /dev/null & socat UNIX-LISTEN:/tmp/s.sock,fork /dev/null & sleep 0.5',
    masks: [[/valid_lft \w+ preferred_lft \w+/g, 'LIFETIMES']],
    limits: 'lo cannot be changed: addresses added or removed, its MTU, down (EOPNOTSUPP)',
    cases: [
      {
        name: 'ip',
        script:
          'ip addr show lo; ip -br addr show lo; ip link show lo; ip -4 -o addr show lo; ip -j addr show lo | tr , "\\n" | grep -E "ifname|local|prefixlen|scope"; ip route; ip route get 127.0.0.1 | sed "s/uid.*//;s/ *$//"; ip neigh; ip route show table local | sort; ip addr show dev none; echo $?; ip -s link show lo | wc -l; ip rule',
      },
      {
        name: 'change',
        script:
          'ip addr add 127.0.0.2/8 dev lo; ip -br addr show lo; ip addr del 127.0.0.2/8 dev lo; ip -br -4 addr show lo; ip link set lo mtu 1500; ip link show lo | head -n 1; ip link set lo mtu 65536; ip link set lo down; ip -br link show lo; ip link set lo up; ip -br addr show lo; ip addr add 127.0.0.1/8 dev lo; echo $?',
      },
      {
        name: 'ss',
        script:
          'ss -Htln; ss -Huln; ss -Hxl | grep -c s.sock; (sleep 1 | socat - TCP:127.0.0.1:7001) & sleep 0.5; ss -Htn state established "( dport = :7001 )" | awk "{print \\$1, \\$2, \\$4}"; ss -s | head -n 1 | cut -d: -f1; ss -Htlnp | grep -c socat; wait',
      },
    ],
  },
  {
    program: 'ipcs, ipcmk, ipcrm, lsipc, fuser, lsof',
    what: 'System V objects made, listed with their limits and removed; who has files and ports open; pstree, killall',
    packages: ['util-linux', 'util-linux-extra', 'psmisc', 'lsof', 'socat'],
    masks: [
      [/0x[0-9a-f]{8,}/g, '0xKEY'],
      [/cpid=\d+/g, 'cpid=N'],
      [/^socat +\d+/gm, 'socat PID'],
      [/^.* exiting on signal 15\n/gm, ''],
      [/\b\d\d:\d\d(:\d\d)?\b/g, 'TIME'],
    ],
    cases: [
      {
        name: 'ipcmk, ipcs',
        script:
          'ipcmk -M 4096; ipcmk -Q; ipcmk -S 3; ipcs; ipcs -l; ipcs -u; ipcs -m -i 0 | grep -v time; ipcs -q -i 0 | grep -v time; ipcs -s -i 0 | grep -v time; ipcs -c; ipcs -p | cut -c 1-20; ipcs -b',
      },
      {
        name: 'lsipc',
        script:
          'lsipc --noheadings -o RESOURCE,LIMIT,USED; lsipc -m -o ID,PERMS,OWNER,SIZE,NATTCH,STATUS --noheadings; lsipc -q -o ID,PERMS,USEDBYTES,MSGS; lsipc -s -o ID,PERMS,NSEMS; lsipc -g -m; lsipc -J -s -i 0 | grep -E "nsems|perms"',
      },
      { name: 'ipcrm', script: 'ipcrm -m 0 -q 0 -s 0; ipcs | grep -c 0x; ipcrm -m 7; echo $?; ipcmk -M 1k; ipcrm -a; ipcs -m' },
      {
        name: 'fuser',
        script:
          'echo x > f; sleep 60 < f & P=$!; sleep 0.2; fuser f | tr -d " " | sed s/$P/PID/; fuser -v f 2>&1 | sed "s/$P/PID/;s/  */ /g"; socat TCP-LISTEN:7100 /dev/null & Q=$!; sleep 0.3; fuser 7100/tcp 2>&1 | sed s/$Q/PID/; fuser -n tcp 7101; echo $?; fuser -k f | sed s/$P/PID/; wait $P; echo $?; kill $Q; fuser none; echo $?; fuser -m / > /dev/null 2>&1; echo $?',
      },
      {
        name: 'lsof',
        script:
          'sleep 60 < f & P=$!; sleep 0.2; lsof -p $P -a -d 0,1,cwd -F ftn | grep -v ^p; lsof -t f | sed s/$P/PID/; socat TCP-LISTEN:7102,fork /dev/null & Q=$!; socat UDP-LISTEN:7103 /dev/null & R=$!; sleep 0.3; lsof -nP -i :7102 -F cPnT | grep -v ^p; lsof -nP -iUDP -F Pn | grep -v ^p; lsof -U -a -p $Q; lsof -c sleep -a -d txt -F n | grep bin; (sleep 1 | socat - TCP:127.0.0.1:7102) & sleep 0.3; lsof -nP -iTCP -sTCP:ESTABLISHED -F n | grep -c -- "->"; kill $P $Q $R; lsof none; echo $?',
      },
      {
        name: 'psmisc',
        script:
          'sh -c "sleep 50 & sleep 51 & wait" & S=$!; sleep 0.3; pstree -a $S; pstree $S; pstree -s $S | grep -c sleep; killall sleep; wait $S; echo $?; killall none; echo $?; prtstat $$ | head -n 1 | cut -c 1-12; pslog -V 2>&1 | head -n 1',
      },
    ],
  },
]
