#include "kernels.h"
// Fibonacci by two calls each: nothing but calls and returns.
__attribute__((noinline)) static u64 fib(u64 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
u64 kernel(u64 n) {
  u64 sum = 0;
  while (n--) sum += fib(20 + (n & 1));
  return sum;
}
