// What calls a task may make (seccomp(2)): what is taken as a filter, what each answer does, threads, listeners, tracers. The same text on
// Linux (as root) and here; numbers of calls and the machine's are left out.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __riscv
#define ARCH 0xc00000f3
#else
#define ARCH AUDIT_ARCH_X86_64
#endif
#define R(what, ...) do { long r_ = (long)(__VA_ARGS__); int e_ = errno; if (r_ < 0) printf("%s: %s\n", what, strerrorname_np(e_)); else printf("%s: %ld\n", what, r_); fflush(stdout); } while (0)
#define IN_CHILD(...) do { fflush(stdout); pid_t c_ = fork(); if (!c_) { __VA_ARGS__; fflush(stdout); _exit(0); } int s_; waitpid(c_, &s_, 0); ended(s_); } while (0)
static void ended(int s) {
  if (WIFSIGNALED(s)) printf("killed %s\n", sigabbrev_np(WTERMSIG(s)));
  else if (WEXITSTATUS(s)) printf("exit %d\n", WEXITSTATUS(s));
  fflush(stdout);
}
#define S(code, k) BPF_STMT(code, k)
#define J(code, k, t, f) BPF_JUMP(code, k, t, f)
#define LDNR S(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define RET(v) S(BPF_RET | BPF_K, v)
static long load(int flags, struct sock_filter *f, int n) {
  struct sock_fprog p = {n, f};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &p);
}
#define LOAD(flags, ...) ({ struct sock_filter f_[] = {__VA_ARGS__}; load(flags, f_, sizeof f_ / sizeof *f_); })
/* One call answers `ret`, all others are allowed. */
#define ONE(flags, nr, ret) LOAD(flags, LDNR, J(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1), RET(ret), RET(SECCOMP_RET_ALLOW))
static void nnp(void) { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static void status(const char *what) {
  FILE *f = fopen("/proc/self/status", "r");
  char line[256];
  while (fgets(line, 256, f)) if (!strncmp(line, "Seccomp", 7) || !strncmp(line, "NoNewPrivs", 10)) printf("%s %s", what, line);
  fclose(f);
  fflush(stdout);
}

static void t_ask(void) {
  status("plain");
  R("mode", prctl(PR_GET_SECCOMP));
  uint32_t a[] = {SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO, SECCOMP_RET_USER_NOTIF, SECCOMP_RET_TRACE, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW, 0x12345};
  for (int i = 0; i < 9; i++) R("action", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &a[i]));
  R("action, flags", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 1, a));
  R("action, nowhere", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, 8));
  struct seccomp_notif_sizes z = {0};
  R("sizes", syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &z));
  printf("%d %d %d\n", z.seccomp_notif, z.seccomp_notif_resp, z.seccomp_data);
  R("sizes, flags", syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 1, &z));
  R("no such operation", syscall(SYS_seccomp, 9, 0, 0));
  R("strict, flags", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, 0));
  R("strict, argument", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, 8));
  R("prctl, no such mode", prctl(PR_SET_SECCOMP, 7, 0, 0, 0));
  R("filter, no such flag", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 1 << 9, 0));
  R("filter, nowhere", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 8));
  R("listener and tsync", ONE(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getppid, SECCOMP_RET_ALLOW));
  R("killable without listener", ONE(32, SYS_getppid, SECCOMP_RET_ALLOW));
  struct sock_fprog p = {0, (void *)8};
  R("no length", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p));
  p.len = 4097;
  R("too long", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p));
  p.len = 1;
  R("program nowhere", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p));
  p.filter = 0;
  R("program null", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p));
  IN_CHILD(setresuid(1000, 1000, 1000); R("not root", ONE(0, SYS_getppid, SECCOMP_RET_ALLOW)); nnp(); R("without new privileges", ONE(0, SYS_getppid, SECCOMP_RET_ALLOW)); status("now"));
  IN_CHILD(R("root", ONE(0, SYS_getppid, SECCOMP_RET_ALLOW)); status("now"); R("mode", prctl(PR_GET_SECCOMP)); R("strict after it", prctl(PR_SET_SECCOMP, 1, 0, 0, 0)); R("another", prctl(PR_SET_SECCOMP, 2, &(struct sock_fprog){1, (struct sock_filter[]){RET(SECCOMP_RET_ALLOW)}}, 0, 0)); status("then");
    if (!fork()) { status("child"); _exit(0); } wait(0));
}
static int check(struct sock_filter *f, int n) {
  fflush(stdout);
  int s;
  pid_t c = fork();
  if (!c) { long r = load(0, f, n); _exit(r < 0 ? errno : 0); }
  waitpid(c, &s, 0);
  return WIFSIGNALED(s) ? 0 : WEXITSTATUS(s);
}
static void t_check(void) {
  /* Every code, before a return. */
  for (int op = 0; op < 3; op++) {
    printf("operand %d:", op);
    for (int code = 0; code < 0x200; code++) {
      static const uint32_t k[] = {0, 4, 40};
      struct sock_filter f[] = {{BPF_ST, 0, 0, 0}, {BPF_ST, 0, 0, 4}, {code, 0, 0, k[op]}, RET(SECCOMP_RET_ALLOW)};
      if (check(f, 4) == 0) printf(" %x", code);
    }
    printf("\n");
  }
#define C(what, ...) do { struct sock_filter f_[] = {__VA_ARGS__}; int e_ = check(f_, sizeof f_ / sizeof *f_); printf("%s: %s\n", what, e_ ? strerrorname_np(e_) : "taken"); } while (0)
  C("no return", LDNR);
  C("return a", S(BPF_RET | BPF_A, 0));
  C("load beyond", S(BPF_LD | BPF_W | BPF_ABS, 64), RET(0x7fff0000));
  C("load the last", S(BPF_LD | BPF_W | BPF_ABS, 60), RET(0x7fff0000));
  C("load unaligned", S(BPF_LD | BPF_W | BPF_ABS, 2), RET(0x7fff0000));
  C("load a byte", S(BPF_LD | BPF_B | BPF_ABS, 0), RET(0x7fff0000));
  C("load indirect", S(BPF_LD | BPF_W | BPF_IND, 0), RET(0x7fff0000));
  C("load an extension", S(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF), RET(0x7fff0000));
  C("divide by 0", S(BPF_ALU | BPF_DIV | BPF_K, 0), RET(0x7fff0000));
  C("shift by 31", S(BPF_ALU | BPF_LSH | BPF_K, 31), RET(0x7fff0000));
  C("shift by 32", S(BPF_ALU | BPF_LSH | BPF_K, 32), RET(0x7fff0000));
  C("remainder", S(BPF_ALU | BPF_MOD | BPF_K, 3), RET(0x7fff0000));
  C("memory 15", S(BPF_ST, 15), S(BPF_LD | BPF_MEM, 15), RET(0x7fff0000));
  C("memory 16", S(BPF_ST, 16), RET(0x7fff0000));
  C("memory not written", S(BPF_LD | BPF_MEM, 3), RET(0x7fff0000));
  C("written on one way", LDNR, J(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1), S(BPF_ST, 2), S(BPF_LDX | BPF_MEM, 2), RET(0x7fff0000));
  C("written on both ways", LDNR, J(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 2), S(BPF_ST, 2), S(BPF_JMP | BPF_JA, 1), S(BPF_STX, 2), S(BPF_LDX | BPF_MEM, 2), RET(0x7fff0000));
  C("jump to the end", S(BPF_JMP | BPF_JA, 0), RET(0x7fff0000));
  C("jump beyond", S(BPF_JMP | BPF_JA, 1), RET(0x7fff0000));
  C("jump far", S(BPF_JMP | BPF_JA, 0xffffffff), RET(0x7fff0000));
  C("branch beyond", J(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), RET(0x7fff0000));
  C("branch beyond, else", J(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), RET(0x7fff0000));
  C("return in the middle", RET(0), RET(0x7fff0000));
}
static long run(struct sock_filter *f, int n) {
  /* The filter's a, by parts of 15 bits in an errno: only for SYS_getppid. */
  fflush(stdout);
  uint32_t all = 0;
  for (int part = 0; part < 3; part++) {
    struct sock_filter g[64] = {LDNR, J(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 1, 0), RET(SECCOMP_RET_ALLOW)};
    int m = 3;
    for (int i = 0; i < n; i++) g[m++] = f[i];
    g[m++] = (struct sock_filter)S(BPF_ALU | BPF_RSH | BPF_K, part * 11);
    g[m++] = (struct sock_filter)S(BPF_ALU | BPF_AND | BPF_K, 0x7ff);
    g[m++] = (struct sock_filter)S(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
    g[m++] = (struct sock_filter)S(BPF_RET | BPF_A, 0);
    int fd[2], s;
    pipe(fd);
    pid_t c = fork();
    if (!c) { load(0, g, m); long r = syscall(SYS_getppid); int e = r < 0 ? errno : 0; write(fd[1], &e, 4); _exit(0); }
    waitpid(c, &s, 0);
    close(fd[1]);
    int e = -1;
    if (read(fd[0], &e, 4) != 4) { close(fd[0]); return WIFSIGNALED(s) ? -WTERMSIG(s) : -99; }
    close(fd[0]);
    all |= (uint32_t)e << (part * 11);
  }
  return all;
}
static void t_run(void) {
  static const uint32_t v[] = {0, 1, 7, 31, 0x7fffffff, 0x80000000, 0xffffffff, 0x12345678};
  static const int ops[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH, BPF_XOR};
  for (int o = 0; o < 9; o++) {
    printf("op %x:", ops[o]);
    for (int i = 0; i < 8; i += 1) for (int j = 0; j < 8; j += 3) {
      struct sock_filter f[] = {S(BPF_LDX | BPF_IMM, v[j]), S(BPF_LD | BPF_IMM, v[i]), S(BPF_ALU | ops[o] | BPF_X, 0)};
      printf(" %lx", run(f, 3));
    }
    printf("\n");
  }
  static const int jumps[] = {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET};
  for (int o = 0; o < 4; o++) {
    printf("jump %x:", jumps[o]);
    for (int i = 0; i < 8; i += 2) for (int j = 0; j < 8; j += 3) {
      struct sock_filter f[] = {S(BPF_LD | BPF_IMM, v[i]), J(BPF_JMP | jumps[o] | BPF_K, v[j], 0, 1), S(BPF_LD | BPF_IMM, 5), S(BPF_ALU | BPF_ADD | BPF_K, 1)};
      printf(" %lx", run(f, 4));
    }
    printf("\n");
  }
#define V(what, ...) do { struct sock_filter f_[] = {__VA_ARGS__}; printf("%s: %lx\n", what, run(f_, sizeof f_ / sizeof *f_)); } while (0)
  V("neg", S(BPF_LD | BPF_IMM, 5), S(BPF_ALU | BPF_NEG, 0));
  V("length", S(BPF_LD | BPF_W | BPF_LEN, 0));
  V("length in x", S(BPF_LDX | BPF_W | BPF_LEN, 0), S(BPF_MISC | BPF_TXA, 0));
  V("tax txa", S(BPF_LD | BPF_IMM, 9), S(BPF_MISC | BPF_TAX, 0), S(BPF_LD | BPF_IMM, 1), S(BPF_MISC | BPF_TXA, 0));
  V("memory", S(BPF_LD | BPF_IMM, 9), S(BPF_ST, 3), S(BPF_LDX | BPF_IMM, 4), S(BPF_STX, 4), S(BPF_LD | BPF_MEM, 4), S(BPF_LDX | BPF_MEM, 3), S(BPF_ALU | BPF_SUB | BPF_X, 0));
  V("a and x are 0", S(BPF_ALU | BPF_SUB | BPF_K, 0), S(BPF_ALU | BPF_AND | BPF_K, 0), S(BPF_ALU | BPF_OR | BPF_X, 0));
  V("arch", S(BPF_LD | BPF_W | BPF_ABS, 4), J(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 0, 1), S(BPF_LD | BPF_IMM, 1));
}
static void sys(int s, siginfo_t *i, void *u) {
  (void)u;
  if (s != SIGSYS) { printf("handler %s\n", sigabbrev_np(s)); return; }
  printf("handler %s code %d errno %d call %s arch %d addr %d\n", sigabbrev_np(s), i->si_code, i->si_errno, i->si_syscall == SYS_getppid ? "getppid" : "?", i->si_arch == ARCH, i->si_call_addr != 0);
  fflush(stdout);
}
static void *other(void *a) { usleep(30000); if (a) syscall(SYS_getppid); return a; }
static void t_answers(void) {
  IN_CHILD(R("strict", prctl(PR_SET_SECCOMP, 1, 0, 0, 0)); write(1, "written\n", 8); syscall(SYS_exit, 4));
  IN_CHILD(prctl(PR_SET_SECCOMP, 1, 0, 0, 0); syscall(SYS_getppid));
  IN_CHILD(R("errno", ONE(0, SYS_getppid, SECCOMP_RET_ERRNO | ENOLCK)); R("getppid", syscall(SYS_getppid)));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_ERRNO | 0); R("errno 0", syscall(SYS_getppid)));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_ERRNO | 0xffff); long r = syscall(SYS_getppid); printf("largest %ld %d\n", r, errno));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_TRAP | 17); struct sigaction a = {.sa_sigaction = sys, .sa_flags = SA_SIGINFO}; sigaction(SIGSYS, &a, 0); syscall(SYS_getppid); printf("on\n"));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_TRAP); syscall(SYS_getppid); printf("on\n"));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_KILL_PROCESS); struct sigaction a = {.sa_sigaction = sys, .sa_flags = SA_SIGINFO}; sigaction(SIGSYS, &a, 0); syscall(SYS_getppid); printf("on\n"));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_KILL_THREAD); syscall(SYS_getppid); printf("on\n"));
  IN_CHILD(ONE(0, SYS_getppid, 0x1000000); syscall(SYS_getppid); printf("on\n"));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_TRACE); R("no tracer", syscall(SYS_getppid)));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_USER_NOTIF); R("no listener", syscall(SYS_getppid)));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_LOG); R("log", syscall(SYS_getppid) > 0));
  IN_CHILD(pthread_t t; void *v; ONE(0, SYS_getppid, SECCOMP_RET_KILL_THREAD); pthread_create(&t, 0, other, "x"); pthread_join(t, &v); printf("a thread less\n"));
  IN_CHILD(pthread_t t; void *v; ONE(0, SYS_getppid, SECCOMP_RET_KILL_PROCESS); pthread_create(&t, 0, other, "x"); pthread_join(t, &v); printf("on\n"));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_ERRNO | 1); ONE(0, SYS_getppid, SECCOMP_RET_ERRNO | 2); R("the newest of equals", syscall(SYS_getppid)));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_ERRNO | 1); ONE(0, SYS_getppid, SECCOMP_RET_LOG); R("the strictest", syscall(SYS_getppid)));
  IN_CHILD(ONE(0, SYS_getppid, SECCOMP_RET_ERRNO | 1); pid_t c = fork(); if (!c) { R("inherited", syscall(SYS_getppid)); _exit(0); } waitpid(c, 0, 0));
  IN_CHILD(nnp(); ONE(0, SYS_getppid, SECCOMP_RET_ERRNO | 5); fflush(stdout); execl("/proc/self/exe", "x", "getppid", (char *)0));
  IN_CHILD(struct sock_filter f[] = {S(BPF_LD | BPF_W | BPF_ABS, 0), J(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 0, 3), S(BPF_LD | BPF_W | BPF_ABS, 16), J(BPF_JMP | BPF_JEQ | BPF_K, 77, 0, 1), RET(SECCOMP_RET_ERRNO | ENOANO), RET(SECCOMP_RET_ALLOW)}; load(0, f, 6); R("argument 77", syscall(SYS_close, 77)); R("argument 78", syscall(SYS_close, 78)));
  IN_CHILD(int n = 0; static struct sock_filter f[4096]; for (int i = 0; i < 4096; i++) f[i] = (struct sock_filter)RET(SECCOMP_RET_ALLOW); while (load(0, f, 4096) == 0) n++; printf("%d filters of 4096, then %s\n", n, strerrorname_np(errno)));
}
static int go[2];
static void *filtered(void *a) {
  char c;
  if (a) ONE(0, SYS_getsid, SECCOMP_RET_ERRNO | 9);
  read(go[0], &c, 1);
  R("thread", syscall(SYS_getppid) > 0 ? 1 : -1);
  return 0;
}
static void t_tsync(void) {
  for (int k = 0; k < 4; k++) {
    fflush(stdout);
    IN_CHILD({
      pthread_t t;
      pipe(go);
      nnp();
      if (k == 1) ONE(0, SYS_getsid, SECCOMP_RET_ERRNO | 9);
      pthread_create(&t, 0, filtered, k >= 2 ? "x" : 0);
      usleep(30000);
      long r = ONE(SECCOMP_FILTER_FLAG_TSYNC | (k == 3 ? SECCOMP_FILTER_FLAG_TSYNC_ESRCH : 0), SYS_getppid, SECCOMP_RET_ERRNO | EXDEV);
      if (r > 0) printf("tsync: a thread's number\n");
      else R("tsync", r);
      R("own", syscall(SYS_getppid) > 0 ? 1 : -1);
      write(go[1], "x", 1);
      pthread_join(t, 0);
    });
  }
}
static int sendfd, listener;
static void t_notify(void) {
  IN_CHILD({
    listener = ONE(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getppid, SECCOMP_RET_USER_NOTIF);
    printf("cloexec %d\n", fcntl(listener, F_GETFD));
    R("another listener", ONE(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getsid, SECCOMP_RET_USER_NOTIF));
    pid_t c = fork();
    if (!c) {
      for (int i = 0; i < 3; i++) R("child's call", syscall(SYS_getppid));
      long fd = syscall(SYS_getppid);
      char b[8] = {0};
      lseek(fd, 0, SEEK_SET);
      read(fd, b, 4);
      printf("a file, number %ld: %s\n", fd, b);
      R("made after all", syscall(SYS_getppid) == getpid() - 0 ? 0 : 1);
      fflush(stdout);
      _exit(6);
    }
    struct seccomp_notif n;
    struct seccomp_notif_resp r;
    for (int i = 0; i < 5; i++) {
      struct pollfd p = {listener, POLLIN | POLLOUT, 0};
      poll(&p, 1, 5000);
      printf("poll %x\n", p.revents);
      memset(&n, i == 0, sizeof n);
      if (i == 0) { R("not zero", ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n)); memset(&n, 0, sizeof n); }
      R("receive", ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n));
      printf("from the child %d, flags %d, getppid %d, arch %d\n", n.pid == c, n.flags, n.data.nr == SYS_getppid, n.data.arch == ARCH);
      poll(&p, 1, 0);
      printf("poll %x\n", p.revents);
      R("valid", ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id));
      memset(&r, 0, sizeof r);
      r.id = n.id;
      if (i == 0) {
        r.id++;
        R("no such", ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r));
        R("not valid", ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &r.id));
        r.id--;
        r.flags = 2;
        R("flags", ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r));
        r.flags = 1;
        r.val = 1;
        R("value and continue", ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r));
        r.flags = 0;
        r.val = 42;
      }
      if (i == 1) r.error = -ENOTBLK;
      if (i == 2) r.val = 7;
      if (i == 3) {
        int fd = syscall(SYS_memfd_create, "m", 0);
        write(fd, "file", 4);
        struct seccomp_notif_addfd a = {.id = n.id, .srcfd = fd, .newfd = 50};
        R("number without flag", ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
        a.newfd = 0;
        a.srcfd = 999;
        R("no such file", ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
        a.srcfd = fd;
        a.newfd = 60;
        a.flags = SECCOMP_ADDFD_FLAG_SETFD;
        R("added", ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a));
        a.newfd = 61;
        a.flags |= SECCOMP_ADDFD_FLAG_SEND;
        long q = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a);
        usleep(60000);
        R("added and sent", q);
        continue;
      }
      if (i == 4) r.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
      long q = ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
      usleep(60000);
      R("send", q);
      R("send again", ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r) < 0 ? 0 : 1);
    }
    int s;
    waitpid(c, &s, 0);
    ended(s);
    R("no such ioctl", ioctl(listener, 0x1234, &r));
  });
  /* A signal ends the wait; without a listener it is ENOSYS. */
  IN_CHILD({
    listener = ONE(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getppid, SECCOMP_RET_USER_NOTIF);
    pid_t c = fork();
    if (!c) { close(listener); alarm(5); struct sigaction a = {.sa_sigaction = sys, .sa_flags = SA_SIGINFO}; sigaction(SIGUSR1, &a, 0); R("interrupted", syscall(SYS_getppid)); R("closed", syscall(SYS_getppid)); _exit(0); }
    struct seccomp_notif n = {0};
    ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n);
    kill(c, SIGUSR1);
    usleep(60000);
    R("not valid any more", ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id));
    memset(&n, 0, sizeof n);
    R("the next", ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n));
    close(listener);
    int s;
    waitpid(c, &s, 0);
    ended(s);
  });
  IN_CHILD({
    int fd[2];
    pipe(fd);
    pid_t c = fork();
    if (!c) { listener = ONE(SECCOMP_FILTER_FLAG_NEW_LISTENER, SYS_getppid, SECCOMP_RET_USER_NOTIF); pid_t g = fork(); if (g) { waitpid(g, 0, 0); _exit(0); } struct pollfd p = {listener, POLLIN, 0}; usleep(60000); poll(&p, 1, 100); printf("its own %x\n", p.revents); fflush(stdout); write(fd[1], "x", 1); _exit(0); }
    char b;
    read(fd[0], &b, 1);
    waitpid(c, 0, 0);
  });
}
static void t_trace(void) {
  pid_t p = fork();
  if (!p) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    ONE(SECCOMP_FILTER_FLAG_LOG, SYS_getppid, SECCOMP_RET_TRACE | 0x123);
    ONE(0, SYS_getsid, SECCOMP_RET_KILL_PROCESS);
    long r = syscall(SYS_getppid);
    printf("%s\n", r > 0 ? "its parent" : "?");
    fflush(stdout);
    syscall(SYS_getsid, 0);
    _exit(0);
  }
  int s;
  waitpid(p, &s, 0);
  ptrace(PTRACE_SETOPTIONS, p, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT);
  ptrace(PTRACE_CONT, p, 0, 0);
  while (waitpid(p, &s, 0) > 0 && WIFSTOPPED(s)) {
    unsigned long m = 0;
    ptrace(PTRACE_GETEVENTMSG, p, 0, &m);
    struct __ptrace_syscall_info i = {0};
    long n = ptrace(PTRACE_GET_SYSCALL_INFO, p, sizeof i, &i);
    printf("stop %s event %d message %lx op %d data %x\n", sigabbrev_np(WSTOPSIG(s) & 0x7f), s >> 16, m, i.op, i.op == 3 ? i.seccomp.ret_data : 0);
    struct { uint64_t off, flags; } md = {0, 9};
    if (s >> 16 == PTRACE_EVENT_SECCOMP) {
      R("filter length", ptrace(PTRACE_SECCOMP_GET_FILTER, p, 0, 0));
      struct sock_filter f[8];
      R("filter", ptrace(PTRACE_SECCOMP_GET_FILTER, p, 1, f));
      printf("%x %x\n", f[0].code, f[2].k);
      R("no such filter", ptrace(PTRACE_SECCOMP_GET_FILTER, p, 2, 0));
      R("metadata", ptrace(PTRACE_SECCOMP_GET_METADATA, p, 16, &md));
      printf("flags %d\n", (int)md.flags);
      md.off = 1;
      R("metadata", ptrace(PTRACE_SECCOMP_GET_METADATA, p, 16, &md));
      printf("flags %d\n", (int)md.flags);
      R("metadata, short", ptrace(PTRACE_SECCOMP_GET_METADATA, p, 4, &md));
    }
    ptrace(PTRACE_CONT, p, 0, 0);
  }
  ended(s);
  p = fork();
  if (!p) { ptrace(PTRACE_TRACEME, 0, 0, 0); ONE(0, SYS_getppid, SECCOMP_RET_ERRNO | 1); raise(SIGSTOP); R("suspended", syscall(SYS_getppid) > 0); raise(SIGSTOP); R("in force", syscall(SYS_getppid)); _exit(0); }
  waitpid(p, &s, 0);
  R("suspend", ptrace(PTRACE_SETOPTIONS, p, 0, PTRACE_O_SUSPEND_SECCOMP));
  ptrace(PTRACE_CONT, p, 0, 0);
  waitpid(p, &s, 0);
  ptrace(PTRACE_SETOPTIONS, p, 0, 0);
  ptrace(PTRACE_CONT, p, 0, 0);
  waitpid(p, &s, 0);
  ended(s);
}
static const struct { const char *name; void (*run)(void); } topics[] = {{"ask", t_ask}, {"check", t_check}, {"run", t_run}, {"answers", t_answers}, {"tsync", t_tsync}, {"notify", t_notify}, {"trace", t_trace}};
int main(int argc, char **argv) {
  static char buffer[4096];
  setvbuf(stdout, buffer, _IOLBF, sizeof buffer);
  if (argc > 1 && !strcmp(argv[1], "getppid")) { R("after exec", syscall(SYS_getppid)); return 0; }
  for (unsigned i = 0; i < sizeof topics / sizeof *topics; i++) {
    if (argc > 1 && strcmp(argv[1], topics[i].name)) continue;
    if (argc < 2) printf("== %s\n", topics[i].name);
    fflush(stdout);
    pid_t p = fork();
    if (!p) { alarm(20); topics[i].run(); fflush(stdout); exit(0); }
    waitpid(p, 0, 0);
  }
  return 0;
}
