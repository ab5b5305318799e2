// Vector floating point (Vector spec 13), its reductions (14) and the moves of floating-point scalars (16).
import type { Row, Rows } from './define.ts'
import type { FloatCompareOp, FloatMultiplyAdd, FloatUnaryOp, VectorFloatOp, VectorNumber } from './vector-op.ts'
import { formMaker, suffixOf, unary, vector } from './vector.ts'
import { lazily } from './lazily.ts'

const form = formMaker()

type Shape = 'same' | 'widen' | 'widenW'
const sourcesOf = (letters: string): ('v' | 'f')[] => [...letters].map(l => (l === 'f' ? 'f' : 'v'))

const arithmetic = (
  shape: Shape,
  lines: readonly (readonly [name: string, funct6: string, op: VectorFloatOp, sources: string, doc: string])[],
): Row[] =>
  lines.flatMap(([name, funct6, op, sources, doc]) =>
    sourcesOf(sources).map(source =>
      form({ name: name + suffixOf(shape, source), funct6, format: 'F', source, doc, op: { kind: 'float', op, shape, source } }),
    ),
  )

const basic = () => [
  ...arithmetic('same', [
    ['vfadd', '000000', 'add', 'vf', 'vd = vs2 + $.'],
    ['vfsub', '000010', 'sub', 'vf', 'vd = vs2 - $.'],
    ['vfrsub', '100111', 'rsub', 'f', 'vd = $ - vs2.'],
    ['vfmin', '000100', 'min', 'vf', 'vd = the smaller of vs2 and $.'],
    ['vfmax', '000110', 'max', 'vf', 'vd = the larger of vs2 and $.'],
    ['vfsgnj', '001000', 'sgnj', 'vf', 'vd = vs2 with the sign of $.'],
    ['vfsgnjn', '001001', 'sgnjn', 'vf', 'vd = vs2 with the opposite of the sign of $.'],
    ['vfsgnjx', '001010', 'sgnjx', 'vf', 'vd = vs2 with its sign exclusive-or that of $.'],
    ['vfdiv', '100000', 'div', 'vf', 'vd = vs2 / $.'],
    ['vfrdiv', '100001', 'rdiv', 'f', 'vd = $ / vs2.'],
    ['vfmul', '100100', 'mul', 'vf', 'vd = vs2 * $.'],
  ]),
  ...arithmetic('widen', [
    ['vfwadd', '110000', 'add', 'vf', 'vd, twice as wide, = vs2 + $.'],
    ['vfwsub', '110010', 'sub', 'vf', 'vd, twice as wide, = vs2 - $.'],
    ['vfwmul', '111000', 'mul', 'vf', 'vd, twice as wide, = vs2 * $.'],
  ]),
  ...arithmetic('widenW', [
    ['vfwadd', '110100', 'add', 'vf', 'vd = vs2, both twice as wide, + $.'],
    ['vfwsub', '110110', 'sub', 'vf', 'vd = vs2, both twice as wide, - $.'],
  ]),
]

const fused = (name: string, funct6: string, shape: 'same' | 'widen', does: FloatMultiplyAdd, doc: string): Row[] =>
  (['v', 'f'] as const).map(source =>
    form({
      name: `${name}.v${source}`,
      funct6,
      format: 'F',
      source,
      doc,
      op: { kind: 'floatMultiplyAdd', shape, source, ...does },
      swapped: true,
    }),
  )
const does = (negateProduct: boolean, negateAddend: boolean, overwrites: 'addend' | 'factor' = 'addend'): FloatMultiplyAdd => ({
  negateProduct,
  negateAddend,
  overwrites,
})
const multiplyAdds = () => [
  ...fused('vfmadd', '101000', 'same', does(false, false, 'factor'), 'vd = $ * vd + vs2.'),
  ...fused('vfnmadd', '101001', 'same', does(true, true, 'factor'), 'vd = -($ * vd) - vs2.'),
  ...fused('vfmsub', '101010', 'same', does(false, true, 'factor'), 'vd = $ * vd - vs2.'),
  ...fused('vfnmsub', '101011', 'same', does(true, false, 'factor'), 'vd = -($ * vd) + vs2.'),
  ...fused('vfmacc', '101100', 'same', does(false, false), 'vd = $ * vs2 + vd.'),
  ...fused('vfnmacc', '101101', 'same', does(true, true), 'vd = -($ * vs2) - vd.'),
  ...fused('vfmsac', '101110', 'same', does(false, true), 'vd = $ * vs2 - vd.'),
  ...fused('vfnmsac', '101111', 'same', does(true, false), 'vd = -($ * vs2) + vd.'),
  ...fused('vfwmacc', '111100', 'widen', does(false, false), 'vd, twice as wide, = $ * vs2 + vd.'),
  ...fused('vfwnmacc', '111101', 'widen', does(true, true), 'vd, twice as wide, = -($ * vs2) - vd.'),
  ...fused('vfwmsac', '111110', 'widen', does(false, true), 'vd, twice as wide, = $ * vs2 - vd.'),
  ...fused('vfwnmsac', '111111', 'widen', does(true, false), 'vd, twice as wide, = -($ * vs2) + vd.'),
]

const compares = () =>
  (
    [
      ['vmfeq', '011000', 'eq', 'vf', 'equals'],
      ['vmfle', '011001', 'le', 'vf', 'is at most'],
      ['vmflt', '011011', 'lt', 'vf', 'is less than'],
      ['vmfne', '011100', 'ne', 'vf', 'differs from'],
      ['vmfgt', '011101', 'gt', 'f', 'is more than'],
      ['vmfge', '011111', 'ge', 'f', 'is at least'],
    ] as const satisfies readonly (readonly [string, string, FloatCompareOp, string, string])[]
  ).flatMap(([name, funct6, op, sources, words]) =>
    sourcesOf(sources).map(source =>
      form({
        name: name + suffixOf('same', source),
        funct6,
        format: 'F',
        source,
        doc: `Mask vd: vs2 ${words} $.`,
        op: { kind: 'floatCompare', op, source },
      }),
    ),
  )

const one = (name: string, bits: string, op: FloatUnaryOp, doc: string): Row =>
  unary(name, '010011', bits, 'F', doc, { kind: 'floatUnary', op })
const unaries = () => [
  one('vfsqrt.v', '00000', 'sqrt', 'vd = square root of vs2.'),
  one('vfrsqrt7.v', '00100', 'rsqrt7', 'vd = 1 / square root of vs2, to 7 bits.'),
  one('vfrec7.v', '00101', 'rec7', 'vd = 1 / vs2, to 7 bits.'),
  one('vfclass.v', '10000', 'class', 'vd = the class of vs2, as fclass gives it.'),
]

const NUMBER_DOC: Readonly<Record<VectorNumber, string>> = { x: 'signed integers', xu: 'unsigned integers', f: 'floats' }
type Line = readonly [bits: string, to: VectorNumber, from: VectorNumber, rounding?: 'zero' | 'odd']
const conversions = (name: string, shape: 'same' | 'widen' | 'narrow', lines: readonly Line[]): Row[] =>
  lines.map(([bits, to, from, rounded]) => {
    const rounding = rounded ?? ('frm' as const)
    const infix = { frm: '', zero: 'rtz.', odd: 'rod.' }[rounding]
    const width = { same: '', widen: ', twice as wide,', narrow: ', half as wide,' }[shape]
    const how = { frm: '', zero: ', rounded towards zero', odd: ', rounded to odd' }[rounding]
    const doc = `vd${width} = ${NUMBER_DOC[from]} vs2 as ${NUMBER_DOC[to]}${how}.`
    const last = shape === 'narrow' ? 'w' : 'v'
    return unary(`${name}.${infix}${to}.${from}.${last}`, '010010', bits, 'F', doc, { kind: 'convert', to, from, shape, rounding })
  })
const converts = () => [
  ...conversions('vfcvt', 'same', [
    ['00000', 'xu', 'f'],
    ['00001', 'x', 'f'],
    ['00010', 'f', 'xu'],
    ['00011', 'f', 'x'],
    ['00110', 'xu', 'f', 'zero'],
    ['00111', 'x', 'f', 'zero'],
  ]),
  ...conversions('vfwcvt', 'widen', [
    ['01000', 'xu', 'f'],
    ['01001', 'x', 'f'],
    ['01010', 'f', 'xu'],
    ['01011', 'f', 'x'],
    ['01100', 'f', 'f'],
    ['01110', 'xu', 'f', 'zero'],
    ['01111', 'x', 'f', 'zero'],
  ]),
  ...conversions('vfncvt', 'narrow', [
    ['10000', 'xu', 'f'],
    ['10001', 'x', 'f'],
    ['10010', 'f', 'xu'],
    ['10011', 'f', 'x'],
    ['10100', 'f', 'f'],
    ['10101', 'f', 'f', 'odd'],
    ['10110', 'xu', 'f', 'zero'],
    ['10111', 'x', 'f', 'zero'],
  ]),
]

const reduction = (name: string, funct6: string, op: 'add' | 'min' | 'max', shape: 'same' | 'widen', words: string): Row =>
  form({
    name: `${name}.vs`,
    funct6,
    format: 'F',
    source: 'v',
    doc: `vd[0]${shape === 'widen' ? ', twice as wide,' : ''} = ${words} vs1[0] and the elements of vs2.`,
    op: { kind: 'floatReduce', op, shape },
  })
const reductions = () => [
  reduction('vfredusum', '000001', 'add', 'same', 'sum, in any order, of'),
  reduction('vfredosum', '000011', 'add', 'same', 'sum, in order, of'),
  reduction('vfredmin', '000101', 'min', 'same', 'smallest of'),
  reduction('vfredmax', '000111', 'max', 'same', 'largest of'),
  reduction('vfwredusum', '110001', 'add', 'widen', 'sum, in any order, of'),
  reduction('vfwredosum', '110011', 'add', 'widen', 'sum, in order, of'),
]

const moves = () => [
  form({
    name: 'vfmerge.vfm',
    funct6: '010111',
    format: 'F',
    source: 'f',
    doc: 'vd = $ where mask v0 is set, else vs2.',
    op: { kind: 'merge', source: 'f' },
    vm: '0',
    last: ', v0',
  }),
  vector('vfmv.v.f vd, frs1', '010111 1 00000 frs1:5 101 vd:5', 'vd = frs1 in every element.', { kind: 'move', source: 'f' }),
  vector('vfmv.f.s frd, vs2', '010000 1 vs2:5 00000 001 frd:5', 'frd = vs2[0].', { kind: 'floatToScalar' }),
  vector('vfmv.s.f vd, frs1', '010000 1 00000 frs1:5 101 vd:5', 'vd[0] = frs1.', { kind: 'scalarToFloat' }),
  ...[true, false].map(up =>
    form({
      name: up ? 'vfslide1up.vf' : 'vfslide1down.vf',
      funct6: up ? '001110' : '001111',
      format: 'F',
      source: 'f',
      doc: up ? 'vd = vs2 moved one up, $ coming in at the start.' : 'vd = vs2 moved one down, $ coming in at the end.',
      op: { kind: 'slide1', up, source: 'f' },
    }),
  ),
]

export const vectorFloat: Rows = lazily(() => [
  ...basic(),
  ...multiplyAdds(),
  ...compares(),
  ...unaries(),
  ...converts(),
  ...reductions(),
  ...moves(),
])
