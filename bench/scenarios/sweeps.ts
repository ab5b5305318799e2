// What scenarios share: the switches of the timed machine that they turn, and sequences of sizes.

/** Overrides of a preset, as `--set` has them. */
const ASIDS_ON = 'asidBits=16'
const ASIDS_OFF = 'asidBits=0'
export const asids = (on: boolean): string => (on ? ASIDS_ON : ASIDS_OFF)
export const kpti = (on: boolean): string => `kpti=${on ? 'on' : 'off'}`
/** A time slice in milliseconds. */
export const quantum = (ms: number): string => `quantum=${ms}`
export const fpu = (kind: 'lazy' | 'eager'): string => `fpu=${kind}`
export const NO_L2_TLB = 'l2tlb.entries=0'
export const NO_WALK_CACHES: readonly string[] = ['walkCache.root=0', 'walkCache.upper=0', 'walkCache.lower=0']

export type OnOff = 'on' | 'off'
export const ON_OFF: readonly OnOff[] = ['on', 'off']

/** Powers of two from one to the other, both included. */
export function doublings(from: number, to: number): number[] {
  const all: number[] = []
  for (let n = from; n <= to; n *= 2) all.push(n)
  return all
}

/** Sizes at eighths of `size`, in rising order without repetition. */
export const fractions = (size: number, eighths: readonly number[]): number[] => [
  ...new Set(eighths.map(e => Math.max(1, Math.round((size * e) / 8)))),
]

/** Both of two lists' elements, combined. */
export const product = <A, B>(as: readonly A[], bs: readonly B[]): [A, B][] => as.flatMap(a => bs.map(b => [a, b] as [A, B]))

/** Rounds of a lab so that all cells touch about as much: at least `min`. */
export const roundsFor = (work: number, perRound: number, min: number): number => Math.max(min, Math.round(work / Math.max(1, perRound)))

/** KiB of a size in bytes. */
export const kib = (bytes: number): number => Math.floor(bytes / 1024)
