// lmbench's summary of context switches, and the row that was published for the Pentium Pro of 1996.
import type { Table } from '../report/figures.ts'

export const PUBLISHED_PROCESSES = [2, 4, 8, 16, 20]
/** KiB. */
export const PUBLISHED_SIZES = [0, 4, 16, 32, 64]
/** Microseconds by size, then by processes (Linux on a 167 MHz Pentium Pro, lmbench's table of 1996). */
export const PUBLISHED: readonly (readonly number[])[] = [
  [6, 7, 7, 8, 8],
  [7, 8, 9, 10, 12],
  [14, 15, 18, 46, 88],
  [22, 24, 107, 187, 188],
  [38, 140, 363, 367, 367],
]

/** lmbench's columns. */
const COLUMNS: readonly (readonly [processes: number, size: number])[] = [
  [2, 0],
  [2, 16],
  [2, 64],
  [8, 16],
  [8, 64],
  [16, 16],
  [16, 64],
]

/** The summary line of lmbench, and the whole published grid beside what was measured. `cost` answers null where there is no cell. */
export function ringTables(preset: string, cost: (grid: string, size: number, processes: number) => string | null): Table[] {
  const line = (name: string, grid: string): string[] => [name, ...COLUMNS.map(([processes, size]) => cost(grid, size, processes) ?? '')]
  return [
    {
      title: 'Context switching - times in microseconds - smaller is better',
      columns: ['Host', ...COLUMNS.map(([processes, size]) => `${processes}p/${size}K`)],
      rows: [
        line(preset, 'sweep'),
        line('ppro1996', 'lmbench'),
        ['published', ...COLUMNS.map(([p, size]) => String(PUBLISHED[PUBLISHED_SIZES.indexOf(size)][PUBLISHED_PROCESSES.indexOf(p)]))],
      ],
    },
    {
      title: 'ppro1996, measured/published, microseconds',
      columns: ['size', ...PUBLISHED_PROCESSES.map(p => `${p} processes`)],
      rows: PUBLISHED_SIZES.map((size, s) => [
        `${size}K`,
        ...PUBLISHED_PROCESSES.map((processes, p) => `${cost('lmbench', size, processes) ?? ''}/${PUBLISHED[s][p]}`),
      ]),
    },
  ]
}
