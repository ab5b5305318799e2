// What compiling costs as two tables, with what is promised.
import type { CompilerResult, MixedRun } from './compiler.ts'
import { PAUSE_FUEL } from './one-kernel.ts'
import { digits, rangeText, table, timeText } from './tables.ts'

const MIB = 1 << 20
const milliseconds = (seconds: number): string => timeText(seconds * 1e9)

function mixedText({ seconds, ramBytes, quarters, rounds }: MixedRun): string {
  const rows = quarters.map(({ resident, over }, n) => [
    `quarter ${n + 1} of ${seconds} s`,
    `${digits(resident / MIB)} MiB`,
    `${digits(over / MIB)} MiB`,
  ])
  const title = `a mixed run, guest RAM ${ramBytes / MIB} MiB, ${rounds} times round`
  return table([title, 'resident', 'over the RAM (promised 143 MiB)'], rows)
}

export function compilerText({ rows, mixed }: CompilerResult): string {
  const kernels = table(
    ['kernel', 'to 90 % of peak', 'range, s', `longest ${PAUSE_FUEL} instructions`, 'range, ms', 'over 5 ms', 'interpreted'],
    rows.map(({ kernel, secondsToPeak, longest, longestInterpreted, pauses }) => [
      kernel,
      milliseconds(secondsToPeak.median),
      rangeText(secondsToPeak),
      milliseconds(longest.median),
      `${digits(longest.min * 1e3)}..${digits(longest.max * 1e3)}`,
      String(pauses.over),
      milliseconds(longestInterpreted.median),
    ]),
  )
  const promised = rows.length === 0 ? '' : 'promised: 300 ms to 90 % of the peak, no pause over 5 ms\n'
  return [rows.length === 0 ? '' : kernels + promised, mixed === null ? '' : mixedText(mixed)].filter(text => text !== '').join('\n')
}
