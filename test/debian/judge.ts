// Passes and failures of a row, out of what its cases printed.
import { inLines, type Expected } from './expected.ts'
import type { Row } from './row.ts'

export interface Verdict {
  passes: number
  all: number
  failed: readonly Failure[]
}

export interface Failure {
  name: string
  /** The first lines that differ. */
  why: string
}

const SHOWN = 6

function firstDifference(wanted: string, got: string): string {
  const [a, b] = [wanted.split('\n'), got.split('\n')]
  const at = a.findIndex((line, n) => line !== b[n])
  const from = at < 0 ? a.length - 1 : at
  const part = (lines: readonly string[], sign: string): string[] => lines.slice(from, from + SHOWN).map(line => `${sign} ${line}`)
  return [`line ${from + 1}:`, ...part(a, '-'), ...part(b, '+')].join('\n')
}

/** `outputs`: null where the run ended before. */
export function judge(row: Row, expected: Expected, outputs: readonly (string | null)[]): Verdict {
  const each = row.cases.map(({ name }, n): Verdict => {
    const got = outputs[n]
    if (got === null) return { passes: 0, all: 1, failed: [{ name, why: 'did not come to its end' }] }
    if (row.count !== undefined) {
      const { passes, all, failed } = row.count(got)
      return { passes, all, failed: failed.map(test => ({ name: `${name}: ${test}`, why: '' })) }
    }
    const wanted = expected.texts[name]
    if (wanted === undefined) return { passes: 0, all: 1, failed: [{ name, why: `nothing is expected yet; it printed\n${got}` }] }
    return wanted === inLines(got)
      ? { passes: 1, all: 1, failed: [] }
      : { passes: 0, all: 1, failed: [{ name, why: firstDifference(wanted, inLines(got)) }] }
  })
  const sum = (of: 'passes' | 'all'): number => each.reduce((total, verdict) => total + verdict[of], 0)
  return { passes: sum('passes'), all: sum('all'), failed: each.flatMap(({ failed }) => failed) }
}
