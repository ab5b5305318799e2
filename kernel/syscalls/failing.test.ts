// Every request for memory of a call is refused once (mm/fail.ts): the call says so, everything is as it was, and done again it succeeds.
import { expect, test } from 'vitest'
import { auditIpc } from '../ipc/index.ts'
import { auditMemory, copyOut, countKmem, failNth, getU32, liveKmem, putU32, setFailNth } from '../mm/index.ts'
import { auditSockets } from '../net/index.ts'
import { auditFiles } from '../vfs/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { BUFFER, BUFFER_BYTES, fileKernel, outcome } from '../vfs/testing.ts'

type Args = (number | string | bigint)[]
type On = (name: string, ...args: Args) => number | string
interface Scene {
  k: Kernel
  task: Task
  on: On
  /** A call that has to succeed. */
  must(name: string, ...args: Args): number
  put(at: number, words: readonly number[]): void
}
interface Case {
  /** What is there before; its answer goes to `act`. */
  before?(s: Scene): number
  act(s: Scene, given: number): number | string
  /** Nothing of it needs memory that can be refused. */
  free?: true
  /** A queue's room, once made, stays. */
  room?: number
}

const [A, B, C] = [BUFFER, BUFFER + 0x1000, BUFFER + 0x2000]
const AT_FDCWD = -100
const NONE = -1
const pair = (s: Scene, family = 1, type = 1): number => {
  s.must('socketpair', family, type, 0, A)
  return getU32(s.k, s.task, A)
}
const pipe = (s: Scene): number => {
  s.must('pipe2', A, 0)
  return getU32(s.k, s.task, A)
}
const file = (s: Scene, name = '/tmp/f'): number => s.must('openat', AT_FDCWD, name, 0o102, 0o644)
/** `sockaddr_in` of 127.0.0.1. */
const inet = (s: Scene, port: number): void => s.put(B, [2 | ((port >>> 8) << 16) | ((port & 255) << 24), 0x0100007f, 0, 0])
const listening = (s: Scene, port: number): number => {
  const fd = s.must('socket', 2, 1, 0)
  inet(s, port)
  s.must('bind', fd, B, 16)
  s.must('listen', fd, 5)
  return fd
}
/** A message of one byte with a descriptor. */
const rights = (s: Scene, fd: number): void => {
  s.put(B, [0, 0, 0, 0, C, 0, 1, 0, C + 64, 0, 20, 0, 0, 0])
  s.put(C, [A, 0, 1, 0])
  s.put(C + 64, [20, 0, 1, 1, fd])
}

const CASES: Readonly<Record<string, Case>> = {
  'socket unix': { act: s => s.on('socket', 1, 1, 0) },
  'socket tcp': { act: s => s.on('socket', 2, 1, 0) },
  'socket udp6': { act: s => s.on('socket', 10, 2, 0) },
  'socket netlink': { act: s => s.on('socket', 16, 3, 0) },
  socketpair: { act: s => s.on('socketpair', 1, 1, 0, A) },
  'bind to a path': {
    before: s => s.must('socket', 1, 1, 0),
    act(s, fd) {
      copyOut(
        s.k,
        s.task,
        B,
        Uint8Array.from('\u0001\0/tmp/sock\0', c => c.charCodeAt(0)),
      )
      return s.on('bind', fd, B, 12)
    },
  },
  'bind to a port': {
    before: s => s.must('socket', 2, 1, 0),
    act(s, fd) {
      inet(s, 4000)
      return s.on('bind', fd, B, 16)
    },
  },
  connect: {
    before(s) {
      listening(s, 4001)
      return s.must('socket', 2, 1, 0)
    },
    act: (s, fd) => s.on('connect', fd, B, 16),
  },
  accept4: {
    before(s) {
      const fd = listening(s, 4001)
      s.must('connect', s.must('socket', 2, 1, 0), B, 16)
      return fd
    },
    act: (s, fd) => s.on('accept4', fd, 0, 0, 0),
  },
  'send a stream': { before: s => pair(s), act: (s, fd) => s.on('write', fd, A, 5000), room: 4096 },
  'send a datagram': { before: s => pair(s, 1, 2), act: (s, fd) => s.on('sendto', fd, A, 100, 0, 0, 0), room: 4096 },
  'send a descriptor': {
    before: s => pair(s),
    act(s, fd) {
      rights(s, fd)
      return s.on('sendmsg', fd, B, 0)
    },
    room: 4096,
  },
  'receive a descriptor': {
    before(s) {
      const fd = pair(s)
      rights(s, fd)
      s.must('sendmsg', fd, B, 0)
      return getU32(s.k, s.task, A + 4)
    },
    act(s, fd) {
      rights(s, NONE)
      return s.on('recvmsg', fd, B, 0)
    },
  },
  pipe2: { act: s => s.on('pipe2', A, 0) },
  'write to a pipe': { before: pipe, act: (s, fd) => s.on('write', fd + 1, A, 9000) },
  vmsplice: {
    before: pipe,
    act(s, fd) {
      s.put(B, [A, 0, 5000, 0])
      return s.on('vmsplice', fd + 1, B, 1, 0)
    },
  },
  'splice from a file': {
    before(s) {
      s.must('write', file(s), A, 9000)
      return pipe(s)
    },
    act(s, fd) {
      putU32(s.k, s.task, B, 0)
      putU32(s.k, s.task, B + 4, 0)
      return s.on('splice', fd - 1, B, fd + 1, 0, 9000, 0)
    },
  },
  tee: {
    before(s) {
      const fd = pipe(s)
      s.must('write', fd + 1, A, 5000)
      return fd
    },
    act(s, fd) {
      const other = s.on('pipe2', B, 0)
      if (typeof other === 'string') return other
      const [read, write] = [getU32(s.k, s.task, B), getU32(s.k, s.task, B + 4)]
      const result = s.on('tee', fd, write, 5000, 0)
      if (typeof result === 'string') for (const one of [read, write]) s.must('close', one)
      return result
    },
  },
  msgget: { act: s => s.on('msgget', 7, 0o1600) },
  msgsnd: {
    before: s => s.must('msgget', 7, 0o1600),
    act(s, id) {
      s.put(B, [1, 0])
      return s.on('msgsnd', id, B, 3000, 0)
    },
  },
  semget: { act: s => s.on('semget', 8, 30, 0o1600) },
  'semop with SEM_UNDO': {
    before: s => s.must('semget', 8, 3, 0o1600),
    act(s, id) {
      s.put(B, [1 << 16, 0x1000])
      return s.on('semop', id, B, 1)
    },
  },
  shmget: { act: s => s.on('shmget', 9, 9000, 0o1600) },
  shmat: { before: s => s.must('shmget', 9, 9000, 0o1600), act: (s, id) => s.on('shmat', id, 0, 0) },
  mq_open: { act: s => s.on('mq_open', 'q', 0o102, 0o600, 0) },
  mq_timedsend: { before: s => s.must('mq_open', 'q', 0o102, 0o600, 0), act: (s, fd) => s.on('mq_timedsend', fd, A, 100, 1, 0) },
  mq_notify: {
    before: s => s.must('mq_open', 'q', 0o102, 0o600, 0),
    act(s, fd) {
      s.put(B, [0, 0, 1, 1, 0, 0])
      return s.on('mq_notify', fd, B)
    },
    free: true,
  },
  inotify_init1: { act: s => s.on('inotify_init1', 0) },
  inotify_add_watch: { before: s => s.must('inotify_init1', 0), act: (s, fd) => s.on('inotify_add_watch', fd, '/tmp', 0xfff) },
  epoll_create1: { act: s => s.on('epoll_create1', 0) },
  'epoll_ctl add': {
    before: s => s.must('epoll_create1', 0) + 64 * pipe(s),
    act(s, both) {
      s.put(B, [1, 0, 1, 0])
      return s.on('epoll_ctl', both % 64, 1, both >>> 6, B)
    },
  },
  eventfd2: { act: s => s.on('eventfd2', 1, 0) },
  timerfd_create: { act: s => s.on('timerfd_create', 1, 0) },
  signalfd4: {
    act(s) {
      s.put(B, [1024, 0])
      return s.on('signalfd4', NONE, B, 8, 0)
    },
  },
  memfd_create: { act: s => s.on('memfd_create', 'm', 0) },
  'write to a file': { before: s => file(s), act: (s, fd) => s.on('pwrite64', fd, A, 9000, 5000) },
  fallocate: { before: s => file(s), act: (s, fd) => s.on('fallocate', fd, 0, 0, 20000), free: true },
  'openat, made': { act: s => s.on('openat', AT_FDCWD, '/tmp/new', 0o102, 0o600) },
  mkdirat: { act: s => s.on('mkdirat', AT_FDCWD, '/tmp/d', 0o700) },
  symlinkat: { act: s => s.on('symlinkat', '/x', AT_FDCWD, '/tmp/l') },
  linkat: { before: s => file(s), act: s => s.on('linkat', AT_FDCWD, '/tmp/f', AT_FDCWD, '/tmp/g', 0) },
  mknodat: { act: s => s.on('mknodat', AT_FDCWD, '/tmp/p', 0o10600, 0) },
  renameat2: { before: s => file(s), act: s => s.on('renameat2', AT_FDCWD, '/tmp/f', AT_FDCWD, '/tmp/h', 0) },
  setxattr: { before: s => file(s), act: s => s.on('setxattr', '/tmp/f', 'user.a', A, 2000, 0) },
  'fcntl lock': {
    before: s => file(s),
    act(s, fd) {
      s.put(B, [1, 0, 0, 0, 10, 0, 0, 0])
      return s.on('fcntl', fd, 6, B)
    },
  },
  flock: { before: s => file(s), act: (s, fd) => s.on('flock', fd, 2) },
  dup: { before: s => file(s), act: (s, fd) => s.on('dup', fd) },
  'dup far away': { before: s => file(s), act: (s, fd) => s.on('dup3', fd, 900, 0) },
  mmap: { act: s => s.on('mmap', 0, 0x5000, 3, 0x8022, NONE, 0) },
  mremap: { before: s => s.must('mmap', 0, 0x2000, 3, 0x22, NONE, 0), act: (s, at) => s.on('mremap', at, 0x2000, 0x9000, 1, 0) },
  'mprotect of a middle': {
    before: s => s.must('mmap', 0, 0x3000, 3, 0x22, NONE, 0),
    act: (s, at) => s.on('mprotect', at + 0x1000, 0x1000, 1),
  },
  timer_create: { act: s => s.on('timer_create', 1, 0, B) },
  add_key: {
    before(s) {
      const ring = s.must('keyctl', 0, -2, 1)
      s.must('add_key', 'user', 'other', 'x', 1, ring)
      return ring
    },
    act: (s, ring) => s.on('add_key', 'user', 'k', 'secret', 6, ring),
  },
  io_setup: {
    act(s) {
      s.put(B, [0, 0])
      return s.on('io_setup', 8, B)
    },
  },
  perf_event_open: {
    act(s) {
      s.put(B, [1, 128, 1, 0])
      return s.on('perf_event_open', B, 0, NONE, NONE, 0)
    },
  },
  'seccomp filter': {
    before: s => s.must('prctl', 38, 1, 0, 0, 0),
    act(s) {
      s.put(B, [1, 0, C, 0])
      s.put(C, [6, 0x7fff0000])
      return s.on('seccomp', 1, 0, B)
    },
  },
  pidfd_open: { act: s => s.on('pidfd_open', s.task.pid, 0) },
}

function scene(): Scene {
  const { k, task } = fileKernel()
  k.state.harts[0].current = task
  const on: On = (name, ...args) => outcome(k, task, name, ...args)
  // Pages of the buffer are there, and room for descriptors: they are no part of the calls.
  for (let at = BUFFER; at < BUFFER + BUFFER_BYTES; at += 0x1000) putU32(k, task, at, 0)
  on('dup3', on('openat', AT_FDCWD, '/', 0, 0), 127, 0)
  for (const fd of [0, 127]) on('close', fd)
  return {
    k,
    task,
    on,
    must(name, ...args) {
      const result = on(name, ...args)
      if (typeof result === 'string') throw new Error(`${name}: ${result}`)
      return result
    },
    put(at, words) {
      words.forEach((word, n) => putU32(k, task, at + 4 * n, word >>> 0))
    },
  }
}

/** What a call that failed may not have changed. */
function kept({ k, task }: Scene): Record<string, number> {
  countKmem(k)
  return {
    kmem: liveKmem(k),
    free: k.state.frames.freeCount,
    open: task.files!.files.filter(one => one !== null).length,
    regions: task.mm!.regions.length,
  }
}
const wrong = ({ k }: Scene): string[] => [...auditMemory(k), ...auditFiles(k), ...auditIpc(k), ...auditSockets(k)]

test.each(Object.entries(CASES))('%s', (_name, { before, act, free, room = 0 }) => {
  let asked = 0
  for (let nth = 1; nth < 60; nth++) {
    const s = scene()
    const given = before?.(s) ?? 0
    const was = kept(s)
    setFailNth(s.k, s.task, nth)
    const result = act(s, given)
    const reached = failNth(s.k, s.task) === 0
    setFailNth(s.k, s.task, 0)
    if (!reached) {
      expect(result).toBeTypeOf('number')
      break
    }
    asked++
    expect(wrong(s)).toEqual([])
    // Bytes that were taken before count as done; a connection whose beginning was dropped is tried again later.
    if (typeof result === 'number' || result === 'blocked') continue
    expect(result).toMatch(/^(ENOMEM|ENOBUFS|ENOSPC|EAGAIN|ENOLCK|ENFILE)$/)
    const is = kept(s)
    expect(is).toEqual({ ...was, kmem: is.kmem - was.kmem === room ? is.kmem : was.kmem })
    expect(act(s, given)).toBeTypeOf('number')
    expect(wrong(s)).toEqual([])
  }
  expect(asked > 0).toBe(free !== true)
})
