// What compiling costs besides time: how soon kernels are up to speed, how long the machine stands still meanwhile, and what memory
// a mixed run of Debian's programs takes over the guest's RAM, minute by minute.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ask } from './alone.ts'
import { buildKernel, noCompiler } from './compile.ts'
import { debianRoot } from './debian.ts'
import { KERNELS } from './kernels.ts'
import type { Pauses } from './one-kernel.ts'
import { guestFolder } from './ours.ts'
import type { Pace } from './pace.ts'
import { secondsSince, type Skipped } from './peers.ts'
import { prepareWork, programOptions } from './programs.ts'
import { spreadOf, type Spread } from './spread.ts'

/** Kernels from a single loop to code that is nowhere hot. */
const MEASURED = ['sieve', 'quicksort', 'sha256', 'corelike', 'drylike', 'nbody', 'dispersed-2k']
/** Of the rounds of the engines' bench: enough to be up to speed. */
const ROUNDS_SHARE = 2

export interface CompilingRow {
  kernel: string
  /** Seconds until 20 ms went by at 90 % of the peak. */
  secondsToPeak: Spread
  /** Seconds of the longest times in which PAUSE_FUEL instructions were run, with the compiler and with the interpreter. */
  longest: Spread
  longestInterpreted: Spread
  /** Of the run whose longest is the middle. */
  pauses: Pauses
}

/** A quarter of the mixed run: the most memory in it, bytes. */
export interface Quarter {
  /** Of the whole process. */
  resident: number
  /** Of that, what is not the guest's RAM. */
  over: number
}

export interface MixedRun {
  seconds: number
  ramBytes: number
  quarters: Quarter[]
  /** How often the programs were run, all of them. */
  rounds: number
}

export interface CompilerResult {
  rows: CompilingRow[]
  mixed: MixedRun | null
}

const RAM_MIB = 256
const MIB = 1 << 20
const KIB = 1024
const SAMPLE_MS = 1000
/** Programs of each kind, over and over; a dot for each time round. */
const MIX = `while :; do
python3 -c 'import json, re; print(len(json.dumps([{"n": i} for i in range(2000)])))'
python3 -m compileall -q -f /tmp/email
perl /tmp/words.pl /tmp/text1
gcc -O2 -o /tmp/hello /tmp/hello.c
sqlite3 :memory: '.read /tmp/rows.sql'
head -c 2000000 /tmp/text | gzip -9 | wc -c
grep -rc struct /usr/include/linux
for i in {1..20}; do ls / | sort | wc -l; done
printf . >&2
done > /dev/null`

async function benchCompiling(root: string, name: string, pace: Pace, out: string): Promise<CompilingRow> {
  const rounds = KERNELS[name].fixed ? KERNELS[name].rounds : Math.ceil(KERNELS[name].rounds / ROUNDS_SHARE / pace.scale)
  const { image } = buildKernel(name, rounds, guestFolder(root), out)
  const order = { kernel: name, image, rounds, engine: 'compiler' as const }
  const peaks: number[] = []
  const all: Pauses[] = []
  const interpreted: number[] = []
  for (let n = 0; n < pace.pairs; n++) {
    await pace.breathe(`${name}, ${n + 1} of ${pace.pairs}`)
    peaks.push(ask(root, 'kernel', order).warming?.secondsToPeak ?? NaN)
    all.push(ask(root, 'pauses', order))
    interpreted.push(ask(root, 'pauses', { ...order, engine: 'interpreter' }).longest)
  }
  const middle = [...all].sort((a, b) => a.longest - b.longest)[all.length >> 1]
  const longest = spreadOf(all.map(p => p.longest))
  return { kernel: name, secondsToPeak: spreadOf(peaks), longest, longestInterpreted: spreadOf(interpreted), pauses: middle }
}

/** Bytes resident of a process, and of its mapping that holds the machine: the smallest that is large enough for so much RAM. */
export function residentOf(smaps: string, ramBytes: number): { all: number; machine: number } {
  let all = 0
  let machine = { size: Infinity, resident: 0 }
  for (const [, size, resident] of smaps.matchAll(/^Size: +(\d+) kB$[^]*?^Rss: +(\d+) kB$/gm)) {
    all += Number(resident) * KIB
    if (Number(size) * KIB >= ramBytes && Number(resident) > machine.resident && Number(size) < machine.size)
      machine = { size: Number(size), resident: Number(resident) }
  }
  return { all, machine: machine.resident * KIB }
}

async function mixedRun(root: string, debian: string, work: string, seconds: number, pace: Pace): Promise<MixedRun> {
  const args = [join(root, 'dist', 'hartbeat.js'), 'run', ...programOptions(debian, work, String(RAM_MIB)), 'bash', '-c', MIX]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let rounds = 0
  let said = ''
  let status: number | null | undefined
  child.stderr.on('data', (bytes: Buffer) => {
    const text = bytes.toString()
    rounds += text.split('.').length - 1
    said = (said + text).slice(-KIB)
  })
  child.on('close', code => (status = code))
  const ramBytes = RAM_MIB * MIB
  const quarters: Quarter[] = [0, 1, 2, 3].map(() => ({ resident: 0, over: 0 }))
  const begun = process.hrtime.bigint()
  for (let at = 0; at < seconds && status === undefined; at = secondsSince(begun)) {
    await pace.breathe(`a mixed run, ${Math.round(at)} of ${seconds} s`)
    const file = `/proc/${child.pid}/smaps`
    const { all, machine } = residentOf(existsSync(file) ? readFileSync(file, 'latin1') : '', ramBytes)
    const quarter = quarters[Math.min(3, Math.floor((at / seconds) * 4))]
    quarter.resident = Math.max(quarter.resident, all)
    quarter.over = Math.max(quarter.over, all - Math.min(machine, ramBytes))
    await setTimeout(SAMPLE_MS)
  }
  if (status !== undefined) throw new Error(`the mixed run ended with ${status}: ${said}`)
  child.kill()
  return { seconds, ramBytes, quarters, rounds }
}

/** What the mixed run is asked for by. */
const MIXED = 'mixed'
export const COMPILING_PARTS: readonly string[] = [...MEASURED, MIXED]

/** Measures what is named of the kernels and the mixed run, or all. `root` is the package. */
export async function benchCompiler(
  root: string,
  pace: Pace,
  only: readonly string[],
): Promise<{ compiler: CompilerResult; skipped: Skipped[] }> {
  const skipped: Skipped[] = []
  const skip = (what: string, why: string): void => void skipped.push({ bench: 'compiler', what, why })
  const wanted = (name: string): boolean => only.length === 0 || only.includes(name)
  const out = mkdtempSync(join(tmpdir(), 'hartbeat-bench-'))
  try {
    const rows: CompilingRow[] = []
    const uncompiled = noCompiler()
    if (uncompiled !== null) skip('kernels', uncompiled)
    else for (const name of MEASURED) if (wanted(name)) rows.push(await benchCompiling(root, name, pace, out))
    let mixed: MixedRun | null = null
    if (wanted(MIXED)) {
      const debian = existsSync('/proc/self/smaps') ? debianRoot('programs') : null
      if (debian === null) skip('the mixed run', "this host has no /proc, or Debian's packages cannot be downloaded")
      else mixed = await mixedRun(root, debian, prepareWork(out, debian), pace.mixedSeconds, pace)
    }
    return { compiler: { rows, mixed }, skipped }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
