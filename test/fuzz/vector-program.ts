// Random programs of vector instructions, made by running them: a candidate is drawn, the reference engine tries it, and what is illegal
// as the hart is now is drawn anew. So types, groups of registers and masks are whatever came before, and every program runs through.
import {
  createMachine,
  createStepper,
  encode,
  fieldSpec,
  FS_DIRTY,
  getFBig,
  getXBig,
  isWord,
  parseIsa,
  RAM_BASE,
  readCsr,
  allRows,
  run,
  setFBig,
  setPc,
  setXBig,
  VECTOR,
  VTYPE_VILL,
  WORD_FCSR,
  WORD_FS,
  type EngineName,
  type FieldName,
  type Machine,
  type Random,
  type Row,
} from '../../vm/index.ts'

export const VECTOR_SCRATCH = 8192
/** Registers that programs do not write: where they return by, a mask for indices, the scratch's middle, a stride. */
const RETURN = 2
const INDEX_MASK = 7
const MIDDLE = 8
const STRIDE = 9
const INDEX_LIMIT = 0x3ff
const MOST_STRIDE = 12

export interface VectorState {
  x: bigint[]
  f: bigint[]
  fcsr: number
  vl: number
  /** Bit 31: vill. */
  vtype: number
  vcsr: number
  v: Uint8Array
  scratch: Uint8Array
}
export interface VectorProgram {
  seed: number
  vlen: number
  words: number[]
  before: VectorState
  /** What the reference engine made of it. */
  after: VectorState
}

const ECALL = 0x73
const CODE = 4096
const SCRATCH = 16384

function vectorMachine(vlen: number, engine: EngineName = 'reference'): Machine {
  const isa = parseIsa(`rv64gcv_zvl${vlen}b`)
  if (typeof isa === 'string') throw new Error(isa)
  return createMachine({ ramBytes: 1 << 16, engine, isa })
}

function stateOf(machine: Machine): VectorState {
  const [hart] = machine.harts
  const numbers = Array.from({ length: 32 }, (_, n) => n)
  const vlenb = Number(readCsr(machine, hart, 'vlenb'))
  return {
    x: numbers.map(n => BigInt.asUintN(64, getXBig(hart, n))),
    f: numbers.map(n => BigInt.asUintN(64, getFBig(hart, n))),
    fcsr: hart.words[WORD_FCSR],
    vl: hart.vector[VECTOR.vl],
    vtype: hart.vector[VECTOR.vtype],
    vcsr: hart.vector[VECTOR.vcsr],
    v: hart.v.bytes.slice(0, 32 * vlenb),
    scratch: machine.ram.slice(SCRATCH, SCRATCH + VECTOR_SCRATCH),
  }
}

function setState(machine: Machine, state: VectorState): void {
  const [hart] = machine.harts
  state.x.forEach((value, n) => setXBig(hart, n, value))
  state.f.forEach((value, n) => setFBig(hart, n, value))
  hart.words[WORD_FCSR] = state.fcsr
  hart.words[WORD_FS] = FS_DIRTY
  hart.vector[VECTOR.vl] = state.vl
  hart.vector[VECTOR.vtype] = state.vtype
  hart.vector[VECTOR.vcsr] = state.vcsr
  hart.vector[VECTOR.vstart] = 0
  hart.vector[VECTOR.vs] = FS_DIRTY
  hart.v.bytes.set(state.v)
  machine.ram.set(state.scratch, SCRATCH)
}

const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x55, 0xfe, 0x3f]

/** Bytes that are often edges of some width, or floats of moderate size. */
function fillElements(bytes: Uint8Array, random: Random): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const wide = (): bigint => (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32))
  const kinds: readonly ((at: number) => void)[] = [
    at => view.setBigUint64(at, wide()),
    at => {
      for (let n = 0; n < 8; n++) view.setUint8(at + n, pick(random, EDGES))
    },
    at => view.setBigUint64(at, pick(random, [0n, -1n, 1n, 1n << 63n, (1n << 63n) - 1n, 0x8000_0000n, 0x7fff_8000n]), true),
    at => {
      for (let n = 0; n < 8; n += 2) view.setInt16(at + n, pick(random, [0, 1, -1, 0x7fff, -0x8000, random(65536)]), true)
    },
    at => {
      for (let n = 0; n < 8; n += 4)
        view.setUint32(at + n, pick(random, [0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, 0x80000000, 1, 0x007fffff, 0x3f800000]), true)
    },
    at => {
      for (let n = 0; n < 8; n += 4) view.setFloat32(at + n, (random(2 ** 24) - 2 ** 23) * 2 ** (random(30) - 20), true)
    },
    at => view.setFloat64(at, (random(2 ** 32) - 2 ** 31) * 2 ** (random(60) - 40), true),
    at =>
      view.setBigUint64(
        at,
        pick(random, [0x7ff0n << 48n, 0xfff0n << 48n, 0x7ff8n << 48n, (0x7ff0n << 48n) + 1n, 1n, 0x000f_ffff_ffff_ffffn, 0x3ff0n << 48n]),
        true,
      ),
  ]
  for (let at = 0; at < bytes.length; at += 8) pick(random, kinds)(at)
}

function initialState(vlen: number, random: Random): VectorState {
  const bytes = (length: number): Uint8Array => {
    const made = new Uint8Array(length)
    fillElements(made, random)
    return made
  }
  const values = (): bigint[] => [...new BigUint64Array(bytes(256).buffer)]
  const x = values().map(v => (random(2) === 0 ? v : BigInt(random(40))))
  x[0] = 0n
  x[MIDDLE] = BigInt(RAM_BASE + SCRATCH + VECTOR_SCRATCH / 2)
  x[INDEX_MASK] = BigInt(INDEX_LIMIT)
  const f = values().map(v => (random(2) === 0 ? v : (v & 0xffffffffn) | (0xffffffffn << 32n)))
  const fcsr = random(32) | (random(5) << 5)
  return { x, f, fcsr, vl: 0, vtype: VTYPE_VILL, vcsr: random(8), v: bytes((32 * vlen) / 8), scratch: bytes(VECTOR_SCRATCH) }
}

const RESERVED: readonly number[] = [RETURN, INDEX_MASK, MIDDLE, STRIDE]
/** QEMU 7.2 ends with a failed assertion where it translates them. */
const NOT_IN_QEMU = /^vfn?w?cvt\.rtz\./
/** It ends where they begin behind their last element. */
const NO_START_IN_QEMU = /^vmv\dr\.v$/
const vectorRows = allRows().filter(r => r.extension === 'V' && !NOT_IN_QEMU.test(r.name))
const isMemory = (row: Row): boolean => row.syntax.includes('(')
/** Whole families are large: loads and stores of structures are half of all rows. */
const families: readonly (readonly Row[])[] = [
  vectorRows.filter(r => !isMemory(r) && !r.name.startsWith('vset')),
  vectorRows.filter(r => isMemory(r)),
  vectorRows.filter(r => isMemory(r) && !r.name.includes('seg')),
]
const rowNamed = (name: string): Row => {
  const row = allRows().find(r => r.name === name)
  if (!row) throw new Error(`no instruction ${name}`)
  return row
}
const word = (name: string, ...values: number[]): number => encoded(rowNamed(name), values)
function encoded(row: Row, values: readonly number[]): number {
  const bits = encode(row, values)
  if (!isWord(bits)) throw new Error(`${row.name}: ${bits.message}`)
  return bits
}

function operand(field: FieldName, random: Random, align: number): number {
  const { kind } = fieldSpec(field)
  if (kind === 'v') return Math.floor(random(32) / align) * align
  if (kind === 'vm') return Number(random(3) > 0)
  if (kind === 'f') return random(32)
  if (kind === 'imm') return field === 'simm5' ? random(32) - 16 : random(32)
  for (;;) {
    const n = random(32)
    if (n !== RETURN && (field !== 'rd' || !RESERVED.includes(n))) return n
  }
}

/** An instruction that sets the type, legal more often than not. */
function configuration(random: Random): number {
  const rd = operand('rd', random, 1)
  const vtype = random(20) === 0 ? random(256) : (random(4) << 3) | pick(random, [0, 0, 1, 2, 3, 7, 6, 5]) | (random(4) << 6)
  if (random(3) === 0) return word('vsetivli', rd, random(32), vtype)
  return word('vsetvli', rd, random(6) === 0 ? 0 : operand('rs1', random, 1), vtype)
}

const li = (register: number, value: number): number => word('addi', register, 0, value)

/** Instructions that go together: a memory access needs addresses that it may use. */
function candidate(random: Random, machine: Machine): number[] {
  const [hart] = machine.harts
  const kind = random(20)
  if (kind < 2) return [configuration(random)]
  if (kind === 2) {
    return pick(random, [
      () => [word('csrrwi', 0, 0x00a, random(4))],
      () => [word('csrrwi', 0, 0x009, random(2))],
      () => [word('csrrwi', 0, 0x002, random(5))],
      () => [word('csrrwi', 0, 0x001, random(32))],
      () => [word('csrrs', operand('rd', random, 1), pick(random, [0x008, 0x009, 0x00a, 0x00f, 0xc20, 0xc21, 0xc22]), 0)],
    ])()
  }
  const row = pick(random, pick(random, random(4) === 0 ? families.slice(1) : families.slice(0, 1)))
  // QEMU 7.2 leaves a vstart that is not less than vl as it is, and takes what it was for what it is until the next write of a CSR.
  const vl = hart.vector[VECTOR.vl]
  const start = random(25) === 0 && vl > 1 ? [word('csrrwi', 0, 0x008, 1 + random(Math.min(vl - 1, 31)))] : []
  if (start.length > 0 && NO_START_IN_QEMU.test(row.name)) return []
  const end = start.length > 0 ? [word('csrrwi', 0, 0x008, 0)] : []
  const align = pick(random, [1, 2, 4, 8])
  const values = row.operands.map(f => operand(f, random, align))
  if (!isMemory(row)) return [...start, encoded(row, values), ...end]
  const at = (field: FieldName): number => row.operands.indexOf(field)
  values[at('rs1')] = MIDDLE
  if (at('rs2') >= 0) {
    values[at('rs2')] = STRIDE
    return [li(STRIDE, random(2 * MOST_STRIDE + 1) - MOST_STRIDE), ...start, encoded(row, values), ...end]
  }
  if (at('vs2') < 0) return [...start, encoded(row, values), ...end]
  // Indices small enough: a whole group of them is cut, under a type for that, and then the type is as it was.
  const vtype = hart.vector[VECTOR.vtype]
  if (vtype & VTYPE_VILL) return []
  const index = Math.floor(random(32) / 8) * 8
  values[at('vs2')] = index
  const width = { 8: 0, 16: 1, 32: 2, 64: 3 }[/ei(\d+)/.exec(row.name)![1]]!
  return [
    word('vsetvli', STRIDE, 0, (width << 3) | 3),
    word('vand.vx', index, index, INDEX_MASK, 1),
    li(STRIDE, hart.vector[VECTOR.vl]),
    word('vsetvli', STRIDE, STRIDE, vtype),
    ...start,
    encoded(row, values),
    ...end,
  ]
}

/** Runs words one by one; false: one of them trapped, and the machine is what it was before all of them. */
function attempt(machine: Machine, step: (words: readonly number[]) => boolean, words: readonly number[]): boolean {
  const [hart] = machine.harts
  const before = words.length > 1 ? stateOf(machine) : null
  if (step(words)) return true
  if (before !== null) setState(machine, before)
  hart.vector[VECTOR.vstart] = 0
  return false
}

/** A program of about so many instructions, and what it leaves. */
export function vectorProgram(seed: number, vlen: number, length: number, random: Random): VectorProgram {
  const machine = vectorMachine(vlen)
  const [hart] = machine.harts
  const before = initialState(vlen, random)
  setState(machine, before)
  const { step } = createStepper()
  const runAll = (words: readonly number[]): boolean =>
    words.every(w => {
      machine.view.setUint32(machine.layout.ram + CODE, w, true)
      setPc(hart, RAM_BASE + CODE)
      return step(machine, hart) === null
    })
  const words: number[] = []
  while (words.length < length) {
    const tried = candidate(random, machine)
    if (tried.length > 0 && attempt(machine, runAll, tried)) words.push(...tried)
  }
  return { seed, vlen, words, before, after: stateOf(machine) }
}

/** The first instructions of a program, and what an engine makes of them. */
export function beginning(p: VectorProgram, count: number, engine: EngineName = 'reference'): VectorProgram {
  const machine = vectorMachine(p.vlen, engine)
  const [hart] = machine.harts
  setState(machine, p.before)
  const words = p.words.slice(0, count)
  machine.ram.set(new Uint8Array(Uint32Array.from([...words, ECALL]).buffer), CODE)
  setPc(hart, RAM_BASE + CODE)
  const { kind } = run(machine, hart, words.length + 1)
  if (kind !== 'syscall') throw new Error(`seed ${p.seed}: a program of ${count} instructions ended with ${kind}`)
  return { ...p, words, after: stateOf(machine) }
}

/** Names of what differs, with both values. */
export function vectorDifferences(ours: VectorState, theirs: VectorState, vlen: number): string[] {
  const found: string[] = []
  const note = (name: string, a: bigint | number | string, b: bigint | number | string): void => {
    const text = (v: bigint | number | string): string => (typeof v === 'string' ? v : v.toString(16))
    if (a !== b) found.push(`${name}: ${text(a)} / ${text(b)}`)
  }
  for (let n = 0; n < 32; n++) {
    if (n !== RETURN) note(`x${n}`, ours.x[n], theirs.x[n])
    note(`f${n}`, ours.f[n], theirs.f[n])
    const hex = (s: VectorState): string =>
      Buffer.from(s.v.slice((n * vlen) / 8, ((n + 1) * vlen) / 8))
        .reverse()
        .toString('hex')
    note(`v${n}`, hex(ours), hex(theirs))
  }
  for (const name of ['fcsr', 'vl', 'vtype', 'vcsr'] as const) note(name, ours[name], theirs[name])
  const at = ours.scratch.findIndex((byte, n) => theirs.scratch[n] !== byte)
  if (at >= 0) note(`scratch[${at}]`, ours.scratch[at], theirs.scratch[at])
  return found
}
