// io_setup, io_submit, io_getevents, io_pgetevents, io_cancel, io_destroy: refusals and results.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PLACE "/dev/shm/work"
static const char *name(int e) { return strerrorname_np(e); }
#define SHOW(what, call) do { errno = 0; long r_ = (call); printf("%s = %ld%s%s\n", what, r_, r_ < 0 ? " " : "", r_ < 0 ? name(errno) : ""); } while (0)
static aio_context_t c;
static struct iocb cb[8], *l[8];
static char b[100];
static long submit(long n) { return syscall(SYS_io_submit, c, n, l); }
static void got(const char *what, long min, long n, struct timespec *t) { struct io_event e[8]; memset(e, 0, sizeof e); errno = 0; long r = syscall(SYS_io_getevents, c, min, n, e, t); printf("%s = %ld %s", what, r, r < 0 ? name(errno) : ""); for (int i = 0; i < r; i++) printf(" [%lld of %d: %lld%s%s %lld]", e[i].data, (int)((struct iocb *)(long)e[i].obj - cb), e[i].res < 0 ? -1 : e[i].res, e[i].res < 0 ? " " : "", e[i].res < 0 ? name(-e[i].res) : "", e[i].res2); puts(""); }
static struct iocb *op(int i, int code, int fd, void *buf, size_t n, long at) { memset(cb + i, 0, sizeof *cb); cb[i].aio_data = 10 + i; cb[i].aio_lio_opcode = code; cb[i].aio_fildes = fd; cb[i].aio_buf = (long)buf; cb[i].aio_nbytes = n; cb[i].aio_offset = at; cb[i].aio_key = 5; return l[i] = cb + i; }
static void hear(int s) {}
static void *late(void *p) { usleep(30000); op(6, IOCB_CMD_PREAD, *(int *)p, b, 1, 0); struct iocb *one = cb + 6; syscall(SYS_io_submit, c, 1, &one); return 0; }

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0); mkdir(PLACE, 0700); int f = open(PLACE "/f", O_RDWR | O_CREAT | O_TRUNC, 0600), ro = open(PLACE "/f", O_RDONLY), p[2]; pipe(p); struct timespec none = {0, 0}, some = {0, 20000000}, bad = {0, -1};
  puts("io_setup"); SHOW("fault", syscall(SYS_io_setup, 1, 8)); c = 7; SHOW("not 0", syscall(SYS_io_setup, 1, &c)); c = 0; SHOW("none", syscall(SYS_io_setup, 0, &c)); SHOW("too many", syscall(SYS_io_setup, 0x7fffffff, &c)); SHOW("more than may be", syscall(SYS_io_setup, 100000, &c)); SHOW("four", syscall(SYS_io_setup, 4, &c)); printf("  %d\n", c % 4096 == 0 && c != 0);
  puts("io_submit"); SHOW("no context", syscall(SYS_io_submit, 5, 1, l)); SHOW("negative", syscall(SYS_io_submit, 5, -1, l)); SHOW("none", submit(0)); SHOW("array fault", syscall(SYS_io_submit, c, 1, 8)); l[0] = (void *)8; SHOW("iocb fault", submit(1)); op(0, 99, f, b, 1, 0); SHOW("opcode", submit(1)); op(0, IOCB_CMD_PREAD, 99, b, 1, 0); SHOW("fd", submit(1)); op(0, IOCB_CMD_PREAD, f, b, 1, 0)->aio_reserved2 = 1; SHOW("reserved", submit(1)); op(0, IOCB_CMD_PREAD, f, b, -1, 0); SHOW("length", submit(1)); op(0, IOCB_CMD_PREAD, f, b, 1, -1); SHOW("offset", submit(1)); op(0, IOCB_CMD_PWRITE, ro, b, 1, 0); SHOW("read only", submit(1)); op(0, IOCB_CMD_FSYNC, f, b, 0, 0); SHOW("fsync with a buffer", submit(1)); op(0, IOCB_CMD_PREAD, f, b, 1, 0)->aio_flags = 1; cb[0].aio_resfd = 99; SHOW("resfd", submit(1)); cb[0].aio_resfd = f; SHOW("resfd no eventfd", submit(1)); op(0, IOCB_CMD_PREAD, f, b, 1, 0)->aio_rw_flags = 0x10000; SHOW("rw flags", submit(1)); got("nothing", 0, 8, &none);
  puts("results"); op(0, IOCB_CMD_PWRITE, f, "hello world", 11, 0); op(1, IOCB_CMD_PREAD, f, b, 5, 6); op(2, IOCB_CMD_PREAD, f, b + 10, 50, 100); op(3, IOCB_CMD_PREAD, f, (void *)8, 5, 0); SHOW("four", submit(4)); printf("  key %d, '%.5s'\n", cb[0].aio_key, b); SHOW("no slot", submit(1)); got("at least one, two", 1, 2, &none); got("rest", 0, 8, &none); got("nothing", 1, 8, &none);
  struct iovec v[2] = {{"ab", 2}, {"cd", 2}}, w[2] = {{b, 1}, {b + 1, 3}}; op(0, IOCB_CMD_PWRITEV, f, v, 2, 2); op(1, IOCB_CMD_PREADV, f, w, 2, 2); op(2, IOCB_CMD_PREADV, f, w, 2000, 2); op(3, IOCB_CMD_PREAD, f, b, 1, 0); SHOW("until a wrong one", submit(4)); got("vectors", 2, 8, 0); printf("  '%.4s'\n", b);
  op(0, IOCB_CMD_PWRITE, p[1], "pipe", 4, 99); op(1, IOCB_CMD_PREAD, p[0], b, 10, 99); SHOW("pipe", submit(2)); got("pipe", 2, 8, 0); int e = eventfd(0, EFD_NONBLOCK); op(0, IOCB_CMD_PREAD, f, b, 1, 0)->aio_flags = 1; cb[0].aio_resfd = e; SHOW("with an eventfd", submit(1)); uint64_t n = 0; read(e, &n, 8); printf("  heard %d\n", (int)n); got("it", 1, 8, 0); fcntl(p[0], F_SETFL, O_NONBLOCK); op(0, IOCB_CMD_PREAD, p[0], b, 1, 0); SHOW("empty pipe", submit(1)); got("it", 1, 8, 0);
  puts("io_getevents"); SHOW("no context", syscall(SYS_io_getevents, 5, 0, 1, cb, 0)); got("more than room", 5, 4, &none); got("negative", -1, 4, &none); got("bad time", 0, 4, &bad); SHOW("time fault", syscall(SYS_io_getevents, 5, 0, 1, cb, 8)); got("timeout", 1, 4, &some); signal(SIGALRM, hear); ualarm(20000, 0); got("interrupted", 1, 4, 0); pthread_t t; pthread_create(&t, 0, late, &f); got("from a thread", 1, 4, 0); pthread_join(t, 0); op(0, IOCB_CMD_PREAD, f, b, 1, 0); submit(1); SHOW("fault", syscall(SYS_io_getevents, c, 1, 1, 8, 0)); got("still there", 0, 4, &none);
  sigset_t m; sigemptyset(&m); struct { void *p; long n; } s = {&m, 8}, s4 = {&m, 4}; SHOW("io_pgetevents", syscall(SYS_io_pgetevents, c, 0, 4, cb, &none, &s)); SHOW("mask size", syscall(SYS_io_pgetevents, c, 0, 4, cb, &none, &s4));
  puts("io_cancel"); SHOW("done", syscall(SYS_io_cancel, c, cb, b)); SHOW("fault", syscall(SYS_io_cancel, c, 8, b)); SHOW("no context", syscall(SYS_io_cancel, 5, cb, b));
  puts("io_destroy"); if (fork() == 0) { SHOW("not a child's", submit(0)); _exit(0); } wait(0); SHOW("no context", syscall(SYS_io_destroy, 5)); SHOW("it", syscall(SYS_io_destroy, c)); SHOW("again", syscall(SYS_io_destroy, c));
  return 0;
}
