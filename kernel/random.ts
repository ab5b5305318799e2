// The machine's only source of chance: xoshiro128** (Blackman and Vigna), seeded from the options, so that a run can be repeated.
// Behind getrandom, /dev/urandom, AT_RANDOM and address layout. Not for cryptography.
import type { Kernel } from './kernel.ts'

const WORDS = 4
const GOLDEN_GAMMA = 0x9e3779b9

const rotl = (x: number, n: number): number => (x << n) | (x >>> (32 - n))

/** The generator's four words from a seed, by splitmix32: never all zero. */
export function seedRandom(seed: number): Uint32Array {
  const words = new Uint32Array(WORDS)
  let state = seed | 0
  for (let i = 0; i < WORDS; i++) {
    state = (state + GOLDEN_GAMMA) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    words[i] = z ^ (z >>> 15)
  }
  if (words.every(w => w === 0)) words[0] = 1
  return words
}

/** The next 32 bits of the machine's generator, unsigned. */
const randomU32 = (k: Kernel): number => nextU32(k.state.random)

/** The next 32 bits, unsigned, of a generator with these four words. */
export function nextU32(s: Uint32Array): number {
  const result = Math.imul(rotl(Math.imul(s[1], 5), 7), 9) >>> 0
  const t = s[1] << 9
  s[2] ^= s[0]
  s[3] ^= s[1]
  s[1] ^= s[2]
  s[0] ^= s[3]
  s[2] ^= t
  s[3] = rotl(s[3], 11)
  return result
}

export function randomBytes(k: Kernel, count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  for (let i = 0; i < count; i += 4) {
    const word = randomU32(k)
    for (let j = 0; j < 4 && i + j < count; j++) bytes[i + j] = word >>> (8 * j)
  }
  return bytes
}
