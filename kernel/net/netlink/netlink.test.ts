// Netlink and the loopback device: what getifaddrs, ip and ss ask. Answers are those of a Linux with lo alone (a probe was run there).
import { beforeEach, expect, test } from 'vitest'
import { AF_INET, AF_INET6, AF_NETLINK, AF_UNIX, MSG_PEEK, MSG_TRUNC, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { copyIn, copyOut, getU32, putU32 } from '../../mm/index.ts'
import type { Task } from '../../state.ts'
import { BUFFER, fileKernel } from '../../vfs/testing.ts'
import { checkInvariants } from '../../invariants.ts'
import { inet } from '../inet/testing.ts'

let k: Kernel
let task: Task
let t: ReturnType<typeof inet>
beforeEach(() => {
  ;({ k, task } = fileKernel())
  t = inet(k, task)
})

const DUMP = 0x301
const request = (type: number, flags: number, body: number[]): number[] => {
  const length = 16 + body.length
  return [length, 0, 0, 0, type, 0, flags & 0xff, flags >> 8, 7, 0, 0, 0, 0, 0, 0, 0, ...body]
}
interface Message {
  type: number
  flags: number
  hex: string
}
/** Sends a request; the messages that answer it. */
function ask(fd: number, type: number, body: number[], flags = DUMP): Message[] {
  const bytes = request(type, flags, body)
  copyOut(k, task, BUFFER, Uint8Array.from(bytes))
  expect(t.on('sendto', fd, BUFFER, bytes.length, 0, 0, 0)).toBe(bytes.length)
  const found: Message[] = []
  for (;;) {
    const count = t.on('recvfrom', fd, BUFFER, 60000, 0x40, 0, 0)
    if (typeof count !== 'number') return found
    const all = copyIn(k, task, BUFFER, count)
    const view = new DataView(all.buffer, all.byteOffset)
    for (let at = 0; at < count;) {
      const length = view.getUint32(at, true)
      expect([view.getUint32(at + 8, true), view.getUint32(at + 12, true)]).toEqual([7, task.pid])
      found.push({
        type: view.getUint16(at + 4, true),
        flags: view.getUint16(at + 6, true),
        hex: Buffer.from(all.subarray(at + 16, at + length)).toString('hex'),
      })
      at += Math.ceil(length / 4) * 4
    }
  }
}
const netlink = (protocol = 0): number => t.socket(SOCK_RAW, AF_NETLINK, protocol)
const BODY = [...new Uint8Array(17)]

test('names and what is refused', () => {
  const fd = netlink()
  copyOut(k, task, t.NAME, Uint8Array.of(16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
  putU32(k, task, t.VALUE, 12)
  expect([
    t.on('bind', fd, t.NAME, 11),
    t.on('bind', fd, t.NAME, 12),
    t.on('getsockname', fd, t.NAME, t.VALUE),
    getU32(k, task, t.NAME + 4),
  ]).toEqual(['EINVAL', 0, 0, task.pid])
  expect([
    t.on('socket', AF_NETLINK, SOCK_STREAM, 0),
    t.on('socket', AF_NETLINK, SOCK_RAW, 40),
    t.on('listen', fd, 1),
    t.on('shutdown', fd, 2),
    t.on('recvfrom', fd, BUFFER, 9, 0x40, 0, 0),
    t.poll(fd),
  ]).toEqual(['ESOCKTNOSUPPORT', 'EPROTONOSUPPORT', 'EOPNOTSUPP', 'EOPNOTSUPP', 'EAGAIN', 0x304])
})

test('lo, its addresses, and routes', () => {
  const fd = netlink()
  const done = { type: 3, flags: 2, hex: '00000000' }
  const [link, end] = ask(fd, 18, BODY)
  expect([link.type, link.hex.slice(0, 32), end]).toEqual([16, '00000403010000004900010000000000', done])
  const lifetime = `14000600${'ff'.repeat(8)}${'00'.repeat(8)}`
  expect(ask(fd, 22, BODY)).toEqual([
    { type: 20, flags: 2, hex: `020880fe01000000080001007f000001080002007f000001070003006c6f00000800080080000000${lifetime}` },
    { type: 20, flags: 2, hex: `0a8080fe0100000014000100${'00'.repeat(15)}01${lifetime}080008008000000005000b0001000000` },
    done,
  ])
  expect(ask(fd, 26, [2, ...new Uint8Array(11)]).map(({ hex }) => hex.slice(0, 24))).toEqual([
    '02080000ff02fe0200000000',
    '02200000ff02fe0200000000',
    '02200000ff02fd0300000000',
    '00000000',
  ])
  // One destination: the host's answer, but for how long its route was unused.
  expect(ask(fd, 26, [2, 32, ...new Uint8Array(10), 8, 0, 1, 0, 127, 0, 0, 1], 1).map(({ type, hex }) => [type, hex])).toEqual([
    [
      24,
      `02200000fe0000020002008008000f00fe000000080001007f0000010800040001000000080007007f000001080019000000000024000c00${'00'.repeat(32)}`,
    ],
  ])
  expect(ask(fd, 99, BODY)).toEqual([{ type: 2, flags: 0, hex: expect.stringMatching(/^a1ffffff210000006300010307000000/) }])
  expect(ask(fd, 18, [...new Uint8Array(4), 1, 0, 0, 0, ...new Uint8Array(8)], 5).map(({ type }) => type)).toEqual([16, 2])
  copyOut(k, task, BUFFER, Uint8Array.from(request(22, DUMP, BODY)))
  t.on('sendto', fd, BUFFER, 33, 0, 0, 0)
  expect(t.on('recvfrom', fd, BUFFER, 0, MSG_PEEK | MSG_TRUNC, 0, 0)).toBe(156)
  expect(checkInvariants(k).filter(line => /socket|kernel objects/.test(line))).toEqual([])
})

test('sockets, as ss asks', () => {
  const l = t.socket(SOCK_STREAM)
  t.bind(l, 8080)
  t.on('listen', l, 7)
  const fd = netlink(4)
  const states = [0xff, 0xff, 0xff, 0xff]
  const [found] = ask(fd, 20, [AF_INET, 6, 0, 0, ...states, ...new Uint8Array(48)])
  expect(found.hex).toMatch(/^020a00001f9000007f0000010{40}/)
  expect(found.hex.slice(112, 128)).toBe('0000000007000000')
  expect(ask(fd, 20, [AF_INET6, 6, 0, 0, ...states, ...new Uint8Array(48)]).map(({ type }) => type)).toEqual([3])
  expect(ask(fd, 20, [AF_UNIX, 0, 0, 0, ...states, ...new Uint8Array(16)])[0]).toMatchObject({
    type: 2,
    hex: expect.stringMatching(/^feffffff/),
  })
})

test('netdevice(7)', () => {
  const u = t.socket(SOCK_DGRAM)
  const request = (number: number, name = 'lo', fd = u): string => {
    copyOut(
      k,
      task,
      t.VALUE,
      Uint8Array.from({ length: 40 }, (_, i) => name.charCodeAt(i) || 0),
    )
    const result = t.on('ioctl', fd, number, t.VALUE)
    return result === 0 ? Buffer.from(copyIn(k, task, t.VALUE + 16, 16)).toString('hex') : String(result)
  }
  expect([0x8913, 0x8915, 0x891b, 0x8921, 0x8927, 0x8933].map(number => request(number).slice(0, 16))).toEqual([
    '4900000000000000',
    '020000007f000001',
    '02000000ff000000',
    '0000010000000000',
    '0403000000000000',
    '0100000000000000',
  ])
  expect([request(0x8933, 'eth0'), request(0x8933, 'lo', t.socket(SOCK_DGRAM, AF_UNIX)).slice(0, 2), request(0x8914)]).toEqual([
    'ENODEV',
    '01',
    'EOPNOTSUPP',
  ])
  expect(t.text('/proc/net/if_inet6')).toBe('00000000000000000000000000000001 01 80 10 80       lo\n')
  expect(t.text('/proc/net/dev').split('\n')[2]).toMatch(/^ {4}lo: /)
})
