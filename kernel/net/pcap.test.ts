// A capture is a file of whole packets with right checksums, and tells of connections and datagrams what happened to them.
import { beforeEach, expect, test } from 'vitest'
import { AF_INET6, MSG_DONTWAIT, O_NONBLOCK, SO, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET } from '../abi/index.ts'
import { hostNetwork } from '../input.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { BUFFER, buffer, fileKernel } from '../vfs/testing.ts'
import { checksum } from './inet/checksum.ts'
import { inet } from './inet/testing.ts'
import { capturePackets } from './pcap.ts'

let k: Kernel
let task: Task
let t: ReturnType<typeof inet>
let file: Uint8Array[]
beforeEach(() => {
  ;({ k, task } = fileKernel())
  t = inet(k, task)
  file = []
  capturePackets(k, bytes => file.push(bytes.slice()))
})

const FLAGS = ['F', 'S', 'R', 'P', '.']
/** A reader of its own: each packet in a line, as tcpdump has it, with relative numbers; sums that are not right are told. */
function lines(): string[] {
  const whole = Uint8Array.from(file.flatMap(part => [...part]))
  const view = new DataView(whole.buffer)
  expect([view.getUint32(0, true), view.getUint16(4, true), view.getUint16(6, true), view.getUint32(20, true)]).toEqual([
    0xa1b23c4d, 2, 4, 101,
  ])
  const found: string[] = []
  const first = new Map<string, number>()
  for (let at = 24; at < whole.length;) {
    expect(view.getUint32(at, true)).toBe(k.state.bootEpoch.sec)
    const length = view.getUint32(at + 8, true)
    found.push(lineOf(whole.slice(at + 16, at + 16 + length), first))
    at += 16 + length
  }
  file = [file[0]]
  return found
}

function lineOf(packet: Uint8Array, first: Map<string, number>): string {
  const view = new DataView(packet.buffer)
  const v6 = packet[0] >> 4 === 6
  const header = v6 ? 40 : 20
  expect(v6 ? view.getUint16(4) + 40 : view.getUint16(2)).toBe(packet.length)
  if (!v6) expect(checksum(packet.slice(0, 20))).toBe(0)
  const protocol = packet[v6 ? 6 : 9]
  const addresses = v6 ? packet.slice(8, 40) : packet.slice(12, 20)
  const part = packet.slice(header)
  const pseudo = new Uint8Array(addresses.length + 8 + part.length)
  pseudo.set(addresses)
  new DataView(pseudo.buffer).setUint32(addresses.length, part.length)
  pseudo[addresses.length + 7] = protocol
  pseudo.set(part, addresses.length + 8)
  expect(checksum(protocol === 1 ? part : pseudo)).toBe(0)
  const p = new DataView(part.buffer)
  if (protocol === 1) return `icmp ${part[0]} ${part[1]} of ${part.length - 8}`
  const [from, to] = [p.getUint16(0), p.getUint16(2)]
  if (protocol === 17) return `udp > ${to}: ${String.fromCharCode(...part.slice(8))}`
  const flags = FLAGS.filter((_, bit) => part[13] & (1 << bit)).join('')
  const size = (part[12] >> 4) * 4
  const name = `${from} ${to}`
  if (flags.includes('S')) first.set(name, p.getUint32(4))
  const relative = (of: string, number: number): number => (number - (first.get(of) ?? 0)) | 0
  const seq = relative(name, p.getUint32(4))
  const ack = flags.includes('.') ? ` ack ${relative(`${to} ${from}`, p.getUint32(8))}` : ''
  const text = part.slice(size)
  return `${to === 7 ? '>' : '<'} ${flags} ${seq}${ack}${text.length > 0 ? ` ${text.length > 9 ? text.length : String.fromCharCode(...text)}` : ''}`
}

function pair(family = 2): [number, number, number] {
  const listener = t.socket(SOCK_STREAM | O_NONBLOCK, family)
  expect([t.bind(listener, 7, family), t.on('listen', listener, 5)]).toEqual([0, 0])
  const client = t.socket(SOCK_STREAM, family)
  expect(t.connect(client, 7, family)).toBe(0)
  return [client, Number(t.accept(listener)), listener]
}
const OPEN = ['> S 0', '< S. 0 ack 1', '> . 1 ack 1']

test.each([2, AF_INET6])('a connection from its SYN to its FINs, family %s', family => {
  const [client, server] = pair(family)
  t.send(client, 'hello')
  t.read(server)
  t.send(server, 'you')
  t.on('close', server)
  t.read(client)
  t.on('close', client)
  expect(lines()).toEqual([
    ...OPEN,
    '> P. 1 ack 1 hello',
    '< . 1 ack 6',
    '< P. 1 ack 6 you',
    '> . 6 ack 4',
    '< F. 4 ack 6',
    '> . 6 ack 5',
    '> F. 6 ack 5',
    '< . 5 ack 7',
  ])
})

test('what the window has no room for is sent when it has', () => {
  const [client, server] = pair()
  t.set(server, SOL_SOCKET, SO.SO_RCVBUF, 4000)
  const text = 'x'.repeat(9000)
  expect(t.send(client, text)).toBe(9000)
  expect(t.on('recvfrom', server, BUFFER, 3000, MSG_DONTWAIT, 0, 0)).toBe(3000)
  t.on('close', server)
  expect(lines()).toEqual([...OPEN, '> P. 1 ack 1 4000', '< . 1 ack 4001', '> P. 4001 ack 1 3000', '< . 1 ack 7001', '< R. 1 ack 7001'])
  expect(buffer(k, task, 3)).toBe('xxx')
})

test('who is refused, who sends to nobody', () => {
  const client = t.socket(SOCK_STREAM)
  t.connect(client, 7)
  expect(lines()).toEqual(['> S 0', '< R. 0 ack 1'])
  const [one, other] = pair()
  t.on('close', other)
  t.send(one, 'late')
  expect(lines()).toEqual([...OPEN, '< F. 1 ack 1', '> . 1 ack 2', '> P. 1 ack 2 late', '< R 2'])
})

test('datagrams, and that nobody hears them', () => {
  const fd = t.socket(SOCK_DGRAM)
  const to = (port: number, text: string): void => void t.on('sendto', fd, text, text.length, MSG_DONTWAIT, t.NAME, t.put(2, port))
  to(9, 'nobody')
  const heard = t.socket(SOCK_DGRAM)
  t.bind(heard, 9)
  to(9, 'odd')
  expect(lines()).toEqual(['udp > 9: nobody', 'icmp 3 3 of 34', 'udp > 9: odd'])
})

test('the way out', () => {
  k.state.ns.net.outside.open = true
  const fd = t.socket(SOCK_STREAM | O_NONBLOCK)
  t.connect(fd, 7, 2, '192.0.2.7')
  hostNetwork(k, { what: 'connected', id: 1 })
  hostNetwork(k, { what: 'bytes', id: 1, bytes: Uint8Array.of(104, 105) })
  hostNetwork(k, { what: 'closed', id: 1, error: 'ECONNRESET' })
  expect(lines()).toEqual([...OPEN, '< P. 1 ack 1 hi', '> . 1 ack 3', '< R. 3 ack 1'])
})
