// POSIX message queues: each line is a call and its outcome.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *name(int e) { return strerrorname_np(e); }
#define SHOW(what, call) do { errno = 0; long r_ = (call); printf("%s = %ld%s%s\n", what, r_, r_ < 0 ? " " : "", r_ < 0 ? name(errno) : ""); } while (0)
#define DONE(what, call) do { errno = 0; long r_ = (long)(call); printf("%s: %s\n", what, r_ == -1 ? name(errno) : "done"); } while (0)
static long op(const char *n, int f, int m, struct mq_attr *a) { return syscall(SYS_mq_open, n, f, m, a); }
static void nap(void) { usleep(20000); }
static int heard;
static void hear(int s, siginfo_t *i, void *c) { heard++; printf("  signal %d, code %d, value %d, from %s, uid %d\n", s, i->si_code, i->si_value.sival_int, i->si_pid == getpid() ? "me" : "other", i->si_uid); }
static void quiet(int s) {}
static void reap(void) { while (wait(0) < 0 && errno == EINTR); }
static int q, delay;
static void got(const char *what, size_t n) { char b[200] = ""; unsigned p = 99; errno = 0; long r = syscall(SYS_mq_timedreceive, q, b, n, &p, 0), e = errno; usleep(delay); printf("%s = %ld %s", what, r, r < 0 ? name(e) : ""); if (r >= 0) printf("'%.*s' %u", (int)r, b, p); puts(""); }
static long put(const char *s, unsigned p) { return syscall(SYS_mq_timedsend, q, s, strlen(s), p, 0); }
static void state(const char *what) { struct mq_attr a; if (syscall(SYS_mq_getsetattr, q, 0, &a) < 0) { printf("%s: %s\n", what, name(errno)); return; } printf("%s: flags %lx, %ld of %ld messages, of %ld bytes", what, a.mq_flags, a.mq_curmsgs, a.mq_maxmsg, a.mq_msgsize); struct pollfd p = {q, POLLIN | POLLOUT}; poll(&p, 1, 0); printf(", poll %x\n", p.revents); }
static void text(const char *what) { char b[200] = ""; int n = pread(q, b, 200, 0); printf("%s: %d %s", what, n, n < 0 ? name(errno) : ""); char *p = strstr(b, "NOTIFY_PID:"); if (p) *p = 0; printf("%s\n", b); }

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  struct mq_attr a = {0, 3, 16};
  syscall(SYS_mq_unlink, "hb-one"); syscall(SYS_mq_unlink, "hb-two");
  puts("mq_open");
  SHOW("none", op("hb-one", O_RDWR, 0, 0)); SHOW("empty", op("", O_RDWR | O_CREAT, 0600, 0)); SHOW("slash", op("/hb-one", O_RDWR | O_CREAT, 0600, 0)); SHOW("dot", op(".", O_RDWR | O_CREAT, 0600, 0)); SHOW("dots", op("..", O_RDWR, 0600, 0)); SHOW("fault", op((void *)8, O_RDWR, 0, 0)); SHOW("attr fault", op((void *)8, O_RDWR, 0, (void *)8));
  char longname[300]; memset(longname, 'a', 256); longname[256] = 0; SHOW("long", op(longname, O_RDWR, 0, 0));
  a.mq_maxmsg = 0; SHOW("no messages", op("hb-one", O_RDWR | O_CREAT, 0600, &a)); a.mq_maxmsg = 65537; SHOW("many", op("hb-one", O_RDWR | O_CREAT, 0600, &a)); a.mq_maxmsg = 3; a.mq_msgsize = -1; SHOW("negative", op("hb-one", O_RDWR | O_CREAT, 0600, &a));
  a.mq_msgsize = 16; a.mq_maxmsg = 3; a.mq_flags = O_NONBLOCK;
  DONE("made", q = op("hb-one", O_RDWR | O_CREAT, 0640, &a)); state("new"); SHOW("exclusive", op("hb-one", O_RDWR | O_CREAT | O_EXCL, 0600, 0)); SHOW("close on exec", fcntl(q, F_GETFD)); SHOW("flags", fcntl(q, F_GETFL) & ~0100000); SHOW("both", op("hb-one", 3, 0, 0));
  struct stat s; fstat(q, &s); printf("  %o %ld %ld\n", s.st_mode, (long)s.st_size, (long)s.st_nlink);
  puts("mq_timedsend");
  SHOW("priority", put("x", 32768)); SHOW("long", put("12345678901234567", 0)); SHOW("fd", syscall(SYS_mq_timedsend, 99, "x", 1, 0, 0)); SHOW("no queue", syscall(SYS_mq_timedsend, 1, "x", 1, 0, 0)); SHOW("fault", syscall(SYS_mq_timedsend, q, 8, 1, 0, 0)); struct timespec bad = {0, -1}, past = {1, 0}; SHOW("time", syscall(SYS_mq_timedsend, 99, "x", 1, 40000, &bad)); SHOW("time fault", syscall(SYS_mq_timedsend, 99, "x", 1, 40000, 8));
  int ro = op("hb-one", O_RDONLY, 0, 0), wo = op("hb-one", O_WRONLY | O_NONBLOCK, 0, 0);
  SHOW("read only", syscall(SYS_mq_timedsend, ro, "x", 1, 0, 0));
  SHOW("low", put("low", 1)); text("text"); SHOW("high", put("high", 5)); SHOW("low again", put("again", 1)); state("full"); text("text"); SHOW("would wait", syscall(SYS_mq_timedsend, wo, "x", 1, 0, 0)); SHOW("past", syscall(SYS_mq_timedsend, q, "x", 1, 0, &past));
  puts("mq_timedreceive");
  got("short", 15); SHOW("write only", syscall(SYS_mq_timedreceive, wo, 0, 16, 0, 0)); SHOW("no queue", syscall(SYS_mq_timedreceive, 1, 0, 16, 0, 0)); got("first", 16); got("second", 200); SHOW("no room for it", syscall(SYS_mq_timedreceive, q, 8, 16, 0, 0)); state("empty"); SHOW("past", syscall(SYS_mq_timedreceive, q, 8, 16, 0, &past)); SHOW("bad time", syscall(SYS_mq_timedreceive, q, 8, 16, 0, &bad));
  puts("waiting");
  if (fork() == 0) { nap(); put("late", 7); _exit(0); } got("for it", 16); reap();
  for (int i = 0; i < 3; i++) put("full", 3);
  if (fork() == 0) { nap(); delay = 100000; got("  child", 16); _exit(0); } SHOW("for room", put("at last", 9)); reap(); got("highest", 16); while (q >= 0) { struct mq_attr b; syscall(SYS_mq_getsetattr, q, 0, &b); if (b.mq_curmsgs == 0) break; got("rest", 16); }
  for (int i = 1; i < 3; i++) { if (fork() == 0) { char t[20]; sprintf(t, "  child %d", i); delay = i * 60000; got(t, 16); _exit(0); } nap(); } put("one", 0); put("two", 4); while (wait(0) > 0); state("handed over");
  struct sigaction sa = {.sa_handler = quiet}; sigaction(SIGALRM, &sa, 0); ualarm(20000, 0); got("interrupted", 16); sa.sa_flags = SA_RESTART; sigaction(SIGALRM, &sa, 0); if (fork() == 0) { usleep(50000); put("after", 0); _exit(0); } ualarm(20000, 0); got("restarted", 16); reap();
  struct timespec now; clock_gettime(CLOCK_REALTIME, &now); now.tv_nsec += 30000000; if (now.tv_nsec >= 1000000000) now.tv_sec++, now.tv_nsec -= 1000000000; SHOW("timeout", syscall(SYS_mq_timedreceive, q, 8, 16, 0, &now));
  puts("mq_getsetattr"); struct mq_attr n = {1}, old; SHOW("flags", syscall(SYS_mq_getsetattr, q, &n, &old)); n.mq_flags = O_NONBLOCK; SHOW("nonblocking", syscall(SYS_mq_getsetattr, q, &n, &old)); printf("  was %lx\n", old.mq_flags); state("now"); got("empty", 16); n.mq_flags = 0; SHOW("fault", syscall(SYS_mq_getsetattr, q, &n, 8)); state("back"); SHOW("no queue", syscall(SYS_mq_getsetattr, 1, 0, &old)); SHOW("read fault", syscall(SYS_mq_getsetattr, 99, 8, 0));
  puts("mq_notify"); struct sigaction si = {.sa_sigaction = hear, .sa_flags = SA_SIGINFO}; sigaction(SIGUSR1, &si, 0);
  struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42}, wrong = {.sigev_notify = 99}, none = {.sigev_notify = SIGEV_NONE};
  SHOW("wrong", syscall(SYS_mq_notify, 99, &wrong)); wrong.sigev_notify = SIGEV_SIGNAL; wrong.sigev_signo = 99; SHOW("signal", syscall(SYS_mq_notify, 99, &wrong)); SHOW("fault", syscall(SYS_mq_notify, 99, 8)); SHOW("fd", syscall(SYS_mq_notify, 99, &ev)); SHOW("no queue", syscall(SYS_mq_notify, 1, &ev));
  SHOW("asked", syscall(SYS_mq_notify, q, &ev)); text("text"); SHOW("busy", syscall(SYS_mq_notify, q, &none)); put("first", 0); put("second", 0); SHOW("again", syscall(SYS_mq_notify, q, &ev)); put("third", 0); got("take", 16); got("take", 16); got("take", 16); if (fork() == 0) { put("from a child", 0); _exit(0); } reap(); SHOW("none", syscall(SYS_mq_notify, q, &none)); SHOW("off", syscall(SYS_mq_notify, q, 0)); SHOW("off again", syscall(SYS_mq_notify, q, 0)); got("take", 16);
  SHOW("asked", syscall(SYS_mq_notify, q, &ev)); if (fork() == 0) { got("  child takes it", 16); _exit(0); } nap(); put("handed", 0); reap(); printf("  heard %d\n", heard); put("in the queue", 0); printf("  heard %d\n", heard); got("take", 16);
  SHOW("asked", syscall(SYS_mq_notify, q, &ev)); close(dup(q)); SHOW("a copy was closed", syscall(SYS_mq_notify, q, &ev)); if (fork() == 0) { SHOW("  child: busy", syscall(SYS_mq_notify, q, &ev)); SHOW("  child: off", syscall(SYS_mq_notify, q, 0)); _exit(0); } reap(); SHOW("still", syscall(SYS_mq_notify, q, &ev));
  puts("files"); SHOW("write", write(q, "x", 1)); SHOW("seek", lseek(q, 5, 0)); char b[300]; SHOW("read", read(q, b, 10));
  puts("limits"); struct rlimit rl = {2000, 2000}; setrlimit(RLIMIT_MSGQUEUE, &rl); SHOW("too much", op("hb-two", O_RDWR | O_CREAT, 0600, 0)); a.mq_maxmsg = 1; a.mq_msgsize = 8; DONE("little", op("hb-two", O_RDWR | O_CREAT, 0602, &a));
  puts("rights");
  if (fork() == 0) { setresgid(1000, 1000, 1000); setresuid(1000, 1000, 1000); SHOW("read", op("hb-one", O_RDONLY, 0, 0)); SHOW("read two", op("hb-two", O_RDONLY, 0, 0)); DONE("write two", op("hb-two", O_WRONLY, 0, 0)); SHOW("unlink", syscall(SYS_mq_unlink, "hb-two")); a.mq_maxmsg = 11; SHOW("many messages", op("hb-x", O_RDWR | O_CREAT, 0600, &a)); a.mq_maxmsg = 10; a.mq_msgsize = 8193; SHOW("long messages", op("hb-x", O_RDWR | O_CREAT, 0600, &a)); _exit(0); }
  reap();
  puts("mq_unlink"); SHOW("none", syscall(SYS_mq_unlink, "hb-none")); SHOW("slash", syscall(SYS_mq_unlink, "/hb-one")); SHOW("empty", syscall(SYS_mq_unlink, "")); SHOW("one", syscall(SYS_mq_unlink, "hb-one")); SHOW("two", syscall(SYS_mq_unlink, "hb-two")); SHOW("again", syscall(SYS_mq_unlink, "hb-one")); SHOW("still there", put("x", 0)); got("it", 16);
  static const char *const f[] = {"msg_default", "msg_max", "msgsize_default", "msgsize_max", "queues_max"};
  for (int i = 0; i < 5; i++) { char p[80]; sprintf(p, "/proc/sys/fs/mqueue/%s", f[i]); FILE *in = fopen(p, "r"); int v = -1; fscanf(in, "%d", &v); printf("%s %d\n", f[i], v); fclose(in); }
  return 0;
}
