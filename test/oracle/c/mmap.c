// mmap private, shared, of files; copy on write across fork; mprotect and a SIGSEGV handler; mremap, madvise, msync, brk; end of file.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096
static sigjmp_buf back;
static void fault(int signal, siginfo_t *info, void *context) {
  (void)info, (void)context;
  siglongjmp(back, signal);
}
static int touch(volatile char *at, int write) {
  int signal = sigsetjmp(back, 1);
  if (signal == 0) {
    if (write) *at = 1;
    else (void)*at;
  }
  return signal;
}
static char *map(size_t size, int prot, int flags, int fd) { return mmap(NULL, size, prot, flags, fd, 0); }

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  int status;
  char *private = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  char *shared = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
  int zero = 1;
  for (int i = 0; i < 4 * PAGE; i++) zero &= private[i] == 0 && shared[i] == 0;
  printf("zero: %d\n", zero);
  private[0] = shared[0] = 'p';
  if (fork() == 0) {
    private[0] = shared[0] = 'c';
    private[PAGE] = shared[PAGE] = 'd';
    _exit(0);
  }
  wait(&status);
  printf("after the child: private %c %d, shared %c %c\n", private[0], private[PAGE], shared[0], shared[PAGE]);
  // Files.
  char name[] = "/tmp/mmapXXXXXX";
  int fd = mkstemp(name);
  char text[PAGE * 2 + 100];
  memset(text, 'f', sizeof text);
  write(fd, text, sizeof text);
  char *file = map(3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
  char *copy = map(3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
  copy[1] = 'x';
  file[2] = 'y';
  char buffer[10];
  pread(fd, buffer, 4, 0);
  printf("file %.4s, shared %.4s, private %.4s\n", buffer, file, copy);
  pwrite(fd, "Z", 1, 3);
  printf("after a write: shared %c, private %c\n", file[3], copy[3]);
  printf("rest of the last page: %d %d\n", file[PAGE * 2 + 99], file[PAGE * 2 + 100]);
  ftruncate(fd, PAGE);
  printf("beyond the end: signal %d\n", touch(file + PAGE, 0));
  ftruncate(fd, 3 * PAGE);
  printf("grown: signal %d, %d\n", touch(file + PAGE, 1), file[PAGE]);
  printf("msync %d\n", msync(file, 3 * PAGE, MS_SYNC));
  // Protection.
  printf("read-only: %d", mprotect(private, PAGE, PROT_READ));
  printf(" write %d read %d\n", touch(private, 1), touch(private, 0));
  mprotect(private, PAGE, PROT_NONE);
  printf("none: write %d read %d, the next page %d\n", touch(private, 1), touch(private, 0), touch(private + PAGE, 1));
  mprotect(private, PAGE, PROT_READ | PROT_WRITE);
  printf("again: write %d, kept %c\n", touch(private + 1, 1), private[0]);
  // Holes.
  munmap(private + PAGE, PAGE);
  printf("hole: %d, around it %d %d\n", touch(private + PAGE, 0), touch(private, 0), touch(private + 2 * PAGE, 0));
  char *fixed = mmap(private + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  printf("fixed: %d %d\n", fixed == private + PAGE, fixed[0]);
  char *refused = mmap(private, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  printf("no replace: %d %s\n", refused == MAP_FAILED, strerror(errno));
  // mremap moves what is there.
  strcpy(private + 3 * PAGE, "moved");
  char *moved = mremap(private + 3 * PAGE, PAGE, 8 * PAGE, MREMAP_MAYMOVE);
  printf("mremap: %s, new end %d\n", moved, moved[8 * PAGE - 1]);
  // madvise.
  strcpy(moved, "dropped");
  madvise(moved, PAGE, MADV_DONTNEED);
  printf("dontneed: '%s'\n", moved);
  // Execution.
  unsigned *code = (unsigned *)map(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  code[0] = 0x00150513, code[1] = 0x00008067; // addi a0, a0, 1; ret
  mprotect(code, PAGE, PROT_READ | PROT_EXEC);
  __builtin___clear_cache((char *)code, (char *)(code + 2));
  printf("code: %d\n", ((int (*)(int))code)(41));
  // Large and sparse.
  size_t large = (size_t)1 << 33;
  char *sparse = map(large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
  if (sparse != MAP_FAILED) {
    sparse[0] = sparse[large - 1] = sparse[large / 2] = 1;
    printf("sparse: %d\n", sparse[0] + sparse[large / 2] + sparse[large - 1]);
    munmap(sparse, large);
  }
  // brk.
  char *start = sbrk(0);
  sbrk(10 * PAGE);
  start[5 * PAGE] = 'b';
  printf("brk: %ld %c\n", (long)((char *)sbrk(0) - start), start[5 * PAGE]);
  sbrk(-10 * PAGE);
  printf("errors: %d", munmap((void *)1, PAGE));
  printf(" %s", strerror(errno));
  printf(", %d", mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
  printf(" %s", strerror(errno));
  printf(", %d", mprotect((void *)0x10000000000, PAGE, PROT_READ));
  printf(" %s\n", strerror(errno));
  unlink(name);
  return 0;
}
