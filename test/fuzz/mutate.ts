// Ways to damage an ELF file: bits, lengths, and fields with values at which readers break.
import type { Random } from '../../vm/index.ts'

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

/** A damaged copy, never empty, and what was done to it. */
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
