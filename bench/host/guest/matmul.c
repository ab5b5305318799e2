#include "kernels.h"
// Product of two 64x64 matrices of 32-bit integers.
enum { SIZE = 64 };
static int a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];
u64 kernel(u64 n) {
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) a[i][j] = i * 3 + j, b[i][j] = i - j * 5;
  u64 sum = 0;
  while (n--) {
    for (int i = 0; i < SIZE; i++)
      for (int j = 0; j < SIZE; j++) {
        int s = 0;
        for (int k = 0; k < SIZE; k++) s += a[i][k] * b[k][j];
        c[i][j] = s;
      }
    a[n % SIZE][n % SIZE]++;
    sum += (u32)c[n % SIZE][(n * 7) % SIZE];
  }
  return sum;
}
