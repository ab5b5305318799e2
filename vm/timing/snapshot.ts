// The timing model as a value: a copy of all its arrays, and the way back. Line buffers lie in the hart's block and are copied with it.
import type { Assoc } from './assoc.ts'
import { NO_LINE, NONE, type Core, type Timing } from './core.ts'
import type { TimingConfig } from './fields.ts'

type CoreSnapshot = Omit<Core, 'readLines' | 'writeLines' | 'fetchLines' | 'fetchedAt' | 'row'> & { cause: number }
export interface TimingSnapshot {
  config: TimingConfig
  cores: CoreSnapshot[]
  llc: Assoc | null
  ledger: Map<number, Float64Array>
  superpages: boolean
}

/** A copy in which shared caches are shared still. */
export function copyTiming(t: Timing): TimingSnapshot {
  const cores = t.cores.map(({ readLines: _r, writeLines: _w, fetchLines: _f, fetchedAt: _at, row, ...core }) => ({
    ...core,
    cause: causeOf(t, row),
  }))
  const copy = structuredClone({ config: t.config, cores, llc: t.llc, ledger: t.ledger, superpages: t.superpages })
  // Where things were last seen depends on who looked, and says nothing else.
  for (const assoc of [copy.llc, ...copy.cores.flatMap(assocsOf)]) assoc?.hints.fill(0)
  return copy
}

/** Makes a model of the same configuration what it was. */
export function restoreTiming(t: Timing, from: TimingSnapshot): void {
  const { cores, llc, ledger, superpages } = structuredClone(from)
  t.llc = llc
  t.ledger = ledger
  t.superpages = superpages
  t.cores = t.cores.map(({ readLines, writeLines, fetchLines }, id) => {
    fetchLines.fill(NO_LINE)
    const { cause, ...core } = cores[id]
    return { ...core, readLines, writeLines, fetchLines, fetchedAt: NONE, row: ledger.get(cause) as Float64Array }
  })
}

const assocsOf = ({ l1i, l1d, l2, itlb, dtlb, l2tlb, walkCaches }: CoreSnapshot): (Assoc | null)[] => [
  ...[l1i, l1d, l2, itlb, dtlb, l2tlb],
  ...walkCaches,
]

function causeOf(t: Timing, row: Float64Array): number {
  for (const [cause, known] of t.ledger) if (known === row) return cause
  throw new Error('the row that a hart charges is not in the ledger')
}
