// How internet sockets are seen: addresses in words, /proc/net/tcp and its like (net/ipv4/tcp_ipv4.c get_tcp4_sock).
import { AF_INET, AF_INET6, IPPROTO_UDP, IPPROTO_UDPLITE, SOCK_RAW, TCP_STATES } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Endpoint, Socket, TimeWait } from '../types.ts'
import { addressBytes, addressText, anyOf, familyOf, isV6, read4, read6 } from './address.ts'
import { isEnd } from './outside.ts'
import { arrivedOf, tcpOf, unsentOf } from './tcp.ts'

/** An IPv6 address as RFC 5952 writes it. */
function text6(address: string): string {
  if (!isV6(address)) return `::ffff:${address}`
  const words = address.match(/.{4}/g)?.map(word => parseInt(word, 16).toString(16)) ?? []
  const zeros = [...words.join(':').matchAll(/\b0(?::0)+\b/g)].map(([run]) => run).sort((a, b) => b.length - a.length)[0]
  const whole = words.join(':')
  if (zeros === undefined) return whole
  const [before, after] = [whole.slice(0, whole.indexOf(zeros)), whole.slice(whole.indexOf(zeros) + zeros.length)]
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`
}

/** The same of an address as bytes. */
export const inet6Text = (bytes: Uint8Array): string => text6(addressText(bytes))

/** `127.0.0.1:80`, `[::1]:80`. */
export function endpointText(bytes: Uint8Array): string {
  const family = familyOf(bytes)
  const { address, port } = family === AF_INET ? read4(bytes) : read6(bytes)
  return family === AF_INET ? `${address}:${port}` : `[${text6(address)}]:${port}`
}

const WORD = 4
const hex = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width, '0')

/** An address as words of the machine's own order. */
function wordsOf(family: number, address: string): string {
  const bytes = addressBytes(family, address)
  let text = ''
  for (let at = 0; at < bytes.length; at += WORD) for (let i = WORD - 1; i >= 0; i--) text += hex(bytes[at + i], 2)
  return text
}

const place = (family: number, { address, port }: Endpoint): string => `${wordsOf(family, address)}:${hex(port, 4)}`

/** Sockets are told apart by an address that is none. */
const ADDRESS_BASE = 0x2000000
const ADDRESS_STEP = 2304
export const pointerOf = (serial: number): string => (ADDRESS_BASE + serial * ADDRESS_STEP).toString(16).padStart(16, '0')

interface Line {
  family: number
  local: Endpoint
  remote: Endpoint | null
  state: number
  sending: number
  waiting: number
  /** `02:00000123 00000000`: which timer runs, until when, and how often it has. */
  timer: string
  user: number
  ino: number
  rest: string
}

/** One line of /proc/net/tcp, udp, raw and icmp. */
export function lineOf(slot: number, l: Line, slotWidth = 4): string {
  const none: Endpoint = { address: anyOf(l.family), port: 0 }
  return (
    `${String(slot).padStart(slotWidth)}: ${place(l.family, l.local)} ${place(l.family, l.remote ?? none)} ${hex(l.state, 2)} ` +
    `${hex(l.sending, 8)}:${hex(l.waiting, 8)} ${l.timer} ${String(l.user).padStart(5)} ${String(0).padStart(8)} ${l.ino} ${l.rest}`
  )
}

export const NO_TIMER = '00:00000000 00000000'
const TICK_NS = 1e7

function tcpLine(k: Kernel, slot: number, socket: Socket): string {
  const own = tcpOf(socket)
  const { local, remote, tcp } = own
  const listens = tcp === TCP_STATES.LISTEN
  const wait = k.state.timers.byId.get(own.timer)
  const timer =
    wait === undefined ? NO_TIMER : `01:${hex(Math.max(0, Math.ceil((wait.at - k.state.time) / TICK_NS)), 8)} ${hex(own.tries, 8)}`
  const numbers = listens ? `100 0 0 10 0` : `20 4 30 10 -1`
  return lineOf(slot, {
    family: socket.family,
    local,
    remote,
    state: tcp,
    sending: listens ? 0 : unsentOf(socket),
    waiting: listens ? own.queue.length : arrivedOf(socket),
    timer,
    user: socket.user,
    ino: socket.ino,
    rest: `1 ${pointerOf(socket.serial)} ${numbers}`,
  })
}

function timeWaitLine(k: Kernel, slot: number, { family, local, remote, state, timer }: TimeWait): string {
  const at = k.state.timers.byId.get(timer)?.at ?? k.state.time
  const left = hex(Math.max(0, Math.ceil((at - k.state.time) / TICK_NS)), 8)
  const line = {
    family,
    local,
    remote,
    state,
    sending: 0,
    waiting: 0,
    timer: `03:${left} 00000000`,
    user: 0,
    ino: 0,
    rest: '3 0000000000000000',
  }
  return lineOf(slot, line)
}

const HEADER4 = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const HEADER6 =
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const LINE4 = 149

/** Sockets that listen first, then connections and what is left of them. */
export function* tcpRows(k: Kernel, family: number): Iterable<Socket | TimeWait> {
  const { sockets, inet } = k.state.ns.net
  for (const socket of sockets)
    if (socket.own.kind === 'tcp' && socket.family === family && socket.own.tcp === TCP_STATES.LISTEN) yield socket
  for (const found of inet.connections.values()) if (found.family === family && (found.kind === 'timeWait' || !isEnd(found))) yield found
}

/** /proc/net/tcp, /proc/net/tcp6. */
export const tcpText =
  (family: number) =>
  (k: Kernel): string => {
    const lines = [family === AF_INET6 ? HEADER6 : HEADER4]
    let slot = 0
    for (const row of tcpRows(k, family)) {
      lines.push(row.kind === 'socket' ? tcpLine(k, slot, row) : timeWaitLine(k, slot, row))
      slot++
    }
    return lines.map(line => `${family === AF_INET ? line.padEnd(LINE4) : line}\n`).join('')
  }

/** Sockets of a family that are in use, by protocol. */
function inUse(k: Kernel, of: number): { tcp: number; udp: number; lite: number; raw: number } {
  const counts = { tcp: 0, udp: 0, lite: 0, raw: 0 }
  for (const socket of k.state.ns.net.sockets) {
    const { family, own, type, protocol } = socket
    if (family !== of || isEnd(socket)) continue
    if (own.kind === 'tcp') counts.tcp += Number(own.tcp !== TCP_STATES.CLOSE)
    else if (own.kind === 'datagram' && protocol === IPPROTO_UDP) counts.udp += Number(own.claim !== null)
    else if (own.kind === 'datagram' && protocol === IPPROTO_UDPLITE) counts.lite += Number(own.claim !== null)
    else if (type === SOCK_RAW) counts.raw++
  }
  return counts
}

/** Lines of /proc/net/sockstat. */
export function inetStat(k: Kernel): string {
  const { sockets, inet } = k.state.ns.net
  let [orphans, all] = [0, 0]
  for (const socket of sockets) {
    const { own, dead } = socket
    if (own.kind !== 'tcp' || isEnd(socket)) continue
    all++
    if (dead) orphans++
  }
  const { tcp, udp, lite, raw } = inUse(k, AF_INET)
  return (
    `TCP: inuse ${tcp} orphan ${orphans} tw ${inet.timeWaits} alloc ${all} mem 0\nUDP: inuse ${udp} mem 0\nUDPLITE: inuse ${lite}\n` +
    `RAW: inuse ${raw}\nFRAG: inuse 0 memory 0\n`
  )
}

/** /proc/net/sockstat6. */
export function inetStat6(k: Kernel): string {
  const { tcp, udp, lite, raw } = inUse(k, AF_INET6)
  return `TCP6: inuse ${tcp}\nUDP6: inuse ${udp}\nUDPLITE6: inuse ${lite}\nRAW6: inuse ${raw}\nFRAG6: inuse 0 memory 0\n`
}
