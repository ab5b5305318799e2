// Names of registers and of the small sets that operands are written with: rounding modes and fence sets.

/** Numbers of the integer registers by their ABI names (RISC-V ELF psABI, register convention). */
// prettier-ignore
export const REG = {
  zero: 0, ra: 1, sp: 2, gp: 3, tp: 4, t0: 5, t1: 6, t2: 7,
  s0: 8, s1: 9, a0: 10, a1: 11, a2: 12, a3: 13, a4: 14, a5: 15,
  a6: 16, a7: 17, s2: 18, s3: 19, s4: 20, s5: 21, s6: 22, s7: 23,
  s8: 24, s9: 25, s10: 26, s11: 27, t3: 28, t4: 29, t5: 30, t6: 31,
} as const
/** The names, by number. */
export const xNames: readonly string[] = Object.keys(REG)
export const fNames =
  'ft0 ft1 ft2 ft3 ft4 ft5 ft6 ft7 fs0 fs1 fa0 fa1 fa2 fa3 fa4 fa5 fa6 fa7 fs2 fs3 fs4 fs5 fs6 fs7 fs8 fs9 fs10 fs11 ft8 ft9 ft10 ft11'.split(
    ' ',
  )

export const vNames: readonly string[] = Array.from({ length: 32 }, (_, n) => `v${n}`)

const numbered = (prefix: string): [string, number][] => Array.from({ length: 32 }, (_, n) => [prefix + n, n])
const named = (names: readonly string[]): [string, number][] => names.map((name, n) => [name, n])

/** ABI and numeric names, and fp, to numbers. */
export const xByName: ReadonlyMap<string, number> = new Map([...named(xNames), ...numbered('x'), ['fp', REG.s0]])
export const fByName: ReadonlyMap<string, number> = new Map([...named(fNames), ...numbered('f')])

export const vByName: ReadonlyMap<string, number> = new Map(named(vNames))

/** Rounding modes of the `rm` field; 5 and 6 are reserved. */
export const RM = { rne: 0, rtz: 1, rdn: 2, rup: 3, rmm: 4, dyn: 7 } as const
export const roundingModes: readonly { name: string; number: number; doc: string }[] = [
  { name: 'rne', number: RM.rne, doc: 'to the nearest, ties to even' },
  { name: 'rtz', number: RM.rtz, doc: 'towards zero' },
  { name: 'rdn', number: RM.rdn, doc: 'down, towards minus infinity' },
  { name: 'rup', number: RM.rup, doc: 'up, towards plus infinity' },
  { name: 'rmm', number: RM.rmm, doc: 'to the nearest, ties away from zero' },
  { name: 'dyn', number: RM.dyn, doc: 'the mode in frm' },
]
export const rmByName: ReadonlyMap<string, number> = new Map(roundingModes.map(m => [m.name, m.number]))
export const rmName = (number: number): string => roundingModes.find(m => m.number === number)?.name ?? 'unknown'

// Conversions that are always exact: an assembler writes rne into them, not dyn, and a disassembler leaves rne unsaid.
const EXACT_CONVERSIONS = ['fcvt.d.w', 'fcvt.d.wu', 'fcvt.d.s', 'fcvt.s.h', 'fcvt.d.h']
/** The rounding mode of an instruction that is written without one. */
export const defaultRm = (rowName: string): number => (EXACT_CONVERSIONS.includes(rowName) ? RM.rne : RM.dyn)

// Bits of a fence set, from the highest: input and output devices, reads and writes of memory.
const FENCE_LETTERS = 'iorw'

/** `rw` -> 3; null when the text is no fence set. Letters come in the order iorw; `0` is the empty set. */
export function parseFenceSet(text: string): number | null {
  if (text === '0') return 0
  if (!/^i?o?r?w?$/.test(text) || text === '') return null
  return [...text].reduce((set, letter) => set | (8 >> FENCE_LETTERS.indexOf(letter)), 0)
}

/** 3 -> `rw`; the empty set is `unknown`, as objdump prints it. */
export const fenceSetName = (set: number): string => [...FENCE_LETTERS].filter((_, n) => set & (8 >> n)).join('') || 'unknown'
