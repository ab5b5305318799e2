// Core dumps: what is in one, when there is one, where it goes, and that the wait status tells the truth of it. Read with our own ELF
// reader here; gdb reads them in test/oracle/core.test.ts.
import { expect, test } from 'vitest'
import {
  DUMP,
  ELF_PRPSINFO,
  ELF_PRSTATUS,
  ET,
  NT_CORE,
  NT_RISCV_VECTOR,
  PT,
  readElfHeaders,
  readNotes,
  readStruct,
  SIGKILL,
  SIGSEGV,
  SIGTERM,
} from '../abi/index.ts'
import { clonePlain } from '../clone.ts'
import { peekFile } from '../mm/index.ts'
import { kernelInfo, sendToGroup, sendToTask } from '../signal/index.ts'
import { CODE, DATA, start, type Run, type TestOptions } from '../testing.ts'
import type { ThreadGroup } from '../state.ts'
import type { Inode } from '../vfs/types.ts'

const CORE_FLAG = 0x80
const PRLIMIT = 261
const CLONE = 220
const WAIT4 = 260
const EXIT_GROUP = 94
const MAP = 222
const PRCTL = 167
const MIB = 2 ** 20

/** RLIMIT_CORE, soft and hard. */
const limit = (bytes: number): string => `
  li s0, ${DATA}
  li t0, ${bytes}
  sd t0, 0(s0)
  sd t0, 8(s0)
  li a0, 0
  li a1, 4
  mv a2, s0
  li a3, 0
  sys ${PRLIMIT}`
const crash = (name = 'fault'): string => `
  li t3, 0x77
  li s0, ${DATA + 0x2000}
  sd t3, 0(s0)
  li a0, 0x1234
  ${name}:
  ld a1, 0(zero)`
/** The parent's exit status: the child's wait status. */
const inChild = (body: string): string => `
  li a0, 17
  li a1, 0
  li a2, 0
  li a3, 0
  li a4, 0
  sys ${CLONE}
  beq a0, zero, {child}
  li a0, -1
  li a1, ${DATA + 0x1000}
  li a2, 0
  li a3, 0
  sys ${WAIT4}
  li t0, ${DATA + 0x1000}
  lw a0, 0(t0)
  sys ${EXIT_GROUP}
  child:
  ${body}`
const unlimited = (body: string): string => inChild(`${limit(2 ** 30)}\n${body}`)

const inodeOf = ({ k }: Run, name = 'core'): Inode | undefined => k.state.ns.mnt.root.root.children?.get(name)?.inode
function bytesOf(run: Run, inode: Inode, most = inode.size): Uint8Array {
  const bytes = peekFile(run.k, inode, 0, most)
  if (bytes === null) throw new Error('reading a core file: the host does not give it')
  return bytes
}

function finished(source: string, options?: TestOptions): Run & { status: number } {
  const run = start(source, options)
  const result = run.run()
  if (result.kind !== 'halted') throw new Error(`it is ${result.kind}`)
  // The child's status, as the parent exits with it.
  return { ...run, status: result.status >> 8 }
}

function opened(run: Run, name?: string, most?: number) {
  const inode = inodeOf(run, name)
  if (!inode) throw new Error('there is no core file')
  const bytes = bytesOf(run, inode, most)
  const elf = readElfHeaders(bytes, 'core')
  const noteSegment = elf.segments[0]
  const notes = readNotes('core', 'notes', bytes.subarray(noteSegment.offset, noteSegment.offset + noteSegment.fileSize))
  const described = (type: number): Uint8Array[] => notes.filter(note => note.type === type).map(note => note.description)
  return { inode, bytes, elf, notes, described, loads: elf.segments.filter(s => s.type === PT.LOAD) }
}

test('a thread that has used vectors has a note of them', () => {
  const run = finished(unlimited(`vsetivli zero, 2, e64, m1, ta, ma\nvmv.v.i v31, 5\n${crash()}`), { isa: 'rv64gcv' })
  const { notes, described } = opened(run)
  expect(notes.filter(({ name }) => name === 'LINUX').map(({ type }) => type)).toEqual([NT_RISCV_VECTOR])
  const words = new BigUint64Array(described(NT_RISCV_VECTOR)[0].slice().buffer)
  expect([words.length, ...words.slice(0, 5), ...words.slice(-2)]).toEqual([5 + 64, 0n, 2n, 0xd8n, 0n, 16n, 5n, 5n])
})

test('an ELF core: registers, signal, names, memory; mode 0600; the wait status says so', () => {
  const run = finished(unlimited(crash()), { argv: ['test', 'one', 'two'] })
  expect(run.status).toBe(SIGSEGV | CORE_FLAG)
  const { inode, bytes, elf, notes, described, loads } = opened(run)
  expect([inode.mode & 0o7777, inode.uid, elf.header.type, elf.header.machine]).toEqual([0o600, 0, ET.CORE, 243])
  expect(notes.map(({ name, type }) => `${name} ${type}`)).toEqual(
    [NT_CORE.PRSTATUS, NT_CORE.PRPSINFO, NT_CORE.SIGINFO, NT_CORE.AUXV, NT_CORE.FILE, NT_CORE.FPREGSET].map(type => `CORE ${type}`),
  )
  expect([ELF_PRSTATUS.size, ELF_PRPSINFO.size, described(NT_CORE.FPREGSET)[0].length]).toEqual([376, 136, 264])
  const status = readStruct(ELF_PRSTATUS, described(NT_CORE.PRSTATUS)[0])
  expect(status).toMatchObject({ signo: SIGSEGV, cursig: SIGSEGV, pid: 2, ppid: 1, fpvalid: 1 })
  const registers = new BigInt64Array(status.reg.buffer, 0, 32)
  const pc = Number(registers[0])
  // The last instruction of the code.
  expect([pc > CODE, registers[10], registers[28]]).toEqual([true, 0x1234n, 0x77n])
  const process = readStruct(ELF_PRPSINFO, described(NT_CORE.PRPSINFO)[0])
  const text = (b: Uint8Array): string => String.fromCharCode(...b).replace(/\0.*$/s, '')
  expect([text(process.fname), text(process.psargs)]).toEqual(['test', 'test one two '])
  const siginfo = new DataView(described(NT_CORE.SIGINFO)[0].buffer, described(NT_CORE.SIGINFO)[0].byteOffset)
  expect([siginfo.getInt32(0, true), siginfo.getInt32(8, true), siginfo.getBigInt64(16, true)]).toEqual([SIGSEGV, 1, 0n])
  const files = text(described(NT_CORE.FILE)[0].subarray(16 + 24))
  expect(files).toBe('/bin/test')
  const data = loads.find(s => s.vaddr <= DATA + 0x2000 && s.vaddr + s.fileSize > DATA + 0x2000)
  if (!data) throw new Error('the data is not in the dump')
  expect(bytes[data.offset + DATA + 0x2000 - data.vaddr]).toBe(0x77)
  for (const { offset, vaddr, fileSize, memorySize, align } of loads) {
    expect([offset % align, vaddr % align, fileSize <= memorySize, offset + fileSize <= bytes.length]).toEqual([0, 0, true, true])
  }
  // Code is in the program's file; of what was never touched there is nothing.
  const code = loads.find(s => s.vaddr === CODE)
  expect([code?.fileSize, code?.memorySize]).toEqual([0, 4096])
  expect(inode.pages.size).toBeLessThan(inode.size / 4096)
})

test('coredump_filter and MADV_DONTDUMP say what is in it', () => {
  const filtered = (filter: number): number | undefined => {
    const run = start(unlimited(crash()))
    const { init } = run.k.state
    if (init?.mm) init.mm.dumpFilter = filter
    run.run()
    return opened(run).loads.find(s => s.vaddr === CODE)?.fileSize
  }
  expect([filtered(0), filtered(DUMP.MAPPED_PRIVATE), filtered(DUMP.ELF_HEADERS)]).toEqual([0, 4096, 0])
  const spared = finished(
    unlimited(`
      li a0, ${DATA}
      li a1, 0x20000
      li a2, 16
      sys 233
      ${crash()}`),
  )
  expect(opened(spared).loads.find(s => s.vaddr === DATA)?.fileSize).toBe(0)
})

test('none: without a limit, below a page, not dumpable, into a pipe or nowhere; and then the status does not say so', () => {
  const into = (pattern: string) => {
    const run = start(unlimited(crash()))
    run.k.state.sysctl.corePattern = pattern
    const result = run.run()
    return [result.kind === 'halted' && result.status >> 8, inodeOf(run) !== undefined]
  }
  const none = [SIGSEGV, false]
  const of = (body: string) => {
    const run = finished(inChild(body))
    return [run.status, inodeOf(run) !== undefined]
  }
  expect(of(crash())).toEqual(none)
  expect(of(limit(4095) + crash())).toEqual(none)
  expect(of(`${limit(2 ** 30)}\nli a0, 4\nli a1, 0\nsys ${PRCTL}\n${crash()}`)).toEqual(none)
  expect([into('|/bin/cat'), into('nowhere/core'), into(''), into('/dev/null/x')]).toEqual([none, none, none, none])
})

test('the limit cuts it, and it still counts', () => {
  const run = finished(inChild(limit(3 * 4096) + crash()))
  const { inode, elf } = opened(run)
  expect([run.status, inode.size <= 3 * 4096 + 4096, elf.segments.length > 3]).toEqual([SIGSEGV | CORE_FLAG, true, true])
})

test('names: the letters of core_pattern, core_uses_pid, a file that was there goes first, a link is not followed', () => {
  const named = (pattern: string, uses = 0): string[] => {
    const run = start(unlimited(crash()))
    Object.assign(run.k.state.sysctl, { corePattern: pattern, coreUsesPid: uses })
    run.run()
    return [...(run.k.state.ns.mnt.root.root.children?.keys() ?? [])].filter(name => name.startsWith('c_'))
  }
  expect(named('c_%p_%u_%g_%s_%e_%E_%f_%h_%c_%C_%%_%q_%')).toEqual(['c_2_0_0_11_test_!bin!test_test_hartbeat_1073741824_0_%__'])
  expect([named('c_', 1), named('c_%p', 1), named('c_%%p', 1)]).toEqual([['c_.2'], ['c_2'], ['c_%p.2']])
  const files = [
    { path: '/target', kind: 'regular', mode: 0o644, data: new Uint8Array(3) },
    { path: '/core', kind: 'symlink', target: '/target', mode: 0o777 },
  ] as const
  const run = finished(unlimited(crash()), { files })
  expect([inodeOf(run)?.kind, inodeOf(run, 'target')?.size]).toEqual(['regular', 3])
})

const BIG = `
  li a0, 0
  li a1, ${4 * MIB}
  li a2, 3
  li a3, 0x22
  li a4, -1
  li a5, 0
  sys ${MAP}
  mv t1, a0
  li t0, ${4 * MIB}
  add t0, t0, a0
  li t2, 4096
  again:
  sb t0, 0(t1)
  add t1, t1, t2
  bltu t1, t0, {again}`

test('a large one is written in pieces, goes on after a copy of the state, and SIGKILL ends it', () => {
  const pieces = (act: (run: Run) => void): Run & { status: number } => {
    const run = start(unlimited(BIG + crash()), { ramBytes: 32 * MIB })
    while (![...run.k.state.groups.values()].some(group => group.coreDump)) run.run({ maxPieces: 1 })
    act(run)
    const result = run.run()
    return { ...run, status: result.kind === 'halted' ? result.status >> 8 : -1 }
  }
  const whole = pieces(run => {
    expect(run.run({ maxPieces: 1 })).toEqual({ kind: 'budget' })
    run.k.state = clonePlain(run.k.state)
  })
  expect([whole.status, inodeOf(whole)!.size > 4 * MIB]).toEqual([SIGSEGV | CORE_FLAG, true])
  expect(bytesOf(whole, inodeOf(whole)!).length).toBe(inodeOf(whole)!.size)
  const killed = pieces(({ k }) => {
    for (const group of k.state.groups.values()) if (group.coreDump) sendToGroup(k, null, group, kernelInfo(SIGKILL))
  })
  expect([killed.status, inodeOf(killed)!.size < 4 * MIB]).toEqual([SIGSEGV, true])
})

test('a region of terabytes costs what was touched of it', () => {
  const vast = `
    li a0, 0
    li a1, ${2 ** 42}
    li a2, 3
    li a3, 0x4022
    li a4, -1
    li a5, 0
    sys ${MAP}
    mv s4, a0
    li t0, ${2 ** 41}
    add t1, a0, t0
    li t2, 0x66
    sb t2, 0(t1)`
  const run = finished(unlimited(vast + crash()))
  const { inode, loads } = opened(run, 'core', 4 * MIB)
  expect([run.status, inode.size > 2 ** 42, inode.pages.size < 100, run.k.state.pieces < 5]).toEqual([
    SIGSEGV | CORE_FLAG,
    true,
    true,
    true,
  ])
  const region = loads.find(s => s.memorySize === 2 ** 42)
  if (!region) throw new Error('the region is not in the dump')
  expect(peekFile(run.k, inode, region.offset + 2 ** 41, 2)).toEqual(Uint8Array.of(0x66, 0))
})

test('no room for it: it ends where memory does, and the machine goes on', () => {
  const run = finished(unlimited(BIG + crash()), { ramBytes: 7 * MIB })
  expect([run.status, inodeOf(run)!.size < 4 * MIB, run.k.state.counts.oomKills]).toEqual([SIGSEGV | CORE_FLAG, true, 0])
})

test('threads: each with its registers, the one that fell first', () => {
  const stack = DATA + 0x8000
  const run = finished(
    unlimited(`
      li a0, 0x10f00
      li a1, ${stack}
      li a2, 0
      li a3, 0
      li a4, 0
      sys ${CLONE}
      li t4, 5
      bne a0, zero, {fall}
      li t4, 6
      here:
      addi t5, t5, 1
      sys 124
      beq zero, zero, {here}
      fall:
      sys 124
      sys 124
      ${crash()}`),
  )
  const threads = opened(run)
    .described(NT_CORE.PRSTATUS)
    .map(bytes => readStruct(ELF_PRSTATUS, bytes))
  const t4 = threads.map(({ reg }) => new BigInt64Array(reg.buffer, 0, 32)[29])
  expect([threads.map(t => t.pid), t4, run.status]).toEqual([[2, 3], [5n, 6n], SIGSEGV | CORE_FLAG])
})

test.each([false, true])('a thread on another hart stands still while the dump is written; signalled: %s', signalled => {
  const counter = DATA + 0x3000
  const run = start(
    unlimited(`
      ${BIG}
      li s7, ${counter}
      li a0, 0x10f00
      li a1, ${DATA + 0x8000}
      li a2, 0
      li a3, 0
      li a4, 0
      sys ${CLONE}
      bne a0, zero, {parent}
      count:
      addi t5, t5, 1
      sd t5, 0(s7)
      beq zero, zero, {count}
      parent:
      ld t5, 0(s7)
      beq t5, zero, {parent}
      ${crash()}`),
    { harts: 2, ramBytes: 32 * MIB },
  )
  // Sound after each piece, and not to be woken by what would end it otherwise.
  const dumping = (): ThreadGroup | undefined => [...run.k.state.groups.values()].find(group => group.coreDump)
  while (!dumping()) run.run({ maxPieces: 1 })
  const group = dumping()
  if (group && signalled) for (const to of group.threads) sendToTask(run.k, null, to, kernelInfo(SIGTERM))
  while (run.run({ maxPieces: 1 }).kind !== 'halted');
  const { bytes, loads, described } = opened(run)
  const [, thread] = described(NT_CORE.PRSTATUS).map(status => readStruct(ELF_PRSTATUS, status))
  const t5 = new BigInt64Array(thread.reg.buffer, 0, 32)[30]
  const data = loads.find(s => s.vaddr === DATA)
  const stored = new DataView(bytes.buffer).getBigInt64((data?.offset ?? 0) + counter - DATA, true)
  // It stands between its two instructions, or before both.
  expect([t5 > 0n, t5 - stored === 0n || t5 - stored === 1n]).toEqual([true, true])
})
