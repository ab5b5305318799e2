// fork, wait4, waitid, exec, exit statuses, orphans, environment, exec's failures.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int depth(int n) {
  if (n == 0) return 7;
  pid_t child = fork();
  if (child == 0) _exit(depth(n - 1) + 1);
  int status;
  if (waitpid(child, &status, 0) != child) return 99;
  return WEXITSTATUS(status);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  if (argc > 1) {
    printf("executed: argc %d, argv[1] %s, X=%s\n", argc, argv[1], getenv("X") ? getenv("X") : "none");
    return 23;
  }
  printf("chain: %d\n", depth(5));
  int status;
  siginfo_t info;
  // Many children, waited for in another order.
  pid_t pids[10];
  for (int i = 0; i < 10; i++) {
    pids[i] = fork();
    if (pids[i] == 0) _exit(i);
  }
  for (int i = 9; i >= 0; i--) {
    if (waitpid(pids[i], &status, 0) != pids[i] || WEXITSTATUS(status) != i) printf("child %d: wrong\n", i);
  }
  printf("no child left: %d %s\n", wait(NULL), strerror(errno));
  // Signals end, stop and continue children.
  pid_t child = fork();
  if (child == 0) for (;;) pause();
  kill(child, SIGSTOP);
  waitpid(child, &status, WUNTRACED);
  printf("stopped %d by %d\n", WIFSTOPPED(status), WSTOPSIG(status));
  kill(child, SIGCONT);
  waitpid(child, &status, WCONTINUED);
  printf("continued %d\n", WIFCONTINUED(status));
  printf("still there: %d\n", waitpid(child, &status, WNOHANG));
  kill(child, SIGTERM);
  memset(&info, 0, sizeof info);
  waitid(P_PID, child, &info, WEXITED | WNOWAIT);
  printf("waitid: pid %d code %d status %d signo %d\n", info.si_pid == child, info.si_code, info.si_status, info.si_signo);
  waitpid(child, &status, 0);
  printf("signaled %d by %d\n", WIFSIGNALED(status), WTERMSIG(status));
  // exec.
  child = fork();
  if (child == 0) {
    setenv("X", "of the parent", 1);
    char *args[] = {argv[0], "again", "more", NULL};
    execv("/proc/self/exe", args);
    _exit(1);
  }
  waitpid(child, &status, 0);
  printf("exec ended with %d\n", WEXITSTATUS(status));
  char *none[] = {"none", NULL};
  printf("exec of nothing: %d", execv("/nonexistent", none));
  printf(" %s\n", strerror(errno));
  printf("exec of a directory: %d", execv("/", none));
  printf(" %s\n", strerror(errno));
  // vfork shares the memory.
  volatile int shared = 1;
  child = vfork();
  if (child == 0) {
    shared = 2;
    _exit(0);
  }
  waitpid(child, &status, 0);
  printf("vfork: %d\n", shared);
  // Memory is copied on write.
  int *heap = malloc(1 << 20);
  memset(heap, 1, 1 << 20);
  child = fork();
  if (child == 0) {
    memset(heap, 2, 1 << 20);
    _exit(heap[1000] == 0x02020202 ? 5 : 6);
  }
  waitpid(child, &status, 0);
  printf("child %d, parent %x\n", WEXITSTATUS(status), heap[1000]);
  printf("waitpid errors: %d", waitpid(999999, &status, 0));
  printf(" %s\n", strerror(errno));
  fflush(stdout);
  return 42;
}
