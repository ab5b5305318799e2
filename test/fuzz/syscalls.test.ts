// Isolation: thousands of random system calls with wild arguments, made by a program. The kernel answers each with a result, an errno
// or a signal; it never throws, hangs or loses count of anything.
import { expect, test } from 'vitest'
import { runKernel, SYSCALLS, type Kernel } from '../../kernel/index.ts'
import { randomNumbers, type Random } from '../../vm/index.ts'
import { assembled, program } from '../build.ts'
import { start, streams } from '../machine.ts'
import { amount, PATIENCE, SEED } from './size.ts'

const SCRATCH = 0x4000_0000n
const SCRATCH_BYTES = 0x40000
const FILLED = 4096
const RECORD_WORDS = 7
const CALLS_A_LIFE = 20
const PIECE = 20_000
/** Instructions for each call: a life that waits for nothing is short. */
const LIMIT_PER_CALL = 20_000

const PATHS = [
  '/tmp/f',
  '/tmp',
  '/',
  '',
  '/proc/self/mem',
  '/proc/self/fd/0',
  '/dev/zero',
  '/dev/tty',
  '/bin/true',
  'x/../y',
  '/tmp/l',
  '/proc/1/maps',
]
const PATH_STRIDE = 32

const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]
const u64 = (v: bigint): bigint => BigInt.asUintN(64, v)
const EDGES = [
  0n,
  -1n,
  -100n,
  4095n,
  4096n,
  1n << 31n,
  1n << 32n,
  1n << 38n,
  (1n << 47n) - 4096n,
  1n << 47n,
  1n << 63n,
  (1n << 63n) - 1n,
  -4096n,
  0x10000n,
].map(u64)

/** An argument: a descriptor or flag, an address in the scratch area or at its edges, an edge of types and of the address space, anything. */
function wildValue(random: Random): bigint {
  const shapes: readonly (readonly [number, () => bigint])[] = [
    [30, () => BigInt(random(16))],
    [25, () => SCRATCH + BigInt(random(SCRATCH_BYTES / 8) * 8)],
    [15, () => SCRATCH + BigInt(random(PATHS.length) * PATH_STRIDE)],
    [5, () => SCRATCH + BigInt(SCRATCH_BYTES - random(24))],
    [10, () => pick(random, EDGES)],
    [10, () => 1n << BigInt(random(64))],
    [5, () => (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32))],
  ]
  let at = random(shapes.reduce((sum, [weight]) => sum + weight, 0))
  for (const [weight, make] of shapes) if ((at -= weight) < 0) return make()
  return 0n
}

/** What the program reads: the scratch area's first page, then records. */
function wildInput(random: Random, calls: number): string {
  const page = new BigUint64Array(FILLED / 8).map(() => u64(wildValue(random)))
  const bytes = new Uint8Array(page.buffer)
  PATHS.forEach((path, n) => bytes.set(Buffer.from(`${path}\0`), n * PATH_STRIDE))
  const known = SYSCALLS.filter(row => row !== undefined).map(row => row.nr)
  const records = new BigUint64Array(calls * RECORD_WORDS)
  for (let n = 0; n < calls; n++) {
    const nr = random(20) > 0 ? pick(random, known) : random(600)
    records.set([BigInt(nr), ...Array.from({ length: 6 }, () => u64(wildValue(random)))], n * RECORD_WORDS)
  }
  return Buffer.concat([bytes, new Uint8Array(records.buffer)]).toString('latin1')
}

/** The calls that were made last, for messages. */
const lastCalls = (kernel: Kernel): string =>
  [...kernel.state.tasks.values()].map(t => `${t.pid} ${t.comm} ${t.state} in ${t.call?.nr ?? 'user mode'}`).join(', ')

const WILD = program('/wild', assembled('test/fuzz/wild.s'))
const SEEDS = 4
const CALLS = amount(1500, 250_000)

test.each(Array.from({ length: SEEDS }, (_, n) => ({ seed: SEED + n, harts: n === 3 ? 2 : 1 })))(
  `${CALLS} wild calls, seed $seed, $harts hart(s)`,
  { timeout: PATIENCE },
  ({ seed, harts }) => {
    const random = randomNumbers(seed)
    // Invariants are checked after every piece.
    const { kernel } = start(['/wild'], { files: [WILD], stdin: wildInput(random, CALLS), harts, ramBytes: 16 * 2 ** 20, debug: true })
    kernel.state.initProtected = true
    const limit = CALLS * LIMIT_PER_CALL
    for (;;) {
      const result = runKernel(kernel, { maxInstructions: PIECE })
      if (result.kind === 'halted') break
      if (result.kind === 'idle' || kernel.state.executed > limit)
        throw new Error(`${result.kind} after ${kernel.state.executed}: ${lastCalls(kernel)}`)
    }
    expect(kernel.state.counts.syscalls).toBeGreaterThan(CALLS / 2)
    expect(kernel.state.counts.forks).toBeGreaterThan(CALLS / CALLS_A_LIFE / 2)
  },
)

test('standard input of a test is what the program reads', () => expect(streams('ab').readInput(9)).toEqual(Uint8Array.of(97, 98)))
