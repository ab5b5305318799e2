// 64-bit numbers as two words. Doubles hold them exactly below 2^53: addresses of programs, and every count.

export const TWO_32 = 2 ** 32
