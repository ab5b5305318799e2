/* Times at the ends of their range: what is refused, what is kept, what never comes. Run as root on Linux, prints the same lines. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MAX INT64_MAX
#define MIN INT64_MIN
/* Longer ago than any of these machines is up. */
#define SLACK 100000000L

static const struct timespec TIMES[] = {
    {0, 0}, {0, 1000000000}, {0, -1}, {-1, 0}, {MIN, 0}, {MAX, 0}, {MAX, 999999999}, {MAX, 1000000000}, {MAX, MAX}, {MAX, MIN}, {0, MAX},
    {9223372036, 854775807}, {9223372036, 1}, {9223372035, 999999999}, {9007199, 254740993}, {9007200, 1}, {4294967296, 1},
    {1000000000000, 123456789}, {8277292035, 999999999}, {8277292036, 0}, {1, 4294967301},
};

static void on_alarm(int s) {}
static void alarm_in(int us) {
  struct itimerval v = {{0, 0}, {0, us}};
  setitimer(ITIMER_REAL, &v, 0);
}
static void say(const char *what, long r) { printf("%s %s", what, r < 0 ? strerrorname_np(errno) : "ok"); }
/* A time that was counted from now: the end it was cut to, or what it was. */
static void left(int64_t sec, int64_t asked) {
  if (sec > 9223372036 - SLACK && sec <= 9223372036) printf(" cut\n");
  else if (sec > MAX - SLACK) printf(" cut to seconds\n");
  else if (sec <= asked && sec >= asked - 2) printf(" as asked\n");
  else printf(" %ld\n", (long)sec);
}

int main(void) {
  struct sigaction sa = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &sa, 0);
  for (unsigned i = 0; i < sizeof TIMES / sizeof *TIMES; i++) {
    struct timespec t = TIMES[i], rem = {7, 7};
    struct itimerspec s, o;
    uint64_t count = 0;
    int zero = 0;
    long r;
    printf("== {%ld, %ld}\n", (long)t.tv_sec, (long)t.tv_nsec);
#define INTERRUPTED(what, call) alarm_in(3000), r = (call), say(what, r), alarm_in(0)
    INTERRUPTED("nanosleep", syscall(SYS_nanosleep, &t, &rem)), left(rem.tv_sec, r < 0 && errno == EINTR ? t.tv_sec : 7);
    INTERRUPTED("clock_nanosleep, a date", syscall(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &t, 0)), puts("");
    INTERRUPTED("by processor time", syscall(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0, &t, 0)), puts("");

    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    s = (struct itimerspec){{0, 0}, t};
    say("timerfd value", timerfd_settime(fd, 0, &s, 0));
    timerfd_gettime(fd, &o), left(o.it_value.tv_sec, t.tv_sec);
    s = (struct itimerspec){t, {1000, 0}};
    say("timerfd interval", timerfd_settime(fd, 0, &s, 0));
    timerfd_gettime(fd, &o), printf(" %ld.%09ld\n", (long)o.it_interval.tv_sec, o.it_interval.tv_nsec);
    close(fd);
    fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    s = (struct itimerspec){{0, 0}, t};
    say("timerfd date", timerfd_settime(fd, TFD_TIMER_ABSTIME, &s, 0));
    say(", read", read(fd, &count, 8)), printf(" %lu\n", (unsigned long)count);
    close(fd);

    timer_t id;
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    timer_create(CLOCK_MONOTONIC, &none, &id);
    s = (struct itimerspec){t, {1000, 0}};
    say("timer interval", timer_settime(id, 0, &s, 0));
    timer_gettime(id, &o), printf(" %ld.%09ld\n", (long)o.it_interval.tv_sec, o.it_interval.tv_nsec);
    timer_delete(id);
    timer_create(CLOCK_MONOTONIC, &none, &id);
    s = (struct itimerspec){{0, 0}, t};
    say("timer value", timer_settime(id, 0, &s, 0));
    timer_gettime(id, &o), left(o.it_value.tv_sec, t.tv_sec);
    timer_delete(id);

    struct itimerval v = {{t.tv_sec, t.tv_nsec % 1000000}, {1000, 0}}, w;
    say("setitimer interval", setitimer(ITIMER_REAL, &v, 0));
    getitimer(ITIMER_REAL, &w), printf(" %ld.%06ld\n", (long)w.it_interval.tv_sec, (long)w.it_interval.tv_usec);
    alarm_in(0);
    v = (struct itimerval){{0, 0}, {t.tv_sec, t.tv_nsec}};
    say("setitimer value", setitimer(ITIMER_REAL, &v, 0));
    getitimer(ITIMER_REAL, &w), left(w.it_value.tv_sec, t.tv_sec);
    alarm_in(0);

    rem = t;
    INTERRUPTED("ppoll", syscall(SYS_ppoll, 0, 0, &rem, 0, 8)), left(rem.tv_sec, t.tv_sec);
    rem = t;
    INTERRUPTED("pselect6", syscall(SYS_pselect6, 0, 0, 0, 0, &rem, 0)), left(rem.tv_sec, t.tv_sec);
    int ep = epoll_create1(0);
    struct epoll_event event;
    INTERRUPTED("epoll_pwait2", syscall(441, ep, &event, 1, &t, 0, 8)), puts("");
    close(ep);
    INTERRUPTED("futex", syscall(SYS_futex, &zero, FUTEX_WAIT, 0, &t, 0, 0)), puts("");
    INTERRUPTED("futex, a date", syscall(SYS_futex, &zero, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &t, 0, -1)), puts("");
    uint64_t usr1 = 1 << (SIGUSR1 - 1);
    INTERRUPTED("rt_sigtimedwait", syscall(SYS_rt_sigtimedwait, &usr1, 0, &t, 8)), puts("");

    if (t.tv_nsec >= 1000000000 || t.tv_nsec < 0 || t.tv_sec < 0 || t.tv_sec >= 8277292036 || (t.tv_sec | t.tv_nsec) == 0) {
      struct timeval tv = {t.tv_sec, t.tv_nsec / 1000};
      say("clock_settime", clock_settime(CLOCK_REALTIME, &t)), say(", settimeofday", syscall(SYS_settimeofday, &tv, 0)), puts("");
    }
  }

  /* On tmpfs, which keeps all of it. */
  static const struct timespec FILES[][2] = {
      {{-1, 5}, {-2, 999999999}}, {{MIN, 0}, {MIN, 1}}, {{MIN + 1, 1}, {1L << 53, 1}}, {{(1L << 53) + 1, 7}, {-(1L << 53) - 1, 7}},
      {{MAX, 1}, {1L << 62, 3}}, {{0, 1000000000}, {0, 0}}, {{MAX - 1, 999999999}, {0, -1}},
  };
  for (unsigned i = 0; i < sizeof FILES / sizeof *FILES; i++) {
    int fd = open("/dev/shm/time-ends", O_CREAT | O_RDWR, 0600);
    struct stat st;
    struct statx sx;
    say("utimensat", futimens(fd, FILES[i]));
    fstat(fd, &st), statx(fd, "", AT_EMPTY_PATH, STATX_ALL, &sx);
    if (i < 5) printf(" %ld.%09ld %ld.%09ld, statx %ld %ld", st.st_atim.tv_sec, st.st_atim.tv_nsec, st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                      (long)sx.stx_atime.tv_sec, (long)sx.stx_mtime.tv_sec);
    puts("");
    close(fd);
  }
  unlink("/dev/shm/time-ends");
  return 0;
}
