// The same operations on the host's own kernel: OPERATION N [MORE], as the programs of the same names take them. And `run COMMAND...`: the
// command as it is measured beside them, without huge pages, since a page that never faults is none.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, REGION = 1024 * PAGE, BLOCK = 65536 };

static void check(int ok) {
  if (!ok) exit(1);
}
static void reap(pid_t child) {
  int status;
  check(waitpid(child, &status, 0) == child && status == 0);
}
static pid_t forked(void) {
  pid_t child = fork();
  check(child >= 0);
  return child;
}

static void null_call(long n, char **more) {
  while (n--) syscall(SYS_getpid);
}

static void fork_wait(long n, char **more) {
  while (n--) {
    pid_t child = forked();
    if (child == 0) _exit(0);
    reap(child);
  }
}

static void fork_exec(long n, char **more) {
  char *no_environment[] = {0};
  while (n--) {
    pid_t child = forked();
    if (child == 0) {
      execve(more[0], more, no_environment);
      _exit(1);
    }
    reap(child);
  }
}

static void ping_pong(long n, char **more) {
  int there[2], back[2];
  char byte = 0;
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(sched_getcpu(), &here);
  check(sched_setaffinity(0, sizeof here, &here) == 0);
  check(pipe(there) == 0 && pipe(back) == 0);
  pid_t child = forked();
  while (n--) {
    if (child == 0)
      check(read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1);
    else
      check(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1);
  }
  if (child == 0) _exit(0);
  reap(child);
}

static char block[BLOCK];
static void through_pipe(long n, char **more) {
  int ends[2];
  check(pipe(ends) == 0);
  pid_t child = forked();
  if (child == 0) {
    long left = n * BLOCK, got;
    close(ends[1]);
    while ((got = read(ends[0], block, BLOCK)) > 0) left -= got;
    _exit(left != 0);
  }
  close(ends[0]);
  while (n--) check(write(ends[1], block, BLOCK) == BLOCK);
  close(ends[1]);
  reap(child);
}

static void write_pages(volatile char *memory, long pages) {
  for (long page = 0; page < pages; page++) memory[page * PAGE] = 1;
}
static char *map_region(void) {
  char *memory = mmap(0, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(memory != MAP_FAILED);
  return memory;
}

static void touch(long n, char **more) {
  long pages = atol(more[0]);
  while (n--) {
    char *memory = map_region();
    write_pages(memory, pages);
    check(munmap(memory, REGION) == 0);
  }
}

static void copy_on_write(long n, char **more) {
  long pages = atol(more[0]);
  char *memory = map_region();
  write_pages(memory, REGION / PAGE);
  while (n--) {
    pid_t child = forked();
    if (child == 0) {
      write_pages(memory, pages);
      _exit(0);
    }
    reap(child);
  }
}

static volatile long handled;
static void count(int number) { handled++; }
static void signals(long n, char **more) {
  pid_t self = getpid();
  signal(SIGUSR1, count);
  for (long i = 0; i < n; i++) kill(self, SIGUSR1);
  check(handled == n);
}

static const struct {
  const char *name;
  void (*run)(long n, char **more);
} operations[] = {
    {"getpid", null_call}, {"forkwait", fork_wait}, {"forkexec", fork_exec}, {"pingpong", ping_pong},
    {"pipe", through_pipe}, {"touch", touch},       {"cow", copy_on_write},  {"signal", signals},
};

// With no arguments it is the small program that forkexec's children become.
int main(int argc, char **argv) {
  if (argc < 3) return argc != 1;
  // Inherited by children, and kept by exec.
  check(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0);
  if (!strcmp(argv[1], "run")) {
    execv(argv[2], argv + 2);
    return 1;
  }
  for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++)
    if (!strcmp(argv[1], operations[i].name)) {
      operations[i].run(atol(argv[2]), argv + 3);
      return 0;
    }
  return 2;
}
