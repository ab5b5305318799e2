#include "kernels.h"
// Product of two 64x64 matrices of doubles: whole numbers, whose sums are exact, or fractions (FRACTIONS), which round each time.
// Compiled with contraction (fmadd.d) and without.
enum { SIZE = 64 };
static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];
#ifdef FRACTIONS
#define UNIT (1.0 / 3)
#else
#define UNIT 1.0
#endif
u64 kernel(u64 n) {
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) a[i][j] = (i * 3 + j) * UNIT, b[i][j] = (i - j * 5) * UNIT;
  u64 sum = 0;
  while (n--) {
    for (int i = 0; i < SIZE; i++)
      for (int j = 0; j < SIZE; j++) {
        double s = 0;
        for (int k = 0; k < SIZE; k++) s += a[i][k] * b[k][j];
        c[i][j] = s;
      }
    a[n % SIZE][n % SIZE] += UNIT;
    sum = sum * 31 + bits(c[n % SIZE][(n * 7) % SIZE]);
  }
  return sum;
}
