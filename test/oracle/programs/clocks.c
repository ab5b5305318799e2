// Clocks by their ids: what each answers, sleeps by, and has timers for; clocks of processor time; timers for a date that is set.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <poll.h>

static const char *name(long r) { return r == 0 ? "ok" : r > 0 ? strerrorname_np(r) : strerrorname_np(-r); }
static long sys(long r) { return r == -1 ? errno : 0; }
static int cpuclock(int pid, int bits) { return (~pid << 3) | bits; }

static void row(int id) {
  struct timespec t = {0, 0}, res = {0, 0}, zero = {0, 1};
  struct sigevent e = {.sigev_notify = SIGEV_NONE};
  int timer = -1;
  printf("clock %d: gettime %s", id, name(sys(syscall(SYS_clock_gettime, id, &t))));
  printf(", getres %s", name(sys(syscall(SYS_clock_getres, id, &res))));
  printf(", set %s", id == 0 ? "-" : name(sys(syscall(SYS_clock_settime, id, &zero))));
  printf(", sleep %s", name(sys(syscall(SYS_clock_nanosleep, id, 1, &zero, 0))));
  printf(", timer %s", name(sys(syscall(SYS_timer_create, id, &e, &timer))));
  printf(", timerfd %s\n", name(sys(syscall(SYS_timerfd_create, id, 0))));
}

static void other(const char *what, int id, int sleep) {
  struct timespec t = {0, 0}, res = {0, 0}, zero = {0, 1};
  struct sigevent e = {.sigev_notify = SIGEV_NONE};
  int timer = -1;
  long get = sys(syscall(SYS_clock_gettime, id, &t));
  printf("%s: gettime %s%s", what, name(get), get == 0 && (t.tv_sec || t.tv_nsec) ? " > 0" : "");
  printf(", getres %s", name(sys(syscall(SYS_clock_getres, id, &res))));
  printf(" %ld", res.tv_nsec);
  printf(", set %s", name(sys(syscall(SYS_clock_settime, id, &zero))));
  if (sleep) printf(", sleep %s", name(sys(syscall(SYS_clock_nanosleep, id, 1, &zero, 0))));
  printf(", timer %s\n", name(sys(syscall(SYS_timer_create, id, &e, &timer))));
}

static volatile int stop, ready, tid;
static void *burn(void *a) {
  tid = gettid();
  ready = 1;
  while (!stop);
  return a;
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, 0);
  for (int id = 0; id <= 12; id++) if (id != 8 && id != 9) row(id);
  for (volatile int i = 0; i < 3000000; i++);
  int child = fork();
  if (child == 0) for (;;);
  int dead = fork();
  if (dead == 0) _exit(0);
  waitpid(dead, 0, 0);
  usleep(20000);
  for (int which = 0; which < 4; which++) {
    char text[40];
    sprintf(text, "own process, kind %d", which);
    other(text, cpuclock(0, which), 1);
    sprintf(text, "own thread, kind %d", which);
    other(text, cpuclock(0, which | 4), 1);
    sprintf(text, "by own pid, kind %d", which);
    other(text, cpuclock(getpid(), which), 1);
    sprintf(text, "by own tid, kind %d", which);
    other(text, cpuclock(getpid(), which | 4), 1);
    sprintf(text, "a child, kind %d", which);
    other(text, cpuclock(child, which), which != 1);
    sprintf(text, "a child's thread, kind %d", which);
    other(text, cpuclock(child, which | 4), 1);
    sprintf(text, "nobody, kind %d", which);
    other(text, cpuclock(dead, which), 1);
  }
  pthread_t th;
  pthread_create(&th, 0, burn, 0);
  while (!ready) usleep(1000);
  struct timespec t, t2, ms30 = {0, 30000000};
  clockid_t tc, pc;
  pthread_getcpuclockid(th, &tc);
  other("a thread", tc, 0);
  other("a process by its thread", cpuclock(tid, 2), 1);
  clock_gettime(tc, &t);
  printf("sleep by a thread's time: %s", name(clock_nanosleep(tc, 0, &ms30, 0)));
  clock_gettime(tc, &t2);
  printf(", it had %s\n", (t2.tv_sec - t.tv_sec) * 1000000000ll + t2.tv_nsec - t.tv_nsec >= 30000000 ? "so much" : "less");
  clock_getcpuclockid(child, &pc);
  clock_gettime(pc, &t);
  printf("sleep by a child's time: %s", name(clock_nanosleep(pc, 0, &ms30, 0)));
  clock_gettime(pc, &t2);
  printf(", it had %s\n", (t2.tv_sec - t.tv_sec) * 1000000000ll + t2.tv_nsec - t.tv_nsec >= 30000000 ? "so much" : "less");
  kill(child, SIGKILL);
  waitpid(child, 0, 0);
  timer_t id;
  struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  struct itimerspec its = {{0, 10000000}, {0, 20000000}}, left;
  printf("process timer %s", name(sys(timer_create(CLOCK_PROCESS_CPUTIME_ID, &e, &id))));
  timer_settime(id, 0, &its, 0);
  timer_gettime(id, &left);
  printf(" left %s", left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 20000000 ? "some" : "wrong");
  siginfo_t info;
  sigdelset(&set, SIGCHLD);
  printf(" signal %d", sigwaitinfo(&set, &info));
  printf(" again %d", sigwaitinfo(&set, &info));
  printf(" code %d\n", info.si_code);
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigtimedwait(&set, &info, &(struct timespec){0, 0});
  timer_delete(id);
  stop = 1;
  pthread_join(th, 0);
  // A signal that is ignored by default, and blocked: it is queued all the same.
  e.sigev_signo = SIGCHLD;
  timer_create(CLOCK_MONOTONIC, &e, &id);
  its = (struct itimerspec){{0, 1000000}, {0, 1000000}};
  timer_settime(id, 0, &its, 0);
  usleep(25000);
  struct timespec zero = {0, 0};
  printf("blocked and ignored: %d", sigtimedwait(&set, &info, &zero) == SIGCHLD);
  printf(" overruns %s %d\n", info.si_overrun > 10 ? "many" : "few", timer_getoverrun(id) == info.si_overrun);
  timer_delete(id);
  // Errors.
  e = (struct sigevent){.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
  printf("SIGEV_THREAD_ID 0: %s\n", name(sys(syscall(SYS_timer_create, 1, &e, &id))));
  int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
  printf("timerfd_settime NULL: %s, bad fd %s, bad flags %s\n", name(sys(syscall(SYS_timerfd_settime, fd, 0, 0, 0))),
         name(sys(syscall(SYS_timerfd_settime, -1, 0, 0, 0))), name(sys(syscall(SYS_timerfd_settime, -1, 64, &its, 0))));
  // Long alarms.
  struct itimerval v = {{0, 0}, {10000000, 0}}, old;
  setitimer(ITIMER_REAL, &v, 0);
  getitimer(ITIMER_REAL, &old);
  printf("ten million seconds: %ld\n", (old.it_value.tv_sec * 1000000 + old.it_value.tv_usec + 500000) / 1000000);
  printf("alarm before: %u\n", alarm(4000000000u));
  printf("alarm before: %u\n", alarm(0));
  return 0;
}
