// One script or more for every program of /bin and every part of the shell, with the text that dash and GNU coreutils print for it
// in an empty directory (test/oracle/commands.test.ts runs them there).

export interface Command {
  name: string
  script: string
  stdout: string
  /** 0 when not given. */
  status?: number
}

const lines = (...text: readonly string[]): string => text.map(line => `${line}\n`).join('')

export const COMMANDS: readonly Command[] = [
  {
    name: 'basename',
    script: 'basename /usr/lib/libc.so; basename a/b/c.s .s; basename /',
    stdout: lines('libc.so', 'c', '/'),
  },
  {
    name: 'cat',
    script: `printf 'one\\ntwo\\n' > f; cat f - f < f; cat missing 2> /dev/null; echo $?`,
    stdout: lines('one', 'two', 'one', 'two', 'one', 'two', '1'),
  },
  {
    name: 'cat -n',
    script: `printf 'a\\n\\nb\\n' | cat -n`,
    stdout: lines('     1\ta', '     2\t', '     3\tb'),
  },
  {
    name: 'cat without a newline',
    script: `printf 'no newline' | cat`,
    stdout: lines('no newline').trimEnd(),
  },
  {
    name: 'chmod',
    script: 'touch f; chmod 640 f; stat -c %a f; chmod u+x,o=r f; stat -c %a f; chmod 644 f',
    stdout: lines('640', '744'),
  },
  {
    name: 'cp',
    script: 'echo data > a; cp a b; cat b; mkdir d; cp a b d; ls d; cp -r d e; ls e; cp nope x 2> /dev/null; echo $?',
    stdout: lines('data', 'a', 'b', 'a', 'b', '1'),
  },
  {
    name: 'cut',
    script: `printf 'a:b:c\\nd:e:f\\n' | cut -d: -f2; printf 'hello\\n' | cut -c2-4; printf 'a:b:c:d\\n' | cut -d : -f 1,3-`,
    stdout: lines('b', 'e', 'ell', 'a:c:d'),
  },
  {
    name: 'date',
    script: 'date -u +%Y > /dev/null; echo $?; date -u -d @0 +%Y-%m-%dT%H:%M:%S',
    stdout: lines('0', '1970-01-01T00:00:00'),
  },
  {
    name: 'dirname',
    script: 'dirname /usr/lib/libc.so; dirname file; dirname /a/b/',
    stdout: lines('/usr/lib', '.', '/a'),
  },
  {
    name: 'echo',
    script: `echo one 'two  three'; echo -n no newline; echo; /bin/echo plain`,
    stdout: lines('one two  three', 'no newline', 'plain'),
  },
  {
    name: 'env',
    script: `env -i A=1 B=2 env; A=5 env | grep '^A='; env -u A true; echo $?`,
    stdout: lines('A=1', 'B=2', 'A=5', '0'),
  },
  {
    name: 'expressions',
    script: '[ 1 -lt 2 ] && echo less; test -d . && echo dir; test -z "" && echo empty; test a = b || echo differ; [ -f nofile ]; echo $?',
    stdout: lines('less', 'dir', 'empty', 'differ', '1'),
  },
  {
    name: 'false',
    script: 'false; echo $?',
    stdout: lines('1'),
  },
  {
    name: 'grep',
    script: `printf 'apple\\nbanana\\ncherry\\n' > g; grep an g; grep -v an g; grep -c e g; grep -n a g; grep -i APPLE g; grep -E 'p{2}|rr' g; grep zzz g; echo $?; grep -q apple g && echo found`,
    stdout: lines('banana', 'apple', 'cherry', '2', '1:apple', '2:banana', 'apple', 'apple', 'cherry', '1', 'found'),
  },
  {
    name: 'head',
    script: 'seq 20 | head -n 3; seq 20 | head -n -18; printf abcdef | head -c 4; echo; seq 12 | head | wc -l',
    stdout: lines('1', '2', '3', '1', '2', 'abcd', '10'),
  },
  {
    name: 'id',
    script: 'id -u; id -g',
    stdout: lines('0', '0'),
  },
  {
    name: 'kill',
    script: 'sleep 100 & kill $!; wait $!; echo $?; kill -l 9; sleep 100 & kill -KILL $!; wait $!; echo $?; kill -0 $$ && echo alive',
    stdout: lines('143', 'KILL', '137', 'alive'),
  },
  {
    name: 'ln',
    script:
      'echo text > f; ln f g; ln -s f h; cat g h; rm f; cat h 2> /dev/null || echo dangling; cat g; ln -s x y; test -L y && echo link; readlink y',
    stdout: lines('text', 'text', 'dangling', 'text', 'link', 'x'),
  },
  {
    name: 'ls',
    script: 'mkdir d; touch d/b d/a d/.hidden; ls d; ls -a d; ls -1 d; ls -d d; ls nothing 2> /dev/null; echo $?',
    stdout: lines('a', 'b', '.', '..', '.hidden', 'a', 'b', 'a', 'b', 'd', '2'),
  },
  {
    name: 'ls -l',
    script: 'mkdir d; printf 12345 > d/f; chmod 604 d/f; ls -l d | cut -c 1-10',
    stdout: lines('total 4', '-rw----r--'),
  },
  {
    name: 'mkdir',
    script: 'mkdir a; mkdir a 2> /dev/null; echo $?; mkdir -p a/b/c; ls a/b; mkdir -m 700 p; stat -c %a p',
    stdout: lines('1', 'c', '700'),
  },
  {
    name: 'mv',
    script: 'echo 1 > a; mv a b; cat b; ls; mkdir d; mv b d; cat d/b; mv d e; ls e; mv nope x 2> /dev/null; echo $?',
    stdout: lines('1', 'b', '1', 'b', '1'),
  },
  {
    name: 'pwd',
    script: 'cd /; pwd; cd /tmp; pwd',
    stdout: lines('/', '/tmp'),
  },
  {
    name: 'rm',
    script:
      'touch a b; rm a; ls; rm a 2> /dev/null; echo $?; rm -f a; echo $?; mkdir -p d/e; touch d/e/f; rm d 2> /dev/null; echo $?; rm -r d; ls',
    stdout: lines('b', '1', '0', '1', 'b'),
  },
  {
    name: 'rmdir',
    script: 'mkdir a; rmdir a; ls; mkdir b; touch b/f; rmdir b 2> /dev/null; echo $?',
    stdout: lines('1'),
  },
  {
    name: 'seq',
    script: 'seq 3; seq 2 4; seq 1 3 10; seq 5 -2 1; seq -s , 4; seq -w 8 10',
    stdout: lines('1', '2', '3', '2', '3', '4', '1', '4', '7', '10', '5', '3', '1', '1,2,3,4', '08', '09', '10'),
  },
  {
    name: 'sh',
    script: `sh -c 'echo $0 $1 $#' name arg; echo 'echo from standard input' | sh; sh -c 'exit 9'; echo $?`,
    stdout: lines('name arg 1', 'from standard input', '9'),
  },
  {
    name: 'sleep',
    script: 'sleep 0.01; echo $?; sleep 0; echo $?',
    stdout: lines('0', '0'),
  },
  {
    name: 'sort',
    script: `printf 'b\\na\\nc\\n' | sort; printf '10\\n9\\n1\\n' | sort -n; printf 'b\\na\\n' | sort -r; printf 'x 2\\ny 1\\n' | sort -k2; printf 'a\\nb\\na\\n' | sort -u; printf '3 c\\n1 a\\n2 b\\n' | sort -k 1n`,
    stdout: lines('a', 'b', 'c', '1', '9', '10', 'b', 'a', 'y 1', 'x 2', 'a', 'b', '1 a', '2 b', '3 c'),
  },
  {
    name: 'stat',
    script: `printf 1234567 > f; chmod 600 f; stat -c '%s %a %F %h' f; mkdir d; stat -c '%F %a' d`,
    stdout: lines('7 600 regular file 1', 'directory 755'),
  },
  {
    name: 'tail',
    script: 'seq 20 | tail -n 2; seq 5 | tail -n +4; printf abcdef | tail -c 3; echo; seq 12 | tail | wc -l',
    stdout: lines('19', '20', '4', '5', 'def', '10'),
  },
  {
    name: 'taskset',
    script: `taskset -c 0- true 2> /dev/null; echo $?; taskset ffffffff echo ran; taskset 0 echo ran 2> /dev/null; echo $?; taskset ffff sh -c 'exit 5'; echo $?; taskset ffff missing 2> /dev/null; echo $?`,
    stdout: lines('1', 'ran', '1', '5', '127'),
  },
  {
    name: 'tee',
    script: 'echo twice | tee f g; cat f g; echo more | tee -a f > /dev/null; cat f',
    stdout: lines('twice', 'twice', 'twice', 'twice', 'more'),
  },
  {
    name: 'touch',
    script: 'touch a b; ls; touch -c c; ls; test -s a || echo empty',
    stdout: lines('a', 'b', 'a', 'b', 'empty'),
  },
  {
    name: 'tr',
    script: `echo hello | tr a-y b-z; echo 'a  b' | tr -s ' '; echo h3ll0 | tr -d 0-9; echo abc | tr '[:lower:]' '[:upper:]'; echo abc | tr -c 'b\\n' x`,
    stdout: lines('ifmmp', 'a b', 'hll', 'ABC', 'xbx'),
  },
  {
    name: 'true',
    script: 'true; echo $?',
    stdout: lines('0'),
  },
  {
    name: 'uname',
    script: 'uname -s',
    stdout: lines('Linux'),
  },
  {
    name: 'uniq',
    script: `printf 'a\\na\\nb\\na\\n' | uniq; printf 'a\\na\\nb\\n' | uniq -c; printf 'a\\na\\nb\\n' | uniq -d; printf 'a\\na\\nb\\n' | uniq -u`,
    stdout: lines('a', 'b', 'a', '      2 a', '      1 b', 'a', 'b'),
  },
  {
    name: 'wc',
    script: `printf 'one two\\nthree\\n' > f; wc f; wc -l f; wc -w < f; wc -c f f; printf 'x' | wc -l`,
    stdout: lines(' 2  3 14 f', '2 f', '3', '14 f', '14 f', '28 total', '0'),
  },
  {
    name: 'yes',
    script: 'yes | head -n 3; yes a b | head -n 2',
    stdout: lines('y', 'y', 'y', 'a b', 'a b'),
  },
  {
    name: 'pipes',
    script: 'echo hi | cat | wc -c; seq 100000 | tail -n 1; yes | head -n 100000 | wc -l; false | true; echo $?; true | false; echo $?',
    stdout: lines('3', '100000', '100000', '0', '1'),
  },
  {
    name: 'redirections',
    script:
      'echo out > f; echo more >> f; cat < f; echo err 2> e >&2; cat e; cat nothing > both 2>&1; wc -l < both; { echo a; echo b; } > g; cat g; echo x > /dev/null; cat < /dev/null',
    stdout: lines('out', 'more', 'err', '1', 'a', 'b'),
  },
  {
    name: 'lists',
    script:
      'true && echo yes || echo no; false && echo yes || echo no; false; echo $?; ! false; echo $?; (exit 3); echo $?; { echo group; }',
    stdout: lines('yes', 'no', '1', '0', '3', 'group'),
  },
  {
    name: 'here-documents',
    script: 'v=1; cat << END; cat << "END"\nv is $v\nEND\nv is $v\nEND',
    stdout: lines('v is 1', 'v is $v'),
  },
  {
    name: 'variables',
    script:
      'a=1; b="$a 2"; echo $b; echo "${c:-default}" ${#b}; a=x/y/z; echo ${a##*/} ${a%/*}; unset a; echo "[$a]"; echo $((3 * (4 + 5) % 7))',
    stdout: lines('1 2', 'default 3', 'z x/y', '[]', '6'),
  },
  {
    name: 'quoting',
    script: `echo "a  b" 'c $d' e\\ f; echo "$(echo nested "$(echo deep)")"; x='*'; echo "$x"`,
    stdout: lines('a  b c $d e f', 'nested deep', '*'),
  },
  {
    name: 'loops',
    script:
      'for i in 1 2 3; do echo $i; done; i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo w$i; done; until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i; case abc in a*) echo match;; *) echo none;; esac',
    stdout: lines('1', '2', '3', 'w1', 'w2', 'w3', '0', 'match'),
  },
  {
    name: 'functions',
    script: 'f() { echo $1 $#; return 4; }; f a b; echo $?',
    stdout: lines('a 2', '4'),
  },
  {
    name: 'globs',
    script: 'touch a1 a2 b1; echo a*; echo ?1; echo [ab]2; echo nope*',
    stdout: lines('a1 a2', 'a1 b1', 'a2', 'nope*'),
  },
  {
    name: 'jobs',
    script: 'sleep 1 & wait; echo $?; (exit 5) & wait $!; echo $?; sleep 5 & kill $!; wait $!; echo $?',
    stdout: lines('0', '5', '143'),
  },
  {
    name: 'pipes by name',
    script: 'echo a | { sleep 0.01; cat /dev/fd/0; }; echo b | cat /dev/stdin -; echo c | tee /dev/stderr 2>&1 | cat',
    stdout: lines('a', 'b', 'c', 'c'),
  },
  {
    name: 'exit statuses',
    script: `sh -c 'exit 300'; echo $?; { sh -c "kill -9 \\$\\$"; echo $?; } 2> /dev/null; nosuchcommand 2> /dev/null; echo $?; ./. 2> /dev/null; echo $?; touch f; ./f 2> /dev/null; echo $?`,
    stdout: lines('44', '137', '127', '126', '126'),
  },
  {
    name: 'traps',
    script: `trap 'echo bye' EXIT; trap 'echo usr1' USR1; kill -USR1 $$; echo end`,
    stdout: lines('usr1', 'end', 'bye'),
  },
  {
    name: 'command substitution',
    script: 'echo $(seq 3) "$(seq 3 | wc -l)"; x=$(false); echo $?',
    stdout: lines('1 2 3 3', '1'),
  },
  {
    name: 'scripts',
    script: `printf '#!/bin/sh\\necho script $1\\nexit 6\\n' > s; chmod +x s; ./s arg; echo $?; . ./s 2> /dev/null`,
    stdout: lines('script arg', '6', 'script'),
    status: 6,
  },
]
