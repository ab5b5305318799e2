// splice, tee, vmsplice and sendfile between kinds of files: each line is a call and its outcome.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLACE "/dev/shm/work"
static const char *name(int e) { return strerrorname_np(e); }
#define SHOW(what, call) do { errno = 0; long r_ = (call); printf("%s = %ld%s%s\n", what, r_, r_ < 0 ? " " : "", r_ < 0 ? name(errno) : ""); } while (0)

static long sp(int in, off_t *io, int out, off_t *oo, size_t n, unsigned f) { return syscall(SYS_splice, in, io, out, oo, n, f); }
static long te(int in, int out, size_t n, unsigned f) { return syscall(SYS_tee, in, out, n, f); }
static long vm(int fd, const struct iovec *v, unsigned long n, unsigned f) { return syscall(SYS_vmsplice, fd, v, n, f); }
static char text[1 << 17] __attribute__((aligned(4096))), back[1 << 17] __attribute__((aligned(4096)));
static int holds(int fd) { int n = -1; ioctl(fd, FIONREAD, &n); return n; }
static void drain(int fd) { int n; while ((n = holds(fd)) > 0) read(fd, back, sizeof back); }
static void hear(int s) { char m[] = "  SIGPIPE\n"; fflush(stdout); write(1, m, sizeof m - 1); }

struct kind { const char *name, *path; int flags; };
static const struct kind kinds[] = {
  {"file", PLACE "/f", O_RDWR | O_CREAT}, {"append", PLACE "/g", O_RDWR | O_CREAT | O_APPEND}, {"directory", PLACE, O_RDONLY},
  {"null", "/dev/null", O_RDWR}, {"zero", "/dev/zero", O_RDWR}, {"full", "/dev/full", O_RDWR}, {"urandom", "/dev/urandom", O_RDWR},
  {"status", "/proc/self/status", O_RDONLY}, {"maps", "/proc/self/maps", O_RDONLY}, {"mounts", "/proc/self/mounts", O_RDONLY}, {"mem", "/proc/self/mem", O_RDWR},
  {"cmdline", "/proc/self/cmdline", O_RDONLY}, {"uptime", "/proc/uptime", O_RDONLY}, {"stat", "/proc/stat", O_RDONLY}, {"version", "/proc/version", O_RDONLY},
  {"sysctl", "/proc/sys/kernel/ostype", O_RDONLY}, {"sysfs", "/sys/devices/system/cpu/online", O_RDONLY}, {"place", PLACE "/f", O_PATH}, {"eventfd", 0, 0}, {"timerfd", 0, 1},
  {"pipe", 0, 2}, {"socket", 0, 3},
};
static int make(const struct kind *k) {
  if (k->path) return open(k->path, k->flags, 0600);
  if (k->flags == 0) return eventfd(1 << 20, EFD_NONBLOCK);
  if (k->flags == 1) return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  return -1;
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  signal(SIGPIPE, hear);
  mkdir(PLACE, 0700);
  for (size_t i = 0; i < sizeof text; i++) text[i] = 'a' + i % 26;
  int f = open(PLACE "/f", O_RDWR | O_CREAT | O_TRUNC, 0600);
  write(f, text, 100000);
  int g = open(PLACE "/g", O_RDWR | O_CREAT | O_TRUNC, 0600);
  write(g, text, 100);
  int p[2], q[2];
  pipe2(p, 0); pipe2(q, 0);
  off_t o, zero = 0, minus = -1, huge = INT64_MAX;

  puts("order of checks");
  SHOW("len 0", sp(-1, 0, -1, 0, 0, 0xffff));
  SHOW("flags", sp(-1, 0, -1, 0, 1, 16));
  SHOW("in", sp(-1, 0, p[1], 0, 1, 0));
  SHOW("out", sp(f, 0, -1, 0, 1, 0));
  SHOW("offset of a pipe", sp(p[0], (off_t *)8, f, (off_t *)8, 1, 0));
  SHOW("offset of a pipe out", sp(f, (off_t *)8, p[1], (off_t *)8, 1, 0));
  SHOW("bad offset", sp(f, (off_t *)8, p[1], 0, 1, 0));
  SHOW("wrong way in", sp(p[1], 0, f, 0, 1, 0));
  SHOW("wrong way out", sp(f, 0, p[0], 0, 1, 0));
  SHOW("no pipe", sp(f, 0, g, 0, 1, 0));
  SHOW("negative", sp(f, &minus, p[1], 0, 1, 0));
  SHOW("too far", sp(f, &huge, p[1], 0, 1, 0));
  SHOW("length", sp(f, 0, p[1], 0, (size_t)-1, 0));
  SHOW("itself", sp(p[0], 0, p[1], 0, 1, 0));
  SHOW("tee len 0", te(-1, -1, 0, 0));
  SHOW("tee flags", te(-1, -1, 0, 16));
  SHOW("tee in", te(-1, 1, 1, 0));
  SHOW("tee file", te(f, p[1], 1, 0));
  SHOW("tee itself", te(p[0], p[1], 1, 0));
  SHOW("tee way", te(p[1], p[0], 1, 0));
  struct iovec v[3] = {{text, 5000}, {text + 1, 3}, {(void *)8, 10}};
  SHOW("vmsplice flags", vm(-1, v, 1, 16));
  SHOW("vmsplice fd", vm(-1, v, 1, 0));
  SHOW("vmsplice file", vm(f, v, 1, 0));
  SHOW("vmsplice none", vm(f, v, 0, 0));
  SHOW("vmsplice many", vm(p[1], v, 1025, 0));
  SHOW("vmsplice bad", vm(p[1], (void *)8, 1, 0));
  SHOW("vmsplice fault", vm(p[1], v + 2, 1, 0));

  puts("kinds");
  for (int i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    int s[2];
    pipe2(s, O_NONBLOCK);
    write(s[1], text, 100);
    int fd = kinds[i].flags == 2 && !kinds[i].path ? s[0] : make(kinds + i);
    if (fd < 0) continue;
    char line[64];
    int some = !strcmp(kinds[i].name, "file") || !strcmp(kinds[i].name, "zero") || !strcmp(kinds[i].name, "full") || !strcmp(kinds[i].name, "urandom");
    errno = 0;
    long r = sp(fd, 0, q[1], 0, 10, 0);
    printf("%s to pipe: %s", kinds[i].name, r < 0 ? name(errno) : r == 10 ? "10" : r > 0 ? "some" : "0");
    drain(q[0]);
    lseek(fd, 0, 0);
    errno = 0;
    r = sendfile(g, fd, 0, 10);
    printf(", sendfile from: %s", r < 0 ? name(errno) : r == 10 ? "10" : r > 0 ? "some" : "0");
    lseek(fd, 0, 0);
    errno = 0;
    r = sendfile(q[1], fd, 0, 10);
    printf(", to a pipe: %s", r < 0 ? name(errno) : r == 10 ? "10" : r > 0 ? "some" : "0");
    drain(q[0]);
    if (fd != s[0] && strcmp(kinds[i].name, "mem")) {
      errno = 0;
      r = sp(s[0], 0, fd, 0, 10, 0);
      printf(", pipe to: %s", r < 0 ? name(errno) : r == 10 ? "10" : r > 0 ? "some" : "0");
      errno = 0;
      r = sendfile(fd, f, &zero, 10); zero = 0;
      printf(", sendfile to: %s", r < 0 ? name(errno) : r == 10 ? "10" : r > 0 ? "some" : "0");
    }
    puts("");
    if (fd != s[0]) close(fd);
    close(s[0]); close(s[1]);
  }

  puts("offsets and buffers");
  f = open(PLACE "/f", O_RDWR | O_CREAT | O_TRUNC, 0600);
  write(f, text, 100000);
  o = 5000; SHOW("at 5000", sp(f, &o, p[1], 0, 100, 0)); printf("  now %ld, position %ld, in pipe %d\n", (long)o, lseek(f, 0, 1), holds(p[0]));
  lseek(f, 70000, 0); SHOW("at its position", sp(f, 0, p[1], 0, 8192, 0)); printf("  position %ld, in pipe %d\n", lseek(f, 0, 1), holds(p[0]));
  o = 99990; SHOW("short", sp(f, &o, p[1], 0, 100, 0)); SHOW("end", sp(f, &o, p[1], 0, 100, 0)); printf("  now %ld\n", (long)o);
  read(p[0], back, 100); printf("  right %d\n", !memcmp(back, text + 5000, 100));
  o = 0; SHOW("fills", sp(f, &o, p[1], 0, 100000, 0)); printf("  in pipe %d\n", holds(p[0]));
  SHOW("full", sp(f, &o, p[1], 0, 10, SPLICE_F_NONBLOCK));
  drain(p[0]);
  o = 100; SHOW("whole, unaligned", sp(f, &o, p[1], 0, 100000, 0)); printf("  in pipe %d\n", holds(p[0]));
  drain(p[0]);
  int n = 0;
  for (o = 10; sp(f, &o, p[1], 0, 10, SPLICE_F_NONBLOCK) == 10;) n++;
  printf("small splices until full: %d %s\n", n, name(errno));
  read(p[0], back, 10);
  SHOW("write adds to none", write(p[1], text, 1));
  drain(p[0]);
  o = 0; sp(f, &o, p[1], 0, 10, 0); for (n = 0; n < 16; n++) if (sp(f, &o, p[1], 0, 1, SPLICE_F_NONBLOCK) < 0) break;
  printf("after one: %d\n", n);
  drain(p[0]);

  puts("pipe to file");
  int h = open(PLACE "/h", O_RDWR | O_CREAT | O_TRUNC, 0600);
  write(p[1], text, 60000);
  o = 10; SHOW("at 10", sp(p[0], 0, h, &o, 100, 0)); printf("  now %ld, position %ld, in pipe %d\n", (long)o, lseek(h, 0, 1), holds(p[0]));
  SHOW("all", sp(p[0], 0, h, 0, 100000, 0)); printf("  position %ld, in pipe %d, size %ld\n", lseek(h, 0, 1), holds(p[0]), lseek(h, 0, 2));
  pread(h, back, 59900, 0); printf("  right %d\n", !memcmp(back, text + 100, 59900));
  SHOW("empty", sp(p[0], 0, h, 0, 100, SPLICE_F_NONBLOCK));
  int ap = open(PLACE "/h", O_WRONLY | O_APPEND); write(p[1], text, 10);
  SHOW("append", sp(p[0], 0, ap, 0, 10, 0));
  fcntl(p[0], F_SETFL, O_NONBLOCK); drain(p[0]);
  SHOW("empty, O_NONBLOCK", sp(p[0], 0, h, 0, 10, 0));
  fcntl(p[0], F_SETFL, 0);
  int nul = open("/dev/null", O_RDWR);
  write(p[1], text, 60000); SHOW("to null", sp(p[0], 0, nul, 0, 98304, SPLICE_F_MOVE)); o = 7; write(p[1], text, 9); SHOW("to null at", sp(p[0], 0, nul, &o, 98304, 0)); printf("  now %ld\n", (long)o);

  puts("pipe to pipe");
  write(p[1], text, 10000);
  SHOW("splice", sp(p[0], 0, q[1], 0, 5000, 0)); printf("  %d %d\n", holds(p[0]), holds(q[0]));
  SHOW("splice rest", sp(p[0], 0, q[1], 0, 50000, 0)); printf("  %d %d\n", holds(p[0]), holds(q[0]));
  SHOW("read", read(q[0], back, 20000)); printf("  right %d\n", !memcmp(back, text, 10000));
  SHOW("empty", sp(p[0], 0, q[1], 0, 50, SPLICE_F_NONBLOCK));
  write(p[1], text, 10000);
  SHOW("tee", te(p[0], q[1], 6000, 0)); printf("  %d %d\n", holds(p[0]), holds(q[0]));
  SHOW("tee all", te(p[0], q[1], 60000, 0)); printf("  %d %d\n", holds(p[0]), holds(q[0]));
  SHOW("read", read(q[0], back, 6000)); printf("  right %d\n", !memcmp(back, text, 6000));
  SHOW("read", read(q[0], back, 20000)); printf("  right %d\n", !memcmp(back, text, 10000));
  drain(p[0]);
  write(p[1], text, 10);
  for (n = 0; te(p[0], q[1], 10, SPLICE_F_NONBLOCK) == 10;) n++;
  printf("tees until full: %d %s\n", n, name(errno));
  drain(q[0]);
  SHOW("moved buffer takes more", sp(p[0], 0, q[1], 0, 10, 0));
  for (n = 0; n < 16; n++) write(q[1], text, 10);
  printf("  %d\n", holds(q[0])); drain(q[0]);
  write(p[1], text, 10);
  SHOW("moved part takes none", sp(p[0], 0, q[1], 0, 5, 0));
  fcntl(q[1], F_SETFL, O_NONBLOCK);
  for (n = 0; write(q[1], text, 4096) > 0;) n++;
  printf("  %d %d\n", n, holds(q[0])); drain(q[0]); drain(p[0]);
  fcntl(q[1], F_SETFL, 0);

  puts("packets");
  int k[2]; pipe2(k, O_DIRECT);
  write(k[1], text, 100); write(k[1], text, 50);
  SHOW("splice of two", sp(k[0], 0, q[1], 0, 120, 0));
  SHOW("read", read(q[0], back, 10)); SHOW("read", read(q[0], back, 1000)); printf("  %d %d\n", holds(k[0]), holds(q[0]));
  SHOW("rest to null", sp(k[0], 0, nul, 0, 20, 0)); printf("  %d\n", holds(k[0]));
  drain(q[0]); drain(k[0]);

  puts("vmsplice");
  SHOW("two segments", vm(p[1], v, 2, 0)); printf("  %d\n", holds(p[0])); SHOW("read", read(p[0], back, 10000)); printf("  right %d\n", !memcmp(back, text, 5000) && !memcmp(back + 5000, text + 1, 3));
  SHOW("fault after some", vm(p[1], v + 1, 2, 0)); drain(p[0]);
  struct iovec big = {text, 100000}; SHOW("more than fits", vm(p[1], &big, 1, 0)); SHOW("full", vm(p[1], &big, 1, SPLICE_F_NONBLOCK));
  struct iovec to[2] = {{back, 10}, {back + 10, 50000}}; memset(back, 0, 60000);
  SHOW("to user", vm(p[0], to, 2, 0)); printf("  %d right %d\n", holds(p[0]), !memcmp(back, text, 50010));
  drain(p[0]); SHOW("to user, empty", vm(p[0], to, 2, SPLICE_F_NONBLOCK));
  write(p[1], text, 5); struct iovec bad[2] = {{back, 2}, {(void *)8, 5}}; SHOW("to user, fault", vm(p[0], bad, 2, 0)); printf("  %d\n", holds(p[0]));
  SHOW("to user, fault at once", vm(p[0], bad + 1, 1, 0)); printf("  %d\n", holds(p[0]));
  drain(p[0]);

  puts("sendfile to a pipe");
  o = 100; SHOW("more than fits", sendfile(p[1], f, &o, 99000)); printf("  now %ld, in pipe %d\n", (long)o, holds(p[0]));
  fcntl(p[1], F_SETFL, O_NONBLOCK); SHOW("full", sendfile(p[1], f, &o, 10)); fcntl(p[1], F_SETFL, 0); drain(p[0]);
  SHOW("of a pipe", sendfile(h, p[0], 0, 10)); SHOW("of a pipe at", sendfile(h, p[0], &zero, 10));

  puts("ends");
  write(p[1], text, 10); close(q[0]);
  SHOW("nobody reads", sp(p[0], 0, q[1], 0, 10, 0)); SHOW("tee", te(p[0], q[1], 10, 0)); SHOW("file", sp(f, &zero, q[1], 0, 10, 0)); SHOW("vmsplice", vm(q[1], v, 1, 0)); SHOW("sendfile", sendfile(q[1], f, &zero, 10));
  close(p[1]); SHOW("rest", sp(p[0], 0, nul, 0, 100, 0)); SHOW("nobody writes", sp(p[0], 0, nul, 0, 100, 0)); SHOW("to user", vm(p[0], to, 2, 0));
  pipe(q); SHOW("pipe", sp(p[0], 0, q[1], 0, 10, 0)); SHOW("tee", te(p[0], q[1], 10, 0));

  puts("waiting");
  pipe(p);
  if (fork() == 0) { usleep(20000); write(p[1], text, 100); _exit(0); }
  SHOW("for bytes", sp(p[0], 0, q[1], 0, 1000, 0)); wait(0);
  if (fork() == 0) { usleep(20000); write(p[1], text, 100); _exit(0); }
  SHOW("tee for bytes", te(p[0], q[1], 1000, 0)); wait(0); drain(p[0]); drain(q[0]);
  for (n = 0; n < 16; n++) write(q[1], text, 4096);
  if (fork() == 0) { usleep(20000); read(q[0], back, 5000); _exit(0); }
  o = 0; SHOW("for room", sp(f, &o, q[1], 0, 10000, 0)); wait(0); printf("  %d\n", holds(q[0])); drain(q[0]);
  for (n = 0; n < 16; n++) write(q[1], text, 4096);
  if (fork() == 0) { usleep(20000); read(q[0], back, 5000); _exit(0); }
  SHOW("vmsplice for room", vm(q[1], v, 2, 0)); wait(0); drain(q[0]);
  if (fork() == 0) { usleep(20000); write(p[1], text, 100); _exit(0); }
  SHOW("to file", sp(p[0], 0, h, 0, 1000, 0)); wait(0);
  struct sigaction sa = {.sa_handler = hear}; sigaction(SIGALRM, &sa, 0);
  struct itimerval { struct timeval a, b; };
  ualarm(20000, 0); SHOW("interrupted", sp(p[0], 0, h, 0, 1000, 0));
  return 0;
}
