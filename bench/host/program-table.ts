// Whole programs as a table.
import type { ProgramResult, ProgramsBeside } from './programs.ts'
import { digits, NONE, rangeText, table } from './tables.ts'

const besideColumns = (beside: ProgramsBeside | null): string[] =>
  beside === null
    ? [NONE, NONE, NONE, NONE]
    : [digits(beside.seconds.median), beside.ratio.median.toFixed(2), rangeText(beside.ratio), beside.cpuRatio.median.toFixed(2)]

export function programsText(programs: readonly ProgramResult[]): string {
  const head = ['program', 'M instructions', 'seconds', 'range', 'CPU', 'cold', 'CPU']
  const peers = ['QEMU user', 'native'].flatMap(name => [`${name}, s`, 'ratio', 'range', 'CPU'])
  const rows = programs.map(p => [
    p.name,
    digits(p.instructions / 1e6),
    digits(p.seconds.median),
    rangeText(p.seconds),
    digits(p.cpu.median),
    digits(p.cold.seconds),
    digits(p.cold.cpu),
    ...besideColumns(p.user),
    ...besideColumns(p.native),
  ])
  const runs = programs.length === 0 ? 0 : programs[0].seconds.runs
  return `medians of ${runs} interleaved runs; a ratio above 1 says that ours is faster\n${table([...head, ...peers], rows)}`
}
