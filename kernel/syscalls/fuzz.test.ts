// Isolation: whatever a program asks for, the kernel answers with an errno, a signal or a result, never with an exception of ours,
// and its invariants hold afterwards.
import { describe, expect, it } from 'vitest'
import { restore, snapshot, type Snapshot } from '../boot.ts'
import { checkInvariants } from '../invariants.ts'
import type { Kernel } from '../kernel.ts'
import { runKernel } from '../loop.ts'
import { putBig, putU8 } from '../mm/index.ts'
import { setRegBig, setRegPc } from '../task/index.ts'
import { CODE, DATA, DATA_BYTES, start } from '../testing.ts'
import { SYSCALLS } from './table.ts'

const CALLS = Number(process.env['FUZZ_CALLS'] ?? 10_000)
/** A restart every so often: a program that has closed and unmapped everything finds no new ways to err. */
const CALLS_PER_LIFE = 25
const INVARIANTS_EVERY = 5

/** mulberry32: small, seeded. */
function randomFrom(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const U64 = 2n ** 64n

/** Values at which arguments break: edges of sizes, of memory, of tables; and good ones, so that calls get further. */
function value(random: () => number): bigint {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]
  const kind = random()
  if (kind < 0.3) return BigInt(Math.floor(random() * 16))
  if (kind < 0.55) return BigInt(DATA + Math.floor(random() * DATA_BYTES))
  if (kind < 0.6) return BigInt(DATA + DATA_BYTES - Math.floor(random() * 16))
  if (kind < 0.7)
    return pick([
      0n,
      -1n,
      -100n,
      4096n,
      0x1000n * 16n,
      BigInt(CODE),
      2n ** 31n,
      2n ** 32n,
      2n ** 47n,
      2n ** 47n - 4096n,
      2n ** 63n,
      U64 - 4096n,
    ])
  if (kind < 0.85) return 1n << BigInt(Math.floor(random() * 64))
  return (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32))
}

const FILLED = 2 * 4096
const PATH = '/tmp/f\0'

/** Fills the data area with bytes that mean something: small numbers, addresses, a path. */
function fillData(k: Kernel, random: () => number): void {
  const task = k.state.init
  if (task === null) throw new Error('filling the data area: there is no process')
  for (let at = 0; at < FILLED; at += 8) putBig(k, task, DATA + at, BigInt.asUintN(64, value(random)))
  for (let i = 0; i < PATH.length; i++) putU8(k, task, DATA + 64 + i, PATH.charCodeAt(i))
}

describe('random system calls', () => {
  const known = SYSCALLS.filter(row => row !== undefined).map(row => row.nr)
  it('never break the kernel', { timeout: 600_000 }, () => {
    const random = randomFrom(Number(process.env['FUZZ_SEED'] ?? 12345))
    const { k } = start('again:\necall\nj {again}', { debug: false, ramBytes: 8 * 2 ** 20 })
    fillData(k, random)
    const fresh: Snapshot = snapshot(k)
    let calls = 0
    for (let life = 0; calls < CALLS; life++) {
      restore(k, fresh, true)
      const done: string[] = []
      try {
        for (let n = 0; n < CALLS_PER_LIFE && calls < CALLS; n++, calls++) {
          const task = k.state.init
          if (k.state.halted !== null || task === null || task.trapFrame < 0) break
          const nr = random() < 0.95 ? known[Math.floor(random() * known.length)] : Math.floor(random() * 600)
          const args = Array.from({ length: 6 }, () => value(random))
          done.push(`${SYSCALLS[nr]?.name ?? nr}(${args.map(a => `0x${BigInt.asUintN(64, a).toString(16)}`).join(', ')})`)
          setRegPc(k, task, CODE)
          args.forEach((arg, i) => setRegBig(k, task, 10 + i, arg))
          setRegBig(k, task, 17, BigInt(nr))
          if (runKernel(k, { maxInstructions: 50 }).kind === 'idle') break
        }
        if (life % INVARIANTS_EVERY === 0) expect(checkInvariants(k)).toEqual([])
      } catch (error) {
        throw new Error(`after these calls of life ${life}:\n${done.join('\n')}`, { cause: error })
      }
    }
  })
})
