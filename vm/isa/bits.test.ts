import { expect, test } from 'vitest'
import { createMachine, getXBig, PAGE_SIZE, run, setPc, setXBig, type EngineName } from '../index.ts'
import { parseInstruction } from './parse.ts'
import { fullIsa } from './isa.ts'
import { RAM_BASE } from '../layout.ts'

/** a0 after the instruction with these in a1 and a2. */
function value(engine: EngineName, text: string, a1: bigint, a2 = 0n): string {
  const machine = createMachine({ ramBytes: 16 * PAGE_SIZE, engine, isa: fullIsa() })
  const [hart] = machine.harts
  const words = parseInstruction(text, 0)
  if (typeof words === 'string') throw new Error(words)
  machine.view.setUint32(machine.layout.ram, words[0], true)
  machine.view.setUint32(machine.layout.ram + 4, 0x13, true)
  setXBig(hart, 11, a1)
  setXBig(hart, 12, a2)
  setPc(hart, RAM_BASE)
  run(machine, hart, 1)
  return BigInt.asUintN(64, getXBig(hart, 10)).toString(16)
}

const A = 0x80f0_0001_0000_1200n
test.each([
  ['clz a0, a1', 0n, 0n, '40'],
  ['clz a0, a1', 1n, 0n, '3f'],
  ['clzw a0, a1', 0x1_0000_0000n, 0n, '20'],
  ['ctz a0, a1', A, 0n, '9'],
  ['ctzw a0, a1', 0n, 0n, '20'],
  ['cpop a0, a1', -1n, 0n, '40'],
  ['cpopw a0, a1', -1n, 0n, '20'],
  ['orc.b a0, a1', A, 0n, 'ffff00ff0000ff00'],
  ['rev8 a0, a1', A, 0n, '1200000100f080'],
  ['brev8 a0, a1', A, 0n, '10f008000004800'],
  ['rol a0, a1, a2', A, 4n, 'f00001000012008'],
  ['ror a0, a1, a2', A, 68n, '80f000010000120'],
  ['rolw a0, a1, a2', 0xc000_0001n, 33n, 'ffffffff80000003'],
  ['roriw a0, a1, 1', 1n, 0n, 'ffffffff80000000'],
  ['min a0, a1, a2', -1n, 1n, 'ffffffffffffffff'],
  ['minu a0, a1, a2', -1n, 1n, '1'],
  ['packw a0, a1, a2', 0x1_8000n, 0xffff_8000n, 'ffffffff80008000'],
  ['clmul a0, a1, a2', -1n, 3n, '1'],
  ['clmulh a0, a1, a2', -1n, 3n, '1'],
  ['clmulr a0, a1, a2', -1n, 3n, '2'],
  ['bext a0, a1, a2', 8n, 67n, '1'],
  ['bclri a0, a1, 63', -1n, 0n, '7fffffffffffffff'],
  ['sh3add.uw a0, a1, a2', -1n, 1n, '7fffffff9'],
  ['slli.uw a0, a1, 4', -1n, 0n, 'ffffffff0'],
] as const)('%s of %s and %s', (text, a1, a2, expected) => {
  expect([value('reference', text, a1, a2), value('interpreter', text, a1, a2)]).toEqual([expected, expected])
})
