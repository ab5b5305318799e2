// Loads and stores of elements (Vector spec 7). vstart says which element is on its way, so that a trap in the middle can go on there.
import type { VectorOp } from '../isa/index.ts'
import { VECTOR } from '../layout.ts'
import type { VectorUnit, Width } from './unit.ts'

type Memory = Extract<VectorOp, { kind: 'load' | 'store' }>

const REGISTERS = 32
const MAX_GROUP = 8
const WIDTH: Readonly<Record<number, Width>> = { 1: 0, 2: 1, 4: 2, 8: 3 }

/** What is moved: elements of a width, in groups of 2^emul registers for each field. */
interface Layout {
  width: Width
  emul: number
  fields: number
  /** Elements in all. */
  count: number
}

const dataRegister = (u: VectorUnit, op: Memory): number => (op.kind === 'load' ? u.d.values.rd : u.d.values.rs3)

/** Checks the groups of registers that fields go to. */
function checkFields(u: VectorUnit, op: Memory, register: number, emul: number): void {
  u.group(register, emul)
  const each = 1 << Math.max(0, emul)
  u.need(each * op.fields <= MAX_GROUP && register + each * op.fields <= REGISTERS)
  if (op.kind === 'load') u.notMask(register)
}

function layoutOf(u: VectorUnit, op: Memory): Layout {
  const register = dataRegister(u, op)
  const width = WIDTH[op.bytes]
  if (op.addressing === 'whole') {
    u.need(register % op.fields === 0 && 8 << width <= u.isa.elen)
    return { width, emul: 0, fields: 1, count: (op.fields * u.vlenb) >> width }
  }
  u.typed()
  if (op.addressing === 'mask') return { width: 0, emul: 0, fields: 1, count: (u.vl + 7) >> 3 }
  u.need(8 << width <= u.isa.elen)
  const other = u.lmul + width - u.sew
  if (op.addressing !== 'indexed') {
    checkFields(u, op, register, other)
    return { width, emul: other, fields: op.fields, count: u.vl }
  }
  // Elements have SEW, indices the width that the instruction names.
  const { rs2 } = u.d.values
  u.group(rs2, other)
  checkFields(u, op, register, u.lmul)
  if (op.kind === 'load') {
    if (op.fields > 1) {
      const last = register + (op.fields << Math.max(0, u.lmul))
      u.need(last <= rs2 || rs2 + (1 << Math.max(0, other)) <= register)
    } else u.separate(register, u.sew, u.lmul, rs2, width, other)
  }
  return { width: u.sew, emul: u.lmul, fields: op.fields, count: u.vl }
}

/** Addresses: of element i, before its fields. */
function addressing(u: VectorUnit, op: Memory, { width, fields }: Layout): (i: number) => bigint {
  const { rs1, rs2 } = u.d.values
  const base = u.host.xAt(rs1)
  const size = fields << width
  if (op.addressing === 'strided') {
    const stride = u.host.xAt(rs2)
    return i => base + BigInt(i) * stride
  }
  if (op.addressing === 'indexed') {
    const indexWidth = WIDTH[op.bytes]
    const first = u.first(rs2, indexWidth)
    return i => base + u.big(indexWidth, false, first + i)
  }
  return i => base + BigInt(i * size)
}

/** All elements, one after another in memory as in registers, at once: true where that could be done. */
function atOnce(u: VectorUnit, op: Memory, { width, count, fields }: Layout, register: number): boolean {
  if (u.masked || fields > 1 || op.addressing === 'strided' || op.addressing === 'indexed' || u.vstart >= count) return false
  const bytes = (count - u.vstart) << width
  const skipped = u.vstart << width
  const at = u.host.span(u.host.xAt(u.d.values.rs1) + BigInt(skipped), bytes, op.kind === 'store', count - u.vstart)
  if (at < 0) return false
  const memory = u.host.memory()
  const registers = u.v.bytes.byteOffset + register * u.vlenb + skipped
  if (op.kind === 'load') memory.copyWithin(registers, at, at + bytes)
  else memory.copyWithin(at, registers, registers + bytes)
  return true
}

export function memory(u: VectorUnit, op: Memory): void {
  const layout = layoutOf(u, op)
  const register = dataRegister(u, op)
  if (atOnce(u, op, layout, register)) return
  const { width, emul, fields, count } = layout
  const bytes = (1 << width) as 1 | 2 | 4 | 8
  const addressOf = addressing(u, op, layout)
  const step = 1 << Math.max(0, emul)
  const { host, words } = u
  for (let i = u.vstart; i < count; i++) {
    if (!u.active(i)) continue
    words[VECTOR.vstart] = i
    const address = addressOf(i)
    for (let field = 0; field < fields; field++) {
      const at = u.first(register + field * step, width) + i
      const place = address + BigInt(field << width)
      if (op.kind === 'store') host.store(bytes, place, u.big(width, false, at))
      else {
        const value = op.addressing === 'first' && i > 0 ? loadOrEnd(u, bytes, place) : host.load(bytes, false, place)
        if (value === null) {
          words[VECTOR.vl] = i
          return
        }
        u.putBig(width, at, value)
      }
    }
  }
}

function loadOrEnd(u: VectorUnit, bytes: 1 | 2 | 4 | 8, address: bigint): bigint | null {
  try {
    return u.host.load(bytes, false, address)
  } catch (thrown) {
    if (!u.host.isTrap(thrown)) throw thrown
    return null
  }
}
