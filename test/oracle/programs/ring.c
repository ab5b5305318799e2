/* io_uring by its calls alone: prints the same lines on Linux. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct ring { int fd; struct io_uring_params p; char *rings, *cq; struct io_uring_sqe *sqes; unsigned tail; } R;
#define SQ(f) (*(volatile unsigned *)(R.rings + R.p.sq_off.f))
#define CQ(f) (*(volatile unsigned *)(R.rings + R.p.cq_off.f))
static const char *name(int r) { static char b[8][16]; static int n; char *t = b[n++ & 7]; if (r < 0) return strerrorname_np(-r); snprintf(t, 16, "%d", r); return t; }
static int ret(int r) { return r < 0 ? -errno : r; }
static int open_ring(unsigned n, unsigned flags, unsigned cq) {
  memset(&R, 0, sizeof R);
  R.p.flags = flags; R.p.cq_entries = cq;
  R.fd = syscall(SYS_io_uring_setup, n, &R.p);
  if (R.fd < 0) return -errno;
  size_t len = R.p.sq_off.array + R.p.sq_entries * 4, cl = R.p.cq_off.cqes + R.p.cq_entries * 16;
  R.rings = mmap(0, len > cl ? len : cl, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, R.fd, IORING_OFF_SQ_RING);
  R.sqes = mmap(0, R.p.sq_entries * 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, R.fd, IORING_OFF_SQES);
  if (R.rings == MAP_FAILED || R.sqes == MAP_FAILED) return -errno;
  return 0;
}
static void close_ring(void) { munmap(R.sqes, R.p.sq_entries * 64); close(R.fd); }
static struct io_uring_sqe *get(int op, int fd, uint64_t off, const void *addr, unsigned len, uint64_t data) {
  struct io_uring_sqe *s = &R.sqes[R.tail & (R.p.sq_entries - 1)];
  memset(s, 0, 64);
  s->opcode = op; s->fd = fd; s->off = off; s->addr = (uintptr_t)addr; s->len = len; s->user_data = data;
  ((unsigned *)(R.rings + R.p.sq_off.array))[R.tail & (R.p.sq_entries - 1)] = R.tail & (R.p.sq_entries - 1);
  R.tail++;
  SQ(tail) = R.tail;
  return s;
}
static int enter(unsigned n, unsigned wait) { return ret(syscall(SYS_io_uring_enter, R.fd, n, wait, wait ? IORING_ENTER_GETEVENTS : 0, 0, 8)); }
static int reg(unsigned op, void *arg, unsigned n) { return ret(syscall(SYS_io_uring_register, R.fd, op, arg, n)); }
static struct io_uring_cqe sorted[64];
static int by(const void *a, const void *b) { const struct io_uring_cqe *x = a, *y = b; return x->user_data < y->user_data ? -1 : x->user_data > y->user_data ? 1 : 0; }
/* All completions; sorted where their order is nobody's promise. */
static void reap(const char *what, int sort) {
  int n = 0;
  printf("%s:", what);
  while (CQ(head) != CQ(tail)) { sorted[n++] = ((struct io_uring_cqe *)(R.rings + R.p.cq_off.cqes))[CQ(head) & (R.p.cq_entries - 1)]; CQ(head)++; }
  if (sort) qsort(sorted, n, sizeof *sorted, by);
  for (int i = 0; i < n; i++) { printf(" %llu=%s", (unsigned long long)sorted[i].user_data, name(sorted[i].res)); if (sorted[i].flags) printf("/%x", sorted[i].flags & 0xffff ? sorted[i].flags : sorted[i].flags); }
  printf("\n");
}
static void go(const char *what, unsigned n, unsigned wait) { int r = enter(n, wait); if (r != (int)n) printf("%s: enter %s\n", what, name(r)); reap(what, 0); }
static void gos(const char *what, unsigned n, unsigned wait) { int r = enter(n, wait); if (r != (int)n) printf("%s: enter %s\n", what, name(r)); reap(what, 1); }
static void msleep(int ms) { usleep(ms * 1000); }

static void setup(void) {
  struct io_uring_params p;
#define TRY(what, n, ...) do { memset(&p, 0, sizeof p); __VA_ARGS__; int f = ret(syscall(SYS_io_uring_setup, n, &p)); printf("%s: %s", what, f < 0 ? name(f) : "ring"); if (f >= 0) { printf(" %u %u", p.sq_entries, p.cq_entries); close(f); } printf("\n"); } while (0)
  TRY("0 entries", 0, ); TRY("3 entries", 3, ); TRY("32769", 32769, ); TRY("clamped", 40000, p.flags = IORING_SETUP_CLAMP);
  TRY("cq 0", 4, p.flags = IORING_SETUP_CQSIZE); TRY("cq 3", 4, p.flags = IORING_SETUP_CQSIZE; p.cq_entries = 3); TRY("cq 2", 4, p.flags = IORING_SETUP_CQSIZE; p.cq_entries = 2); TRY("cq 100", 4, p.flags = IORING_SETUP_CQSIZE; p.cq_entries = 100);
  TRY("flags", 4, p.flags = 1u << 30); TRY("resv", 4, p.resv[1] = 1); TRY("defer", 4, p.flags = IORING_SETUP_DEFER_TASKRUN); TRY("defer single", 4, p.flags = IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SINGLE_ISSUER); TRY("flag", 4, p.flags = IORING_SETUP_TASKRUN_FLAG);
  printf("null: %s\n", name(ret(syscall(SYS_io_uring_setup, 4, 0))));
  int r = open_ring(4, 0, 0); printf("open %s features %x\n", name(r), R.p.features & 0x5f); 
  printf("offsets %d %d %d %d %d %d %d, %d %d %d %d %d %d %d\n", R.p.sq_off.head, R.p.sq_off.tail, R.p.sq_off.ring_mask, R.p.sq_off.ring_entries, R.p.sq_off.flags, R.p.sq_off.dropped, R.p.sq_off.array, R.p.cq_off.head, R.p.cq_off.tail, R.p.cq_off.ring_mask, R.p.cq_off.ring_entries, R.p.cq_off.overflow, R.p.cq_off.cqes, R.p.cq_off.flags);
  printf("cq alias %d\n", mmap(0, 4096, PROT_READ, MAP_SHARED, R.fd, IORING_OFF_CQ_RING) != MAP_FAILED);
  printf("mmap elsewhere %s\n", name(ret((long)mmap(0, 4096, PROT_READ, MAP_SHARED, R.fd, 0x4000) == -1 ? -1 : 0)));
  printf("mmap too long %s\n", name(mmap(0, 1 << 20, PROT_READ, MAP_SHARED, R.fd, 0) == MAP_FAILED ? -errno : 0));
  printf("enter bad flags %s\n", name(ret(syscall(SYS_io_uring_enter, R.fd, 0, 0, 1 << 20, 0, 0))));
  printf("enter no ring %s %s\n", name(ret(syscall(SYS_io_uring_enter, 0, 0, 0, 0, 0, 0))), name(ret(syscall(SYS_io_uring_enter, 99, 0, 0, 0, 0, 0))));
  printf("enter nothing %s\n", name(enter(5, 0)));
  printf("read write lseek %s %s %s\n", name(ret(read(R.fd, &p, 1))), name(ret(write(R.fd, &p, 1))), name(ret(lseek(R.fd, 0, SEEK_SET))));
  printf("register %s %s %s\n", name(reg(99, 0, 0)), name(ret(syscall(SYS_io_uring_register, 0, 8, 0, 0))), name(reg(IORING_UNREGISTER_FILES, 0, 0)));
  close_ring();
}
static void files(void) {
  char a[64] = "", b[64] = "";
  struct iovec v[2] = {{"hello ", 6}, {"world", 5}}, w[2] = {{a, 3}, {b, 20}};
  open_ring(8, 0, 0);
  unlink("/tmp/r12f");
  int fd = open("/tmp/r12f", O_RDWR | O_CREAT, 0600);
  get(IORING_OP_NOP, -1, 0, 0, 0, 1); go("nop", 1, 1);
  get(IORING_OP_WRITEV, fd, 0, v, 2, 2); go("writev", 1, 1);
  get(IORING_OP_READV, fd, 0, w, 2, 3); go("readv", 1, 1); printf("%.3s|%s\n", a, b);
  get(IORING_OP_WRITE, fd, 11, "!!", 2, 4); go("write", 1, 1);
  memset(a, 0, 64); get(IORING_OP_READ, fd, 6, a, 63, 5); go("read", 1, 1); printf("%s\n", a);
  lseek(fd, 6, SEEK_SET); memset(a, 0, 64); get(IORING_OP_READ, fd, -1, a, 3, 6); go("read at position", 1, 1); printf("%s %d\n", a, (int)lseek(fd, 0, SEEK_CUR));
  get(IORING_OP_READ, fd, 100, a, 3, 7); go("read beyond", 1, 1);
  get(IORING_OP_READ, 99, 0, a, 3, 8); go("bad fd", 1, 1);
  get(IORING_OP_READ, fd, 0, (void *)16, 3, 9); go("bad address", 1, 1);
  get(IORING_OP_READ, fd, -5, a, 3, 9); go("negative", 1, 1);
  get(IORING_OP_READV, fd, 0, w, 2000, 9); go("too many vectors", 1, 1);
  get(IORING_OP_READ, fd, 0, a, 3, 10)->rw_flags = 0x1000; go("rw flags", 1, 1);
  get(IORING_OP_FSYNC, fd, 0, 0, 0, 11); get(IORING_OP_FSYNC, fd, 0, 0, 0, 12)->fsync_flags = IORING_FSYNC_DATASYNC; get(IORING_OP_FSYNC, fd, 0, a, 0, 13); gos("fsync", 3, 3);
  get(200, fd, 0, 0, 0, 14); go("no operation", 1, 1);
  get(IORING_OP_NOP, 0, 0, 0, 0, 15)->flags = 128; go("flags", 1, 1);
  get(IORING_OP_NOP, 0, 0, 0, 0, 15)->ioprio = 1; go("ioprio", 1, 1);
  get(IORING_OP_NOP, 0, 0, 0, 0, 16)->personality = 9; go("personality", 1, 1);
  get(IORING_OP_NOP, 0, 0, 0, 0, 17)->flags = 128; get(IORING_OP_NOP, 0, 0, 0, 0, 18); go("one refused, one behind it", 2, 1); go("the other", 1, 1);
  struct iovec fixed = {a, 32}; printf("buffers %s", name(reg(IORING_REGISTER_BUFFERS, &fixed, 1))); printf(" %s\n", name(reg(IORING_REGISTER_BUFFERS, &fixed, 1)));
  get(IORING_OP_READ_FIXED, fd, 0, a, 5, 20); get(IORING_OP_READ_FIXED, fd, 0, a + 30, 5, 21); get(IORING_OP_READ_FIXED, fd, 0, a, 5, 22)->buf_index = 1; get(IORING_OP_WRITE_FIXED, fd, 20, a, 4, 23); go("fixed", 4, 4);
  printf("unregister %s", name(reg(IORING_UNREGISTER_BUFFERS, 0, 0))); printf(" %s\n", name(reg(IORING_UNREGISTER_BUFFERS, 0, 0)));
  int table[4] = {fd, -1, fd, -1};
  printf("files %s", name(reg(IORING_REGISTER_FILES, table, 4))); printf(" %s\n", name(reg(IORING_REGISTER_FILES, table, 4)));
  get(IORING_OP_READ, 0, 0, a, 5, 30)->flags = IOSQE_FIXED_FILE; get(IORING_OP_READ, 1, 0, a, 5, 31)->flags = IOSQE_FIXED_FILE; get(IORING_OP_READ, 9, 0, a, 5, 32)->flags = IOSQE_FIXED_FILE; go("fixed files", 3, 3);
  int two[2] = {-1, fd}; get(IORING_OP_FILES_UPDATE, 0, 0, two, 2, 33); get(IORING_OP_READ, 1, 0, a, 5, 34)->flags = IOSQE_FIXED_FILE; go("update", 2, 2);
  struct io_uring_files_update up = {3, 0, (uintptr_t)&fd}; printf("update %s\n", name(reg(IORING_REGISTER_FILES_UPDATE, &up, 1))); up.offset = 4; printf("update %s\n", name(reg(IORING_REGISTER_FILES_UPDATE, &up, 1)));
  get(IORING_OP_OPENAT, AT_FDCWD, 0, "/tmp/r12f", 0, 35)->open_flags = O_RDONLY; R.sqes[(R.tail - 1) & 7].file_index = 1; go("open into the table", 1, 1);
  get(IORING_OP_READ, 0, 0, a, 4, 36)->flags = IOSQE_FIXED_FILE; get(IORING_OP_CLOSE, 0, 0, 0, 0, 37)->file_index = 1; get(IORING_OP_CLOSE, 0, 0, 0, 0, 38)->file_index = 1; go("close a place", 3, 3);
  get(IORING_OP_OPENAT, AT_FDCWD, 0, "/tmp/r12f", 0, 39)->file_index = IORING_FILE_INDEX_ALLOC; go("open anywhere", 1, 1);
  printf("unregister %s\n", name(reg(IORING_UNREGISTER_FILES, 0, 0)));
  get(IORING_OP_OPENAT, AT_FDCWD, 0, "/tmp/r12f", 0, 40)->open_flags = O_RDONLY; enter(1, 1); int got = ((struct io_uring_cqe *)(R.rings + R.p.cq_off.cqes))[CQ(head) & (R.p.cq_entries - 1)].res; CQ(head)++; printf("open %d\n", got > 2);
  get(IORING_OP_CLOSE, got, 0, 0, 0, 41); get(IORING_OP_CLOSE, got, 0, 0, 0, 42); get(IORING_OP_CLOSE, R.fd, 0, 0, 0, 43); get(IORING_OP_CLOSE, got, 1, 0, 0, 44); go("close", 4, 4);
  get(IORING_OP_OPENAT, AT_FDCWD, 0, "/tmp/r12none", 0, 45); go("no file", 1, 1);
  struct statx st; get(IORING_OP_STATX, AT_FDCWD, (uintptr_t)&st, "/tmp/r12f", STATX_SIZE, 46); go("statx", 1, 1); printf("size %d\n", (int)st.stx_size);
  get(IORING_OP_FALLOCATE, fd, 0, (void *)100, 0, 47); go("fallocate", 1, 1); struct stat s; fstat(fd, &s); printf("size %d\n", (int)s.st_size);
  get(IORING_OP_FADVISE, fd, 0, 0, 100, 48)->fadvise_advice = POSIX_FADV_WILLNEED; go("fadvise", 1, 1);
  void *page = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); *(char *)page = 5; get(IORING_OP_MADVISE, -1, 0, page, 4096, 49)->fadvise_advice = MADV_DONTNEED; go("madvise", 1, 1); printf("now %d\n", *(char *)page);
  get(IORING_OP_MKDIRAT, AT_FDCWD, 0, "/tmp/r12d", 0700, 50); go("mkdir", 1, 1);
  get(IORING_OP_LINKAT, AT_FDCWD, (uintptr_t)"/tmp/r12d/l", "/tmp/r12f", AT_FDCWD, 51); go("link", 1, 1);
  get(IORING_OP_SYMLINKAT, AT_FDCWD, (uintptr_t)"/tmp/r12d/s", "l", 0, 52); go("symlink", 1, 1);
  get(IORING_OP_RENAMEAT, AT_FDCWD, (uintptr_t)"/tmp/r12d/m", "/tmp/r12d/l", AT_FDCWD, 53); go("rename", 1, 1);
  get(IORING_OP_UNLINKAT, AT_FDCWD, 0, "/tmp/r12d", 0, 54)->unlink_flags = AT_REMOVEDIR; go("rmdir full", 1, 1);
  get(IORING_OP_UNLINKAT, AT_FDCWD, 0, "/tmp/r12d/m", 0, 55)->flags = IOSQE_IO_LINK; get(IORING_OP_UNLINKAT, AT_FDCWD, 0, "/tmp/r12d/s", 0, 56)->flags = IOSQE_IO_LINK; get(IORING_OP_UNLINKAT, AT_FDCWD, 0, "/tmp/r12d", 0, 57)->unlink_flags = AT_REMOVEDIR; go("unlink all", 3, 3);
  close(fd); unlink("/tmp/r12f");
  close_ring();
}
static void pipes(void) {
  int p[2], q[2]; char a[16] = "", b[16] = "", c[16] = "";
  open_ring(16, 0, 0); pipe(p); pipe(q);
  get(IORING_OP_READ, p[0], 0, a, 5, 1); go("read of an empty pipe", 1, 0);
  get(IORING_OP_WRITE, p[1], 0, "abcde", 5, 2); gos("write to it", 1, 2); printf("%s\n", a);
  get(IORING_OP_READ, p[0], 0, a, 5, 3); get(IORING_OP_READ, p[0], 0, b, 5, 4); go("two readers", 2, 0); write(p[1], "xyz", 3); gos("one has it", 0, 1); printf("%.3s %.3s\n", a, b); write(p[1], "uvw", 3); go("the other", 0, 1); printf("%.3s %.3s\n", a, b);
  get(IORING_OP_READ, p[0], 0, a, 5, 5); go("a reader", 1, 0); get(IORING_OP_ASYNC_CANCEL, -1, 0, (void *)5, 0, 6); gos("cancelled", 1, 2);
  get(IORING_OP_ASYNC_CANCEL, -1, 0, (void *)5, 0, 7); go("nobody to cancel", 1, 1);
  get(IORING_OP_READ, p[0], 0, a, 5, 8); get(IORING_OP_READ, q[0], 0, b, 5, 9); go("readers", 2, 0); get(IORING_OP_ASYNC_CANCEL, p[0], 0, 0, 0, 10)->cancel_flags = IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL; gos("by file", 1, 2); get(IORING_OP_ASYNC_CANCEL, 0, 0, 0, 0, 11)->cancel_flags = IORING_ASYNC_CANCEL_ANY; gos("any", 1, 2);
  fcntl(p[0], F_SETFL, O_NONBLOCK); get(IORING_OP_READ, p[0], 0, a, 5, 12); go("O_NONBLOCK", 1, 0); write(p[1], "nb", 2); go("waits all the same", 0, 1); fcntl(p[0], F_SETFL, 0);
  get(IORING_OP_POLL_ADD, p[0], 0, 0, 0, 13)->poll32_events = POLLIN; go("poll", 1, 0); write(p[1], "1", 1); go("is ready", 0, 1); get(IORING_OP_POLL_ADD, p[0], 0, 0, 0, 14)->poll32_events = POLLIN; go("was ready", 1, 1); read(p[0], a, 1);
  get(IORING_OP_POLL_ADD, p[0], 0, 0, IORING_POLL_ADD_MULTI, 15)->poll32_events = POLLIN; go("multishot", 1, 0); write(p[1], "1", 1); go("once", 0, 1); read(p[0], a, 1); write(p[1], "2", 1); go("twice", 0, 1);
  get(IORING_OP_POLL_REMOVE, -1, 0, (void *)15, 0, 16); gos("removed", 1, 2); read(p[0], a, 1); get(IORING_OP_POLL_REMOVE, -1, 0, (void *)15, 0, 17); go("not there", 1, 1);
  get(IORING_OP_POLL_ADD, p[0], 0, 0, 0, 18)->poll32_events = POLLPRI; go("poll pri", 1, 0); get(IORING_OP_POLL_REMOVE, -1, 99, (void *)18, IORING_POLL_UPDATE_EVENTS | IORING_POLL_UPDATE_USER_DATA, 19)->poll32_events = POLLIN; go("updated", 1, 1); write(p[1], "1", 1); go("ready under its new name", 0, 1); read(p[0], a, 1);
  /* splice, tee */
  write(p[1], "spliced", 7); get(IORING_OP_TEE, q[1], 0, 0, 4, 20)->splice_fd_in = p[0]; gos("tee", 1, 1); get(IORING_OP_SPLICE, q[1], -1, (void *)-1L, 7, 21)->splice_fd_in = p[0]; go("splice", 1, 1); memset(b, 0, 16); read(q[0], b, 15); printf("%s\n", b);
  /* links */
  get(IORING_OP_WRITE, p[1], 0, "link", 4, 30)->flags = IOSQE_IO_LINK; get(IORING_OP_READ, p[0], 0, c, 4, 31); go("linked", 2, 2); printf("%.4s\n", c);
  get(IORING_OP_READ, 99, 0, a, 4, 32)->flags = IOSQE_IO_LINK; get(IORING_OP_NOP, 0, 0, 0, 0, 33)->flags = IOSQE_IO_LINK; get(IORING_OP_NOP, 0, 0, 0, 0, 34); get(IORING_OP_NOP, 0, 0, 0, 0, 35); gos("broken link", 4, 4);
  get(IORING_OP_READ, 99, 0, a, 4, 36)->flags = IOSQE_IO_HARDLINK; get(IORING_OP_NOP, 0, 0, 0, 0, 37); gos("hard link", 2, 2);
  write(p[1], "12", 2); get(IORING_OP_READ, p[0], 0, a, 4, 38)->flags = IOSQE_IO_LINK; get(IORING_OP_NOP, 0, 0, 0, 0, 39); gos("a short read ends a chain", 2, 2);
  get(IORING_OP_NOP, 0, 0, 0, 0, 40)->flags = IOSQE_IO_LINK; get(77, 0, 0, 0, 0, 41)->flags = IOSQE_IO_LINK; get(IORING_OP_NOP, 0, 0, 0, 0, 42); gos("one of a chain is refused", 3, 2); gos("the rest", 1, 1);
  get(IORING_OP_NOP, 0, 0, 0, 0, 43)->flags = IOSQE_CQE_SKIP_SUCCESS; get(IORING_OP_READ, 99, 0, a, 4, 44)->flags = IOSQE_CQE_SKIP_SUCCESS; gos("skip success", 2, 1);
  close_ring(); open_ring(16, 0, 0);
  /* drain */
  get(IORING_OP_READ, p[0], 0, a, 4, 50); get(IORING_OP_NOP, 0, 0, 0, 0, 51)->flags = IOSQE_IO_DRAIN; get(IORING_OP_NOP, 0, 0, 0, 0, 52); go("drained", 3, 0); write(p[1], "dr", 2); go("after it", 0, 3);
  get(IORING_OP_READ, p[0], 0, a, 4, 53)->flags = IOSQE_ASYNC; enter(1, 0); msleep(20); reap("async", 0); write(p[1], "as", 2); go("async read", 0, 1);
  close(p[1]); get(IORING_OP_READ, p[0], 0, a, 4, 54); go("end of file", 1, 1);
  signal(SIGPIPE, SIG_IGN); close(q[0]); get(IORING_OP_WRITE, q[1], 0, "x", 1, 55); go("no reader", 1, 1);
  close_ring();
}
static struct __kernel_timespec ts(long ms) { struct __kernel_timespec t = {ms / 1000, ms % 1000 * 1000000}; return t; }
static void timeouts(void) {
  int p[2]; char a[8]; struct __kernel_timespec t = ts(20), l = ts(10000), z = {0, -1};
  open_ring(16, 0, 0); pipe(p);
  get(IORING_OP_TIMEOUT, -1, 0, &t, 1, 1); go("timeout", 1, 1);
  get(IORING_OP_TIMEOUT, -1, 2, &l, 1, 2); get(IORING_OP_NOP, 0, 0, 0, 0, 3); get(IORING_OP_NOP, 0, 0, 0, 0, 4); gos("counts two", 3, 3);
  get(IORING_OP_TIMEOUT, -1, 0, &l, 1, 5); go("long", 1, 0); get(IORING_OP_TIMEOUT_REMOVE, -1, 0, (void *)5, 0, 6); gos("removed", 1, 2); get(IORING_OP_TIMEOUT_REMOVE, -1, 0, (void *)5, 0, 7); go("not there", 1, 1);
  get(IORING_OP_TIMEOUT, -1, 0, &l, 1, 8); go("long", 1, 0); get(IORING_OP_TIMEOUT_REMOVE, -1, (uintptr_t)&t, (void *)8, 0, 9)->timeout_flags = IORING_TIMEOUT_UPDATE; go("updated", 1, 1); go("goes off", 0, 1);
  get(IORING_OP_TIMEOUT, -1, 0, &z, 1, 10); get(IORING_OP_TIMEOUT, -1, 0, &t, 2, 11); go("bad", 1, 1); go("bad", 1, 1); get(IORING_OP_TIMEOUT, -1, 0, (void *)16, 1, 12); go("bad address", 1, 1);
  get(IORING_OP_TIMEOUT, -1, 0, &t, 1, 13)->timeout_flags = IORING_TIMEOUT_ETIME_SUCCESS; R.sqes[(R.tail - 1) & 15].flags = IOSQE_IO_LINK; get(IORING_OP_NOP, 0, 0, 0, 0, 14); go("success", 2, 2);
  get(IORING_OP_TIMEOUT, -1, 0, &t, 1, 15)->flags = IOSQE_IO_LINK; get(IORING_OP_NOP, 0, 0, 0, 0, 16); go("ends a chain", 2, 2);
  get(IORING_OP_TIMEOUT, -1, 3, &t, 1, 17)->timeout_flags = (1U << 6); go("several", 1, 3); go("second", 0, 1); go("last", 0, 1);
  get(IORING_OP_READ, p[0], 0, a, 4, 20)->flags = IOSQE_IO_LINK; get(IORING_OP_LINK_TIMEOUT, -1, 0, &t, 1, 21); gos("limited", 2, 2);
  get(IORING_OP_READ, p[0], 0, a, 4, 22)->flags = IOSQE_IO_LINK; get(IORING_OP_LINK_TIMEOUT, -1, 0, &l, 1, 23); go("limited long", 2, 0); write(p[1], "four", 4); gos("in time", 0, 2);
  get(IORING_OP_NOP, 0, 0, 0, 0, 24)->flags = IOSQE_IO_LINK; get(IORING_OP_LINK_TIMEOUT, -1, 0, &l, 1, 25); gos("at once", 2, 2);
  get(IORING_OP_LINK_TIMEOUT, -1, 0, &l, 1, 26); go("of nothing", 1, 1);
  get(IORING_OP_READ, p[0], 0, a, 4, 27)->flags = IOSQE_IO_LINK; get(IORING_OP_LINK_TIMEOUT, -1, 0, &t, 1, 28)->flags = IOSQE_IO_LINK; get(IORING_OP_NOP, 0, 0, 0, 0, 29); gos("and who comes next", 3, 3);
  /* waiting with a time */
  struct io_uring_getevents_arg arg = {0, 8, 0, (uintptr_t)&t}; printf("wait %s\n", name(ret(syscall(SYS_io_uring_enter, R.fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg, sizeof arg)))); printf("wait %s\n", name(ret(syscall(SYS_io_uring_enter, R.fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg, 8))));
  close_ring();
}
static void handler(int s) {}
static void rest(void) {
  int p[2], e = eventfd(0, EFD_NONBLOCK); uint64_t n; char buf[64], a[64];
  /* overflow */
  open_ring(4, IORING_SETUP_CQSIZE, 4); for (int i = 0; i < 3; i++) { for (int j = 0; j < 2; j++) get(IORING_OP_NOP, 0, 0, 0, 0, 10 * i + j); enter(2, 0); } printf("flags %x overflow %d ready %d\n", SQ(flags) & IORING_SQ_CQ_OVERFLOW, CQ(overflow), CQ(tail) - CQ(head)); reap("first", 0); go("then", 0, 1); printf("flags %x\n", SQ(flags) & IORING_SQ_CQ_OVERFLOW); close_ring();
  /* eventfd, poll of the ring */
  open_ring(8, 0, 0); pipe(p); printf("eventfd %s", name(reg(IORING_REGISTER_EVENTFD, &e, 1))); printf(" %s", name(reg(IORING_REGISTER_EVENTFD, &e, 1))); printf(" %s\n", name(reg(IORING_REGISTER_EVENTFD, p, 1)));
  struct pollfd pf = {R.fd, POLLIN | POLLOUT}; poll(&pf, 1, 0); printf("poll %x\n", pf.revents); get(IORING_OP_NOP, 0, 0, 0, 0, 1); get(IORING_OP_NOP, 0, 0, 0, 0, 2); enter(2, 0); poll(&pf, 1, 0); printf("poll %x events %d\n", pf.revents, read(e, &n, 8) == 8 ? 1 : 0); reap("two", 0); printf("unregister %s", name(reg(IORING_UNREGISTER_EVENTFD, 0, 0))); printf(" %s\n", name(reg(IORING_UNREGISTER_EVENTFD, 0, 0)));
  /* provided buffers */
  get(IORING_OP_PROVIDE_BUFFERS, 2, 7, buf, 16, 3)->buf_group = 5; go("provided", 1, 1);
  write(p[1], "abc", 3); struct io_uring_sqe *s = get(IORING_OP_READ, p[0], 0, 0, 16, 4); s->flags = IOSQE_BUFFER_SELECT; s->buf_group = 5; go("selected", 1, 1); printf("%.3s\n", buf);
  s = get(IORING_OP_READ, p[0], 0, 0, 16, 5); s->flags = IOSQE_BUFFER_SELECT; s->buf_group = 5; go("waits", 1, 0); write(p[1], "def", 3); go("selected", 0, 1); printf("%.3s\n", buf + 16);
  s = get(IORING_OP_READ, p[0], 0, 0, 16, 6); s->flags = IOSQE_BUFFER_SELECT; s->buf_group = 5; write(p[1], "x", 1); go("none left", 1, 1); s = get(IORING_OP_NOP, 0, 0, 0, 0, 7); s->flags = IOSQE_BUFFER_SELECT; go("not for this", 1, 1); read(p[0], a, 1);
  get(IORING_OP_PROVIDE_BUFFERS, 2, 7, buf, 16, 8)->buf_group = 5; go("again", 1, 1); get(IORING_OP_REMOVE_BUFFERS, 5, 0, 0, 0, 9)->buf_group = 5; go("removed", 1, 1); get(IORING_OP_REMOVE_BUFFERS, 5, 0, 0, 0, 9)->buf_group = 5; go("none", 1, 1);
  struct io_uring_buf_ring *br = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); struct io_uring_buf_reg brg = {(uintptr_t)br, 4, 6}; printf("buffer ring %s", name(reg(IORING_REGISTER_PBUF_RING, &brg, 1))); printf(" %s\n", name(reg(IORING_REGISTER_PBUF_RING, &brg, 1)));
  br->bufs[0].addr = (uintptr_t)a; br->bufs[0].len = 8; br->bufs[0].bid = 33; br->tail = 1; write(p[1], "ring", 4); s = get(IORING_OP_READ, p[0], 0, 0, 0, 10); s->flags = IOSQE_BUFFER_SELECT; s->buf_group = 6; go("from it", 1, 1); printf("%.4s\n", a); printf("unregister %s\n", name(reg(IORING_UNREGISTER_PBUF_RING, &brg, 1)));
  /* sockets */
  int sv[2]; socketpair(AF_UNIX, SOCK_STREAM, 0, sv); memset(a, 0, 64); get(IORING_OP_RECV, sv[0], 0, a, 20, 20); go("recv", 1, 0); get(IORING_OP_SEND, sv[1], 0, "socket", 6, 21); gos("send", 1, 2); printf("%s\n", a);
  struct iovec iov = {"message", 7}, in = {a, 20}; struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1}, r = {.msg_iov = &in, .msg_iovlen = 1}; get(IORING_OP_RECVMSG, sv[0], 0, &r, 1, 22); get(IORING_OP_SENDMSG, sv[1], 0, &m, 1, 23); gos("messages", 2, 2); printf("%s\n", a);
  get(IORING_OP_SHUTDOWN, sv[1], 0, 0, SHUT_WR, 24); get(IORING_OP_RECV, sv[0], 0, a, 20, 25); go("shutdown", 2, 2);
  struct sockaddr_in in4 = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}}; socklen_t len = sizeof in4; get(IORING_OP_SOCKET, AF_INET, SOCK_STREAM, 0, 0, 26); enter(1, 1); int ls = ((struct io_uring_cqe *)(R.rings + R.p.cq_off.cqes))[CQ(head) & (R.p.cq_entries - 1)].res; CQ(head)++; bind(ls, (void *)&in4, len); listen(ls, 5); getsockname(ls, (void *)&in4, &len);
  get(IORING_OP_ACCEPT, ls, 0, 0, 0, 27); go("accept", 1, 0); int cs = socket(AF_INET, SOCK_STREAM, 0); get(IORING_OP_CONNECT, cs, len, &in4, 0, 28); enter(1, 2); int acc = -1, fine = 1; while (CQ(head) != CQ(tail)) { struct io_uring_cqe *c = &((struct io_uring_cqe *)(R.rings + R.p.cq_off.cqes))[CQ(head) & (R.p.cq_entries - 1)]; fine &= c->user_data == 27 ? (acc = c->res) > 0 : c->res == 0; CQ(head)++; } printf("connected %d\n", fine);
  get(IORING_OP_SEND, cs, 0, "tcp", 3, 29); get(IORING_OP_RECV, acc, 0, a, 3, 30); gos("over tcp", 2, 2); printf("%.3s\n", a);
  /* a signal ends a wait; a child does not take requests along */
  signal(SIGALRM, handler); struct sigaction sa = {.sa_handler = handler}; sigaction(SIGALRM, &sa, 0); ualarm(20000, 0); printf("interrupted %s\n", name(enter(0, 1)));
  get(IORING_OP_READ, p[0], 0, a, 4, 31); go("reader", 1, 0); pid_t c = fork(); if (!c) { write(p[1], "kid", 3); _exit(0); } waitpid(c, 0, 0); go("the child wrote", 0, 1); printf("%.3s\n", a);
  /* personality, disabled ring */
  printf("personality %s", name(reg(IORING_REGISTER_PERSONALITY, 0, 0))); printf(" %s", name(reg(IORING_UNREGISTER_PERSONALITY, 0, 1))); printf(" %s\n", name(reg(IORING_UNREGISTER_PERSONALITY, 0, 1)));
  close_ring();
  open_ring(4, IORING_SETUP_R_DISABLED, 0); get(IORING_OP_NOP, 0, 0, 0, 0, 1); printf("disabled %s\n", name(enter(1, 0))); printf("enable %s", name(reg(IORING_REGISTER_ENABLE_RINGS, 0, 0))); printf(" %s\n", name(reg(IORING_REGISTER_ENABLE_RINGS, 0, 0))); go("enabled", 1, 1); close_ring();
  /* closing a ring with a reader, then the pipe is whole */
  open_ring(4, 0, 0); get(IORING_OP_READ, p[0], 0, a, 4, 1); enter(1, 0); munmap(R.rings, 4096); close_ring(); msleep(20); write(p[1], "left", 4); memset(a, 0, 64); printf("read %d\n", (int)read(p[0], a, 10));
}
int main(void) { setvbuf(stdout, 0, _IONBF, 0); setup(); files(); pipes(); timeouts(); rest(); return 0; }
