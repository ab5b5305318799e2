// Vector integer and fixed-point arithmetic (Vector spec 11 and 12), and the reductions of integers (14).
import type { Row, Rows } from './define.ts'
import type { CompareOp, IntegerOp, MultiplyAddOp, VectorShape, VectorSource } from './vector-op.ts'
import { formMaker, suffixOf, unary, vector, type VectorFormat } from './vector.ts'
import { lazily } from './lazily.ts'

const form = formMaker()

type Line = readonly [name: string, funct6: string, op: IntegerOp, sources: string, doc: string]

const sourcesOf = (letters: string): VectorSource[] => [...letters] as VectorSource[]
const family = (format: VectorFormat, shape: VectorShape, lines: readonly Line[]): Row[] =>
  lines.flatMap(([name, funct6, op, sources, doc]) =>
    sourcesOf(sources).map(source =>
      form({ name: name + suffixOf(shape, source), funct6, format, source, doc, op: { kind: 'integer', op, shape, source } }),
    ),
  )

const single = () =>
  family('I', 'same', [
    ['vadd', '000000', 'add', 'vxi', 'vd = vs2 + $.'],
    ['vsub', '000010', 'sub', 'vx', 'vd = vs2 - $.'],
    ['vrsub', '000011', 'rsub', 'xi', 'vd = $ - vs2.'],
    ['vminu', '000100', 'minu', 'vx', 'vd = the smaller of vs2 and $, unsigned.'],
    ['vmin', '000101', 'min', 'vx', 'vd = the smaller of vs2 and $, signed.'],
    ['vmaxu', '000110', 'maxu', 'vx', 'vd = the larger of vs2 and $, unsigned.'],
    ['vmax', '000111', 'max', 'vx', 'vd = the larger of vs2 and $, signed.'],
    ['vand', '001001', 'and', 'vxi', 'vd = vs2 and $, bitwise.'],
    ['vor', '001010', 'or', 'vxi', 'vd = vs2 or $, bitwise.'],
    ['vxor', '001011', 'xor', 'vxi', 'vd = vs2 exclusive-or $.'],
    ['vsaddu', '100000', 'saddu', 'vxi', 'vd = vs2 + $, unsigned, saturating.'],
    ['vsadd', '100001', 'sadd', 'vxi', 'vd = vs2 + $, signed, saturating.'],
    ['vssubu', '100010', 'ssubu', 'vx', 'vd = vs2 - $, unsigned, saturating.'],
    ['vssub', '100011', 'ssub', 'vx', 'vd = vs2 - $, signed, saturating.'],
    ['vsll', '100101', 'sll', 'vxu', 'vd = vs2 shifted left by $.'],
    ['vsmul', '100111', 'smul', 'vx', 'vd = vs2 * $ as fractions, rounded and saturating.'],
    ['vsrl', '101000', 'srl', 'vxu', 'vd = vs2 shifted right by $, zeros coming in.'],
    ['vsra', '101001', 'sra', 'vxu', 'vd = vs2 shifted right by $, copies of the sign coming in.'],
    ['vssrl', '101010', 'ssrl', 'vxu', 'vd = vs2 shifted right by $, rounded, unsigned.'],
    ['vssra', '101011', 'ssra', 'vxu', 'vd = vs2 shifted right by $, rounded, signed.'],
  ])

const narrowing = () =>
  family('I', 'narrow', [
    ['vnsrl', '101100', 'srl', 'vxu', 'vd = vs2 of twice the width, shifted right by $.'],
    ['vnsra', '101101', 'sra', 'vxu', 'vd = vs2 of twice the width, shifted right by $, signed.'],
    ['vnclipu', '101110', 'nclipu', 'vxu', 'vd = vs2 of twice the width, shifted right by $, rounded, saturating, unsigned.'],
    ['vnclip', '101111', 'nclip', 'vxu', 'vd = vs2 of twice the width, shifted right by $, rounded, saturating, signed.'],
  ])

const multiplying = () =>
  family('M', 'same', [
    ['vaaddu', '001000', 'aaddu', 'vx', 'vd = half of vs2 + $, rounded, unsigned.'],
    ['vaadd', '001001', 'aadd', 'vx', 'vd = half of vs2 + $, rounded, signed.'],
    ['vasubu', '001010', 'asubu', 'vx', 'vd = half of vs2 - $, rounded, unsigned.'],
    ['vasub', '001011', 'asub', 'vx', 'vd = half of vs2 - $, rounded, signed.'],
    ['vdivu', '100000', 'divu', 'vx', 'vd = vs2 / $, unsigned.'],
    ['vdiv', '100001', 'div', 'vx', 'vd = vs2 / $, signed.'],
    ['vremu', '100010', 'remu', 'vx', 'vd = remainder of vs2 / $, unsigned.'],
    ['vrem', '100011', 'rem', 'vx', 'vd = remainder of vs2 / $, signed.'],
    ['vmulhu', '100100', 'mulhu', 'vx', 'vd = high half of vs2 * $, unsigned.'],
    ['vmul', '100101', 'mul', 'vx', 'vd = low half of vs2 * $.'],
    ['vmulhsu', '100110', 'mulhsu', 'vx', 'vd = high half of vs2 (signed) * $ (unsigned).'],
    ['vmulh', '100111', 'mulh', 'vx', 'vd = high half of vs2 * $, signed.'],
  ])

const widening = () => [
  ...family('M', 'widen', [
    ['vwaddu', '110000', 'addu', 'vx', 'vd, twice as wide, = vs2 + $, unsigned.'],
    ['vwadd', '110001', 'add', 'vx', 'vd, twice as wide, = vs2 + $, signed.'],
    ['vwsubu', '110010', 'subu', 'vx', 'vd, twice as wide, = vs2 - $, unsigned.'],
    ['vwsub', '110011', 'sub', 'vx', 'vd, twice as wide, = vs2 - $, signed.'],
    ['vwmulu', '111000', 'mulu', 'vx', 'vd, twice as wide, = vs2 * $, unsigned.'],
    ['vwmulsu', '111010', 'mulsu', 'vx', 'vd, twice as wide, = vs2 (signed) * $ (unsigned).'],
    ['vwmul', '111011', 'mul', 'vx', 'vd, twice as wide, = vs2 * $, signed.'],
  ]),
  ...family('M', 'widenW', [
    ['vwaddu', '110100', 'addu', 'vx', 'vd = vs2, both twice as wide, + $, unsigned.'],
    ['vwadd', '110101', 'add', 'vx', 'vd = vs2, both twice as wide, + $, signed.'],
    ['vwsubu', '110110', 'subu', 'vx', 'vd = vs2, both twice as wide, - $, unsigned.'],
    ['vwsub', '110111', 'sub', 'vx', 'vd = vs2, both twice as wide, - $, signed.'],
  ]),
]

const multiplyAdd = (
  shape: 'same' | 'widen',
  lines: readonly (readonly [name: string, funct6: string, op: MultiplyAddOp, sources: string, doc: string])[],
): Row[] =>
  lines.flatMap(([name, funct6, op, sources, doc]) =>
    [...sources].map(letter => {
      const source = letter === 'x' ? 'x' : 'v'
      const does = { kind: 'multiplyAdd', op, shape, source } as const
      return form({ name: `${name}.v${source}`, funct6, format: 'M', source, doc, op: does, swapped: true })
    }),
  )

const multiplyAdds = () => [
  ...multiplyAdd('same', [
    ['vmadd', '101001', 'madd', 'vx', 'vd = $ * vd + vs2.'],
    ['vnmsub', '101011', 'nmsub', 'vx', 'vd = vs2 - $ * vd.'],
    ['vmacc', '101101', 'macc', 'vx', 'vd += $ * vs2.'],
    ['vnmsac', '101111', 'nmsac', 'vx', 'vd -= $ * vs2.'],
  ]),
  ...multiplyAdd('widen', [
    ['vwmaccu', '111100', 'maccu', 'vx', 'vd, twice as wide, += $ * vs2, unsigned.'],
    ['vwmacc', '111101', 'macc', 'vx', 'vd, twice as wide, += $ * vs2, signed.'],
    ['vwmaccus', '111110', 'maccus', 'x', 'vd, twice as wide, += $ (unsigned) * vs2 (signed).'],
    ['vwmaccsu', '111111', 'maccsu', 'vx', 'vd, twice as wide, += $ (signed) * vs2 (unsigned).'],
  ]),
]

const compares = () =>
  (
    [
      ['vmseq', '011000', 'eq', 'vxi', 'equals'],
      ['vmsne', '011001', 'ne', 'vxi', 'differs from'],
      ['vmsltu', '011010', 'ltu', 'vx', 'is less than, unsigned,'],
      ['vmslt', '011011', 'lt', 'vx', 'is less than'],
      ['vmsleu', '011100', 'leu', 'vxi', 'is at most, unsigned,'],
      ['vmsle', '011101', 'le', 'vxi', 'is at most'],
      ['vmsgtu', '011110', 'gtu', 'xi', 'is more than, unsigned,'],
      ['vmsgt', '011111', 'gt', 'xi', 'is more than'],
    ] as const satisfies readonly (readonly [string, string, CompareOp, string, string])[]
  ).flatMap(([name, funct6, op, sources, words]) =>
    sourcesOf(sources).map(source =>
      form({
        name: name + suffixOf('same', source),
        funct6,
        format: 'I',
        source,
        doc: `Mask vd: vs2 ${words} $.`,
        op: { kind: 'compare', op, source },
      }),
    ),
  )

const carries = () =>
  (['adc', 'sbc'] as const).flatMap(op =>
    sourcesOf(op === 'adc' ? 'vxi' : 'vx').flatMap(source => {
      const [into, out, sign, what] = op === 'adc' ? ['010000', '010001', '+', 'carry'] : ['010010', '010011', '-', 'borrow']
      const letters = suffixOf('same', source)
      const common = { format: 'I', source } as const
      return [
        form({
          ...common,
          name: `v${op}${letters}m`,
          funct6: into,
          doc: `vd = vs2 ${sign} $ ${sign} mask v0.`,
          op: { kind: 'carry', op, source },
          vm: '0',
          last: ', v0',
        }),
        form({
          ...common,
          name: `vm${op}${letters}m`,
          funct6: out,
          doc: `Mask vd: the ${what} of vs2 ${sign} $ ${sign} mask v0.`,
          op: { kind: 'carryOut', op, source, carryIn: true },
          vm: '0',
          last: ', v0',
        }),
        form({
          ...common,
          name: `vm${op}${letters}`,
          funct6: out,
          doc: `Mask vd: the ${what} of vs2 ${sign} $.`,
          op: { kind: 'carryOut', op, source, carryIn: false },
          vm: '1',
          last: '',
        }),
      ]
    }),
  )

const moves = () =>
  sourcesOf('vxi').flatMap(source => {
    const letters = suffixOf('same', source)
    const pattern = `010111 1 00000 ${source === 'v' ? 'vs1:5 000' : source === 'x' ? 'rs1:5 100' : 'simm5:5 011'} vd:5`
    const field = source === 'v' ? 'vs1' : source === 'x' ? 'rs1' : 'simm5'
    return [
      form({
        name: `vmerge${letters}m`,
        funct6: '010111',
        format: 'I',
        source,
        doc: 'vd = $ where mask v0 is set, else vs2.',
        op: { kind: 'merge', source },
        vm: '0',
        last: ', v0',
      }),
      vector(`vmv.v.${letters[2]} vd, ${field}`, pattern, `vd = ${field} in every element.`, { kind: 'move', source }),
    ]
  })

const extensions = () =>
  ([8, 4, 2] as const).flatMap((by, n) =>
    [false, true].map(signed => {
      const bits = `00${(2 * n + 2 + Number(signed)).toString(2).padStart(3, '0')}`
      const doc = `vd = vs2, ${by} times narrower, ${signed ? 'sign' : 'zero'}-extended.`
      return unary(`v${signed ? 's' : 'z'}ext.vf${by}`, '010010', bits, 'M', doc, { kind: 'extend', signed, by })
    }),
  )

const reduction = (name: string, funct6: string, format: VectorFormat, op: IntegerOp, shape: 'same' | 'widen', doc: string): Row =>
  form({ name: `${name}.vs`, funct6, format, source: 'v', doc, op: { kind: 'reduce', op, shape } })
const reductions = () => [
  ...(
    [
      ['vredsum', 'add', 'sum of'],
      ['vredand', 'and', 'and of'],
      ['vredor', 'or', 'or of'],
      ['vredxor', 'xor', 'exclusive-or of'],
      ['vredminu', 'minu', 'smallest, unsigned, of'],
      ['vredmin', 'min', 'smallest of'],
      ['vredmaxu', 'maxu', 'largest, unsigned, of'],
      ['vredmax', 'max', 'largest of'],
    ] as const
  ).map(([name, op, words], n) =>
    reduction(name, n.toString(2).padStart(6, '0'), 'M', op, 'same', `vd[0] = ${words} vs1[0] and the elements of vs2.`),
  ),
  reduction('vwredsumu', '110000', 'I', 'addu', 'widen', 'vd[0], twice as wide, = vs1[0] + the elements of vs2, unsigned.'),
  reduction('vwredsum', '110001', 'I', 'add', 'widen', 'vd[0], twice as wide, = vs1[0] + the elements of vs2, signed.'),
]

export const vectorInteger: Rows = lazily(() => [
  ...single(),
  ...narrowing(),
  ...multiplying(),
  ...widening(),
  ...multiplyAdds(),
  ...compares(),
  ...carries(),
  ...moves(),
  ...extensions(),
  ...reductions(),
])
