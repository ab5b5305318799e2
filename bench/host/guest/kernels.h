// Kernels of the host-speed bench. Each runs `n` rounds and answers a checksum, so that a wrong machine shows; of none, it only prepares.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;
u64 kernel(u64 n);
// A double takes part in a checksum by its bits.
static inline u64 bits(double value) {
  union { double value; u64 bits; } of = {value};
  return of.bits;
}
