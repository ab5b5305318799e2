// Call frame instructions, one by one (DWARF 5, section 6.4.2 and 7.24): the rows that a program of bytes gives.
import { expect, test } from 'vitest'
import { frameRowAt, frameRows } from './cfi-rows.ts'
import type { FrameDescription } from './model.ts'

const START = 0x1000
const END = 0x1100
const describe = (common: number[], own: number[], codeAlign = 1, dataAlign = -8): FrameDescription =>
  ({
    section: '.eh_frame',
    offset: 0,
    start: START,
    end: END,
    instructions: Uint8Array.from(own),
    common: { instructions: Uint8Array.from(common), codeAlign, dataAlign },
  }) as unknown as FrameDescription

/** `10: cfa sp+16 ra@-8`, a row a line; addresses from the start. */
const rows = (own: number[], common: number[] = [0x0c, 2, 0], codeAlign?: number, dataAlign?: number): string[] =>
  frameRows(describe(common, own, codeAlign, dataAlign)).map(({ address, cfa, registers }) => {
    const rule = cfa.kind === 'register' ? `x${cfa.register}+${cfa.offset}` : `expression ${[...cfa.bytes].join()}`
    const list = [...registers].map(([n, r]) => {
      const more = 'offset' in r ? r.offset : 'register' in r ? r.register : 'bytes' in r ? [...r.bytes].join() : ''
      return `x${n} ${r.kind} ${more}`.trim()
    })
    return [`${address - START}: ${rule}`, ...list].join('; ')
  })

test.each<[string, number[], string[]]>([
  ['advance_loc', [0x40 | 4, 0x0e, 16], ['0: x2+0', '4: x2+16']],
  ['advance_loc1', [0x02, 200, 0x0e, 16], ['0: x2+0', '200: x2+16']],
  ['advance_loc2', [0x03, 0x80, 0, 0x0e, 16], ['0: x2+0', '128: x2+16']],
  ['advance_loc4', [0x04, 9, 0, 0, 0, 0x0e, 16], ['0: x2+0', '9: x2+16']],
  ['set_loc', [0x01, 0x20, 0x10, 0, 0, 0, 0, 0, 0, 0x0e, 16], ['0: x2+0', '32: x2+16']],
  ['def_cfa', [0x0c, 8, 0x80, 1], ['0: x8+128']],
  ['def_cfa_register', [0x0e, 16, 0x0d, 8], ['0: x8+16']],
  ['def_cfa_offset', [0x0e, 0x90, 1], ['0: x2+144']],
  ['def_cfa_sf', [0x12, 8, 0x7e], ['0: x8+16']],
  ['def_cfa_offset_sf', [0x13, 0x7c], ['0: x2+32']],
  ['def_cfa_expression', [0x0f, 2, 0x72, 8], ['0: expression 114,8']],
  ['offset', [0x80 | 1, 1], ['0: x2+0; x1 offset -8']],
  ['offset_extended', [0x05, 40, 2], ['0: x2+0; x40 offset -16']],
  ['offset_extended_sf', [0x11, 1, 0x7f], ['0: x2+0; x1 offset 8']],
  ['GNU_negative_offset_extended', [0x2f, 1, 2], ['0: x2+0; x1 offset 16']],
  ['val_offset', [0x14, 2, 3], ['0: x2+0; x2 valueOffset -24']],
  ['val_offset_sf', [0x15, 2, 0x7d], ['0: x2+0; x2 valueOffset 24']],
  ['undefined', [0x07, 1], ['0: x2+0; x1 undefined']],
  ['same_value', [0x08, 8], ['0: x2+0; x8 same']],
  ['register', [0x09, 1, 5], ['0: x2+0; x1 register 5']],
  ['expression', [0x10, 8, 1, 0x50], ['0: x2+0; x8 expression 80']],
  ['val_expression', [0x16, 8, 1, 0x50], ['0: x2+0; x8 valueExpression 80']],
  ['GNU_args_size', [0x2e, 0x90, 1, 0x0e, 16], ['0: x2+16']],
  ['nop', [0, 0, 0], ['0: x2+0']],
])('%s', (_name, program, expected) => expect(rows(program)).toEqual(expected))

test('code is counted in units of the common entry, data too', () =>
  expect(rows([0x40 | 3, 0x80 | 1, 1, 0x02, 2, 0x0e, 32], [0x0c, 2, 0], 2, -4)).toEqual([
    '0: x2+0',
    '6: x2+0; x1 offset -4',
    '10: x2+32; x1 offset -4',
  ]))

test('restore goes back to the common entry, remember and restore_state to where they were', () => {
  const common = [0x0c, 2, 0, 0x80 | 1, 1]
  expect(rows([0x80 | 1, 2, 0x41, 0xc0 | 1, 0x41, 0x80 | 8, 2, 0x41, 0xc0 | 8], common)).toEqual([
    '0: x2+0; x1 offset -16',
    '1: x2+0; x1 offset -8',
    '2: x2+0; x1 offset -8; x8 offset -16',
    '3: x2+0; x1 offset -8',
  ])
  expect(rows([0x80 | 8, 2, 0x06, 8, 0x06, 1], common)).toEqual(['0: x2+0; x1 offset -8'])
  expect(rows([0x0e, 16, 0x0a, 0x41, 0x0e, 32, 0x80 | 8, 2, 0x41, 0x0b])).toEqual(['0: x2+16', '1: x2+32; x8 offset -16', '2: x2+16'])
})

test('the row that holds at an address', () => {
  const frame = describe([0x0c, 2, 0], [0x44, 0x0e, 16, 0x44, 0x0e, 32])
  const offsets = [0, 3, 4, 7, 8, 255].map(at => {
    const cfa = frameRowAt(frame, START + at)?.cfa
    return cfa?.kind === 'register' ? cfa.offset : null
  })
  expect(offsets).toEqual([0, 0, 16, 16, 32, 32])
  expect(frameRowAt(frame, START - 1)).toBe(null)
})

test.each<[string, number[]]>([
  ['an instruction that is not there', [0x3f]],
  ['a state that nobody remembered', [0x0b]],
  ['a register beyond all', [0x07, 0x80, 1]],
  ['an offset for an expression', [0x0f, 1, 0x50, 0x0e, 16]],
  ['going backwards', [0x01, 0, 0, 0, 0, 0, 0, 0, 0]],
  ['an end in the middle', [0x0c, 2]],
])('%s is damage', (_name, program) => expect(() => rows(program)).toThrow())
