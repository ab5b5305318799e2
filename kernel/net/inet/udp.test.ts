// UDP, ping and raw sockets through their calls. Values are Linux's (a probe of 150 lines was run there).
import { beforeEach, expect, test } from 'vitest'
import {
  AF_INET,
  AF_INET6,
  CMSGHDR,
  FIONREAD,
  IP,
  MSG,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSGHDR,
  SO,
  SOCKET_LEVELS,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_SOCKET,
  writeStruct,
} from '../../abi/index.ts'
import { checkInvariants } from '../../invariants.ts'
import type { Kernel } from '../../kernel.ts'
import { copyIn, copyOut, getU32, putU64 } from '../../mm/index.ts'
import type { Task } from '../../state.ts'
import { BUFFER, buffer, fileKernel } from '../../vfs/testing.ts'
import { inet } from './testing.ts'

const { SOL_IP, SOL_UDP } = SOCKET_LEVELS
const HEADER = BUFFER + 0x23000
const CONTROL = BUFFER + 0x24000
let k: Kernel
let task: Task
let t: ReturnType<typeof inet>
beforeEach(() => {
  ;({ k, task } = fileKernel())
  t = inet(k, task)
})

const problems = (): string[] => checkInvariants(k).filter(line => /socket|port|queue|file|kernel objects/i.test(line))
const udp = (): number => t.socket(SOCK_DGRAM | 0x800)
const sendTo = (fd: number, text: string, port: number, address?: string, family: number = AF_INET, flags = 0) => {
  const length = t.put(family, port, address)
  return t.on('sendto', fd, text, text.length, flags, t.NAME, length)
}
function bound(): [fd: number, port: number] {
  const fd = udp()
  expect(t.bind(fd, 0)).toBe(0)
  return [fd, t.port(fd)]
}
/** recvmsg: what it answers, its flags, and control messages as `level type bytes`. */
function receive(fd: number, flags = 0): (number | string)[] {
  copyOut(
    k,
    task,
    HEADER,
    writeStruct(MSGHDR, { name: 0, namelen: 0, iov: HEADER + 64, iovlen: 1, control: CONTROL, controllen: 256, flags: 0 }),
  )
  putU64(k, task, HEADER + 64, BUFFER)
  putU64(k, task, HEADER + 72, 100)
  const count = t.on('recvmsg', fd, HEADER, flags | 0x40)
  if (typeof count !== 'number') return [count]
  const found: (number | string)[] = [buffer(k, task, count), getU32(k, task, HEADER + MSGHDR.offsets.flags)]
  const end = CONTROL + getU32(k, task, HEADER + MSGHDR.offsets.controllen)
  for (let at = CONTROL; at + CMSGHDR.size <= end;) {
    const length = getU32(k, task, at)
    const data = copyIn(k, task, at + 16, length - 16)
    found.push(`${getU32(k, task, at + 8)} ${getU32(k, task, at + 12)} ${Buffer.from(data).toString('hex')}`)
    at += Math.ceil(length / 8) * 8
  }
  return found
}

test('sends are checked in order, and give the socket a port', () => {
  const c = udp()
  expect([
    t.poll(c),
    t.send(c, 'x'),
    t.read(c),
    t.on('shutdown', c, 2),
    t.on('listen', c, 1),
    sendTo(c, 'x', 0),
    sendTo(c, 'x', 1, undefined, AF_INET6),
  ]).toEqual([0x304, 'EDESTADDRREQ', 'EAGAIN', 'ENOTCONN', 'EOPNOTSUPP', 'EINVAL', 'EAFNOSUPPORT'])
  const d = udp()
  expect([
    sendTo(d, 'x', 1),
    t.port(d) > 0,
    sendTo(d, 'x', 1, '127.255.255.255'),
    sendTo(d, 'x', 1, '8.8.8.8'),
    t.send(d, 'x', MSG_OOB),
  ]).toEqual([1, true, 'EACCES', 'ENETUNREACH', 'EOPNOTSUPP'])
  expect(t.on('sendto', d, BUFFER, 65508, 0, t.NAME, t.put(AF_INET, 1))).toBe('EMSGSIZE')
})

test('whole datagrams, peeked, cut, corked, from whom', () => {
  const [s, port] = bound()
  const c = udp()
  expect([t.connect(c, port), t.send(c, 'hello'), t.send(c, ''), t.send(c, 'abc', MSG.MSG_MORE), t.send(c, 'def')]).toEqual([0, 5, 0, 3, 3])
  expect([
    t.ioctl(s, FIONREAD),
    t.on('recvfrom', s, BUFFER, 2, MSG_PEEK | MSG_TRUNC, 0, 0),
    t.read(s, 2),
    t.read(s),
    t.read(s),
    t.read(s),
  ]).toEqual([5, 5, 'he', '', 'abcdef', 'EAGAIN'])
  t.set(c, SOL_UDP, 1, 1)
  t.send(c, 'ab')
  t.send(c, 'cd')
  expect([t.poll(s), t.set(c, SOL_UDP, 1, 0), t.read(s)]).toEqual([0x304, 0, 'abcd'])
  expect(t.connect(s, t.port(c))).toBe(0)
  expect([sendTo(udp(), 'no', port), t.read(s), t.send(c, 'ok'), t.read(s)]).toEqual([2, 'EAGAIN', 2, 'ok'])
  expect(t.text('/proc/net/udp')).toMatch(/ 0100007F:\w{4} 0100007F:\w{4} 01 00000000:00000000 00:00000000 00000000 {5}0 {8}0 \d+ 2 /)
  expect(problems()).toEqual([])
})

test('who shares a port, and who hears', () => {
  const [s, port] = bound()
  const [q, c] = [udp(), udp()]
  t.set(q, SOL_SOCKET, SO.SO_REUSEADDR, 1)
  expect(t.bind(q, port, AF_INET, '0.0.0.0')).toBe('EADDRINUSE')
  t.set(s, SOL_SOCKET, SO.SO_REUSEADDR, 1)
  expect([
    t.bind(q, port, AF_INET, '0.0.0.0'),
    sendTo(c, '1', port),
    t.poll(q),
    t.read(s),
    sendTo(c, '2', port, '127.0.0.5'),
    t.read(q),
  ]).toEqual([0, 1, 0x304, '1', 1, '2'])
  const six = t.socket(SOCK_DGRAM | 0x800, AF_INET6)
  expect([t.bind(six, 0, AF_INET6, '0'.repeat(32)), sendTo(c, 'four', t.port(six)), t.read(six)]).toEqual([0, 4, 'four'])
  const many = udp()
  t.set(many, SOL_SOCKET, SO.SO_RCVBUF, 4000)
  t.bind(many, 0)
  for (let i = 0; i < 50; i++) sendTo(c, 'x'.repeat(100), t.port(many))
  let got = 0
  while (t.read(many) !== 'EAGAIN') got++
  expect(got).toBe(9)
})

test('where nobody listens an error comes back', () => {
  const c = udp()
  expect([t.connect(c, 1), t.send(c, 'x'), t.poll(c), t.read(c), t.send(c, 'x'), t.send(c, 'x'), t.send(c, 'x'), t.error(c)]).toEqual([
    0,
    1,
    0x30c,
    'ECONNREFUSED',
    1,
    'ECONNREFUSED',
    1,
    111,
  ])
  t.set(c, SOL_IP, IP.IP_RECVERR, 1)
  t.send(c, 'lost')
  expect([t.poll(c), receive(c, MSG.MSG_ERRQUEUE), t.poll(c), receive(c, MSG.MSG_ERRQUEUE)]).toEqual([
    0x30c,
    ['lost', 0x2000, '0 11 6f000000020303000000000000000000020000007f0000010000000000000000'],
    0x304,
    ['EAGAIN'],
  ])
})

test('what comes along', () => {
  const [s, port] = bound()
  const c = udp()
  for (const option of [IP.IP_PKTINFO, IP.IP_RECVTTL, IP.IP_RECVTOS]) t.set(s, SOL_IP, option, 1)
  t.set(c, SOL_IP, IP.IP_TOS, 0x10)
  t.set(c, SOL_IP, IP.IP_TTL, 33)
  sendTo(c, 'i', port)
  expect(receive(s)).toEqual(['i', 0, '0 8 010000007f0000017f000001', '0 2 21000000', '0 1 10'])
})

test('groups on the loopback device', () => {
  const [s, c] = [udp(), udp()]
  t.bind(s, 0, AF_INET, '0.0.0.0')
  const group = (fd: number, name: number, address: number[], device: number[]) => {
    copyOut(k, task, t.VALUE, Uint8Array.from([...address, ...device]))
    return t.on('setsockopt', fd, SOL_IP, name, t.VALUE, 8)
  }
  const lo = [127, 0, 0, 1]
  expect([
    group(s, IP.IP_ADD_MEMBERSHIP, [224, 1, 1, 1], lo),
    group(s, IP.IP_ADD_MEMBERSHIP, [224, 1, 1, 1], lo),
    sendTo(c, 'x', t.port(s), '224.1.1.1'),
  ]).toEqual([0, 'EADDRINUSE', 'ENETUNREACH'])
  copyOut(k, task, t.VALUE, Uint8Array.from(lo))
  expect([t.on('setsockopt', c, SOL_IP, IP.IP_MULTICAST_IF, t.VALUE, 4), sendTo(c, 'x', t.port(s), '224.1.1.1'), t.read(s)]).toEqual([
    0,
    1,
    'x',
  ])
})

test('echo requests are answered', () => {
  expect(t.on('socket', AF_INET, SOCK_DGRAM, 1)).toBe('EACCES')
  k.state.sysctl.pingGroups = [0, 10]
  const ping = t.socket(SOCK_DGRAM | 0x800, AF_INET, 1)
  const raw = t.socket(SOCK_RAW | 0x800, AF_INET, 1)
  expect([sendTo(ping, '\x08\0\0\0\0\0\0\x01hi', 0), t.read(ping)]).toEqual([10, expect.stringMatching(/^\0\0[^]{4}\0\x01hi$/)])
  expect([t.read(raw), t.read(raw)].map(packet => packet.charCodeAt(20))).toEqual([8, 0])
  expect([sendTo(ping, '\x08\0', 0), sendTo(ping, '\0\0\0\0\0\0\0\x01hi', 0), t.on('socket', AF_INET, SOCK_RAW, 0)]).toEqual([
    'EINVAL',
    'EINVAL',
    'EPROTONOSUPPORT',
  ])
  task.credentials = { ...task.credentials, capEffective: 0 }
  expect([t.on('socket', AF_INET, SOCK_RAW, 1), t.on('socket', AF_INET6, SOCK_RAW, 58)]).toEqual(['EPERM', 'EPERM'])
  expect(problems()).toEqual([])
})

test('UDP-Lite: who takes what is covered too little', () => {
  const SOL_UDPLITE = 136
  const SEND = 10
  const RECEIVE = 11
  const [a, b] = [0, 0].map(() => t.socket(SOCK_DGRAM | 0x800, AF_INET, SOL_UDPLITE))
  t.bind(b, 0)
  const port = t.port(b)
  // Ports are a table of their own.
  expect([t.bind(udp(), port), t.bind(a, port), t.on('socket', AF_INET, 1, SOL_UDPLITE)]).toEqual([0, 'EADDRINUSE', 'EPROTONOSUPPORT'])
  const kept = [0, 1, 7, 9, 65536, -1].map(bytes => (t.set(a, SOL_UDPLITE, SEND, bytes), t.get(a, SOL_UDP, SEND)))
  expect(kept).toEqual([0, 8, 8, 9, 65535, 8])
  const plain = udp()
  expect([t.set(plain, SOL_UDP, SEND, 8), t.get(plain, SOL_UDPLITE, SEND), t.set(a, SOL_UDPLITE, 2, 1)]).toEqual([
    'ENOPROTOOPT',
    0,
    'ENOPROTOOPT',
  ])
  const tries: [covered: number, asked: number, bytes: number][] = [
    [12, 12, 10],
    [12, 13, 10],
    [12, 13, 4],
    [12, 0, 10],
    [0, 0, 10],
    [0, 100, 10],
    [8, 100, 0],
  ]
  const taken = tries.map(([covered, asked, bytes]) => {
    t.set(a, SOL_UDPLITE, SEND, covered)
    t.set(b, SOL_UDPLITE, RECEIVE, asked)
    return [sendTo(a, '0123456789'.slice(0, bytes), port), t.read(b)]
  })
  expect(taken).toEqual([[10, '0123456789'], [10, 'EAGAIN'], [4, '0123'], [10, 'EAGAIN'], [10, '0123456789'], [10, '0123456789'], [0, '']]) // prettier-ignore
  expect(t.text('/proc/net/snmp')).toContain('\nUdpLite: 5 0 2 7 0')
  expect(t.text('/proc/net/udplite').split('\n').map(line => line.length)).toEqual([127, 127, 127, 0]) // prettier-ignore
  expect(problems()).toEqual([])
})
