// One topic of signals per run (argv[1]), told in lines that do not depend on pids, addresses or speed: Linux and this machine must
// print the same.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define say(...) (printf(__VA_ARGS__), fflush(stdout))
#define MS 1000

static volatile int taken;
static sigset_t none, old;

static void note(int s) {
  taken++;
  say("took %d\n", s);
}

static void on(int s, void *handler, int flags) {
  struct sigaction a = {.sa_sigaction = handler, .sa_flags = flags};
  if (sigaction(s, &a, 0)) say("sigaction %d: %s\n", s, strerror(errno));
}

static sigset_t set_of(int s) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, s);
  return set;
}

static void result(const char *what, long r) { say("%s: %ld %s\n", what, r, r < 0 ? strerror(errno) : ""); }

static void tell(int w) {
  if (WIFEXITED(w)) say("exited %d\n", WEXITSTATUS(w));
  else if (WIFSIGNALED(w)) say("killed %d core %d\n", WTERMSIG(w), !!WCOREDUMP(w));
  else if (WIFSTOPPED(w)) say("stopped %d\n", WSTOPSIG(w));
  else if (WIFCONTINUED(w)) say("continued\n");
}

static void reap(pid_t p, int options) {
  int w = -1;
  waitpid(p, &w, options);
  tell(w);
}

// A child that sends SIGUSR1 after a while, twice if `n` is 2, and then writes a byte.
static pid_t pester(int fd) {
  pid_t p = fork();
  if (p) return p;
  usleep(20 * MS);
  kill(getppid(), SIGUSR1);
  usleep(20 * MS);
  if (fd >= 0) write(fd, "x", 1);
  _exit(0);
}

static void masks(void) {
  sigset_t s = set_of(SIGUSR1);
  on(SIGUSR1, note, 0);
  raise(SIGUSR1);
  sigprocmask(SIG_BLOCK, &s, &old);
  raise(SIGUSR1);
  raise(SIGUSR1);
  say("blocked: %d\n", taken);
  sigpending(&s);
  say("pending: %d\n", sigismember(&s, SIGUSR1));
  sigprocmask(SIG_SETMASK, &old, 0);
  say("unblocked: %d\n", taken);
}

static void with_info(int s, siginfo_t *i, void *u) {
  say("took %d code %d own %d value %d\n", s, i->si_code, i->si_pid == getpid(), i->si_value.sival_int);
}

static void queued(void) {
  sigset_t s = set_of(40);
  on(40, with_info, SA_SIGINFO);
  sigprocmask(SIG_BLOCK, &s, &old);
  for (int n = 0; n < 4; n++) sigqueue(getpid(), 40, (union sigval){.sival_int = n});
  sigprocmask(SIG_SETMASK, &old, 0);
}

static volatile double product = 2;
static void multiply(int s) {
  volatile double local = 1.25;
  product = product * 3.5 * local;
}

static void floating(void) {
  double kept = 1.5;
  on(SIGUSR1, multiply, 0);
  for (int n = 0; n < 3; n++) {
    kept += 0.125;
    raise(SIGUSR1);
  }
  say("%g %g\n", product, kept);
}

static sigjmp_buf back;
static void out_of_fault(int s, siginfo_t *i, void *u) {
  say("took %d code %d\n", s, i->si_code);
  siglongjmp(back, 1);
}

static void skip(int s, siginfo_t *i, void *u) {
  ucontext_t *c = u;
  say("took %d code %d at pc %d\n", s, i->si_code, i->si_addr == (void *)c->uc_mcontext.__gregs[0]);
  c->uc_mcontext.__gregs[0] += 4;
}

static void faults(void) {
  on(SIGSEGV, out_of_fault, SA_SIGINFO);
  on(SIGBUS, out_of_fault, SA_SIGINFO);
  if (!sigsetjmp(back, 1)) *(volatile int *)16 = 1;
  volatile char *m = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!sigsetjmp(back, 1)) *m = 1;
  on(SIGILL, skip, SA_SIGINFO);
  on(SIGTRAP, skip, SA_SIGINFO);
  asm volatile(".word 0xffffffff");
  asm volatile(".option push\n.option norvc\nebreak\n.option pop");
  say("went on\n");
}

static void defer(int s) {
  static int depth;
  say("depth %d\n", ++depth);
  if (depth < 3) raise(s);
  say("back to %d\n", --depth);
}

static void flags(void) {
  struct sigaction a;
  on(SIGHUP, defer, SA_NODEFER);
  raise(SIGHUP);
  on(SIGHUP, note, SA_RESETHAND);
  raise(SIGHUP);
  sigaction(SIGHUP, 0, &a);
  say("reset %d\n", a.sa_handler == SIG_DFL);
  on(SIGKILL, note, 0);
  on(SIGSTOP, note, 0);
  on(65, note, 0);
  on(0, note, 0);
  on(SIGCHLD, SIG_IGN, 0);
  pid_t p = fork();
  if (!p) _exit(1);
  result("wait for an ignored child", waitpid(p, 0, 0));
}

static char *stack;
enum { STACK = 65536 };
static void on_stack(int s) {
  char here;
  stack_t o;
  sigaltstack(0, &o);
  say("on it %d flags %d\n", &here > stack && &here < stack + STACK, o.ss_flags);
  result("change it", sigaltstack(&o, 0));
}

static void alternate(void) {
  stack = malloc(STACK);
  stack_t s = {.ss_sp = stack, .ss_size = STACK};
  result("sigaltstack", sigaltstack(&s, 0));
  on(SIGUSR1, on_stack, SA_ONSTACK);
  raise(SIGUSR1);
  s.ss_size = 100;
  result("too small", sigaltstack(&s, 0));
  s.ss_flags = 8;
  result("bad flag", sigaltstack(&s, 0));
}

static volatile int told;
static void child_told(int s, siginfo_t *i, void *u) {
  say("child code %d status %d\n", i->si_code, i->si_status);
  told = 1;
}
// waitpid() can know of a change before SIGCHLD has come: what the handler says is always first.
static void reap_told(pid_t p, int options) {
  while (!told) usleep(MS / 10);
  told = 0;
  reap(p, options);
}

static void deaths(void) {
  const int signals[] = {SIGTERM, SIGKILL, SIGABRT, SIGINT, SIGUSR2, SIGPIPE, SIGALRM, SIGSEGV, SIGQUIT, 40};
  on(SIGCHLD, child_told, SA_SIGINFO | SA_RESTART);
  for (unsigned n = 0; n < sizeof signals / sizeof *signals; n++) {
    pid_t p = fork();
    if (!p) {
      raise(signals[n]);
      _exit(9);
    }
    int w;
    waitpid(p, &w, 0);
    say("killed %d\n", WTERMSIG(w));
  }
}

static pid_t sleeper(void) {
  pid_t p = fork();
  if (p) return setpgid(p, p), p;
  for (;;) pause();
}

static void stops(void) {
  on(SIGCHLD, child_told, SA_SIGINFO | SA_RESTART);
  pid_t p = sleeper();
  kill(p, SIGSTOP);
  reap_told(p, WUNTRACED);
  say("nothing new: %d\n", waitpid(p, 0, WUNTRACED | WNOHANG));
  kill(p, SIGCONT);
  reap_told(p, WCONTINUED);
  kill(p, SIGTSTP);
  reap_told(p, WUNTRACED);
  kill(p, SIGTERM);
  usleep(MS);
  say("still stopped: %d\n", waitpid(p, 0, WNOHANG));
  // Two signals follow each other here, going on and dying: whether they are told apart is a race, so neither is shown.
  signal(SIGCHLD, SIG_DFL);
  kill(p, SIGCONT);
  reap(p, 0);
  on(SIGCHLD, child_told, SA_SIGINFO | SA_RESTART);
  p = sleeper();
  kill(p, SIGSTOP);
  reap_told(p, WUNTRACED);
  kill(p, SIGKILL);
  reap_told(p, 0);
}

// Not for comparison with QEMU, which tells of stops all the same.
static void quietstop(void) {
  on(SIGCHLD, child_told, SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP);
  pid_t p = sleeper();
  kill(p, SIGSTOP);
  reap(p, WUNTRACED);
  kill(p, SIGKILL);
  reap(p, 0);
}

static void restarts(void) {
  int ends[2];
  char byte;
  struct timespec t = {5, 0}, left = {0};
  pipe(ends);
  on(SIGUSR1, note, SA_RESTART);
  pid_t p = pester(ends[1]);
  result("read, restarted", read(ends[0], &byte, 1));
  reap(p, 0);
  on(SIGUSR1, note, 0);
  p = pester(ends[1]);
  result("read, interrupted", read(ends[0], &byte, 1));
  result("read", read(ends[0], &byte, 1));
  reap(p, 0);
  on(SIGUSR1, note, SA_RESTART);
  p = pester(-1);
  result("nanosleep is never restarted", nanosleep(&t, &left));
  say("left %d\n", left.tv_sec == 4);
  reap(p, 0);
  on(SIGUSR1, SIG_IGN, 0);
  p = pester(-1);
  t = (struct timespec){0, 60 * MS * 1000};
  result("nanosleep does not notice what is ignored", nanosleep(&t, &left));
  reap(p, 0);
  p = fork();
  if (!p) {
    usleep(10 * MS);
    kill(getppid(), SIGSTOP);
    _exit(0);
  }
  // Nobody continues us from outside: the child of a child does.
  pid_t q = fork();
  if (!q) {
    usleep(30 * MS);
    kill(getppid(), SIGCONT);
    _exit(0);
  }
  t = (struct timespec){0, 60 * MS * 1000};
  result("nanosleep over a stop", nanosleep(&t, &left));
  reap(p, 0);
  reap(q, 0);
}

static void waits(void) {
  sigset_t s = set_of(SIGUSR1);
  siginfo_t i;
  struct timespec soon = {0, MS * 1000};
  on(SIGUSR1, note, 0);
  sigprocmask(SIG_BLOCK, &s, &old);
  raise(SIGUSR1);
  result("sigsuspend", sigsuspend(&none));
  sigset_t now;
  sigprocmask(SIG_BLOCK, 0, &now);
  say("mask is back: %d\n", sigismember(&now, SIGUSR1));
  raise(SIGUSR1);
  result("sigwaitinfo", sigwaitinfo(&s, &i));
  say("code %d\n", i.si_code);
  result("sigtimedwait", sigtimedwait(&s, &i, &soon));
  pid_t p = pester(-1);
  result("sigwaitinfo", sigwaitinfo(&s, &i));
  say("from the child %d\n", i.si_pid == p);
  reap(p, 0);
  p = pester(-1);
  result("ppoll", ppoll(0, 0, 0, &none));
  reap(p, 0);
}

static void descriptor(void) {
  sigset_t s = set_of(SIGUSR1);
  struct signalfd_siginfo i;
  sigprocmask(SIG_BLOCK, &s, 0);
  int fd = signalfd(-1, &s, SFD_CLOEXEC | SFD_NONBLOCK);
  struct pollfd p = {fd, POLLIN};
  result("read", read(fd, &i, sizeof i));
  raise(SIGUSR1);
  result("poll", poll(&p, 1, -1));
  result("read", read(fd, &i, sizeof i));
  say("signal %d own %d\n", i.ssi_signo, i.ssi_pid == (unsigned)getpid());
  result("poll", poll(&p, 1, 0));
  result("small", read(fd, &i, 20));
}

static void timers(void) {
  struct itimerval it = {{0, 200 * MS}, {0, 3 * MS}}, off = {0};
  on(SIGALRM, note, 0);
  setitimer(ITIMER_REAL, &it, 0);
  for (int n = 0; n < 3; n++) pause();
  getitimer(ITIMER_REAL, &it);
  say("interval %ld, some left %d\n", it.it_interval.tv_usec, it.it_value.tv_usec > 0 && it.it_value.tv_usec <= 200 * MS);
  setitimer(ITIMER_REAL, &off, 0);
  alarm(1);
  say("alarm had %u\n", alarm(0));
  on(SIGVTALRM, note, 0);
  it = (struct itimerval){{0, 0}, {0, 5 * MS}};
  taken = 0;
  setitimer(ITIMER_VIRTUAL, &it, 0);
  while (!taken) {}
  timer_t t;
  struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 41, .sigev_value.sival_int = 77};
  struct itimerspec once = {{0, 0}, {0, MS * 1000}};
  on(41, with_info, SA_SIGINFO);
  result("timer_create", timer_create(CLOCK_MONOTONIC, &e, &t));
  timer_settime(t, 0, &once, 0);
  pause();
  timer_gettime(t, &once);
  say("left %ld.%ld\n", once.it_value.tv_sec, once.it_value.tv_nsec);
  result("timer_delete", timer_delete(t));
  result("timer_delete", timer_delete(t));
}

static void errors(void) {
  result("kill 0", kill(getpid(), 0));
  result("nobody", kill(999999, 0));
  result("no signal", kill(getpid(), 99));
  pid_t p = fork();
  if (!p) {
    setuid(1000);
    result("not mine", kill(getppid(), SIGTERM));
    result("mine", kill(getpid(), 0));
    _exit(0);
  }
  reap(p, 0);
  p = fork();
  if (!p) {
    on(SIGUSR1, note, 0);
    asm volatile("mv sp, zero\nli a7, 172\necall\nli a1, 10\nli a7, 129\necall\nli a7, 93\necall");
  }
  reap(p, 0);
  p = fork();
  if (!p) asm volatile("li a7, 139\necall");
  reap(p, 0);
}

static const struct {
  const char *name;
  void (*run)(void);
} topics[] = {{"masks", masks},   {"queued", queued},     {"floating", floating}, {"faults", faults},       {"flags", flags},
              {"deaths", deaths}, {"stops", stops},       {"restarts", restarts}, {"waits", waits},         {"timers", timers},
              {"errors", errors}, {"alternate", alternate}, {"descriptor", descriptor}, {"quietstop", quietstop}};

int main(int argc, char **argv) {
  sigemptyset(&none);
  for (unsigned n = 0; n < sizeof topics / sizeof *topics; n++) {
    if (strcmp(topics[n].name, argv[1])) continue;
    topics[n].run();
    return 0;
  }
  return 2;
}
