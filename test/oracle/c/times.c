// Time: clocks that go on, sleeps that last, broken-down time, timers, resource usage. Nothing that depends on the moment is printed.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timespec t) { return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }
static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return seconds(t);
}
int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  struct timespec t;
  clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, CLOCK_BOOTTIME};
  for (int i = 0; i < 5; i++) {
    double first = now(clocks[i]), second = now(clocks[i]);
    printf("clock %d: goes on %d, resolution %d\n", clocks[i], second >= first, clock_getres(clocks[i], &t) == 0 && t.tv_nsec > 0);
  }
  printf("bad clock: %d", clock_gettime(1000, &t));
  printf(" %s\n", strerror(errno));
  double before = now(CLOCK_MONOTONIC);
  usleep(20000);
  double slept = now(CLOCK_MONOTONIC) - before;
  printf("slept long enough %d\n", slept >= 0.02 && slept < 2);
  clock_gettime(CLOCK_MONOTONIC, &t);
  before = seconds(t);
  t.tv_nsec += 10000000;
  if (t.tv_nsec >= 1000000000) t.tv_sec++, t.tv_nsec -= 1000000000;
  printf("absolute sleep %d %d\n", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL), now(CLOCK_MONOTONIC) >= before + 0.01);
  struct timespec bad = {0, 1000000000};
  printf("bad sleep %d", nanosleep(&bad, NULL));
  printf(" %s\n", strerror(errno));
  time_t moment = 1000000000;
  struct tm *tm = gmtime(&moment);
  char text[100];
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %a %j", tm);
  printf("%s %ld\n", text, (long)timegm(tm));
  printf("after 2020: %d\n", time(NULL) > 1577836800);
  struct timeval tv;
  gettimeofday(&tv, NULL);
  printf("gettimeofday close to time: %d\n", labs((long)tv.tv_sec - (long)time(NULL)) <= 1);
  volatile double work = 0;
  for (int i = 0; i < 3000000; i++) work += i;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("used processor time %d, clock %d\n", usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec > 0, clock() > 0);
  printf("times %d\n", times(&(struct tms){0}) != (clock_t)-1);
  int fd = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec spec = {{0, 2000000}, {0, 2000000}};
  timerfd_settime(fd, 0, &spec, NULL);
  usleep(9000);
  unsigned long long expirations = 0;
  printf("timerfd: read %zd", read(fd, &expirations, 8));
  printf(", several %d\n", expirations >= 4);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_NONE};
  printf("timer_create %d\n", timer_create(CLOCK_MONOTONIC, &event, &timer));
  spec.it_value.tv_sec = 100;
  timer_settime(timer, 0, &spec, NULL);
  timer_gettime(timer, &spec);
  printf("left about %ld s\n", (long)spec.it_value.tv_sec + 1);
  timer_delete(timer);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  printf("RLIMIT_NOFILE %d\n", limit.rlim_cur > 100);
  limit.rlim_cur = 10;
  setrlimit(RLIMIT_NOFILE, &limit);
  int last = -1, f;
  while ((f = dup(0)) >= 0) last = f;
  printf("descriptors up to %d, then %s\n", last, strerror(errno));
  return 0;
}
