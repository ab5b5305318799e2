// How many page-table entries a TLB miss reads: four on Sv48, one less with 2 MiB pages, about one once the walk caches are warm.
import { between } from '../claims.ts'
import { countOf, only } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import type { Table } from '../report/figures.ts'
import { ledgerChart } from '../report/stacks.ts'
import { cyclesIn, PARTS } from '../ledger.ts'
import type { Cell, Claim, Geometry, Row } from '../types.ts'
import { NO_L2_TLB, NO_WALK_CACHES, ON_OFF, product, type OnOff } from './sweeps.ts'

const PLACES = ['cold', 'warm'] as const
const SIZES = ['small', 'huge'] as const
/** Twice the largest first-level TLB: every touch walks, since the experiment turns the second level off. */
const pagesFor = (g: Geometry): number => 2 * g.tlbEntries
const HUGE_MIB = 2
const OWN_RAM = 96

interface Case {
  place: (typeof PLACES)[number]
  size: (typeof SIZES)[number]
  caches: OnOff
}
const CASES: Case[] = product(product(PLACES, SIZES), ON_OFF).map(([[place, size], caches]) => ({ place, size, caches }))
const text = ({ place, size, caches }: Case): string => `${place}, ${size === 'huge' ? '2 MiB' : '4 KiB'} pages, walk caches ${caches}`

const cell = (c: Case, g: Geometry): Cell => ({
  lab: 'walk-depth',
  argv: [pagesFor(g), c.place, c.size],
  set: [NO_L2_TLB, ...(c.caches === 'off' ? NO_WALK_CACHES : [])],
  machine: { ram: c.size === 'huge' ? pagesFor(g) * HUGE_MIB + OWN_RAM : 256 },
  measures: [{ params: { ...c }, operations: pagesFor(g) }],
})

const readsOf = (row: Row): number => countOf(row, 'pteReads') / countOf(row, 'walks')
const walkCycles = (row: Row): number => cyclesIn(row, PARTS.walk) / row.counters.walks

function claims(rows: readonly Row[]): Claim[] {
  const reads = (place: string, size: string, caches: OnOff): number => readsOf(only(rows, { place, size, caches }))
  return [
    between('a walk without help reads (entries, 4 KiB pages)', reads('cold', 'small', 'off'), 3.95, 4),
    between('a walk without help reads (entries, 2 MiB pages)', reads('cold', 'huge', 'off'), 2.95, 3.05),
    between('with warm walk caches (entries, 4 KiB pages)', reads('warm', 'small', 'on'), 1, 1.3),
  ]
}

function tables(rows: readonly Row[]): Table[] {
  return [
    {
      title: 'What a walk reads',
      columns: ['pages', 'entries read', 'cycles of a walk', 'walks in a touch'],
      rows: CASES.map(c => {
        const row = only(rows, { ...c })
        return [text(c), readsOf(row).toFixed(2), walkCycles(row).toFixed(1), countOf(row, 'walks').toFixed(2)]
      }),
      note: 'Cold: every page in another 2 MiB. Warm: pages side by side. Without a second-level TLB, so that every touch walks.',
    },
  ]
}

export const walkDepth: Scenario = {
  name: 'walk-depth',
  title: 'The depth of a page-table walk',
  question: 'How many page-table entries does a TLB miss read, and what do walk caches and 2 MiB pages take off?',
  source: 'RISC-V privileged specification, Sv48; Barr, Cox, Rixner: Translation caching (ISCA 2010)',
  labs: ['walk-depth'],
  operation: 'touch',
  cells: ({ geometry }) => CASES.map(c => cell(c, geometry)),
  claims: ({ rows }) => claims(rows),
  charts: ({ rows }) => [ledgerChart('walk-depth', 'A touch that misses the TLB', rows, row => text(row.params as unknown as Case))],
  tables: ({ rows }) => tables(rows),
}
