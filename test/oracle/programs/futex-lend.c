/* Who lends what to whom by locks that know their owner: effective priorities as /proc shows them. Prints the same lines on Linux, as root. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Atomic uint32_t L[8];
static long futex(void *at, int op, uint32_t val, void *timeout) { return syscall(SYS_futex, at, op, val, timeout, 0, 0); }
static long lock(int i) { return futex(&L[i], FUTEX_LOCK_PI, 0, 0) < 0 ? -errno : 0; }
static long unlock(int i) { return futex(&L[i], FUTEX_UNLOCK_PI, 0, 0) < 0 ? -errno : 0; }
static void settle(void) { usleep(30000); }

enum { NONE, LOCK, UNLOCK, TIMED, QUIT, SLEEP };
struct worker { pthread_t t; _Atomic int tid; _Atomic int job; int arg; _Atomic long result; _Atomic int done; };
static struct worker W[8];
static void noop(int s) {}
static void *work(void *p) {
  struct worker *w = p;
  w->tid = gettid();
  for (;;) {
    while (!w->job) usleep(1000);
    int job = w->job;
    w->done = 0;
    if (job == LOCK) w->result = lock(w->arg);
    else if (job == UNLOCK) w->result = unlock(w->arg);
    else if (job == TIMED) {
      struct timespec t; clock_gettime(CLOCK_REALTIME, &t);
      t.tv_nsec += 60000000; if (t.tv_nsec >= 1000000000) t.tv_sec++, t.tv_nsec -= 1000000000;
      w->result = futex(&L[w->arg], FUTEX_LOCK_PI, 0, &t) < 0 ? -errno : 0;
    } else if (job == QUIT) return 0;
    w->job = 0;
    w->done = 1;
  }
}
static void start(int i, int policy, int prio, int nice) {
  struct worker *w = &W[i];
  w->job = 0; w->tid = 0;
  pthread_create(&w->t, 0, work, w);
  while (!w->tid) usleep(1000);
  struct sched_param p = {prio};
  if (sched_setscheduler(w->tid, policy, &p)) perror("setscheduler");
  if (nice) setpriority(PRIO_PROCESS, w->tid, nice);
}
static void tell(int i, int job, int arg) { W[i].arg = arg; W[i].done = 0; W[i].job = job; settle(); }
static void result(const char *what, int i) { printf("%s: %s\n", what, !W[i].done ? "waits" : W[i].result ? strerrorname_np(-W[i].result) : "0"); }
static void show(const char *what, int from, int to) {
  printf("%s:", what);
  for (int i = from; i <= to; i++) {
    char path[64], buf[1024]; snprintf(path, 64, "/proc/self/task/%d/stat", W[i].tid);
    FILE *f = fopen(path, "r"); if (!f) { printf(" -"); continue; }
    int n = fread(buf, 1, 1023, f); buf[n] = 0; fclose(f);
    char *s = strrchr(buf, ')') + 2; int field = 3; long pr = 0, ni = 0, rt = 0, pol = 0;
    for (char *t = strtok(s, " "); t; t = strtok(0, " "), field++) { if (field == 18) pr = atol(t); if (field == 19) ni = atol(t); if (field == 40) rt = atol(t); if (field == 41) pol = atol(t); }
    struct sched_param p; sched_getparam(W[i].tid, &p);
    printf(" %ld/%ld/%ld/%ld/%d,%d", pr, ni, rt, pol, sched_getscheduler(W[i].tid), p.sched_priority);
  }
  printf("\n");
}
static void setp(int i, int policy, int prio) { struct sched_param p = {prio}; sched_setscheduler(W[i].tid, policy, &p); settle(); }
static void quit(int i) { W[i].job = QUIT; pthread_join(W[i].t, 0); }


/* Priority inversion on one processor: with a lock that lends, who waits for it goes before who is merely more urgent than its owner. */
static pthread_mutex_t mutex;
static _Atomic int held, waiting, go, n;
static const char *order[8];
static void done(const char *who) { order[n++] = who; }
static void become(int policy, int prio) { struct sched_param p = {prio}; sched_setscheduler(0, policy, &p); }
static void spin(int ms) { struct timespec t; long from, now; clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); from = t.tv_sec * 1000000000L + t.tv_nsec; do { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); now = t.tv_sec * 1000000000L + t.tv_nsec; } while (now - from < ms * 1000000L); }
static int policy_of_high;
static void *low(void *p) {
  become(SCHED_FIFO, 10);
  pthread_mutex_lock(&mutex);
  held = 1;
  while (!go) usleep(1000);
  spin(4);
  done("low lets go");
  pthread_mutex_unlock(&mutex);
  spin(1);
  done("low ends");
  return 0;
}
static void *medium(void *p) {
  become(SCHED_FIFO, 20);
  while (!go) usleep(1000);
  spin(8);
  done("medium");
  return 0;
}
static void *high(void *p) {
  become(policy_of_high, 30);
  while (!held) usleep(1000);
  waiting = 1;
  pthread_mutex_lock(&mutex);
  done("high");
  pthread_mutex_unlock(&mutex);
  return 0;
}
static void invert(int protocol, int policy) {
  pthread_mutexattr_t a; pthread_t t[3];
  pthread_mutexattr_init(&a); pthread_mutexattr_setprotocol(&a, protocol); pthread_mutex_init(&mutex, &a);
  held = waiting = go = n = 0; policy_of_high = policy;
  pthread_create(&t[0], 0, low, 0); pthread_create(&t[1], 0, medium, 0); pthread_create(&t[2], 0, high, 0);
  while (!waiting) usleep(1000);
  usleep(20000);
  go = 1;
  for (int i = 0; i < 3; i++) pthread_join(t[i], 0);
  printf("%s, %s:", protocol == PTHREAD_PRIO_INHERIT ? "lent" : "not lent", policy == SCHED_RR ? "RR" : "FIFO");
  for (int i = 0; i < n; i++) printf(" %s;", order[i]);
  printf("\n");
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  struct sched_param p = {90}; sched_setscheduler(0, SCHED_FIFO, &p);
  signal(SIGUSR1, noop);
  /* one lock */
  start(0, SCHED_OTHER, 0, 10); start(1, SCHED_OTHER, 0, 0); start(2, SCHED_FIFO, 20, 0); start(3, SCHED_RR, 40, 0); start(4, SCHED_OTHER, 0, -5);
  show("begin", 0, 4);
  tell(0, LOCK, 0); result("0 locks", 0);
  tell(1, LOCK, 0); result("1 locks", 1); show("fair waiter", 0, 4);
  tell(4, LOCK, 0); show("two fair waiters", 0, 4);
  tell(2, LOCK, 0); show("FIFO waiter", 0, 4);
  tell(3, LOCK, 0); show("RR waiter", 0, 4);
  setp(0, SCHED_FIFO, 5); show("owner made FIFO 5", 0, 4);
  setp(0, SCHED_OTHER, 0); show("owner made OTHER", 0, 4);
  setp(3, SCHED_RR, 10); show("waiter 3 made RR 10", 0, 4);
  setp(2, SCHED_OTHER, 0); show("waiter 2 made OTHER", 0, 4);
  setp(3, SCHED_RR, 60); show("waiter 3 made RR 60", 0, 4);
  setpriority(PRIO_PROCESS, W[0].tid, 15); show("owner niced", 0, 4);
  tell(0, UNLOCK, 0); result("0 unlocks", 0); result("3 has it", 3); show("unlocked", 0, 4);
  tell(3, UNLOCK, 0); result("1 has it", 1); result("2", 2); result("4", 4); show("unlocked again", 0, 4);
  setp(2, SCHED_FIFO, 30); show("waiter 2 FIFO 30", 0, 4);
  tell(1, UNLOCK, 0); result("2 has it", 2); result("4", 4);
  tell(2, UNLOCK, 0); result("4 has it", 4); tell(4, UNLOCK, 0); show("all free", 0, 4);
  printf("word %x\n", L[0]);
  /* timeout and signal */
  tell(0, LOCK, 0); tell(3, TIMED, 0); show("timed waiter", 0, 4); settle(); settle(); result("timed", 3); show("timed out", 0, 4);
  tell(3, LOCK, 0); show("waits again", 0, 4); syscall(SYS_tgkill, getpid(), W[3].tid, SIGUSR1); settle(); show("after a signal", 0, 4); result("still", 3);
  tell(0, UNLOCK, 0); result("got it", 3); tell(3, UNLOCK, 0); show("all free", 0, 4);
  /* chain: 0 owns A, 1 owns B waits A, 2 owns C waits B, 3 waits C */
  setp(2, SCHED_FIFO, 20); setp(3, SCHED_RR, 40);
  tell(0, LOCK, 0); tell(1, LOCK, 1); tell(2, LOCK, 2);
  tell(1, LOCK, 0); tell(2, LOCK, 1); show("chain of two", 0, 3); tell(3, LOCK, 2); show("chain of three", 0, 3);
  tell(0, LOCK, 2); result("closing it", 0); 
  setp(3, SCHED_RR, 7); show("last made RR 7", 0, 3); setp(3, SCHED_FIFO, 70); show("last made FIFO 70", 0, 3);
  tell(4, LOCK, 3); tell(0, LOCK, 3); show("first waits for 4", 0, 4);
  quit(4); settle(); result("4 died: 0", 0); printf("died %x\n", (L[3] & FUTEX_OWNER_DIED) != 0);
  show("died", 0, 3);
  tell(0, UNLOCK, 0); result("1", 1); show("0 let go", 0, 3);
  tell(1, UNLOCK, 0); show("1 let A go", 0, 3); tell(1, UNLOCK, 1); result("2", 2); show("1 let B go", 0, 3);
  tell(2, UNLOCK, 1); tell(2, UNLOCK, 2); result("3", 3); show("2 let go", 0, 3); tell(3, UNLOCK, 2);
  /* several locks of one owner */
  tell(0, UNLOCK, 3);
  tell(0, LOCK, 0); tell(0, LOCK, 1); tell(2, LOCK, 0); tell(3, LOCK, 1); show("two locks", 0, 3);
  tell(0, UNLOCK, 1); show("one let go", 0, 3); tell(0, UNLOCK, 0); show("both", 0, 3);
  tell(2, UNLOCK, 0); tell(3, UNLOCK, 1);
  /* words that disagree */
  tell(0, LOCK, 0); tell(1, LOCK, 0); uint32_t was = L[0]; L[0] = W[2].tid; tell(3, LOCK, 0); result("another is named", 3);
  L[0] = 0; tell(3, LOCK, 0); result("nobody is named", 3); L[0] = 0x3ffffff0; tell(3, LOCK, 0); result("nobody's number", 3);
  L[0] = FUTEX_OWNER_DIED; tell(3, LOCK, 0); result("owner died", 3); show("and lends", 0, 3);
  L[0] = was; tell(0, UNLOCK, 0); result("3", 3); result("1", 1); tell(3, UNLOCK, 0); result("1", 1); tell(1, UNLOCK, 0); printf("word %x\n", L[0]);
  cpu_set_t one; CPU_ZERO(&one); CPU_SET(0, &one); sched_setaffinity(0, sizeof one, &one);
  invert(PTHREAD_PRIO_NONE, SCHED_FIFO);
  invert(PTHREAD_PRIO_INHERIT, SCHED_FIFO);
  invert(PTHREAD_PRIO_INHERIT, SCHED_RR);
  return 0;
}
