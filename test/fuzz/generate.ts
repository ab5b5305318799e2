// What random programs are made of: one generator for each kind of instruction group, drawn with weights.
import {
  expand,
  fieldRange,
  fieldSpec,
  RM,
  randomOperand,
  rowNamed,
  allRows,
  type FieldName,
  type Random,
  type Row,
  type Suffixes,
} from '../../vm/isa/index.ts'

/** sp holds the scratch buffer's start (compressed forms address from it), s0 its middle (12-bit offsets reach both ends). */
export const SCRATCH_START = 2
export const SCRATCH_MIDDLE = 8
export const SCRATCH_BYTES = 4096
const RESERVED: readonly number[] = [SCRATCH_START, SCRATCH_MIDDLE]

/** One instruction; a jump's immediate is filled in when the program is laid out. */
export interface Piece {
  row: Row
  values: number[]
  suffixes: Suffixes
  /** The operand that receives the distance to a later group: `skip` groups after the next one. */
  jump?: { operand: number; skip: number; from: 'here' | 'group' }
}
export type Group = readonly Piece[]

type Generator = (random: Random) => Group | null

function needed(name: string): Row {
  const row = rowNamed(name)
  if (!row) throw new Error(`no instruction ${name}`)
  return row
}

const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]
const isDestination = (field: FieldName): boolean => field === 'rd'
const isMemory = (row: Row): boolean => row.syntax.includes('(')
const has = (row: Row, ...names: FieldName[]): boolean => row.operands.some(f => names.includes(f))
const isJump = (row: Row): boolean => has(row, 'b', 'j', 'cb', 'cj') || row.name === 'jalr'

/** A register that may be written. x0 now and then: what is written there must vanish. */
function destination(random: Random): number {
  for (;;) {
    const n = random(32)
    if (!RESERVED.includes(n)) return n
  }
}

/** Small immediates and edges more often than a uniform draw would give them. */
function operand(field: FieldName, random: Random): number {
  if (isDestination(field)) return destination(random)
  // A pair is this register and the next.
  if (field === 'rde') return pick(random, [0, 4, 6, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30])
  const { what, min, max, multiple, not } = fieldRange(field)
  if (what !== 'immediate' || random(3) > 0) return randomOperand(field, random)
  const value = pick(random, [0, multiple, -multiple, min, max, 2 * multiple])
  return value < min || value > max || not.includes(value) ? randomOperand(field, random) : value
}

const piece = (row: Row, values: number[], suffixes: Piece['suffixes'] = {}): Piece => ({ row, values, suffixes })
const named = (name: string, ...values: number[]): Piece => piece(needed(name), values)
const any = (row: Row, random: Random, suffixes: Piece['suffixes'] = {}): Piece =>
  piece(
    row,
    row.operands.map(f => operand(f, random)),
    suffixes,
  )

const isFloat = (row: Row): boolean => row.length === 4 && row.fields.some(f => fieldSpec(f).kind === 'f')
/** Linux lets programs clean blocks and zero them, not take them out of caches unwritten. */
const NOT_FOR_PROGRAMS = 'cbo.inval'
const NOT_ARITHMETIC: readonly string[] = ['ecall', 'ebreak', 'fence', 'fence.tso']
const isArithmetic = (row: Row): boolean => row.length === 4 && !isMemory(row) && !isJump(row) && !NOT_ARITHMETIC.includes(row.name)

const ofRows =
  (choices: readonly Row[], modes: readonly number[] = []): Generator =>
  random => {
    const row = pick(random, choices)
    return [any(row, random, row.fields.includes('rm') ? { rm: pick(random, modes) } : {})]
  }

// Bytes that an access moves at most; offsets stay that far from the buffer's end.
const WIDEST = 8
const PAIR = 16
/** An offset from the buffer's middle: anywhere in it, aligned three times in four. */
function offset(random: Random, alignment = random(4) > 0 ? WIDEST : 1): number {
  const half = SCRATCH_BYTES / 2
  return Math.floor((random(SCRATCH_BYTES - WIDEST + 1) - half) / alignment) * alignment
}

const access =
  (choices: readonly Row[]): Generator =>
  random => {
    const row = pick(random, choices)
    const values = row.operands.map(f => (f === 'rs1' ? SCRATCH_MIDDLE : f === 'i' || f === 's' ? offset(random) : operand(f, random)))
    if (random(4) > 0) return [piece(row, values)]
    // Through an address that is computed: three instructions that belong together.
    const temporary = temporaryRegister(random)
    const masked = [named('andi', temporary, random(32), random(SCRATCH_BYTES / 4)), named('add', temporary, temporary, SCRATCH_MIDDLE)]
    const based = row.operands.map((f, n) => (f === 'rs1' ? temporary : f === 'i' || f === 's' ? random(1024) : values[n]))
    return [...masked, piece(row, based)]
  }

function temporaryRegister(random: Random): number {
  return pick(random, [5, 6, 7, 10, 15, 28, 31])
}

/** An aligned address in a register, then one atomic on it or a load-reserved and store-conditional pair. */
const atomic =
  (choices: readonly Row[]): Generator =>
  random => {
    const temporary = temporaryRegister(random)
    const ordering = (): Piece['suffixes'] => ({ aq: random(2), rl: random(2) })
    const at = offset(random, WIDEST)
    const row = pick(random, choices)
    const address = named('addi', temporary, SCRATCH_MIDDLE, has(row, 'rde') ? at & -PAIR : at)
    const on = (row: Row): Piece => {
      const values = row.operands.map(f => (f === 'rs1' ? temporary : operand(f, random)))
      // QEMU 10 takes its own zero for another number afterwards.
      if (row.name.startsWith('amocas') && values[0] === 0) values[0] = PAIR
      return piece(row, values, ordering())
    }
    if (!/^(lr|sc)/.test(row.name)) return [address, on(row)]
    const width = row.name.slice(2)
    const load = on(needed(`lr${width}`))
    // The pair needs the address still there.
    if (load.values[0] === temporary) load.values[0] = 0
    const between = random(2) === 0 ? [named('addi', pick(random, [1, 3, 4, 11, 12]), random(32), 1)] : []
    // One in four without its load: it must fail, as every pair before has used up its reservation.
    return random(4) === 0 ? [address, on(needed(`sc${width}`))] : [address, load, ...between, on(needed(`sc${width}`))]
  }

const FARTHEST_JUMP = 6
const branch =
  (choices: readonly Row[]): Generator =>
  random => {
    const row = pick(random, choices)
    const at = row.operands.findIndex(f => ['b', 'j', 'cb', 'cj'].includes(f))
    const values = row.operands.map((f, n) => (n === at ? 0 : operand(f, random)))
    return [{ ...piece(row, values), jump: { operand: at, skip: random(FARTHEST_JUMP), from: 'here' } }]
  }

const farJump: Generator = random => {
  const temporary = temporaryRegister(random)
  const base = named('auipc', temporary, 0)
  const jalr = named('jalr', pick(random, [0, temporary, destination(random)]), random(2), temporary)
  return [base, { ...jalr, jump: { operand: 1, skip: random(FARTHEST_JUMP), from: 'group' } }]
}

const shortFarJump: Generator = random => {
  const temporary = temporaryRegister(random)
  const add = named('addi', temporary, temporary, 0)
  return [
    named('auipc', temporary, 0),
    { ...add, jump: { operand: 2, skip: random(FARTHEST_JUMP), from: 'group' } },
    named(pick(random, ['c.jr', 'c.jalr']), temporary),
  ]
}

/** Compressed forms that compute or access memory from sp or s0. */
const compressed =
  (choices: readonly Row[]): Generator =>
  random => {
    const row = pick(random, choices)
    const values = row.operands.map(f => (f === 'rs1p' && isMemory(row) ? SCRATCH_MIDDLE : operand(f, random)))
    if (!row.hint) {
      const { row: long, values: expanded } = expand(row, values)
      const destinationAt = long.operands.indexOf('rd')
      if (destinationAt >= 0 && RESERVED.includes(expanded[destinationAt])) return null
      return [piece(row, values)]
    }
    // Some hints write a register its own value: as harmless for the reserved ones as for others.
    return [piece(row, values)]
  }

const statusOf = (modes: readonly number[]): Generator => {
  const settable = modes.filter(m => m !== RM.dyn)
  const FFLAGS = 1
  const FRM = 2
  const FCSR = 3
  return random =>
    pick<() => Group>(random, [
      () => [named('csrrs', destination(random), pick(random, [FFLAGS, FRM, FCSR]), 0)],
      () => [named('csrrw', destination(random), FFLAGS, random(32))],
      () => [named(pick(random, ['csrrs', 'csrrc']), destination(random), FFLAGS, random(32))],
      () => [named(pick(random, ['csrrwi', 'csrrsi', 'csrrci']), destination(random), FFLAGS, random(32))],
      () => [named('csrrwi', destination(random), FRM, pick(random, settable))],
    ])()
}

const fences: Generator = random => [random(2) === 0 ? named('fence', 1 + random(15), 1 + random(15)) : named('fence.i')]

/** A source of groups for these extensions (without some instructions) and rounding modes. */
export function generators(
  extensions: readonly string[],
  modes: readonly number[],
  without: readonly string[] = [],
): (random: Random) => Group {
  // Vector instructions have programs of their own (vector-program.ts).
  const asked = allRows().filter(r => extensions.includes(r.extension) && r.extension !== 'V' && !without.includes(r.name))
  const floats = asked.filter(isFloat)
  const atomics = asked.filter(r => r.fields.includes('aq'))
  const short = asked.filter(r => r.length === 2 && usesOnly(r, extensions))
  const integer = asked.filter(r => isArithmetic(r) && r.operands.includes('rd') && !isFloat(r) && !has(r, 'csr'))
  const memory = asked.filter(
    r => r.length === 4 && isMemory(r) && r.name !== 'jalr' && r.name !== NOT_FOR_PROGRAMS && !atomics.includes(r),
  )
  const shortJumps = short.filter(isJump)
  const NOT_ALONE = ['c.jr', 'c.jalr', 'c.ebreak', 'c.addi16sp']
  const shortOthers = short.filter(r => !isJump(r) && !NOT_ALONE.includes(r.name))
  const weighted: readonly (readonly [number, boolean, Generator])[] = [
    [30, true, ofRows(integer)],
    [20, true, access(memory)],
    [10, true, branch(asked.filter(r => r.length === 4 && isJump(r) && r.name !== 'jalr'))],
    [2, true, farJump],
    [8, atomics.length > 0, atomic(atomics)],
    [25, floats.length > 0, ofRows(floats.filter(isArithmetic), modes)],
    [25, short.length > 0, compressed(shortOthers)],
    [5, short.length > 0, branch(shortJumps)],
    [1, short.length > 0, shortFarJump],
    [3, floats.length > 0 && extensions.includes('Zicsr'), statusOf(modes)],
    [1, extensions.includes('Zifencei'), fences],
  ]
  const bag = weighted.flatMap(([weight, wanted, generator]) => (wanted ? Array.from({ length: weight }, () => generator) : []))
  return random => {
    for (;;) {
      const group = pick(random, bag)(random)
      if (group) return group
    }
  }
}

function usesOnly(row: Row, extensions: readonly string[]): boolean {
  const long = row.expansion && rowNamed(row.expansion.name)
  return !long || extensions.includes(long.extension)
}

const EDGES: readonly bigint[] = [
  0n,
  1n,
  -1n,
  2n,
  63n,
  64n,
  0x7fffffffn,
  0x80000000n,
  -0x80000000n,
  0xffffffffn,
  1n << 63n,
  (1n << 63n) - 1n,
  0x3ff0000000000000n,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0x7ff0000000000001n,
  0x8000000000000000n,
  0x0010000000000000n,
  0x000fffffffffffffn,
  0x7fefffffffffffffn,
  0xffffffff3f800000n,
  0xffffffff7f800000n,
  0xffffffff7fc00000n,
  0xffffffff00000001n,
  0xffffffff80000000n,
]

/** Boxed halves: one, infinity, the largest, NaNs, the smallest numbers; and one whose box is torn. */
const HALF_EDGES: readonly bigint[] = [0x3c00n, 0x7c00n, 0x7bffn, 0x7e00n, 0x7d00n, 0x0001n, 0x0400n, 0x8000n].map(
  half => 0xffff_ffff_ffff_0000n | half,
)
const DOUBLE_EXPONENT = 52n
const SINGLE_EXPONENT = 23n

/** 64 bits: an edge, a small number, a double or boxed single of moderate size, or anything. */
function interesting(random: Random, halves: boolean): bigint {
  const bits = (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32))
  const shapes: readonly (() => bigint)[] = [
    () => pick(random, EDGES),
    () => bits,
    () => BigInt.asIntN(64, bits) >> BigInt(random(64)),
    () => (bits & ~(0x7ffn << DOUBLE_EXPONENT)) | (BigInt(1023 + random(60) - 30) << DOUBLE_EXPONENT),
    () => (0xffffffffn << 32n) | (bits & 0x807fffffn) | (BigInt(127 + random(40) - 20) << SINGLE_EXPONENT),
    ...(halves ? [() => pick(random, HALF_EDGES), () => 0xffff_ffff_ffff_0000n | (bits & 0xffffn)] : []),
  ]
  return BigInt.asUintN(64, pick(random, shapes)())
}

export function initialValues(random: Random, halves = false): { x: bigint[]; f: bigint[]; scratch: Uint8Array } {
  const values = (count: number): bigint[] => Array.from({ length: count }, () => interesting(random, halves))
  const x = values(32)
  x[0] = 0n
  return { x, f: values(32), scratch: new Uint8Array(BigUint64Array.from(values(SCRATCH_BYTES / 8)).buffer) }
}

/** True when no instruction of the group writes a reserved register: what the tests hold every generator to. */
export const keepsReserved = (group: Group): boolean =>
  group.every(({ row, values }) => {
    const { row: long, values: expanded } = row.hint ? { row, values } : expand(row, values)
    const at = long.operands.indexOf('rd')
    return at < 0 || !RESERVED.includes(expanded[at])
  })
