// Counters (perf_event_open(2)): what is refused, how they are read, what they follow. Values are told by what must hold of them.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static struct perf_event_attr A(int type, long config) {
  struct perf_event_attr a;
  memset(&a, 0, sizeof a);
  a.size = 72;
  a.type = type;
  a.config = config;
  return a;
}
static long P(struct perf_event_attr *a, int pid, int cpu, int group, long flags) { return syscall(SYS_perf_event_open, a, pid, cpu, group, flags); }
static long R(const char *what, long r) {
  int e = errno;
  if (r < 0) printf("%s: %s\n", what, strerrorname_np(e));
  else printf("%s: %s\n", what, r > 2 ? "a descriptor" : r == 0 ? "0" : "?");
  fflush(stdout);
  return r;
}
static uint64_t V(int fd) { uint64_t v = 0; read(fd, &v, 8); return v; }
static void touch(int pages) { volatile char *p = mmap(0, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); madvise((void *)p, pages * 4096, MADV_NOHUGEPAGE); for (int i = 0; i < pages; i++) p[i * 4096] = 1; munmap((void *)p, pages * 4096); }
int main(int argc, char **argv) {
  if (argc > 1) { touch(20); return 0; }
  struct perf_event_attr a = A(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS);
  R("flags", P(&a, 0, -1, -1, 64));
  R("nowhere", P((void *)8, 0, -1, -1, 0));
  R("nobody", P(&a, 999999, -1, -1, 0));
  R("no hart and no task", P(&a, -1, -1, -1, 0));
  R("no such hart", P(&a, 0, 9999, -1, 0));
  R("no such group", P(&a, 0, -1, 99, 0));
  R("a group that is none", P(&a, 0, -1, 0, 0));
  a.size = 8;
  R("short", P(&a, 0, -1, -1, 0));
  printf("size is told %d\n", a.size >= 112);
  a.size = 5000;
  R("long", P(&a, 0, -1, -1, 0));
  a = A(PERF_TYPE_SOFTWARE, 1234);
  R("no such event", P(&a, 0, -1, -1, 0));
  a = A(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS);
  a.read_format = 32;
  R("read format", P(&a, 0, -1, -1, 0));
  a.read_format = 0;
  a.sample_period = 1ull << 63;
  R("period", P(&a, 0, -1, -1, 0));
  a.sample_period = 0;
  a.disabled = 1;
  int f = R("faults", P(&a, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
  printf("cloexec %d\n", fcntl(f, F_GETFD));
  touch(10);
  printf("disabled %d\n", V(f) == 0);
  R("enable", ioctl(f, PERF_EVENT_IOC_ENABLE, 0));
  touch(50);
  R("disable", ioctl(f, PERF_EVENT_IOC_DISABLE, 0));
  uint64_t v = V(f);
  printf("50 pages %d\n", v >= 50 && v < 60);
  touch(50);
  printf("no more %d\n", V(f) == v);
  R("reset", ioctl(f, PERF_EVENT_IOC_RESET, 0));
  printf("reset %d\n", V(f) == 0);
  uint64_t b[16];
  R("too little room", read(f, b, 4));
  printf("more room %d\n", (int)read(f, b, 128));
  R("write", write(f, b, 8));
  R("no such ioctl", ioctl(f, 0x1234, 0));
  struct pollfd p = {f, POLLIN, 0};
  poll(&p, 1, 0);
  printf("poll %x\n", p.revents);
  close(f);
  /* A group. */
  a = A(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK);
  a.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING | PERF_FORMAT_ID;
  a.disabled = 1;
  int l = R("leader", P(&a, 0, -1, -1, 0));
  struct perf_event_attr m = A(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN);
  m.read_format = a.read_format;
  int k = R("member", P(&m, 0, -1, l, 0));
  R("member of a member", P(&m, 0, -1, k, 0));
  m.inherit = 1;
  R("member that inherits", P(&m, 0, -1, l, 0));
  uint64_t id[2] = {0, 0};
  R("id", ioctl(l, PERF_EVENT_IOC_ID, &id[0]));
  ioctl(k, PERF_EVENT_IOC_ID, &id[1]);
  R("enable all", ioctl(l, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP));
  touch(30);
  for (volatile int i = 0; i < 100000; i++);
  R("disable all", ioctl(l, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP));
  int bytes = read(l, b, sizeof b);
  printf("%d bytes, %d of them", bytes, (int)b[0]);
  printf(", time %d, clock %d, ids %d %d, faults %d\n", b[1] > 0 && b[1] == b[2], b[3] > 0 && b[3] <= b[1] * 2, b[4] == id[0], b[6] == id[1], b[5] >= 30 && b[5] < 45);
  printf("member alone %d bytes\n", (int)read(k, b, sizeof b));
  close(l);
  close(k);
  /* Inheritance, and from exec on. */
  for (int inherit = 0; inherit < 2; inherit++) {
    a = A(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS);
    a.inherit = inherit;
    f = P(&a, 0, -1, -1, 0);
    uint64_t before = V(f);
    pid_t c = fork();
    if (!c) { touch(300); _exit(0); }
    waitpid(c, 0, 0);
    v = V(f) - before;
    printf("inherit %d: %s\n", inherit, v >= 300 ? "the child's too" : v < 150 ? "own alone" : "?");
    close(f);
  }
  int go[2];
  pipe(go);
  pid_t c = fork();
  if (!c) { char x; read(go[0], &x, 1); touch(200); execl("/proc/self/exe", "x", "y", (char *)0); _exit(1); }
  a = A(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS);
  a.disabled = 1;
  a.enable_on_exec = 1;
  f = R("another's", P(&a, c, -1, -1, 0));
  write(go[1], "x", 1);
  waitpid(c, 0, 0);
  v = V(f);
  printf("from exec on %d\n", v >= 20 && v < 200);
  R("of one that is gone", P(&a, c, -1, -1, 0));
  a = A(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES);
  f = P(&a, 0, -1, -1, 0);
  for (int i = 0; i < 5; i++) usleep(1000);
  v = V(f);
  printf("switches %d\n", v >= 5);
  fflush(stdout);
  if (!fork()) {
    setresuid(1000, 1000, 1000);
    a = A(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS);
    a.exclude_kernel = 1;
    R("a user, of itself", P(&a, 0, -1, -1, 0));
    R("a user, of init", P(&a, 1, -1, -1, 0));
    R("a user, of a hart", P(&a, -1, 0, -1, 0));
    _exit(0);
  }
  wait(0);
  return 0;
}
