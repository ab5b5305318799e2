// pipes, dup, fcntl, poll, select, non-blocking input and output, SIGPIPE, FIFOs, atomic writes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void got(int signal) { write(1, signal == SIGPIPE ? "SIGPIPE\n" : "other\n", 8); }

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  int p[2], status;
  char buffer[70000];
  if (pipe(p) != 0) return 1;
  printf("write %zd\n", write(p[1], "hello", 5));
  printf("read %zd\n", read(p[0], buffer, sizeof buffer));
  // poll.
  struct pollfd fds[2] = {{p[0], POLLIN, 0}, {p[1], POLLOUT, 0}};
  printf("poll %d: %x %x\n", poll(fds, 2, 0), fds[0].revents, fds[1].revents);
  write(p[1], "x", 1);
  printf("poll %d: %x %x\n", poll(fds, 2, 0), fds[0].revents, fds[1].revents);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(p[0], &set);
  struct timeval zero = {0, 0};
  printf("select %d %d\n", select(p[0] + 1, &set, NULL, NULL, &zero), FD_ISSET(p[0], &set) != 0);
  read(p[0], buffer, 1);
  printf("poll times out: %d\n", poll(fds, 1, 5));
  // Non-blocking.
  fcntl(p[0], F_SETFL, O_NONBLOCK);
  printf("flags %x\n", fcntl(p[0], F_GETFL) & (O_NONBLOCK | O_ACCMODE));
  ssize_t n = read(p[0], buffer, 1);
  printf("empty: %zd %s\n", n, strerror(errno));
  fcntl(p[1], F_SETFL, O_NONBLOCK);
  memset(buffer, 'a', sizeof buffer);
  printf("fills: %zd\n", write(p[1], buffer, sizeof buffer));
  n = write(p[1], buffer, 1);
  printf("full: %zd %s\n", n, strerror(errno));
  printf("size %d\n", fcntl(p[0], F_GETPIPE_SZ));
  fcntl(p[0], F_SETFL, 0);
  size_t total = 0;
  while (total < 65536 && (n = read(p[0], buffer, 10000)) > 0) total += n;
  printf("drained %zu\n", total);
  // Broken.
  close(p[0]);
  signal(SIGPIPE, got);
  n = write(p[1], "x", 1);
  printf("broken: %zd %s\n", n, strerror(errno));
  printf("poll %d: %x\n", poll(fds + 1, 1, 0), fds[1].revents);
  close(p[1]);
  // A pipeline of three.
  int a[2], b[2];
  pipe(a);
  pipe(b);
  if (fork() == 0) {
    close(a[0]), close(b[0]), close(b[1]);
    for (int i = 0; i < 1000; i++) dprintf(a[1], "%d\n", i);
    _exit(0);
  }
  if (fork() == 0) {
    close(a[1]), close(b[0]);
    FILE *in = fdopen(a[0], "r"), *out = fdopen(b[1], "w");
    int v;
    while (fscanf(in, "%d", &v) == 1) fprintf(out, "%d\n", v * 2);
    fclose(out);
    _exit(0);
  }
  close(a[0]), close(a[1]), close(b[1]);
  FILE *in = fdopen(b[0], "r");
  long sum = 0;
  int v, count = 0;
  while (fscanf(in, "%d", &v) == 1) sum += v, count++;
  printf("pipeline: %d numbers, sum %ld\n", count, sum);
  fclose(in);
  while (wait(&status) > 0) printf("status %d\n", status);
  // Writes of up to PIPE_BUF are whole.
  pipe(p);
  for (int w = 0; w < 4; w++)
    if (fork() == 0) {
      char block[512];
      memset(block, 'A' + w, sizeof block);
      for (int i = 0; i < 50; i++) write(p[1], block, sizeof block);
      _exit(0);
    }
  close(p[1]);
  int torn = 0, blocks = 0;
  char block[512];
  for (;;) {
    size_t have = 0;
    while (have < sizeof block && (n = read(p[0], block + have, sizeof block - have)) > 0) have += n;
    if (have == 0) break;
    blocks++;
    for (int i = 1; i < 512; i++) torn += block[i] != block[0];
  }
  while (wait(&status) > 0) {}
  printf("%d blocks, %d torn\n", blocks, torn);
  // dup shares the offset; close-on-exec does not follow.
  char name[] = "/tmp/pipesXXXXXX";
  int f = mkstemp(name), g = dup(f);
  write(f, "abc", 3);
  write(g, "def", 3);
  printf("offset %ld %ld\n", (long)lseek(f, 0, SEEK_CUR), (long)lseek(g, 0, SEEK_CUR));
  fcntl(g, F_SETFD, FD_CLOEXEC);
  printf("cloexec %d %d %d\n", fcntl(f, F_GETFD), fcntl(g, F_GETFD), fcntl(fcntl(g, F_DUPFD, 50), F_GETFD));
  printf("dup2 %d, dup3 same %d %s\n", dup2(f, 77), dup3(f, f, 0), strerror(errno));
  printf("pread %zd\n", pread(f, buffer, 4, 2));
  printf("%.4s offset %ld\n", buffer, (long)lseek(f, 0, SEEK_CUR));
  printf("bad fd %d %s\n", dup(1234), strerror(errno));
  unlink(name);
  // A FIFO.
  char fifo[] = "/tmp/fifoXXXXXX";
  mkdtemp(fifo);
  char path[100];
  snprintf(path, sizeof path, "%s/f", fifo);
  printf("mkfifo %d\n", mkfifo(path, 0600));
  if (fork() == 0) {
    int w = open(path, O_WRONLY);
    write(w, "through", 7);
    _exit(0);
  }
  int r = open(path, O_RDONLY);
  n = read(r, buffer, 100);
  printf("fifo %zd %.7s then %zd\n", n, buffer, read(r, buffer, 100));
  wait(NULL);
  unlink(path), rmdir(fifo);
  return 0;
}
