// Random sequences of system calls (programs/calls-random.c) here and on this Linux: the same answers, line by line, where it is new enough
// (6.12) and the test is root's. What differs is cut down to the calls that it takes.
import { readFileSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { run } from '../machine.ts'
import { spawnSync } from '../spawn.ts'
import { amount, PATIENCE, SEED } from '../fuzz/size.ts'
import { compile, have, IS_NEW_LINUX, workDirectory } from './tools.ts'

const SOURCE = new URL('programs/calls-random.c', import.meta.url).pathname
const PLACE = '/dev/shm/calls'
/** Calls of a sequence. */
const LENGTH = 24
const BATCH = 200
const SEQUENCES = amount(600, 100_000)
const comparable = have('gcc', 'riscv64-linux-gnu-gcc') && process.getuid?.() === 0 && IS_NEW_LINUX

/** Differences that stay: the line there, and the line here. Most are of kernels newer than the one that we are (6.12). */
const KNOWN: readonly (readonly [RegExp, RegExp])[] = [
  // 6.16: nobody changes the mode or owner of what is no file at all.
  [/ (fchmod|fchownat)\(.* = EOPNOTSUPP$/, / (fchmod|fchownat)\(.* = 0$/],
  // 6.14: a datagram's bytes are taken before who it is for is asked.
  [/ (write|writev|send)\(.* = EFAULT$/, / (write|writev|send)\(.* = E(NOTCONN|PIPE|CONNREFUSED)$/],
  // Room is not reserved here: there, what was reserved is data.
  [/ lseek\(.*, [34]\) = /, / lseek\(.*, [34]\) = /],
]

const work = workDirectory()
let guest = Buffer.alloc(0)
let native = ''

const here = (args: readonly string[]): string =>
  run(['/program', ...args], { files: [{ path: '/program', mode: 0o755, kind: 'regular', data: guest }] }).stdout
function there(args: readonly string[]): string {
  const { stdout, status } = spawnSync(native, args, { encoding: 'latin1', maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(`calls-random ${args.join(' ')} ended with ${status} on the host`)
  return stdout
}

/** By seed, the lines of its sequence. */
function sequences(output: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let lines: string[] = []
  for (const line of output.split('\n')) {
    const end = /^seed (\d+) ends /.exec(line)
    lines.push(line)
    if (end === null) continue
    found.set(end[1], lines)
    lines = []
  }
  return found
}

/** The first lines that differ, unless it is known why. After a known difference the rest may follow from it. */
function difference(linux: readonly string[] = [], ours: readonly string[] = []): string | null {
  for (const [n, line] of linux.entries()) {
    if (line === ours[n]) continue
    return KNOWN.some(([theirs, mine]) => theirs.test(line) && mine.test(ours[n] ?? '')) ? null : `Linux: ${line}\nhere:  ${ours[n]}`
  }
  return null
}

const differs = (seed: string, places: readonly number[]): string | null => {
  const args = [seed, '1', places.join(',')]
  return difference(sequences(there(args)).get(seed), sequences(here(args)).get(seed))
}

/** The fewest calls of a sequence that differ still, and how. */
function smallest(seed: string): string {
  let places = Array.from({ length: LENGTH }, (_, n) => n)
  for (const place of [...places].reverse()) {
    const fewer = places.filter(p => p !== place)
    if (differs(seed, fewer) !== null) places = fewer
  }
  return `calls-random ${seed} 1 ${places.join(',')}\n${there([seed, '1', places.join(',')])}${differs(seed, places)}`
}

test.skipIf(!comparable)(`${SEQUENCES} random sequences of calls`, { timeout: PATIENCE }, () => {
  guest = readFileSync(compile(SOURCE, `${work}/calls-random`, '-static', '-w'))
  native = `${work}/calls-native`
  expect(spawnSync('gcc', ['-static', '-O2', '-w', SOURCE, '-o', native]).status).toBe(0)
  const found: string[] = []
  try {
    for (let n = 0; n < SEQUENCES && found.length < 5; n += BATCH) {
      const args = [String(SEED * 1_000_000 + n), String(Math.min(BATCH, SEQUENCES - n))]
      const [linux, ours] = [sequences(there(args)), sequences(here(args))]
      expect(linux.size).toBe(Number(args[1]))
      for (const [seed, lines] of linux) if (difference(lines, ours.get(seed)) !== null) found.push(smallest(seed))
    }
  } finally {
    rmSync(PLACE, { recursive: true, force: true })
  }
  expect(found).toEqual([])
})
