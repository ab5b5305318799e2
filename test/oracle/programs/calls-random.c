// Random sequences of system calls, a line for each call with what it answered and left: the same on every Linux.
// calls-random SEED COUNT [PICK]: COUNT sequences from SEED on, each in a child and an empty directory. A call is made of (seed, its place)
// alone, and names descriptors by the call that gave them, so that leaving others out changes nothing of it; PICK: places, by commas, that
// are made, of the first sequence.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PLACE "/dev/shm/calls"
#define INSIDE PLACE "/in"
#define LENGTH 24
#define SLOTS LENGTH
#define COUNT(list) (sizeof(list) / sizeof *(list))

typedef struct {
  const char *name;
  long (*call)(long *);
  const char *args;
} Row;

static uint64_t state;
static uint32_t any(uint32_t below) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  uint64_t x = state ^ state >> 29;
  x *= 0xbf58476d1ce4e5b9u;
  return (uint32_t)(x >> 33) % below;
}

static unsigned char *bytes;  // what calls read and write: a page, and one behind it that is not there
static char out[1 << 16];
static size_t used;
static void say(const char *format, ...) {
  va_list rest;
  va_start(rest, format);
  if (used < sizeof out - 512) used += vsnprintf(out + used, 512, format, rest);
  va_end(rest);
}
static void told(const void *data, long length) {
  if (length <= 0) return;
  uint32_t hash = 2166136261u;
  for (long n = 0; n < length; n++) hash = (hash ^ ((const unsigned char *)data)[n]) * 16777619u;
  say(" #%08x", hash);
}

static long slots[SLOTS];
static int place;

static const char *PATHS[] = {"a", "b", "d", "d/a", "d/e", "l", "m", "./a", "d/../b", "a/", "", "x/y", "d/", "l/a", "..", "s"};
static const long SIZES[] = {0, 1, 2, 3, 7, 10, 100, 511, 4000, 4096, 5000};
static const long OFFSETS[] = {0, 1, 2, 5, 10, 100, 4095, 4096, 4097, 8192, 70000, -1, -4096};
static const long MODES[] = {0, 0644, 0755, 0600, 0777, 04755, 02750, 01777, 0111, 0444};
static const long NUMBERS[] = {0, 1, 2, 3, 4, 5, 8, 63, 64, -1, -2, 1000};

static const struct { const char *name; long bits[12]; } FLAGS[] = {
    {"open", {O_WRONLY, O_RDWR, O_CREAT, O_CREAT | O_RDWR, O_EXCL, O_TRUNC, O_APPEND, O_NONBLOCK, O_DIRECTORY, O_NOFOLLOW, O_CLOEXEC, O_PATH}},
    {"at", {AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW}},
    {"fd", {O_NONBLOCK, O_CLOEXEC}},
    {"rename", {1, 2, 4}},
    {"fallocate", {1, 2, 3}},
    {"prot", {PROT_READ, PROT_WRITE, PROT_READ | PROT_WRITE}},
    {"map", {MAP_SHARED, MAP_PRIVATE, MAP_ANONYMOUS | MAP_PRIVATE, MAP_ANONYMOUS | MAP_SHARED, MAP_NORESERVE, MAP_POPULATE}},
    {"splice", {SPLICE_F_NONBLOCK, SPLICE_F_MOVE, SPLICE_F_MORE}},
    {"msg", {MSG_PEEK, MSG_TRUNC, MSG_NOSIGNAL, MSG_EOR, MSG_WAITALL, MSG_OOB}},
    {"epoll", {EPOLLIN, EPOLLOUT, EPOLLIN | EPOLLOUT, EPOLLET, EPOLLONESHOT, EPOLLRDHUP, EPOLLPRI}},
    {"lock", {LOCK_SH, LOCK_EX, LOCK_UN, LOCK_NB}},
    {"memfd", {MFD_CLOEXEC, MFD_ALLOW_SEALING}},
    {"xattr", {XATTR_CREATE, XATTR_REPLACE}},
    {"seals", {F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, F_SEAL_FUTURE_WRITE}},
    {"access", {R_OK, W_OK, X_OK}},
    {"statx", {AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_NO_AUTOMOUNT}},
};

#define FD(n) ((int)a[n])
#define AT(n) (a[n] < 0 || a[n] > 50 ? AT_FDCWD : (int)a[n])
#define PATH(n) ((const char *)a[n])
#define CALL(name, ...) static long do_##name(long *a) { (void)a; return __VA_ARGS__; }

CALL(openat, syscall(SYS_openat, AT(0), PATH(1), (int)a[2], (int)a[3]))
CALL(close, syscall(SYS_close, FD(0)))
static long do_read(long *a) {
  long n = syscall(SYS_read, FD(0), bytes, a[1]);
  return told(bytes, n), n;
}
CALL(write, syscall(SYS_write, FD(0), bytes + (a[2] & 63), a[1]))
static long do_pread(long *a) {
  long n = syscall(SYS_pread64, FD(0), bytes, a[1], a[2]);
  return told(bytes, n), n;
}
CALL(pwrite, syscall(SYS_pwrite64, FD(0), bytes + (a[3] & 63), a[1], a[2]))
static long do_readv(long *a) {
  struct iovec v[3] = {{bytes, a[1] & 15}, {bytes + 100, a[2]}, {bytes + 4090, 6}};
  long n = syscall(SYS_readv, FD(0), v, 3);
  return told(bytes, n > 0 ? 4096 : 0), n;
}
static long do_writev(long *a) {
  struct iovec v[3] = {{bytes, a[1]}, {bytes + 100, a[2] & 1023}, {bytes + 4092, 8}};
  return syscall(SYS_writev, FD(0), v, 3);
}
CALL(lseek, syscall(SYS_lseek, FD(0), a[1], (int)(a[2] % 6)))
CALL(ftruncate, syscall(SYS_ftruncate, FD(0), a[1]))
CALL(truncate, syscall(SYS_truncate, PATH(0), a[1]))
CALL(fallocate, syscall(SYS_fallocate, FD(0), (int)a[1], a[2], a[3]))
CALL(dup, syscall(SYS_dup, FD(0)))
CALL(dup3, syscall(SYS_dup3, FD(0), (int)a[1], (int)a[2]))
CALL(dupfd, syscall(SYS_fcntl, FD(0), F_DUPFD, a[1]))
CALL(getfl, syscall(SYS_fcntl, FD(0), F_GETFL) & ~0100000)
CALL(setfl, syscall(SYS_fcntl, FD(0), F_SETFL, a[1] | O_NONBLOCK))
CALL(getfd, syscall(SYS_fcntl, FD(0), F_GETFD))
CALL(setfd, syscall(SYS_fcntl, FD(0), F_SETFD, a[1]))
CALL(pipesize, syscall(SYS_fcntl, FD(0), F_GETPIPE_SZ))
CALL(setpipesize, syscall(SYS_fcntl, FD(0), F_SETPIPE_SZ, a[1]))
CALL(seals, syscall(SYS_fcntl, FD(0), F_ADD_SEALS, a[1]))
CALL(getseals, syscall(SYS_fcntl, FD(0), F_GET_SEALS))
static long record(long *a, int how) {
  struct flock lock = {.l_type = a[1] & 3, .l_whence = a[2] & 3, .l_start = a[3], .l_len = a[4]};
  long n = syscall(SYS_fcntl, FD(0), how, &lock);
  if (n == 0 && (how == F_GETLK || how == F_OFD_GETLK)) say(" %d %d %ld %ld %d", lock.l_type, lock.l_whence, (long)lock.l_start, (long)lock.l_len, lock.l_pid > 0);
  return n;
}
CALL(setlk, record(a, F_SETLK))
CALL(getlk, record(a, F_GETLK))
CALL(ofdsetlk, record(a, F_OFD_SETLK))
CALL(ofdgetlk, record(a, F_OFD_GETLK))
CALL(flock, syscall(SYS_flock, FD(0), (int)(a[1] | LOCK_NB)))
static long pair(long n, int *two) {
  if (n == 0) say(" [%d %d]", two[0], two[1]), slots[(place + 1) % SLOTS] = two[1];
  return n < 0 ? n : two[0];
}
static long do_pipe2(long *a) {
  int two[2];
  return pair(syscall(SYS_pipe2, two, (int)a[0] | O_NONBLOCK), two);
}
static long do_socketpair(long *a) {
  static const int TYPES[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW};
  int two[2];
  return pair(syscall(SYS_socketpair, AF_UNIX, TYPES[a[0] & 3] | SOCK_NONBLOCK, 0, two), two);
}
CALL(splice, syscall(SYS_splice, FD(0), a[4] & 1 ? &a[5] : NULL, FD(1), a[4] & 2 ? &a[6] : NULL, a[2], (int)a[3] | SPLICE_F_NONBLOCK))
CALL(tee, syscall(SYS_tee, FD(0), FD(1), a[2], (int)a[3] | SPLICE_F_NONBLOCK))
CALL(sendfile, syscall(SYS_sendfile, FD(0), FD(1), a[3] & 1 ? &a[4] : NULL, a[2]))
CALL(copyrange, syscall(SYS_copy_file_range, FD(0), a[3] & 1 ? &a[4] : NULL, FD(1), NULL, a[2], 0))
CALL(mkdirat, syscall(SYS_mkdirat, AT(0), PATH(1), (int)a[2]))
CALL(mknodat, syscall(SYS_mknodat, AT(0), PATH(1), (int)(a[2] & 0777) | (a[3] & 1 ? S_IFIFO : a[3] & 2 ? S_IFSOCK : S_IFREG), 0))
CALL(unlinkat, syscall(SYS_unlinkat, AT(0), PATH(1), (int)a[2]))
CALL(renameat2, syscall(SYS_renameat2, AT(0), PATH(1), AT(2), PATH(3), (int)a[4]))
CALL(linkat, syscall(SYS_linkat, AT(0), PATH(1), AT(2), PATH(3), (int)a[4]))
CALL(symlinkat, syscall(SYS_symlinkat, PATH(0), AT(1), PATH(2)))
static long do_readlinkat(long *a) {
  long n = syscall(SYS_readlinkat, AT(0), PATH(1), bytes, (int)a[2]);
  return told(bytes, n), n;
}
CALL(fchmod, syscall(SYS_fchmod, FD(0), (int)a[1]))
CALL(fchmodat, syscall(SYS_fchmodat, AT(0), PATH(1), (int)a[2]))
CALL(fchownat, syscall(SYS_fchownat, AT(0), PATH(1), (int)a[2], (int)a[3], (int)a[4]))
CALL(faccessat2, syscall(SYS_faccessat2, AT(0), PATH(1), (int)a[2], (int)a[3]))
CALL(chdir, syscall(SYS_chdir, PATH(0)))
CALL(fchdir, syscall(SYS_fchdir, FD(0)))
CALL(umask, syscall(SYS_umask, (int)a[0]))
static long statted(long n, struct statx *s) {
  if (n == 0) say(" %o %u %lld %u %u", s->stx_mode, S_ISDIR(s->stx_mode) ? 0 : s->stx_nlink, S_ISDIR(s->stx_mode) ? 0ll : (long long)s->stx_size, s->stx_uid, s->stx_gid);
  return n;
}
static long do_statx(long *a) {
  struct statx s;
  return statted(syscall(SYS_statx, AT(0), PATH(1), (int)a[2], STATX_BASIC_STATS, &s), &s);
}
static long do_fstat(long *a) {
  struct statx s;
  return statted(syscall(SYS_statx, FD(0), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &s), &s);
}
static int byName(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static long do_getdents(long *a) {
  char *names[64];
  long count = 0, n = syscall(SYS_getdents64, FD(0), bytes, a[1]);
  // How much fits at once is the file system's business.
  if (n <= 0) return n;
  for (long at = 0; at < n && count < 64; at += *(unsigned short *)(bytes + at + 16)) names[count++] = (char *)bytes + at + 19;
  qsort(names, count, sizeof *names, byName);
  if (a[1] >= 4000) for (long k = 0; k < count; k++) say(" %s", names[k]);
  return 1;
}
CALL(setxattr, syscall(SYS_setxattr, PATH(0), a[1] & 1 ? "user.a" : a[1] & 2 ? "user.b" : "trusted.c", bytes, a[2] & 63, (int)a[3]))
static long do_getxattr(long *a) {
  long n = syscall(SYS_getxattr, PATH(0), a[1] & 1 ? "user.a" : a[1] & 2 ? "user.b" : "trusted.c", bytes, a[2]);
  return told(bytes, a[2] ? n : 0), n;
}
CALL(removexattr, syscall(SYS_removexattr, PATH(0), a[1] & 1 ? "user.a" : a[1] & 2 ? "user.b" : "trusted.c"))
CALL(memfd, syscall(SYS_memfd_create, "m", (int)a[0]))
CALL(eventfd, syscall(SYS_eventfd2, (int)a[0], (int)(a[1] & (O_NONBLOCK | O_CLOEXEC)) | O_NONBLOCK | (a[2] & 1)))
CALL(timerfd, syscall(SYS_timerfd_create, a[0] & 1 ? CLOCK_MONOTONIC : CLOCK_REALTIME, O_NONBLOCK))
static long do_timerset(long *a) {
  struct itimerspec t = {{a[1] & 7, 0}, {a[2] & 1 ? 1000 : 0, 0}}, old;
  long n = syscall(SYS_timerfd_settime, FD(0), 0, &t, &old);
  if (n == 0) say(" %ld", (long)old.it_interval.tv_sec);
  return n;
}
CALL(epoll, syscall(SYS_epoll_create1, 0))
static long do_epollctl(long *a) {
  struct epoll_event e = {.events = (uint32_t)a[3], .data.u64 = (uint64_t)place};
  return syscall(SYS_epoll_ctl, FD(0), 1 + (int)(a[1] & 3), FD(2), &e);
}
static long do_epollwait(long *a) {
  struct epoll_event e[8];
  long n = syscall(SYS_epoll_pwait, FD(0), e, (int)a[1] & 7, 0, NULL, 8);
  for (long k = 0; k < n; k++) say(" %llu:%x", (unsigned long long)e[k].data.u64, e[k].events);
  return n;
}
static long do_poll(long *a) {
  static const short EVENTS[] = {POLLIN, POLLOUT, POLLIN | POLLOUT, POLLIN | POLLRDHUP | POLLPRI};
  struct pollfd p[2] = {{FD(0), EVENTS[a[2] & 3], 0}, {FD(1), EVENTS[a[3] & 3], 0}};
  struct timespec none = {0, 0};
  long n = syscall(SYS_ppoll, p, 2, &none, NULL, 8);
  if (n >= 0) say(" %x %x", p[0].revents, p[1].revents);
  return n;
}
CALL(socket, syscall(SYS_socket, AF_UNIX, (a[0] & 1 ? SOCK_STREAM : a[0] & 2 ? SOCK_DGRAM : SOCK_SEQPACKET) | SOCK_NONBLOCK, 0))
static socklen_t unixName(struct sockaddr_un *name, const char *path) {
  *name = (struct sockaddr_un){.sun_family = AF_UNIX};
  strcpy(name->sun_path, path);
  return sizeof name->sun_family + strlen(path) + 1;
}
static long do_bind(long *a) {
  struct sockaddr_un name;
  return syscall(SYS_bind, FD(0), &name, unixName(&name, PATH(1)));
}
static long do_connect(long *a) {
  struct sockaddr_un name;
  return syscall(SYS_connect, FD(0), &name, unixName(&name, PATH(1)));
}
CALL(listen, syscall(SYS_listen, FD(0), (int)a[1]))
CALL(accept, syscall(SYS_accept4, FD(0), NULL, NULL, SOCK_NONBLOCK | (int)(a[1] & O_CLOEXEC)))
CALL(send, syscall(SYS_sendto, FD(0), bytes, a[1], (int)a[2] | MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0))
static long do_sendto(long *a) {
  struct sockaddr_un name;
  return syscall(SYS_sendto, FD(0), bytes, a[1], MSG_DONTWAIT | MSG_NOSIGNAL, &name, unixName(&name, PATH(2)));
}
static long do_recv(long *a) {
  long n = syscall(SYS_recvfrom, FD(0), bytes, a[1], (int)a[2] | MSG_DONTWAIT, NULL, NULL);
  return told(bytes, n < a[1] ? n : a[1]), n;
}
static long named(int fd, long nr) {
  struct sockaddr_un name;
  socklen_t length = sizeof name;
  long n = syscall(nr, fd, &name, &length);
  if (n == 0) say(" %u", length), told(&name, length);
  return n;
}
CALL(getsockname, named(FD(0), SYS_getsockname))
CALL(getpeername, named(FD(0), SYS_getpeername))
CALL(shutdown, syscall(SYS_shutdown, FD(0), (int)a[1] & 3))
static const int OPTIONS[] = {SO_TYPE, SO_ERROR, SO_SNDBUF, SO_RCVBUF, SO_PASSCRED, SO_ACCEPTCONN, SO_DOMAIN, SO_PROTOCOL, SO_KEEPALIVE, SO_REUSEADDR, SO_RCVLOWAT, SO_PRIORITY, SO_BROADCAST, SO_OOBINLINE};
static long do_getsockopt(long *a) {
  int value = 0;
  socklen_t length = sizeof value;
  long n = syscall(SYS_getsockopt, FD(0), SOL_SOCKET, OPTIONS[(size_t)a[1] % COUNT(OPTIONS)], &value, &length);
  if (n == 0) say(" %d %u", value, length);
  return n;
}
static long do_setsockopt(long *a) {
  int value = (int)a[2];
  return syscall(SYS_setsockopt, FD(0), SOL_SOCKET, OPTIONS[(size_t)a[1] % COUNT(OPTIONS)], &value, (socklen_t)(a[3] & 1 ? 4 : a[3] & 2 ? 2 : 8));
}
static long do_sendfd(long *a) {
  union { char room[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control;
  struct iovec v = {bytes, a[2] & 15};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  *c = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
  *(int *)CMSG_DATA(c) = FD(1);
  return syscall(SYS_sendmsg, FD(0), &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}
static long do_recvfd(long *a) {
  union { char room[CMSG_SPACE(2 * sizeof(int))]; struct cmsghdr align; } control;
  struct iovec v = {bytes, a[1] & 15};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = a[2] & 1 ? 4 : sizeof control};
  long n = syscall(SYS_recvmsg, FD(0), &m, MSG_DONTWAIT);
  if (n < 0) return n;
  say(" %x %zu", m.msg_flags, (size_t)m.msg_controllen);
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  if (c != NULL && c->cmsg_type == SCM_RIGHTS) say(" fd %d", *(int *)CMSG_DATA(c)), slots[(place + 1) % SLOTS] = *(int *)CMSG_DATA(c);
  return n;
}
static long do_fionread(long *a) {
  int value = 0;
  long n = syscall(SYS_ioctl, FD(0), FIONREAD, &value);
  if (n == 0) say(" %d", value);
  return n;
}
#define WINDOW ((char *)0x300000000)
CALL(mmap, syscall(SYS_mmap, WINDOW + (a[0] & 15) * 4096, a[1], (int)a[2], (int)a[3] | MAP_FIXED, (int)a[4], a[5] < 0 ? 0 : a[5]) == -1 ? -1 : 0)
CALL(munmap, syscall(SYS_munmap, WINDOW + (a[0] & 15) * 4096 + (a[2] & 1), a[1]))
CALL(mprotect, syscall(SYS_mprotect, WINDOW + (a[0] & 15) * 4096, a[1], (int)a[2]))
CALL(msync, syscall(SYS_msync, WINDOW + (a[0] & 15) * 4096, a[1], 1 + (int)(a[2] & 7)))
static long do_mincore(long *a) {
  long n = syscall(SYS_mincore, WINDOW + (a[0] & 15) * 4096, a[1], bytes);
  return n;
}
CALL(mremap, syscall(SYS_mremap, WINDOW + (a[0] & 15) * 4096, a[1], a[2], 0) == -1 ? -1 : 0)
CALL(madvise, syscall(SYS_madvise, WINDOW + (a[0] & 15) * 4096, a[1], a[2] & 1 ? MADV_DONTNEED : a[2] & 2 ? MADV_REMOVE : MADV_WILLNEED))
static sigjmp_buf back;
static int code;
static void caught(int signal, siginfo_t *info, void *context) {
  (void)context;
  code = signal * 100 + info->si_code;
  siglongjmp(back, 1);
}
static long do_touch(long *a) {
  volatile char *at = WINDOW + (a[0] & 15) * 4096 + (a[1] & 4095);
  if (sigsetjmp(back, 1) != 0) return say(" fault %d", code), -1;
  if (a[2] & 1) return *at;
  *at = (char)a[1];
  return 0;
}
static long do_mask(long *a) {
  uint64_t set = (uint64_t)a[1] & ~(1ull << (SIGALRM - 1)) & ~(1ull << (SIGSEGV - 1)) & ~(1ull << (SIGBUS - 1)), old = 0;
  long n = syscall(SYS_rt_sigprocmask, (int)(a[0] & 3), &set, &old, 8);
  if (n == 0) say(" %llx", (unsigned long long)old);
  return n;
}
CALL(kill, (a[0] &= 63, a[0] == 0 || a[0] > 33 || (1ull << (a[0] - 1) & 0x9b0000ull)) ? syscall(SYS_kill, (int)getpid(), (int)(a[0] & 15 ? 0 : 17)) : 0)
static long do_pending(long *a) {
  (void)a;
  uint64_t set = 0;
  long n = syscall(SYS_rt_sigpending, &set, 8);
  say(" %llx", (unsigned long long)set);
  return n;
}
static long do_signalfd(long *a) {
  uint64_t set = (uint64_t)a[1];
  return syscall(SYS_signalfd4, -1, &set, 8, O_NONBLOCK);
}
static long do_rlimit(long *a) {
  struct rlimit64 old = {0, 0}, next = {(uint64_t)(a[1] & 63) + 30, 100};
  long n = syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, a[2] & 1 ? &next : NULL, &old);
  if (n == 0) say(" %d", old.rlim_cur <= 100 ? (int)old.rlim_cur : -1);
  return n;
}
CALL(closerange, syscall(SYS_close_range, (unsigned)(a[0] & 31) + 3, (unsigned)(a[1] & 63), (unsigned)(a[2] & 1 ? 4 : 0)))
CALL(syncrange, syscall(SYS_sync_file_range, FD(0), a[1], a[2], (int)(a[3] & 7)))
CALL(fadvise, syscall(SYS_fadvise64, FD(0), a[1], a[2], (int)(a[3] & 7)))

#define ROW(name, args) {#name, do_##name, args}
// f: a descriptor, p: a path, n: a size, o: an offset, m: a mode, i: a number, 0 to 9, a to e and g: flags of that table.
static const Row ROWS[] = {
    ROW(openat, "fp0m"), ROW(openat, "fp0m"), ROW(openat, "fp0m"), ROW(openat, "fp0m"), ROW(close, "f"), ROW(read, "fn"), ROW(read, "fn"),
    ROW(write, "fni"), ROW(write, "fni"), ROW(write, "fni"), ROW(pread, "fno"), ROW(pwrite, "fnoi"), ROW(readv, "fin"), ROW(writev, "fni"),
    ROW(lseek, "foi"), ROW(lseek, "foi"), ROW(ftruncate, "fo"), ROW(truncate, "po"), ROW(fallocate, "f4oo"), ROW(dup, "f"), ROW(dup3, "ff2"),
    ROW(dupfd, "fi"), ROW(getfl, "f"), ROW(setfl, "f0"), ROW(getfd, "f"), ROW(setfd, "fi"), ROW(pipesize, "f"), ROW(setpipesize, "fn"),
    ROW(seals, "fd"), ROW(getseals, "f"), ROW(setlk, "fiioo"), ROW(getlk, "fiioo"), ROW(ofdsetlk, "fiioo"), ROW(ofdgetlk, "fiioo"),
    ROW(flock, "fa"), ROW(pipe2, "2"), ROW(pipe2, "2"), ROW(pipe2, "2"), ROW(socketpair, "i"), ROW(socketpair, "i"), ROW(splice, "ffn7ioo"),
    ROW(tee, "ffn7"), ROW(sendfile, "ffnio"), ROW(copyrange, "ffnio"), ROW(mkdirat, "fpm"), ROW(mkdirat, "fpm"), ROW(mknodat, "fpmi"),
    ROW(unlinkat, "fp1"), ROW(renameat2, "fpfp3"), ROW(renameat2, "fpfp3"), ROW(linkat, "fpfp1"), ROW(symlinkat, "pfp"), ROW(symlinkat, "pfp"),
    ROW(readlinkat, "fpn"), ROW(fchmod, "fm"), ROW(fchmodat, "fpm"), ROW(fchownat, "fpii1"), ROW(faccessat2, "fpe1"), ROW(chdir, "p"),
    ROW(fchdir, "f"), ROW(umask, "m"), ROW(statx, "fpg"), ROW(statx, "fpg"), ROW(fstat, "f"), ROW(fstat, "f"), ROW(getdents, "fn"),
    ROW(setxattr, "pinc"), ROW(getxattr, "pin"), ROW(removexattr, "pi"), ROW(memfd, "b"), ROW(memfd, "b"), ROW(eventfd, "i2i"),
    ROW(timerfd, "i"), ROW(timerset, "fii"), ROW(epoll, ""), ROW(epollctl, "fif9"), ROW(epollctl, "fif9"), ROW(epollwait, "fi"),
    ROW(poll, "ffii"), ROW(poll, "ffii"), ROW(socket, "i"), ROW(socket, "i"), ROW(bind, "fp"), ROW(connect, "fp"), ROW(listen, "fi"),
    ROW(accept, "f2"), ROW(send, "fn8"), ROW(send, "fn8"), ROW(sendto, "fnp"), ROW(recv, "fn8"), ROW(recv, "fn8"), ROW(getsockname, "f"),
    ROW(getpeername, "f"), ROW(shutdown, "fi"), ROW(getsockopt, "fi"), ROW(setsockopt, "fiii"), ROW(sendfd, "ffi"), ROW(recvfd, "fii"),
    ROW(fionread, "f"), ROW(mmap, "in56fo"), ROW(mmap, "in56fo"), ROW(munmap, "ini"), ROW(mprotect, "in5"), ROW(msync, "ini"), ROW(mincore, "in"),
    ROW(mremap, "inn"), ROW(madvise, "ini"), ROW(touch, "iii"), ROW(touch, "iii"), ROW(mask, "ii"), ROW(kill, "i"), ROW(pending, ""),
    ROW(signalfd, "ii"), ROW(rlimit, "iii"), ROW(closerange, "iii"), ROW(syncrange, "fooi"), ROW(fadvise, "fooi"),
};

CALL(file, syscall(SYS_openat, AT_FDCWD, "a", O_CREAT | (int)a[0] | (a[1] & 1 ? O_RDWR : a[1] & 2 ? O_WRONLY : 0), 0644))
// A sequence begins with something to work on.
static const Row FIRST[] = {ROW(file, "0i"), ROW(pipe2, "2"), {"socketpair", do_socketpair, "i"}, ROW(mkdirat, "fpm"), ROW(write, "fni")};

#define ONE(list) ((list)[any(COUNT(list))])
static long argument(char kind) {
  switch (kind) {
    case 'f':
      if (any(12) == 0) return any(2) ? -1 : AT_FDCWD;
      // Mostly what lately came into being.
      return slots[(place + SLOTS - 1 - (any(3) ? any(4) : any(place + 1))) % SLOTS];
    case 'p': return (long)(any(40) ? ONE(PATHS) : (const char *)8);
    case 'n': return ONE(SIZES);
    case 'o': return ONE(OFFSETS);
    case 'm': return ONE(MODES);
    case 'i': return ONE(NUMBERS);
  }
  const long *bits = FLAGS[kind <= '9' ? kind - '0' : kind == 'g' ? 15 : kind - 'a' + 10].bits;
  int known = 0;
  while (known < 12 && bits[known] != 0) known++;
  long all = 0;
  for (uint32_t n = any(3) + (kind == '0'); n > 0; n--) all |= bits[any(known)];
  return all;
}

static void sequence(uint64_t seed, const char *pick) {
  bytes = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(bytes + 4096 + 1024, 0);
  struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  for (int n = 0; n < SLOTS; n++) slots[n] = AT_FDCWD;
  for (place = 0; place < LENGTH; place++) {
    state = (seed * LENGTH + place) * 0x9e3779b97f4a7c15u;
    any(2), any(2);
    const Row *row = &ROWS[any(COUNT(ROWS))];
    if (place < (int)COUNT(FIRST)) row = &FIRST[place];
    char mine[8];
    snprintf(mine, sizeof mine, ",%d,", place);
    if (pick != NULL && strstr(pick, mine) == NULL) continue;
    long a[8] = {0};
    say("%d %s(", place, row->name);
    for (int n = 0; row->args[n]; n++) {
      a[n] = argument(row->args[n]);
      if (row->args[n] == 'p') say(a[n] == 8 ? "%s(bad)" : "%s\"%s\"", n ? ", " : "", a[n] == 8 ? "" : (char *)a[n]);
      else say("%s%s%ld", n ? ", " : "", strchr("0123456789abcdeg", row->args[n]) ? "flags " : "", a[n]);
    }
    say(")");
    for (int n = 0; n < 4096; n++) bytes[n] = (unsigned char)(seed + place * 31 + n * 7 + (n >> 8));
    errno = 0;
    slots[place] = AT_FDCWD;
    long answer = row->call(a);
    int error = errno;
    if (answer >= 0 && answer < 1024 && slots[place] == AT_FDCWD) slots[place] = answer;
    if (answer == -1 && error != 0) say(" = %s\n", strerrorname_np(error));
    else say(" = %ld\n", answer);
  }
}

static void removeAll(int directory, const char *name) {
  int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (fd < 0 && unlinkat(directory, name, 0) == 0) return;
  DIR *list = fd < 0 ? NULL : fdopendir(fd);
  for (struct dirent *e; list != NULL && (e = readdir(list)) != NULL;)
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) removeAll(fd, e->d_name);
  if (list != NULL) closedir(list);
  unlinkat(directory, name, AT_REMOVEDIR);
}

int main(int argc, char **argv) {
  uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
  long count = argc > 2 ? atol(argv[2]) : 1;
  umask(022);
  for (long n = 0; n < count; n++, seed++) {
    mkdir(PLACE, 0755), chown(PLACE, 0, 0), chmod(PLACE, 0755), mkdir(INSIDE, 0755);
    pid_t child = fork();
    if (child == 0) {
      alarm(5);
      // Nothing outside can be reached.
      if (chroot(PLACE) != 0 || chdir("/in") != 0) _exit(1);
      syscall(SYS_close_range, 3, ~0u, 0);
      int null = open("/streams", O_RDWR | O_CREAT, 0666), mine = fcntl(1, F_DUPFD, 1000);
      (void)mine;
      // Streams of its own: a sequence writes to them, and changes their modes and owners.
      dup2(null, 0), dup2(null, 2);
      fflush(stdout);
      dup2(null, 1), close(null);
      char list[200] = ",";
      if (argc > 3) snprintf(list, sizeof list, ",%s,", argv[3]);
      sequence(seed, argc > 3 ? list : NULL);
      struct iovec all = {out, used};
      writev(mine, &all, 1);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    printf("seed %llu ends %d\n", (unsigned long long)seed, status);
    fflush(stdout);
    removeAll(AT_FDCWD, PLACE);
  }
  return 0;
}
