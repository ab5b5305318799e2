// Scopes, types, values and frames of a function as a compiler describes it.
import { describe, expect, test } from 'vitest'
import { PT } from '../../kernel/abi/index.ts'
import {
  formatValue,
  frameRows,
  framesOf,
  localsOf,
  newSymbolSpace,
  openDebugFile,
  printExpression,
  symbolsNamed,
  typeNamed,
  typeText,
  unitsOf,
  unwind,
  valueOfVariable,
} from './index.ts'
import { floatText } from './numbers.ts'
import { exampleProgram } from './testing.ts'

const file = openDebugFile(exampleProgram(), '/example')
const space = newSymbolSpace([{ file, bias: 0 }])
const at = (name: string): number => symbolsNamed(file.symbols, name)[0].address
const STACK = 0x7000
const WORD = 8

/** The file's own bytes, and a stack where ra and the parameter were saved. */
function read(address: number, length: number): Uint8Array | null {
  const bytes = new Uint8Array(length)
  if (address >= STACK && address + length <= STACK + 64) {
    const stack = new DataView(new ArrayBuffer(64))
    stack.setBigUint64(24, BigInt(at('_start') + 8), true)
    stack.setInt32(12, 5, true)
    bytes.set(new Uint8Array(stack.buffer, address - STACK, length))
    return bytes
  }
  const p = file.elf.segments.find(s => s.type === PT.LOAD && address >= s.vaddr && address + length <= s.vaddr + s.fileSize)
  if (p === undefined) return null
  bytes.set(file.elf.bytes.subarray(p.offset + address - p.vaddr, p.offset + address - p.vaddr + length))
  return bytes
}

function stop(pc: number): ReturnType<typeof unwind> {
  const sp = pc === at('work') ? STACK + 32 : STACK
  const values = Array.from({ length: 64 }, (_, n) => (n === 2 ? BigInt(sp) : n === 10 ? 2n : n === 1 ? BigInt(at('_start') + WORD) : 0n))
  return unwind(space, { pc, values }, read)
}
const source = (pc: number) => ({ space, frame: stop(pc).frames[0], read })
const locals = (pc: number): string[] =>
  localsOf(source(pc).frame).map(v => `${v.variable.name} = ${formatValue(source(pc), valueOfVariable(source(pc), v))}`)

test('nothing is wrong with the file', () => {
  expect(unitsOf(file)?.units.length).toBe(1)
  expect(framesOf(file).descriptions.length).toBe(1)
  expect(file.problems).toEqual([])
})

describe('values', () => {
  test('of locals, by where the code is', () => {
    expect(locals(at('after'))).toEqual(['given = 5', 'moving = GREEN', 'known = GREEN'])
    // The first bytes of `origin`, taken for a pointer: its block begins here.
    expect(locals(at('inside'))).toEqual(['there = 0x626100000001', 'given = 5', 'moving = RED', 'known = GREEN'])
    expect(locals(at('outside'))).toEqual(['given = 5', 'moving = <optimized out>', 'known = GREEN'])
  })
  test.each([
    ['origin', () => `{x = 1, name = "ab\\000", next = 0x${at('origin').toString(16)} <origin>, pair = {1, 2}}`],
    ['origin.next', () => `(struct point *) 0x${at('origin').toString(16)} <origin>`],
    ['origin.next->next->pair[1]', () => '2'],
    ['*origin.pair', () => '1'],
    ['&origin.x', () => `(int *) 0x${at('origin').toString(16)} <origin>`],
    ['(*origin.next).name', () => '"ab\\000"'],
    ['origin.name[1]', () => "98 'b'"],
    ['GREEN', () => 'GREEN'],
    ['work', () => `{int (number)} 0x${at('work').toString(16)} <work>`],
  ])('%s', (expression, expected) => expect(printExpression(source(at('inside')), expression)).toBe(expected()))
  test.each([
    ['missing', 'No symbol "missing" in current context.'],
    ['origin.y', 'There is no member named y.'],
    ['*origin', 'Attempt to take contents of a non-pointer value.'],
    ['origin +', "A syntax error in expression, near `origin +'."],
    ['&given.x', 'There is no member named x.'],
  ])('%s is refused', (expression, message) => expect(() => printExpression(source(at('inside')), expression)).toThrow(message))
})

test('types', () => {
  const units = unitsOf(file)
  if (units === null) throw new Error('no units')
  expect(typeText(units, typeNamed(units, 'struct point') ?? null)).toBe(
    'struct point {\n    int x;\n    char name[4];\n    struct point *next;\n    int pair[2];\n}',
  )
  expect(typeText(units, typeNamed(units, 'enum color') ?? null)).toBe('enum color {RED = 1, GREEN}')
  expect(typeText(units, typeNamed(units, 'number') ?? null)).toBe('int')
  expect(typeNamed(units, 'struct nothing')).toBe(undefined)
})

test('frames: rows, and the caller from every instruction', () => {
  const rows = frameRows(framesOf(file).descriptions[0]).map(r => [
    r.address,
    r.cfa.kind === 'register' && r.cfa.offset,
    r.registers.has(1),
  ])
  expect(rows).toEqual([
    [at('work'), 0, false],
    [at('after'), 32, false],
    [at('saved'), 32, true],
    [at('end') - 2, 0, false],
  ])
  for (const name of ['work', 'after', 'saved', 'inside', 'outside']) {
    const { frames, ended } = stop(at(name))
    expect([frames.map(f => f.function), frames[0].cfa, ended]).toEqual([['work', '_start'], STACK + 32, '_start is the outermost'])
  }
})

test.each([
  [[0, 0, 0, 0], '0'],
  [[0, 0, 0, 0x80], '-0'],
  [[0, 0, 0xc0, 0x7f], 'nan(0x400000)'],
  [[0, 0, 0x80, 0xff], '-inf'],
  [[1, 0, 0, 0], '1.40129846e-45'],
  [[0, 0, 0, 0, 0, 0, 0xf8, 0x3f], '1.5'],
  [[0, 0, 0, 0, 0, 0, 0x24, 0x40], '10'],
  [[0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f], '0.10000000000000001'],
  [[0x3c], null],
])('the float of %j is %s', (bytes, expected) => expect(floatText(Uint8Array.from(bytes))).toBe(expected))

test('types that contain themselves come to an end', () => {
  // Every member of struct point is a struct point, at its start; a pointer is one to itself.
  const text = exampleProgram(source =>
    source.replace(/\.4byte (int|text|pointer|pair) - unit\n\t\.byte \d+\n\t\.uleb128 [05]/g, all =>
      all.replace(/(int|text|pointer|pair) - unit\n\t\.byte \d+/, 'point - unit\n\t.byte 0'),
    ),
  )
  const damaged = openDebugFile(text, '/damaged')
  const around = newSymbolSpace([{ file: damaged, bias: 0 }])
  const [start] = symbolsNamed(damaged.symbols, 'inside')
  const { frames } = unwind(around, { pc: start.address, values: Array.from({ length: 64 }, () => 0n) }, read)
  const printed = printExpression({ space: around, frame: frames[0], read }, 'origin')
  expect(printed.startsWith('{x = {x = {x = ')).toBe(true)
  expect(printed).toContain('{...}')
  expect(printed.length).toBeLessThan(1_000_000)
})
