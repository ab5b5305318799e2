// objdump, readelf and nm print what GNU's print, line by line.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { existsSync, readFileSync } from 'node:fs'
import { assemble, link, nm, objdump, readelf, writeArchive } from '../../assembler/index.ts'
import { gnu, includesOf, librarySources, missingTool, programs, workspace } from './assembler-gnu.ts'

const missing = missingTool()
if (missing) console.warn(`skipped: ${missing} is not installed`)
const w = workspace()
afterAll(() => w.remove())

type View = (bytes: Uint8Array, name: string) => string
const VIEWS: readonly (readonly [tool: string, flags: string[], view: View])[] = [
  ['readelf', ['-h'], (b, n) => readelf(b, n, { header: true })],
  ['readelf', ['-S'], (b, n) => readelf(b, n, { sections: true })],
  ['readelf', ['-SW'], (b, n) => readelf(b, n, { sections: true, wide: true })],
  ['readelf', ['-l'], (b, n) => readelf(b, n, { segments: true })],
  ['readelf', ['-lW'], (b, n) => readelf(b, n, { segments: true, wide: true })],
  ['readelf', ['-s'], (b, n) => readelf(b, n, { symbols: true })],
  ['readelf', ['-sW'], (b, n) => readelf(b, n, { symbols: true, wide: true })],
  ['readelf', ['-r'], (b, n) => readelf(b, n, { relocations: true })],
  ['readelf', ['-rW'], (b, n) => readelf(b, n, { relocations: true, wide: true })],
  ['readelf', ['-d'], (b, n) => readelf(b, n, { dynamic: true })],
  ['readelf', ['-n'], (b, n) => readelf(b, n, { notes: true })],
  ['readelf', ['-A'], (b, n) => readelf(b, n, { attributes: true })],
  ['readelf', ['-hlSsrdnA'], (b, n) => readelf(b, n, { header: true, segments: true, sections: true, symbols: true, relocations: true, dynamic: true, notes: true, attributes: true })], // prettier-ignore
  ['readelf', ['-aW'], (b, n) => readelf(b, n, { all: true, wide: true })],
  ['nm', [], (b, n) => nm(b, n)],
  ['nm', ['-n'], (b, n) => nm(b, n, { sort: 'address' })],
  ['nm', ['-gS'], (b, n) => nm(b, n, { externOnly: true, size: true })],
  ['nm', ['-u'], (b, n) => nm(b, n, { undefinedOnly: true })],
  ['nm', ['-p'], (b, n) => nm(b, n, { sort: 'none' })],
  ['nm', ['-ar'], (b, n) => nm(b, n, { all: true, reverse: true })],
  ['objdump', ['-h'], (b, n) => objdump(b, n, { headers: true })],
  ['objdump', ['-t'], (b, n) => objdump(b, n, { symbols: true })],
  ['objdump', ['-s'], (b, n) => objdump(b, n, { contents: true })],
  ['objdump', ['-d'], (b, n) => objdump(b, n, { disassemble: true })],
  ['objdump', ['-dr'], (b, n) => objdump(b, n, { disassemble: true, relocations: true })],
  ['objdump', ['-d', '-M', 'no-aliases'], (b, n) => objdump(b, n, { disassemble: true, noAliases: true })],
  ['objdump', ['-hts'], (b, n) => objdump(b, n, { headers: true, symbols: true, contents: true })],
]

/** The first lines that differ, so that a failure is short. */
function compare(path: string): void {
  const bytes = new Uint8Array(readFileSync(path))
  const dynamic = bytes.length > 0 && readelf(bytes, path, { sections: true }).includes('.gnu.version')
  for (const [tool, flags, view] of VIEWS) {
    // -a of a dynamic file has tables of versions and hashes, which ours leaves out.
    if (dynamic && flags[0] === '-aW') continue
    const theirs = gnu(tool, [...flags, path]).out.split('\n')
    const ours = Buffer.from(view(bytes, path)).toString('latin1').split('\n')
    const first = theirs.findIndex((line, i) => line !== ours[i])
    const at = first < 0 && ours.length > theirs.length ? theirs.length : first
    expect([`${tool} ${flags.join(' ')}`, at, at < 0 ? '' : ours.slice(at, at + 2)]).toEqual([`${tool} ${flags.join(' ')}`, -1, ''])
  }
}

const object = (source: string): Uint8Array =>
  assemble({ name: source, text: readFileSync(source, 'utf8') }, { readFile: includesOf(source) }).object ?? new Uint8Array(0)

const DATA_IN_CODE = `
	.globl a
a:	nop
	.zero 6
b:	j a
	.zero 12
	.option norvc
c:	.zero 16
	nop
	.type obj, @object
obj:	.ascii "hello world, how do you do"
	.size obj, . - obj
f:	.short 5
	.byte 1, 2, 3
	.align 4
	la a0, obj
	lw a1, x
	call elsewhere
	.weak w
	.hidden h
	.globl h
h:	.comm cc, 8, 16
	.section .debug_str, "MS", @progbits, 1
	.string "x"
	.section .tdata, "awT", @progbits
	.word 1
	.set absolute, 0x1234567812345678
	.set negative, -5
	.section .text.g, "axG", @progbits, g, comdat
	.globl g
g:	ret
`

describe.skipIf(missing)('views', () => {
  let library = new Uint8Array(0)
  beforeAll(() => {
    library = new Uint8Array(writeArchive(librarySources().map(s => ({ name: 'x.o', bytes: object(s) }))))
  })

  it('of an object with data between code', () => {
    const { object: bytes, diagnostics } = assemble({ name: 'd.s', text: DATA_IN_CODE })
    expect(diagnostics).toEqual([])
    compare(w.write('d.o', bytes ?? ''))
  })

  it('of objects', () => {
    for (const source of librarySources().slice(0, 6)) compare(w.write('lib.o', object(source)))
  })

  it('of programs', () => {
    for (const p of programs().slice(0, 8)) {
      const inputs = p.sources.map((s, i) => ({ name: `${i}.o`, bytes: object(s) }))
      compare(w.write('program', link([...inputs, { name: 'lib.a', bytes: library }]).image ?? '', 0o755))
    }
  })

  const compiler = !missing && gnu('gcc', ['--version']).status === 0
  it.skipIf(!compiler).each([['-c', '-O2'], ['-c', '-g', '-fPIC'], ['-static', '-O2'], ['-O2']])('of compiled C, %s', (...flags) => {
    const source = w.write(
      'c.c',
      '#include <stdio.h>\nstatic int zero;\nint main(int c, char **v) { printf("%d %s\\n", c + zero, v[0]); return 3; }\n',
    )
    expect(gnu('gcc', [...flags, source, '-o', w.path('c.out')]).err).toBe('')
    compare(w.path('c.out'))
  })

  it.skipIf(!existsSync('/usr/riscv64-linux-gnu/lib/libm.so.6'))('of a shared library, but for its code', () => {
    const path = '/usr/riscv64-linux-gnu/lib/libm.so.6'
    const bytes = new Uint8Array(readFileSync(path))
    for (const [tool, flags, view] of VIEWS) {
      if (tool !== 'readelf' || flags[0] === '-aW') continue
      expect(view(bytes, path).split('\n').slice(0, 2000)).toEqual(
        gnu(tool, [...flags, path])
          .out.split('\n')
          .slice(0, 2000),
      )
    }
  })
})
