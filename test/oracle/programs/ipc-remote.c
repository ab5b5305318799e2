// One process and another's memory and objects: process_vm_readv, process_vm_writev, kcmp, process_mrelease, pidfd_getfd, membarrier, rseq.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *name(int e) { return strerrorname_np(e); }
#define SHOW(what, call) do { errno = 0; long r_ = (call); printf("%s = %ld%s%s\n", what, r_, r_ < 0 ? " " : "", r_ < 0 ? name(errno) : ""); } while (0)
static long rd(pid_t p, const struct iovec *l, unsigned long ln, const struct iovec *r, unsigned long rn, unsigned long f) { return syscall(SYS_process_vm_readv, p, l, ln, r, rn, f); }
static long wr(pid_t p, const struct iovec *l, unsigned long ln, const struct iovec *r, unsigned long rn, unsigned long f) { return syscall(SYS_process_vm_writev, p, l, ln, r, rn, f); }
static long kc(pid_t a, pid_t b, int t, unsigned long x, unsigned long y) { return syscall(SYS_kcmp, a, b, t, x, y); }
static long mb(int c, unsigned f, int cpu) { return syscall(SYS_membarrier, c, f, cpu); }
static char data[20000] __attribute__((aligned(4096))), got[20000] __attribute__((aligned(4096)));
static char area[128] __attribute__((aligned(32)));
/** 1 and 2 say in which order; here only that they are not the same. */
static long same(long r) { return r == 1 || r == 2 ? 12 : r; }

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  char *pages = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(pages, 'p', 3 * 4096);
  mprotect(pages + 4096, 4096, PROT_NONE);
  mprotect(pages + 8192, 4096, PROT_READ);
  for (int i = 0; i < 20000; i++) data[i] = 'a' + i % 26;
  int go[2], done[2]; pipe(go); pipe(done);
  pid_t child = fork();
  if (child == 0) {
    char c;
    for (int i = 0; i < 20000; i++) data[i] = 'A' + i % 26;
    write(done[1], "x", 1); read(go[0], &c, 1);
    printf("child has %.6s\n", data + 100);
    write(done[1], "x", 1); pause(); _exit(0);
  }
  char c; read(done[0], &c, 1);
  struct iovec l[4] = {{got, 100}, {got + 100, 10000}, {got, 0}, {(void *)8, 10}}, r[4] = {{data, 5000}, {data + 10000, 5000}, {data, 0}, {(void *)8, 10}};

  puts("process_vm_readv");
  SHOW("flags", rd(child, l, 1, r, 1, 1));
  SHOW("local count", rd(child, l, 1025, r, 1, 0));
  SHOW("local fault", rd(child, (void *)8, 1, r, 1, 0));
  SHOW("local none", rd(-1, l, 0, (void *)8, 1, 0));
  SHOW("local empty", rd(-1, l + 2, 1, (void *)8, 1, 0));
  SHOW("remote count", rd(child, l, 1, r, 1025, 0));
  SHOW("remote fault", rd(child, l, 1, (void *)8, 1, 0));
  SHOW("remote none", rd(-1, l, 1, r, 0, 0));
  SHOW("remote empty", rd(-1, l, 1, r + 2, 1, 0));
  SHOW("nobody", rd(999999, l, 1, r, 1, 0));
  SHOW("two to two", rd(child, l, 2, r, 2, 0)); printf("  %.5s %d\n", got, !memcmp(got + 5000, "KLM", 0) && got[100] == 'A' + 100 % 26 && got[5000] == 'A' + 10000 % 26);
  SHOW("short local", rd(child, l, 1, r, 2, 0));
  struct iovec one = {pages, 12288}; l[0].iov_len = 20000; l[0].iov_base = got;
  SHOW("up to a hole", rd(child, l, 1, &one, 1, 0));
  one.iov_base = pages + 4096; SHOW("at it", rd(child, l, 1, &one, 1, 0));
  one.iov_base = pages + 8192; one.iov_len = 10; SHOW("read only", rd(child, l, 1, &one, 1, 0));
  SHOW("bad local", rd(child, l + 3, 1, r, 1, 0));
  struct iovec bad[2] = {{got, 10}, {(void *)8, 10}}; SHOW("bad local later", rd(child, bad, 2, r, 1, 0));
  SHOW("bad remote", rd(child, l, 1, r + 3, 1, 0));
  struct iovec neg = {got, -5}; SHOW("negative", rd(child, &neg, 1, r, 1, 0)); SHOW("negative remote", rd(child, l, 1, &neg, 1, 0));
  SHOW("itself", rd(getpid(), l, 1, r, 1, 0));

  puts("process_vm_writev");
  struct iovec w = {"hello!", 6}, to = {data + 100, 6};
  SHOW("six", wr(child, &w, 1, &to, 1, 0)); write(go[1], "x", 1); read(done[0], &c, 1);
  one.iov_base = pages + 8192; one.iov_len = 6; SHOW("read only", wr(child, &w, 1, &one, 1, 0));
  SHOW("nobody", wr(999999, &w, 1, &to, 1, 0)); SHOW("flags", wr(child, &w, 1, &to, 1, 2));

  puts("kcmp");
  int e = epoll_create1(0), f = dup(go[0]); struct epoll_event ev = {EPOLLIN}; epoll_ctl(e, EPOLL_CTL_ADD, go[0], &ev);
  pid_t me = getpid();
  SHOW("same file", kc(me, me, 0, go[0], f)); SHOW("inherited", kc(me, child, 0, go[0], go[0])); SHOW("another", same(kc(me, child, 0, go[0], go[1])));
  SHOW("one way", kc(me, me, 0, go[0], go[1]) + kc(me, me, 0, go[1], go[0]));
  SHOW("no file", kc(me, me, 0, go[0], 99)); SHOW("nobody", kc(me, 999999, 0, 0, 0)); SHOW("type", kc(me, me, 9, 0, 0)); SHOW("type and nobody", kc(me, 999999, 9, 0, 0));
  for (int t = 1; t < 7; t++) { char s[20]; sprintf(s, "type %d", t); SHOW(s, kc(me, me, t, 0, 0)); if (t != 5 && t != 6) SHOW("  child", same(kc(me, child, t, 0, 0))); }
  struct { unsigned efd, tfd, toff; } slot = {e, go[0], 0};
  SHOW("watched", kc(me, me, 7, f, (long)&slot)); SHOW("not it", same(kc(me, me, 7, go[1], (long)&slot))); slot.toff = 1; SHOW("no second", kc(me, me, 7, f, (long)&slot)); slot.tfd = 77; slot.toff = 0; SHOW("not watched", kc(me, me, 7, f, (long)&slot));
  slot.efd = f; SHOW("no epoll", kc(me, me, 7, f, (long)&slot)); slot.efd = 99; SHOW("no file", kc(me, me, 7, f, (long)&slot)); SHOW("fault", kc(me, me, 7, f, 8));

  puts("others' rights");
  if (fork() == 0) {
    pid_t top = getppid();
    setresgid(1000, 1000, 1000); setresuid(1000, 1000, 1000);
    SHOW("read root's", rd(top, l, 1, r, 1, 0)); SHOW("write root's", wr(child, &w, 1, &to, 1, 0)); SHOW("compare", kc(top, getpid(), 1, 0, 0));
    int p = syscall(SYS_pidfd_open, top, 0); SHOW("take", syscall(SYS_pidfd_getfd, p, 0, 0));
    SHOW("read itself", rd(getpid(), l, 1, r, 1, 0));
    prctl(PR_SET_DUMPABLE, 1);
    pid_t mine = fork(); if (mine == 0) { pause(); _exit(0); }
    SHOW("read its own", rd(mine, l, 1, r, 1, 0));
    prctl(PR_SET_DUMPABLE, 0); pid_t shy = fork(); if (shy == 0) { pause(); _exit(0); }
    SHOW("read a shy one", rd(shy, l, 1, r, 1, 0)); SHOW("compare", kc(shy, getpid(), 1, 0, 0));
    kill(mine, 9); kill(shy, 9); _exit(0);
  }
  wait(0);

  puts("process_mrelease");
  int p = syscall(SYS_pidfd_open, child, 0);
  SHOW("flags", syscall(SYS_process_mrelease, p, 1)); SHOW("no pidfd", syscall(SYS_process_mrelease, e, 0)); SHOW("alive", syscall(SYS_process_mrelease, p, 0));
  kill(child, 9); waitpid(child, 0, WNOHANG | 0); wait(0); SHOW("gone", syscall(SYS_process_mrelease, p, 0));
  SHOW("memory of the dead", rd(child, l, 1, r, 1, 0));

  puts("membarrier");
  static const int commands[][3] = {{0, 1}, {1}, {1024}, {3}, {8}, {32}, {128}, {2}, {512}, {4}, {512}, {64}, {512}, {32}, {8}, {256}, {512}, {128}, {128, 1}, {128, 1, 99}, {128, 2}, {16}, {8}, {512}, {-1}};
  for (int i = 0; i < sizeof commands / sizeof *commands; i++) { char s[40]; sprintf(s, "%d, %d, %d", commands[i][0], commands[i][1], commands[i][2]); SHOW(s, mb(commands[i][0], commands[i][1], commands[i][2])); }
  if (fork() == 0) { SHOW("of a child", mb(512, 0, 0)); _exit(0); }
  wait(0);
  return 0;
}
