// Vector mask instructions and permutations (Vector spec 15 and 16).
import type { Row, Rows } from './define.ts'
import { formMaker, unary, vector } from './vector.ts'
import { lazily } from './lazily.ts'

const form = formMaker()

const logic = () =>
  (
    [
      ['vmandn', '011000', 'andn', 'vs2 and not vs1'],
      ['vmand', '011001', 'and', 'vs2 and vs1'],
      ['vmor', '011010', 'or', 'vs2 or vs1'],
      ['vmxor', '011011', 'xor', 'vs2 exclusive-or vs1'],
      ['vmorn', '011100', 'orn', 'vs2 or not vs1'],
      ['vmnand', '011101', 'nand', 'not (vs2 and vs1)'],
      ['vmnor', '011110', 'nor', 'not (vs2 or vs1)'],
      ['vmxnor', '011111', 'xnor', 'not (vs2 exclusive-or vs1)'],
    ] as const
  ).map(([name, funct6, op, words]) =>
    form({
      name: `${name}.mm`,
      funct6,
      format: 'M',
      source: 'v',
      doc: `Mask vd = ${words}.`,
      op: { kind: 'maskLogic', op },
      vm: '1',
      last: '',
    }),
  )

const toX = (name: string, bits: string, doc: string, op: 'cpop' | 'first'): Row =>
  vector(`${name} rd, vs2, vm`, `010000 vm:1 vs2:5 ${bits} 010 rd:5`, doc, { kind: 'maskCount', op })

const masks = () => [
  ...logic(),
  toX('vcpop.m', '10000', 'rd = how many bits of mask vs2 are set.', 'cpop'),
  toX('vfirst.m', '10001', 'rd = number of the first bit set in mask vs2, or -1.', 'first'),
  unary('vmsbf.m', '010100', '00001', 'M', 'Mask vd: the bits before the first that is set in vs2.', { kind: 'maskSet', op: 'before' }),
  unary('vmsof.m', '010100', '00010', 'M', 'Mask vd: only the first bit that is set in vs2.', { kind: 'maskSet', op: 'only' }),
  unary('vmsif.m', '010100', '00011', 'M', 'Mask vd: the bits up to the first that is set in vs2.', { kind: 'maskSet', op: 'including' }),
  unary('viota.m', '010100', '10000', 'M', 'vd[i] = how many bits before i are set in mask vs2.', { kind: 'iota' }),
  vector('vid.v vd, vm', '010100 vm:1 00000 10001 010 vd:5', 'vd[i] = i.', { kind: 'index' }),
]

const scalars = () => [
  vector('vmv.x.s rd, vs2', '010000 1 vs2:5 00000 010 rd:5', 'rd = vs2[0], sign-extended.', { kind: 'toScalar' }),
  vector('vmv.s.x vd, rs1', '010000 1 00000 rs1:5 110 vd:5', 'vd[0] = rs1.', { kind: 'fromScalar' }),
]

const gathers = () => [
  ...(['v', 'x', 'u'] as const).map(source =>
    form({
      name: `vrgather.v${source === 'u' ? 'i' : source}`,
      funct6: '001100',
      format: 'I',
      source,
      doc: 'vd[i] = vs2[$], zero past the end.',
      op: { kind: 'gather', source },
    }),
  ),
  form({
    name: 'vrgatherei16.vv',
    funct6: '001110',
    format: 'I',
    source: 'v',
    doc: 'vd[i] = vs2[$] with indices of 16 bits, zero past the end.',
    op: { kind: 'gather', source: 'v16' },
  }),
]

const slides = () =>
  [true, false].flatMap(up => {
    const [name, funct6, sign] = up ? ['vslideup', '001110', '-'] : ['vslidedown', '001111', '+']
    const [name1, funct61] = up ? ['vslide1up', '001110'] : ['vslide1down', '001111']
    const way = up ? 'up, rs1 coming in at the start' : 'down, rs1 coming in at the end'
    return [
      ...(['x', 'u'] as const).map(source =>
        form({
          name: `${name}.v${source === 'u' ? 'i' : 'x'}`,
          funct6,
          format: 'I',
          source,
          doc: `vd[i] = vs2[i ${sign} $].`,
          op: { kind: 'slide', up, source },
        }),
      ),
      form({
        name: `${name1}.vx`,
        funct6: funct61,
        format: 'M',
        source: 'x',
        doc: `vd = vs2 moved one ${way}.`,
        op: { kind: 'slide1', up, source: 'x' },
      }),
    ]
  })

const moveWhole = () =>
  ([1, 2, 4, 8] as const).map(registers =>
    vector(
      `vmv${registers}r.v vd, vs2`,
      `100111 1 vs2:5 ${(registers - 1).toString(2).padStart(5, '0')} 011 vd:5`,
      `${registers} whole registers copied.`,
      { kind: 'moveWhole', registers },
    ),
  )

const compress = () =>
  form({
    name: 'vcompress.vm',
    funct6: '010111',
    format: 'M',
    source: 'v',
    doc: 'vd = the elements of vs2 whose bits are set in mask $, together.',
    op: { kind: 'compress' },
    vm: '1',
    last: '',
  })

export const vectorMask: Rows = lazily(() => [...masks(), ...scalars(), ...gathers(), ...slides(), ...moveWhole(), compress()])
