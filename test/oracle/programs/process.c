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

static const struct { const char *name; void (*run)(void); } TOPICS[] = {
  {"caps", topic_caps}, {"prctl", topic_prctl},
};

int main(int argc, char **argv) {
  self = argv[0];
  if (argc > 2 && strcmp(argv[1], "show") == 0) return caps(argv[2]), 0;
  if (argc > 1 && strcmp(argv[1], "dumpable") == 0) return S(prctl5(PR_GET_DUMPABLE, 0, 0, 0, 0)), 0;
  if (argc > 1 && strcmp(argv[1], "personality") == 0) return S(personality(0xffffffff)), 0;
  for (unsigned i = 0; i < sizeof TOPICS / sizeof *TOPICS; i++)
    if (argc < 2 || strcmp(argv[1], TOPICS[i].name) == 0) TOPICS[i].run();
}
