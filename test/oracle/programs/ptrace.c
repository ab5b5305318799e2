// Following other tasks, as a tracer sees it: what waits tell, in which order, and what requests answer. No registers: recorded on x86-64.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/ptrace.h>
#undef ptrace
#define P(req, pid, addr, data) syscall(SYS_ptrace, (long)(req), (long)(pid), (long)(addr), (long)(data))

static const char *name(int s) {
  static char b[4][24];
  static int n;
  char *r = b[n++ & 3];
  if (s == (SIGTRAP | 0x80)) return "TRAP|80";
  snprintf(r, 24, "%s", s > 0 && s < 32 ? sigabbrev_np(s) : "?");
  if (s <= 0 || s >= 32) snprintf(r, 24, "%d", s);
  return r;
}
static pid_t known[32];
static int nknown;
/* Numbers by the order in which they were met. */
static int who(pid_t p) {
  if (p <= 0) return (int)p;
  for (int i = 0; i < nknown; i++) if (known[i] == p) return 100 + i;
  known[nknown++] = p;
  return 100 + nknown - 1;
}
static void status(int s) {
  if (WIFEXITED(s)) printf("exited %d", WEXITSTATUS(s));
  else if (WIFSIGNALED(s)) printf("killed %s", name(WTERMSIG(s)));
  else if (s == 0xffff) printf("continued");
  else if (WIFSTOPPED(s)) {
    printf("stopped %s", name(WSTOPSIG(s)));
    if (s >> 16) printf(" event %d", s >> 16);
  } else printf("status %#x", s);
}
static int last;
static int W(const char *what, pid_t p, int flags) {
  int s = 0, r = waitpid(p, &s, flags);
  int e = errno;
  printf("%s: ", what);
  if (r < 0) printf("%s\n", strerrorname_np(e));
  else if (r == 0) printf("nothing\n");
  else { printf("%d ", who(r)); status(s); printf("\n"); }
  last = s;
  return r;
}
static void R(const char *what, long r) {
  if (r < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, r);
}
static void info(const char *what, pid_t p) {
  siginfo_t i;
  memset(&i, 0, sizeof i);
  if (P(PTRACE_GETSIGINFO, p, 0, &i) < 0) { printf("%s info: %s\n", what, strerrorname_np(errno)); return; }
  printf("%s info: signo %s code %d pid %d\n", what, name(i.si_signo), i.si_code, who(i.si_pid));
}
static unsigned long msg(pid_t p) {
  unsigned long m = 77;
  P(PTRACE_GETEVENTMSG, p, 0, &m);
  return m;
}
static void settle(void) { usleep(60000); }
static void chld(void) {
  sigset_t s;
  sigemptyset(&s);
  sigaddset(&s, SIGCHLD);
  siginfo_t i;
  struct timespec t = {0, 0};
  while (sigtimedwait(&s, &i, &t) > 0) printf("SIGCHLD code %d status %d pid %d\n", i.si_code, i.si_status, who(i.si_pid));
}
static void blockchld(void) {
  sigset_t s;
  sigemptyset(&s);
  sigaddset(&s, SIGCHLD);
  sigprocmask(SIG_BLOCK, &s, 0);
}
static void handler(int s) { char b[32]; int n = snprintf(b, 32, "handler %s\n", name(s)); write(1, b, n); }

/* ---- */
static void t_traceme(void) {
  blockchld();
  pid_t p = fork();
  if (!p) {
    R("traceme", P(PTRACE_TRACEME, 0, 0, 0));
    R("again", P(PTRACE_TRACEME, 0, 0, 0));
    fflush(stdout);
    raise(SIGSTOP);
    raise(SIGUSR1);
    _exit(7);
  }
  W("stop", p, 0);
  chld();
  W("told once", p, WNOHANG);
  info("stop", p);
  R("cont", P(PTRACE_CONT, p, 0, 0));
  W("usr1", p, 0);
  info("usr1", p);
  R("suppress", P(PTRACE_CONT, p, 0, 0));
  W("end", p, 0);
  W("gone", p, 0);
  chld();
}
static void t_exec(void) {
  for (int k = 0; k < 3; k++) {
    pid_t p = fork();
    if (!p) {
      P(PTRACE_TRACEME, 0, 0, 0);
      raise(SIGSTOP);
      char *a[] = {"/proc/self/exe", "noop", 0};
      execv(a[0], a);
      _exit(1);
    }
    W("stop", p, 0);
    if (k == 1) R("options", P(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACEEXEC));
    if (k == 2) R("options", P(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESYSGOOD));
    if (k < 2) {
      P(PTRACE_CONT, p, 0, 0);
      W("exec", p, 0);
      info("exec", p);
      printf("message is pid %d\n", msg(p) == (unsigned long)p);
      P(PTRACE_CONT, p, 0, 0);
      W("end", p, 0);
    } else {
      int n = 0, ev = 0;
      P(PTRACE_SYSCALL, p, 0, 0);
      while (waitpid(p, &last, 0) > 0 && WIFSTOPPED(last)) {
        if (last >> 16) { status(last); printf(" message %s\n", (last >> 16) == 4 ? msg(p) == (unsigned long)p ? "pid" : "other" : msg(p) == 0 ? "0" : "other"); ev = 1; }
        else if (ev == 1) { status(last); printf(" after it, message %lu\n", msg(p)); ev = 0; }
        n++;
        P(PTRACE_SYSCALL, p, 0, 0);
      }
      status(last);
      printf(" stops %s\n", n > 4 ? "many" : "few");
    }
  }
}
static int child_main(void *a) { (void)a; return 5; }
static char stk[65536];
static void t_events(void) {
  int opts = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT;
  pid_t p = fork();
  if (!p) {
    P(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    if (!fork()) _exit(1);
    wait(0);
    if (!vfork()) _exit(2);
    wait(0);
    clone(child_main, stk + sizeof stk, CLONE_VM | CLONE_FS, 0);
    waitpid(-1, 0, __WALL);
    _exit(3);
  }
  W("stop", p, 0);
  who(p);
  R("options", P(PTRACE_SETOPTIONS, p, 0, opts));
  P(PTRACE_CONT, p, 0, 0);
  for (;;) {
    /* One at a time: the parent's own stops first, then its child. */
    int s, r = waitpid(p, &s, __WALL);
    if (r < 0) break;
    printf("%d ", who(r));
    status(s);
    int ev = s >> 16;
    if (WIFSTOPPED(s) && ev && ev != PTRACE_EVENT_EXIT) printf(" message %d", who(msg(p)));
    if (ev == PTRACE_EVENT_EXIT) { printf(" message "); status(msg(p)); }
    printf("\n");
    if (!WIFSTOPPED(s)) break;
    if (ev == PTRACE_EVENT_FORK || ev == PTRACE_EVENT_VFORK || ev == PTRACE_EVENT_CLONE) {
      pid_t c = msg(p);
      if (ev != PTRACE_EVENT_VFORK) P(PTRACE_CONT, p, 0, 0);
      else P(PTRACE_CONT, p, 0, 0);
      W(" child", c, __WALL);
      P(PTRACE_CONT, c, 0, 0);
      W(" child", c, __WALL);
      P(PTRACE_CONT, c, 0, 0);
      W(" child", c, __WALL);
      continue;
    }
    P(PTRACE_CONT, p, 0, WSTOPSIG(s) == SIGCHLD && !ev ? SIGCHLD : 0);
  }
}
static void t_syscall(void) {
  pid_t p = fork();
  if (!p) {
    P(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    syscall(SYS_getppid);
    syscall(SYS_close, -1);
    syscall(SYS_exit_group, 9);
  }
  W("stop", p, 0);
  struct ptrace_syscall_info i;
  R("none", P(PTRACE_GET_SYSCALL_INFO, p, sizeof i, &i) );
  printf("op %d\n", i.op);
  int seen = 0;
  for (int good = 0; good < 2; good++) {
    P(PTRACE_SYSCALL, p, 0, 0);
    W("bare", p, 0);
    info("bare", p);
    R("size", P(PTRACE_GET_SYSCALL_INFO, p, sizeof i, &i));
    printf("op %d message %lu\n", i.op, msg(p));
    if (seen++) break;
  }
  P(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACESYSGOOD);
  for (;;) {
    P(PTRACE_SYSCALL, p, 0, 0);
    if (W("stop", p, 0) < 0 || !WIFSTOPPED(last)) break;
    memset(&i, 0xee, sizeof i);
    long n = P(PTRACE_GET_SYSCALL_INFO, p, sizeof i, &i);
    printf("%ld bytes, op %d, message %lu", n, i.op, msg(p));
    if (i.op == 1) printf(", %s, arg %lld", i.entry.nr == SYS_getppid ? "getppid" : i.entry.nr == SYS_close ? "close" : i.entry.nr == SYS_exit_group ? "exit_group" : "other", i.entry.nr == SYS_getppid ? 0LL : (long long)(int)i.entry.args[0]);
    if (i.op == 2) printf(", error %d, %s", i.exit.is_error, i.exit.rval == getpid() ? "own pid" : i.exit.rval == -EBADF ? "EBADF" : "other");
    printf("\n");
  }
}
static void t_attach(void) {
  int fds[2];
  pipe(fds);
  blockchld();
  pid_t p = fork();
  if (!p) {
    char c;
    signal(SIGUSR1, handler);
    read(fds[0], &c, 1);
    _exit(4);
  }
  settle();
  R("attach", P(PTRACE_ATTACH, p, 0, 0));
  R("attach again", P(PTRACE_ATTACH, p, 0, 0));
  W("stop", p, 0);
  chld();
  info("stop", p);
  R("detach with a bad signal", P(PTRACE_DETACH, p, 0, 65));
  R("detach", P(PTRACE_DETACH, p, 0, 0));
  W("goes on", p, WNOHANG | WUNTRACED);
  R("cont without being the tracer", P(PTRACE_CONT, p, 0, 0));
  kill(p, SIGSTOP);
  settle();
  W("job control", p, WUNTRACED);
  R("attach to a stopped one", P(PTRACE_ATTACH, p, 0, 0));
  W("stop", p, WNOHANG);
  info("stop", p);
  R("cont", P(PTRACE_CONT, p, 0, 0));
  W("its own SIGSTOP", p, 0);
  R("detach", P(PTRACE_DETACH, p, 0, 0));
  settle();
  W("stopped still", p, WNOHANG | WUNTRACED);
  chld();
  kill(p, SIGCONT);
  settle();
  W("goes on", p, WNOHANG | WUNTRACED | WCONTINUED);
  R("attach", P(PTRACE_ATTACH, p, 0, 0));
  W("stop", p, 0);
  long r = P(PTRACE_DETACH, p, 0, SIGUSR1);
  settle();
  R("detached with SIGUSR1", r);
  R("attach", P(PTRACE_ATTACH, p, 0, 0));
  W("stop", p, 0);
  R("detach with SIGSTOP", P(PTRACE_DETACH, p, 0, SIGSTOP));
  settle();
  W("stopped", p, WNOHANG | WUNTRACED);
  chld();
  R("attach", P(PTRACE_ATTACH, p, 0, 0));
  W("stop", p, 0);
  R("kill", P(PTRACE_KILL, p, 0, 0));
  W("end", p, 0);
}
static void t_seize(void) {
  blockchld();
  pid_t p = fork();
  if (!p) {
    setpgid(0, 0);
    signal(SIGUSR1, handler);
    for (;;) pause();
  }
  settle();
  R("seize with addr", P(PTRACE_SEIZE, p, 1, 0));
  R("seize with bad options", P(PTRACE_SEIZE, p, 0, 1 << 12));
  R("seize", P(PTRACE_SEIZE, p, 0, PTRACE_O_TRACESYSGOOD));
  W("runs", p, WNOHANG);
  R("cont a running one", P(PTRACE_CONT, p, 0, 0));
  R("interrupt", P(PTRACE_INTERRUPT, p, 0, 0));
  W("stop", p, 0);
  chld();
  info("stop", p);
  printf("message %lu\n", msg(p));
  R("listen", P(PTRACE_LISTEN, p, 0, 0));
  W("listening", p, WNOHANG);
  R("cont a listening one", P(PTRACE_CONT, p, 0, 0));
  R("interrupt a listening one", P(PTRACE_INTERRUPT, p, 0, 0));
  W("stop", p, 0);
  R("interrupt a stopped one", P(PTRACE_INTERRUPT, p, 0, 0));
  W("not yet", p, WNOHANG);
  R("cont", P(PTRACE_CONT, p, 0, SIGUSR1));
  W("stop again", p, 0);
  R("cont", P(PTRACE_CONT, p, 0, 0));
  settle();
  W("runs", p, WNOHANG);
  kill(p, SIGTSTP);
  W("signal", p, 0);
  info("signal", p);
  R("listen at a signal", P(PTRACE_LISTEN, p, 0, 0));
  R("cont with it", P(PTRACE_CONT, p, 0, SIGTSTP));
  W("group stop", p, 0);
  info("group stop", p);
  chld();
  R("listen", P(PTRACE_LISTEN, p, 0, 0));
  settle();
  W("listening", p, WNOHANG);
  kill(p, SIGCONT);
  W("continued", p, 0);
  info("continued", p);
  R("cont", P(PTRACE_CONT, p, 0, 0));
  W("SIGCONT", p, 0);
  R("cont", P(PTRACE_CONT, p, 0, SIGCONT));
  settle();
  W("runs", p, WNOHANG | WCONTINUED);
  kill(p, SIGSTOP);
  W("signal", p, 0);
  P(PTRACE_CONT, p, 0, SIGSTOP);
  W("group stop", p, 0);
  R("cont in spite of it", P(PTRACE_CONT, p, 0, 0));
  kill(p, SIGUSR1);
  W("runs", p, 0);
  P(PTRACE_CONT, p, 0, SIGUSR1);
  settle();
  R("interrupt", P(PTRACE_INTERRUPT, p, 0, 0));
  W("group stop is in force", p, 0);
  R("detach", P(PTRACE_DETACH, p, 0, 0));
  settle();
  char path[64], line[256];
  snprintf(path, 64, "/proc/%d/stat", p);
  FILE *f = fopen(path, "r");
  fgets(line, 256, f);
  fclose(f);
  printf("state %c\n", strrchr(line, ')')[2]);
  kill(p, SIGKILL);
  W("end", p, 0);
}
static void t_group(void) {
  /* Attached the old way: a stop of the process, and going on in spite of it. */
  blockchld();
  pid_t p = fork();
  if (!p) {
    setpgid(0, 0);
    P(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    for (;;) pause();
  }
  W("first", p, 0);
  info("first", p);
  P(PTRACE_CONT, p, 0, SIGSTOP);
  W("group stop", p, 0);
  info("group stop", p);
  R("interrupt", P(PTRACE_INTERRUPT, p, 0, 0));
  R("listen", P(PTRACE_LISTEN, p, 0, 0));
  kill(p, SIGCONT);
  settle();
  W("SIGCONT does not wake it", p, WNOHANG | WCONTINUED);
  P(PTRACE_CONT, p, 0, 0);
  W("SIGCONT", p, 0);
  P(PTRACE_CONT, p, 0, SIGCONT);
  settle();
  W("runs", p, WNOHANG);
  kill(p, SIGTTIN);
  W("signal", p, 0);
  kill(p, SIGCONT);
  P(PTRACE_CONT, p, 0, SIGTTIN);
  W("stop cancelled", p, 0);
  P(PTRACE_CONT, p, 0, 0);
  kill(p, SIGKILL);
  W("end", p, 0);
}
static void t_signals(void) {
  pid_t p = fork();
  if (!p) {
    signal(SIGUSR1, handler);
    signal(SIGUSR2, handler);
    signal(SIGHUP, SIG_IGN);
    P(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    raise(SIGUSR1);
    raise(SIGUSR1);
    raise(SIGHUP);
    raise(SIGCHLD);
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR2);
    sigprocmask(SIG_BLOCK, &s, 0);
    raise(SIGUSR1);
    write(1, "blocked\n", 8);
    sigprocmask(SIG_UNBLOCK, &s, 0);
    write(1, "unblocked\n", 10);
    raise(SIGTERM);
    _exit(0);
  }
  who(p);
  W("stop", p, 0);
  P(PTRACE_CONT, p, 0, 0);
  W("usr1", p, 0);
  P(PTRACE_CONT, p, 0, SIGUSR1);
  W("usr1", p, 0);
  siginfo_t i;
  P(PTRACE_GETSIGINFO, p, 0, &i);
  i.si_signo = SIGUSR2;
  i.si_code = -7;
  R("setsiginfo", P(PTRACE_SETSIGINFO, p, 0, &i));
  info("set", p);
  P(PTRACE_CONT, p, 0, SIGUSR2);
  W("hup", p, 0);
  P(PTRACE_CONT, p, 0, SIGHUP);
  W("chld", p, 0);
  P(PTRACE_CONT, p, 0, SIGCHLD);
  W("usr1", p, 0);
  P(PTRACE_CONT, p, 0, SIGUSR2);
  W("when let through", p, 0);
  info("when let through", p);
  P(PTRACE_CONT, p, 0, SIGUSR2);
  W("term", p, 0);
  P(PTRACE_CONT, p, 0, SIGTERM);
  W("end", p, 0);
}
static void t_mask(void) {
  pid_t p = fork();
  if (!p) {
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGUSR1);
    sigaddset(&s, 40);
    sigprocmask(SIG_BLOCK, &s, 0);
    P(PTRACE_TRACEME, 0, 0, 0);
    union sigval v = {.sival_int = 5};
    sigqueue(getpid(), 40, v);
    v.sival_int = 6;
    sigqueue(getpid(), 40, v);
    raise(SIGUSR1);
    raise(SIGSTOP);
    _exit(2);
  }
  W("stop", p, 0);
  uint64_t m = 0;
  R("mask, wrong size", P(PTRACE_GETSIGMASK, p, 4, &m));
  R("mask", P(PTRACE_GETSIGMASK, p, 8, &m));
  printf("%llx\n", (unsigned long long)m);
  siginfo_t si[8];
  struct __ptrace_peeksiginfo_args a = {0, 0, 8};
  R("own", P(PTRACE_PEEKSIGINFO, p, &a, si));
  a.flags = 1;
  long n = P(PTRACE_PEEKSIGINFO, p, &a, si);
  R("shared", n);
  for (int i = 0; i < n; i++) printf("%d value %d\n", si[i].si_signo, si[i].si_int);
  a.off = 1;
  R("from the second", P(PTRACE_PEEKSIGINFO, p, &a, si));
  a.off = 9;
  R("beyond", P(PTRACE_PEEKSIGINFO, p, &a, si));
  a.nr = -1;
  R("negative", P(PTRACE_PEEKSIGINFO, p, &a, si));
  a.nr = 1; a.flags = 4;
  R("flags", P(PTRACE_PEEKSIGINFO, p, &a, si));
  m = ~0ull;
  R("set all", P(PTRACE_SETSIGMASK, p, 8, &m));
  P(PTRACE_GETSIGMASK, p, 8, &m);
  printf("%llx\n", (unsigned long long)m);
  m = 0;
  R("set none", P(PTRACE_SETSIGMASK, p, 8, &m));
  P(PTRACE_CONT, p, 0, 0);
  W("own first", p, 0);
  P(PTRACE_CONT, p, 0, 0);
  if (waitpid(p, &last, 0) > 0) printf("then %d\n", WSTOPSIG(last));
  P(PTRACE_CONT, p, 0, 0);
  if (waitpid(p, &last, 0) > 0) printf("then %d\n", WSTOPSIG(last));
  P(PTRACE_CONT, p, 0, 0);
  W("end", p, 0);
}
static void t_errors(void) {
  R("no such", P(PTRACE_ATTACH, 999999, 0, 0));
  R("zero", P(PTRACE_CONT, 0, 0, 0));
  R("self", P(PTRACE_ATTACH, getpid(), 0, 0));
  R("bad request, not traced", P(12345, getpid(), 0, 0));
  pid_t z = fork();
  if (!z) _exit(0);
  settle();
  R("a zombie", P(PTRACE_ATTACH, z, 0, 0));
  waitpid(z, 0, 0);
  pid_t p = fork();
  if (!p) {
    P(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    _exit(0);
  }
  R("before it stops", P(PTRACE_PEEKDATA, p, &last, &last) < 0 && errno == ESRCH ? 0 : 1);
  W("stop", p, 0);
  R("bad request", P(12345, p, 0, 0));
  R("cont with a bad signal", P(PTRACE_CONT, p, 0, 65));
  R("cont with -1", P(PTRACE_CONT, p, 0, -1));
  R("bad options", P(PTRACE_SETOPTIONS, p, 0, 1 << 9));
  R("peek at nothing", P(PTRACE_PEEKDATA, p, 16, &last));
  R("poke at nothing", P(PTRACE_POKEDATA, p, 16, 0));
  R("event message to nowhere", P(PTRACE_GETEVENTMSG, p, 0, 8));
  R("siginfo to nowhere", P(PTRACE_GETSIGINFO, p, 0, 8));
  R("interrupt, not seized", P(PTRACE_INTERRUPT, p, 0, 0));
  R("listen, not seized", P(PTRACE_LISTEN, p, 0, 0));
  struct iovec v = {&last, 4};
  R("regset, bad length", P(PTRACE_GETREGSET, p, 1, &v));
  R("regset, none such", P(PTRACE_GETREGSET, p, 0x7777, &v));
  R("regset from nowhere", P(PTRACE_GETREGSET, p, 1, 8));
  v.iov_base = (void *)8; v.iov_len = 8;
  R("regset to nowhere", P(PTRACE_GETREGSET, p, 1, &v));
  P(PTRACE_CONT, p, 0, 0);
  W("end", p, 0);
}
static volatile long word = 0x1234;
__attribute__((noinline, aligned(64))) static int code(void) { __asm__ volatile("nop; nop; nop; nop; nop; nop; nop; nop"); return 1; }
static void t_memory(void) {
  long *shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  long *ro = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  long *none = mmap(0, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int fd = open("/proc/self/exe", O_RDONLY);
  long *sharedro = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 0);
  pid_t p = fork();
  if (!p) {
    P(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    int ok = word == 0x77 && shared[0] == 0x99 && ro[1] == 0x55;
    _exit(ok ? 0 : 1);
  }
  W("stop", p, 0);
  long got = 0;
  R("peek", P(PTRACE_PEEKDATA, p, &word, &got));
  printf("%lx\n", got);
  R("poke", P(PTRACE_POKEDATA, p, &word, 0x77));
  R("poke shared", P(PTRACE_POKEDATA, p, shared, 0x99));
  R("poke read-only", P(PTRACE_POKEDATA, p, ro + 1, 0x55));
  R("poke PROT_NONE", P(PTRACE_POKEDATA, p, none, 0x44));
  R("poke a file mapped shared, read-only", P(PTRACE_POKEDATA, p, sharedro, 0x44));
  long ins = 0, own = *(long *)(void *)code;
  P(PTRACE_PEEKTEXT, p, code, &ins);
  R("same code", ins == own);
  R("poke code", P(PTRACE_POKETEXT, p, code, ~ins));
  P(PTRACE_PEEKTEXT, p, code, &got);
  R("changed there", got == ~ins);
  R("not here", *(volatile long *)(void *)code == own && code());
  R("unaligned, across pages", P(PTRACE_PEEKDATA, p, (char *)none + 4093, &got));
  R("at the end of a mapping", P(PTRACE_PEEKDATA, p, (char *)shared + 4092, &got) <= 0 ? 0 : 1);
  printf("own word %lx, shared %lx\n", word, shared[0]);
  P(PTRACE_CONT, p, 0, 0);
  W("end", p, 0);
}
static void t_tracer_ends(void) {
  for (int k = 0; k < 3; k++) {
    int fds[2], done[2];
    pipe(fds);
    pipe(done);
    pid_t p = fork();
    if (!p) {
      char c;
      signal(SIGUSR1, handler);
      read(fds[0], &c, 1);
      _exit(4);
    }
    settle();
    pid_t t = fork();
    if (!t) {
      int s;
      if (k == 2) P(PTRACE_SEIZE, p, 0, PTRACE_O_EXITKILL);
      else { P(PTRACE_ATTACH, p, 0, 0); waitpid(p, &s, 0); }
      if (k == 1) { P(PTRACE_CONT, p, 0, 0); kill(p, SIGUSR1); settle(); }
      write(done[1], "x", 1);
      _exit(0);
    }
    char c;
    read(done[0], &c, 1);
    waitpid(t, 0, 0);
    settle();
    W("after its tracer", p, WNOHANG | WUNTRACED);
    write(fds[1], "x", 1);
    W("end", p, 0);
  }
}
static void t_parent(void) {
  /* The tracer is not the parent: the parent sees no stops of it, and its end after the tracer. */
  blockchld();
  int go[2], back[2];
  pipe(go);
  pipe(back);
  pid_t p = fork();
  if (!p) { for (;;) pause(); }
  pid_t t = fork();
  if (!t) {
    char c;
    int s;
    R("tracer: seize", P(PTRACE_SEIZE, p, 0, 0));
    P(PTRACE_INTERRUPT, p, 0, 0);
    waitpid(p, &s, 0);
    printf("tracer: ");
    status(s);
    printf("\n");
    fflush(stdout);
    write(back[1], "x", 1);
    read(go[0], &c, 1);
    kill(p, SIGTERM);
    P(PTRACE_CONT, p, 0, 0);
    waitpid(p, &s, 0);
    P(PTRACE_CONT, p, 0, SIGTERM);
    settle();
    write(back[1], "x", 1);
    read(go[0], &c, 1);
    int r = waitpid(p, &s, 0);
    printf("tracer: %d ", r == p);
    status(s);
    printf("\n");
    r = waitpid(p, &s, 0);
    printf("tracer: %s\n", r < 0 ? strerrorname_np(errno) : "?");
    fflush(stdout);
    write(back[1], "x", 1);
    read(go[0], &c, 1);
    _exit(0);
  }
  char c;
  read(back[0], &c, 1);
  W("parent", p, WNOHANG | WUNTRACED);
  write(go[1], "x", 1);
  read(back[0], &c, 1);
  W("parent, of a dead one", p, WNOHANG | WUNTRACED);
  chld();
  write(go[1], "x", 1);
  read(back[0], &c, 1);
  chld();
  W("parent", p, WNOHANG);
  write(go[1], "x", 1);
  waitpid(t, 0, 0);
}
static int pfd[2];
static void *thread(void *a) {
  char c;
  read(pfd[0], &c, 1);
  if (a) { char *v[] = {"/proc/self/exe", "noop", 0}; execv(v[0], v); }
  return 0;
}
static pid_t attachable(int exec, int leader_exits) {
  pipe(pfd);
  pid_t p = fork();
  if (p) return p;
  pthread_t t;
  P(PTRACE_TRACEME, 0, 0, 0);
  raise(SIGSTOP);
  pthread_create(&t, 0, thread, exec ? "x" : 0);
  if (leader_exits) syscall(SYS_exit, 8);
  char c;
  if (exec) for (;;) pause();
  pthread_join(t, 0);
  read(pfd[0], &c, 1);
  _exit(6);
}
static void t_threads(void) {
  pid_t p = attachable(0, 0), q;
  W("stop", p, 0);
  P(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACECLONE);
  P(PTRACE_CONT, p, 0, 0);
  W("clone", p, 0);
  q = msg(p);
  who(q);
  W("thread", q, __WALL);
  P(PTRACE_CONT, p, 0, 0);
  P(PTRACE_CONT, q, 0, 0);
  settle();
  kill(p, SIGSTOP);
  int r = W("signal", -1, __WALL);
  P(PTRACE_CONT, r, 0, SIGSTOP);
  settle();
  W("group stop", p, __WALL | WNOHANG);
  W("group stop", q, __WALL | WNOHANG);
  info("leader", p);
  kill(p, SIGCONT);
  P(PTRACE_CONT, p, 0, 0);
  P(PTRACE_CONT, q, 0, 0);
  r = waitpid(-1, &last, __WALL);
  printf("either: ");
  status(last);
  printf("\n");
  P(PTRACE_CONT, r, 0, 0);
  write(pfd[1], "x", 1);
  W("thread ends", q, __WALL);
  W("thread gone", q, __WALL);
  write(pfd[1], "x", 1);
  W("leader ends", p, __WALL);
}
static void t_leader(void) {
  pid_t p = attachable(0, 1), q;
  W("stop", p, 0);
  P(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXIT);
  P(PTRACE_CONT, p, 0, 0);
  W("clone", p, 0);
  q = msg(p);
  who(q);
  W("thread", q, __WALL);
  P(PTRACE_CONT, q, 0, 0);
  P(PTRACE_CONT, p, 0, 0);
  W("leader's end", p, 0);
  P(PTRACE_CONT, p, 0, 0);
  settle();
  W("leader is not told", p, WNOHANG);
  write(pfd[1], "x", 1);
  W("thread's end", q, __WALL);
  P(PTRACE_CONT, q, 0, 0);
  settle();
  W("leader is not told before the thread", p, WNOHANG);
  W("thread", q, __WALL);
  W("leader", p, 0);
}
static void t_threadexec(void) {
  pid_t p = attachable(1, 0), q;
  W("stop", p, 0);
  P(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC);
  P(PTRACE_CONT, p, 0, 0);
  W("clone", p, 0);
  q = msg(p);
  who(q);
  W("thread", q, __WALL);
  P(PTRACE_CONT, q, 0, 0);
  P(PTRACE_CONT, p, 0, 0);
  settle();
  write(pfd[1], "x", 1);
  W("exec", -1, __WALL);
  printf("was %d\n", who(msg(p)));
  W("no more", -1, __WALL | WNOHANG);
  P(PTRACE_CONT, p, 0, 0);
  W("end", -1, __WALL);
  W("nobody", -1, __WALL);
}
static void t_exitgroup(void) {
  pid_t p = attachable(0, 0), q;
  W("stop", p, 0);
  P(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXIT);
  P(PTRACE_CONT, p, 0, 0);
  W("clone", p, 0);
  q = msg(p);
  who(q);
  W("thread", q, __WALL);
  P(PTRACE_CONT, q, 0, 0);
  P(PTRACE_CONT, p, 0, 0);
  settle();
  kill(p, SIGKILL);
  settle();
  W("leader's end", p, 0);
  printf("message %lx\n", msg(p));
  W("thread's end", q, __WALL);
  printf("message %lx\n", msg(q));
  P(PTRACE_CONT, p, 0, 0);
  P(PTRACE_CONT, q, 0, 0);
  W("thread", q, __WALL);
  W("leader", p, 0);
}
static void t_waitid(void) {
  pid_t p = fork();
  if (!p) {
    P(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    raise(SIGUSR1);
    _exit(3);
  }
  siginfo_t i;
  settle();
  for (int k = 0; k < 4; k++) {
    static const int how[] = {WEXITED | WNOWAIT, WSTOPPED, WEXITED, WEXITED};
    memset(&i, 0, sizeof i);
    long r = waitid(P_PID, p, &i, how[k]);
    R("waitid", r);
    printf("code %d status %s\n", i.si_code, i.si_code == CLD_EXITED ? "exit" : name(i.si_status));
    if (k == 1 || k == 2) P(PTRACE_CONT, p, 0, 0);
  }
}
static void t_restart(void) {
  int fds[2];
  pipe(fds);
  pid_t p = fork();
  if (!p) {
    char c;
    struct sigaction a = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &a, 0);
    a.sa_flags = 0;
    sigaction(SIGUSR2, &a, 0);
    P(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    long r = read(fds[0], &c, 1);
    printf("read %ld\n", r);
    r = read(fds[0], &c, 1);
    printf("read %ld %s\n", r, r < 0 ? strerrorname_np(errno) : "");
    struct timespec t = {10, 0};
    r = nanosleep(&t, &t);
    printf("sleep %ld %s\n", r, r < 0 ? strerrorname_np(errno) : "");
    fflush(stdout);
    _exit(0);
  }
  W("stop", p, 0);
  P(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACESYSGOOD);
  P(PTRACE_CONT, p, 0, 0);
  settle();
  kill(p, SIGUSR1);
  W("usr1", p, 0);
  P(PTRACE_CONT, p, 0, 0);
  settle();
  kill(p, SIGUSR1);
  W("usr1", p, 0);
  P(PTRACE_CONT, p, 0, SIGUSR1);
  settle();
  write(fds[1], "x", 1);
  settle();
  kill(p, SIGUSR2);
  W("usr2", p, 0);
  P(PTRACE_CONT, p, 0, SIGUSR2);
  settle();
  kill(p, SIGUSR1);
  W("usr1", p, 0);
  P(PTRACE_CONT, p, 0, 0);
  settle();
  kill(p, SIGUSR2);
  W("usr2", p, 0);
  P(PTRACE_CONT, p, 0, SIGUSR2);
  W("end", p, 0);
}
static void t_proc(void) {
  pid_t p = fork();
  if (!p) {
    P(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    _exit(0);
  }
  W("stop", p, 0);
  char path[64], line[256];
  snprintf(path, 64, "/proc/%d/status", p);
  FILE *f = fopen(path, "r");
  while (fgets(line, 256, f)) {
    if (!strncmp(line, "State", 5)) printf("%s", line);
    if (!strncmp(line, "TracerPid", 9)) printf("TracerPid is mine: %d\n", atoi(line + 10) == getpid());
  }
  fclose(f);
  snprintf(path, 64, "/proc/%d/mem", p);
  int fd = open(path, O_RDWR);
  long v = 0, w = 0x4242;
  R("read", pread(fd, &v, 8, (off_t)&word));
  printf("%lx\n", v);
  R("write", pwrite(fd, &w, 8, (off_t)&word));
  P(PTRACE_PEEKDATA, p, &word, &v);
  printf("%lx\n", v);
  P(PTRACE_DETACH, p, 0, 0);
  waitpid(p, 0, 0);
}
static void t_vforkexec(void) {
  pid_t p = fork();
  if (!p) {
    P(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    pid_t c = vfork();
    if (!c) { char *a[] = {"/proc/self/exe", "noop", 0}; execv(a[0], a); _exit(1); }
    waitpid(c, 0, 0);
    _exit(3);
  }
  W("stop", p, 0);
  P(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXEC);
  P(PTRACE_CONT, p, 0, 0);
  W("vfork", p, 0);
  pid_t c = msg(p);
  who(c);
  P(PTRACE_CONT, p, 0, 0);
  W("child", c, 0);
  settle();
  W("parent waits", p, WNOHANG);
  R("detach the child", P(PTRACE_DETACH, c, 0, 0));
  W("done", p, 0);
  printf("message %d\n", who(msg(p)));
  P(PTRACE_CONT, p, 0, 0);
  W("chld", p, 0);
  P(PTRACE_CONT, p, 0, SIGCHLD);
  W("end", p, 0);
}
static void t_rights(void) {
  pid_t p = fork();
  if (!p) { for (;;) pause(); }
  pid_t q = fork();
  if (!q) {
    setresgid(1000, 1000, 1000);
    setresuid(1000, 1000, 1000);
    R("of another user", P(PTRACE_ATTACH, p, 0, 0));
    pid_t own = fork();
    if (!own) { prctl(PR_SET_DUMPABLE, 1); for (;;) pause(); }
    settle();
    R("of the same", P(PTRACE_SEIZE, own, 0, 0));
    R("with an option of root's", P(PTRACE_SETOPTIONS, own, 0, PTRACE_O_SUSPEND_SECCOMP));
    P(PTRACE_INTERRUPT, own, 0, 0);
    waitpid(own, 0, 0);
    R("with an option of root's", P(PTRACE_SETOPTIONS, own, 0, PTRACE_O_SUSPEND_SECCOMP));
    kill(own, SIGKILL);
    waitpid(own, 0, 0);
    own = fork();
    if (!own) { prctl(PR_SET_DUMPABLE, 0); for (;;) pause(); }
    settle();
    R("of one that is not dumpable", P(PTRACE_SEIZE, own, 0, 0));
    kill(own, SIGKILL);
    waitpid(own, 0, 0);
    fflush(stdout);
    _exit(0);
  }
  waitpid(q, 0, 0);
  kill(p, SIGKILL);
  waitpid(p, 0, 0);
}
static const struct { const char *name; void (*run)(void); } topics[] = {
  {"traceme", t_traceme}, {"exec", t_exec}, {"events", t_events}, {"syscall", t_syscall}, {"attach", t_attach},
  {"seize", t_seize}, {"group", t_group}, {"signals", t_signals}, {"mask", t_mask}, {"errors", t_errors}, {"memory", t_memory},
  {"tracer-ends", t_tracer_ends}, {"parent", t_parent}, {"threads", t_threads}, {"leader", t_leader}, {"thread-exec", t_threadexec},
  {"exit-group", t_exitgroup}, {"waitid", t_waitid}, {"restart", t_restart}, {"proc", t_proc}, {"vfork-exec", t_vforkexec},
  {"rights", t_rights},
};
int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IOLBF, 0);
  if (argc > 1 && !strcmp(argv[1], "noop")) return 0;
  for (unsigned i = 0; i < sizeof topics / sizeof *topics; i++) {
    if (argc > 1 && strcmp(argv[1], topics[i].name)) continue;
    if (argc < 2) printf("== %s\n", topics[i].name);
    fflush(stdout);
    /* Each on its own, with numbers counted anew. */
    pid_t p = fork();
    if (!p) { alarm(10); topics[i].run(); fflush(stdout); exit(0); }
    waitpid(p, 0, 0);
  }
  return 0;
}
