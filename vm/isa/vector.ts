// How rows of the vector extension are written (Vector spec 1.0): the families share a format, so a line of a family's table is a name,
// six bits and what happens to an element; the operands' forms make the rows of it.
import { alike, insn, type Row } from './define.ts'
import type { VectorOp, VectorShape, VectorSource } from './vector-op.ts'

const OP_V = '1010111'
/** The sets of forms (Vector spec 10.1): integer, multiply and mask, floating point; the second letter says where the second operand is. */
export type VectorFormat = 'I' | 'M' | 'F'
const FUNCT3: Readonly<Record<string, string>> = { IV: '000', FV: '001', MV: '010', Ii: '011', Iu: '011', Ix: '100', Ff: '101', Mx: '110' }
const FUNCT3_V: Readonly<Record<VectorFormat, string>> = { I: '000', F: '001', M: '010' }

const SOURCE_FIELD: Readonly<Record<VectorSource, string>> = { v: 'vs1', x: 'rs1', f: 'frs1', i: 'simm5', u: 'uimm' }
const SOURCE_LETTER: Readonly<Record<VectorSource, string>> = { v: 'v', x: 'x', f: 'f', i: 'i', u: 'i' }
const SOURCE_DOC: Readonly<Record<VectorSource, string>> = { v: 'vs1', x: 'rs1', f: 'frs1', i: 'immediate', u: 'immediate' }
const FIRST_LETTER: Readonly<Record<VectorShape, string>> = { same: 'v', widen: 'v', widenW: 'w', narrow: 'w' }

const funct3 = (format: VectorFormat, source: VectorSource): string => (source === 'v' ? FUNCT3_V[format] : FUNCT3[format + source])

/** `vadd` and `v` make `.vv`; a widened or narrowed first source makes `.wv`. */
export const suffixOf = (shape: VectorShape, source: VectorSource): string => `.${FIRST_LETTER[shape]}${SOURCE_LETTER[source]}`

export const vector = (syntax: string, pattern: string, doc: string, op: VectorOp, extension = 'V'): Row =>
  insn(extension, syntax, `${pattern} ${OP_V}`, doc, m => m.vector(op))

interface Form {
  /** With the suffix that names the forms of operands. */
  name: string
  funct6: string
  format: VectorFormat
  source: VectorSource
  doc: string
  op: VectorOp
  /** The mask bit: an operand, or fixed. */
  vm?: 'vm:1' | '0' | '1'
  /** What follows the operands: the mask, or v0 where it is an operand of its own. */
  last?: ', vm' | ', v0' | ''
  /** The second operand before vs2, as multiply-adds are written. */
  swapped?: boolean
}

const FUNCT6_MASK = 0xfc00_0000
const FUNCT6_SHIFT = 26

/** Makes instructions of two sources. `doc` has `$` for the second. */
export function formMaker(): (form: Form) => Row {
  const shapes = new Map<string, Row>()
  return ({ name, funct6, format, source, doc, op, vm = 'vm:1', last = ', vm', swapped = false }) => {
    const shape = `${format} ${source} ${vm} ${last} ${swapped}`
    let row = shapes.get(shape)
    if (row === undefined) {
      const field = SOURCE_FIELD[source]
      const operands = swapped ? `${field}, vs2` : `vs2, ${field}`
      row = vector(`${name} vd, ${operands}${last}`, `${funct6} ${vm} vs2:5 ${field}:5 ${funct3(format, source)} vd:5`, doc, op)
      shapes.set(shape, row)
    }
    const fixed = { mask: FUNCT6_MASK, match: parseInt(funct6, 2) << FUNCT6_SHIFT }
    return alike(row, name, doc.replace('$', SOURCE_DOC[source]), m => m.vector(op), fixed)
  }
}

/** An instruction of one source, told from others by the five bits of the second. */
export const unary = (name: string, funct6: string, bits: string, format: VectorFormat, doc: string, op: VectorOp): Row =>
  vector(`${name} vd, vs2, vm`, `${funct6} vm:1 vs2:5 ${bits} ${FUNCT3_V[format]} vd:5`, doc, op)
