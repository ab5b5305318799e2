// What ASIDs save: two processes hand over and touch pages in turn; without ASIDs each switch empties the TLBs.
import { atLeast, atMost } from '../claims.ts'
import { countOf, curve, duration, nsOf, only, select } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import type { Chart, Table } from '../report/figures.ts'
import type { Cell, Claim, Geometry, Row } from '../types.ts'
import { asids, doublings, ON_OFF, product, roundsFor, type OnOff } from './sweeps.ts'

const PROCESSES = 2
/** The Linux commit that turned PCIDs on measured this many pages. */
const PUBLISHED_PAGES = 512
const REPLAYED = 'server'
const PUBLISHED_US: Readonly<Record<OnOff, number>> = { on: 1.8, off: 6.2 }
const TOUCHES = 40_000
/** Where a curve of walks ends at the bottom, as nothing has no logarithm. */
const FEWEST_WALKS = 0.1

/** Entries that hold translations beyond the first level: what ASIDs keep warm. */
const reach = (g: Geometry): number => g.l2TlbEntries || g.tlbEntries

function cell(machine: string, pages: number, on: OnOff, quick: boolean, preset?: string): Cell {
  const rounds = roundsFor(quick ? TOUCHES / 4 : TOUCHES, pages * PROCESSES, 10)
  return {
    lab: 'asid-pages',
    argv: [pages, rounds],
    preset,
    set: [asids(on === 'on')],
    measures: [{ params: { machine, pages, asids: on }, operations: PROCESSES * rounds }],
  }
}

function cells(quick: boolean, g: Geometry): Cell[] {
  const most = 2 ** Math.round(Math.log2(reach(g) * 4))
  const pages = doublings(quick ? Math.max(4, most / 128) : 4, most)
  return [
    ...product(pages, ON_OFF).map(([n, on]) => cell('own', n, on, quick)),
    ...ON_OFF.map(on => cell(REPLAYED, PUBLISHED_PAGES, on, quick, REPLAYED)),
  ]
}

const misses = (row: Row): number => countOf(row, 'walks')
const own = (rows: readonly Row[], on: OnOff): Row[] => select(rows, { machine: 'own', asids: on })

/** Cost of a switch without ASIDs less the cost with them, by pages touched: the true price of a flush. Nanoseconds. */
export const refillCurve = (rows: readonly Row[]): [number, number][] =>
  own(rows, 'off').map(row => [Number(row.params.pages), nsOf(row) - nsOf(only(rows, { ...row.params, asids: 'on' }))])

function claims(rows: readonly Row[], g: Geometry): Claim[] {
  const share = (row: Row): number => misses(only(rows, { ...row.params, asids: 'on' })) / misses(row)
  const off = own(rows, 'off')
  const fits = off.filter(row => Number(row.params.pages) * PROCESSES <= reach(g) / 2)
  return [
    atMost('walks with ASIDs, as a share of the flushing run, while all pages fit half the TLB (worst)', Math.max(...fits.map(share)), 0.1),
    atLeast(`the same at ${off.at(-1)!.params.pages} pages each: they converge`, share(off.at(-1)!), 0.8),
  ]
}

function charts(rows: readonly Row[], g: Geometry): Chart[] {
  const x = { label: 'pages touched by each process in a turn', scale: 'log2', unit: 'count' } as const
  const marks = [{ x: reach(g) / PROCESSES, label: 'both fill the TLB' }]
  const series = (y: (row: Row) => number): { name: string; points: [number, number][] }[] =>
    ON_OFF.map(on => ({ name: `ASIDs ${on}`, points: curve(own(rows, on), 'pages', y).map(([a, b]) => [a, b]) }))
  return [
    {
      kind: 'lines',
      id: 'asid-pages-time',
      title: 'A switch with ASIDs and without',
      x,
      y: { label: 'time of a turn', scale: 'log10', unit: 'ns' },
      series: series(nsOf),
      marks,
    },
    {
      kind: 'lines',
      id: 'asid-pages-walks',
      title: 'Page-table walks in a turn',
      x,
      y: { label: 'walks', scale: 'log10', unit: 'count' },
      series: series(row => Math.max(FEWEST_WALKS, misses(row))),
      marks,
    },
    {
      kind: 'lines',
      id: 'asid-pages-refill',
      title: 'What a TLB flush costs: its refill, by pages touched',
      x,
      y: { label: 'difference of a turn', scale: 'linear', unit: 'ns' },
      series: [{ name: 'without − with ASIDs', points: refillCurve(rows) }],
      marks,
    },
  ]
}

function tables(rows: readonly Row[]): Table[] {
  const at = (on: OnOff): Row => only(rows, { machine: REPLAYED, asids: on })
  return [
    {
      title: `${PUBLISHED_PAGES} pages on ${REPLAYED}, beside the Linux commit that turned PCIDs on`,
      columns: ['ASIDs', 'turn', 'published', 'walks in a turn'],
      rows: ON_OFF.map(on => [on, duration(nsOf(at(on))), `${PUBLISHED_US[on]} us`, misses(at(on)).toFixed(2)]),
      note: 'Published: a ping-pong over 512 pages took 1.8 us with PCIDs and 6.2 us without, 11 M against 207 M misses.',
    },
  ]
}

export const asidPages: Scenario = {
  name: 'asid-pages',
  title: 'ASIDs on against off',
  question: 'How many translations survive a switch when TLB entries carry an address-space number, and what does flushing cost instead?',
  source: 'Linux commit 10af6235 (x86/mm: Implement PCID based optimization)',
  labs: ['asid-pages'],
  operation: 'turn',
  cells: ({ quick, geometry }) => cells(quick, geometry),
  claims: ({ rows, geometry }) => claims(rows, geometry),
  charts: ({ rows, geometry }) => charts(rows, geometry),
  tables: ({ rows }) => tables(rows),
}
