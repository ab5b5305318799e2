import { expect, test } from 'vitest'
import { disassemble } from './disassemble.ts'
import { FLI_DOUBLE, FLI_HALF, FLI_SINGLE, fliIndex, fliNames } from './fli.ts'
import { parseInstruction } from './parse.ts'

test.each([
  ['fli.s fa0, -0x1p+0', 0xf010_0553],
  ['fli.s fa0, min', 0xf010_8553],
  ['fli.d fa0, 0x1p-15', 0xf211_8553],
  ['fli.h fa0, 0x1.4p-2', 0xf414_8553],
  ['fli.s fa0, nan', 0xf01f_8553],
  ['fcvtmod.w.d a0, fa1, rtz', 0xc285_9553],
  ['froundnx.h fa0, fa1', 0x4455_f553],
  ['fround.d fa0, fa1, rtz', 0x4245_9553],
  ['fmaxm.d fa0, fa1, fa2', 0x2ac5_b553],
  ['fltq.d a0, fa1, fa2', 0xa2c5_d553],
  ['flh fa0, 2(a1)', 0x0025_9507],
  ['fmv.x.h a0, fa0', 0xe405_0553],
  ['fcvt.s.h fa0, fa1', 0x4025_8553],
  ['fcvt.h.d fa0, fa1', 0x4415_f553],
  ['fmadd.h fa0, fa1, fa2, fa3', 0x6cc5_f543],
  ['fneg.h fa0, fa1', 0x24b5_9553],
])('%s', (text, word) => {
  expect(parseInstruction(text, 0)).toEqual([word])
  expect(disassemble(word, 0).text).toBe(text.replace(' ', '\t').replaceAll(', ', ','))
})

test('a constant of fli is named by any number that is equal to it', () => {
  expect(['-1', '-1.0', '1.52587890625e-05', '0x1p-16', '0.4375', '65536', 'INF'].map(fliIndex)).toEqual([0, 0, 2, 2, 11, 29, 30])
  expect(['3.5', '0', '-inf', '', 'fa0'].map(fliIndex)).toEqual([null, null, null, null, null])
  expect(parseInstruction('fli.s fa0, 0.3', 0)).toMatch(/illegal operands/)
})

test('their bits are those of the numbers, in each format', () => {
  const view = new DataView(new ArrayBuffer(8))
  for (const [n, name] of fliNames.entries()) {
    view.setInt32(0, FLI_DOUBLE()[n])
    view.setInt32(4, 0)
    const double = view.getFloat64(0)
    view.setInt32(0, FLI_SINGLE()[n])
    if (name === 'min') expect([double, view.getFloat32(0)]).toEqual([2 ** -1022, 2 ** -126])
    else
      expect([name, view.getFloat32(0), fliIndex(String(double).replace('Infinity', 'inf').replace('NaN', 'nan'))]).toEqual([
        name,
        double,
        n,
      ])
  }
  // -1, the smallest normal number, a subnormal one, and what is too large.
  expect([0, 1, 2, 29, 31].map(n => FLI_HALF()[n].toString(16))).toEqual(['bc00', '400', '100', '7c00', '7e00'])
})
