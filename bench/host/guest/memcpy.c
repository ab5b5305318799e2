#include "kernels.h"
// Copies of 64 KiB, eight bytes at a time, unrolled by four.
enum { WORDS = 8192 };
static u64 from[WORDS], to[WORDS];
u64 kernel(u64 n) {
  for (int i = 0; i < WORDS; i++) from[i] = i * 0x9e3779b97f4a7c15;
  while (n--) {
    from[n % WORDS]++;
    for (int i = 0; i < WORDS; i += 4) {
      u64 a = from[i], b = from[i + 1], c = from[i + 2], d = from[i + 3];
      __asm__ volatile("" ::: "memory");
      to[i] = a, to[i + 1] = b, to[i + 2] = c, to[i + 3] = d;
    }
  }
  return to[0] + to[WORDS - 1];
}
