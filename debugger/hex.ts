// Numbers as gdb prints addresses.

/** 0x7fff1000; a negative number as the 64 bits that it is. */
export const hex = (value: number | bigint): string => `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`
