#include "kernels.h"
// CRC-32 (polynomial 0xedb88320) of 64 KiB by table.
static u32 table[256];
static u8 data[65536];
u64 kernel(u64 n) {
  for (u32 i = 0; i < 256; i++) {
    u32 c = i;
    for (int b = 0; b < 8; b++) c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
    table[i] = c;
  }
  for (u32 i = 0; i < sizeof data; i++) data[i] = i * 7;
  u32 crc = ~0u;
  while (n--)
    for (u32 i = 0; i < sizeof data; i++) crc = crc >> 8 ^ table[(crc ^ data[i]) & 255];
  return ~crc;
}
