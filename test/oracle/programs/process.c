// What a process may ask, say and do: one topic a run, a line for each case. The same text on Linux (as root) and here.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#define PR_GET_AUXV 0x41555856
static const char *errname(int e) { return strerrorname_np(e); }

static void say(const char *what, long r) {
  if (r < 0) printf("%s: %s\n", what, errname(errno));
  else printf("%s: %ld\n", what, r);
  fflush(stdout);
}
#define S(...) say(#__VA_ARGS__, (__VA_ARGS__))
#define N(x) do { printf(#x ": %d\n", (int)(x)); fflush(stdout); } while (0)
#define prctl5(a, b, c, d, e) syscall(SYS_prctl, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))

static unsigned long long capset_of(int which) {
  struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct d[2];
  if (syscall(SYS_capget, &h, d) < 0) return -1;
  unsigned lo = which == 0 ? d[0].effective : which == 1 ? d[0].permitted : d[0].inheritable;
  return lo & 0xffff;
}
// Only the low 16 capabilities are shown: a container may lack some of the others.
static void caps(const char *what) {
  printf("%s: effective %llx permitted %llx inheritable %llx ambient %d bounding %d dumpable %d\n", what, capset_of(0), capset_of(1), capset_of(2),
         prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0), prctl(PR_CAPBSET_READ, CAP_KILL), prctl(PR_GET_DUMPABLE));
  fflush(stdout);
}
static long setcaps(unsigned e, unsigned p, unsigned i) {
  struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct d[2] = {{e, p, i}, {0, 0, 0}};
  return syscall(SYS_capset, &h, d);
}
// Each case in a child of its own.
#define IN_CHILD(...) do { fflush(stdout); pid_t c_ = fork(); if (c_ == 0) { __VA_ARGS__; fflush(stdout); _exit(0); } int s_; while (waitpid(c_, &s_, 0) < 0); \
  if (WIFSIGNALED(s_)) printf("killed by %d%s\n", WTERMSIG(s_), WCOREDUMP(s_) ? " (core)" : ""); else if (WEXITSTATUS(s_)) printf("exit %d\n", WEXITSTATUS(s_)); } while (0)

static char *self;

static void topic_caps(void) {
  struct __user_cap_header_struct h;
  struct __user_cap_data_struct d[2];
  caps("root");
  for (unsigned v = 0; v < 4; v++) {
    unsigned versions[] = {0, _LINUX_CAPABILITY_VERSION_1, _LINUX_CAPABILITY_VERSION_2, _LINUX_CAPABILITY_VERSION_3};
    h.version = versions[v]; h.pid = 0; memset(d, 0xee, sizeof d);
    printf("version %x\n", versions[v]);
    S(syscall(SYS_capget, &h, d));
    printf("now %x, low %x, high touched %d\n", h.version, d[0].effective & 0xffff, d[1].effective != 0xeeeeeeee);
    h.version = versions[v];
    S(syscall(SYS_capget, &h, 0));
    h.version = versions[v];
    S(syscall(SYS_capset, &h, 0));
  }
  h.version = _LINUX_CAPABILITY_VERSION_3; h.pid = -1;
  S(syscall(SYS_capget, &h, d));
  S(syscall(SYS_capset, &h, d));
  h.pid = 999999;
  S(syscall(SYS_capget, &h, d));
  S(syscall(SYS_capset, &h, d));
  S(syscall(SYS_capget, 0, d));
  S(syscall(SYS_capget, 0, 0));
  S(syscall(SYS_capset, 0, d));
  h.version = 1;
  S(syscall(SYS_capget, &h, (void *)8));
  IN_CHILD(S(setcaps(0, 0xff, 0)); caps("few"); S(setcaps(0xff, 0xff, 0)); S(setcaps(0x100, 0xff, 0)); S(setcaps(0, 0x1ff, 0)); S(setcaps(0, 0xff, 0x1ff)); S(setcaps(0, 0x0f, 0xff)); caps("inheritable"));
  IN_CHILD(setuid(1000); caps("setuid"); S(setuid(0)));
  IN_CHILD(S(seteuid(1000)); caps("seteuid"); S(seteuid(0)); caps("back"));
  IN_CHILD(S(prctl(PR_SET_KEEPCAPS, 1)); S(prctl(PR_GET_KEEPCAPS)); S(setresuid(1000, 1000, 1000)); caps("kept"); S(prctl(PR_GET_SECUREBITS)); S(setcaps(0xff, 0xff, 0)); caps("raised"));
  IN_CHILD(S(prctl(PR_SET_SECUREBITS, 0x4)); S(setresuid(1000, 1000, 1000)); caps("no fixup"));
  IN_CHILD(S(setfsuid(1000)); caps("setfsuid"); S(setfsuid(0)); caps("setfsuid back"));
  IN_CHILD(S(prctl(PR_SET_SECUREBITS, 0x4)); S(setfsuid(1000)); caps("setfsuid no fixup"));
  IN_CHILD(setgid(1000); caps("setgid"));
  IN_CHILD(setegid(0); caps("setegid to the same"));
  IN_CHILD(S(prctl(PR_SET_SECUREBITS, 0x30)); S(prctl(PR_SET_KEEPCAPS, 0)); S(prctl(PR_SET_SECUREBITS, 0x20)); S(prctl(PR_SET_SECUREBITS, 0x10)); S(prctl(PR_SET_SECUREBITS, 0x33)); S(prctl(PR_GET_SECUREBITS)));
  IN_CHILD(S(prctl(PR_SET_SECUREBITS, 0x10000)); S(prctl(PR_SET_SECUREBITS, -1)); setcaps(0, 0, 0); S(prctl(PR_SET_SECUREBITS, 0)));
  S(prctl(PR_CAPBSET_READ, 40)); S(prctl(PR_CAPBSET_READ, 41)); S(prctl(PR_CAPBSET_READ, -1)); S(prctl(PR_CAPBSET_DROP, 64));
  IN_CHILD(S(prctl(PR_CAPBSET_DROP, CAP_KILL)); caps("dropped"); S(setcaps(0xffff, 0xffff, 0x20)); execl(self, self, "show", "dropped and executed", NULL));
  IN_CHILD(setcaps(0xff, 0xff, 0); S(prctl(PR_CAPBSET_DROP, CAP_KILL)); S(prctl(PR_CAPBSET_DROP, 64)));
  S(prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0));
  S(prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 1, 0));
  S(prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 64, 0, 0));
  S(prctl5(PR_CAP_AMBIENT, 9, CAP_KILL, 0, 0));
  S(prctl5(PR_CAP_AMBIENT, 9, 64, 0, 0));
  S(prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1, 0, 0));
  S(prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
  IN_CHILD(S(prctl(PR_SET_KEEPCAPS, 1)); setresuid(1000, 1000, 1000); S(setcaps(0xff, 0xff, 0xff)); S(prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0)); caps("ambient");
    S(prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_CHOWN, 0, 0)); execl(self, self, "show", "ambient executed", NULL));
  IN_CHILD(S(prctl(PR_SET_SECUREBITS, 0x40)); setcaps(0xff, 0xff, 0xff); S(prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0)));
  IN_CHILD(setcaps(0xff, 0xff, 0xff); S(prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0)); setcaps(0xff, 0xff, 0); caps("no longer inheritable"));
  IN_CHILD(setcaps(0xff, 0xff, 0xff); S(prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0)); setresuid(1000, 1000, 1000); caps("ambient after setresuid"));
  IN_CHILD(setcaps(0xff, 0xff, 0); execl(self, self, "show", "root executes", NULL));
  IN_CHILD(S(prctl(PR_SET_SECUREBITS, 0x1)); setcaps(0xff, 0xff, 0xff); execl(self, self, "show", "noroot", NULL));
  IN_CHILD(seteuid(1000); execl(self, self, "show", "real root, effective other", NULL));
  IN_CHILD(setuid(1000); execl(self, self, "show", "other", NULL));
  IN_CHILD(setregid(0, 1000); setuid(1000); execl(self, self, "show", "other group", NULL));
  // Set-user-ID root, run by another user: with and without no_new_privs.
  char path[] = "/tmp/setuid-XXXXXX";
  int fd = mkstemp(path), in = open(self, O_RDONLY);
  char buffer[4096];
  for (long n; (n = read(in, buffer, sizeof buffer)) > 0;) write(fd, buffer, n);
  fchmod(fd, 04755);
  close(fd);
  IN_CHILD(setuid(1000); execl(path, path, "show", "set-user-ID", NULL));
  IN_CHILD(setuid(1000); prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); execl(path, path, "show", "no_new_privs", NULL));
  IN_CHILD(prctl(PR_SET_KEEPCAPS, 1); setresuid(1000, 1000, 1000); setcaps(0xff, 0xff, 0xff); prctl5(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0); execl(path, path, "show", "set-user-ID ends ambient", NULL));
  IN_CHILD(prctl(PR_SET_SECUREBITS, 0x1); setuid(1000); execl(path, path, "show", "set-user-ID with noroot", NULL));
  chmod(path, 0711);
  IN_CHILD(setuid(1000); execl(path, path, "show", "unreadable", NULL));
  unlink(path);
}

static void topic_prctl(void) {
  int value = -7;
  S(prctl5(PR_SET_PDEATHSIG, 65, 0, 0, 0)); S(prctl5(PR_SET_PDEATHSIG, -1, 0, 0, 0)); S(prctl5(PR_SET_PDEATHSIG, 64, 0, 0, 0));
  S(prctl5(PR_GET_PDEATHSIG, &value, 0, 0, 0)); S(value); S(prctl5(PR_GET_PDEATHSIG, 8, 0, 0, 0));
  IN_CHILD(prctl(PR_SET_PDEATHSIG, 10); setuid(1000); prctl(PR_GET_PDEATHSIG, &value); S(value));
  IN_CHILD(prctl(PR_GET_PDEATHSIG, &value); S(value));
  prctl5(PR_SET_PDEATHSIG, 0, 0, 0, 0);
  S(prctl5(PR_GET_DUMPABLE, 0, 0, 0, 0)); S(prctl5(PR_SET_DUMPABLE, 2, 0, 0, 0)); S(prctl5(PR_SET_DUMPABLE, -1, 0, 0, 0)); S(prctl5(PR_SET_DUMPABLE, 0, 0, 0, 0)); S(prctl5(PR_GET_DUMPABLE, 0, 0, 0, 0));
  IN_CHILD(S(prctl5(PR_GET_DUMPABLE, 0, 0, 0, 0)); execl(self, self, "dumpable", NULL));
  S(prctl5(PR_SET_DUMPABLE, 1, 0, 0, 0));
  S(prctl5(PR_SET_KEEPCAPS, 2, 0, 0, 0)); S(prctl5(PR_SET_KEEPCAPS, -1, 0, 0, 0)); S(prctl5(PR_GET_KEEPCAPS, 9, 9, 9, 9));
  S(prctl5(PR_GET_TIMING, 0, 0, 0, 0)); S(prctl5(PR_SET_TIMING, 1, 0, 0, 0)); S(prctl5(PR_SET_TIMING, 0, 0, 0, 0));
  S(prctl5(PR_SET_NAME, 8, 0, 0, 0)); S(prctl5(PR_GET_NAME, 8, 0, 0, 0));
  S(prctl5(PR_GET_SECCOMP, 0, 0, 0, 0)); S(prctl5(PR_GET_SECCOMP, 1, 2, 3, 4));
  S(prctl5(PR_GET_TIMERSLACK, 0, 0, 0, 0)); S(prctl5(PR_SET_TIMERSLACK, 1234, 0, 0, 0)); S(prctl5(PR_GET_TIMERSLACK, 0, 0, 0, 0));
  IN_CHILD(S(prctl5(PR_GET_TIMERSLACK, 0, 0, 0, 0)); S(prctl5(PR_SET_TIMERSLACK, 77, 0, 0, 0)); S(prctl5(PR_GET_TIMERSLACK, 0, 0, 0, 0)); S(prctl5(PR_SET_TIMERSLACK, 0, 0, 0, 0)); S(prctl5(PR_GET_TIMERSLACK, 0, 0, 0, 0)));
  S(prctl5(PR_SET_TIMERSLACK, 0, 0, 0, 0)); S(prctl5(PR_GET_TIMERSLACK, 0, 0, 0, 0));
  S(prctl5(PR_TASK_PERF_EVENTS_DISABLE, 0, 0, 0, 0)); S(prctl5(PR_TASK_PERF_EVENTS_ENABLE, 0, 0, 0, 0));
  IN_CHILD(setuid(1000); S(prctl5(PR_SET_MM, 1, 4096, 0, 0)); S(prctl5(PR_SET_MM, 1, 4096, 0, 1)); S(prctl5(PR_SET_MM, 1, 4096, 1, 0)));
  S(prctl5(PR_SET_CHILD_SUBREAPER, 5, 0, 0, 0)); S(prctl5(PR_GET_CHILD_SUBREAPER, &value, 0, 0, 0)); S(value); S(prctl5(PR_GET_CHILD_SUBREAPER, 8, 0, 0, 0)); S(prctl5(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0));
  S(prctl5(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0)); S(prctl5(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0)); S(prctl5(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0)); S(prctl5(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 1));
  S(prctl5(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0)); S(prctl5(PR_GET_NO_NEW_PRIVS, 0, 0, 1, 0)); S(prctl5(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  IN_CHILD(S(prctl5(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); S(prctl5(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)));
  S(prctl5(PR_SET_THP_DISABLE, 1, 1, 0, 0)); S(prctl5(PR_SET_THP_DISABLE, 1, 0, 0, 0)); S(prctl5(PR_GET_THP_DISABLE, 0, 0, 0, 0)); S(prctl5(PR_GET_THP_DISABLE, 1, 0, 0, 0)); S(prctl5(PR_GET_THP_DISABLE, 0, 0, 0, 1));
  IN_CHILD(S(prctl5(PR_GET_THP_DISABLE, 0, 0, 0, 0))); S(prctl5(PR_SET_THP_DISABLE, 0, 0, 0, 0)); S(prctl5(PR_GET_THP_DISABLE, 0, 0, 0, 0));
  S(prctl5(PR_GET_MDWE, 0, 0, 0, 0)); S(prctl5(PR_GET_MDWE, 1, 0, 0, 0)); S(prctl5(PR_SET_MDWE, 2, 0, 0, 0)); S(prctl5(PR_SET_MDWE, 4, 0, 0, 0)); S(prctl5(PR_SET_MDWE, 1, 1, 0, 0)); S(prctl5(PR_SET_MDWE, 0, 0, 0, 0));
  IN_CHILD(S(prctl5(PR_SET_MDWE, 1, 0, 0, 0)); S(prctl5(PR_GET_MDWE, 0, 0, 0, 0)); S(prctl5(PR_SET_MDWE, 0, 0, 0, 0)); S(prctl5(PR_SET_MDWE, 3, 0, 0, 0)); S(prctl5(PR_SET_MDWE, 1, 0, 0, 0));
    S(syscall(SYS_mmap, 0, 4096, 7, 0x22, -1, 0)); void *p = (void *)syscall(SYS_mmap, 0, 4096, 3, 0x22, -1, 0); S(syscall(SYS_mprotect, p, 4096, 5)); S(syscall(SYS_mprotect, p, 4096, 1)); IN_CHILD(S(prctl5(PR_GET_MDWE, 0, 0, 0, 0))));
  IN_CHILD(S(prctl5(PR_SET_MDWE, 3, 0, 0, 0)); IN_CHILD(S(prctl5(PR_GET_MDWE, 0, 0, 0, 0))));
  char auxv[4096];
  S(prctl5(PR_GET_AUXV, auxv, 16, 1, 0)); S(prctl5(PR_GET_AUXV, auxv, 16, 0, 1)); S(prctl5(PR_GET_AUXV, 8, 16, 0, 0)); S(prctl5(PR_GET_AUXV, auxv, sizeof auxv, 0, 0) > 256);
  S(prctl5(9999, 0, 0, 0, 0)); S(prctl5(-1, 0, 0, 0, 0)); S(prctl5(0, 0, 0, 0, 0));
  S(personality(0xffffffff)); S(personality(ADDR_NO_RANDOMIZE)); S(personality(0xffffffff)); IN_CHILD(S(personality(0xffffffff))); S(personality(0x12345)); S(personality(READ_IMPLIES_EXEC));
  S(personality(0xbe0000)); IN_CHILD(execl(self, self, "personality", NULL)); S(personality(0));
}

struct attr { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t runtime, deadline, period; uint32_t umin, umax; };
static struct attr A;
static long setattr(int pid, struct attr a, unsigned flags) { char b[8192] = {0}; memcpy(b, &a, sizeof a); A = a; long r = syscall(SYS_sched_setattr, pid, b, flags); memcpy(&A, b, sizeof A); return r; }
static long setattr_tail(struct attr a) { char b[8192] = {0}; memcpy(b, &a, sizeof a); b[sizeof a + 8] = 1; long r = syscall(SYS_sched_setattr, 0, b, 0); memcpy(&A, b, sizeof A); return r; }
static long getattr(int pid, unsigned size, unsigned flags) { char b[8192] = {0}; long r = syscall(SYS_sched_getattr, pid, b, size, flags); memcpy(&A, b, sizeof A); return r; }
static void showattr(void) { printf("size %u policy %u flags %llu nice %d priority %u slice %d\n", A.size, A.policy, (unsigned long long)A.flags, A.nice, A.priority, A.runtime == 0 ? 0 : A.runtime == 5000000 ? 5 : A.runtime == 100000 ? 1 : A.runtime == 100000000 ? 100 : -1); fflush(stdout); }
#define AT(...) (struct attr){__VA_ARGS__}

static void topic_sched(void) {
  for (int p = -1; p < 9; p++) { S(sched_get_priority_min(p)); S(sched_get_priority_max(p)); }
  S(setattr(0, AT(.size = 0), 0)); S(setattr(0, AT(.size = 47), 0)); S(A.size); S(setattr(0, AT(.size = 4097), 0)); S(A.size); S(setattr(0, AT(.size = 4096), 0)); S(setattr_tail(AT(.size = 100))); S(A.size); S(setattr_tail(AT(.size = 56)));
  S(setattr(0, AT(.size = 48), 1)); S(setattr(-1, AT(.size = 48), 0)); S(setattr(999999, AT(.size = 48), 0)); S(syscall(SYS_sched_setattr, 0, 0, 0)); S(syscall(SYS_sched_setattr, 0, 8, 0));
  IN_CHILD(S(setattr(0, AT(.size = 48, .nice = 100), 0)); S(getattr(0, 56, 0)); S(A.nice));
  IN_CHILD(S(setattr(0, AT(.size = 48, .nice = -100), 0)); S(getattr(0, 56, 0)); S(A.nice));
  S(setattr(0, AT(.size = 48, .policy = 7), 0)); S(setattr(0, AT(.size = 48, .policy = 4), 0)); S(setattr(0, AT(.size = 48, .policy = 0x80000000), 0)); S(setattr(0, AT(.size = 48, .flags = 0x80), 0));
  S(setattr(0, AT(.size = 48, .flags = 0x20), 0)); S(setattr(0, AT(.size = 48, .policy = 1), 0)); S(setattr(0, AT(.size = 48, .policy = 1, .priority = 100), 0)); S(setattr(0, AT(.size = 48, .priority = 1), 0));
  IN_CHILD(S(setattr(0, AT(.size = 48, .policy = 2, .priority = 7, .flags = 1), 0)); S(getattr(0, 56, 0)); showattr(); S(setattr(0, AT(.size = 48, .flags = 0x18), 0)); S(getattr(0, 56, 0)); showattr(); IN_CHILD(S(getattr(0, 48, 0)); showattr()));
  IN_CHILD(S(setattr(0, AT(.size = 48, .nice = 3), 0)); S(setattr(0, AT(.size = 48, .policy = 3, .flags = 0x10), 0)); S(getattr(0, 48, 0)); showattr());
  IN_CHILD(S(setattr(0, AT(.size = 48, .runtime = 5000000), 0)); S(getattr(0, 48, 0)); showattr(); S(setattr(0, AT(.size = 48, .runtime = 5), 0)); S(getattr(0, 48, 0)); showattr(); S(setattr(0, AT(.size = 48, .runtime = -1), 0)); S(getattr(0, 48, 0)); showattr());
  S(getattr(0, 47, 0)); S(getattr(0, 4097, 0)); S(getattr(0, 4096, 0)); S(A.size); S(getattr(0, 48, 1)); S(getattr(-1, 48, 0)); S(getattr(999999, 48, 0)); S(syscall(SYS_sched_getattr, 0, 0, 48, 0)); S(syscall(SYS_sched_getattr, 0, 8, 48, 0));
  struct sched_param p = {0};
  S(sched_setscheduler(0, -1, &p)); S(sched_setscheduler(0, 9, &p)); S(sched_setscheduler(-1, 0, &p)); S(sched_setscheduler(0, 1, &p)); S(syscall(SYS_sched_setscheduler, 0, 0, 0)); S(sched_setparam(0, &p)); S(sched_setparam(-1, &p)); S(syscall(SYS_sched_getparam, 0, 0));
  IN_CHILD(p.sched_priority = 5; S(sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &p)); S(sched_getscheduler(0)); S(sched_setparam(0, &p)); S(sched_getscheduler(0)); IN_CHILD(S(sched_getscheduler(0))));
  struct rlimit none = {0, 0}; 
  IN_CHILD(setrlimit(RLIMIT_NICE, &none); setrlimit(RLIMIT_RTPRIO, &none); setuid(1000); errno = 0;
    S(nice(3)); S(nice(-1)); S(setpriority(PRIO_PROCESS, 0, 2)); S(setpriority(PRIO_PROCESS, 1, 19)); S(setattr(0, AT(.size = 48, .nice = 2), 0)); S(setattr(0, AT(.size = 48, .nice = 5), 0));
    p.sched_priority = 1; S(sched_setscheduler(0, SCHED_RR, &p)); p.sched_priority = 0; S(sched_setscheduler(0, SCHED_IDLE, &p)); S(sched_setscheduler(0, SCHED_OTHER, &p)); S(sched_setscheduler(0, SCHED_IDLE | SCHED_RESET_ON_FORK, &p)); S(sched_setscheduler(0, SCHED_IDLE, &p));
    S(setattr(0, AT(.size = 48, .policy = 6, .runtime = 1000000, .deadline = 2000000, .period = 2000000), 0)); S(sched_setscheduler(1, SCHED_BATCH, &p)));
  S(setpriority(9, 0, 0)); S(setpriority(PRIO_PROCESS, 999999, 0)); S(setpriority(PRIO_PROCESS, -1, 0)); S(setpriority(PRIO_PGRP, 999999, 0)); S(getpriority(9, 0)); IN_CHILD(S(setpriority(PRIO_PROCESS, 0, 1000)); S(getpriority(PRIO_PROCESS, 0)));
#define V(c, l) ((c) << 13 | (l))
  S(syscall(SYS_ioprio_get, 1, 0)); IN_CHILD(S(syscall(SYS_ioprio_set, 1, 0, V(2, 3))); S(syscall(SYS_ioprio_get, 1, 0)); IN_CHILD(S(syscall(SYS_ioprio_get, 1, 0))); S(syscall(SYS_ioprio_set, 1, 0, V(0, 0))); S(syscall(SYS_ioprio_get, 1, 0)); S(syscall(SYS_ioprio_set, 1, 0, V(3, 5))); S(syscall(SYS_ioprio_get, 1, 0)));
  S(syscall(SYS_ioprio_set, 1, 0, V(0, 1))); S(syscall(SYS_ioprio_set, 1, 0, V(4, 0))); S(syscall(SYS_ioprio_set, 1, 0, V(7, 0))); S(syscall(SYS_ioprio_set, 0, 0, V(2, 0))); S(syscall(SYS_ioprio_set, 4, 0, V(2, 0))); S(syscall(SYS_ioprio_set, 1, 999999, V(2, 0))); S(syscall(SYS_ioprio_set, 2, 999999, V(2, 0))); S(syscall(SYS_ioprio_get, 0, 0)); S(syscall(SYS_ioprio_get, 1, 999999)); S(syscall(SYS_ioprio_get, 3, 54321));
  IN_CHILD(setpgid(0, 0); S(syscall(SYS_ioprio_set, 2, 0, V(2, 1))); S(syscall(SYS_ioprio_get, 2, 0)); IN_CHILD(S(syscall(SYS_ioprio_set, 1, 0, V(2, 0))); S(syscall(SYS_ioprio_get, 2, 0))));
  IN_CHILD(setuid(1000); S(syscall(SYS_ioprio_set, 1, 0, V(1, 0))); S(syscall(SYS_ioprio_set, 1, 1, V(2, 0))); S(syscall(SYS_ioprio_set, 1, 0, V(3, 0))));
}

struct cargs { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup; };
// A child that was made all the same ends at once.
static long clone3_(struct cargs a, size_t size) {
  char b[8192] = {0};
  memcpy(b, &a, sizeof a);
  long r = syscall(SYS_clone3, b, size);
  if (r == 0) _exit(0);
  if (r > 0) { waitpid(r, 0, __WALL); return 1; }
  return r;
}
static long clone_(unsigned long flags, int *where) {
#ifdef __riscv
  long r = syscall(SYS_clone, flags, 0, where, 0, 0);
#else
  long r = syscall(SYS_clone, flags, 0, where, 0, 0);
#endif
  if (r == 0) _exit(0);
  if (r > 0) { waitpid(r, 0, __WALL); return 1; }
  return r;
}
static long unshare_(int flags) { return unshare(flags); }
#define CA(...) (struct cargs){__VA_ARGS__}
static volatile int caught, caught_code, caught_tid;
static void on_signal(int s, siginfo_t *i, void *u) { caught = s; caught_code = i->si_code; caught_tid = gettid() == getpid(); }
static long send(int fd, int sig, int signo, int code, unsigned flags, int with) { siginfo_t i = {0}; i.si_signo = signo; i.si_code = code; return syscall(SYS_pidfd_send_signal, fd, sig, with ? &i : 0, flags); }
static long queue(int pid, int sig, int code) { siginfo_t i = {0}; i.si_code = code; i.si_signo = 9; return syscall(SYS_rt_sigqueueinfo, pid, sig, &i); }
static long tgqueue(int tgid, int tid, int sig, int code) { siginfo_t i = {0}; i.si_code = code; return syscall(SYS_rt_tgsigqueueinfo, tgid, tid, sig, &i); }
static siginfo_t W;
static long wid(int type, int id, int options) { memset(&W, 0x77, sizeof W); return syscall(SYS_waitid, type, id, &W, options, 0); }
static void showw(void) { printf("signo %d code %d status %d pad %x\n", W.si_signo, W.si_code, W.si_status, ((int *)&W)[3]); fflush(stdout); }
static int thread_tid; static int thread_go;
static char stack[65536] __attribute__((aligned(16)));
static int thread(void *a) { thread_tid = gettid(); while (!thread_go) usleep(1000); syscall(SYS_exit, 0); return 0; }
static void start_thread(void) { thread_tid = thread_go = 0; clone(thread, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM, 0); while (!*(volatile int *)&thread_tid) usleep(1000); }

static void topic_procs(void) {
  int tids[2] = {0, 0};
  signal(SIGCHLD, SIG_DFL);
  S(clone3_(CA(0), 63)); S(clone3_(CA(0), 4097)); S(clone3_(CA(0), 64)); S(clone3_(CA(.cgroup = 1), 100)); S(clone3_(CA(.exit_signal = SIGCHLD), 88)); S(syscall(SYS_clone3, 8, 64));
  S(clone3_(CA(.flags = CLONE_DETACHED), 88)); S(clone3_(CA(.flags = 1), 88)); S(clone3_(CA(.flags = 0x400000000ull), 88)); S(clone3_(CA(.flags = 1ull << 63), 88)); S(clone3_(CA(.exit_signal = 65), 88)); S(clone3_(CA(.exit_signal = 1ull << 32), 88));
  S(clone3_(CA(.flags = CLONE_SIGHAND | CLONE_VM | 0x100000000ull), 88)); S(clone3_(CA(.flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, .exit_signal = 17), 88)); S(clone3_(CA(.flags = CLONE_PARENT, .exit_signal = 17), 88));
  S(clone3_(CA(.stack = 0x10000), 88)); S(clone3_(CA(.stack_size = 0x10000), 88)); S(clone3_(CA(.stack = -4096, .stack_size = 4096), 88));
  S(clone3_(CA(.set_tid_size = 33), 88)); S(clone3_(CA(.set_tid_size = 1), 88)); S(clone3_(CA(.set_tid = (long)tids), 88)); S(clone3_(CA(.set_tid = 8, .set_tid_size = 1), 88)); S(clone3_(CA(.set_tid = (long)tids, .set_tid_size = 1), 88)); tids[0] = -5; S(clone3_(CA(.set_tid = (long)tids, .set_tid_size = 1), 88)); tids[0] = getpid(); S(clone3_(CA(.set_tid = (long)tids, .set_tid_size = 1), 88));
  IN_CHILD(setuid(1000); tids[0] = 30000; S(clone3_(CA(.set_tid = (long)tids, .set_tid_size = 1), 88)));
  S(clone3_(CA(.flags = CLONE_INTO_CGROUP, .cgroup = 1ull << 31), 88)); S(clone3_(CA(.flags = CLONE_INTO_CGROUP, .cgroup = 1), 64)); S(clone3_(CA(.flags = CLONE_INTO_CGROUP, .cgroup = 999), 88)); S(clone3_(CA(.flags = CLONE_INTO_CGROUP, .cgroup = 1), 88));
  S(clone3_(CA(.flags = CLONE_THREAD), 88)); S(clone3_(CA(.flags = CLONE_SIGHAND), 88)); S(clone3_(CA(.flags = CLONE_NEWNS | CLONE_FS), 88)); S(clone3_(CA(.flags = CLONE_NEWUSER | CLONE_FS), 88)); S(clone3_(CA(.flags = CLONE_NEWPID | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM), 88));
  S(clone_(CLONE_DETACHED | SIGCHLD, 0)); S(clone_(CLONE_DETACHED | CLONE_PIDFD | SIGCHLD, tids)); S(clone_(CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, tids)); S(clone_(CLONE_SIGHAND, 0)); S(clone_(CLONE_NEWNS | CLONE_FS, 0));
  S(clone3_(CA(.flags = CLONE_PIDFD, .pidfd = (long)tids, .exit_signal = 17), 88)); S(tids[0] > 2); close(tids[0]);
  IN_CHILD(setuid(1000); int f[] = {CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP}; for (int i = 0; i < 6; i++) { S(clone3_(CA(.flags = f[i]), 88)); S(clone_(f[i] | SIGCHLD, 0)); S(unshare_(f[i])); } S(clone3_(CA(.flags = 0x80), 88)); S(unshare_(0x80)));
  IN_CHILD(setuid(1000); S(clone3_(CA(.flags = CLONE_NEWIPC | CLONE_SYSVSEM), 88)));
  S(unshare_(0x1000000)); S(unshare_(1)); S(unshare_(CLONE_VM)); S(unshare_(CLONE_FILES | CLONE_FS));
  // waitid
  S(wid(0, 0, 0)); showw(); S(wid(0, 0, WEXITED | 0x100)); S(wid(0, 0, WEXITED)); showw(); S(wid(1, 0, WEXITED)); S(wid(1, -1, WEXITED)); S(wid(2, -1, WEXITED)); S(wid(4, 0, WEXITED)); S(wid(3, -1, WEXITED)); S(wid(3, 1, WEXITED)); S(wid(3, 999, WEXITED)); S(wid(2, 0, WEXITED)); S(wid(2, 999999, WEXITED));
  pid_t c = fork();
  if (c == 0) { pause(); _exit(0); }
  int fd = syscall(SYS_pidfd_open, c, O_NONBLOCK), plain = syscall(SYS_pidfd_open, c, 0);
  S(wid(3, fd, WEXITED)); showw(); S(wid(3, fd, WEXITED | WNOHANG)); showw(); S(wid(3, plain, WEXITED | WNOHANG)); S(wid(2, 0, WEXITED | WNOHANG)); S(wid(1, c, WSTOPPED | WNOHANG));
  char path[64];
  sprintf(path, "/proc/%d", c);
  int proc = open(path, O_RDONLY | O_DIRECTORY), opath = open(path, O_PATH), task, other = open("/proc", O_RDONLY), self_ = open("/proc/self", O_RDONLY);
  S(send(proc, 0, 0, 0, 0, 0)); S(send(opath, 0, 0, 0, 0, 0)); S(send(other, 0, 0, 0, 0, 0)); S(send(1, 0, 0, 0, 0, 0)); S(send(999, 0, 0, 0, 0, 0)); S(wid(3, proc, WEXITED | WNOHANG)); sprintf(path, "/proc/%d/task/%d", c, c); task = open(path, O_RDONLY); S(send(task, 0, 0, 0, 0, 0)); S(syscall(SYS_pidfd_getfd, proc, 0, 0));
  S(send(fd, 65, 0, 0, 0, 0)); S(send(fd, -1, 0, 0, 0, 0)); S(send(fd, 0, 0, 0, 8, 0)); S(send(fd, 0, 0, 0, 3, 0)); S(send(fd, 0, 0, 0, 1, 0)); S(send(fd, 0, 0, 0, 2, 0)); S(send(fd, 0, 0, 0, 4, 0));
  S(send(fd, 10, 12, -1, 0, 1)); S(send(fd, 0, 0, 0, 0, 1)); S(send(fd, 0, 0, -6, 0, 1)); S(send(fd, 0, 0, -1, 0, 1)); S(syscall(SYS_pidfd_send_signal, fd, 0, 8, 0));
  struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &sa, 0);
  S(send(self_, SIGUSR1, SIGUSR1, 0, 0, 1)); S(caught); N(caught_code); S(send(self_, SIGUSR1, SIGUSR1, 0, 1, 0)); N(caught_code); S(send(self_, SIGUSR1, SIGUSR1, 0, 0, 0)); N(caught_code);
  S(syscall(SYS_pidfd_open, c, 1)); S(syscall(SYS_pidfd_open, 0, 0)); S(syscall(SYS_pidfd_open, -1, 0)); S(syscall(SYS_pidfd_open, 999999, 0));
  S(syscall(SYS_pidfd_getfd, fd, 999, 0)); S(syscall(SYS_pidfd_getfd, fd, 1, 1)); S(syscall(SYS_pidfd_getfd, 1, 1, 0)); IN_CHILD(setuid(1000); S(syscall(SYS_pidfd_getfd, fd, 1, 0)));
  kill(c, 9);
  S(wid(3, plain, WEXITED)); showw(); S(wid(3, plain, WEXITED)); S(send(plain, 0, 0, 0, 0, 0)); S(syscall(SYS_pidfd_getfd, plain, 0, 0)); S(send(proc, 0, 0, 0, 0, 0));
  // threads
  start_thread();
  int thread_fd = syscall(SYS_pidfd_open, thread_tid, O_EXCL);
  S(thread_fd > 2); N(syscall(SYS_pidfd_open, thread_tid, 0) < 0 && (errno == EINVAL || errno == ENOENT)); S(send(thread_fd, 0, 0, 0, 0, 0));
  S(send(thread_fd, SIGUSR1, 0, 0, 0, 0)); usleep(20000); S(caught_tid); N(caught_code); S(send(thread_fd, SIGUSR1, 0, 0, 2, 0)); usleep(20000); N(caught_code);
  caught = 0; S(queue(thread_tid, SIGUSR1, -1)); usleep(20000); S(caught); N(caught_code); S(queue(thread_tid, SIGUSR1, 0)); S(queue(getpid(), SIGUSR1, 0)); N(caught_code); S(queue(999999, 0, -1)); S(queue(getpid(), 65, -1)); S(queue(999999, 65, -1)); S(queue(-1, 0, -1)); S(queue(0, 0, -1)); S(queue(999999, 0, 0));
  S(tgqueue(getpid(), thread_tid, SIGUSR1, -1)); usleep(20000); S(caught_tid); S(tgqueue(getpid(), thread_tid, SIGUSR1, 0)); S(tgqueue(getpid(), getpid(), SIGUSR1, 0)); S(tgqueue(0, 1, 0, -1)); S(tgqueue(1, 0, 0, -1)); S(tgqueue(getpid() + 1000, getpid(), 0, -1)); S(tgqueue(getpid(), getpid(), 65, -1));
  thread_go = 1; usleep(50000); S(send(thread_fd, 0, 0, 0, 0, 0)); S(wid(3, thread_fd, WEXITED));
  // cores: none above the limit, none of a process that is not dumpable
  struct rlimit none = {0, 0}; setrlimit(RLIMIT_CORE, &none);
  c = fork(); if (c == 0) abort();
  S(wid(1, c, WEXITED)); showw();
  c = fork(); if (c == 0) { prctl(PR_SET_DUMPABLE, 0); raise(SIGSEGV); }
  S(wid(1, c, WEXITED)); showw();
}

static const struct { const char *name; void (*run)(void); } TOPICS[] = {
  {"caps", topic_caps}, {"prctl", topic_prctl}, {"sched", topic_sched}, {"procs", topic_procs},
};

int main(int argc, char **argv) {
  self = argv[0];
  if (argc > 2 && strcmp(argv[1], "show") == 0) return caps(argv[2]), 0;
  if (argc > 1 && strcmp(argv[1], "dumpable") == 0) return S(prctl5(PR_GET_DUMPABLE, 0, 0, 0, 0)), 0;
  if (argc > 1 && strcmp(argv[1], "personality") == 0) return S(personality(0xffffffff)), 0;
  for (unsigned i = 0; i < sizeof TOPICS / sizeof *TOPICS; i++)
    if (argc < 2 || strcmp(argv[1], TOPICS[i].name) == 0) TOPICS[i].run();
}
