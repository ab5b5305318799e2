// setjmp and longjmp, sigsetjmp, deep recursion, a growing stack, alloca, variadic functions, atexit, qsort, bsearch.
#include <alloca.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf where;
static sigjmp_buf signal_where;
static void deep(int n) {
  if (n == 0) longjmp(where, 7);
  deep(n - 1);
  printf("never\n");
}
static void handler(int signal) { siglongjmp(signal_where, signal); }
static long recursion(long n) {
  volatile char space[1000];
  space[n % 1000] = 1;
  return n == 0 ? 0 : 1 + recursion(n - 1) + space[n % 1000] - 1;
}
static int sum(int n, ...) {
  va_list list;
  va_start(list, n);
  int total = 0;
  for (int i = 0; i < n; i++) total += va_arg(list, int);
  va_end(list);
  return total;
}
static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
static void bye(void) { printf("bye\n"); }
static void bye2(void) { printf("bye two\n"); }

int main(void) {
  volatile int tries = 0;
  double kept = 2.5;
  int value = setjmp(where);
  printf("setjmp %d, tries %d, kept %g\n", value, tries, kept);
  if (tries++ < 2) deep(100);
  signal(SIGUSR1, handler);
  for (int i = 0; i < 3; i++) {
    value = sigsetjmp(signal_where, 1);
    if (value == 0) raise(SIGUSR1);
    printf("siglongjmp %d\n", value);
  }
  printf("recursion %ld\n", recursion(5000));
  char *space = alloca(100000);
  memset(space, 'x', 100000);
  printf("alloca %c\n", space[99999]);
  printf("sum %d\n", sum(12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  int numbers[2000];
  unsigned seed = 1;
  for (int i = 0; i < 2000; i++) numbers[i] = (int)((seed = seed * 1103515245 + 12345) >> 8) % 10000;
  qsort(numbers, 2000, sizeof *numbers, by_value);
  int sorted = 1;
  for (int i = 1; i < 2000; i++) sorted &= numbers[i - 1] <= numbers[i];
  int *found = bsearch(&numbers[1234], numbers, 2000, sizeof *numbers, by_value);
  printf("sorted %d, found %d\n", sorted, found && *found == numbers[1234]);
  atexit(bye);
  atexit(bye2);
  return 11;
}
