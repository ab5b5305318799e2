// io_uring: requests that wait go on when what they wait for happens, chains and drains keep their order, nothing is left behind, and a
// snapshot has it all. programs/ring.c compares each operation with Linux.
import { beforeEach, expect, test } from 'vitest'
import {
  IORING_OFF,
  IORING_OPS,
  IORING_REGISTER,
  IO_URING_PARAMS,
  IOSQE,
  MAP_SHARED,
  PROT_READ,
  PROT_WRITE,
  SQE,
  readStruct,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getU32, liveKmem, putU32 } from '../mm/index.ts'
import { BUFFER, buffer, call, fileKernel, outcome } from '../vfs/testing.ts'
import type { Task } from '../state.ts'
import { auditFiles } from '../vfs/index.ts'
import { hostInput } from '../input.ts'
import { newConsole } from '../tty/index.ts'
import { fireTimers } from '../timers.ts'
import { paramsText, registerArgument, registerCode } from '../syscalls/ring-text.ts'
import { runNotes } from './index.ts'

const { IORING_OP_NOP, IORING_OP_READ, IORING_OP_WRITE, IORING_OP_TIMEOUT, IORING_OP_ASYNC_CANCEL, IORING_OP_POLL_ADD } = IORING_OPS
const ENTRIES = 4
const [PARAMS, TEXT, TIME] = [BUFFER, BUFFER + 0x400, BUFFER + 0x800]
let k: Kernel
let task: Task
let fd: number
let at: number
let sqes: number
let offsets: ReturnType<typeof readParams>
const run = (name: string, ...args: (number | string)[]) => outcome(k, task, name, ...args)
const readParams = () => readStruct(IO_URING_PARAMS, copyIn(k, task, PARAMS, IO_URING_PARAMS.size))
const map = (offset: number) => run('mmap', 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset) as number

beforeEach(() => {
  ;({ k, task } = fileKernel())
  run('pipe2', TEXT, 0)
  fd = run('io_uring_setup', ENTRIES, PARAMS) as number
  offsets = readParams()
  at = map(IORING_OFF.SQ_RING)
  sqes = map(IORING_OFF.SQES)
})

type Fields = Partial<Record<'fd' | 'len' | 'flags' | 'opFlags', number>> & { off?: number; addr?: number }
function add(opcode: number, userData: number, { off = 0, addr = 0, ...fields }: Fields = {}): void {
  const tail = getU32(k, task, at + offsets.sqTail)
  const place = tail & (ENTRIES - 1)
  copyOut(
    k,
    task,
    sqes + place * SQE.size,
    writeStruct(SQE, { opcode, userData: BigInt(userData), off: BigInt(off), addr: BigInt(addr), ...fields }),
  )
  putU32(k, task, at + offsets.sqArray + place * 4, place)
  putU32(k, task, at + offsets.sqTail, tail + 1)
}
const enter = (count: number) => run('io_uring_enter', fd, count, 0, 0, 0, 0)
/** What was completed: the name that each was given, and its result. */
function done(): [number, number][] {
  runNotes(k)
  const all: [number, number][] = []
  for (let head = getU32(k, task, at + offsets.cqHead); head !== getU32(k, task, at + offsets.cqTail); head++) {
    const entry = at + offsets.cqCqes + (head & (2 * ENTRIES - 1)) * 16
    all.push([getU32(k, task, entry), getU32(k, task, entry + 8) | 0])
    putU32(k, task, at + offsets.cqHead, head + 1)
  }
  return all
}
const reader = (userData: number, flags = 0) => add(IORING_OP_READ, userData, { fd: 0, addr: TEXT, len: 8, flags })

test('a read that waits is over when something is written, whatever the task does meanwhile', () => {
  reader(1)
  expect([enter(1), done()]).toEqual([1, []])
  run('write', 1, 'hello', 5)
  expect([done(), buffer(k, task, 5, TEXT - BUFFER)]).toEqual([[[1, 5]], 'hello'])
})

test('a snapshot in the middle goes on as the machine does', () => {
  reader(1)
  add(IORING_OP_NOP, 2, { flags: IOSQE.IO_DRAIN })
  enter(2)
  const ring = structuredClone(k.state.rings)
  expect([...ring][0].requests.size + [...ring][0].deferred.length).toBe(2)
  run('write', 1, 'x', 1)
  expect(done()).toEqual([
    [1, 1],
    [2, 0],
  ])
})

test('chains go on one by one, and end where one fails', () => {
  add(IORING_OP_WRITE, 1, { fd: 1, addr: TEXT, len: 4, flags: IOSQE.IO_LINK })
  reader(2)
  enter(2)
  expect(done()).toEqual([
    [1, 4],
    [2, 4],
  ])
  add(IORING_OP_READ, 3, { fd: 9, flags: IOSQE.IO_LINK })
  add(IORING_OP_NOP, 4)
  enter(2)
  expect(done()).toEqual([
    [3, -9],
    [4, -125],
  ])
})

test('timeouts, cancelling, and completions for which there is no room', () => {
  copyOut(k, task, TIME, new Uint8Array(new BigUint64Array([0n, 1000n]).buffer))
  add(IORING_OP_TIMEOUT, 1, { addr: TIME, len: 1 })
  reader(2)
  add(IORING_OP_ASYNC_CANCEL, 3, { addr: 2 })
  enter(3)
  expect(done()).toEqual([
    [2, -125],
    [3, 0],
  ])
  k.state.time += 1000
  fireTimers(k)
  expect(done()).toEqual([[1, -62]])
  for (let i = 0; i < 10; i++) {
    add(IORING_OP_NOP, i)
    enter(1)
  }
  expect([done().length, getU32(k, task, at + offsets.sqFlags)]).toEqual([8, 2])
  expect(run('io_uring_enter', fd, 0, 0, 1, 0, 0)).toBe(0)
  expect([done().length, getU32(k, task, at + offsets.sqFlags)]).toEqual([2, 0])
})

test('a ring that is closed, or whose task ends, leaves nothing behind', () => {
  const before = liveKmem(k)
  for (let round = 0; round < 3; round++) {
    reader(1)
    add(IORING_OP_POLL_ADD, 2, { fd: 0, opFlags: 1 })
    enter(2)
    expect(auditFiles(k)).toEqual([])
    add(IORING_OP_ASYNC_CANCEL, 3, { opFlags: 4 })
    enter(1)
    expect(done().length).toBe(3)
  }
  reader(1)
  enter(1)
  run('munmap', at, 4096)
  run('munmap', sqes, 4096)
  run('close', fd)
  expect([k.state.rings.size, liveKmem(k) <= before]).toEqual([0, true])
  expect(call(k, task, 'write', 1, 'x', 1)).toBe(1)
  expect(run('read', 0, TEXT, 8)).toBe(1)
})

test('as strace shows it', () => {
  expect(paramsText(k, task, [ENTRIES, PARAMS])).toBe('4, ')
  expect(paramsText(k, task, [ENTRIES, PARAMS], -22)).toBe('{flags=0, sq_thread_cpu=0, sq_thread_idle=0}')
  expect(paramsText(k, task, [ENTRIES, PARAMS], 3)).toContain('sq_off={head=0, tail=4, ring_mask=16, ring_entries=24, flags=36')
  const shown = (opcode: number) => registerArgument.show(TEXT, k, task, [fd, opcode, TEXT, 2])
  copyOut(k, task, TEXT, new Uint8Array(new Int32Array([4, -1]).buffer))
  expect([shown(IORING_REGISTER.IORING_REGISTER_FILES), shown(IORING_REGISTER.IORING_REGISTER_PROBE)]).toEqual(['[4, -1]', '0x10400'])
  expect(registerCode.show(99, k, task, [])).toBe('0x63 /* IORING_REGISTER_??? */')
})

test('what it is refused with', () => {
  const setup = (entries: number, flags: number) => {
    copyOut(k, task, PARAMS, writeStruct(IO_URING_PARAMS, { flags }))
    return run('io_uring_setup', entries, PARAMS)
  }
  expect([setup(0, 0), setup(32769, 0), setup(4, 2 ** 30), setup(4, 2), setup(4, 0x2000)]).toEqual([
    'EINVAL',
    'EINVAL',
    'EINVAL',
    'EPERM',
    'EINVAL',
  ])
  expect([
    run('io_uring_enter', 0, 0, 0, 0, 0, 0),
    run('io_uring_enter', fd, 0, 0, 2 ** 20, 0, 0),
    run('io_uring_register', fd, 99, 0, 0),
  ]).toEqual(['EOPNOTSUPP', 'EINVAL', 'EINVAL'])
})

test('what comes from outside ends a read where it comes in: a replay has nothing between two of them either', () => {
  k.state.ttys = [newConsole()]
  const console = run('openat', -100, '/dev/console', 2, 0) as number
  add(IORING_OP_READ, 1, { fd: console, addr: TEXT, len: 8 })
  add(IORING_OP_READ, 2, { fd: console, addr: TEXT, len: 8 })
  expect(enter(2)).toBe(2)
  for (const [line, completed] of [['ab\n', 1] as const, ['c\n', 2] as const]) {
    hostInput(k, Buffer.from(line))
    expect(getU32(k, task, at + offsets.cqTail)).toBe(completed)
  }
  // Who came last is told first.
  expect(done()).toEqual([
    [2, 3],
    [1, 2],
  ])
})
