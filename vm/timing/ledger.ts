// The cycle ledger: every cycle of a hart belongs to one component (where in the hardware it went) and one cause (which task, doing
// what). Rows are added to where the cycles arise, so the parts are the total.

/** Where a cycle can go. `fetch` and `data` say for whom a cache or memory was waited. */
export const COMPONENTS = [
  'instructions',
  'L1 data',
  'L2 fetch',
  'L2 data',
  'LLC fetch',
  'LLC data',
  'DRAM fetch',
  'DRAM data',
  'write-back',
  'L2 TLB',
  'TLB walk',
  'trap',
  'satp',
  'TLB flush',
  'IPI',
  'idle',
] as const
export type Component = (typeof COMPONENTS)[number]

export const C_INSTRUCTIONS = 0
export const C_L1_DATA = 1
/** Plus 0 for L2, 2 for LLC, 4 for DRAM; plus 1 for data. */
export const C_FETCH = 2
export const C_WRITE_BACK = 8
export const C_L2_TLB = 9
export const C_WALK = 10
export const C_TRAP = 11
export const C_SATP = 12
export const C_FLUSH = 13
export const C_IPI = 14
export const C_IDLE = 15

/** Cycles by component, for each cause: a number whose meaning is the kernel's. */
export type Ledger = Map<number, Float64Array>

/** The cause's row, made at its first cycle. */
export function rowOf(ledger: Ledger, cause: number): Float64Array {
  let row = ledger.get(cause)
  if (row === undefined) {
    row = new Float64Array(COMPONENTS.length)
    ledger.set(cause, row)
  }
  return row
}

/** What the model counts besides cycles, by name: indexes into Core.counts. */
export const COUNTS = {
  l1iMisses: 0,
  l1dMisses: 1,
  l2Misses: 2,
  llcMisses: 3,
  writebacks: 4,
  itlbMisses: 5,
  dtlbMisses: 6,
  l2tlbMisses: 7,
  walks: 8,
  pteReads: 9,
  flushes: 10,
  ipis: 11,
} as const
export type CountName = keyof typeof COUNTS
