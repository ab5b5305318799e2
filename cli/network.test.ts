// The way out over Node's sockets, on the loopback device of the host: what a program serves and fetches, and that the run can be had again.
import { createSocket } from 'node:dgram'
import { createServer, createConnection, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { NO_HOST_FILES, replayOf, type Host, type Kernel } from '../kernel/index.ts'
import { DATA, start } from '../kernel/testing.ts'
import { driveInteractively } from './drive.ts'
import { addressOf, textOf } from './network-address.ts'
import { newNetwork, type Network } from './network.ts'
import { parsePublished } from './published.ts'
import { NO_LIMIT } from './sizes.ts'

const host = (network?: Network): Host => ({ write: () => 0, readInput: () => new Uint8Array(), files: NO_HOST_FILES, network })
const OPTIONS = { clock: 'real', network: 'host', debug: false } as const

function machine(source: string, publish: string[] = []): { k: Kernel; network: Network } {
  const network = newNetwork(publish.map(parsePublished), true)
  return { k: start(source, { ...OPTIONS, host: host(network) }).k, network }
}

/** Runs to the end, and again from what came in, without a network. */
async function statusOf(source: string, { k, network }: { k: Kernel; network: Network }): Promise<number> {
  const outcome = await driveInteractively(k, NO_LIMIT, false, undefined, undefined, network)
  await network.close()
  expect(outcome.kind).toBe('halted')
  const status = outcome.kind === 'halted' ? outcome.status >> 8 : -1
  const again = start(source, { ...OPTIONS, host: host(), journal: replayOf(k.journal) })
  expect(again.run()).toEqual(outcome)
  expect([again.k.state.executed, again.k.state.steps, again.k.state.time]).toEqual([k.state.executed, k.state.steps, k.state.time])
  return status
}

const portIn = (lines: readonly string[]): number => Number(/:(\d+) is the guest's/.exec(lines[0])?.[1])
const listening = (onClient: (socket: Socket) => void): Promise<{ port: number; close(): void }> =>
  new Promise(resolve => {
    const server = createServer({ allowHalfOpen: true }, onClient).listen(0, '127.0.0.1', () =>
      resolve({ port: (server.address() as AddressInfo).port, close: () => void server.close() }),
    )
  })
const all = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    socket.on('data', data => (text += data.toString('latin1'))).on('end', () => resolve(text))
    socket.on('error', reject)
  })

/** The address at DATA, as sockaddr_in: words of the port and of the address. */
const sockaddr = (port: number, address: readonly number[]): string => `
  li s0, ${DATA}
  li t0, ${(((port & 0xff) << 24) | ((port >> 8) << 16) | 2) >>> 0}
  sw t0, 0(s0)
  li t0, ${((address[3] << 24) | (address[2] << 16) | (address[1] << 8) | address[0]) >>> 0}
  sw t0, 4(s0)`
const socket = (type: number): string => `
  li a0, 2
  li a1, ${type}
  li a2, 0
  sys 198
  mv s1, a0`
const named = (call: number): string => `
  mv a0, s1
  mv a1, s0
  li a2, 16
  sys ${call}`

/** Accepts one connection and sends back what comes; ends with how much that was, in pages. */
const ECHO = `${sockaddr(8080, [0, 0, 0, 0])}${socket(1)}${named(200)}
  mv a0, s1
  li a1, 5
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
  lui a2, 16
  sys 63
  beq a0, zero, {end}
  blt a0, zero, {bad}
  add s3, s3, a0
  mv s4, a0
  addi s5, s0, 64
rest:
  mv a0, s2
  mv a1, s5
  mv a2, s4
  sys 64
  blt a0, zero, {bad}
  add s5, s5, a0
  sub s4, s4, a0
  bnez s4, {rest}
  j {more}
end:
  srli a0, s3, 12
  sys 94
bad:
  li a0, 255
  sys 94`

test('a published port: what a client of the host sends comes back, and both directions end', async () => {
  const made = machine(ECHO, ['0:8080'])
  const port = portIn(await made.network.listen())
  const text = 'x'.repeat(300 * 4096)
  const client = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true })
  const answer = all(client)
  client.end(text)
  expect(await statusOf(ECHO, made)).toBe(300 & 0xff)
  expect((await answer).length).toBe(text.length)
})

/** Connects, sends `ping` and reads to the end: ends with how much came, or with the error of connect. */
const fetcher = (port: number): string => `${sockaddr(port, [10, 0, 2, 2])}${socket(1)}${named(203)}
  bnez a0, {end}
  li t0, 0x676e6970
  sw t0, 32(s0)
  mv a0, s1
  addi a1, s0, 32
  li a2, 4
  sys 64
  mv a0, s1
  li a1, 1
  sys 210
  li s3, 0
more:
  mv a0, s1
  addi a1, s0, 64
  li a2, 64
  sys 63
  blt a0, zero, {end}
  add s3, s3, a0
  bnez a0, {more}
  mv a0, s3
end:
  bge a0, zero, {out}
  sub a0, zero, a0
out:
  sys 94`

test('a server of the host is reached by the address of the gateway', async () => {
  let asked = ''
  const server = await listening(socket => void all(socket).then(text => ((asked = text), socket.end('pong'.repeat(20)))))
  const source = fetcher(server.port)
  expect([await statusOf(source, machine(source)), asked]).toEqual([80, 'ping'])
  server.close()
})

test('that nobody listens is ECONNREFUSED', async () => {
  const server = await listening(() => {})
  server.close()
  await new Promise(setImmediate)
  const source = fetcher(server.port)
  expect(await statusOf(source, machine(source))).toBe(111)
})

/** Sends `x` and waits for an answer; ends with its first byte. */
const asker = (port: number): string => `${sockaddr(port, [10, 0, 2, 2])}${socket(2)}
  li t0, 0x78
  sb t0, 32(s0)
  mv a0, s1
  addi a1, s0, 32
  li a2, 1
  li a3, 0
  mv a4, s0
  li a5, 16
  sys 206
  mv a0, s1
  addi a1, s0, 64
  li a2, 64
  li a3, 0
  li a4, 0
  li a5, 0
  sys 207
  lbu a0, 64(s0)
  sys 94`

test('datagrams are sent and answered', async () => {
  const server = createSocket('udp4')
  await new Promise<void>(resolve => void server.bind(0, '127.0.0.1', resolve))
  server.on('message', (data, from) => server.send(Buffer.from([data[0] + 1]), from.port, from.address))
  const source = asker(server.address().port)
  expect(await statusOf(source, machine(source))).toBe(0x79)
  server.close()
})

/** Waits for a datagram, and sends it back to whom it came from. */
const UDP_ECHO = `${sockaddr(69, [0, 0, 0, 0])}${socket(2)}${named(200)}
  li t0, 16
  sw t0, 16(s0)
  mv a0, s1
  addi a1, s0, 64
  li a2, 64
  li a3, 0
  mv a4, s0
  addi a5, s0, 16
  sys 207
  mv s2, a0
  mv a2, a0
  mv a0, s1
  addi a1, s0, 64
  li a3, 0
  mv a4, s0
  li a5, 16
  sys 206
  mv a0, s2
  sys 94`

test('a published port of datagrams', async () => {
  const made = machine(UDP_ECHO, ['0:69/udp'])
  const port = portIn(await made.network.listen())
  const client = createSocket('udp4')
  const answer = new Promise<string>(resolve => void client.once('message', data => resolve(data.toString())))
  client.send('hello', port, '127.0.0.1')
  expect(await statusOf(UDP_ECHO, made)).toBe(5)
  expect(await answer).toBe('hello')
  client.close()
})

test('what is published, in words', () => {
  const row = (text: string): unknown => {
    const { address, host: at, guest, protocol } = parsePublished(text)
    return [address, at, guest, protocol]
  }
  expect(row('8080:80')).toEqual(['127.0.0.1', 8080, 80, 'tcp'])
  expect(row('0.0.0.0:0:80/udp')).toEqual(['0.0.0.0', 0, 80, 'udp'])
  expect(row('[::1]:1:2/tcp')).toEqual(['::1', 1, 2, 'tcp'])
  for (const wrong of ['80', '80:0', '70000:80', 'here:1:2', '1:2/sctp', ':1:2', ''])
    expect(() => parsePublished(wrong)).toThrow(/--publish/)
})

test('addresses, both ways', () => {
  const pairs = {
    '192.0.2.1': '192.0.2.1',
    '::1': `${'0'.repeat(31)}1`,
    '::ffff:1.2.3.4': '1.2.3.4',
    'fe80::1%eth0': `fe80${'0'.repeat(27)}1`,
  }
  for (const [text, address] of Object.entries(pairs)) expect(addressOf(text)).toBe(address)
  expect(addressOf(textOf('20010db8000000000000000000000001'))).toBe('20010db8000000000000000000000001')
})
