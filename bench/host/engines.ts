// An engine over the compiled kernels, beside QEMU with a machine and without, and the host itself: runs interleaved, each in a process of its
// own, results compared. What preparing takes is measured by runs of no rounds and taken off, for all of them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask } from './alone.ts'
import { buildKernel, noCompiler, type BuiltKernel } from './compile.ts'
import { KERNELS, type KernelKind } from './kernels.ts'
import type { KernelAnswer, MeasuredEngine } from './one-kernel.ts'
import { guestFolder } from './ours.ts'
import type { Pace } from './pace.ts'
import { HOST_CC, installed, QEMU_USER, timed, type Skipped, type Took } from './peers.ts'
import { ratioOf, spreadOf, type Spread } from './spread.ts'
import type { Warming } from './warm.ts'

/** What an engine is slower by than the compiler, about: it gets so many rounds less. */
const SHARES: Readonly<Record<MeasuredEngine, number>> = { compiler: 1, interpreter: 6, reference: 20_000, timed: 40 }

export const PEERS = ['native', 'user', 'system'] as const
export type PeerName = (typeof PEERS)[number]

export interface EngineOptions {
  engine: MeasuredEngine
  peers: readonly PeerName[]
  /** One short run, the first of its process: what is compiled on the way counts. */
  cold: boolean
}

/** A cold run has so many rounds less. */
const COLD_SHARE = 100

export interface Beside {
  mips: Spread
  /** How many times faster ours is, by wall time and by processor time (null: too little of it to tell). */
  ratio: Spread
  cpuRatio: Spread | null
}

export interface EngineRow {
  kernel: string
  kind: KernelKind
  rounds: number
  /** Millions of instructions a second. */
  mips: Spread
  seconds: Spread
  warming: Warming | null
  /** What left the fast code most often. */
  aside: KernelAnswer['aside']
  /** Cycles an instruction, of the timed machine. */
  cpi: number | null
  peers: Partial<Record<PeerName, Beside>>
}

export interface EnginesResult extends EngineOptions {
  rows: EngineRow[]
}

const QEMU = 'qemu-system-riscv64'
const QEMU_FLAGS = '-machine virt -bios none -display none -serial stdio -monitor none -kernel'.split(' ')

interface Cost {
  seconds: number
  cpu: number
  checksum: string
}

type Run = (rounds: number) => Took

/** What the rounds take a peer: a run of `times` as many less a run of none; and what it makes of the rounds themselves. */
function costOf(run: Run, rounds: number, times: number): Cost {
  const none = run(0)
  const all = run(rounds * times)
  const { out } = times === 1 ? all : run(rounds)
  return { seconds: (all.seconds - none.seconds) / times, cpu: (all.cpu - none.cpu) / times, checksum: out.trim() }
}

/** Each peer over a kernel; null: not for this one. */
const RUNS: Readonly<Record<PeerName, (kernel: BuiltKernel) => Run | null>> = {
  native: ({ native }) => (native === null ? null : rounds => timed(native, [String(rounds)])),
  user:
    ({ user }) =>
    rounds =>
      timed(QEMU_USER, [user, String(rounds)]),
  system:
    ({ elf, elfNone }) =>
    rounds =>
      timed(QEMU, [...QEMU_FLAGS, rounds === 0 ? elfNone : elf]),
}
/** The host is so much faster that it gets more rounds. */
const TIMES: Readonly<Record<PeerName, number>> = { native: 8, user: 1, system: 1 }
const NEEDS: Readonly<Record<PeerName, string>> = { native: HOST_CC, user: QEMU_USER, system: QEMU }

/** Processor time is known to a hundredth of a second: below this it says little. */
const CPU_LEAST = 0.2

async function benchKernel(root: string, kernel: BuiltKernel, options: EngineOptions, pace: Pace): Promise<EngineRow> {
  const { name, rounds } = kernel
  const ours: KernelAnswer[] = []
  const costs: Partial<Record<PeerName, Cost[]>> = {}
  for (let n = 0; n < pace.pairs; n++) {
    await pace.breathe(`${name}, ${n + 1} of ${pace.pairs}`)
    const answer = ask(root, 'kernel', { kernel: name, image: kernel.image, rounds, engine: options.engine })
    ours.push(answer)
    for (const peer of options.peers) {
      const run = RUNS[peer](kernel)
      if (run === null) continue
      await pace.breathe(`${name}, ${peer}, ${n + 1} of ${pace.pairs}`)
      const cost = costOf(run, rounds, KERNELS[name].fixed ? 1 : TIMES[peer])
      if (cost.checksum !== answer.checksum) throw new Error(`${name}: our result ${answer.checksum}, ${cost.checksum} is ${peer}'s`)
      ;(costs[peer] ??= []).push(cost)
    }
  }
  const mipsOf = (seconds: number): number => ours[0].instructions / seconds / 1e6
  const beside = (theirs: readonly Cost[]): Beside => ({
    mips: spreadOf(theirs.map(c => mipsOf(c.seconds))),
    ratio: ratioOf(ours.map(o => o.seconds), theirs.map(c => c.seconds)), // prettier-ignore
    cpuRatio: [...ours, ...theirs].every(c => c.cpu >= CPU_LEAST) ? ratioOf(ours.map(o => o.cpu), theirs.map(c => c.cpu)) : null, // prettier-ignore
  })
  return {
    ...{ kernel: name, kind: KERNELS[name].kind, rounds },
    mips: spreadOf(ours.map(o => mipsOf(o.seconds))),
    seconds: spreadOf(ours.map(o => o.seconds)),
    warming: middleOf(ours.flatMap(o => o.warming ?? [])),
    aside: ours[0].aside,
    cpi: options.engine === 'timed' ? ours[0].cycles / ours[0].instructions : null,
    peers: Object.fromEntries(Object.entries(costs).map(([peer, theirs]) => [peer, beside(theirs)])),
  }
}

/** The one whose peak is the middle. */
function middleOf(all: readonly Warming[]): Warming | null {
  return [...all].sort((a, b) => a.peak - b.peak)[all.length >> 1] ?? null
}

/** Rounds for an engine; those that are what is asked stay, except that the slowest cannot. */
function roundsFor(name: string, { engine, cold }: EngineOptions, pace: Pace): number {
  const { rounds, fixed } = KERNELS[name]
  if (fixed && engine !== 'reference') return rounds
  return Math.max(1, Math.ceil(rounds / pace.scale / SHARES[engine] / (cold ? COLD_SHARE : 1)))
}

/** Measures the kernels that are named, or all; null when they cannot be compiled. `root` is the package. */
export async function benchEngines(
  root: string,
  pace: Pace,
  only: readonly string[],
  options: EngineOptions,
): Promise<{ engines: EnginesResult | null; skipped: Skipped[] }> {
  const uncompiled = noCompiler()
  if (uncompiled !== null) return { engines: null, skipped: [{ bench: 'engines', what: 'all of it', why: uncompiled }] }
  const missing = options.peers.filter(peer => !installed(NEEDS[peer]))
  const peers = options.peers.filter(peer => !missing.includes(peer))
  const out = mkdtempSync(join(tmpdir(), 'hartbeat-bench-'))
  try {
    const rows: EngineRow[] = []
    for (const name of Object.keys(KERNELS)) {
      if (only.length > 0 && !only.includes(name)) continue
      await pace.breathe(`${name}, compiling`)
      const kernel = buildKernel(name, roundsFor(name, options, pace), guestFolder(root), out)
      rows.push(await benchKernel(root, kernel, { ...options, peers }, pace))
    }
    return {
      engines: { ...options, peers, rows },
      skipped: missing.map(what => ({ bench: 'engines', what, why: `${NEEDS[what]} is not installed` })),
    }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
