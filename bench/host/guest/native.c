// The same operations on the host's own kernel: OPERATION N.
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *self;

static void await(pid_t child) {
  int status;
  if (waitpid(child, &status, 0) != child || status != 0) exit(1);
}

static void getpid_(long n) {
  for (long i = 0; i < n; i++) syscall(SYS_getpid);
}

static void forkwait(long n) {
  for (long i = 0; i < n; i++) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    await(child);
  }
}

static void forkexec(long n) {
  for (long i = 0; i < n; i++) {
    pid_t child = fork();
    if (child == 0) {
      char *argv[] = {self, "forkexec", "0", 0}, *envp[] = {0};
      execve(self, argv, envp);
      _exit(127);
    }
    await(child);
  }
}

static void pingpong(long n) {
  int there[2], back[2];
  char byte = 0;
  if (pipe(there) || pipe(back)) exit(1);
  pid_t child = fork();
  for (long i = 0; i < n; i++) {
    if (child == 0) {
      if (read(there[0], &byte, 1) != 1 || write(back[1], &byte, 1) != 1) exit(1);
    } else if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
      exit(1);
  }
  if (child == 0) _exit(0);
  await(child);
}

static void pipe_(long n) {
  static char buffer[4096];
  int ends[2];
  if (pipe(ends)) exit(1);
  for (long i = 0; i < n; i++)
    if (write(ends[1], buffer, sizeof buffer) != sizeof buffer || read(ends[0], buffer, sizeof buffer) != sizeof buffer) exit(1);
}

static void fault(long n) {
  enum { LENGTH = 64 * 4096 };
  for (long i = 0; i < n; i++) {
    char *pages = mmap(0, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) exit(1);
    for (long at = 0; at < LENGTH; at += 4096) ((volatile char *)pages)[at] = 0;
    if (munmap(pages, LENGTH)) exit(1);
  }
}

static void handler(int number) { (void)number; }

static void signal_(long n) {
  signal(SIGUSR1, handler);
  for (long i = 0; i < n; i++)
    if (kill(getpid(), SIGUSR1)) exit(1);
}

static const struct {
  const char *name;
  void (*run)(long n);
} operations[] = {{"getpid", getpid_}, {"forkwait", forkwait}, {"forkexec", forkexec}, {"pingpong", pingpong},
                  {"pipe", pipe_},     {"fault", fault},       {"signal", signal_}};

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  self = argv[0];
  for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++)
    if (!strcmp(argv[1], operations[i].name)) {
      operations[i].run(atol(argv[2]));
      return 0;
    }
  return 2;
}
