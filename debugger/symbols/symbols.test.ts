// Names, lines and stacks of a program made by our own assembler, as it is written and while it runs.
import { describe, expect, test } from 'vitest'
import { build } from '../../assembler/index.ts'
import { createKernel, peekFile, runKernel, spawnInit, type Kernel, type Task } from '../../kernel/index.ts'
import { fingerprint, streams } from '../../test/machine.ts'
import { program } from '../../test/build.ts'
import {
  addressesOfFunction,
  addressesOfLine,
  backtraceOf,
  complete,
  describeAddress,
  lineAt,
  linesOf,
  loadTask,
  openDebugFile,
  statementRange,
  symbolAt,
  symbolsNamed,
  taskRegisters,
  unwind,
  type DebugFileCache,
} from './index.ts'

const SOURCE = `	.text
	.globl _start
_start:
	li a0, 3
	call outer
	li a7, 93
	ecall

outer:
	addi sp, sp, -32
	sd ra, 24(sp)
	sd s0, 16(sp)
	addi s0, sp, 32
	beqz a0, done
again:
	call inner
	bnez a0, again
done:
	ld ra, 24(sp)
	ld s0, 16(sp)
	addi sp, sp, 32
	ret

	.type inner, @function
inner:
	addi sp, sp, -16
	sd ra, 8(sp)
	call leaf
	ld ra, 8(sp)
	addi sp, sp, 16
	ret
	.size inner, . - inner

leaf:	addi a0, a0, -1
	ret

	.data
	.globl counter
	.type counter, @object
	.size counter, 8
counter: .dword 7
`
const { image, diagnostics } = build([{ name: 'calls.s', text: SOURCE }], [], { debug: true, directory: '/src' })
if (image === null) throw new Error(JSON.stringify(diagnostics))
const file = openDebugFile(image, '/calls')
const addressOf = (name: string): number => symbolsNamed(file.symbols, name)[0].address

describe('symbols', () => {
  test('by name, with what is known of each', () => {
    expect(symbolsNamed(file.symbols, 'inner')[0]).toMatchObject({ kind: 'function', binding: 'local' })
    expect(symbolsNamed(file.symbols, 'counter')[0]).toMatchObject({ kind: 'object', binding: 'global', size: 8 })
    expect(symbolsNamed(file.symbols, 'missing')).toEqual([])
    expect(complete(file.symbols, 'o')).toEqual(['outer'])
    expect(complete(file.symbols, '_', 1)).toHaveLength(1)
  })
  test('by address', () => {
    expect(describeAddress(file.symbols, addressOf('inner') + 4)).toBe('inner+4')
    expect(describeAddress(file.symbols, addressOf('counter'))).toBe('counter')
    expect(describeAddress(file.symbols, addressOf('counter') + 8)).toBe(null)
    expect(describeAddress(file.symbols, 0x10)).toBe(null)
    expect(symbolAt(file.symbols, addressOf('counter'), true)).toBe(null)
  })
  test('a file without a symbol table or sections still opens', () => {
    const bytes = image.slice()
    // e_shoff, e_shnum and e_shstrndx: as if all sections were stripped.
    new DataView(bytes.buffer).setBigUint64(40, 0n, true)
    bytes.fill(0, 60, 64)
    const stripped = openDebugFile(bytes, 'stripped')
    expect(stripped.symbols.names).toEqual([])
    expect(linesOf(stripped).ranges).toEqual([])
    expect(stripped.problems).toEqual([])
  })
})

describe('lines', () => {
  const lineOf = (text: string): number => SOURCE.split('\n').findIndex(line => line.includes(text)) + 1
  test('of addresses', () => {
    const place = lineAt(linesOf(file), addressOf('outer'))
    expect(place).toMatchObject({ line: lineOf('outer:') + 1, isStatement: true })
    expect(place?.file).toMatch(/calls\.s$/)
    expect(lineAt(linesOf(file), addressOf('counter'))).toBe(null)
  })
  test('to addresses; a line without code is the next one, with a note', () => {
    const [exact] = addressesOfLine(file, 'calls.s', lineOf('sd s0, 16(sp)'))
    expect(exact).toMatchObject({ line: lineOf('sd s0, 16(sp)'), note: null })
    expect(exact.addresses).toHaveLength(1)
    const [next] = addressesOfLine(file, 'calls.s', lineOf('again:'))
    expect(next.note).toContain(`line ${lineOf('again:')} of`)
    expect(next.addresses).toEqual([addressOf('again')])
    expect(addressesOfLine(file, 'calls.s', lineOf('.data'))).toEqual([])
    expect(addressesOfLine(file, 'other.s', 1)).toEqual([])
    expect(addressesOfFunction(file, 'outer')).toEqual([addressOf('outer')])
  })
  test('a statement is what its line covers', () => {
    const range = statementRange(linesOf(file), addressOf('_start'))
    expect(range?.start).toBe(addressOf('_start'))
    const second = statementRange(linesOf(file), range?.end ?? 0)
    expect(second?.place.line).toBe(lineOf('call outer'))
  })
})

/** The program stopped before the instruction at an address is executed for the first time. */
function stoppedAt(address: number): { k: Kernel; task: Task } {
  const k = createKernel({ host: streams(), ramBytes: 8 * 2 ** 20, root: [program('/calls', image as Uint8Array)] })
  spawnInit(k, { path: '/calls', argv: ['calls'], env: [], stdio: ['null', 'null', 'null'] })
  const task = k.state.init
  if (task === null) throw new Error('no task')
  for (let n = 0; n < 1000; n++) {
    if (taskRegisters(k, task).pc === address) return { k, task }
    runKernel(k, { maxInstructions: 1 })
  }
  throw new Error('never there')
}

describe('stacks of assembly, which has no frame information', () => {
  const body = addressOf('inner')
  const end = addressOf('leaf')
  const outer = addressOf('outer')
  /** Every instruction of the three functions that is executed at all. */
  const places = linesOf(file)
    .ranges.map(r => r.start)
    .filter(at => at >= outer && at < end + 4)
  test.each(places)('at 0x%i the callers are right', at => {
    const { k, task } = stoppedAt(at)
    const before = fingerprint(k)
    const cache: DebugFileCache = new Map()
    const { frames, ended } = backtraceOf(k, task, cache)
    const callers = at >= end ? ['inner', 'outer'] : at >= body ? ['outer'] : []
    const names = frames.slice(1).map(f => (f.function === 'again' || f.function === 'done' ? 'outer' : f.function))
    expect([...names, ended]).toEqual([...callers, '_start', '_start is the outermost'])
    expect(frames.at(-1)?.place).toMatch(/^_start\+\d+$/)
    expect(frames.at(-1)?.registers[2]).toBe(BigInt(frames.at(-1)?.cfa ?? 0))
    expect(fingerprint(k)).toBe(before)
    expect([...cache.keys()]).toHaveLength(2)
  })
  test('end where memory does, or the limit is', () => {
    const { k, task } = stoppedAt(end)
    const space = loadTask(k, task, new Map())
    const registers = taskRegisters(k, task)
    const lost = unwind(space, registers, () => null)
    expect(lost.frames.length).toBeLessThan(3)
    expect(lost.ended).toMatch(/cannot be read|does not tell|not saved/)
    expect(unwind(space, { ...registers, values: [] }, () => null).frames).toHaveLength(1)
    expect(backtraceOf(k, task, new Map(), 2).ended).toBe('2 frames are enough')
  })
  test('files are read without bringing a page into memory', () => {
    const { k, task } = stoppedAt(addressOf('_start'))
    const inode = task.mm?.exe
    if (!inode) throw new Error('no file')
    const pages = inode.pages.size
    expect(peekFile(k, inode, 0, inode.size)).toEqual(image)
    expect(peekFile(k, inode, 5000, 10)).toEqual(image.slice(5000, 5010))
    expect(inode.pages.size).toBe(pages)
  })
})
