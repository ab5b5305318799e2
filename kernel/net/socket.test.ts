// Sockets through their calls: what is refused and with which error, names, connections, bytes and messages, the end of either side,
// readiness, files that are passed. Values are Linux's (the same program was run there).
import { beforeEach, describe, expect, test } from 'vitest'
import {
  CMSGHDR,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  MMSGHDR,
  MSGHDR,
  O_NONBLOCK,
  POLLFD,
  SCM_CREDENTIALS,
  SCM_RIGHTS,
  SIGPIPE,
  SO,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  TIOCOUTQ,
  UCRED,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getU32, putU32 } from '../mm/index.ts'
import { hasSignal } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { checkInvariants } from '../invariants.ts'
import { endCall } from '../vfs/index.ts'
import { BUFFER, buffer, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

const AF_UNIX = 1
const PAIR = BUFFER + 0x20000
const NAME = BUFFER + 0x21000
const HEADER = BUFFER + 0x22000
const CONTROL = BUFFER + 0x23000
const POLLS = BUFFER + 0x24000
const VALUE = BUFFER + 0x25000
const ALL = 0x23df

let k: Kernel
let task: Task
beforeEach(() => void ({ k, task } = fileKernel()))

const on = (name: string, ...args: (number | string)[]): number | string => outcome(k, task, name, ...args)
const number = (name: string, ...args: (number | string)[]): number => call(k, task, name, ...args) as number
const socket = (type: number): number => number('socket', AF_UNIX, type, 0)

function pair(type: number = SOCK_STREAM): [number, number] {
  expect(on('socketpair', AF_UNIX, type, 0, PAIR)).toBe(0)
  return [getU32(k, task, PAIR), getU32(k, task, PAIR + 4)]
}
/** Puts an address of these bytes behind the family; answers its length. */
function address(name: string): number {
  copyOut(
    k,
    task,
    NAME,
    Uint8Array.from(`\x01\0${name}`, c => c.charCodeAt(0)),
  )
  return 2 + name.length
}
const bind = (fd: number, name: string) => on('bind', fd, NAME, address(name))
const connect = (fd: number, name: string) => on('connect', fd, NAME, address(name))
function nameOf(fd: number, peer = false): string {
  putU32(k, task, VALUE, 110)
  const result = on(peer ? 'getpeername' : 'getsockname', fd, NAME, VALUE)
  if (result !== 0) return String(result)
  return String.fromCharCode(...copyIn(k, task, NAME, getU32(k, task, VALUE)).subarray(2))
}
function poll(fd: number): number {
  copyOut(k, task, POLLS, writeStruct(POLLFD, { fd, events: ALL, revents: 0 }))
  copyOut(k, task, VALUE, new Uint8Array(16))
  call(k, task, 'ppoll', POLLS, 1, VALUE, 0, 0)
  return (getU32(k, task, POLLS + 4) >>> 16) & 0xffff
}
function option(fd: number, name: number): number {
  putU32(k, task, VALUE, 4)
  expect(on('getsockopt', fd, SOL_SOCKET, name, VALUE + 8, VALUE)).toBe(0)
  return getU32(k, task, VALUE + 8) | 0
}
function set(fd: number, name: number, value: number): number | string {
  putU32(k, task, VALUE, value)
  return on('setsockopt', fd, SOL_SOCKET, name, VALUE, 4)
}
const read = (fd: number, count = 100): string => {
  const result = on('recvfrom', fd, BUFFER, count, MSG_DONTWAIT, 0, 0)
  return typeof result === 'number' ? buffer(k, task, result) : result
}
/** Of files, and what they count: the task itself is in no queue. */
const problems = () => checkInvariants(k).filter(line => /file|inode|descriptor|kernel objects/.test(line))
const hasPipeSignal = () => hasSignal(task.pending.set | task.group.pending.set, SIGPIPE)

describe('socket', () => {
  test('refuses what there is not, in order', () => {
    expect([
      on('socket', 99, SOCK_STREAM, 0),
      on('socket', -1, SOCK_STREAM, 0),
      on('socket', AF_UNIX, 11, 0),
      on('socket', AF_UNIX, 7, 0),
      on('socket', AF_UNIX, SOCK_STREAM, 5),
      on('socket', AF_UNIX, SOCK_STREAM | 0x100, 0),
      on('socket', 11, 15, 0),
      on('socketpair', AF_UNIX, SOCK_STREAM, 0, 0),
      on('socketpair', 99, SOCK_STREAM, 0, PAIR),
    ]).toEqual([
      'EAFNOSUPPORT',
      'EAFNOSUPPORT',
      'EINVAL',
      'ESOCKTNOSUPPORT',
      'EPROTONOSUPPORT',
      'EINVAL',
      'EINVAL',
      'EFAULT',
      'EAFNOSUPPORT',
    ])
    expect(k.state.ns.net.sockets.size).toBe(0)
  })
  test('is a file without positions, not connected at first', () => {
    const s = socket(SOCK_STREAM)
    const d = socket(SOCK_DGRAM)
    const q = socket(SOCK_SEQPACKET)
    expect([s, d, q].map(poll)).toEqual([0x314, 0x304, 0x314])
    expect([on('read', s, BUFFER, 1), on('write', s, 'x', 1), read(d), on('write', d, 'x', 1), read(q), on('write', q, 'x', 1)]).toEqual([
      'EINVAL',
      'ENOTCONN',
      'EAGAIN',
      'ENOTCONN',
      'ENOTCONN',
      'ENOTCONN',
    ])
    expect([on('lseek', s, 0, 0), on('pread64', s, BUFFER, 1, 0), on('listen', s, 5), on('listen', d, 5)]).toEqual([
      'ESPIPE',
      'ESPIPE',
      'EINVAL',
      'EOPNOTSUPP',
    ])
    expect([
      on('accept', s, 0, 0),
      on('accept', d, 0, 0),
      on('accept4', s, 0, 0, 1),
      on('shutdown', s, 7),
      nameOf(s),
      nameOf(s, true),
    ]).toEqual(['EINVAL', 'EOPNOTSUPP', 'EINVAL', 'EINVAL', '', 'ENOTCONN'])
  })
  test('has options, with the sizes that Linux rounds to', () => {
    const s = socket(SOCK_STREAM)
    expect(option(s, SO.SO_SNDBUF)).toBe(212992)
    expect([set(s, SO.SO_SNDBUF, 1), option(s, SO.SO_SNDBUF), set(s, SO.SO_RCVBUF, 1), option(s, SO.SO_RCVBUF)]).toEqual([0, 4608, 0, 2304])
    expect([set(s, SO.SO_SNDBUF, 10 ** 7), option(s, SO.SO_SNDBUF)]).toEqual([0, 425984])
    expect([
      set(s, SO.SO_TYPE, 1),
      set(s, 999, 1),
      on('getsockopt', s, 6, 1, VALUE, VALUE),
      on('setsockopt', s, SOL_SOCKET, SO.SO_PASSCRED, VALUE, 3),
    ]).toEqual(['ENOPROTOOPT', 'ENOPROTOOPT', 'EOPNOTSUPP', 'EINVAL'])
    expect([SO.SO_DOMAIN, SO.SO_TYPE, SO.SO_PROTOCOL, SO.SO_ACCEPTCONN, SO.SO_ERROR].map(name => option(s, name))).toEqual([1, 1, 0, 0, 0])
  })
})

describe('names', () => {
  test('are inodes, or abstract', () => {
    const s = socket(SOCK_STREAM)
    expect([on('bind', s, NAME, 1), on('bind', s, NAME, 129), bind(s, '/nowhere/x\0')]).toEqual(['EINVAL', 'EINVAL', 'ENOENT'])
    expect([bind(s, '/s\0'), nameOf(s), bind(s, '/s\0'), bind(s, '/other\0')]).toEqual([0, '/s\0', 'EADDRINUSE', 'EINVAL'])
    const c = socket(SOCK_STREAM)
    expect([connect(c, '/s\0'), connect(socket(SOCK_DGRAM), '/s\0'), connect(c, '/gone\0')]).toEqual([
      'ECONNREFUSED',
      'EPROTOTYPE',
      'ENOENT',
    ])
    const a = socket(SOCK_STREAM)
    expect([bind(a, '\0abs'), nameOf(a), bind(c, '\0abs'), bind(socket(SOCK_DGRAM), '\0abs'), connect(c, '\0none')]).toEqual([
      0,
      '\0abs',
      'EADDRINUSE',
      0,
      'ECONNREFUSED',
    ])
    call(k, task, 'close', a)
    expect(bind(c, '\0abs')).toBe(0)
    const auto = socket(SOCK_STREAM)
    expect([bind(auto, ''), nameOf(auto).length]).toEqual([0, 6])
    expect(on('openat', -100, '/s', 0, 0)).toBe('ENXIO')
    call(k, task, 'close', s)
    expect(connect(socket(SOCK_STREAM), '/s\0')).toBe('ECONNREFUSED')
    expect(problems()).toEqual([])
  })
  test('need the permission to write', () => {
    const s = socket(SOCK_STREAM)
    bind(s, '/s\0')
    call(k, task, 'listen', s, 1)
    const other = fileTask(k)
    Object.assign(other, { credentials: { ...other.credentials, uid: 7, euid: 7, suid: 7, fsuid: 7, capEffective: 0 } })
    const fd = call(k, other, 'socket', AF_UNIX, SOCK_STREAM, 0) as number
    copyOut(
      k,
      other,
      NAME,
      Uint8Array.from('\x01\0/s\0', c => c.charCodeAt(0)),
    )
    expect(outcome(k, other, 'connect', fd, NAME, 5)).toBe('EACCES')
    call(k, task, 'fchmodat', -100, '/s', 0o777)
    expect(outcome(k, other, 'connect', fd, NAME, 5)).toBe(0)
  })
})

describe('a stream', () => {
  test('is connected before it is accepted; the backlog is one longer than asked for', () => {
    const s = socket(SOCK_STREAM)
    bind(s, '\0l')
    call(k, task, 'listen', s, 1)
    const [a, b, c] = [0, 0, 0].map(() => socket(SOCK_STREAM | SOCK_NONBLOCK))
    expect([poll(s), connect(a, '\0l'), connect(b, '\0l'), connect(c, '\0l'), poll(s), poll(a)]).toEqual([0, 0, 0, 'EAGAIN', 0x41, 0x304])
    expect([connect(a, '\0l'), nameOf(a, true), on('write', a, 'hello', 5)]).toEqual(['EAGAIN', '\0l', 5])
    const got = number('accept4', s, 0, 0, SOCK_NONBLOCK)
    expect([nameOf(got), nameOf(got, true), read(got, 3), read(got)]).toEqual(['\0l', '', 'hel', 'lo'])
    expect([connect(c, '\0l'), on('close', s), read(b), read(b)]).toEqual([0, 0, 'ECONNRESET', ''])
    expect(problems()).toEqual([])
  })
  test('ends by halves', () => {
    const [a, b] = pair()
    call(k, task, 'write', a, 'abc', 3)
    expect([on('shutdown', a, 1), poll(b), read(b), read(b), on('write', b, 'back', 4), read(a)]).toEqual([0, 0x2345, 'abc', '', 4, 'back'])
    expect([on('sendto', a, 'x', 1, MSG_NOSIGNAL, 0, 0), hasPipeSignal(), on('write', a, 'x', 1), hasPipeSignal()]).toEqual([
      'EPIPE',
      false,
      'EPIPE',
      true,
    ])
    call(k, task, 'write', b, 'unread', 6)
    call(k, task, 'close', a)
    expect([poll(b), read(b), read(b), poll(b)]).toEqual([0x235d, 'ECONNRESET', '', 0x2355])
  })
  test('takes as much as Linux counts', () => {
    const counts = [1, 100, 1000, 4096, 5000, 100000].map(size => {
      const [a] = pair(SOCK_STREAM | SOCK_NONBLOCK)
      let count = 0
      let sum = 0
      for (;;) {
        const sent = on('write', a, BUFFER, size)
        if (typeof sent !== 'number') break
        count++
        sum += sent
      }
      call(k, task, 'ioctl', a, TIOCOUTQ, VALUE)
      return [count, sum, getU32(k, task, VALUE)]
    })
    expect(counts).toEqual([
      [278, 278, 213504],
      [278, 27800, 213504],
      [93, 93000, 214272],
      [44, 180224, 214016],
      [34, 170000, 217600],
      [3, 236544, 243456],
    ])
  })
  test('waits for room until three quarters are free, and goes on where it was', () => {
    const [a, b] = pair()
    expect(on('write', a, BUFFER, 240000)).toBe('blocked')
    expect(task.call?.progress).toMatchObject({ call: 'transfer', done: 219264 })
    const held = task.call
    task.call = null
    expect(poll(a) & 4).toBe(0)
    call(k, task, 'read', b, BUFFER, 150000)
    expect(poll(a) & 4).toBe(0)
    call(k, task, 'read', b, BUFFER, 36544)
    expect(poll(a) & 4).toBe(4)
    task.call = held
    expect(on('write', a, BUFFER, 240000)).toBe(240000)
  })
  test('is looked at, and waited for as a whole', () => {
    const [a, b] = pair()
    call(k, task, 'write', a, 'abcdef', 6)
    call(k, task, 'write', a, 'ghi', 3)
    expect([on('recvfrom', b, BUFFER, 7, MSG_PEEK, 0, 0), buffer(k, task, 7)]).toEqual([7, 'abcdefg'])
    expect([set(b, SO.SO_PEEK_OFF, 0), on('recvfrom', b, BUFFER, 4, MSG_PEEK, 0, 0), on('recvfrom', b, BUFFER, 4, MSG_PEEK, 0, 0)]).toEqual(
      [0, 4, 4],
    )
    expect([buffer(k, task, 4), option(b, SO.SO_PEEK_OFF), read(b, 3), option(b, SO.SO_PEEK_OFF)]).toEqual(['efgh', 8, 'abc', 5])
    expect([on('recvfrom', b, BUFFER, 0, 0, 0, 0), on('recvfrom', b, BUFFER, 9, MSG_WAITALL, 0, 0)]).toEqual([0, 'blocked'])
    const held = task.call
    task.call = null
    call(k, task, 'write', a, 'jkl', 3)
    task.call = held
    expect([on('recvfrom', b, BUFFER, 9, MSG_WAITALL, 0, 0), buffer(k, task, 9)]).toEqual([9, 'defghijkl'])
  })
  test('loses nothing by a bad buffer', () => {
    const [a, b] = pair()
    expect([on('write', a, 8, 4), on('write', a, 'abc', 3), on('read', b, 8, 3), read(b)]).toEqual(['EFAULT', 3, 'EFAULT', 'abc'])
  })
})

describe('datagrams', () => {
  test('keep their borders, and lose what does not fit', () => {
    const [a, b] = pair(SOCK_DGRAM)
    for (const text of ['one', 'two22', '', 'end']) on('sendto', a, text, text.length, 0, 0, 0)
    expect([
      on('recvfrom', b, BUFFER, 2, MSG_PEEK | MSG_TRUNC, 0, 0),
      read(b, 2),
      read(b),
      on('recvfrom', b, BUFFER, 9, 0, 0, 0),
      read(b),
    ]).toEqual([3, 'on', 'two22', 0, 'end'])
    expect([on('write', a, 8, 4), on('write', a, 'abc', 3), on('read', b, 8, 3), read(b)]).toEqual(['EFAULT', 3, 'EFAULT', 'EAGAIN'])
    expect([on('write', a, BUFFER, 212960), on('write', a, BUFFER, 212961)]).toEqual([212960, 'EMSGSIZE'])
  })
  test('go where they are sent, at most eleven from strangers', () => {
    const [d, e, f] = [0, 0, 0].map(() => socket(SOCK_DGRAM | SOCK_NONBLOCK))
    bind(d, '\0d')
    const to = (fd: number, name: string) => on('sendto', fd, 'y', 1, 0, NAME, address(name))
    expect([connect(e, '\0d'), to(f, '\0none'), to(f, '/'), on('sendto', f, 'y', 1, 0, NAME, 2)]).toEqual([
      0,
      'ECONNREFUSED',
      'ECONNREFUSED',
      'EINVAL',
    ])
    for (let i = 0; i < 11; i++) expect(on('write', e, 'x', 1)).toBe(1)
    expect([on('write', e, 'x', 1), to(f, '\0d'), poll(e) & 4, read(d), poll(e) & 4]).toEqual(['EAGAIN', 'EAGAIN', 0, 'x', 4])
    bind(f, '\0f')
    expect([connect(d, '\0f'), to(e, '\0d'), on('write', e, 'x', 1)]).toEqual([0, 'EPERM', 'EPERM'])
    call(k, task, 'close', d)
    expect([on('write', e, 'x', 1), on('write', e, 'x', 1), hasPipeSignal()]).toEqual(['ECONNREFUSED', 'ENOTCONN', false])
    expect(problems()).toEqual([])
  })
  test('in sequence tell of the end', () => {
    const [a, b] = pair(SOCK_SEQPACKET)
    call(k, task, 'write', a, 'abc', 3)
    expect([read(b, 2), on('close', a), poll(b), read(b), on('write', b, 'x', 1)]).toEqual(['ab', 0, 0x2355, '', 'EPIPE'])
  })
})

/** sendmsg or recvmsg of a buffer, with a control message of this type and these bytes. */
function message(
  name: string,
  fd: number,
  count: number,
  control: { type: number; bytes: Uint8Array } | number,
  flags = 0,
): number | string {
  const room = typeof control === 'number' ? control : CMSGHDR.size + control.bytes.length
  copyOut(k, task, HEADER, new Uint8Array(128))
  if (typeof control === 'object') {
    copyOut(k, task, CONTROL, writeStruct(CMSGHDR, { length: room, level: SOL_SOCKET, type: control.type }))
    copyOut(k, task, CONTROL + CMSGHDR.size, control.bytes)
  }
  putU32(k, task, HEADER + 64, BUFFER)
  putU32(k, task, HEADER + 72, count)
  copyOut(k, task, HEADER, writeStruct(MSGHDR, { iov: HEADER + 64, iovlen: 1, control: room > 0 ? CONTROL : 0, controllen: room }))
  return on(name, fd, HEADER, flags)
}
const ints = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer)
const controlLength = () => getU32(k, task, HEADER + MSGHDR.offsets.controllen)
const messageFlags = () => getU32(k, task, HEADER + MSGHDR.offsets.flags)

describe('what is sent along', () => {
  test('files: descriptors of the receiver, as many as there is room for', () => {
    const [a, b] = pair()
    const [r] = pair()
    expect(message('sendmsg', a, 1, { type: SCM_RIGHTS, bytes: ints(r, 99) })).toBe('EBADF')
    expect(message('sendmsg', a, 1, { type: SCM_RIGHTS, bytes: ints(r, r) })).toBe(1)
    call(k, task, 'write', a, 'more', 4)
    expect(problems()).toEqual([])
    // The bytes of the message with files are not joined with those behind it.
    expect([message('recvmsg', b, 9, 64), controlLength(), messageFlags()]).toEqual([1, 24, 0])
    expect(copyIn(k, task, CONTROL + CMSGHDR.size, 8)).toEqual(ints(4, 5))
    expect(read(b)).toBe('more')
    message('sendmsg', a, 1, { type: SCM_RIGHTS, bytes: ints(r, r) })
    expect([message('recvmsg', b, 9, 20), controlLength(), messageFlags()]).toEqual([1, 20, 8])
    message('sendmsg', a, 1, { type: SCM_RIGHTS, bytes: ints(r, r) })
    expect([message('recvmsg', b, 9, 0), messageFlags()]).toEqual([1, 8])
    message('sendmsg', a, 1, { type: SCM_RIGHTS, bytes: ints(r, r) })
    expect(read(b)).toBe('m')
    expect(problems()).toEqual([])
    expect(k.state.ns.net.unix.inFlight.size).toBe(0)
  })
  test('circles of files that hold each other are closed', () => {
    const [a, b] = pair()
    message('sendmsg', a, 1, { type: SCM_RIGHTS, bytes: ints(a, b) })
    message('sendmsg', b, 1, { type: SCM_RIGHTS, bytes: ints(a) })
    const [c, d] = pair()
    // Not lost: it can still be received.
    message('sendmsg', c, 1, { type: SCM_RIGHTS, bytes: ints(d) })
    call(k, task, 'close', a)
    expect(k.state.ns.net.sockets.size).toBe(4)
    call(k, task, 'close', b)
    // As in Linux they are found when the next socket is closed.
    call(k, task, 'close', socket(SOCK_DGRAM))
    expect(k.state.ns.net.sockets.size).toBe(2)
    expect([message('recvmsg', d, 9, 64), controlLength()]).toEqual([1, 24])
    expect(problems()).toEqual([])
  })
  test('a chain of hundreds of sockets in each other goes without deep calls', () => {
    let [last, other] = pair()
    for (let i = 0; i < 400; i++) {
      const [a, b] = pair()
      message('sendmsg', a, 1, { type: SCM_RIGHTS, bytes: ints(last, other) })
      for (const fd of [last, other]) call(k, task, 'close', fd)
      ;[last, other] = [a, b]
    }
    expect(k.state.ns.net.sockets.size).toBe(802)
    for (const fd of [last, other]) call(k, task, 'close', fd)
    expect(k.state.ns.net.sockets.size).toBe(0)
    expect(k.state.ns.net.unix.filesOfUser.size).toBe(0)
  })
  test('credentials: only what the sender is', () => {
    const [a, b] = pair()
    set(b, SO.SO_PASSCRED, 1)
    const credentials = (pid: number, uid: number) => ({ type: SCM_CREDENTIALS, bytes: writeStruct(UCRED, { pid, uid, gid: 0 }) })
    call(k, task, 'write', a, 'x', 1)
    expect([message('recvmsg', b, 9, 64), controlLength()]).toEqual([1, 32])
    expect(copyIn(k, task, CONTROL + CMSGHDR.size, 12)).toEqual(writeStruct(UCRED, { pid: task.group.tgid, uid: 0, gid: 0 }))
    task.credentials = { ...task.credentials, capEffective: 0 }
    expect(message('sendmsg', a, 1, credentials(task.group.tgid, 7))).toBe('EPERM')
    expect(message('sendmsg', a, 1, credentials(9999, 0))).toBe('EPERM')
    expect(message('sendmsg', a, 1, credentials(task.group.tgid, 0))).toBe(1)
  })
})

test('many messages in one call: until one fails, and what is left of the time', () => {
  const [a, b] = pair(SOCK_DGRAM)
  const MANY = BUFFER + 0x26000
  const vector = (at: number, length: number) => {
    copyOut(k, task, at, new Uint8Array(Int32Array.of(BUFFER, 0, length, 0).buffer))
    return writeStruct(MSGHDR, { iov: at, iovlen: 1 })
  }
  for (let i = 0; i < 3; i++) {
    copyOut(k, task, MANY + i * MMSGHDR.size, vector(MANY + 0x400, 5))
    copyOut(k, task, MANY + 0x200 + i * MMSGHDR.size, vector(MANY + 0x500, 4))
  }
  copyOut(k, task, MANY + 2 * MMSGHDR.size, writeStruct(MSGHDR, { iov: 8, iovlen: 1 }))
  expect([on('sendmmsg', a, MANY, 3, 0), on('sendmmsg', a, MANY + 2 * MMSGHDR.size, 1, 0)]).toEqual([2, 'EFAULT'])
  copyOut(k, task, VALUE, new Uint8Array(new BigInt64Array([3n, 5n]).buffer))
  expect([on('recvmmsg', b, MANY + 0x200, 2, 0, VALUE), getU32(k, task, VALUE), getU32(k, task, VALUE + 8)]).toEqual([2, 3, 5])
  const first = MANY + 0x200
  expect([getU32(k, task, first + MSGHDR.offsets.flags), getU32(k, task, first + MMSGHDR.offsets.length)]).toEqual([MSG_TRUNC, 4])
  expect([on('recvmmsg', b, MANY + 0x200, 2, MSG_DONTWAIT, 0), on('recvmmsg', b, MANY + 0x200, 0, 0, 0)]).toEqual(['EAGAIN', 0])
})

test('a call that waits is made again after a signal, unless it has a limit', () => {
  const [a, b] = pair()
  expect([call(k, task, 'read', b, BUFFER, 1), endCall(k, task)]).toMatchObject([
    { interrupted: { name: 'ERESTARTSYS' }, deadline: Infinity },
    undefined,
  ])
  copyOut(k, task, VALUE, new Uint8Array(new BigInt64Array([1n, 500n]).buffer))
  expect(on('setsockopt', b, SOL_SOCKET, SO.SO_RCVTIMEO_OLD, VALUE, 16)).toBe(0)
  // In ticks of 4 ms.
  expect(call(k, task, 'read', b, BUFFER, 1)).toMatchObject({ interrupted: { name: 'EINTR' }, deadline: k.state.time + 1.004e9 })
  k.state.time += 2e9
  expect(on('read', b, BUFFER, 1)).toBe('EAGAIN')
  expect(on('fcntl', a, 4, O_NONBLOCK)).toBe(0)
  expect(on('read', a, BUFFER, 1)).toBe('EAGAIN')
})
