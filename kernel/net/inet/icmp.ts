// ICMP echo (icmp(7), raw(7)): ping sockets, which send echo requests alone and are found by their identifier; raw sockets, which have
// whole packets of a protocol, for who has CAP_NET_RAW. The machine answers every echo request.
import {
  AF_INET6,
  CAP_NET_RAW,
  EACCES,
  EDESTADDRREQ,
  EINVAL,
  EMSGSIZE,
  EOPNOTSUPP,
  EPERM,
  EPIPE,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  MSG_OOB,
  SOCK_RAW,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { capable } from '../../task/index.ts'
import { raiseError, SEND_SHUTDOWN } from '../socket.ts'
import type { Endpoint, Outgoing, Socket } from '../types.ts'
import { addressBytes, isAny, isV6, kindOf } from './address.ts'
import { checksum } from './checksum.ts'
import { checkWay, connectDatagram, datagramOf, enqueue, tableOf } from './datagram.ts'
import { bindAddress, destination, sourceFor } from './names.ts'
import { conflictsUdp, hear, takePort } from './ports.ts'
import { packetSeen } from './wire.ts'

const ECHO = { [IPPROTO_ICMP]: { request: 8, reply: 0 }, [IPPROTO_ICMPV6]: { request: 128, reply: 129 } } as const
const HEADER_BYTES = 8
const IP_HEADER_BYTES = 20
const PACKET_MOST = 65535
const IDENTIFIER_AT = 4
const CHECKSUM_AT = 2

/** EACCES: the group of who asks may not ping (net.ipv4.ping_group_range). */
export function checkPing(k: Kernel, { credentials: { egid, groups } }: Task): void {
  const [low, high] = k.state.sysctl.pingGroups
  if (![egid, ...groups].some(group => group >= low && group <= high)) throw EACCES
}

/** EPERM: packets are for who has CAP_NET_RAW. */
export function checkRaw({ credentials }: Task): void {
  if (!capable(credentials, CAP_NET_RAW)) throw EPERM
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  bytes[CHECKSUM_AT] = bytes[CHECKSUM_AT + 1] = 0
  const sum = checksum(bytes)
  bytes[CHECKSUM_AT] = sum >> 8
  bytes[CHECKSUM_AT + 1] = sum & 0xff
  return bytes
}

export function bindPacket(k: Kernel, task: Task, socket: Socket, bytes: Uint8Array): number {
  const own = datagramOf(socket)
  const port = bindAddress(k, task, socket, own, bytes, true)
  own.boundAddress = kindOf(own.local.address) !== 'any'
  if (socket.type === SOCK_RAW) return 0
  takePort(k, tableOf(k, socket), socket, own, port, conflictsUdp)
  own.boundPort = true
  hear(tableOf(k, socket), socket, own)
  return 0
}

function autobind(k: Kernel, socket: Socket): void {
  const own = datagramOf(socket)
  if (own.local.port !== 0 || socket.type === SOCK_RAW) return
  takePort(k, tableOf(k, socket), socket, own, 0, conflictsUdp)
  hear(tableOf(k, socket), socket, own)
}

export const connectPacket = (k: Kernel, socket: Socket, bytes: Uint8Array): number =>
  connectDatagram(k, socket, bytes, () => autobind(k, socket))

export function sendPacket(k: Kernel, _task: Task, socket: Socket, { bytes, left, flags, to }: Outgoing): number {
  const own = datagramOf(socket)
  const isRaw = socket.type === SOCK_RAW
  autobind(k, socket)
  if (bytes.length + left > PACKET_MOST - IP_HEADER_BYTES) throw EMSGSIZE
  if (flags & MSG_OOB) throw EOPNOTSUPP
  if (!isRaw) checkEcho(socket, bytes)
  if (to === null && own.remote === null) throw EDESTADDRREQ
  const way = to === null ? (own.remote as Endpoint) : destination(socket, own, to)
  checkWay(k, socket, way.address)
  raiseError(socket)
  if (socket.shutdown & SEND_SHUTDOWN) throw EPIPE
  if (left > 0) return 0
  const packet = bytes.slice()
  if (!isRaw) {
    packet[IDENTIFIER_AT] = own.local.port >> 8
    packet[IDENTIFIER_AT + 1] = own.local.port & 0xff
    withChecksum(packet)
  }
  const from = isAny(own.local.address) ? sourceFor(way.address) : own.local.address
  passPacket(k, socket, packet, from, way.address)
  return bytes.length
}

/** Ping sockets send nothing but echo requests. */
function checkEcho({ protocol }: Socket, bytes: Uint8Array): void {
  const request = protocol === IPPROTO_ICMPV6 ? ECHO[IPPROTO_ICMPV6].request : ECHO[IPPROTO_ICMP].request
  if (bytes.length < HEADER_BYTES || bytes[0] !== request || bytes[1] !== 0) throw EINVAL
}

/** A packet arrives: raw sockets have a copy, an echo request is answered, a reply goes to who asked. */
function passPacket(k: Kernel, socket: Socket, packet: Uint8Array, from: string, to: string): void {
  const { protocol } = socket
  packetSeen(k, protocol, from, to, packet)
  copyToRaw(k, protocol, packet, from, to)
  const echo = protocol === IPPROTO_ICMP ? ECHO[IPPROTO_ICMP] : protocol === IPPROTO_ICMPV6 ? ECHO[IPPROTO_ICMPV6] : null
  if (echo === null || packet.length < HEADER_BYTES || packet[0] !== echo.request || packet[1] !== 0) return
  const reply = packet.slice()
  reply[0] = echo.reply
  withChecksum(reply)
  packetSeen(k, protocol, to, from, reply)
  copyToRaw(k, protocol, reply, to, from)
  const identifier = (reply[IDENTIFIER_AT] << 8) | reply[IDENTIFIER_AT + 1]
  const { datagrams } = k.state.ns.net.inet
  for (const other of k.state.ns.net.sockets) {
    if (other.own.kind !== 'datagram' || other.type === SOCK_RAW || other.protocol !== protocol) continue
    if (datagrams[protocol] === undefined || other.own.local.port !== identifier) continue
    enqueue(k, other, { bytes: reply, from: { address: to, port: 0 }, to: from, port: 0, hops: k.state.sysctl.defaultTtl, service: 0 })
  }
}

function copyToRaw(k: Kernel, protocol: number, packet: Uint8Array, from: string, to: string): void {
  const bytes = isV6(to) ? packet : withHeader(packet, protocol, from, to)
  for (const other of k.state.ns.net.sockets) {
    const { own } = other
    if (own.kind !== 'datagram' || other.type !== SOCK_RAW || other.protocol !== protocol || (other.family === AF_INET6) !== isV6(to))
      continue
    if (!isAny(own.local.address) && own.local.address !== to) continue
    if (own.remote !== null && own.remote.address !== from) continue
    enqueue(k, other, { bytes, from: { address: from, port: 0 }, to, port: 0, hops: k.state.sysctl.defaultTtl, service: 0 })
  }
}

const VERSION_AND_LENGTH = 0x45
const TTL = 64

/** A packet with its IPv4 header, as raw sockets have it. */
function withHeader(packet: Uint8Array, protocol: number, from: string, to: string): Uint8Array {
  const bytes = new Uint8Array(IP_HEADER_BYTES + packet.length)
  bytes[0] = VERSION_AND_LENGTH
  bytes[2] = bytes.length >> 8
  bytes[3] = bytes.length & 0xff
  bytes[8] = TTL
  bytes[9] = protocol
  bytes.set(addressBytes(2, from), 12)
  bytes.set(addressBytes(2, to), 16)
  const sum = checksum(bytes.subarray(0, IP_HEADER_BYTES))
  bytes[10] = sum >> 8
  bytes[11] = sum & 0xff
  bytes.set(packet, IP_HEADER_BYTES)
  return bytes
}
