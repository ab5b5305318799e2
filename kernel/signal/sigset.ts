// Sets of signals as 64-bit masks: bit n-1 is signal n, the layout of sigset_t.
import { SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU } from '../abi/index.ts'
import type { Sigset } from './types.ts'

export const SIGSET_EMPTY: Sigset = 0n
export const SIGSET_FULL: Sigset = (1n << 64n) - 1n

const NSIG = 64
/** By signal number: bigint shifts allocate, a table does not. */
const BITS: readonly Sigset[] = Array.from({ length: NSIG + 1 }, (_, n) => (n === 0 ? 0n : 1n << BigInt(n - 1)))

/** The mask of one signal, 1..64. */
export const sigbit = (signal: number): Sigset => BITS[signal] as Sigset

export const hasSignal = (set: Sigset, signal: number): boolean => (set & sigbit(signal)) !== 0n

export const sigsetOf = (...signals: readonly number[]): Sigset => signals.reduce((set, signal) => set | sigbit(signal), SIGSET_EMPTY)

/** What job control stops a process with. */
export const STOP_SIGNALS = sigsetOf(SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU)
/** No program may catch, block or ignore these. */
export const KERNEL_ONLY = sigsetOf(SIGKILL, SIGSTOP)

/** The lowest signal in the set, 0 when it is empty. */
export function lowestSignal(set: Sigset): number {
  if (set === 0n) return 0
  const low = Number(set & 0xffff_ffffn) >>> 0
  if (low) return 32 - Math.clz32(low & -low)
  const high = Number((set >> 32n) & 0xffff_ffffn) >>> 0
  return 64 - Math.clz32(high & -high)
}
