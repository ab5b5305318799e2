// `npm run debian [-- WORD...]`: runs the rows that are named, or all, on our machine and under user-mode QEMU, prints how each went and
// brings docs/debian.md in step. --only=ours leaves QEMU out; --expect asks a real kernel (an emulated machine with Debian's own;
// --expect=user: the host's, through QEMU) what is right.
// Status 1 when something falls short.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { debianRootOf } from '../../bench/host/testing.ts'
import { ABOUT } from './about.ts'
import { expectedOf, writeExpected } from './expected.ts'
import { ROWS } from './index.ts'
import { judge } from './judge.ts'
import { kernelOutputs, KERNEL_PACKAGE } from './kernel.ts'
import { BASE, wordOf, type Row } from './row.ts'
import { outputsOf } from './script.ts'
import { forget, onOurs, onUser, writeFolder, type Ran } from './sides.ts'
import { consoleOf, documentOf, type Result, type Side } from './table.ts'

const ROOT = process.cwd()
const HERE = join(ROOT, 'test', 'debian')
const PAGE = join(ROOT, 'docs', 'debian.md')

async function tryRow(debian: string, row: Row, alone: boolean): Promise<Result | string> {
  const expected = expectedOf(HERE, row)
  const place = writeFolder(row)
  const judged = (ran: Ran): Side => ({ ran, verdict: judge(row, expected, outputsOf(row, ran.output)) })
  try {
    const missing = row.prepare?.(join(place, 'files'))
    if (typeof missing === 'string') return missing
    const ours = judged(await onOurs(ROOT, debian, row, place))
    const user = alone ? 'not asked' : await onUser(ROOT, debian, row, place)
    return { row, from: expected.from, ours, user: typeof user === 'string' ? user : judged(user) }
  } finally {
    forget(place)
  }
}

/** The host's own kernel, by way of user-mode QEMU: where a machine cannot be emulated, and for programs that it runs as they are. */
async function expectOfUser(debian: string, row: Row): Promise<void> {
  const place = writeFolder(row)
  try {
    const ran = await onUser(ROOT, debian, row, place)
    if (typeof ran !== 'string') writeExpected(HERE, row, `Linux ${release()} of the host, by user-mode QEMU`, outputsOf(row, ran.output))
  } finally {
    forget(place)
  }
}

async function main(args: readonly string[]): Promise<number> {
  const words = args.filter(arg => !arg.startsWith('--'))
  const unknown = words.filter(word => !ROWS.some(row => wordOf(row) === word))
  if (unknown.length > 0) {
    console.error(`debian: no row is called ${unknown.join(', ')}; there are: ${ROWS.map(wordOf).join(' ')}`)
    return 2
  }
  const rows = ROWS.filter(row => words.length === 0 || words.includes(wordOf(row)))
  const debian = debianRootOf([...new Set([...BASE, KERNEL_PACKAGE, ...ROWS.flatMap(row => row.packages)])])
  if (debian === null) return 2
  if (args.includes('--expect')) {
    const compared = rows.filter(({ count }) => count === undefined)
    const { from, outputs } = await kernelOutputs(debian, compared)
    for (const [n, row] of compared.entries()) writeExpected(HERE, row, from, outputsOf(row, outputs[n]))
    return 0
  }
  if (args.includes('--expect=user')) {
    for (const row of rows.filter(({ count, noQemu }) => count === undefined && noQemu === undefined)) await expectOfUser(debian, row)
    return 0
  }
  const alone = args.includes('--only=ours')
  const results: Result[] = []
  for (const row of rows) {
    const result = await tryRow(debian, row, alone)
    if (typeof result === 'string') {
      console.warn(`SKIPPED, ${row.program}: ${result}`)
      continue
    }
    results.push(result)
    console.log(consoleOf(result))
    // A run without QEMU is for trying: it leaves the page alone.
    if (!alone) writeFileSync(PAGE, documentOf(ROWS, results, existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '', ABOUT))
  }
  return results.every(({ ours }) => ours.verdict.failed.length === 0) ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
