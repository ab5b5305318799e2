// The extensions of the instruction set, a row each: what it is called, what it takes with it, the instructions it brings, and by
// which bits programs find it. misa, AT_HWCAP, riscv_hwprobe, /proc/cpuinfo, -march, --isa, the manual and the fuzzers' lists come
// out of these rows: to add an extension, write the file of its instructions and a row here.
import type { Row, Rows } from './define.ts'
import { lazily } from './lazily.ts'
import { privileged } from './privileged.ts'
import { rv64a } from './rv64a.ts'
import { rv64c } from './rv64c.ts'
import { rv64d } from './rv64d.ts'
import { rv64f } from './rv64f.ts'
import { rv64i } from './rv64i.ts'
import { rv64m } from './rv64m.ts'
import { zabha, zacas } from './zacas.ts'
import { vectorConfig } from './vector-config.ts'
import { vectorFloat } from './vector-float.ts'
import { vectorInteger } from './vector-integer.ts'
import { vectorMask } from './vector-mask.ts'
import { vectorMemory } from './vector-memory.ts'
import { zba } from './zba.ts'
import { zbb, zbkb } from './zbb.ts'
import { zbc } from './zbc.ts'
import { zbs } from './zbs.ts'
import { cntl, zcb, zcmop } from './zc.ts'
import { zfa } from './zfa.ts'
import { zfh, zfhmin } from './zfh.ts'
import { zicbom, zicboz } from './zicbo.ts'
import { zicond } from './zicond.ts'
import { zicsr, zifencei } from './zicsr.ts'
import { zawrs, zimop } from './zimop.ts'

/** A bit of a value of riscv_hwprobe. Where several extensions name the same one, it takes all of them. */
export interface HwprobeBit {
  key: number
  bit: number
}

export interface Extension {
  /** As the manual writes it. One that is a letter has the letter's bit in misa, and in AT_HWCAP unless it is a mode. */
  name: string
  title: string
  /** As object files state it (`2p0`). */
  version: string
  /** Instructions that it brings; another extension may bring them too. */
  rows: Rows
  /** Extensions that come with it. */
  implies: readonly string[]
  hwprobe: HwprobeBit | null
  /** A privilege mode: every machine has it, misa alone tells of it, and it is not chosen. */
  mode: boolean
  /** Part of I in ISA spec 2.2, whose versions object files state (as Debian's GNU as): no -march need name it, none implies it. */
  inBase: boolean
  /** It is part of this one, and is not named beside it. */
  partOf: string | null
  /** A name for what it implies, and for nothing else: who has all of it has this. misa has its letter; programs are told of the parts. */
  sum: boolean
}

// Keys of riscv_hwprobe (Documentation/arch/riscv/hwprobe.rst).
export const HWPROBE_BASE_BEHAVIOR = 3
export const HWPROBE_IMA_EXT_0 = 4
const IMA: HwprobeBit = { key: HWPROBE_BASE_BEHAVIOR, bit: 0 }
const ext0 = (bit: number): HwprobeBit => ({ key: HWPROBE_IMA_EXT_0, bit })

/** Forms that stand for no floating-point access. */
const isInteger = ({ expansion }: Row): boolean => !expansion?.name.startsWith('f')

const NO_ROWS: Rows = () => []
const NONE = { rows: NO_ROWS, implies: [], hwprobe: null, mode: false, inBase: false, partOf: null, sum: false } as const
const extension = (name: string, title: string, version: string, more: Partial<Extension>): Extension => ({
  name,
  title,
  version,
  ...NONE,
  ...more,
})

// The vector extensions (Vector spec 18): V, its subsets for small processors, and how long a register is.
const vectorIntegers: Rows = lazily(() => [...vectorConfig(), ...vectorMemory(), ...vectorInteger(), ...vectorMask()])
const vectors: Rows = lazily(() => [...vectorIntegers(), ...vectorFloat()])
/** Bits that a vector register can have here: the names Zvl32b to Zvl1024b choose. */
export const VECTOR_LENGTHS: readonly number[] = [32, 64, 128, 256, 512, 1024]
/** What V brings. */
const DEFAULT_VLEN = 128
export const vectorLength = (bits: number): string => `Zvl${bits}b`
const embedded = (name: string, what: string, implies: string[], bit: number, partOf: string, rowsOf: Rows): Extension =>
  extension(name, `${name}: vectors of ${what}`, '1p0', { rows: rowsOf, implies, hwprobe: ext0(bit), partOf })

/** In the order of the manual. */
export const extensions: readonly Extension[] = [
  extension('I', 'RV64I: base integer instructions', '2p0', { rows: rv64i, hwprobe: IMA }),
  extension('M', 'M: multiply and divide', '2p0', { rows: rv64m, implies: ['Zmmul'], hwprobe: IMA }),
  extension('A', 'A: atomics', '2p0', { rows: rv64a, hwprobe: IMA }),
  extension('F', 'F: single-precision floating point', '2p0', { rows: rv64f, implies: ['Zicsr'], hwprobe: ext0(0) }),
  extension('D', 'D: double-precision floating point', '2p0', { rows: rv64d, implies: ['F'], hwprobe: ext0(0) }),
  extension('C', 'C: compressed instructions', '2p0', { rows: lazily(() => [...rv64c(), ...cntl()]), hwprobe: ext0(1) }),
  extension('V', 'V: vectors', '1p0', { rows: vectors, implies: ['D', 'Zve64d', 'Zvl128b'], hwprobe: ext0(2) }),
  extension('Zicsr', 'Zicsr: control and status registers', '2p0', { rows: zicsr, inBase: true }),
  extension('Zifencei', 'Zifencei: instruction-fetch fence', '2p0', { rows: zifencei, inBase: true }),
  extension('Zicond', 'Zicond: integer conditional operations', '1p0', { rows: zicond, hwprobe: ext0(35) }),
  extension('Zca', 'Zca: C without floating point', '1p0', {
    rows: lazily(() => [...rv64c().filter(isInteger), ...cntl()]),
    hwprobe: ext0(43),
  }),
  extension('Zcb', 'Zcb: more compressed instructions', '1p0', { rows: zcb, implies: ['Zca'], hwprobe: ext0(44) }),
  extension('Zcmop', 'Zcmop: compressed may-be-operations', '1p0', { rows: zcmop, implies: ['Zca'], hwprobe: ext0(47) }),
  extension('Zimop', 'Zimop: may-be-operations', '1p0', { rows: zimop, hwprobe: ext0(42) }),
  extension('Zihintpause', 'Zihintpause: the hint pause', '2p0', { hwprobe: ext0(36) }),
  extension('Zihintntl', 'Zihintntl: hints about data that is used once', '1p0', { rows: cntl, hwprobe: ext0(29) }),
  extension('Zicbom', 'Zicbom: management of cache blocks', '1p0', { rows: zicbom, hwprobe: ext0(55) }),
  extension('Zicbop', 'Zicbop: prefetches', '1p0', { hwprobe: ext0(60) }),
  extension('Zicboz', 'Zicboz: zeroing of cache blocks', '1p0', { rows: zicboz, hwprobe: ext0(6) }),
  extension('Zawrs', 'Zawrs: waiting for a reservation', '1p0', { rows: zawrs, hwprobe: ext0(48) }),
  extension('Zacas', 'Zacas: atomic compare and swap', '1p0', { rows: zacas, implies: ['A'], hwprobe: ext0(34) }),
  extension('Zabha', 'Zabha: atomics on bytes and halfwords', '1p0', { rows: zabha, implies: ['A'], hwprobe: ext0(58) }),
  extension('Zihpm', 'Zihpm: hardware performance counters', '2p0', { implies: ['Zicsr'], hwprobe: ext0(51) }),
  extension('Zfhmin', 'Zfhmin: moves and conversions of half precision', '1p0', { rows: zfhmin, implies: ['F'], hwprobe: ext0(28) }),
  extension('Zfh', 'Zfh: half-precision floating point', '1p0', { rows: zfh, implies: ['Zfhmin'], hwprobe: ext0(27) }),
  extension('Zfa', 'Zfa: additional floating point', '1p0', { rows: zfa, implies: ['F'], hwprobe: ext0(32) }),
  extension('B', 'B: bit manipulation', '1p0', { implies: ['Zba', 'Zbb', 'Zbs'], sum: true }),
  extension('Zba', 'Zba: address generation', '1p0', { rows: zba, hwprobe: ext0(3) }),
  extension('Zbb', 'Zbb: basic bit manipulation', '1p0', { rows: zbb, hwprobe: ext0(4) }),
  extension('Zbs', 'Zbs: single bits', '1p0', { rows: zbs, hwprobe: ext0(5) }),
  extension('Zbc', 'Zbc: carry-less multiplication', '1p0', { rows: zbc, hwprobe: ext0(7) }),
  extension('Zbkb', 'Zbkb: bit manipulation for cryptography', '1p0', { rows: zbkb, hwprobe: ext0(8) }),
  extension('Zicntr', 'Zicntr: the counters cycle, time and instret', '2p0', { implies: ['Zicsr'] }),
  // What a machine always does, by the names that profiles have for it.
  extension('Ziccif', 'Ziccif: aligned instructions are fetched whole', '1p0', {}),
  extension('Ziccrse', 'Ziccrse: a reservation comes to be used at last', '1p0', { implies: ['A'] }),
  extension('Ziccamoa', 'Ziccamoa: atomics on all of memory', '1p0', { implies: ['A'] }),
  extension('Zicclsm', 'Zicclsm: misaligned loads and stores', '1p0', {}),
  extension('Za64rs', 'Za64rs: reservations of at most 64 bytes', '1p0', {}),
  extension('Za128rs', 'Za128rs: reservations of at most 128 bytes', '1p0', {}),
  extension('Zic64b', 'Zic64b: cache blocks of 64 bytes', '1p0', {}),
  extension('Zkt', 'Zkt: instructions whose time does not tell of their data', '1p0', { hwprobe: ext0(16) }),
  extension('Zmmul', 'Zmmul: multiply without divide', '1p0', {
    rows: lazily(() => rv64m().filter(r => r.name.startsWith('mul'))),
    partOf: 'M',
  }),
  embedded('Zve32x', 'integers of up to 32 bits', ['Zicsr', 'Zvl32b'], 37, 'Zve64x', vectorIntegers),
  embedded('Zve32f', 'integers and floats of up to 32 bits', ['F', 'Zve32x'], 38, 'Zve64f', vectors),
  embedded('Zve64x', 'integers of up to 64 bits', ['Zve32x', 'Zvl64b'], 39, 'Zve64f', vectorIntegers),
  embedded('Zve64f', 'integers of up to 64 bits, floats of 32', ['Zve32f', 'Zve64x'], 40, 'Zve64d', vectors),
  embedded('Zve64d', 'integers and floats of up to 64 bits', ['D', 'Zve64f'], 41, 'V', vectors),
  ...VECTOR_LENGTHS.map((bits, n) =>
    extension(vectorLength(bits), `${vectorLength(bits)}: vector registers of at least ${bits} bits`, '1p0', {
      implies: n === 0 ? [] : [vectorLength(bits / 2)],
      partOf: bits === DEFAULT_VLEN ? 'V' : bits === VECTOR_LENGTHS[VECTOR_LENGTHS.length - 1] ? null : vectorLength(2 * bits),
    }),
  ),
  extension('S', 'Privileged instructions', '1p12', { rows: privileged, implies: ['Zicsr', 'Zicntr'], mode: true }),
  extension('U', 'User mode', '1p12', { mode: true }),
]

const byName: ReadonlyMap<string, Extension> = new Map(extensions.map(e => [e.name.toLowerCase(), e]))
/** By its name in any case. */
export const extensionNamed = (name: string): Extension | undefined => byName.get(name.toLowerCase())

/** What the letter G stands for. */
export const GENERAL: readonly string[] = ['I', 'M', 'A', 'F', 'D', 'Zicsr', 'Zifencei']

const bringers = lazily(() => {
  const found = new Map<Row, Extension[]>()
  for (const e of extensions) for (const row of e.rows()) found.set(row, [...(found.get(row) ?? []), e])
  return found
})
/** The extensions that bring an instruction: any of them is enough. */
export const extensionsWith = (row: Row): readonly Extension[] => bringers().get(row) ?? []

// Order of the letters in an ISA string, and of the second letters of names that begin with z (Unprivileged spec, ISA extension naming).
const LETTERS = 'eigmafdqlcbkjtpvnh'
const FAMILIES = ['z', 's', 'x']
const letterRank = (letter: string): number => (LETTERS.includes(letter) ? LETTERS.indexOf(letter) : LETTERS.length)

/** Names in the order of an ISA string; in lower case. */
export function compareExtensions(a: string, b: string): number {
  const family = (name: string): number => (name.length === 1 ? -1 : FAMILIES.indexOf(name[0]))
  const rank = (name: string): number => (name.length === 1 ? letterRank(name) : name[0] === 'z' ? letterRank(name[1]) : 0)
  return family(a) - family(b) || rank(a) - rank(b) || (a < b ? -1 : Number(a > b))
}
