import { expect, test } from 'vitest'
import { decode, disassemble, encode, isaManual, isWord, loadImmediate, parseInstruction, pseudos, rowNamed, allRows } from './index.ts'
import { randomNumbers, randomOperand } from './testing.ts'

const PC = 0x10000
const text = (word: number): string => disassemble(word, PC).text.replace('\t', ' ')

test('every row prints and parses again, plainly and through pseudo-instructions', () => {
  const random = randomNumbers(3)
  for (const row of allRows().filter(r => !r.hint)) {
    for (let round = 0; round < 30; round++) {
      const values = row.operands.map(f => randomOperand(f, random))
      // An empty fence set has no spelling.
      if (row.name === 'fence' && values.includes(0)) continue
      const word = encode(row, values, { aq: random(2), rl: random(2), rm: random(5) })
      if (!isWord(word)) throw new Error(word.message)
      const plain = disassemble(word, PC, { aliases: false }).text
      expect([plain, parseInstruction(plain, PC)]).toEqual([plain, [word]])
      for (const shortImmediates of [false, true]) {
        const printed = disassemble(word, PC, { shortImmediates }).text
        const again = parseInstruction(printed, PC)
        if (typeof again === 'string') throw new Error(`${printed}: ${again}`)
        expect([printed, decode(again[0])?.values]).toEqual([printed, decode(word)?.values])
      }
    }
  }
})

test('text as objdump prints it', () => {
  const cases: [number, string][] = [
    [0xff010113, 'addi sp,sp,-16'],
    [0x1141, 'addi sp,sp,-16'],
    [0x00813083, 'ld ra,8(sp)'],
    [0x00113423, 'sd ra,8(sp)'],
    [0x00000013, 'nop'],
    [0x8082, 'ret'],
    [0x00008067, 'ret'],
    [0x00050463, 'beqz a0,0x10008'],
    [0x0000006f, 'j 0x10000'],
    [0xc0002573, 'rdcycle a0'],
    [0x10002573, 'csrr a0,sstatus'],
    [0x00100073, 'ebreak'],
    [0x0ff0000f, 'fence'],
    [0x0310000f, 'fence rw,w'],
    [0xc2079553, 'fcvt.w.d a0,fa5,rtz'],
    [0x22b58553, 'fmv.d fa0,fa1'],
    [0x06b6252f, 'amoadd.w.aqrl a0,a1,(a2)'],
    [0x00000537, 'lui a0,0x0'],
    [0xfffff537, 'lui a0,0xfffff'],
    [0xffffffff, '.4byte 0xffffffff'],
    [0x0000, 'unimp'],
  ]
  for (const [word, want] of cases) expect(text(word)).toBe(want)
})

test('targets get a symbol and 64-bit wrap-around', () => {
  expect(disassemble(0x00050463, PC, { symbol: () => 'main+0x8' }).operands).toBe('a0,10008 <main+0x8>')
  expect(disassemble(0xffdff06f, 0).operands).toBe('0xfffffffffffffffc')
})

test('bad text is explained', () => {
  expect(parseInstruction('adi a0,a0,1', PC)).toBe('unrecognized opcode adi')
  expect(parseInstruction('addi a0,a0', PC)).toBe('illegal operands a0,a0')
  expect(parseInstruction('addi a0,a0,4096', PC)).toBe('immediate 4096 is not in -2048..2047')
})

/** The value that a sequence of li leaves in its register. */
function run(value: bigint): bigint {
  let reg = 0n
  for (const { name, values } of loadImmediate(5, value)) {
    const base = values[1] === 0 ? 0n : reg
    const imm = BigInt(values.at(-1) ?? 0)
    if (name === 'lui') reg = imm
    else if (name === 'addi') reg = BigInt.asIntN(64, base + imm)
    else if (name === 'addiw') reg = BigInt.asIntN(32, base + imm)
    else if (name === 'slli') reg = BigInt.asIntN(64, base << imm)
    else throw new Error(name)
  }
  return reg
}

test('li loads any 64-bit value in at most 8 encodable instructions', () => {
  const random = randomNumbers(4)
  const edges = [0n, 1n, 2047n, 2048n, -2048n, -2049n, 0x7fffffffn, 0x7ffff800n, 0x80000000n, -0x80000000n, 1n << 63n, (1n << 63n) - 1n]
  const wild = Array.from({ length: 5000 }, () => ((BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32))) >> BigInt(random(64)))
  for (const value of [...edges, ...wild, ...wild.map(v => -v)]) {
    const steps = loadImmediate(5, value)
    expect(steps.length).toBeLessThanOrEqual(8)
    expect([value, run(value)]).toEqual([value, BigInt.asIntN(64, value)])
    for (const { name, values } of steps) {
      const row = rowNamed(name)
      expect(row && isWord(encode(row, values))).toBe(true)
    }
  }
})

test('every pseudo-instruction expands to instructions with as many operands', () => {
  for (const { expansion } of pseudos())
    for (const { name, operands } of expansion) expect([name, rowNamed(name)?.operands.length]).toEqual([name, operands.length])
})

test('the manual has a line for every instruction', () => {
  const manual = isaManual()
  for (const row of allRows().filter(r => !r.hint))
    expect(manual).toMatch(new RegExp('^\\| `' + row.name.replaceAll('.', '\\.') + '[ `\\[]', 'm'))
})
