import { expect, test } from 'vitest'
import { createMachine, getXBig, PAGE_SIZE, run, setPc, setXBig, type EngineName } from '../index.ts'
import { RAM_BASE } from '../layout.ts'
import { disassemble } from './disassemble.ts'
import { fullIsa } from './isa.ts'
import { parseInstruction } from './parse.ts'

const AT = RAM_BASE + PAGE_SIZE

/** a0, a1, and 16 bytes of memory after an instruction with its address in a4, a2 and a3 as they are, and a0 and a1 and memory as given. */
function after(engine: EngineName, text: string, a0: bigint, a1: bigint, memory: readonly [bigint, bigint]): string[] {
  const machine = createMachine({ ramBytes: 16 * PAGE_SIZE, engine, isa: fullIsa() })
  const [hart] = machine.harts
  const words = parseInstruction(text, 0)
  if (typeof words === 'string') throw new Error(words)
  machine.view.setUint32(machine.layout.ram, words[0], true)
  const values = [a0, a1, 0x2222n, 0x3333n, BigInt(AT)]
  values.forEach((value, n) => setXBig(hart, 10 + n, value))
  memory.forEach((half, n) => machine.view.setBigUint64(machine.layout.ram + PAGE_SIZE + 8 * n, half, true))
  setPc(hart, RAM_BASE)
  run(machine, hart, 1)
  const halves = [0, 8].map(n => machine.view.getBigUint64(machine.layout.ram + PAGE_SIZE + n, true))
  return [getXBig(hart, 10), getXBig(hart, 11), ...halves].map(v => BigInt.asUintN(64, v).toString(16))
}

test.each([
  ['amocas.w a0, a2, (a4)', -2n, 7n, [0x1_ffff_fffen, 0n], ['fffffffffffffffe', '7', '100002222', '0']],
  ['amocas.d a0, a2, (a4)', 1n, 7n, [5n, 0n], ['5', '7', '5', '0']],
  ['amocas.d zero, a2, (a4)', 1n, 7n, [0n, 0n], ['1', '7', '2222', '0']],
  ['amocas.b a0, a2, (a4)', 0x180n, 7n, [0x180n, 0n], ['ffffffffffffff80', '7', '122', '0']],
  ['amocas.h a0, a2, (a4)', 1n, 7n, [0x8001n, 0n], ['ffffffffffff8001', '7', '8001', '0']],
  ['amocas.q a0, a2, (a4)', 5n, 6n, [5n, 6n], ['5', '6', '2222', '3333']],
  ['amocas.q a0, a2, (a4)', 5n, 7n, [5n, 6n], ['5', '6', '5', '6']],
  ['amocas.q zero, a2, (a4)', 5n, 7n, [0n, 0n], ['5', '7', '2222', '3333']],
  ['amomaxu.b a0, a2, (a4)', 0n, 7n, [0x1ff_ff80n, 0n], ['ffffffffffffff80', '7', '1ffff80', '0']],
  ['amoadd.h a0, a2, (a4)', 0n, 7n, [0x1_ffffn, 0n], ['ffffffffffffffff', '7', '12221', '0']],
] as const)('%s with %s, %s', (text, a0, a1, memory, expected) => {
  expect([after('reference', text, a0, a1, memory), after('interpreter', text, a0, a1, memory)]).toEqual([expected, expected])
})

test('a pair begins at an even register', () => {
  expect(parseInstruction('amocas.q a1, a2, (a4)', 0)).toMatch(/register number 11 is not in/)
  expect(disassemble(0x28c745af, 0).text).toBe('.4byte\t0x28c745af')
})

test.each([
  ['mop.r.31 a0, a1', 0xcdf5_c573],
  ['mop.rr.7 a0, a1, a2', 0xcec5_c573],
  ['wrs.nto', 0x00d0_0073],
  ['ntl.all', 0x0050_0033],
  ['prefetch.i 32(a0)', 0x0205_6013],
  ['prefetch.r -64(a0)', 0xfc15_6013],
  ['prefetch.w 0(a0)', 0x0035_6013],
  ['cbo.zero (a0)', 0x0045_200f],
  ['c.mop.15', 0x6781],
  ['c.lbu a0, 1(a1)', 0x81c8],
  ['c.zext.w a0', 0x9d71],
])('%s', (text, word) => {
  expect(parseInstruction(text, 0)).toEqual([word])
  expect(disassemble(word, 0, { aliases: !text.startsWith('c.') }).text).toBe(text.replace(' ', '\t').replaceAll(', ', ','))
})

test('a prefetch is told by its offset', () => {
  expect(parseInstruction('prefetch.r 33(a0)', 0)).toMatch(/illegal operands/)
  expect(disassemble(0x0055_6013, 0).text).toBe('ori\tzero,a0,5')
})
