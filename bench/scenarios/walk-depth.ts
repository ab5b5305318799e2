// How many page-table entries a TLB miss reads: four on Sv48, one less with 2 MiB pages, about one once the walk caches are warm.
import { between } from '../claims.ts'
import { cyclesIn, PARTS } from '../ledger.ts'
import { countOf, only } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import type { Table } from '../report/figures.ts'
import { ledgerChart } from '../report/stacks.ts'
import type { Cell, Claim, Geometry, Row } from '../types.ts'
import { NO_L2_TLB, NO_WALK_CACHES, ON_OFF, product, type OnOff } from './sweeps.ts'

const OWN = 'own'
/** The big core whose walks the textbook counts in cycles. */
const BIG = 'server'
const PLACES = ['cold', 'warm'] as const
const SIZES = ['small', 'huge'] as const
/** More than any first-level TLB, as the experiment turns the second level off: every touch walks. */
const TIMES_THE_TLB = 2
const LARGEST_TLB = 64
const ROUNDS = 20
const HUGE_MIB = 2
const OWN_RAM = 96

const pagesFor = (g: Geometry): number => TIMES_THE_TLB * Math.max(LARGEST_TLB, g.tlbEntries)

interface Case {
  machine: string
  place: (typeof PLACES)[number]
  size: (typeof SIZES)[number]
  caches: OnOff
}
const CASES: readonly Case[] = [
  ...product(product(PLACES, SIZES), ON_OFF).map(([[place, size], caches]) => ({ machine: OWN, place, size, caches })),
  { machine: BIG, place: 'warm', size: 'small', caches: 'on' },
]
const text = ({ machine, place, size, caches }: Case): string =>
  `${machine === OWN ? '' : `${machine}, `}${place}, ${size === 'huge' ? '2 MiB' : '4 KiB'} pages, walk caches ${caches}`

function cell({ ...c }: Case, g: Geometry, quick: boolean): Cell {
  const rounds = quick ? ROUNDS / 2 : ROUNDS
  return {
    lab: 'walk-depth',
    argv: [pagesFor(g), c.place, c.size, rounds],
    preset: c.machine === OWN ? undefined : c.machine,
    set: [NO_L2_TLB, ...(c.caches === 'off' ? NO_WALK_CACHES : [])],
    machine: { ram: c.size === 'huge' ? pagesFor(g) * HUGE_MIB + OWN_RAM : 256 },
    measures: [{ params: c, operations: pagesFor(g) * rounds }],
  }
}

const readsOf = (row: Row): number => countOf(row, 'pteReads') / countOf(row, 'walks')

/** Cycles of a walk; null when there was none. */
export const walkCycles = (row: Row): number | null => (row.counters.walks === 0 ? null : cyclesIn(row, PARTS.walk) / row.counters.walks)
export const bigWarmWalk = (rows: readonly Row[]): Row => only(rows, { machine: BIG, place: 'warm', size: 'small', caches: 'on' })

function claims(rows: readonly Row[], g: Geometry): Claim[] {
  const reads = (place: string, size: string, caches: OnOff): number => readsOf(only(rows, { machine: OWN, place, size, caches }))
  return [
    between('a walk without help reads (entries, 4 KiB pages)', reads('cold', 'small', 'off'), 3.95, 4),
    between('a walk without help reads (entries, 2 MiB pages)', reads('cold', 'huge', 'off'), 2.95, 3.05),
    // A preset without them has nothing to show.
    ...(g.walkCaches ? [between('with warm walk caches (entries, 4 KiB pages)', reads('warm', 'small', 'on'), 1, 1.3)] : []),
  ]
}

const tables = (rows: readonly Row[]): Table[] => [
  {
    title: 'What a walk reads',
    columns: ['pages', 'entries read', 'cycles of a walk', 'walks in a touch'],
    rows: CASES.map(c => {
      const row = only(rows, { ...c })
      const walks = countOf(row, 'walks')
      return [text(c), walks === 0 ? '-' : readsOf(row).toFixed(2), walkCycles(row)?.toFixed(1) ?? '-', walks.toFixed(2)]
    }),
    note: 'Cold: every page in another 2 MiB. Warm: pages side by side, so that 2 MiB pages hardly miss. Without a second-level TLB.',
  },
]

export const walkDepth: Scenario = {
  name: 'walk-depth',
  title: 'The depth of a page-table walk',
  question: 'How many page-table entries does a TLB miss read, and what do walk caches and 2 MiB pages take off?',
  source: 'RISC-V privileged specification, Sv48; Barr, Cox, Rixner: Translation caching (ISCA 2010)',
  labs: ['walk-depth'],
  operation: 'touch',
  cells: ({ geometry, quick }) => CASES.map(c => cell(c, geometry, quick)),
  claims: ({ rows, geometry }) => claims(rows, geometry),
  charts: ({ rows }) => [ledgerChart('walk-depth', 'A touch that misses the TLB', rows, row => text(row.params as unknown as Case))],
  tables: ({ rows }) => tables(rows),
}
