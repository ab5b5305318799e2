// Page faults: the copy of copy-on-write and the last owner who copies nothing; a fresh page's zeroing and a file's mapping.
import { atMost, between, exactly, quantity } from '../claims.ts'
import { cyclesIn, PARTS } from '../ledger.ts'
import { nsOf, only, usOf } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { ledgerChart } from '../report/stacks.ts'
import type { Cell, Claim, Row } from '../types.ts'

const OWN = 'own'
const PUBLISHED = 'server'
const MACHINES = [OWN, PUBLISHED]
const PAGES = 512
const QUICK_PAGES = 128
const COPY = 'copy'
const LAST = 'last-owner'
const MINOR = ['zero', 'zero-read', 'file'] as const

const pagesFor = (quick: boolean): number => (quick ? QUICK_PAGES : PAGES)

function cell(lab: string, machine: string, kinds: readonly string[], quick: boolean): Cell {
  const pages = pagesFor(quick)
  return {
    lab,
    argv: [pages],
    preset: machine === OWN ? undefined : machine,
    measures: kinds.map(interval => ({ params: { machine, fault: interval }, interval, operations: pages })),
  }
}

/** The run's preset by its own name. */
const nameOf = (machine: string | number, preset: string): string => (machine === OWN ? preset : String(machine))
const label =
  (preset: string) =>
  (row: Row): string =>
    `${row.params.fault}, ${nameOf(row.params.machine, preset)}`

export const cowFault: Scenario = {
  name: 'cow-fault',
  title: 'Copy-on-write faults',
  question: 'What does the first write to a shared page cost, and what the write of its last owner?',
  source: 'after lmbench, lat_pagefault; a server of today takes 0.5 to 1.5 us',
  labs: ['cow-fault'],
  operation: 'fault',
  cells: ({ quick }) => MACHINES.map(machine => cell('cow-fault', machine, [COPY, LAST], quick)),
  claims({ rows, quick, preset }) {
    const at = (machine: string, fault: string): Row => only(rows, { machine, fault })
    return [
      between(`${PUBLISHED}: fault and copy`, usOf(at(PUBLISHED, COPY)), 0.5, 1.5, 'us'),
      ...MACHINES.flatMap(machine => {
        const copies = at(machine, COPY).counters.cowCopies
        return [
          between(
            `${nameOf(machine, preset)}: pages copied by the first writer, of ${pagesFor(quick)}`,
            copies,
            pagesFor(quick),
            pagesFor(quick) + 8,
          ),
          exactly(`${nameOf(machine, preset)}: pages copied for the last owner`, at(machine, LAST).counters.cowCopies, 0),
        ]
      }),
    ]
  },
  charts: ({ rows, preset }) => [ledgerChart('cow-fault', 'A copy-on-write fault', rows, label(preset))],
}

export const pageFault: Scenario = {
  name: 'page-fault',
  title: 'Minor page faults',
  question: 'What does the first touch of a page cost, when nothing must be copied, and how much of it is entering and leaving the kernel?',
  source: 'lmbench, lat_pagefault',
  labs: ['page-fault', 'cow-fault'],
  operation: 'fault',
  cells: ({ quick }) => MACHINES.flatMap(machine => [cell('page-fault', machine, MINOR, quick), cell('cow-fault', machine, [COPY], quick)]),
  claims: ({ rows, preset }) =>
    MACHINES.flatMap(machine => {
      const name = nameOf(machine, preset)
      const copy = nsOf(only(rows, { machine, fault: COPY }))
      const below = MINOR.map(fault => atMost(`${name}: ${fault} over copy-on-write`, nsOf(only(rows, { machine, fault })) / copy, 1))
      return [...below, entryClaim(name, only(rows, { machine, fault: 'zero' }))]
    }),
  charts: ({ rows, preset }) => [ledgerChart('page-fault', 'A page fault', rows, label(preset))],
  tables: ({ rows, preset }) => [
    {
      title: 'A page fault',
      columns: ['fault', 'time, ns', 'entering and leaving the kernel'],
      rows: rows.map(row => [label(preset)(row), quantity(nsOf(row)), `${quantity(100 * entryShare(row))} %`]),
    },
  ],
}

const entryShare = (row: Row): number => cyclesIn(row, PARTS.entry) / row.cycles

/** The ledger shows entry and exit: a share that is neither nothing nor all. */
function entryClaim(name: string, row: Row): Claim {
  const share = entryShare(row)
  return {
    claim: `${name}: the share of entering and leaving the kernel in a minor fault is shown`,
    required: 'a share of the ledger',
    measured: `${quantity(100 * share)} %`,
    holds: share > 0 && share < 1,
  }
}
