// The same operations on the host's own kernel: OPERATION N.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

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
  waitpid(child, 0, 0);
}
int main(int argc, char **argv) {
  if (argc < 3) return 2;
  long n = atol(argv[2]);
  if (!strcmp(argv[1], "pingpong")) pingpong(n);
  else
    for (long i = 0; i < n; i++) {
      if (!strcmp(argv[1], "getpid")) syscall(SYS_getpid);
      else {
        pid_t child = fork();
        if (child == 0) _exit(0);
        waitpid(child, 0, 0);
      }
    }
  return 0;
}
