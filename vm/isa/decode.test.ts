import { expect, test } from 'vitest'
import {
  candidates,
  compress,
  decode,
  decodeField,
  decodeFor,
  defaultIsa,
  encode,
  expand,
  fieldSpec,
  isWord,
  rowNamed,
  allRows,
  type Row,
} from './index.ts'
import { randomNumbers, randomOperand } from './testing.ts'

test('no 16-bit word matches two rows', () => {
  const twice: string[] = []
  for (let word = 0; word < 0x10000; word++) {
    const found = (word & 3) === 3 ? [] : candidates(word)
    if (found.length > 1) twice.push(`${word.toString(16)}: ${found.map(r => r.name).join(' ')}`)
  }
  expect(twice).toEqual([])
})

test('no two 32-bit patterns overlap', () => {
  const long = allRows().filter(r => r.length === 4 && !r.hint)
  const pairs = long.flatMap((a, n) => long.slice(n + 1).map(b => [a, b] as const))
  /** All that b has in a field of a is what that field reserves. */
  const reserves = (a: Row, b: Row): boolean =>
    a.fields.some(f => {
      const { parts, not = [] } = fieldSpec(f)
      return (
        parts.every(([lsb, width]) => ((b.mask >>> lsb) & (2 ** width - 1)) === 2 ** width - 1) && not.includes(decodeField(b.match, f))
      )
    })
  const overlapping = pairs
    .filter(([a, b]) => ((a.match ^ b.match) & a.mask & b.mask) === 0 && !reserves(a, b) && !reserves(b, a))
    .map(([a, b]) => `${a.name} ${b.name}`)
  expect(overlapping).toEqual([])
})

test('reserved bits of fences are ignored, and only theirs', () => {
  const executes = (word: number): string => decodeFor(defaultIsa, word)?.row.name ?? 'illegal'
  for (const word of [0x0ff5850f, 0x1ff0000f, 0x8ff0000f, 0xf000000f, 0x8330008f])
    expect([word.toString(16), executes(word)]).toEqual([word.toString(16), 'fence'])
  for (const word of [0x0010100f, 0x0005100f, 0x0000108f, 0xfff0100f])
    expect([word.toString(16), executes(word)]).toEqual([word.toString(16), 'fence.i'])
  expect([0x0ff0000f, 0x8330000f, 0x0000100f].map(word => decode(word)?.written.hint)).toEqual([false, false, false])
  expect([0x8330000f, 0x0000200f, 0x0000300f].map(executes)).toEqual(['fence.tso', 'illegal', 'illegal'])
  expect(decode(0x0a35850f)?.values).toMatchObject({ pred: 10, succ: 3 })
})

test('no two rows fix the same bits to the same values', () => {
  const patterns = allRows().map(r => `${r.length} ${r.mask} ${r.match}`)
  expect(patterns.filter((p, n) => patterns.indexOf(p) !== n)).toEqual([])
})

test('every row encodes and decodes again, with its operands', () => {
  const next = randomNumbers(1)
  for (const row of allRows().filter(r => !r.hint)) {
    for (let round = 0; round < 50; round++) {
      const values = row.operands.map(f => randomOperand(f, next))
      const word = encode(row, values, { aq: next(2), rl: next(2), rm: next(5) })
      if (!isWord(word)) throw new Error(`${row.name} ${values.join(' ')}: ${word.message}`)
      const decoded = decode(word)
      expect(decoded?.written.name).toBe(row.name)
      expect(row.operands.map(f => decodeField(word, f))).toEqual(values)
      expect(decoded?.length).toBe(row.length)
    }
  }
})

test('every compressed row expands to what its decoding means, and compresses back', () => {
  const next = randomNumbers(2)
  for (const row of allRows().filter(r => r.length === 2 && !r.hint)) {
    for (let round = 0; round < 50; round++) {
      const values = row.operands.map(f => randomOperand(f, next))
      const long = expand(row, values)
      const short = encode(row, values)
      const wide = encode(long.row, long.values)
      if (!isWord(short) || !isWord(wide)) throw new Error(row.name)
      expect(decode(wide)?.values).toEqual(decode(short)?.values)
      const back = compress(long.row, long.values, () => true)
      if (!back) throw new Error(`${row.name} does not compress back`)
      expect(expand(back.row, back.values)).toEqual(long)
    }
  }
})

test('compression prefers the first row and refuses what has no short form', () => {
  const of = (name: string, ...values: number[]): string => {
    const row = rowNamed(name)
    if (!row) throw new Error(name)
    const short = compress(row, values, r => defaultIsa.rows.has(r) && defaultIsa.names.has(r.extension))
    return short ? `${short.row.name} ${short.values.join(',')}` : 'none'
  }
  expect(of('addi', 0, 0, 0)).toBe('c.nop ')
  expect(of('addi', 2, 2, -16)).toBe('c.addi 2,-16')
  expect(of('addi', 2, 2, -64)).toBe('c.addi16sp -64')
  expect(of('addi', 10, 11, 0)).toBe('c.mv 10,11')
  expect(of('add', 10, 11, 10)).toBe('c.add 10,11')
  expect(of('addi', 10, 0, 0)).toBe('c.li 10,0')
  expect(of('addi', 10, 10, 32)).toBe('none')
  expect(of('slli', 10, 10, 0)).toBe('none')
  expect(of('ld', 10, 8, 2)).toBe('c.ldsp 10,8')
  expect(of('ld', 10, 8, 8)).toBe('c.ld 10,8,8')
  expect(of('ld', 10, 8, 3)).toBe('none')
  expect(of('lui', 2, 4096)).toBe('none')
})

test('illegal words', () => {
  for (const word of [0, 0xffffffff, 0x8000, 0x2001, 0x4002, 0x8002, 0x6101, 0x0000007f, 0x02055053 /* rm = 5 */])
    expect(decodeFor(defaultIsa, word)).toBeNull()
})

test('known words', () => {
  expect(decode(0xfe010113)).toMatchObject({ row: { name: 'addi' }, values: { rd: 2, rs1: 2, imm: -32 }, length: 4 })
  expect(decode(0xabcd1101)).toMatchObject({
    row: { name: 'addi' },
    written: { name: 'c.addi' },
    word: 0x1101,
    values: { rd: 2, rs1: 2, imm: -32 },
  })
  expect(decode(0x123452b7)).toMatchObject({ row: { name: 'lui' }, values: { rd: 5, imm: 0x12345000 } })
  expect(decode(0x06b6252f)).toMatchObject({ row: { name: 'amoadd.w' }, values: { rd: 10, rs1: 12, rs2: 11, aq: 1, rl: 1 } })
  expect(decode(0xc2001553)).toMatchObject({ row: { name: 'fcvt.w.d' }, values: { rd: 10, rs1: 0, rm: 1 } })
})

test('an operand out of range is described', () => {
  const addi = rowNamed('addi')
  const lui = rowNamed('lui')
  const beq = rowNamed('beq')
  if (!addi || !lui || !beq) throw new Error('rows')
  expect(encode(addi, [1, 2, 2048])).toMatchObject({ operand: 2, message: 'immediate 2048 is not in -2048..2047' })
  expect(encode(beq, [1, 2, 3])).toMatchObject({ operand: 2, message: 'immediate 3 is not a multiple of 2 in -4096..4094' })
  expect(encode(addi, [32, 2, 0])).toMatchObject({ operand: 0, message: 'register number 32 is not in 0..31' })
})

test('every field of every row is known to the decoder', () => {
  for (const row of allRows()) for (const f of row.fields) expect(fieldSpec(f).parts.length).toBeGreaterThan(0)
})
