// Rows: compilers, make, and what looks into running programs.
import { type Mask, type Row } from './row.ts'

const ADDRESSES: Mask = [/0x[0-9a-f]+/g, '0xADDRESS']

/** A program of about 5,000 lines: functions that call each other, and the sum that tells whether they were compiled right. */
function program(lines: number): string {
  const functions = Math.floor(lines / 10)
  const body = Array.from({ length: functions }, (_, n) =>
    [
      `static unsigned f${n}(unsigned x)`,
      '{',
      `  unsigned a[8] = {${n}, x, x ^ ${n * 7}, 3, 5, 7, 11, 13};`,
      '  for (int i = 0; i < 8; i++)',
      `    a[i] = a[i] * ${2 * n + 3}u + a[(i + ${n % 7}) & 7];`,
      `  switch (x % 5) { case 0: return a[0]; case 1: return a[1] + ${n}; case 2: return a[2] ^ a[3]; }`,
      `  double d = (double)(a[4] % 1000) / ${n + 1};`,
      n === 0 ? '  return a[5] + (unsigned)d;' : `  return f${n - 1}(a[6] + (unsigned)d);`,
      '}',
      '',
    ].join('\n'),
  )
  return `#include <stdio.h>\n#include <stdlib.h>\n${body.join('')}int main(void)\n{\n  unsigned s = 0;\n  for (unsigned n = 0; n < 200; n++) s = s * 31 + f${functions - 1}(n);\n  printf("%u\\n", s);\n  return 0;\n}\n`
}
const LARGE_LINES = 5000

const HELLO = '#include <stdio.h>\nint main(void) { printf("hello %s\\n", __VERSION__); return 0; }\n'
const CPP = `#include <algorithm>
#include <future>
#include <iostream>
#include <map>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
template <typename T> T twice(T x) { return x + x; }
int main() {
  std::map<std::string, int> m{{"b", 2}, {"a", 1}};
  for (auto &[k, v] : m) std::cout << k << v << twice(k) << '\\n';
  std::vector<int> v{3, 1, 2};
  std::sort(v.begin(), v.end(), [](int a, int b) { return a > b; });
  for (int x : v) std::cout << x << ' ';
  try { throw std::runtime_error("thrown"); } catch (const std::exception &e) { std::cout << e.what() << '\\n'; }
  auto f = std::async(std::launch::async, [] { return 42; });
  std::thread t([] { std::cout << "thread\\n"; });
  t.join();
  std::cout << f.get() << ' ' << std::regex_match("abc123", std::regex("[a-z]+\\\\d+")) << std::endl;
}
`
/** For gdb and strace: threads, a variable that changes, a function that is called, a child. */
const DEBUGGED = `#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
struct point { int x, y; };
int counter;
static int square(int n)
{
  int r = n * n;
  return r;
}
static void *work(void *arg)
{
  counter += *(int *)arg;
  return arg;
}
int main(int argc, char **argv)
{
  struct point p = {3, 4};
  char name[] = "debugged";
  for (int n = 0; n < 5; n++)
    counter += square(n);
  pthread_t t;
  pthread_create(&t, 0, work, &p.x);
  pthread_join(t, 0);
  printf("%s %d %d\\n", name, counter, square(p.y));
  fflush(stdout);
  if (argc > 1 && argv[1][0] == 'l') for (;;) counter++;
  if (argc > 1 && argv[1][0] == 'c') abort();
  if (argc > 1 && argv[1][0] == 's') raise(SIGUSR1);
  pid_t c = fork();
  if (c == 0) _exit(square(2));
  int status;
  waitpid(c, &status, 0);
  return WEXITSTATUS(status);
}
`
const COMPILE = 'gcc -g -O0 -pthread -o d d.c'

export const MAKING: readonly Row[] = [
  {
    program: 'gcc, g++',
    what: 'hello (also static, -O2, from a pipe), a program of 5,000 lines at -O0 and -O2, C++ with exceptions, threads, regex; errors and warnings',
    packages: ['gcc', 'g++', 'libc6-dev'],
    files: { 'h.c': HELLO, 'large.c': program(LARGE_LINES), 'p.cc': CPP },
    seconds: 300,
    ram: 2048,
    cases: [
      {
        name: 'hello',
        script: `wc -l < large.c; gcc h.c -o h && ./h; gcc -static -O2 h.c -o hs && ./hs; echo 'int main(){return 7;}' | gcc -xc - -o p && ./p; echo $?; gcc -c h.c && ar rc l.a h.o && nm l.a | grep -c ' T '; gcc -S -O2 -o - h.c | grep -c main; gcc -E h.c | grep -c printf > /dev/null && echo cpp; echo 'int main() { return x; }' > e.c; gcc e.c; echo $?; gcc -shared -fPIC -o libs.so h.c && readelf -h libs.so | grep Machine; objdump -d h.o | grep -c ecall; size h.o | tail -n 1 | wc -w; strip h && ./h; gdb -v > /dev/null 2>&1; ldd ./h | grep -c libc`,
      },
      { name: '5,000 lines', script: 'gcc -O0 large.c -o l0 && ./l0; gcc -O2 -flto=1 large.c -o l2 && ./l2' },
      {
        name: 'C++',
        script: 'g++ -std=c++20 -O1 -pthread p.cc -o p && ./p; echo "int main() { std::cout; }" > e.cc; g++ -c e.cc; echo $?',
      },
    ],
  },
  {
    program: 'make -j',
    what: 'a project of 24 objects with a job server, recursion, dependencies, an error under -k, a rebuild of what changed',
    packages: ['make', 'gcc', 'libc6-dev'],
    seconds: 300,
    cases: [
      {
        name: 'build',
        script: `for n in $(seq 24); do echo "int f$n(int x) { return x + $n; }" > f$n.c; done; (for n in $(seq 24); do echo "int f$n(int);"; done; echo '#include <stdio.h>'; echo 'int main(void) { int s = 0;'; for n in $(seq 24); do echo "s = f$n(s);"; done; echo 'printf("%d\\n", s); return 0; }') > main.c
cat > Makefile <<'EOF'
OBJ = $(patsubst %.c,%.o,$(wildcard *.c))
CFLAGS = -O1
prog: $(OBJ) sub
	@$(CC) -o $@ $(OBJ)
%.o: %.c
	@$(CC) $(CFLAGS) -c -o $@ $<
sub:
	@$(MAKE) --no-print-directory -f sub.mk
.PHONY: sub
EOF
printf 'all: a b c\\na b c:\\n\\t@sleep 0.1; touch sub.$@\\n' > sub.mk
make -j8 -s && ./prog; ls *.o | wc -l; ls sub.*; touch f3.c; make -j4 -n | grep -c -- '-c'; make -j4 -s; printf 'all: x y z\\nx:\\n\\tfalse\\ny:\\n\\techo y\\nz: x\\n\\techo z\\n' > bad.mk; make -k -f bad.mk; echo $?; make -j3 -O -f sub.mk -B | wc -l; make nothing; echo $?`,
      },
    ],
  },
  {
    program: 'strace',
    what: 'calls of a program, its children and threads (-f), by name, counts, attach and detach, faults injected, decoded sockets and signals',
    packages: ['strace', 'gcc', 'libc6-dev', 'socat'],
    files: { 'd.c': DEBUGGED },
    setup: COMPILE,
    noQemu: 'user-mode QEMU has no ptrace',
    masks: [ADDRESSES, [/\b\d{2,}\b/g, 'N'], [/\[pid +\w+\]/g, '[pid N]']],
    seconds: 120,
    cases: [
      {
        name: 'one program',
        script: `strace -o t echo hello; grep -E '^(execve|write|exit_group|brk|openat|\\+\\+\\+)' t | sed 's/brk(.*/brk/'; strace -e trace=write,read -e signal=none sh -c 'echo a | cat' 2>&1 | grep -E 'write|exited'; strace -c -o c true; awk 'NR>2 && /execve/{print $NF}' c; tail -n 1 c | awk '{print $NF}'; strace -e inject=openat:error=EACCES:when=3 cat /etc/passwd 2>&1 | grep -E INJECTED; strace -e trace=none -e signal=all sh -c 'kill -USR1 $$' 2>&1; strace -P /etc/passwd cat /etc/passwd 2>&1 > /dev/null | head -n 3; strace none; echo $?; strace -qqq -e trace=exit_group sh -c 'exit 3'; echo $?; strace -y -e trace=read cat /etc/hosts 2>&1 >/dev/null | tail -n 2 | head -n 1 | cut -c 1-25`,
      },
      {
        name: 'followed',
        script: `strace -f -o t ./d; grep -oE '(clone3?|wait4|exit_group|exit|futex|execve)\\(' t | sort | uniq -c | sed 's/[0-9]* futex/N futex/'; grep -c 'exited with' t; strace -ff -o tt sh -c 'true | true; (exit 2)'; ls tt.* | wc -l; sleep 100 & P=$!; sleep 0.3; (sleep 1; kill $P) & strace -p $P 2>&1 | sed "s/ $P / P /"; strace -f -e trace=process sh -c 'sh -c "exit 4"; exit 5' 2>&1 | grep -cE 'exited with [45]'; echo $?; strace -f -e trace=network socat -u EXEC:'echo x' STDOUT 2>&1 | grep -c socketpair; strace -D -o dd true; sleep 0.3; tail -n 1 dd; strace -fe trace=kill,tgkill ./d c 2>&1 | grep -E 'SIGABRT' | sed 's/si_pid=[0-9N]*/si_pid=N/'; strace --seccomp-bpf -f -e trace=openat -o sb true; grep -c openat sb; timeout -s INT 1 strace -o si sleep 10; tail -n 1 si`,
      },
    ],
  },
  {
    program: 'gdb',
    what: 'breakpoints, conditions, watchpoints, stepping, backtraces, printing, calls, threads, forks, signals, Ctrl-C into a running program, attach, cores',
    packages: ['gdb', 'gcc', 'libc6-dev', 'expect'],
    files: { 'd.c': DEBUGGED },
    setup: COMPILE,
    noQemu: 'user-mode QEMU has no ptrace',
    masks: [
      ADDRESSES,
      [/(process|LWP|Thread|pid) \d+/g, '$1 N'],
      [/\[New .*|\[Thread .*|warning: .*|Using host libthread_db.*|\[Detaching after .*/g, ''],
      [/\n+/g, '\n'],
    ],
    seconds: 240,
    ram: 2048,
    cases: [
      {
        name: 'breakpoints and watch',
        script: `gdb -q -nx -batch -ex 'break square' -ex 'break main' -ex 'run' -ex 'next' -ex 'info locals' -ex 'print p' -ex 'print name' -ex 'continue' -ex 'bt' -ex 'print n' -ex 'finish' -ex 'condition 1 n == 3' -ex 'continue' -ex 'print counter' -ex 'up' -ex 'print n' -ex 'delete 1' -ex 'watch counter' -ex 'continue' -ex 'continue' -ex 'info watchpoints' -ex 'delete' -ex 'tbreak work' -ex 'continue' -ex 'info threads' -ex 'thread apply all bt 1' -ex 'print *(int*)arg' -ex 'continue' ./d 2>&1`,
      },
      {
        name: 'steps, calls, memory',
        script: `gdb -q -nx -batch -ex 'break 22' -ex run -ex 'stepi' -ex 'x/i $pc' -ex 'print $sp != 0' -ex 'step' -ex 'step' -ex 'bt 1' -ex 'print square(9)' -ex 'set var counter = 100' -ex 'call (int)printf("called %d\\n", counter)' -ex 'print sizeof(struct point)' -ex 'ptype p' -ex 'up' -ex 'x/4xb name' -ex 'info line square' -ex 'tbreak 12' -ex 'continue' -ex 'return 5' -ex 'next' -ex 'until 27' -ex 'info breakpoints' -ex 'rwatch counter' -ex 'kill' ./d 2>&1; gdb -q -nx -batch -ex 'starti' -ex 'info registers pc' -ex 'print $_siginfo.si_signo' -ex 'catch syscall write' -ex 'continue' -ex 'continue' -ex 'delete' -ex 'continue' ./d 2>&1 | grep -v '^Program stopped'`,
      },
      {
        name: 'signals and forks',
        script: `gdb -q -nx -batch -ex 'handle SIGUSR1 stop print nopass' -ex 'run s' -ex 'info signals SIGUSR1' -ex 'print $_siginfo.si_signo' -ex 'continue' ./d 2>&1; gdb -q -nx -batch -ex 'run c' -ex 'bt -1' -ex 'continue' ./d 2>&1 | grep -v '^#'; gdb -q -nx -batch -ex 'set follow-fork-mode child' -ex 'set detach-on-fork off' -ex 'break square if n == 2' -ex run -ex 'continue' -ex 'info inferiors' -ex 'bt' -ex 'kill inferiors 1 2' ./d 2>&1 | sed 's/ *$//'; gdb -q -nx -batch -ex 'catch fork' -ex run -ex 'catch exec' -ex 'info breakpoints' ./d 2>&1 | grep -E 'Catchpoint|fork|exec'`,
      },
      {
        name: 'Ctrl-C and attach',
        script: `cat > t.exp <<'EOF'
set timeout 60
log_user 0
spawn gdb -q -nx --args ./d loop
expect "(gdb)"
send "set pagination off\\r"
expect "(gdb)"
send "set confirm off\\r"
expect "(gdb)"
send "run\\r"
expect "debugged"
sleep 1
send "\\003"
expect -re {received signal SIGINT} { puts "SIGINT" } timeout { puts "no stop" }
expect "(gdb)"
send "print counter > 100\\r"
expect -re {= 1} { puts counted } timeout { puts no }
expect "(gdb)"
send "bt 1\\r"
expect -re {#0.*main} { puts "in main" } timeout { puts no }
expect "(gdb)"
send "continue\\r"
expect "Continuing."
sleep 1
send "\\003"
expect "SIGINT" { puts again } timeout { puts "no second stop" }
expect "(gdb)"
send "kill\\r"
expect "killed" { puts killed }
expect "(gdb)"
send "quit\\r"
expect eof { puts end }
EOF
expect t.exp; ./d loop > /dev/null & P=$!; sleep 1; gdb -q -nx -batch -p $P -ex 'print counter > 10' -ex 'info threads' -ex 'set var counter = -5' -ex detach 2>&1 | grep -E '^\\$|^\\* 1|Detach' | sed 's/ in .*//; s/ main .*//'; sleep 0.3; kill -0 $P && echo alive; gdb -q -nx -batch -p $P -ex 'generate-core-file co' -ex kill 2>&1 | grep -E 'Saved|killed' | sed 's/ [0-9N]*)/ N)/'; gdb -q -nx -batch -ex 'bt 1' -ex 'print counter != 0' ./d co 2>&1 | grep -E '^\\$|^#0' | cut -c 1-8; wait $P; echo $?`,
      },
    ],
  },
  {
    program: 'gdbserver',
    what: 'over TCP loopback with gdb as its client: breakpoints, watch, Ctrl-C, files by the wire; --attach; --multi; over a pipe',
    packages: ['gdbserver', 'gdb', 'gcc', 'libc6-dev', 'expect'],
    files: { 'd.c': DEBUGGED },
    setup: COMPILE,
    noQemu: 'user-mode QEMU has no ptrace',
    masks: [
      ADDRESSES,
      [/(process|LWP|Thread|pid|pid =|port) \d+/g, '$1 N'],
      [/\[New .*|\[Thread .*|warning: .*|Using host libthread_db.*|\[Detaching after .*|Reading .*/g, ''],
      [/\n+/g, '\n'],
    ],
    seconds: 240,
    ram: 2048,
    cases: [
      {
        name: 'over TCP',
        script: `gdbserver --once 127.0.0.1:7600 ./d > s.out 2>&1 & sleep 1; gdb -q -nx -batch -ex 'target remote 127.0.0.1:7600' -ex 'break square' -ex continue -ex bt -ex 'watch counter' -ex continue -ex continue -ex continue -ex 'info threads' -ex 'delete' -ex 'tbreak work' -ex continue -ex 'print counter' -ex continue ./d 2>&1 | grep -vE '_start|ld-linux'; wait; cat s.out`,
      },
      {
        name: 'Ctrl-C',
        script: `gdbserver --once 127.0.0.1:7601 ./d loop > s2.out 2>&1 & sleep 1; cat > u.exp <<'EOF'
set timeout 60
log_user 0
spawn gdb -q -nx ./d
expect "(gdb)"
send "set pagination off\\r"
expect "(gdb)"
send "set confirm off\\r"
expect "(gdb)"
send "target remote 127.0.0.1:7601\\r"
expect "(gdb)"
send "continue\\r"
expect "Continuing."
sleep 2
send "\\003"
expect -re {received signal SIGINT} { puts "SIGINT" } timeout { puts "no stop" }
expect "(gdb)"
send "print counter > 10\\r"
expect -re {= 1} { puts counted } timeout { puts no }
expect "(gdb)"
send "kill\\r"
expect "killed" { puts killed } timeout { puts "not killed" }
expect "(gdb)"
send "quit\\r"
expect eof { puts end }
EOF
expect u.exp; wait; grep -c Killing s2.out`,
      },
      {
        name: 'attached and many',
        script: `./d loop > /dev/null & P=$!; sleep 0.5; gdbserver --once --attach 127.0.0.1:7602 $P > s3.out 2>&1 & sleep 1; gdb -q -nx -batch -ex 'target remote 127.0.0.1:7602' -ex 'print counter > 0' -ex 'detach' ./d 2>&1 | grep -E '^\\$|Detach'; kill -0 $P && echo alive; kill -9 $P; gdbserver --multi 127.0.0.1:7603 > s4.out 2>&1 & S=$!; sleep 1; gdb -q -nx -batch -ex 'target extended-remote 127.0.0.1:7603' -ex 'set remote exec-file /tmp/w/d' -ex 'break main' -ex run -ex 'next' -ex 'print p' -ex kill -ex 'monitor exit' ./d 2>&1 | grep -E 'Breakpoint 1,|^\\$|killed'; wait $S; gdb -q -nx -batch -ex 'target remote | gdbserver --once - ./d' -ex 'break work' -ex continue -ex 'bt 1' -ex kill ./d 2>&1 | grep -E '^#0|hit Break' ; gdb -q -nx -batch -ex 'target remote 127.0.0.1:7699' 2>&1 | tail -n 1`,
      },
    ],
  },
]
