// TCP within the machine through its calls: who may bind what, how connections begin and end, bytes, urgent ones, readiness, what is seen.
// Values are Linux's (a probe of 268 lines was run there).
import { beforeEach, describe, expect, test } from 'vitest'
import {
  AF_INET,
  AF_INET6,
  FIONREAD,
  IPV6,
  LINGER,
  MSG,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  SO,
  SOCKET_IOCTLS,
  SOCKET_LEVELS,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP,
  TIOCOUTQ,
  writeStruct,
} from '../../abi/index.ts'
import { restore, snapshot } from '../../boot.ts'
import { checkInvariants } from '../../invariants.ts'
import type { Kernel } from '../../kernel.ts'
import { copyOut, getU32 } from '../../mm/index.ts'
import type { Task } from '../../state.ts'
import { traceSyscalls } from '../../syscalls/trace.ts'
import { DATA, start } from '../../testing.ts'
import { fireTimers } from '../../timers.ts'
import { sleepOn } from '../../sched/index.ts'
import { call, fileKernel, fileTask } from '../../vfs/testing.ts'
import { inet } from './testing.ts'

const { SOL_TCP, SOL_IP, SOL_IPV6 } = SOCKET_LEVELS
let k: Kernel
let task: Task
let t: ReturnType<typeof inet>
beforeEach(() => {
  ;({ k, task } = fileKernel())
  t = inet(k, task)
})

const close = (...fds: number[]): void => fds.forEach(fd => t.on('close', fd))
const problems = (): string[] => checkInvariants(k).filter(line => /socket|port|connection|file|kernel objects/i.test(line))
const number = (answer: number | string): number => {
  expect(typeof answer).toBe('number')
  return answer as number
}
function listener(backlog = 5, family: number = AF_INET): number {
  const fd = t.socket(SOCK_STREAM | 0x800, family)
  expect([t.bind(fd, 0, family), t.on('listen', fd, backlog)]).toEqual([0, 0])
  return fd
}
function connected(fd: number): number {
  const client = t.socket(SOCK_STREAM)
  expect(t.connect(client, t.port(fd))).toBe(0)
  return client
}
function pair(): [number, number] {
  const l = listener()
  const client = connected(l)
  const server = number(t.accept(l))
  close(l)
  return [client, server]
}
const state = (fd: number): number => {
  t.on('getsockopt', fd, SOL_TCP, TCP.TCP_INFO, t.VALUE + 8, (copyOut(k, task, t.VALUE, Uint8Array.of(104, 0, 0, 0)), t.VALUE))
  return getU32(k, task, t.VALUE + 8) & 0xff
}
function pass(seconds: number): void {
  k.state.time += seconds * 1e9
  fireTimers(k)
}

describe('names', () => {
  test('are checked in order', () => {
    const c = t.socket(SOCK_STREAM)
    expect([
      t.on('socket', AF_INET, SOCK_STREAM, 17),
      t.on('socket', AF_INET, SOCK_STREAM, 300),
      t.on('socket', AF_INET, 4, 0),
      t.on('connect', c, t.NAME, 1),
      (t.put(AF_INET, 1), t.on('connect', c, t.NAME, 4)),
      t.connect(c, 1, AF_INET6),
      t.connect(c, 1, AF_INET, '127.255.255.255'),
      t.connect(c, 1, AF_INET, '224.0.0.1'),
      t.connect(c, 1, AF_INET, '8.8.8.8'),
      t.bind(c, 0, AF_INET, '8.8.8.8'),
      t.bind(c, 0, AF_INET6),
      t.bind(c, 0, AF_INET, '127.3.2.1'),
      t.bind(c, 0, AF_INET, '127.3.2.1'),
    ]).toEqual([
      'EPROTONOSUPPORT',
      'EINVAL',
      'ESOCKTNOSUPPORT',
      'EINVAL',
      'EINVAL',
      'EAFNOSUPPORT',
      'ENETUNREACH',
      'ENETUNREACH',
      'ENETUNREACH',
      'EADDRNOTAVAIL',
      'EAFNOSUPPORT',
      0,
      'EINVAL',
    ])
    expect(t.port(c) % 2).toBe(1)
    task.credentials = { ...task.credentials, capEffective: 0 }
    expect([t.bind(t.socket(SOCK_STREAM), 80), t.bind(t.socket(SOCK_STREAM), 1024)]).toEqual(['EACCES', 0])
  })

  test('of one port are shared as bind(2) allows', () => {
    const l = listener()
    const [port, q] = [t.port(l), t.socket(SOCK_STREAM)]
    const reuse = (fd: number) => t.set(fd, SOL_SOCKET, SO.SO_REUSEADDR, 1)
    expect([t.bind(q, port), t.bind(q, port, AF_INET, '0.0.0.0'), reuse(q), t.bind(q, port)]).toEqual([
      'EADDRINUSE',
      'EADDRINUSE',
      0,
      'EADDRINUSE',
    ])
    expect(t.bind(q, port, AF_INET, '127.0.0.9')).toBe(0)
    const six = t.socket(SOCK_STREAM, AF_INET6)
    const any6 = '0'.repeat(32)
    expect([t.bind(six, port, AF_INET6, any6), t.set(six, SOL_IPV6, IPV6.IPV6_V6ONLY, 1), t.bind(six, port, AF_INET6, any6)]).toEqual([
      'EADDRINUSE',
      0,
      0,
    ])
    const [a, b] = [t.socket(SOCK_STREAM), t.socket(SOCK_STREAM)]
    reuse(a)
    reuse(b)
    expect([t.bind(a, 0), t.bind(b, t.port(a)), t.on('listen', a, 1), t.on('listen', b, 1)]).toEqual([0, 0, 0, 'EADDRINUSE'])
    const [c, d] = [t.socket(SOCK_STREAM), t.socket(SOCK_STREAM)]
    for (const fd of [c, d]) t.set(fd, SOL_SOCKET, SO.SO_REUSEPORT, 1)
    expect([t.bind(c, 0), t.bind(d, t.port(c)), t.on('listen', c, 1), t.on('listen', d, 1)]).toEqual([0, 0, 0, 0])
    expect(problems()).toEqual([])
  })

  test('IPv6 sockets speak IPv4 by mapped addresses', () => {
    const l = t.socket(SOCK_STREAM, AF_INET6)
    expect(t.on('listen', l, 3)).toBe(0)
    const four = connected(l)
    const server = number(t.accept(l))
    expect([t.named(server), t.named(server, true)]).toEqual([`127.0.0.1 ${t.port(l)}`, t.named(four)])
    const six = t.socket(SOCK_STREAM, AF_INET6)
    expect([t.connect(six, t.port(l), AF_INET6), t.named(six)]).toEqual([0, `${'0'.repeat(31)}1 ${t.port(six)}`])
    const only = t.socket(SOCK_STREAM, AF_INET6)
    t.set(only, SOL_IPV6, IPV6.IPV6_V6ONLY, 1)
    expect([t.connect(only, t.port(l), AF_INET6, '127.0.0.1'), t.bind(only, 0, AF_INET6, '127.0.0.1')]).toEqual(['ENETUNREACH', 'EINVAL'])
    expect([t.bind(only, 0, AF_INET6, `fe80${'0'.repeat(27)}1`), t.bind(only, 0, AF_INET6, `2001${'0'.repeat(28)}`)]).toEqual([
      'EINVAL',
      'EADDRNOTAVAIL',
    ])
  })
})

describe('connections begin', () => {
  test('a refused one, waiting and not', () => {
    const c = t.socket(SOCK_STREAM)
    expect([t.poll(c), t.connect(c, 1), t.poll(c), t.error(c), t.read(c), t.send(c, 'x'), t.on('shutdown', c, 2)]).toEqual([
      0x114,
      'ECONNREFUSED',
      0x114,
      0,
      'ENOTCONN',
      'EPIPE',
      'ENOTCONN',
    ])
    const n = t.socket(SOCK_STREAM | 0x800)
    expect([t.connect(n, 1), t.poll(n), t.connect(n, 1), t.connect(n, 1), t.error(n)]).toEqual([
      'EINPROGRESS',
      0x215d,
      'ECONNREFUSED',
      'EINPROGRESS',
      111,
    ])
  })

  test('a full backlog keeps SYNs waiting, which come again', () => {
    const l = listener(1)
    const port = t.port(l)
    const clients = [0, 1, 2].map(() => t.socket(SOCK_STREAM | 0x800))
    expect(clients.map(fd => t.connect(fd, port))).toEqual(['EINPROGRESS', 'EINPROGRESS', 'EINPROGRESS'])
    expect(clients.map(fd => [t.poll(fd), state(fd)])).toEqual([
      [0x104, 1],
      [0x104, 1],
      [0, 2],
    ])
    expect([t.connect(clients[2], port), t.send(clients[2], 'x'), t.named(clients[2], true)]).toEqual(['EALREADY', 'EAGAIN', 'ENOTCONN'])
    number(t.accept(l))
    number(t.accept(l))
    expect(t.accept(l)).toBe('EAGAIN')
    pass(1)
    expect([state(clients[2]), t.connect(clients[2], port), t.connect(clients[2], port)]).toEqual([1, 0, 'EISCONN'])
    expect(typeof t.accept(l)).toBe('number')
    expect(problems()).toEqual([])
  })

  test('nobody answers for 131 seconds', () => {
    const l = listener(0)
    connected(l)
    const c = t.socket(SOCK_STREAM | 0x800)
    t.connect(c, t.port(l))
    for (let s = 0; s < 130; s++) pass(1)
    expect(state(c)).toBe(2)
    pass(1)
    expect([t.error(c), t.poll(c)]).toEqual([110, 0x2155])
  })

  test('TCP_DEFER_ACCEPT waits for bytes', () => {
    const l = listener()
    t.set(l, SOL_TCP, TCP.TCP_DEFER_ACCEPT, 1)
    const c = connected(l)
    expect([t.poll(l), t.accept(l)]).toEqual([0, 'EAGAIN'])
    t.send(c, 'x')
    expect(t.poll(l)).toBe(0x41)
    expect(t.read(number(t.accept(l)))).toBe('x')
  })
})

describe('bytes', () => {
  test('are peeked, cut, and told of', () => {
    const [c, s] = pair()
    expect([
      t.send(c, 'hello'),
      t.read(s, 3, MSG_PEEK),
      t.ioctl(s, FIONREAD),
      t.read(s, 2),
      t.on('recvfrom', s, 0, 100, MSG_TRUNC, 0, 0),
    ]).toEqual([5, 'hel', 5, 'he', 3])
    expect([t.read(s), t.poll(c), t.poll(s), t.send(c, 'x', MSG.MSG_FASTOPEN)]).toEqual(['EAGAIN', 0x104, 0x104, 'EOPNOTSUPP'])
    expect(t.set(s, SOL_SOCKET, SO.SO_RCVLOWAT, 5)).toBe(0)
    t.send(c, 'abc')
    expect(t.poll(s)).toBe(0x104)
    t.send(c, 'de')
    expect([t.poll(s), t.read(s)]).toEqual([0x145, 'abcde'])
  })

  test('wait at the sender when the window is full', () => {
    const [c, s] = pair()
    t.set(c, SOL_SOCKET, SO.SO_SNDBUF, 10000)
    let sent = 0
    for (let count = t.on('sendto', c, t.NAME, 3000, 0x40, 0, 0); typeof count === 'number';) {
      sent += count
      count = t.on('sendto', c, t.NAME, 3000, 0x40, 0, 0)
    }
    expect([sent, t.ioctl(s, FIONREAD), t.ioctl(c, TIOCOUTQ), t.poll(c)]).toEqual([65536 + 20000, 65536, 20000, 0])
    expect(t.on('shutdown', c, 1)).toBe(0)
    expect([state(c), state(s), t.read(s, 30000).length]).toEqual([4, 1, 30000])
    expect([t.ioctl(c, TIOCOUTQ), state(c), state(s)]).toEqual([0, 5, 8])
    expect(problems()).toEqual([])
  })

  test('one of them urgent', () => {
    const [c, s] = pair()
    const mark = () => t.ioctl(s, SOCKET_IOCTLS.SIOCATMARK)
    expect([t.send(c, 'abX', MSG_OOB), t.poll(s), mark(), t.ioctl(s, FIONREAD), t.send(c, 'cd')]).toEqual([3, 0x147, 0, 2, 2])
    expect([t.read(s, 10), mark(), t.read(s, 10, MSG_OOB | MSG_PEEK), t.read(s, 10, MSG_OOB), t.read(s, 10, MSG_OOB)]).toEqual([
      'ab',
      1,
      'X',
      'X',
      'EINVAL',
    ])
    expect([t.read(s, 10), mark(), t.read(s, 10, MSG_OOB)]).toEqual(['cd', 0, 'EINVAL'])
    t.set(s, SOL_SOCKET, SO.SO_OOBINLINE, 1)
    t.send(c, 'Z', MSG_OOB)
    t.send(c, 'yy')
    expect([t.read(s, 9, MSG_OOB), t.read(s)]).toEqual(['EINVAL', 'Zyy'])
    t.set(s, SOL_SOCKET, SO.SO_OOBINLINE, 0)
    t.send(c, 'ab', MSG_OOB)
    t.send(c, 'cd', MSG_OOB)
    expect([t.read(s), t.read(s, 9, MSG_OOB), t.read(s)]).toEqual(['abc', 'd', 'EAGAIN'])
    // One that is next and unread goes when another comes.
    for (const text of ['e', 'fg']) t.send(c, text, MSG_OOB)
    expect(t.read(s)).toBe('f')
  })
})

describe('connections end', () => {
  test('one side, then the other', () => {
    const [c, s] = pair()
    expect([t.on('shutdown', c, 1), t.poll(c), t.poll(s), state(c), state(s), t.read(s), t.send(c, 'a')]).toEqual([
      0,
      0x104,
      0x2145,
      5,
      8,
      '',
      'EPIPE',
    ])
    expect([t.send(s, 'abc'), t.read(c), t.on('shutdown', s, 1), t.poll(c), t.poll(s), state(c), state(s)]).toEqual([
      3,
      'abc',
      0,
      0x2155,
      0x2155,
      7,
      7,
    ])
    expect([t.read(c), t.read(s), t.send(s, 'x'), t.named(c, true)]).toEqual(['', '', 'EPIPE', 'ENOTCONN'])
    expect(t.text('/proc/net/sockstat')).toMatch(/^sockets: used 2\nTCP: inuse 0 orphan 0 tw 1 alloc 2 mem 0\nUDP: inuse 0 mem 0\n/)
    expect(t.text('/proc/net/tcp').split('\n')[1]).toMatch(/^ {3}0: 0100007F:\w{4} 0100007F:\w{4} 06 00000000:00000000 03:00001770 /)
    close(c, s)
    expect(problems()).toEqual([])
  })

  test('what is sent to who closed is answered by a reset', () => {
    const [c, s] = pair()
    close(s)
    expect([t.poll(c), state(c), t.send(c, 'a'), t.poll(c), state(c), t.read(c), t.send(c, 'a'), t.error(c)]).toEqual([
      0x2145,
      8,
      1,
      0x215d,
      7,
      '',
      'EPIPE',
      0,
    ])
  })

  test('unread bytes, SO_LINGER of no time, and a closed listener reset', () => {
    const [c, s] = pair()
    t.send(c, 'abc')
    t.send(s, 'xyz')
    close(s)
    expect([t.poll(c), t.read(c, 2), t.read(c), t.read(c), t.read(c)]).toEqual([0x215d, 'xy', 'z', 'ECONNRESET', ''])
    const [d, e] = pair()
    copyOut(k, task, t.VALUE, writeStruct(LINGER, { onoff: 1, linger: 0 }))
    expect(t.on('setsockopt', e, SOL_SOCKET, SO.SO_LINGER, t.VALUE, LINGER.size)).toBe(0)
    close(e)
    expect([t.poll(d), t.read(d)]).toEqual([0x215d, 'ECONNRESET'])
    const l = listener()
    const f = connected(l)
    t.send(f, 'hi')
    close(l)
    expect([t.poll(f), t.read(f), t.send(f, 'x')]).toEqual([0x215d, 'ECONNRESET', 'EPIPE'])
    expect(problems()).toEqual([])
  })

  test('TIME_WAIT keeps a port from who does not say SO_REUSEADDR, for a minute', () => {
    const l = t.socket(SOCK_STREAM)
    t.set(l, SOL_SOCKET, SO.SO_REUSEADDR, 1)
    t.bind(l, 0)
    t.on('listen', l, 5)
    const port = t.port(l)
    const c = connected(l)
    close(number(t.accept(l)), c, l)
    expect(k.state.ns.net.inet.timeWaits).toBe(1)
    const next = t.socket(SOCK_STREAM)
    expect([t.bind(next, port), t.set(next, SOL_SOCKET, SO.SO_REUSEADDR, 1), t.bind(next, port)]).toEqual(['EADDRINUSE', 0, 0])
    close(next)
    expect(problems()).toEqual([])
    pass(60)
    expect([t.bind(t.socket(SOCK_STREAM), port), k.state.ns.net.inet.timeWaits]).toEqual([0, 0])
  })

  test('AF_UNSPEC takes a socket back', () => {
    const [c, s] = pair()
    copyOut(k, task, t.NAME, new Uint8Array(16))
    expect([t.on('connect', c, t.NAME, 16), t.poll(c), t.poll(s), t.error(c), t.error(s)]).toEqual([0, 0x11c, 0x215d, 104, 104])
    const l = listener()
    expect(t.connect(c, t.port(l))).toBe(0)
  })
})

test('options have their bounds', () => {
  const c = t.socket(SOCK_STREAM)
  const set = (level: number, name: number, value: number) => t.set(c, level, name, value)
  expect([
    set(SOL_TCP, TCP.TCP_MAXSEG, 5),
    set(SOL_TCP, TCP.TCP_KEEPIDLE, 0),
    set(SOL_TCP, TCP.TCP_KEEPCNT, 128),
    set(SOL_TCP, TCP.TCP_NODELAY, 7),
    t.get(c, SOL_TCP, TCP.TCP_NODELAY),
    set(SOL_TCP, TCP.TCP_USER_TIMEOUT, -1),
    set(SOL_TCP, TCP.TCP_LINGER2, 130),
    t.get(c, SOL_TCP, TCP.TCP_LINGER2),
    t.get(c, SOL_TCP, 77),
    t.get(c, 99, 1),
    set(99, 1, 1),
    set(SOL_IP, 2, 256),
    set(SOL_IP, 2, 9),
    t.get(c, SOL_IP, 2),
    t.get(c, SOL_SOCKET, SO.SO_SNDBUF),
  ]).toEqual(['EINVAL', 'EINVAL', 'EINVAL', 0, 1, 'EINVAL', 0, 120, 'ENOPROTOOPT', 'EOPNOTSUPP', 'ENOPROTOOPT', 'EINVAL', 0, 9, 16384])
})

test('a restored machine goes on with its connections', () => {
  const [c, s] = pair()
  t.send(c, 'before')
  const at = snapshot(k)
  const goOn = () => [t.read(s), t.send(s, 'after'), t.read(c), t.poll(c)]
  const first = goOn()
  restore(k, at)
  t = inet(k, [...k.state.tasks.values()].find(({ pid }) => pid === task.pid) as Task)
  expect(first).toEqual(['before', 5, 'after', 0x104])
  expect(goOn()).toEqual(first)
})

test('in a trace, as strace prints them', () => {
  const started = start(
    `
    li a0, 2
    li a1, 1
    li a2, 6
    sys 198
    li s1, ${DATA}
    li t0, 0x901f0002
    sw t0, 0(s1)
    li t0, 0x0100007f
    sw t0, 4(s1)
    li a0, 3
    mv a1, s1
    li a2, 16
    sys 203
    li t0, 1
    sw t0, 16(s1)
    li a0, 3
    li a1, 6
    li a2, 1
    addi a3, s1, 16
    li a4, 4
    sys 208
    sys 93`,
  )
  const lines: string[] = []
  traceSyscalls(started.k, line => lines.push(line))
  started.run()
  expect(lines.join('').split('\n').slice(0, 3)).toEqual([
    expect.stringMatching(/^socket\(AF_INET, SOCK_STREAM, IPPROTO_TCP\) += 3$/),
    'connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 ECONNREFUSED (Connection refused)',
    expect.stringMatching(/^setsockopt\(3, SOL_TCP, TCP_NODELAY, \[1\], 4\) += 0$/),
  ])
})

test('a connection wakes one who waits to accept, and the end of the listener all', () => {
  const l = t.socket(SOCK_STREAM)
  expect([t.bind(l, 0), t.on('listen', l, 5)]).toEqual([0, 0])
  const waiting = [0, 1, 2].map(() => {
    const other = fileTask(k)
    other.files = task.files
    const found = call(k, other, 'accept4', l, 0, 0, 0)
    if (typeof found === 'number') throw new Error('accepting: there is nothing to accept')
    sleepOn(k, other, found.queues, found.deadline, true, found.exclusive)
    return other
  })
  const asleep = (): number => waiting.filter(other => other.state === 'S').length
  expect(asleep()).toBe(3)
  const clients = [connected(l)]
  expect([asleep(), waiting[0].state]).toEqual([2, 'R'])
  clients.push(connected(l))
  expect([asleep(), waiting[1].state]).toEqual([1, 'R'])
  expect([t.on('shutdown', l, 0), asleep()]).toEqual([0, 0])
  close(l, ...clients)
})

describe('a cork', () => {
  const NODELAY = TCP.TCP_NODELAY
  test('keeps what does not fill a segment, for a fifth of a second', () => {
    const [client, server] = pair()
    t.set(client, SOL_TCP, TCP.TCP_CORK, 1)
    expect([t.send(client, 'one'), t.read(server), t.poll(server) & 1, t.ioctl(client, TIOCOUTQ)]).toEqual([3, 'EAGAIN', 0, 3])
    t.set(client, SOL_TCP, TCP.TCP_CORK, 0)
    expect([t.read(server), t.ioctl(client, TIOCOUTQ)]).toEqual(['one', 0])
    t.set(client, SOL_TCP, TCP.TCP_CORK, 1)
    t.send(client, 'two')
    pass(0.1)
    t.send(client, 'three')
    expect([t.read(server), t.ioctl(server, FIONREAD)]).toEqual(['EAGAIN', 0])
    pass(0.1)
    expect(t.read(server)).toBe('twothree')
    t.send(client, 'four')
    t.set(client, SOL_TCP, NODELAY, 1)
    expect(t.read(server)).toBe('four')
    // The end takes it along.
    t.send(client, 'five')
    t.on('shutdown', client, 1)
    expect([t.read(server), t.read(server)]).toEqual(['five', ''])
    close(client, server)
    expect(problems()).toEqual([])
  })
  test('of one call is MSG_MORE; full segments go', () => {
    const [client, server] = pair()
    expect([t.send(client, 'a', MSG.MSG_MORE | 0x4000), t.read(server), t.send(client, 'b'), t.read(server)]).toEqual([
      1,
      'EAGAIN',
      1,
      'ab',
    ])
    expect(t.send(client, 'x'.repeat(70000), MSG.MSG_MORE | 0x4000)).toBe(70000)
    expect(t.ioctl(server, FIONREAD)).toBe(65483)
    // Who closes with something unread resets it: what was kept is lost.
    t.send(client, 'y', MSG.MSG_MORE | 0x4000)
    close(server)
    expect([t.error(client), problems()]).toEqual([104, []])
    close(client)
  })
})
