/* Futexes that know their owner, and waits that are moved to them. Prints the same lines on Linux. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Atomic uint32_t cond, lock, other;
static _Atomic int tid, started;
static long answer, answer2;
static int answered;

static long futex(void *at, int op, uint32_t val, void *timeout, void *at2, uint32_t val3) {
  return syscall(SYS_futex, at, op, val, timeout, at2, val3);
}
static const char *text(long r, int e) {
  static char buffers[8][24];
  static int n;
  char *b = buffers[n++ & 7];
  if (r < 0) snprintf(b, 24, "%s", strerrorname_np(e));
  else snprintf(b, 24, "%ld", r);
  return b;
}
#define SAY(what, call) do { long r_ = (call); printf("%s: %s\n", what, text(r_, errno)); } while (0)
static const char *owner(void) {
  static char b[64];
  uint32_t w = lock, who = w & FUTEX_TID_MASK;
  snprintf(b, 64, "%s%s", who == 0 ? "nobody" : who == (uint32_t)gettid() ? "main" : who == (uint32_t)tid ? "thread" : "another", w & FUTEX_WAITERS ? ", waiters" : "");
  return b;
}
static void settle(void) { usleep(20000); }
static void on_usr1(int s) {}

struct wait { int op; int ms; int relative_to; };
static void *waiter(void *p) {
  struct wait *w = p;
  struct timespec t, *timeout = 0;
  if (w->ms) {
    clock_gettime(w->relative_to, &t);
    t.tv_nsec += w->ms * 1000000L;
    if (t.tv_nsec >= 1000000000) t.tv_sec++, t.tv_nsec -= 1000000000;
    timeout = &t;
  }
  tid = gettid();
  answer = futex(&cond, w->op, 0, timeout, &lock, 0);
  if (answer < 0) answer = -errno;
  if (answer == 0 && w->op != FUTEX_WAIT) {
    /* After main has said what it did. */
    settle();
    printf("thread: owned by %s\n", (lock & FUTEX_TID_MASK) == (uint32_t)gettid() ? "it" : "another");
    answer2 = futex(&lock, FUTEX_UNLOCK_PI, 0, 0, 0, 0);
    printf("thread unlocks: %s\n", text(answer2, errno));
  }
  return 0;
}
static pthread_t begin(struct wait *w) {
  pthread_t t;
  pthread_create(&t, 0, waiter, w);
  settle();
  return t;
}
static void end(pthread_t t) {
  pthread_join(t, 0);
  printf("thread: %s\n", answer < 0 ? strerrorname_np(-answer) : "0");
}

int main(void) {
  struct sigaction sa = {.sa_handler = on_usr1, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &sa, 0);
  setvbuf(stdout, 0, _IONBF, 0);
  struct timespec past = {0, 1}, bad = {0, 1000000000};

  puts("== refused");
  SAY("same word", futex(&cond, FUTEX_WAIT_REQUEUE_PI, 0, 0, &cond, 0));
  SAY("other value", futex(&cond, FUTEX_WAIT_REQUEUE_PI, 1, 0, &lock, 0));
  SAY("misaligned", futex(&cond, FUTEX_WAIT_REQUEUE_PI, 0, 0, (char *)&lock + 1, 0));
  SAY("no second", futex(&cond, FUTEX_WAIT_REQUEUE_PI, 0, 0, 0, 0));
  SAY("past", futex(&cond, FUTEX_WAIT_REQUEUE_PI, 0, &past, &lock, 0));
  SAY("past, a date", futex(&cond, FUTEX_WAIT_REQUEUE_PI | FUTEX_CLOCK_REALTIME, 0, &past, &lock, 0));
  SAY("bad time", futex(&cond, FUTEX_WAIT_REQUEUE_PI, 1, &bad, &lock, 0));
  SAY("requeue to itself", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &cond, 0));
  SAY("requeue, other value", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &lock, 1));
  SAY("requeue, wakes none", futex(&cond, FUTEX_CMP_REQUEUE_PI, 0, (void *)1, &lock, 0));
  SAY("requeue, wakes two", futex(&cond, FUTEX_CMP_REQUEUE_PI, 2, (void *)1, &lock, 0));
  SAY("requeue, negative", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)-1L, &lock, 0));
  SAY("requeue, a clock", futex(&cond, FUTEX_CMP_REQUEUE_PI | FUTEX_CLOCK_REALTIME, 1, (void *)1, &lock, 0));
  SAY("requeue nobody", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &lock, 0));

  puts("== a lock that is free");
  struct wait w = {FUTEX_WAIT_REQUEUE_PI, 0, CLOCK_MONOTONIC};
  pthread_t t = begin(&w);
  SAY("wake", futex(&cond, FUTEX_WAKE, 1, 0, 0, 0));
  SAY("plain requeue", futex(&cond, FUTEX_CMP_REQUEUE, 1, (void *)1, &other, 0));
  SAY("to another lock", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &other, 0));
  cond = 1;
  SAY("requeue", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)0x7fffffffL, &lock, 1));
  end(t);
  printf("lock: %s\n", owner());

  puts("== a lock that is held");
  cond = 0;
  SAY("lock", futex(&lock, FUTEX_LOCK_PI, 0, 0, 0, 0));
  t = begin(&w);
  cond = 1;
  SAY("requeue", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)5, &lock, 1));
  settle();
  printf("lock: %s\n", owner());
  SAY("wake there", futex(&lock, FUTEX_WAKE, 1, 0, 0, 0));
  SAY("unlock", futex(&lock, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
  end(t);
  printf("lock: %s\n", owner());

  puts("== a signal before the move");
  cond = 0;
  t = begin(&w);
  pthread_kill(t, SIGUSR1);
  settle();
  cond = 1;
  pthread_kill(t, SIGUSR1);
  end(t);

  puts("== a signal after the move");
  cond = 0;
  SAY("lock", futex(&lock, FUTEX_LOCK_PI, 0, 0, 0, 0));
  t = begin(&w);
  SAY("requeue", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)5, &lock, 0));
  settle();
  pthread_kill(t, SIGUSR1);
  end(t);
  SAY("unlock", futex(&lock, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
  printf("lock: %s\n", owner());

  puts("== a timeout before and after the move");
  w.ms = 60;
  t = begin(&w);
  end(t);
  w = (struct wait){FUTEX_WAIT_REQUEUE_PI | FUTEX_CLOCK_REALTIME, 100, CLOCK_REALTIME};
  SAY("lock", futex(&lock, FUTEX_LOCK_PI, 0, 0, 0, 0));
  t = begin(&w);
  SAY("requeue", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)5, &lock, 0));
  end(t);
  SAY("unlock", futex(&lock, FUTEX_UNLOCK_PI, 0, 0, 0, 0));

  puts("== a lock in the word of others");
  w = (struct wait){FUTEX_WAIT, 0, 0};
  t = begin(&w);
  SAY("lock", futex(&cond, FUTEX_LOCK_PI, 0, 0, 0, 0));
  SAY("requeue", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)5, &lock, cond));
  cond = gettid();
  SAY("unlock", futex(&cond, FUTEX_UNLOCK_PI, 0, 0, 0, 0));
  lock = gettid();
  SAY("wake", futex(&cond, FUTEX_WAKE, 1, 0, 0, 0));
  pthread_join(t, 0);
  lock = 0x3ffffff;
  cond = 0;
  w = (struct wait){FUTEX_WAIT_REQUEUE_PI, 50, CLOCK_MONOTONIC};
  t = begin(&w);
  SAY("requeue to a lock of nobody's", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)5, &lock, 0));
  lock = tid;
  SAY("requeue to its own", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)5, &lock, 0));
  end(t);
  return 0;
}
