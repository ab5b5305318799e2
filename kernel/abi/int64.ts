// 64-bit values at their ends: a number while that is exact, beyond it a bigint. JavaScript compares the two exactly, so a check against
// a limit needs no case for either; only sums do.

export type Int64 = number | bigint

export const TWO_32 = 2 ** 32
/** OFFSET_MAX, LLONG_MAX. */
export const I64_MAX = 2n ** 63n - 1n

/** The shorter form of a value. */
export const narrow = (value: bigint): Int64 => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** A signed value from its words. */
export function int64(high: number, low: number): Int64 {
  const number = high * TWO_32 + (low >>> 0)
  return Number.isSafeInteger(number) ? number : (BigInt(high) << 32n) | BigInt(low >>> 0)
}

/** a + b, exactly. */
export function sum64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return narrow(BigInt(a) + BigInt(b))
}

export const least64 = (a: Int64, b: Int64): Int64 => (a < b ? a : b)
export const most64 = (a: Int64, b: Int64): Int64 => (a > b ? a : b)

/** What a register holds where no number can: as far from any memory and any limit, with the same low 32 bits. */
export const wild = (low: number): number => 2 ** 52 + (low >>> 0)
