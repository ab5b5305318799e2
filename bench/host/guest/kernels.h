// Integer kernels of the host-speed bench. Each runs `n` rounds and answers a checksum, so that a wrong machine shows.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;
u64 kernel(u64 n);
