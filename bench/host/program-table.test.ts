// Whole programs as a table.
import { expect, test } from 'vitest'
import { PROGRAM_NAMES } from './programs.ts'
import { programsText } from './program-table.ts'

const spread = (median: number) => ({ median, min: median / 2, max: median * 2, runs: 5 })

test('a program beside its peers; the one that is missing leaves its columns empty', () => {
  const [, head, row] = programsText([
    {
      ...{ name: 'true', seconds: spread(2), cpu: spread(1), cold: { seconds: 3, cpu: 2.5 }, instructions: 1.25e6, aside: [] },
      user: { seconds: spread(1), ratio: spread(0.5), cpuRatio: spread(0.4) },
      native: null,
    },
  ]).split('\n')
  expect(head.split(/ {2,}/).slice(0, 7)).toEqual(['program', 'M instructions', 'seconds', 'range', 'CPU', 'cold', 'CPU'])
  expect(row.split(/ {2,}/)).toEqual([
    ...['true', '1.25', '2.00', '1.00..4.00', '1.00', '3.00', '2.50'],
    ...['1.00', '0.50', '0.25..1.00', '0.40'],
    ...['-', '-', '-', '-'],
  ])
})

test('programs are named by their first words', () =>
  expect(PROGRAM_NAMES).toEqual(['bash', 'python3', 'perl', 'gcc', 'sqlite3', 'gzip', 'grep']))
