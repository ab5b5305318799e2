// What `run` says of a program that dies, for each way to die; the core dump of `--core`, read back with our own readers; and why a file
// cannot be executed.
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { build } from '../assembler/index.ts'
import { openDebugFile, symbolAt, symbolsNamed } from '../debugger/index.ts'
import { start } from '../kernel/testing.ts'
import { ELF_PRSTATUS, ET, NT_CORE, readElf, readNotes, readStruct, SIGNALS } from '../kernel/index.ts'
import { checkCorePlace } from './core-dump.ts'
import { watchForCrash, type WatchOptions } from './crash.ts'
import { driveToEnd } from './drive.ts'
import { interpreterOf, notExecutableReason } from './not-executable.ts'
import { NO_LIMIT } from './sizes.ts'

const directory = mkdtempSync(join(tmpdir(), 'hartbeat-crash-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** Its first argument says how it dies. */
const SOURCE = `
    .globl _start
_start:
    ld t0, 16(sp)
    lbu t0, 0(t0)
    la t1, ways - 'a' * 4
    slli t0, t0, 2
    add t0, t0, t1
    jr t0
    .option norvc
    .balign 4
ways:
    j segv
    j ill
    j bus
    j fpe
    j deep
    j data
    j hog
segv:
    la t1, words
    li t2, 0x5a
    sd t2, 0(t1)
    li t0, 0x30
    sd zero, 0(t0)
ill:
    .4byte 0x0d0073d7
bus:                    # the second page of a file of 5 bytes
    li a0, -100
    la a1, small
    li a2, 0
    li a7, 56
    ecall
    mv a4, a0
    li a0, 0
    li a1, 8192
    li a2, 1
    li a3, 2
    li a5, 0
    li a7, 222
    ecall
    li t0, 4096
    add a0, a0, t0
    lb a0, 0(a0)
fpe:
    li a7, 172
    ecall
    li a1, 8
    li a7, 129
    ecall
    nop
deep:
    addi sp, sp, -1024
    sd ra, 0(sp)
    call deep
data:
    la t0, words
    jr t0
hog:                    # touches 64 MiB
    li a0, 0
    li a1, 0x4000000
    li a2, 3
    li a3, 0x4022
    li a4, -1
    li a5, 0
    li a7, 222
    ecall
1:  sb a0, 0(a0)
    li t0, 4096
    add a0, a0, t0
    j 1b
    .data
small: .asciz "/small"
words: .8byte 0x1122334455667788
words_end: .8byte 0x99
`
const { image } = build([{ name: 'die.s', text: SOURCE }], [], { debug: true })
if (image === null) throw new Error('die.s is not assembled')
const program: Uint8Array = image
const SMALL = { path: '/small', kind: 'regular', mode: 0o644, data: new Uint8Array(5) } as const

async function die(way: string, options: WatchOptions = { tell: true }) {
  const { k } = start(program, { files: [SMALL], argv: ['test', way], underInit: true, debug: false })
  const watch = watchForCrash(k, ['test', way], options)
  const outcome = await driveToEnd(k, NO_LIMIT, undefined, watch.look)
  return { k, text: watch.text(), status: outcome.kind === 'halted' ? outcome.status : -1 }
}

test.each([
  ['a', /^SIGSEGV: write to 0x30 at pc 0x[0-9a-f]+, segv \(die\.s:\d+\): no region there$/, SIGNALS.SIGSEGV],
  [
    'b',
    /^SIGILL: illegal instruction 0x0d0073d7 \(vsetvli t2,zero,e32,m1,ta,ma\) at pc 0x[0-9a-f]+, ill \(die\.s:\d+\): it needs the V extension, which/,
    SIGNALS.SIGILL,
  ],
  ['c', /^SIGBUS: read of 0x7f[0-9a-f]+ at pc 0x[0-9a-f]+, bus.*: beyond the end of \/small \(5 bytes\)$/, SIGNALS.SIGBUS],
  ['d', /^SIGFPE: sent by itself at pc 0x[0-9a-f]+, fpe/, SIGNALS.SIGFPE],
  ['e', /^SIGSEGV: write to 0x7f[0-9a-f]+ at pc .*, deep.*: stack overflow: .* limit of 8388608 bytes/, SIGNALS.SIGSEGV],
  ['f', /^SIGSEGV: jump to (0x[0-9a-f]+) at pc \1.*: not executable: rw-p of \/bin\/test$/, SIGNALS.SIGSEGV],
])('it dies in way %s', async (way, sentence, signal) => {
  const { text, status } = await die(way)
  const [first, second] = text.split('\n')
  expect(first.replace('hartbeat: test: ', '')).toMatch(sentence)
  expect([second, status]).toEqual([`hartbeat: to look at it there: hartbeat debug test ${way}`, signal])
})

test('killed for want of memory: who, how much it had, what gives it more', async () => {
  const { text, status } = await die('g')
  expect(text).toMatch(
    /^hartbeat: test \(process 2\): killed, out of memory: it had 1\d\.\d of the machine's 16 MiB; -m 32 gives it more\n$/,
  )
  expect(status).toBe(SIGNALS.SIGKILL)
})

test('--core: an ELF core on the host, whatever the limit; the machine is as without', async () => {
  const path = join(directory, 'core')
  const plain = await die('a')
  const { k, text } = await die('a', { core: path, tell: true })
  expect(text.split('\n')[1]).toBe(`hartbeat: core dumped to ${path}`)
  expect([k.state.time, k.state.executed, k.state.steps]).toEqual([plain.k.state.time, plain.k.state.executed, plain.k.state.steps])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const bytes = new Uint8Array(readFileSync(path))
  const core = readElf(bytes, path)
  const [notes, ...loads] = core.segments
  const found = readNotes(path, 'notes', bytes.subarray(notes.offset, notes.offset + notes.fileSize))
  expect([core.header.type, loads.every(s => s.offset + s.fileSize <= bytes.length)]).toEqual([ET.CORE, true])
  const status = found.find(note => note.type === NT_CORE.PRSTATUS)
  if (!status) throw new Error('no status in the core')
  const pc = new BigUint64Array(readStruct(ELF_PRSTATUS, status.description).reg.buffer, 0, 1)[0]
  const { symbols } = openDebugFile(program, 'test')
  expect(symbolAt(symbols, Number(pc))?.name).toBe('segv')
  // What the program wrote, and beside it what its file has.
  const word = (name: string): bigint => {
    const [{ address }] = symbolsNamed(symbols, name)
    const segment = loads.find(s => address >= s.vaddr && address < s.vaddr + s.fileSize)
    return segment ? new DataView(bytes.buffer).getBigUint64(segment.offset + address - segment.vaddr, true) : -1n
  }
  expect([word('words'), word('words_end')]).toEqual([0x5an, 0x99n])
})

test('--core: only the dump where nothing is to be told; a file that cannot be written is said', async () => {
  const path = join(directory, 'quiet')
  expect((await die('a', { core: path, tell: false })).text).toBe(`hartbeat: core dumped to ${path}\n`)
  const nowhere = join(directory, 'nowhere', 'core')
  expect((await die('a', { core: nowhere, tell: false })).text).toMatch(/^hartbeat: --core .*ENOENT/)
  expect(() => checkCorePlace(nowhere)).toThrow(/--core .*ENOENT/)
  expect(() => checkCorePlace(directory)).toThrow(/no regular file/)
  const link = join(directory, 'link')
  symlinkSync('/dev/null', link)
  expect(() => checkCorePlace(link)).toThrow(/no regular file/)
  writeFileSync(path, '')
  expect(() => checkCorePlace(path)).not.toThrow()
})

const patched = (...changes: [number, number][]): Uint8Array => {
  const bytes = program.slice()
  for (const [at, value] of changes) bytes[at] = value
  return bytes
}
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))

test.each<[string, Uint8Array, string]>([
  ['nothing', ascii(''), 'it is empty'],
  ['text', ascii('echo hello\n'), 'it is a text without a #! line: give it to its interpreter, as in `hartbeat run sh FILE`'],
  ['data', ascii('\x01\x02\0\x03'), 'it is neither an ELF file nor a script'],
  ['#! and nothing', ascii('#! \n'), 'its #! line names no interpreter'],
  ['x86-64', patched([18, 62], [19, 0]), 'it is for x86-64'],
  ['32 bits', patched([4, 1]), 'it is for 32-bit RISC-V'],
  ['big-endian', patched([5, 2], [18, 0], [19, 243]), 'it is for big-endian RISC-V'],
  ['an object', patched([16, 1]), 'it is an object file, not linked yet: see `hartbeat ld`'],
  ['a core', patched([16, 4]), 'it is a core dump, not a program'],
  ['cut short', program.subarray(0, 60), 'its ELF header is cut short or damaged'],
  ['no segments', patched([56, 0], [57, 0]), 'it has nothing to load'],
])('%s cannot be executed', (_name, bytes, reason) => {
  expect(notExecutableReason(bytes)).toBe(reason)
})

test('which interpreter it wants', () => {
  expect(['#!/bin/x -e\n', '#! y', 'text', ''].map(text => interpreterOf(ascii(text)))).toEqual(['/bin/x', 'y', null, null])
  expect(interpreterOf(program)).toBe(null)
})
