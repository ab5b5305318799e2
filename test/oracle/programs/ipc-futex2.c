// futex_waitv, futex_wake, futex_wait, futex_requeue: refusals, who wakes whom, timeouts.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *name(int e) { return strerrorname_np(e); }
#define SHOW(what, call) do { errno = 0; long r_ = (call); printf("%s = %ld%s%s\n", what, r_, r_ < 0 ? " " : "", r_ < 0 ? name(errno) : ""); } while (0)
struct waiter { uint64_t val, uaddr; uint32_t flags, reserved; };
static long waitv(void *w, unsigned n, unsigned f, void *t, int c) { return syscall(449, w, n, f, t, c); }
static long wake(void *a, unsigned long m, int n, unsigned f) { return syscall(454, a, m, n, f); }
static long wait_(void *a, unsigned long v, unsigned long m, unsigned f, void *t, int c) { return syscall(455, a, v, m, f, t, c); }
static long requeue(void *w, unsigned f, int n, int m) { return syscall(456, w, f, n, m); }
static uint32_t a = 1, b = 2, c = 3;
static char said[20][60]; static int saidn;
static void nap(void) { usleep(30000); }
static void *one(void *p) { long r = wait_(p, *(uint32_t *)p, 4, 0x82, 0, 1); sprintf(said[saidn++], "one %ld", r); return 0; }
static void *any(void *p) { struct waiter w[3] = {{1, (long)&a, 0x82}, {2, (long)&b, 0x82}, {3, (long)&c, 2}}; long r = waitv(w, 3, 0, 0, 1); sprintf(said[saidn++], "any %ld", r); return 0; }
static void look(const char *what) { nap(); printf("%s:", what); for (int i = 0; i < saidn; i++) printf(" %s", said[i]); saidn = 0; puts(""); }
static void hear(int s) {}
static struct timespec in(int ms, int clock) { struct timespec t; clock_gettime(clock, &t); t.tv_nsec += ms * 1000000; if (t.tv_nsec >= 1000000000) t.tv_sec++, t.tv_nsec -= 1000000000; return t; }

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  struct timespec bad = {0, -1}, past = {0, 1}; pthread_t t[4];
  struct waiter w[2] = {{1, (long)&a, 0x82}, {2, (long)&b, 0x82}};
  puts("futex_waitv");
  SHOW("flags", waitv(w, 2, 1, 0, 1)); SHOW("none", waitv(w, 0, 0, 0, 1)); SHOW("many", waitv(w, 129, 0, 0, 1)); SHOW("NULL", waitv(0, 1, 0, 0, 1)); SHOW("fault", waitv((void *)8, 1, 0, 0, 1)); SHOW("clock", waitv(w, 2, 0, &past, 7)); SHOW("time", waitv(w, 2, 0, &bad, 1)); SHOW("time fault", waitv((void *)8, 2, 0, (void *)8, 1));
  w[1].flags = 0x81; SHOW("size", waitv(w, 2, 0, 0, 1)); w[1].flags = 0x182; SHOW("unknown", waitv(w, 2, 0, 0, 1)); w[1].flags = 2; w[1].reserved = 1; SHOW("reserved", waitv(w, 2, 0, 0, 1)); w[1].reserved = 0; w[1].val = 1ull << 32; SHOW("wide", waitv(w, 2, 0, 0, 1)); w[1].val = 7; SHOW("other value", waitv(w, 2, 0, 0, 1)); w[1].uaddr++; SHOW("unaligned", waitv(w, 2, 0, 0, 1)); w[1].uaddr = 8; SHOW("address", waitv(w, 2, 0, 0, 1));
  w[1] = (struct waiter){2, (long)&b, 0x82}; SHOW("past", waitv(w, 2, 0, &past, 1)); struct timespec soon = in(20, CLOCK_MONOTONIC); SHOW("soon", waitv(w, 2, 0, &soon, CLOCK_MONOTONIC)); soon = in(20, CLOCK_REALTIME); SHOW("soon, date", waitv(w, 2, 0, &soon, CLOCK_REALTIME));
  struct sigaction sa = {.sa_handler = hear}; sigaction(SIGALRM, &sa, 0); ualarm(20000, 0); SHOW("interrupted", waitv(w, 2, 0, 0, 1));
  puts("futex_wait"); SHOW("flags", wait_(&a, 1, 1, 0x102, 0, 1)); SHOW("size", wait_(&a, 1, 1, 0, 0, 1)); SHOW("wide value", wait_(&a, 1l << 32, 1, 2, 0, 1)); SHOW("wide mask", wait_(&a, 1, -1l, 2, 0, 1)); SHOW("no mask", wait_(&a, 1, 0, 2, 0, 1)); SHOW("value", wait_(&a, 5, 1, 2, 0, 1)); SHOW("clock", wait_(&a, 1, 1, 2, &past, 5)); SHOW("past", wait_(&a, 1, 1, 2, &past, 1)); soon = in(20, CLOCK_MONOTONIC); SHOW("soon", wait_(&a, 1, 1, 0x82, &soon, 1)); ualarm(20000, 0); SHOW("interrupted", wait_(&a, 1, 1, 2, 0, 1)); sa.sa_flags = SA_RESTART; sigaction(SIGALRM, &sa, 0); ualarm(20000, 0); soon = in(60, CLOCK_MONOTONIC); SHOW("made again", wait_(&a, 1, 1, 2, &soon, 1));
  puts("futex_wake"); SHOW("flags", wake(&a, 1, 1, 0x102)); SHOW("size", wake(&a, 1, 1, 3)); SHOW("wide", wake(&a, -1l, 1, 2)); SHOW("no mask", wake(&a, 0, 1, 2)); SHOW("nobody", wake(&a, 1, 1, 2)); SHOW("unaligned", wake((char *)&a + 1, 1, 1, 2));
  for (int i = 0; i < 2; i++) pthread_create(t + i, 0, one, &a), nap(); SHOW("none", wake(&a, 4, 0, 0x82)); SHOW("other bits", wake(&a, 8, 9, 0x82)); SHOW("other scope", wake(&a, 4, 9, 2)); SHOW("one", wake(&a, 12, 1, 0x82)); look("said"); SHOW("all", wake(&a, 0xffffffff, 9, 0x82)); look("said"); for (int i = 0; i < 2; i++) pthread_join(t[i], 0);
  puts("any"); pthread_create(t, 0, any, 0); nap(); SHOW("second", wake(&b, -1u, 9, 0x82)); look("said"); pthread_join(t[0], 0); pthread_create(t, 0, any, 0); nap(); SHOW("third, by the old call", syscall(SYS_futex, &c, 1, 1)); look("said"); pthread_join(t[0], 0); pthread_create(t, 0, any, 0); pthread_create(t + 1, 0, one, &a); nap(); SHOW("first and one", wake(&a, 4, 9, 0x82)); nap(); pthread_join(t[0], 0); pthread_join(t[1], 0); printf("  %d said\n", saidn); saidn = 0;
  puts("futex_requeue"); w[0].flags = w[1].flags = 0x82; SHOW("flags", requeue(w, 1, 1, 1)); SHOW("NULL", requeue(0, 0, 1, 1)); SHOW("fault", requeue((void *)8, 0, 1, 1)); SHOW("negative", requeue(w, 0, -1, 1)); SHOW("negative", requeue(w, 0, 1, -1)); w[1].flags = 2; SHOW("different", requeue(w, 0, 1, 1)); w[1].flags = 0x82; w[0].val = 9; SHOW("value", requeue(w, 0, 1, 1)); w[0].val = 1; SHOW("nobody", requeue(w, 0, 1, 1));
  for (int i = 0; i < 3; i++) pthread_create(t + i, 0, one, &a), nap(); SHOW("one wakes, one moves", requeue(w, 0, 1, 1)); look("said"); SHOW("there", wake(&b, 4, 9, 0x82)); look("said"); SHOW("left", wake(&a, 4, 9, 0x82)); look("said"); for (int i = 0; i < 3; i++) pthread_join(t[i], 0);
  pthread_create(t, 0, any, 0); nap(); struct waiter v[2] = {{1, (long)&a, 0x82}, {0, (long)&w, 0x82}}; SHOW("one of any moves", requeue(v, 0, 0, 9)); SHOW("not here", wake(&a, -1u, 9, 0x82)); SHOW("but there", wake(&w, -1u, 9, 0x82)); look("said"); pthread_join(t[0], 0);
  return 0;
}
