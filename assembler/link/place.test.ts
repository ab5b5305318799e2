// Complaints of the linker name lines, as far as the object knows them. (test/oracle/assembler-link.test.ts holds them against GNU ld.)
import { expect, test } from 'vitest'
import { R_RISCV, readElf, readRelocations } from '../../kernel/abi/index.ts'
import { assemble, formatDiagnostics, link, writeArchive, type LinkInput, type LinkOptions } from '../index.ts'

const object = (name: string, text: string, debug = true): LinkInput => {
  const { object: bytes, diagnostics } = assemble({ name: `${name}.s`, text }, { debug })
  if (!bytes) throw new Error(formatDiagnostics(diagnostics))
  return { name: `${name}.o`, bytes }
}
const told = (inputs: LinkInput[], options: LinkOptions = {}): string[] =>
  formatDiagnostics(link(inputs, options).diagnostics).trimEnd().split('\n')

const USES = `	.globl _start
_start:
	call near
	call nowhere
near:	nop
	la a0, nowhere2
	.data
	.dword 0, nowhere3
v:	.dword nowhere3
	.section .text.b, "ax"
	call nowhere4`

test('with -g a line stands for the offset, also behind code that the linker shortened', () => {
  expect(told([object('a', USES)])).toEqual([
    "a.o: in function `_start':",
    "a.s:4: undefined reference to `nowhere'",
    "a.o: in function `near':",
    "a.s:6: undefined reference to `nowhere2'",
    "a.o:(.data+0x8): undefined reference to `nowhere3'",
    "a.o: in function `v':",
    "(.data+0x10): undefined reference to `nowhere3'",
    "a.o:a.s:11: undefined reference to `nowhere4'",
  ])
})

test('without -g the offset, in the source that the object names', () => {
  const [, first, , second] = told([object('a', `	.file "b.c"\n${USES}`, false)])
  expect([first, second]).toEqual([
    "b.c:(.text+0x4): undefined reference to `nowhere'",
    "b.c:(.text+0xe): undefined reference to `nowhere2'",
  ])
  expect(told([object('a', USES, false)], { relax: false })[1]).toBe("(.text+0x8): undefined reference to `nowhere'")
})

test('a member of an archive, and a data form for programs', () => {
  const inputs = [
    object('a', '.globl _start\n_start: call f'),
    { name: 'l.a', bytes: writeArchive([object('f', '.globl f\nf: nop\n j g')]) },
  ]
  expect(told(inputs)).toEqual(["l.a(f.o): in function `f':", "f.s:3: undefined reference to `g'"])
  expect(link(inputs).diagnostics).toMatchObject([
    { file: 'f.s', line: 3, severity: 'error', message: "undefined reference to `g'", object: { name: 'l.a(f.o)', within: 'f', at: '' } },
  ])
})

test('five complaints about one name in a row are enough', () => {
  const lines = told([object('a', `.globl _start\n_start:\n${'call f\n'.repeat(9)}call g`)])
  expect(lines.map(line => line.replace(/.*: (?=undef|more)/, ''))).toEqual([
    "a.o: in function `_start':",
    ...Array.from({ length: 5 }, () => "undefined reference to `f'"),
    "more undefined references to `f' follow",
    "a.o: in function `_start':",
    "undefined reference to `g'",
  ])
  expect(lines[6]).toBe("a.o:a.s:8: more undefined references to `f' follow")
})

const DEFINES = '.globl f\nnop\nf: ret\n.data\n.globl v\n.word 1\nv: .word 2'
test('what is defined twice is named with both places', () => {
  expect(told([object('a', DEFINES), object('b', DEFINES)], { entry: '0' })).toEqual([
    "b.o: in function `f':",
    "b.s:3: multiple definition of `f'; a.o:a.s:3: first defined here",
    "b.o: in function `v':",
    "(.data+0x4): multiple definition of `v'; a.o:(.data+0x4): first defined here",
  ])
  expect(told([object('a', DEFINES, false), object('b', DEFINES)])[1]).toBe(
    "b.s:3: multiple definition of `f'; a.o:(.text+0x2): first defined here",
  )
  expect(told([object('a', '.globl f\nf = 1'), object('b', '.globl f\nf = 2')], { entry: '0' })).toEqual([
    "b.o: Error: multiple definition of `f'; a.o: first defined here",
  ])
  expect(link([object('a', `${DEFINES}\n.globl _start\n_start = f`)], { defines: { f: 1 } }).diagnostics).toEqual([])
})

/** What a compiler says of a variable: version 5 of everything, strings in sections of their own. */
const COMPILED = (path: string): string => `	.globl _start, v, w
_start:	nop
	.data
	.word 0
v:	.dword missing
w:	.word 0
	.section .debug_line_str, "MS", @progbits, 1
	.string "unused"
folder: .string "/src"
source: .string "${path}"
	.section .debug_abbrev
	.uleb128 1, 0x11, 1, 0x10, 0x17, 0x1b, 0x1f, 0, 0
	.uleb128 2, 0x34, 0, 0x3a, 0x0b, 0x3b, 0x0b, 0x02, 0x18, 0, 0, 0
	.section .debug_info
	.4byte 1f - 0f
0:	.2byte 5
	.byte 1, 8
	.4byte .debug_abbrev
	.uleb128 1
	.4byte .debug_line, folder
	.byte 2, 1, 7, 9, 3
	.dword v
	.byte 2, 1, 8, 9, 3
	.dword w
	.byte 0
1:
	.section .debug_line
	.4byte 1f - 0f
0:	.2byte 5
	.byte 8, 0
	.4byte 3f - 2f
2:	.byte 1, 1, 1, -5, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1
	.byte 1, 1, 0x1f, 1
	.4byte folder
	.byte 2, 1, 0x1f, 2, 0x0b, 2
	.4byte source
	.byte 0
	.4byte source
	.byte 0
3:	.byte 0, 9, 2
	.dword _start
	.byte 3, 4, 1, 2, 2, 0, 1, 1
1:
`
test('a variable is where it was declared, of two that share a name each in its own file', () => {
  const inputs = [object('a', COMPILED('a.c'), false), object('b', COMPILED('b.c'), false)]
  expect(told(inputs)).toEqual([
    "b.o: in function `_start':",
    "/src/b.c:5: multiple definition of `_start'; a.o:/src/a.c:5: first defined here",
    "b.o: in function `v':",
    "/src/b.c:7: multiple definition of `v'; a.o:/src/a.c:7: first defined here",
    "b.o: in function `w':",
    "/src/b.c:8: multiple definition of `w'; a.o:/src/a.c:8: first defined here",
    "a.o: in function `v':",
    "/src/a.c:7: undefined reference to `missing'",
    "b.o: in function `v':",
    "/src/b.c:7: undefined reference to `missing'",
  ])
  expect(told(inputs.slice(0, 1))).toEqual(["a.o: in function `v':", "/src/a.c:7: undefined reference to `missing'"])
})

test('damaged lines, and sections that are compressed, leave the offset', () => {
  const a = object('a', USES)
  const elf = readElf(a.bytes, 'a.o')
  const lines = elf.sections.find(s => s.name === '.debug_line')
  const rela = elf.sections.find(s => s.name === '.rela.debug_line')
  if (!lines || !rela) throw new Error('no lines')
  const damaged = a.bytes.slice()
  damaged[lines.offset + 4] = 9
  expect(told([{ name: 'a.o', bytes: damaged }])[1]).toBe("(.text+0x4): undefined reference to `nowhere'")
  const compressed = a.bytes.slice()
  const headers = new DataView(compressed.buffer)
  // SHF_COMPRESSED, in sh_flags.
  headers.setBigUint64(elf.header.sectionOffset + lines.index * 64 + 8, 0x800n, true)
  expect(readRelocations(elf, rela).some(r => r.type === R_RISCV.ADD16 || r.type === R_RISCV[64])).toBe(true)
  expect(told([{ name: 'a.o', bytes: compressed }]).slice(0, 3)).toEqual([
    'a.o: Warning: compressed debugging information (gcc -gz) is left out',
    "a.o: in function `_start':",
    "(.text+0x4): undefined reference to `nowhere'",
  ])
})

test('an input stays as it is, in a Buffer too, whose slices are no copies', () => {
  const { bytes } = object('a', '.globl _start\n_start: call f\n.align 4\nf: ret\n call f')
  const buffer = Buffer.from(bytes)
  const first = link([{ name: 'a.o', bytes: buffer }]).image
  expect(buffer.equals(bytes)).toBe(true)
  expect(link([{ name: 'a.o', bytes: buffer }]).image).toEqual(first)
})
