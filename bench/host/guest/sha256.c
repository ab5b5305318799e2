#include "kernels.h"
// SHA-256 compression (FIPS 180-4) of a 64-byte block, chained.
static u32 k[64], h[8];
static u32 rotr(u32 x, int n) { return x >> n | x << (32 - n); }
static void compress(const u32 *m) {
  u32 w[64];
  for (int i = 0; i < 16; i++) w[i] = m[i];
  for (int i = 16; i < 64; i++) {
    u32 s0 = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ w[i - 15] >> 3, s1 = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  u32 s[8];
  for (int i = 0; i < 8; i++) s[i] = h[i];
  for (int i = 0; i < 64; i++) {
    u32 e1 = rotr(s[4], 6) ^ rotr(s[4], 11) ^ rotr(s[4], 25), ch = (s[4] & s[5]) ^ (~s[4] & s[6]);
    u32 t1 = s[7] + e1 + ch + k[i] + w[i];
    u32 e0 = rotr(s[0], 2) ^ rotr(s[0], 13) ^ rotr(s[0], 22), maj = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
    u32 t2 = e0 + maj;
    s[7] = s[6], s[6] = s[5], s[5] = s[4], s[4] = s[3] + t1, s[3] = s[2], s[2] = s[1], s[1] = s[0], s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) h[i] += s[i];
}
u64 kernel(u64 n) {
  u32 seed = 1, m[16];
  for (int i = 0; i < 64; i++) k[i] = seed = seed * 1664525 + 1013904223;
  for (int i = 0; i < 8; i++) h[i] = seed = seed * 1664525 + 1013904223;
  while (n--) {
    for (int i = 0; i < 16; i++) m[i] = h[i & 7] + i;
    compress(m);
  }
  return h[0] + h[7];
}
