#include "kernels.h"
// Quicksort of 16384 pseudo-random words.
enum { COUNT = 16384 };
static u32 v[COUNT];
static void sort(u32 *lo, u32 *hi) {
  while (lo < hi) {
    u32 pivot = lo[(hi - lo) / 2], *i = lo, *j = hi;
    while (i <= j) {
      while (*i < pivot) i++;
      while (*j > pivot) j--;
      if (i <= j) {
        u32 t = *i;
        *i++ = *j;
        *j-- = t;
      }
    }
    if (j - lo < hi - i) {
      sort(lo, j);
      lo = i;
    } else {
      sort(i, hi);
      hi = j;
    }
  }
}
u64 kernel(u64 n) {
  u64 sum = 0;
  u32 seed = 12345;
  while (n--) {
    for (int i = 0; i < COUNT; i++) v[i] = seed = seed * 1664525 + 1013904223;
    sort(v, v + COUNT - 1);
    sum += v[n % COUNT];
  }
  return sum;
}
