// sigaction, siginfo, sigaltstack, EINTR and SA_RESTART, SIGCHLD, masks, real-time queueing, sigsuspend, sigtimedwait, alarms, faults.
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static volatile int count, last_value, last_code, order[64], orders;
static volatile pid_t sender;
static volatile void *fault_at, *stack_at;

static void simple(int signal) { count++, order[orders++ & 63] = signal; }
static void full(int signal, siginfo_t *info, void *context) {
  (void)context;
  count++;
  order[orders++ & 63] = signal;
  last_value = info->si_value.sival_int;
  last_code = info->si_code;
  sender = info->si_pid;
}
static sigjmp_buf back;
static void fault(int signal, siginfo_t *info, void *context) {
  (void)context;
  int local;
  fault_at = info->si_addr;
  last_code = info->si_code;
  stack_at = &local;
  siglongjmp(back, signal);
}
static void install(int signal, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  action.sa_flags = flags | SA_SIGINFO;
  sigaction(signal, &action, NULL);
}
static void child_signals_and_writes(int fd, int signal) {
  if (fork() == 0) {
    usleep(20000);
    kill(getppid(), signal);
    usleep(20000);
    write(fd, "x", 1);
    _exit(0);
  }
}
static void skip_instruction(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  ucontext_t *uc = context;
  uc->uc_mcontext.__gregs[REG_PC] += 4;
  uc->uc_mcontext.__gregs[REG_A0] = 1234;
  count++;
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  // Sender, code and value.
  install(SIGUSR1, full, 0);
  kill(getpid(), SIGUSR1);
  printf("kill: %d, code %d, self %d\n", count, last_code, sender == getpid());
  sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 77});
  printf("sigqueue: code %d value %d\n", last_code, last_value);
  raise(SIGUSR1);
  printf("raise: code %d\n", last_code);
  // Masks and pending.
  sigset_t set, old, pending;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGUSR2);
  install(SIGUSR2, full, 0);
  sigprocmask(SIG_BLOCK, &set, &old);
  count = orders = 0;
  kill(getpid(), SIGUSR2), kill(getpid(), SIGUSR1), kill(getpid(), SIGUSR1);
  sigpending(&pending);
  printf("blocked: %d, pending %d %d %d\n", count, sigismember(&pending, SIGUSR1), sigismember(&pending, SIGUSR2), sigismember(&pending, SIGTERM));
  sigprocmask(SIG_SETMASK, &old, NULL);
  printf("unblocked: %d (%d %d)\n", count, order[0], order[1]);
  // Real-time signals queue, lowest first, in order.
  for (int i = 0; i < 3; i++) install(SIGRTMIN + i, full, 0);
  sigemptyset(&set);
  for (int i = 0; i < 3; i++) sigaddset(&set, SIGRTMIN + i);
  sigprocmask(SIG_BLOCK, &set, &old);
  for (int i = 0; i < 4; i++) sigqueue(getpid(), SIGRTMIN + 2 - i % 3, (union sigval){.sival_int = i});
  siginfo_t info;
  int signal_number;
  while ((signal_number = sigtimedwait(&set, &info, &(struct timespec){0, 1000000})) > 0)
    printf("sigtimedwait: RTMIN+%d value %d\n", signal_number - SIGRTMIN, info.si_value.sival_int);
  printf("then %s\n", strerror(errno));
  sigprocmask(SIG_SETMASK, &old, NULL);
  // EINTR and SA_RESTART.
  int p[2];
  char c;
  pipe(p);
  install(SIGUSR1, full, 0);
  child_signals_and_writes(p[1], SIGUSR1);
  ssize_t n = read(p[0], &c, 1);
  printf("without SA_RESTART: %zd %s\n", n, strerror(errno));
  n = read(p[0], &c, 1);
  wait(NULL);
  install(SIGUSR1, full, SA_RESTART);
  child_signals_and_writes(p[1], SIGUSR1);
  n = read(p[0], &c, 1);
  printf("with SA_RESTART: %zd\n", n);
  wait(NULL);
  // nanosleep never restarts, and says what is left.
  child_signals_and_writes(p[1], SIGUSR1);
  struct timespec left = {0, 0};
  int slept = nanosleep(&(struct timespec){5, 0}, &left);
  printf("nanosleep: %d %s, about %ld s left\n", slept, strerror(errno), (long)left.tv_sec);
  wait(NULL);
  // SIGCHLD.
  install(SIGCHLD, full, SA_RESTART);
  count = 0;
  pid_t child = fork();
  if (child == 0) _exit(9);
  while (count == 0) usleep(1000);
  printf("SIGCHLD: code %d from the child %d\n", last_code, sender == child);
  wait(NULL);
  signal(SIGCHLD, SIG_IGN);
  if (fork() == 0) _exit(1);
  n = wait(NULL);
  printf("ignored SIGCHLD: %zd %s\n", n, strerror(errno));
  signal(SIGCHLD, SIG_DFL);
  // sigsuspend.
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, &old);
  count = 0;
  kill(getpid(), SIGUSR1);
  int suspended = sigsuspend(&old);
  printf("sigsuspend: %d %s, handled %d\n", suspended, strerror(errno), count);
  sigprocmask(SIG_SETMASK, &old, NULL);
  // SA_RESETHAND, SA_NODEFER.
  install(SIGUSR2, full, SA_RESETHAND);
  raise(SIGUSR2);
  struct sigaction action;
  sigaction(SIGUSR2, NULL, &action);
  printf("SA_RESETHAND: default again %d\n", action.sa_handler == SIG_DFL);
  // Alternate stack and faults.
  stack_t alt = {.ss_sp = malloc(SIGSTKSZ * 4), .ss_size = SIGSTKSZ * 4};
  sigaltstack(&alt, NULL);
  install(SIGSEGV, fault, SA_ONSTACK);
  install(SIGBUS, fault, SA_ONSTACK);
  if ((signal_number = sigsetjmp(back, 1)) == 0) *(volatile int *)16 = 1;
  printf("fault: signal %d code %d at %p, on the alternate stack %d\n", signal_number, last_code, (void *)fault_at,
         (char *)stack_at >= (char *)alt.ss_sp && (char *)stack_at < (char *)alt.ss_sp + alt.ss_size);
  char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if ((signal_number = sigsetjmp(back, 1)) == 0) page[100] = 1;
  printf("write to a read-only page: signal %d code %d offset %ld\n", signal_number, last_code, (long)((char *)fault_at - page));
  // A handler changes where the program goes on.
  install(SIGILL, skip_instruction, 0);
  long result = 1;
  __asm__ volatile("mv a0, %1\n .option push\n .option norvc\n .word 0xffffffff\n .option pop\n mv %0, a0" : "=r"(result) : "r"(result) : "a0");
  printf("skipped an illegal instruction: a0 %ld\n", result);
  // Timers.
  count = 0;
  signal(SIGALRM, simple);
  struct itimerval timer = {{0, 5000}, {0, 5000}};
  setitimer(ITIMER_REAL, &timer, NULL);
  while (count < 3) pause();
  memset(&timer, 0, sizeof timer);
  setitimer(ITIMER_REAL, &timer, NULL);
  printf("three alarms\n");
  // Errors.
  int refused = kill(999999, 0);
  printf("nobody: %d %s\n", refused, strerror(errno));
  refused = sigaction(SIGKILL, &action, NULL);
  printf("SIGKILL: %d %s\n", refused, strerror(errno));
  fflush(stdout);
  signal(SIGTERM, SIG_DFL);
  raise(SIGTERM);
  return 0;
}
