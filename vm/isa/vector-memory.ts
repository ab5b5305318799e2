// Vector loads and stores (Vector spec 7): by how the addresses of elements come about, for one to eight fields of a structure and four
// widths; the whole registers and masks that do not ask vtype.
import { alike, insn, type Row, type Rows } from './define.ts'
import type { VectorAddressing, VectorOp } from './vector-op.ts'
import { lazily } from './lazily.ts'

type Bytes = 1 | 2 | 4 | 8
const WIDTHS: readonly { bytes: Bytes; bits: number; code: string }[] = [
  { bytes: 1, bits: 8, code: '000' },
  { bytes: 2, bits: 16, code: '101' },
  { bytes: 4, bits: 32, code: '110' },
  { bytes: 8, bits: 64, code: '111' },
]
const FIELDS = [1, 2, 3, 4, 5, 6, 7, 8]
const OPCODE = { load: '0000111', store: '0100111' } as const
type Direction = keyof typeof OPCODE

interface Mode {
  /** Name, with `seg` where the structure has fields, before the width. */
  name: (direction: Direction, fields: number, bits: number) => string
  addressing: VectorAddressing
  /** mop, the mask bit, and what stands in the place of a second register. */
  mop: string
  middle: string
  operand: string
  doc: string
  directions: readonly Direction[]
}

const BOTH: readonly Direction[] = ['load', 'store']
const letter = (direction: Direction): string => (direction === 'load' ? 'l' : 's')
const seg = (fields: number): string => (fields > 1 ? `seg${fields}` : '')
const indexed = (order: 'u' | 'o', mop: string): Mode => ({
  name: (d, fields, bits) => `v${letter(d)}${order}x${seg(fields)}ei${bits}.v`,
  addressing: 'indexed',
  mop,
  middle: 'vs2:5',
  operand: ', vs2',
  doc: `at rs1 + the element of vs2${order === 'o' ? ', in order' : ''}`,
  directions: BOTH,
})

const modes: readonly Mode[] = [
  {
    name: (d, fields, bits) => `v${letter(d)}${seg(fields)}e${bits}.v`,
    addressing: 'unit',
    mop: '00',
    middle: '00000',
    operand: '',
    doc: 'from rs1 on',
    directions: BOTH,
  },
  {
    name: (_d, fields, bits) => `vl${seg(fields)}e${bits}ff.v`,
    addressing: 'first',
    mop: '00',
    middle: '10000',
    operand: '',
    doc: 'from rs1 on; a fault after the first ends it and shortens vl',
    directions: ['load'],
  },
  {
    name: (d, fields, bits) => `v${letter(d)}s${fields > 1 ? `seg${fields}` : ''}e${bits}.v`,
    addressing: 'strided',
    mop: '10',
    middle: 'rs2:5',
    operand: ', rs2',
    doc: 'from rs1 on, rs2 bytes apart',
    directions: BOTH,
  },
  indexed('u', '01'),
  indexed('o', '11'),
]

const memory = (direction: Direction, syntax: string, pattern: string, width: string, doc: string, op: VectorOp): Row =>
  insn('V', syntax, `${pattern} rs1:5 ${width} ${direction === 'load' ? 'vd' : 'vs3'}:5 ${OPCODE[direction]}`, doc, m => m.vector(op))
const nf = (fields: number): string => (fields - 1).toString(2).padStart(3, '0')
const register = (direction: Direction): string => (direction === 'load' ? 'vd' : 'vs3')

const NF_SHIFT = 29
const NF_AND_WIDTH = 0xe000_7000
const elements = () =>
  modes.flatMap(({ name, addressing, mop, middle, operand, doc, directions }) =>
    directions.flatMap(d => {
      const syntax = `${name(d, 1, 8)} ${register(d)}, (rs1)${operand}, vm`
      const first = memory(d, syntax, `${nf(1)} 0 ${mop} vm:1 ${middle}`, '000', doc, { kind: d, addressing, bytes: 1, fields: 1 })
      return WIDTHS.flatMap(({ bytes, bits, code }) =>
        FIELDS.map(fields => {
          const what = addressing === 'indexed' ? 'Elements' : `Elements of ${bits} bits`
          const many = fields > 1 ? `, ${fields} fields each, a register group for each field` : ''
          const sentence = `${what} ${d === 'load' ? 'loaded' : 'stored'} ${doc}${many}.`
          const op: VectorOp = { kind: d, addressing, bytes, fields }
          const fixed = { mask: NF_AND_WIDTH, match: ((fields - 1) << NF_SHIFT) | (parseInt(code, 2) << 12) }
          return alike(first, name(d, fields, bits), sentence, m => m.vector(op), fixed)
        }),
      )
    }),
  )

const WHOLE: readonly number[] = [1, 2, 4, 8]
const whole = () => [
  ...WHOLE.flatMap(registers =>
    WIDTHS.map(({ bytes, bits, code }) =>
      memory('load', `vl${registers}re${bits}.v vd, (rs1)`, `${nf(registers)} 0 00 1 01000`, code, `${registers} whole registers loaded.`, {
        kind: 'load',
        addressing: 'whole',
        bytes,
        fields: registers,
      }),
    ),
  ),
  ...WHOLE.map(registers =>
    memory('store', `vs${registers}r.v vs3, (rs1)`, `${nf(registers)} 0 00 1 01000`, '000', `${registers} whole registers stored.`, {
      kind: 'store',
      addressing: 'whole',
      bytes: 1,
      fields: registers,
    }),
  ),
]
const masks = () =>
  BOTH.map(d =>
    memory(
      d,
      `v${letter(d)}m.v ${register(d)}, (rs1)`,
      '000 0 00 1 01011',
      '000',
      `The bytes of a mask of vl bits ${d === 'load' ? 'loaded' : 'stored'}.`,
      {
        kind: d,
        addressing: 'mask',
        bytes: 1,
        fields: 1,
      },
    ),
  )

export const vectorMemory: Rows = lazily(() => [...elements(), ...whole(), ...masks()])
