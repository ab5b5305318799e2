// Reading and writing a hart's registers from TypeScript. Numbers are doubles: exact for |v| < 2^53, which every user address
// and every count is; the BigInt forms are exact for all 64 bits.
import { TWO_32 } from './isa/index.ts'
import type { Hart } from './state.ts'

const number = (pairs: Int32Array, n: number): number => pairs[2 * n + 1] * TWO_32 + (pairs[2 * n] >>> 0)
const big = (pairs: Int32Array, n: number): bigint => (BigInt(pairs[2 * n + 1]) << 32n) | BigInt(pairs[2 * n] >>> 0)
function setNumber(pairs: Int32Array, n: number, value: number): void {
  pairs[2 * n] = value | 0
  pairs[2 * n + 1] = Math.floor(value / TWO_32)
}
function setBig(pairs: Int32Array, n: number, value: bigint): void {
  pairs[2 * n] = Number(BigInt.asIntN(32, value))
  pairs[2 * n + 1] = Number(BigInt.asIntN(32, value >> 32n))
}

/** xN as a signed double. */
export const getX = (hart: Hart, n: number): number => number(hart.x, n)
export const getXBig = (hart: Hart, n: number): bigint => big(hart.x, n)
/** Sets xN to a safe integer, sign-extended; x0 stays zero. */
export function setX(hart: Hart, n: number, value: number): void {
  if (n !== 0) setNumber(hart.x, n, value)
}
/** Sets xN to a 64-bit value, of either sign; x0 stays zero. */
export function setXBig(hart: Hart, n: number, value: bigint): void {
  if (n !== 0) setBig(hart.x, n, value)
}
export const getPc = (hart: Hart): number => number(hart.pc, 0)
export const getPcBig = (hart: Hart): bigint => big(hart.pc, 0)
export const setPc = (hart: Hart, pc: number): void => setNumber(hart.pc, 0, pc)
export const setPcBig = (hart: Hart, pc: bigint): void => setBig(hart.pc, 0, pc)
export const getFBig = (hart: Hart, n: number): bigint => big(hart.f, n)
export const setFBig = (hart: Hart, n: number, bits: bigint): void => setBig(hart.f, n, bits)
