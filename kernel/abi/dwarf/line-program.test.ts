// The line number machine of DWARF (section 6.2), opcode by opcode, on programs written byte by byte.
import { expect, test } from 'vitest'
import { build } from '../../../assembler/index.ts'
import { readElf, sectionBytes } from '../index.ts'
import { readLineProgram, type LineRow } from './line-program.ts'

interface Header {
  version?: number
  minimumLength?: number
  defaultStatement?: number
  lineBase?: number
  lineRange?: number
  opcodeBase?: number
}

const START = 0x10100
const uleb = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...uleb(n >> 7)])
const setAddress = (address: number): number[] => [0, 9, 2, ...Array.from({ length: 8 }, (_, i) => Math.floor(address / 256 ** i) % 256)]
const END = [0, 1, 1]
const LENGTHS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]

/** Rows of a version 4 program of these bytes, which begins at START. */
function rows(code: readonly number[], header: Header = {}): LineRow[] {
  const { version = 4, minimumLength = 1, defaultStatement = 1, lineBase = -5, lineRange = 14, opcodeBase = 13 } = header
  const lengths = Array.from({ length: opcodeBase - 1 }, (_, i) => LENGTHS[i] ?? 2)
  const fixed = [minimumLength, ...(version >= 4 ? [1] : []), defaultStatement, lineBase & 255, lineRange, opcodeBase, ...lengths]
  const tables = [0, ...'a.c\0'.split('').map(c => c.charCodeAt(0)), 0, 0, 0, ...'b.c\0'.split('').map(c => c.charCodeAt(0)), 0, 0, 0, 0]
  const body = [...setAddress(START), ...code]
  const text = `	.globl _start
_start: nop
	.section .debug_line,"",@progbits
	.4byte end - version
version: .2byte ${version}
	.4byte program - fixed
fixed:	.byte ${[...fixed, ...tables].join()}
program: .byte ${body.join()}
end:
`
  const { image, diagnostics } = build([{ name: 'l.s', text }], [])
  if (image === null) throw new Error(diagnostics[0].message)
  const elf = readElf(image, 'l')
  const section = elf.sections.find(s => s.name === '.debug_line')
  const lines = section ? sectionBytes(elf, section) : new Uint8Array(0)
  return readLineProgram({ contents: () => lines, stringAt: () => '' }, 0).rows
}
const places = (code: readonly number[], header?: Header): (string | number)[][] =>
  rows(code, header).map(r => [r.address - START, r.line, ...(r.end ? ['end'] : [])])

test.each<[string, Header]>([
  ['of gcc', {}],
  ['of LLVM', { lineBase: -5, lineRange: 14, opcodeBase: 13, version: 3 }],
  ['with a base of zero', { lineBase: 0, lineRange: 1, opcodeBase: 10 }],
  ['with a positive base', { lineBase: 2, lineRange: 7, opcodeBase: 14 }],
  ['with wide ranges', { lineBase: -128, lineRange: 200, opcodeBase: 13 }],
  ['with parcels of two bytes', { minimumLength: 2, lineBase: -3, lineRange: 12, opcodeBase: 13 }],
  ['with few standard opcodes', { lineBase: -3, lineRange: 12, opcodeBase: 10 }],
])('every special opcode %s', (_name, header) => {
  const { minimumLength = 1, lineBase = -5, lineRange = 14, opcodeBase = 13 } = header
  const opcodes = Array.from({ length: 256 - opcodeBase }, (_, i) => opcodeBase + i)
  // Line 1000 before each, so that no line is negative: advance_line by what brings it back is left to DWARF's own register.
  let [address, line] = [0, 1 + 5000]
  const expected = opcodes.map(opcode => {
    address += minimumLength * Math.trunc((opcode - opcodeBase) / lineRange)
    line += lineBase + ((opcode - opcodeBase) % lineRange)
    return [address, line]
  })
  // 5000 as a signed LEB128 number.
  const got = places([3, 0x88, 0x27, ...opcodes, ...END], header)
  expect(got).toEqual([...expected, [address, line, 'end']])
})

test.each<[string, number[], Header, number, number]>([
  ['advance_pc', [2, ...uleb(300)], {}, 300, 1],
  ['advance_pc in parcels', [2, ...uleb(300)], { minimumLength: 2 }, 600, 1],
  ['advance_line', [3, 9], {}, 0, 10],
  ['advance_line backwards', [3, 20, 3, 0x7d], {}, 0, 18],
  ['const_add_pc of gcc', [8], {}, 17, 1],
  ['const_add_pc of others', [8], { lineRange: 12, opcodeBase: 10 }, 20, 1],
  ['const_add_pc in parcels', [8], { minimumLength: 4 }, 68, 1],
  ['fixed_advance_pc, never in parcels', [9, 0x34, 0x12], { minimumLength: 4 }, 0x1234, 1],
  ['set_basic_block, set_epilogue_begin, set_isa', [7, 11, 12, 5], {}, 0, 1],
  ['an unknown standard opcode with two operands', [13, 0x80, 1, 7], { opcodeBase: 14 }, 0, 1],
  ['an unknown extended opcode', [0, 4, 0x80, 1, 2, 3], {}, 0, 1],
])('%s', (_name, code, header, address, line) => {
  expect(places([...code, 1, ...END], header)).toEqual([
    [address, line],
    [address, line, 'end'],
  ])
})

test('registers: file, column, statement, prologue; and what the end of a sequence resets', () => {
  const got = rows([4, 2, 5, 9, 10, 1, 6, 1, 3, 4, ...END, ...setAddress(START + 64), 1, ...END])
  const row = (file: number, line: number, column: number, isStatement: boolean, prologueEnd: boolean) => ({
    file,
    line,
    column,
    isStatement,
    prologueEnd,
  })
  expect(got.map(({ address: _a, end: _e, ...rest }) => rest)).toEqual([
    row(2, 1, 9, true, true),
    row(2, 1, 9, false, false),
    row(2, 5, 9, false, false),
    row(1, 1, 0, true, false),
    row(1, 1, 0, true, false),
  ])
  expect(rows([1, 6, 1, ...END], { defaultStatement: 0 }).map(r => r.isStatement)).toEqual([false, true, true])
})

test('a program that ends in a sequence is damaged', () => expect(() => rows([1])).toThrow(/middle of a sequence/))
