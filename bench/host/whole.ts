// Whole runs of the command line: time from starting it to a shell's answer, and the memory of many live processes.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Pace } from './pace.ts'
import { secondsSince, type Skipped } from './peers.ts'
import { spreadOf, type Spread } from './spread.ts'

const ANSWER = 7
/** Guest RAM that holds the most processes, MiB. */
const RAM = '1400'
const SAMPLE_MS = 50
const KIB = 1024

export interface WholeRuns {
  /** Seconds from the command to a shell's answer. */
  prompt: Spread
  liveProcesses: number
  /** The most that the whole emulator had resident; null where the host does not say. */
  residentBytes: number | null
}

function timePrompt(cli: string): number {
  const start = process.hrtime.bigint()
  const { status } = spawnSync(process.execPath, [cli, 'boot'], { input: `exit ${ANSWER}\n` })
  if (status !== ANSWER) throw new Error(`boot ended with ${status}`)
  return secondsSince(start)
}

/** The high-water mark of a live process, bytes; null when it is gone. */
export function residentPeak(status: string): number | null {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)
  return kib === null ? null : Number(kib[1]) * KIB
}

async function peakOf(args: readonly string[], expected: string): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  let status: number | null | undefined
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()))
  child.on('close', code => (status = code))
  let peak = 0
  while (status === undefined) {
    const file = `/proc/${child.pid}/status`
    if (existsSync(file)) peak = Math.max(peak, residentPeak(readFileSync(file, 'utf8')) ?? 0)
    await setTimeout(SAMPLE_MS)
  }
  if (status !== 0 || !text.includes(expected)) throw new Error(`${args.join(' ')} ended with ${status}: ${text}`)
  return peak
}

/** Measures both; `root` is the package. */
export async function benchWhole(root: string, pace: Pace): Promise<{ whole: WholeRuns; skipped: Skipped[] }> {
  const cli = join(root, 'dist', 'hartbeat.js')
  const times: number[] = []
  for (let n = 0; n < pace.pairs; n++) {
    await pace.breathe(`boot to a shell's answer, ${n + 1} of ${pace.pairs}`)
    times.push(timePrompt(cli))
  }
  const live = String(pace.processes)
  const result = { prompt: spreadOf(times), liveProcesses: pace.processes }
  if (!existsSync('/proc/self/status')) {
    const skipped = [{ bench: 'whole', what: 'resident memory', why: 'this host has no /proc' }]
    return { whole: { ...result, residentBytes: null }, skipped }
  }
  await pace.breathe(`${live} live processes`)
  const lab = join(root, 'programs', 'labs', 'fork-many.s')
  return { whole: { ...result, residentBytes: await peakOf([cli, 'run', '-m', RAM, lab, live], live) }, skipped: [] }
}
