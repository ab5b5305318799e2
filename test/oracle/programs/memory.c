// What the memory calls answer: advice for regions of every kind, and the order in which mmap, mprotect, mincore, msync, mlock, mremap
// and brk judge what they are given. A line for each case; the same text on Linux (as root) and here.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define P 4096L

/** The name of what a call failed with, or ok. Eight may be in one line. */
static const char *en(long r) {
  static char names[8][32];
  static int next;
  char *name = names[next++ & 7];
  sprintf(name, "%s", r == -1 ? strerrorname_np(errno) : "ok");
  return name;
}

static char *anon(int pages, int prot, int flags) { return mmap(0, pages * P, prot, flags, -1, 0); }

#define T(name, call) do { errno = 0; long r_ = (long)(call); printf("%s: %s\n", name, en(r_)); } while (0)

/** The signal that a child dies of. */
static int child(void (*f)(void *), void *a) {
  fflush(stdout);
  pid_t c = fork();
  if (!c) {
    f(a);
    _exit(0);
  }
  int s;
  waitpid(c, &s, 0);
  return WIFSIGNALED(s) ? WTERMSIG(s) : 0;
}
static void touch(void *a) { *(volatile char *)a = 1; }

int main() {
  setvbuf(stdout, 0, _IONBF, 0);
  int ro = open("memory.f", O_CREAT|O_RDWR|O_TRUNC, 0644);
  ftruncate(ro, 4*P);
  int f = ro;
  int rd = open("memory.f", O_RDONLY), wr = open("memory.f", O_WRONLY), dir = open(".", O_RDONLY);
  int pp[2];
  pipe(pp);
  int op = open("memory.f", O_PATH);
  // madvise
  int adv[] = {0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 5, 6, 7, 26, 99, 100, 101, -1};
  for (unsigned i = 0; i < sizeof adv / sizeof *adv; i++) {
  int a = adv[i];
  // MADV_MERGEABLE, UNMERGEABLE and the poisoning ones are a matter of how a kernel was built.
  if (a == 100 || a == 101 || a == 12 || a == 13) continue;
  char *m = anon(4, 3, 0x22);
  m[0] = 1;
  char *s = anon(4, 3, 0x21);
  char *fp = mmap(0, 4*P, 3, 2, f, 0), *fs = mmap(0, 4*P, 3, 1, f, 0), *fr = mmap(0, 4*P, 1, 1, rd, 0), *no = anon(4, 0, 0x22), *r1 = anon(4, 1, 0x22);
  char *lk = anon(4, 3, 0x22);
  mlock(lk, 4*P);
  char *hole = anon(4, 3, 0x22);
  munmap(hole+P, P);
  printf("madvise %d: anon %s shared %s fpriv %s", a, en(madvise(m, 4*P, a)), en(madvise(s, 4*P, a)), en(madvise(fp, 4*P, a)));
  printf(" fshared %s froshared %s none %s ro %s", en(madvise(fs, 4*P, a)), en(madvise(fr, 4*P, a)), en(madvise(no, 4*P, a)), en(madvise(r1, 4*P, a)));
  printf(" locked %s hole %s", en(madvise(lk, 4*P, a)), en(madvise(hole, 4*P, a)));
  printf(" zero %s unaligned %s wrap %s part %s\n", en(madvise(m, 0, a)), en(madvise(m+1, P, a)), en(madvise(m, -P, a)), en(madvise(m, 100, a)));
  munmap(m, 4*P);
  munmap(s, 4*P);
  munmap(fp, 4*P);
  munmap(fs, 4*P);
  munmap(fr, 4*P);
  munmap(no, 4*P);
  munmap(r1, 4*P);
  munmap(lk, 4*P);
  munmap(hole, 4*P);
  }
  // mmap order
  char *x = anon(8, 3, 0x22);
  T("mmap len0 badfd", mmap(0, 0, 3, 2, 99, 0));
  T("mmap badfd", mmap(0, P, 3, 2, 99, 0));
  T("mmap off1 badfd", mmap(0, P, 3, 2, 99, 1));
  T("mmap type0", mmap(0, P, 3, 0, f, 0));
  T("mmap type0 anon", mmap(0, P, 3, 0x20, -1, 0));
  T("len0 anon", mmap(0, 0, 3, 0x22, -1, 0));
  T("huge len", mmap(0, -1L, 3, 0x22, -1, 0));
  T("huge len2", mmap(0, 1L<<47, 3, 0x22, -1, 0));
  T("dir", mmap(0, P, 1, 2, dir, 0));
  T("pipe rd", mmap(0, P, 1, 2, pp[0], 0));
  T("pipe wr", mmap(0, P, 1, 2, pp[1], 0));
  T("opath", mmap(0, P, 1, 2, op, 0));
  T("wronly", mmap(0, P, 2, 2, wr, 0));
  T("wronly shared", mmap(0, P, 2, 1, wr, 0));
  T("ro shared w", mmap(0, P, 3, 1, rd, 0));
  T("ro priv w", mmap(0, P, 3, 2, rd, 0));
  T("fixed unaligned", mmap(x+1, P, 3, 0x32, -1, 0));
  T("fixed unaligned badfd", mmap(x+1, P, 3, 0x12, 99, 0));
  T("fixed high", mmap((void*)-P, P, 3, 0x32, -1, 0));
  T("fixed 0", mmap((void*)0, P, 3, 0x32, -1, 0));
  munmap(0, P);
  T("noreplace over", mmap(x, P, 3, 0x100022, -1, 0));
  T("noreplace part", mmap(x-P, 2*P, 3, 0x100022, -1, 0));
  munmap(x, 8*P);
  T("noreplace free", mmap(x, P, 3, 0x100022, -1, 0) == x?0:-1);
  T("noreplace fixed over", mmap(x, P, 3, 0x100032, -1, 0));
  T("noreplace unaligned", mmap(x+1, P, 3, 0x100022, -1, 0));
  T("growsdown shared", mmap(0, P, 3, 0x101|0x20, -1, 0));
  T("growsdown file", mmap(0, P, 3, 0x102, f, 0));
  T("growsdown", mmap(0, P, 3, 0x122, -1, 0));
  T("validate sync", mmap(0, P, 3, 3|0x80000, f, 0));
  T("validate unknown", mmap(0, P, 3, 3|0x8000000, f, 0));
  T("validate ok", mmap(0, P, 3, 3, f, 0));
  T("validate anon", mmap(0, P, 3, 0x23, -1, 0));
  T("unknown private", mmap(0, P, 3, 2|0x10000000, f, 0));
  T("prot bits", mmap(0, P, 0x100, 0x22, -1, 0));
  T("type 4", mmap(0, P, 3, 4|0x20, -1, 0));
  T("type 4 file", mmap(0, P, 3, 4, f, 0));
  // mprotect
  char *q = anon(4, 3, 0x22);
  T("mp unaligned", mprotect(q+1, P, 1));
  T("mp zero", mprotect(q, 0, 1));
  T("mp badprot", mprotect(q, P, 0x100));
  T("mp zero badprot", mprotect(q, 0, 0x100));
  T("mp sem", mprotect(q, P, 11));
  T("mp growsdown", mprotect(q, P, 3|0x01000000));
  T("mp growsup", mprotect(q, P, 3|0x02000000));
  T("mp both", mprotect(q, P, 3|0x03000000));
  T("mp wrap", mprotect(q, -P, 1));
  T("mp wrap2", mprotect(q, -1L, 1));
  munmap(q+P, P);
  T("mp hole", mprotect(q, 3*P, 1));
  T("mp ro file w", mprotect(mmap(0, P, 1, 1, rd, 0), P, 3));
  T("mp unmapped gd", mprotect(q+P, P, 3|0x01000000));
  volatile char loc;
  char *st = (char*)((long)&loc&-P);
  T("mp stack gd", mprotect(st, P, 3|0x01000000));
  // growsdown really
  char *g = mmap((void*)0x10000000000L, P, 3, 0x132, -1, 0);
  printf("grow %d\n", child(touch, g-P));
  printf("grow far %d\n", child(touch, g-40*P));
  T("mp gd", mprotect(g, P, 1|0x01000000));
  // mincore
  unsigned char v[16];
  char *mc = anon(4, 3, 0x22);
  mc[0] = 1;
  mc[2*P] = 1;
  int a0 = *(volatile char*)(mc+3*P);
  memset(v, 9, 16);
  T("mincore", mincore(mc, 4*P, v));
  printf("%d %d %d %d %d\n", v[0], v[1], v[2], v[3]&1, v[4]);
  T("mc unaligned", mincore(mc+1, P, v));
  T("mc zero", mincore(mc, 0, v));
  T("mc efault", mincore(mc, P, (void*)8));
  T("mc efault zero", mincore(mc, 0, (void*)8));
  T("mc neg", mincore(mc, -1L, v));
  T("mc unaligned efault", mincore(mc+1, P, (void*)8));
  munmap(mc+P, P);
  T("mc hole", mincore(mc, 4*P, v));
  T("mc kernel", mincore((void*)-P, P, v));
  T("mc kernel0", mincore((void*)-P, 0, v));
  T("mc nonuser vec", mincore(mc, P, (void*)-P));
  // msync munmap mlock
  T("ms unaligned", msync(mc+1, P, 4));
  T("ms both", msync(mc, P, 5));
  T("ms bad", msync(mc, P, 8));
  T("ms hole", msync(mc, 3*P, 4));
  T("ms none", msync(mc, P, 0));
  T("mu unaligned", munmap(mc+1, P));
  T("mu zero", munmap(mc, 0));
  T("mu kernel", munmap((void*)-P, P));
  T("mu wrap", munmap(mc, -P));
  T("ml hole", mlock(mc, 3*P));
  T("ml zero", mlock((void*)8, 0));
  T("ml wrap", mlock(mc, -P));
  T("mul hole", munlock(mc, 3*P));
  T("ml2 bad", syscall(SYS_mlock2, mc, P, 2));
  T("mla 0", mlockall(0));
  T("mla 8", mlockall(8));
  T("mla onfault", mlockall(4));
  // mremap
  char *r = anon(4, 3, 0x22);
  r[0] = 7;
  T("mr unaligned", mremap(r+1, P, P, 0));
  T("mr new0", mremap(r, P, 0, 0));
  T("mr badflag", mremap(r, P, P, 8));
  T("mr fixed alone", mremap(r, P, P, 2, r));
  T("mr unmapped", mremap((void*)(64L<<20), P, 2*P, 1));
  T("mr old0 priv", mremap(r, 0, P, 1));
  char *sh = anon(2, 3, 0x21);
  sh[0] = 5;
  char *d = mremap(sh, 0, 2*P, 1);
  printf("old0 shared %d\n", d == MAP_FAILED?-1:d[0]);
  T("mr overlap", mremap(r, 2*P, 2*P, 3, r+P));
  T("mr cross", mremap(r, 8*P, 16*P, 1));
  T("mr grow nomove", mremap(r, 4*P, 1L<<46, 0));
  T("mr fixed unal", mremap(r, P, P, 3, r+1));
  T("mr fixed kernel", mremap(r, P, P, 3, (void*)-P));
  T("du nomove", mremap(r, P, P, 4));
  T("du size", mremap(r, P, 2*P, 5, 0));
  char *du = mremap(r, 4*P, 4*P, 5, 0);
  printf("dontunmap anon %d %d\n", du[0], r[0]);
 
  char *fm = mmap(0, 4*P, 3, 2, f, 0);
  fm[0] = 3;
  char *fd = mremap(fm, 4*P, 4*P, 5, 0);
  if(fd == MAP_FAILED) printf("du file %s\n", strerrorname_np(errno));
  else printf("du file %d %d\n", fd[0], fm[0]);
  char *fss = mmap(0, 4*P, 3, 1, f, 0);
  fss[0] = 4;
  fd = mremap(fss, 4*P, 4*P, 5, 0);
  if(fd == MAP_FAILED) printf("du fshared %s\n", strerrorname_np(errno));
  else printf("du fshared %d %d\n", fd[0], fss[0]);
  // brk
  char *b0 = sbrk(0);
  struct rlimit rl = {1<<16, RLIM_INFINITY};
  printf("brk grow %d\n", syscall(SYS_brk, b0+P) == (long)b0+P);
  rl.rlim_cur = 8*P;
  setrlimit(RLIMIT_DATA, &rl);
  printf("brk limited %d\n", syscall(SYS_brk, b0+(64L<<20)) == (long)b0+P);
  T("mmap data", mmap(0, 16<<20, 3, 0x22, -1, 0));
  T("mmap data ro", mmap(0, 16<<20, 1, 0x22, -1, 0));
  T("mmap data shared", mmap(0, 16<<20, 3, 0x21, -1, 0));
  printf("brk low %d\n", syscall(SYS_brk, 8L) == (long)b0+P);
  printf("brk shrink %d\n", syscall(SYS_brk, b0) == (long)b0);
  unlink("memory.f");
}
