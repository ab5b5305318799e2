#include "kernels.h"
// A sieve whose primes are weighed and summed as doubles: whole weights, so that nothing is ever inexact (NX stays down), or fractions
// (FRACTIONS: NX is up from the first product on).
enum { LIMIT = 16384 };
static u8 composite[LIMIT];
static double weight[LIMIT];
#ifdef FRACTIONS
#define UNIT 0.1
#else
#define UNIT 1.0
#endif
u64 kernel(u64 n) {
  for (int i = 0; i < LIMIT; i++) weight[i] = (i % 1000) * UNIT;
  u64 sum = 0;
  while (n--) {
    for (int i = 0; i < LIMIT; i++) composite[i] = 0;
    double total = n & 15;
    for (int i = 2; i < LIMIT; i++) {
      if (composite[i]) {
        total -= weight[i];
        continue;
      }
      total += weight[i] * (double)i;
      for (int j = i * 2; j < LIMIT; j += i) composite[j] = 1;
    }
    sum = sum * 31 + bits(total);
  }
  return sum;
}
