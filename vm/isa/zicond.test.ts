import { expect, test } from 'vitest'
import { decode } from './decode.ts'
import { disassemble } from './disassemble.ts'
import { hwprobeBits, parseIsa } from './isa.ts'
import { parseInstruction } from './parse.ts'

test.each([
  ['czero.eqz a0, a1, a2', 0x0ec5_d533],
  ['czero.nez a0, a1, a2', 0x0ec5_f533],
  ['czero.eqz zero, t6, zero', 0x0e0f_d033],
])('%s', (text, word) => {
  expect(parseInstruction(text, 0)).toEqual([word])
  expect(disassemble(word, 0).text).toBe(text.replace(' ', '\t').replaceAll(', ', ','))
  expect(decode(word)?.row.extension).toBe('Zicond')
})

test('programs are told of it by bit 35', () => {
  const isa = parseIsa('rv64gc_zicond')
  if (typeof isa === 'string') throw new Error(isa)
  expect(isa.text).toBe('rv64imafdc_zicntr_zicond_zicsr_zifencei')
  expect(hwprobeBits(isa, 4)).toBe((1n << 35n) + 3n)
})
