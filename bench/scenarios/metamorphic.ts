// The model against itself, not against a paper: one program on the same machine with one latency raised, or zeroed, at a time.
// The tests do the same over hundreds of random machines (test/fuzz/metamorphic.test.ts).
import { exactly } from '../claims.ts'
import { sumBy } from '../ledger.ts'
import { only } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import type { Table } from '../report/figures.ts'
import type { Cell, Claim, Row } from '../types.ts'

/** It has every level of everything. */
const MACHINE = 'server'
/** Under LRU what is in a cache does not depend on latencies, and with time by instructions neither does what runs. */
const SET = ['replacement=lru', 'time=instructions']
/** More than its last cache holds, so that every level matters. */
const ARGV = [4, 640, 5, 64]
const HAND_OVERS = 20

/** Each latency: its value raised, its least, and the components of the ledger that it may change. A walk reads through the data caches. */
const LATENCIES: readonly { key: string; raised: number; least: number; own: readonly string[] }[] = [
  { key: 'l1d.latency', raised: 11, least: 1, own: ['L1 data', 'TLB walk'] },
  { key: 'l2.latency', raised: 40, least: 0, own: ['L2 fetch', 'L2 data', 'TLB walk'] },
  { key: 'llc.latency', raised: 90, least: 0, own: ['LLC fetch', 'LLC data', 'TLB walk'] },
  { key: 'dram', raised: 200, least: 0, own: ['DRAM fetch', 'DRAM data', 'write-back', 'TLB walk'] },
  { key: 'l2tlb.latency', raised: 30, least: 0, own: ['L2 TLB'] },
  { key: 'trapIn', raised: 500, least: 0, own: ['trap'] },
  { key: 'trapOut', raised: 500, least: 0, own: ['trap'] },
  { key: 'satp', raised: 500, least: 0, own: ['satp'] },
  { key: 'sfence', raised: 900, least: 0, own: ['TLB flush'] },
]

const BASE = { constant: 'none', change: 'none' }

const cell = (params: { constant: string; change: string }, set: readonly string[]): Cell => ({
  lab: 'ctx-ring',
  argv: ARGV,
  preset: MACHINE,
  set: [...SET, ...set],
  measures: [{ params, operations: HAND_OVERS }],
})

const cells = (): Cell[] => [
  cell(BASE, []),
  ...LATENCIES.flatMap(({ key, raised, least }) => [
    cell({ constant: key, change: 'raised' }, [`${key}=${raised}`]),
    cell({ constant: key, change: 'zeroed' }, [`${key}=${least}`]),
  ]),
]

/** Components whose cycles differ between two rows. */
function changed(a: Row, b: Row): string[] {
  const [left, right] = [a, b].map(row => new Map(sumBy(row.ledger, 'component')))
  return [...new Set([...left.keys(), ...right.keys()])].filter(name => (left.get(name) ?? 0) !== (right.get(name) ?? 0))
}

const foreign = (rows: readonly Row[], { key, own }: (typeof LATENCIES)[number], change: string): string[] =>
  changed(only(rows, BASE), only(rows, { constant: key, change })).filter(component => !own.includes(component))

function claims(rows: readonly Row[]): Claim[] {
  const base = only(rows, BASE)
  const lowered = LATENCIES.filter(({ key }) => only(rows, { constant: key, change: 'raised' }).cycles < base.cycles)
  const strays = LATENCIES.flatMap(latency => ['raised', 'zeroed'].flatMap(change => foreign(rows, latency, change)))
  return [
    exactly('latencies that lower the total when raised', lowered.length, 0),
    exactly('components changed by another latency than their own', strays.length, 0),
    exactly('counts of instructions in all variants', new Set(rows.map(row => row.instructions)).size, 1),
  ]
}

const tables = (rows: readonly Row[]): Table[] => [
  {
    title: 'Cycles of a hand-over with one latency changed',
    columns: ['constant', 'as it is', 'raised', 'zeroed', 'changes'],
    rows: LATENCIES.map(({ key, own }) => {
      const of = (change: string): Row => only(rows, { constant: key, change })
      const cycles = (row: Row): string => (row.cycles / row.operations).toFixed(0)
      return [key, cycles(only(rows, BASE)), cycles(of('raised')), cycles(of('zeroed')), own.join(', ')]
    }),
  },
]

export const metamorphic: Scenario = {
  name: 'metamorphic',
  title: 'The model against itself',
  question: 'Does raising a latency never lower the total (under LRU)? Does zeroing one change its own columns only? Does the same run?',
  source: 'the design of the timing model; over random machines in the tests',
  labs: ['ctx-ring'],
  operation: 'hand-over',
  cells,
  claims: ({ rows }) => claims(rows),
  charts: () => [],
  tables: ({ rows }) => tables(rows),
}
