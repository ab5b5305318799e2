// What user space can do by itself and what it cannot: a signal goes through the kernel twice, a green thread's switch never.
import { atLeast, between } from '../claims.ts'
import { duration, nsOf, only } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { ledgerChart } from '../report/stacks.ts'
import type { Cell, Row } from '../types.ts'

const ROUNDS = 500
const OPERATIONS = ['call', 'signal', 'green', 'process'] as const
const TEXT: Readonly<Record<(typeof OPERATIONS)[number], string>> = {
  call: 'null system call',
  signal: 'signal to oneself, handled',
  green: 'user-level switch',
  process: 'process switch by sched_yield',
}

/** Both green and heavy threads switch there and back in a round. */
const SWITCHES_PER_ROUND = 2

function cell(lab: string, intervals: readonly (typeof OPERATIONS)[number][], perRound: number, quick: boolean): Cell {
  const rounds = quick ? ROUNDS / 5 : ROUNDS
  return { lab, argv: [rounds], measures: intervals.map(what => ({ params: { what }, interval: what, operations: rounds * perRound })) }
}

export const opOf = (rows: readonly Row[], what: (typeof OPERATIONS)[number]): number => nsOf(only(rows, { what }))

export const signal: Scenario = {
  name: 'signal',
  title: 'Signals and user-level switches',
  question:
    'What do delivering a signal and returning from its handler cost, and how much cheaper is a switch that the kernel does not see?',
  source: 'lmbench, lat_sig; user-level threads: Anderson et al., Scheduler activations (1992)',
  labs: ['signal-cost', 'green-threads'],
  operation: 'operation',
  cells: ({ quick }) => [
    cell('signal-cost', ['call', 'signal'], 1, quick),
    cell('green-threads', ['green', 'process'], SWITCHES_PER_ROUND, quick),
  ],
  claims: ({ rows }) => [
    atLeast(
      'delivery and return (the call of kill taken off as a null call) over a null call',
      (opOf(rows, 'signal') - opOf(rows, 'call')) / opOf(rows, 'call'),
      3,
      'times',
    ),
    between('a process switch over a user-level switch', opOf(rows, 'process') / opOf(rows, 'green'), 5, 15, 'times'),
  ],
  charts: ({ rows }) => [ledgerChart('signal', 'Where the time goes', rows, row => TEXT[row.params.what as (typeof OPERATIONS)[number]])],
  tables: ({ rows }) => [
    {
      title: 'Signals and switches',
      columns: ['operation', 'time', 'over a null call'],
      rows: OPERATIONS.map(what => [TEXT[what], duration(opOf(rows, what)), (opOf(rows, what) / opOf(rows, 'call')).toFixed(2)]),
    },
  ],
}
