#include "kernels.h"
// Sieve of Eratosthenes over 256 KiB of flags.
enum { LIMIT = 1 << 18 };
static u8 composite[LIMIT];
u64 kernel(u64 n) {
  u64 sum = 0;
  while (n--) {
    for (u32 i = 0; i < LIMIT; i++) composite[i] = 0;
    for (u32 i = 2; i * i < LIMIT; i++)
      if (!composite[i])
        for (u32 j = i * i; j < LIMIT; j += i) composite[j] = 1;
    for (u32 i = 2; i < LIMIT; i++) sum += !composite[i];
  }
  return sum;
}
