// What one operation of the kernel costs in host time. Each is a guest program run with few and with many rounds, or touching no pages
// and many: the difference is the cost, free of start-up. Beside it the same operation on the host's own kernel and the same ELF file
// under user-mode QEMU, runs interleaved; and benchmark.js within this process.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kernel } from '../../kernel/index.ts'
import { measureCycles, type Body, type Cycles } from './cycles.ts'
import { advance, buildProgram, finish, OTHER_PROGRAM, start, type Programs } from './ours.ts'
import { nativePeer, qemuPeer, secondsSince, type Peer, type Skipped } from './peers.ts'
import { ratioOf, spreadOf, type Spread } from './spread.ts'
import type { Pace } from './pace.ts'

const BLOCK_BYTES = 65536
const REGION_PAGES = 1024

export interface Operation {
  name: string
  /** Of bench/host/guest. */
  program: string
  /** Rounds of the small and the large run; with `pages` only of the large one. */
  few: number
  many: number
  /** Operations in a round. */
  perRound: number
  /** The program takes a number of pages: an operation is what one page more costs. */
  pages?: number
  /** It execs another program. */
  execs?: true
  /** Bytes moved by an operation. */
  bytes?: number
  /** What the project promises, nanoseconds. */
  target?: number
}

/** What is measured: a row and a program in bench/host/guest is all it takes. */
export const OPERATIONS: readonly Operation[] = [
  { name: 'null call, and its trap', program: 'getpid', few: 100_000, many: 1_600_000, perRound: 1, target: 300 },
  { name: 'fork + exit + wait', program: 'forkwait', few: 500, many: 3_500, perRound: 1, target: 60_000 },
  { name: 'fork + exec + exit + wait', program: 'forkexec', few: 100, many: 900, perRound: 1, execs: true },
  { name: 'context switch through a pipe', program: 'pingpong', few: 5_000, many: 55_000, perRound: 2, target: 5_000 },
  { name: 'pipe, 64 KiB', program: 'pipe', few: 500, many: 8_500, perRound: 1, bytes: BLOCK_BYTES },
  { name: 'page fault, first touch', program: 'touch', few: 0, many: 100, perRound: REGION_PAGES, pages: REGION_PAGES },
  { name: 'copy-on-write fault', program: 'cow', few: 0, many: 100, perRound: REGION_PAGES, pages: REGION_PAGES },
  { name: 'signal to itself, handled', program: 'signal', few: 10_000, many: 160_000, perRound: 1 },
]

/** The two runs whose difference is measured, and how many operations that is. `scale` divides the rounds. */
export function twoRuns(op: Operation, scale: number): { less: string[]; more: string[]; operations: number } {
  const rounds = (n: number): number => Math.ceil(n / scale)
  const many = rounds(op.many)
  if (op.pages !== undefined) return { less: [String(many), '0'], more: [String(many), String(op.pages)], operations: many * op.perRound }
  const few = rounds(op.few)
  return { less: [String(few)], more: [String(many)], operations: (many - few) * op.perRound }
}

export interface Beside {
  /** Nanoseconds an operation. */
  ns: Spread
  /** How many times faster ours is. */
  ratio: Spread
}

export interface OperationRow {
  name: string
  program: string
  /** Nanoseconds an operation. */
  ns: Spread
  /** Of the median. */
  perSecond: number
  bytesPerSecond: number | null
  target: number | null
  /** By benchmark.js, in this process. */
  cycles: Cycles | null
  native: Beside | null
  qemu: Beside | null
}

const NS_PER_SECOND = 1e9

/** Runs the program once on a fresh machine: seconds, without what it takes to make the machine. */
function timeOurs(programs: Programs, argv: readonly string[]): number {
  const kernel = start(programs, argv)
  const begun = process.hrtime.bigint()
  finish(kernel)
  return secondsSince(begun)
}

interface Bench {
  op: Operation
  programs: Programs
  native: Peer | null
  qemu: Peer | null
}

/** The interleaved pairs. */
async function comparePeers({ op, programs, native, qemu }: Bench, pace: Pace): Promise<Pick<OperationRow, 'ns' | 'native' | 'qemu'>> {
  const { less, more, operations } = twoRuns(op, pace.scale)
  const ours: Peer = { run: (_program, args) => timeOurs(programs, args), other: [OTHER_PROGRAM] }
  const systems = { ours, native, qemu }
  const costs: Record<keyof typeof systems, number[]> = { ours: [], native: [], qemu: [] }
  // Code that runs for the first time is compiled while it runs.
  timeOurs(programs, op.execs ? [...less, OTHER_PROGRAM] : less)
  for (let n = 0; n < pace.pairs; n++)
    for (const name of ['ours', 'native', 'qemu'] as const) {
      const system = systems[name]
      if (system === null) continue
      await pace.breathe(`${op.name}, ${name}, ${n + 1} of ${pace.pairs}`)
      const other = op.execs ? system.other : []
      const seconds = system.run(op.program, [...more, ...other]) - system.run(op.program, [...less, ...other])
      costs[name].push((seconds / operations) * NS_PER_SECOND)
    }
  const beside = (theirs: readonly number[]): Beside => ({ ns: spreadOf(theirs), ratio: ratioOf(costs.ours, theirs) })
  return { ns: spreadOf(costs.ours), native: native && beside(costs.native), qemu: qemu && beside(costs.qemu) }
}

/** More rounds than any cycle gets to. */
const ENDLESS = 2_000_000_000
/** A body of benchmark.js runs this share of the rounds of a large run: some milliseconds. */
const BODIES_PER_RUN = 100

/**
 * benchmark.js over the same program: a machine for each cycle, past its start-up; a body is a fixed number of the guest's instructions,
 * those of `rounds` rounds, which the difference of two whole runs says.
 */
async function cyclesOf({ op, programs }: Bench, pace: Pace): Promise<Cycles | null> {
  await pace.breathe(`${op.name}, benchmark.js`)
  const rounds = Math.max(1, Math.floor(op.many / pace.scale / BODIES_PER_RUN))
  const started = (n: number, pages: readonly number[]): Kernel =>
    start(programs, [n, ...pages].map(String).concat(op.execs ? [OTHER_PROGRAM] : []))
  const bodyOf = (...pages: number[]): Body => {
    const once = finish(started(rounds, pages))
    const twice = finish(started(2 * rounds, pages))
    return {
      setup() {
        const kernel = started(ENDLESS, pages)
        advance(kernel, once)
        return () => advance(kernel, twice - once)
      },
    }
  }
  const bodies = op.pages === undefined ? [bodyOf()] : [bodyOf(op.pages), bodyOf(0)]
  return measureCycles(bodies, rounds * op.perRound, pace.secondsEach)
}

/** Measures the operations whose programs are named, or all. `root` is the package. */
export async function benchOperations(
  root: string,
  pace: Pace,
  only: readonly string[],
): Promise<{ rows: OperationRow[]; skipped: Skipped[] }> {
  const out = mkdtempSync(join(tmpdir(), 'hartbeat-bench-'))
  const skipped: Skipped[] = []
  const have = (what: string, peer: Peer | string): Peer | null => {
    if (typeof peer !== 'string') return peer
    skipped.push({ bench: 'operations', what, why: peer })
    return null
  }
  const save = (name: string): Uint8Array => {
    const image = buildProgram(root, name)
    writeFileSync(join(out, name), image, { mode: 0o755 })
    return image
  }
  try {
    const native = have('native', nativePeer(root, out))
    const qemu = have('qemu-user', qemuPeer(out, native))
    const other = save('nothing')
    const rows: OperationRow[] = []
    for (const op of OPERATIONS.filter(({ program }) => only.length === 0 || only.includes(program))) {
      const bench: Bench = { op, programs: { image: save(op.program), other }, native, qemu }
      const compared = await comparePeers(bench, pace)
      const perSecond = NS_PER_SECOND / compared.ns.median
      rows.push({
        name: op.name,
        program: op.program,
        ...compared,
        perSecond,
        bytesPerSecond: op.bytes === undefined ? null : op.bytes * perSecond,
        target: op.target ?? null,
        cycles: await cyclesOf(bench, pace),
      })
    }
    return { rows, skipped }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
