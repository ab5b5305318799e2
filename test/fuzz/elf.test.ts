// Isolation: thousands of damaged ELF files. Executing one is refused with an errno, or it runs to an exit, a signal or the limit;
// nothing throws, and the kernel's books stay right.
import { expect, test } from 'vitest'
import { checkInvariants, createKernel, isErrno, runKernel, spawnInit, type Kernel } from '../../kernel/index.ts'
import { randomNumbers, type Random } from '../../vm/index.ts'
import { assembled, program } from '../build.ts'
import { streams } from '../machine.ts'
import { staticElf, pieElf } from './elves.ts'
import { amount, PATIENCE, SEED } from './size.ts'

const EHDR_BYTES = 64
const PHDR_BYTES = 56
/** Offset and width of every field of the file header, and of a program header. */
const EHDR_FIELDS: readonly (readonly [number, number])[] = [
  ...[4, 5, 6, 7].map(at => [at, 1] as const),
  ...[16, 18, 52, 54, 56, 58, 60, 62].map(at => [at, 2] as const),
  ...[20, 48].map(at => [at, 4] as const),
  ...[24, 32, 40].map(at => [at, 8] as const),
]
const PHDR_FIELDS: readonly (readonly [number, number])[] = [
  [0, 4],
  [4, 4],
  [8, 8],
  [16, 8],
  [24, 8],
  [32, 8],
  [40, 8],
  [48, 8],
]
const EDGES = [
  0n,
  1n,
  2n,
  3n,
  6n,
  7n,
  63n,
  64n,
  0xfffn,
  0x1000n,
  0x1001n,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 32n,
  1n << 38n,
  (1n << 47n) - 4096n,
  1n << 47n,
  1n << 56n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 4096n,
  (1n << 64n) - 1n,
]

const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]

function setField(bytes: Uint8Array, at: number, width: number, value: bigint): void {
  for (let n = 0; n < width && at + n < bytes.length; n++) bytes[at + n] = Number((value >> BigInt(8 * n)) & 0xffn)
}

function field(bytes: Uint8Array, at: number, width: number): bigint {
  let value = 0n
  for (let n = width - 1; n >= 0; n--) value = (value << 8n) | BigInt(bytes[at + n] ?? 0)
  return value
}

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array
const HEADERS = EHDR_BYTES + 4 * PHDR_BYTES

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    bytes[random(bytes.length)] ^= 1 << random(8)
    return bytes
  },
  function flipHeaderBit(bytes, random) {
    bytes[random(Math.min(HEADERS, bytes.length))] ^= 1 << random(8)
    return bytes
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random(2) === 0 ? random(bytes.length) : random(HEADERS))
  },
  function edgeOfFileHeader(bytes, random) {
    const [at, width] = pick(random, EHDR_FIELDS)
    setField(bytes, at, width, pick(random, EDGES))
    return bytes
  },
  function edgeOfProgramHeader(bytes, random) {
    const [at, width] = pick(random, PHDR_FIELDS)
    setField(bytes, EHDR_BYTES + random(4) * PHDR_BYTES + at, width, pick(random, EDGES))
    return bytes
  },
  function nudgeProgramHeader(bytes, random) {
    const [at, width] = pick(random, PHDR_FIELDS)
    const place = EHDR_BYTES + random(4) * PHDR_BYTES + at
    setField(bytes, place, width, field(bytes, place, width) + BigInt(random(9) - 4) * pick(random, [1n, 8n, 0x1000n]))
    return bytes
  },
  function swapTypes(bytes, random) {
    setField(bytes, EHDR_BYTES + random(4) * PHDR_BYTES, 4, BigInt(random(9)))
    return bytes
  },
  function garbage(bytes, random) {
    const at = random(bytes.length)
    for (let n = 0; n < 64 && at + n < bytes.length; n++) bytes[at + n] = random(256)
    return bytes
  },
]

export function mutate(bytes: Uint8Array, random: Random): { bytes: Uint8Array; how: string } {
  const how: string[] = []
  let mutated: Uint8Array = bytes.slice()
  for (let n = 1 + random(3); n > 0; n--) {
    const mutation = pick(random, MUTATIONS)
    how.push(mutation.name)
    mutated = mutation(mutated, random)
    if (mutated.length === 0) mutated = new Uint8Array(1)
  }
  return { bytes: mutated, how: how.join(', ') }
}

const FILES = amount(1000, 10_000)
/** A machine runs so many files, one after another, then a fresh one goes on. */
const FILES_A_MACHINE = 100
const LIMIT_PER_FILE = 200_000

/** Process 1 of the machines: executes /m0, /m1, ... each in a child, kills it after a while, and counts how they ended. */
const RUNNER = program('/runner', assembled('test/fuzz/runner.s'))

function runFiles(files: readonly Uint8Array[]): Kernel {
  const images = files.map((data, n) => program(`/m${String(n).padStart(3, '0')}`, data))
  const kernel = createKernel({ host: streams(), ramBytes: 16 * 2 ** 20, root: [RUNNER, ...images] })
  spawnInit(kernel, { path: '/runner', argv: ['runner', String(files.length)], env: [], stdio: ['null', 'pipe', 'null'], protected: true })
  const result = runKernel(kernel, { maxInstructions: files.length * LIMIT_PER_FILE })
  if (result.kind !== 'halted')
    throw new Error(`${result.kind}; tasks: ${[...kernel.state.tasks.values()].map(t => `${t.comm} ${t.state}`).join(', ')}`)
  const problems = checkInvariants(kernel)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return kernel
}

test.each([
  { kind: 'static', elf: staticElf },
  { kind: 'position-independent', elf: pieElf },
])(`${FILES / 2} damaged $kind files`, { timeout: PATIENCE }, ({ elf }) => {
  const random = randomNumbers(SEED)
  for (let done = 0; done < FILES / 2; done += FILES_A_MACHINE) {
    const files = Array.from({ length: FILES_A_MACHINE }, () => mutate(elf, random))
    try {
      runFiles(files.map(f => f.bytes))
    } catch (error) {
      // Which one was it?
      for (const { bytes, how } of files) {
        try {
          runFiles([bytes])
        } catch (alone) {
          throw new Error(`${how}:\n${Buffer.from(bytes.subarray(0, HEADERS)).toString('hex')}`, { cause: alone })
        }
      }
      throw error
    }
  }
})

test('both files run when they are whole, each way of ending is told apart', () => {
  const kernel = runFiles([staticElf, pieElf, staticElf.slice(0, 20)])
  expect((kernel.host as ReturnType<typeof streams>).out).toBe('exit 7\nexit 7\nerrno 8\n')
})

test('a file that is refused as the first program throws its errno', () => {
  const random = randomNumbers(SEED + 1)
  let refused = 0
  for (let n = 0; n < amount(40, 400); n++) {
    const kernel = createKernel({
      host: streams(),
      ramBytes: 8 * 2 ** 20,
      engine: 'reference',
      root: [program('/m', mutate(staticElf, random).bytes)],
    })
    try {
      spawnInit(kernel, { path: '/m', argv: ['m'], env: [], stdio: ['null', 'null', 'null'] })
      runKernel(kernel, { maxInstructions: 2000 })
    } catch (error) {
      if (!isErrno(error)) throw error
      refused++
    }
    expect(checkInvariants(kernel)).toEqual([])
  }
  expect(refused).toBeGreaterThan(5)
})
