// Rows: the small tools that everything else stands on.
import type { Row } from './row.ts'

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
        script: `factor 123456789012345678; expr 6 \\* 7; date -u -d '2026-02-28 12:00' '+%A %j %s'; date -d '@0' -R; seq -w 8 11; printf '%05.2f %x %q\\n' 3.14159 255 'a b'; echo $((1 << 40)); test 3 -lt 5 && echo less; dd if=/dev/zero bs=1k count=64 status=none | wc -c`,
      },
      {
        name: 'who',
        script:
          'id; whoami; groups; logname 2>&1; tty; nproc; arch; uname -sm; pwd; env -i A=1 env; printenv HOME; hostid > /dev/null; nice; nice -n 5 nice; umask',
      },
      {
        name: 'errors',
        script:
          'cat none; ls none; mkdir a; mkdir a; cp a b; ln -s x x; cat x; rm a; mv none b; chmod 999 a; head -c x; timeout 0.2 sleep 5; echo $?',
      },
      {
        name: 'pipes',
        script:
          'yes | head -n 3; seq 1000000 | tail -n 1; seq 10 | tee t1 t2 | wc -l; cmp t1 t2; mkfifo f; (seq 3 > f &) ; cat f; stdbuf -oL seq 2; echo x | timeout 5 cat; sleep 0.1; sync; truncate -s 1M big; stat -c %s big; shred -n1 -u t1; ls',
      },
      {
        name: 'owners',
        script:
          'touch o; chown 33:33 o; stat -c %U:%G o; chgrp root o; stat -c %u:%g o; install -m 700 -o www-data o p; stat -c "%a %U" p; mktemp -u x.XXX | wc -c; df --output=target /tmp/w > /dev/null; chroot / sh -c "echo in"',
      },
    ],
  },
]
