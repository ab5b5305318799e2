// The way out of the machine, with a host that is a list: what it is told, and what comes of what it answers.
import { beforeEach, describe, expect, test } from 'vitest'
import {
  AF_INET6,
  MSG_DONTWAIT,
  O_NONBLOCK,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  SO,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  LINGER,
  writeStruct,
} from '../../abi/index.ts'
import { restore, snapshot } from '../../boot.ts'
import { NETWORK_WINDOW, type NetworkCommand } from '../../host.ts'
import { hostNetwork } from '../../input.ts'
import { checkInvariants } from '../../invariants.ts'
import { replayOf } from '../../journal.ts'
import type { Kernel } from '../../kernel.ts'
import { copyOut } from '../../mm/index.ts'
import type { Task } from '../../state.ts'
import { runKernel } from '../../loop.ts'
import { DATA, start } from '../../testing.ts'
import { fileKernel } from '../../vfs/testing.ts'
import { NO_HOST } from '../../process/testing.ts'
import { OWN6 } from './address.ts'
import { sendRest } from './outside.ts'
import { inet } from './testing.ts'

let k: Kernel
let task: Task
let t: ReturnType<typeof inet>
let told: NetworkCommand[]
/** What the host was told since it was last asked, in short. */
const heard = (): string[] =>
  told
    .splice(0)
    .map(({ what, ...rest }) =>
      [
        what,
        ...Object.values(rest).map(value =>
          value instanceof Uint8Array ? (value.length > 9 ? value.length : String.fromCharCode(...value)) : value,
        ),
      ].join(' '),
    )
const bytes = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0))
const problems = (): string[] => checkInvariants(k).filter(line => /socket|port|connection|file|kernel objects/i.test(line))
const NB = SOCK_STREAM | O_NONBLOCK
const FAR = '192.0.2.7'

beforeEach(() => {
  told = []
  ;({ k, task } = fileKernel({ network: { tell: command => told.push(command) } }))
  k.state.ns.net.outside.open = true
  t = inet(k, task)
})

function connected(): { fd: number; id: number } {
  const fd = t.socket(NB)
  expect(t.connect(fd, 80, 2, FAR)).toBe('EINPROGRESS')
  const id = k.state.ns.net.outside.last
  expect(heard()).toEqual([`connect ${id} ${FAR} 80`])
  hostNetwork(k, { what: 'connected', id })
  return { fd, id }
}

/** A listener, and a connection to it from outside. */
function served(): { fd: number; id: number; listener: number } {
  const listener = t.socket(NB)
  expect([t.bind(listener, 8080, 2, '0.0.0.0'), t.on('listen', listener, 5)]).toEqual([0, 0])
  hostNetwork(k, { what: 'arrive', id: -1, port: 8080 })
  expect(heard()).toEqual(['open -1'])
  expect(t.poll(listener) & POLLIN).toBe(POLLIN)
  return { fd: Number(t.accept(listener)), id: -1, listener }
}

describe('a connection outwards', () => {
  test('is made, has names, carries bytes both ways, and ends in halves', () => {
    const fd = t.socket(NB)
    expect(t.connect(fd, 80, 2, FAR)).toBe('EINPROGRESS')
    expect([t.connect(fd, 80, 2, FAR), t.poll(fd), t.named(fd, true)]).toEqual(['EALREADY', 0, 'ENOTCONN'])
    expect(t.named(fd)).toMatch(/^10\.0\.2\.15 \d+$/)
    hostNetwork(k, { what: 'connected', id: 1 })
    expect([t.error(fd), t.poll(fd) & POLLOUT, t.named(fd, true)]).toEqual([0, POLLOUT, `${FAR} 80`])
    expect([t.send(fd, 'hello'), t.read(fd)]).toEqual([5, 'EAGAIN'])
    hostNetwork(k, { what: 'took', id: 1, count: 5 })
    hostNetwork(k, { what: 'bytes', id: 1, bytes: bytes('answer') })
    expect([t.read(fd, 3), t.read(fd, 9)]).toEqual(['ans', 'wer'])
    expect(t.on('shutdown', fd, 1)).toBe(0)
    expect(heard()).toEqual([`connect 1 ${FAR} 80`, 'bytes 1 hello', 'taken 1 3', 'taken 1 3', 'end 1'])
    hostNetwork(k, { what: 'bytes', id: 1, bytes: bytes('more') })
    hostNetwork(k, { what: 'ended', id: 1 })
    // Both directions are at their end: the host needs to hear nothing of what is read.
    expect([t.read(fd), t.read(fd)]).toEqual(['more', ''])
    expect([heard(), k.state.ns.net.outside.ends.size]).toEqual([[], 0])
    expect([t.on('close', fd), heard(), problems()]).toEqual([0, [], []])
  })

  test.each(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'])('that the host cannot make: %s', error => {
    const fd = t.socket(NB)
    t.connect(fd, 80, 2, FAR)
    hostNetwork(k, { what: 'closed', id: 1, error })
    expect(t.poll(fd) & (POLLERR | POLLHUP)).toBe(POLLERR | POLLHUP)
    expect(t.connect(fd, 80, 2, FAR)).toBe(error)
    // It can be tried again.
    expect(t.connect(fd, 80, 2, FAR)).toBe('EINPROGRESS')
    t.on('close', fd)
    expect([heard(), problems()]).toEqual([[`connect 1 ${FAR} 80`, `connect 2 ${FAR} 80`, 'reset 2'], []])
  })

  test('has errors that come later, and resets either way', () => {
    const one = connected()
    hostNetwork(k, { what: 'bytes', id: one.id, bytes: bytes('left') })
    hostNetwork(k, { what: 'closed', id: one.id, error: 'ECONNRESET' })
    expect([t.read(one.fd), t.read(one.fd), t.send(one.fd, 'x')]).toEqual(['left', 'ECONNRESET', 'EPIPE'])
    const two = connected()
    hostNetwork(k, { what: 'bytes', id: two.id, bytes: bytes('unread') })
    t.on('close', two.fd)
    expect(heard()).toEqual([`reset ${two.id}`])
    const three = connected()
    copyOut(k, task, t.VALUE, writeStruct(LINGER, { onoff: 1, linger: 0 }))
    expect(t.on('setsockopt', three.fd, SOL_SOCKET, SO.SO_LINGER, t.VALUE, 8)).toBe(0)
    t.on('close', three.fd)
    expect(heard()).toEqual([`reset ${three.id}`])
    // Who closed and is still sent something answers by a reset.
    const four = connected()
    t.on('close', four.fd)
    hostNetwork(k, { what: 'bytes', id: four.id, bytes: bytes('late') })
    expect([heard(), k.state.ns.net.outside.ends.size, problems()]).toEqual([[`end ${four.id}`, `reset ${four.id}`], 0, []])
  })

  test('is bounded both ways', () => {
    const { fd, id } = connected()
    t.set(fd, SOL_SOCKET, SO.SO_SNDBUF, 30000)
    let sent = 0
    const block = 'x'.repeat(60000)
    for (let count = t.send(fd, block); typeof count === 'number'; count = t.send(fd, block)) sent += count
    expect(t.send(fd, block)).toBe('EAGAIN')
    const underway = told.splice(0).reduce((sum, command) => sum + ('bytes' in command ? command.bytes.length : 0), 0)
    expect(underway).toBe(1 << 19)
    expect(sent).toBeGreaterThan(underway)
    // As much as leaves goes on.
    hostNetwork(k, { what: 'took', id, count: 10000 })
    expect(heard()).toEqual([`bytes ${id} 10000`])
    // It has ended: what is left goes out with the machine.
    t.on('close', fd)
    sendRest(k)
    expect(heard()).toEqual([`bytes ${id} ${sent - underway - 10000}`, `end ${id}`])
    const other = connected()
    for (let i = 0; i < 20; i++) hostNetwork(k, { what: 'bytes', id: other.id, bytes: new Uint8Array(NETWORK_WINDOW / 4) })
    expect(heard()).toEqual([`reset ${other.id}`])
    expect(problems()).toEqual([])
  })

  test('is not for what is bound to the loopback device, nor where no way leads', () => {
    const fd = t.socket(NB)
    t.bind(fd, 0)
    expect(t.connect(fd, 80, 2, FAR)).toBe('EINVAL')
    const six = t.socket(NB, AF_INET6)
    expect(t.connect(six, 80, AF_INET6, '20010db8000000000000000000000001')).toBe('EINPROGRESS')
    expect(t.named(six)).toMatch(new RegExp(`^${OWN6} `))
    k.state.ns.net.outside.open = false
    expect(t.connect(t.socket(NB), 80, 2, FAR)).toBe('ENETUNREACH')
    expect(t.bind(t.socket(NB), 0, 2, '10.0.2.15')).toBe('EADDRNOTAVAIL')
  })

  test('is not seen twice, and its own address is the machine itself', () => {
    const { fd } = connected()
    expect(
      t
        .text('/proc/net/tcp')
        .split('\n')
        .filter(line => line.includes('070200C0:0050')),
    ).toHaveLength(1)
    const listener = t.socket(NB)
    expect([t.bind(listener, 90, 2, '10.0.2.15'), t.on('listen', listener, 1)]).toEqual([0, 0])
    expect(t.connect(t.socket(SOCK_STREAM), 90, 2, '10.0.2.15')).toBe(0)
    t.on('close', fd)
  })
})

describe('a connection inwards', () => {
  test('comes from the loopback device', () => {
    const { fd } = served()
    expect([t.named(fd), t.named(fd, true)]).toEqual(['127.0.0.1 8080', expect.stringMatching(/^127\.0\.0\.1 \d+$/)])
    hostNetwork(k, { what: 'bytes', id: -1, bytes: bytes('GET /') })
    hostNetwork(k, { what: 'ended', id: -1 })
    expect([t.read(fd), t.read(fd), t.send(fd, 'found')]).toEqual(['GET /', '', 5])
    t.on('close', fd)
    expect([heard(), problems()]).toEqual([['taken -1 5', 'bytes -1 found', 'end -1'], []])
  })

  test('is refused where nobody listens, and reset where nobody accepts', () => {
    hostNetwork(k, { what: 'arrive', id: -1, port: 81 })
    expect(heard()).toEqual(['reset -1'])
    const listener = t.socket(NB)
    t.bind(listener, 81)
    t.on('listen', listener, 0)
    hostNetwork(k, { what: 'arrive', id: -2, port: 81 })
    // The queue is full: it comes again.
    hostNetwork(k, { what: 'arrive', id: -3, port: 81 })
    expect(heard()).toEqual(['open -2'])
    hostNetwork(k, { what: 'closed', id: -3, error: 'ECONNRESET' })
    t.on('close', listener)
    expect([heard(), k.state.ns.net.outside.ends.size, problems()]).toEqual([['reset -2'], 0, []])
  })

  test('finds who listens by IPv6 alone', () => {
    const listener = t.socket(NB, AF_INET6)
    t.bind(listener, 8080, AF_INET6)
    t.on('listen', listener, 5)
    hostNetwork(k, { what: 'arrive', id: -1, port: 8080 })
    expect([heard(), typeof t.accept(listener)]).toEqual([['open -1'], 'number'])
  })
})

describe('datagrams', () => {
  test('go out and are answered', () => {
    const fd = t.socket(SOCK_DGRAM)
    expect([t.on('sendto', fd, 'query', 5, MSG_DONTWAIT, t.NAME, t.put(2, 53, '10.0.2.3')), heard()]).toEqual([
      5,
      ['datagram 1 10.0.2.3 53 query false'],
    ])
    hostNetwork(k, { what: 'datagram', id: 1, address: '10.0.2.3', port: 53, bytes: bytes('address') })
    expect(t.read(fd)).toBe('address')
    expect(t.connect(fd, 53, 2, FAR)).toBe(0)
    hostNetwork(k, { what: 'datagram', id: 1, address: '10.0.2.3', port: 53, bytes: bytes('late') })
    expect([t.send(fd, 'x'), t.read(fd)]).toEqual([1, 'EAGAIN'])
    hostNetwork(k, { what: 'closed', id: 1, error: 'ECONNREFUSED' })
    expect(t.read(fd)).toBe('ECONNREFUSED')
    t.on('close', fd)
    expect([heard(), problems()]).toEqual([[`datagram 1 ${FAR} 53 x true`, 'close 1'], []])
  })

  test('come in, each sender by a port of its own', () => {
    const fd = t.socket(SOCK_DGRAM)
    t.bind(fd, 69, 2, '0.0.0.0')
    hostNetwork(k, { what: 'flow', id: -1, port: 69, bytes: bytes('one') })
    hostNetwork(k, { what: 'flow', id: -2, port: 69, bytes: bytes('two') })
    hostNetwork(k, { what: 'datagram', id: -1, address: '', port: 0, bytes: bytes('more') })
    expect([t.read(fd), t.read(fd), t.read(fd)]).toEqual(['one', 'two', 'more'])
    const [first] = k.state.ns.net.outside.ends.values()
    const { port } = 'local' in first.own ? first.own.local : { port: 0 }
    expect(t.on('sendto', fd, 'back', 4, MSG_DONTWAIT, t.NAME, t.put(2, port))).toBe(4)
    hostNetwork(k, { what: 'closed', id: -1, error: 'ECONNRESET' })
    expect([heard(), problems()]).toEqual([['datagram -1  0 back true'], []])
  })
})

test('what does not fit is left out, whoever wrote it', () => {
  const { fd, id } = connected()
  const udp = t.socket(SOCK_DGRAM)
  t.on('sendto', udp, 'q', 1, MSG_DONTWAIT, t.NAME, t.put(2, 53, FAR))
  const long = new Uint8Array(1 << 18)
  for (const other of [0, id, -1, 7, id + 1]) {
    hostNetwork(k, { what: 'arrive', id: other, port: 0 })
    hostNetwork(k, { what: 'connected', id: other })
    hostNetwork(k, { what: 'took', id: other, count: 1e15 })
    hostNetwork(k, { what: 'flow', id: other, port: 0xffff, bytes: long })
    hostNetwork(k, { what: 'datagram', id: other, address: OWN6, port: 1, bytes: long })
    hostNetwork(k, { what: 'datagram', id: other, address: '', port: 1, bytes: long })
    hostNetwork(k, { what: 'datagram', id: other, address: FAR, port: 1, bytes: long })
  }
  for (let other = -9; other > -2000; other--) hostNetwork(k, { what: 'flow', id: other, port: 9, bytes: long })
  expect(k.state.ns.net.outside.ends.size).toBe(1024)
  for (const other of [id, -1, 7, id + 1]) {
    hostNetwork(k, { what: 'ended', id: other })
    hostNetwork(k, { what: 'ended', id: other })
    hostNetwork(k, { what: 'bytes', id: other, bytes: long })
    hostNetwork(k, { what: 'closed', id: other, error: 'no such' })
  }
  hostNetwork(k, { what: 'lost' })
  expect([t.read(fd), problems()]).toEqual(['', []])
})

/** Accepts on port 7 and sends everything back; ends with how many bytes came, or 255 for an error. */
const ECHO = `
  li s0, ${DATA}
  li a0, 2
  li a1, 1
  li a2, 0
  sys 198
  mv s1, a0
  li t0, 0x07000002
  sd t0, 0(s0)
  mv a1, s0
  li a2, 16
  sys 200
  mv a0, s1
  li a1, 1
  sys 201
  mv a0, s1
  li a1, 0
  li a2, 0
  sys 202
  mv s2, a0
  li s3, 0
more:
  mv a0, s2
  addi a1, s0, 64
  li a2, 64
  sys 63
  beq a0, zero, {end}
  blt a0, zero, {bad}
  add s3, s3, a0
  mv a2, a0
  mv a0, s2
  addi a1, s0, 64
  sys 64
  j {more}
end:
  mv a0, s3
  sys 94
bad:
  li a0, 255
  sys 94`

test('a run is gone through again to the bit, and is cut off where it takes another course', () => {
  const host = { ...NO_HOST, network: { tell: (command: NetworkCommand) => void told.push(command) } }
  const { k, run } = start(ECHO, { host, clock: 'real', debug: true })
  expect(run()).toEqual({ kind: 'idle', until: Infinity })
  hostNetwork(k, { what: 'arrive', id: -1, port: 7 })
  hostNetwork(k, { what: 'bytes', id: -1, bytes: bytes('one') })
  run()
  const then = snapshot(k)
  hostNetwork(k, { what: 'bytes', id: -1, bytes: bytes('three') })
  run()
  hostNetwork(k, { what: 'ended', id: -1 })
  expect(run()).toEqual({ kind: 'halted', status: 8 << 8 })
  expect(heard()).toEqual(['open -1', 'taken -1 3', 'bytes -1 one', 'taken -1 5', 'bytes -1 three', 'end -1'])
  const { executed, steps } = k.state
  // From the snapshot, with what came then: nobody hears of it twice.
  restore(k, then)
  expect([run(), heard(), k.state.executed, k.state.steps]).toEqual([{ kind: 'halted', status: 8 << 8 }, [], executed, steps])
  // From nothing, without a host.
  const again = start(ECHO, { host: NO_HOST, clock: 'real', journal: replayOf(k.journal) })
  expect(again.run()).toEqual({ kind: 'halted', status: 8 << 8 })
  expect([again.k.state.executed, again.k.state.steps]).toEqual([executed, steps])
  restore(k, then, true)
  expect([heard(), runKernel(k)]).toEqual([['forget'], { kind: 'halted', status: 255 << 8 }])
})
