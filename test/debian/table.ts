// docs/debian.md: the table, each row of it made anew when its programs were run.
import { NOBODY } from './expected.ts'
import type { Verdict } from './judge.ts'
import type { Ran } from './sides.ts'
import type { Row } from './row.ts'

export interface Side {
  ran: Ran
  verdict: Verdict
}

export interface Result {
  row: Row
  /** The kernel whose texts are expected. */
  from: string
  ours: Side
  /** A string: why not. */
  user: Side | string
}

const NONE = '—'
const HEAD = ['program', 'what ran', 'passes / all', 's', 'qemu-user passes', 's']
const SECTION = '## What falls short'

const passes = ({ verdict }: Side): string => `${verdict.passes} / ${verdict.all}`
const seconds = ({ ran }: Side): string => ran.seconds.toFixed(1)

function lineOf({ row, ours, user }: Result): string {
  const beside = typeof user === 'string' ? [NONE, NONE] : [passes(user), seconds(user)]
  return `| ${[row.program, row.what, passes(ours), seconds(ours), ...beside].join(' | ')} |`
}

const shortOf = ({ row, ours, from }: Result): string[] => [
  ...(from === NOBODY && row.count === undefined ? [`- ${row.program}: no kernel was asked yet what is right`] : []),
  ...(row.limits === undefined ? [] : [`- ${row.program}: ${row.limits}`]),
  ...ours.verdict.failed.map(({ name }) => `- ${row.program}: fails: ${name}`),
]

/** The text before and after the table, with the lines of rows that were not run as they are in `old`. */
export function documentOf(rows: readonly Row[], results: readonly Result[], old: string, about: string): string {
  const oldLines = old.split('\n')
  const ofRow = (program: string, sign: string, end: string): string[] =>
    oldLines.filter(line => line.startsWith(`${sign} ${program}${end}`))
  const each = rows.map(row => {
    const result = results.find(r => r.row === row)
    return result === undefined
      ? { lines: ofRow(row.program, '|', ' |'), short: ofRow(row.program, '-', ':') }
      : { lines: [lineOf(result)], short: shortOf(result) }
  })
  return [
    about.trim(),
    '',
    `| ${HEAD.join(' | ')} |`,
    `|${HEAD.map((_, n) => (n < 2 ? '---' : '---:')).join('|')}|`,
    ...each.flatMap(({ lines }) => lines),
    '',
    SECTION,
    '',
    ...each.flatMap(({ short }) => short),
    '',
  ].join('\n')
}

/** For the console. */
export function consoleOf({ row, from, ours, user }: Result): string {
  const beside = typeof user === 'string' ? `qemu-user: ${user}` : `qemu-user ${passes(user)} in ${seconds(user)} s`
  const failures = (side: Side, who: string): string[] =>
    side.verdict.failed.map(({ name, why }) => `  ${who}, ${name}: ${why.replaceAll('\n', '\n    ')}`)
  const lost = ours.ran.errors.trim() === '' ? [] : [`  ours said: ${ours.ran.errors.trim()}`]
  return [
    `${row.program}: ${passes(ours)} in ${seconds(ours)} s (expected by ${from}); ${beside}`,
    ...failures(ours, 'ours'),
    ...lost,
    ...(typeof user === 'string' ? [] : failures(user, 'qemu-user')),
  ].join('\n')
}
