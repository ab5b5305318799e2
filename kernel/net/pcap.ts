// Packets as a file that tcpdump and Wireshark read: pcap with nanoseconds, of IP packets without a link layer (LINKTYPE_RAW). Headers are made
// here, with their checksums; a connection's first numbers follow from its ends.
import {
  AF_INET,
  AF_INET6,
  hashOf,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
  TCP_FLAGS,
} from '../abi/index.ts'
import { subscribe } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import { addressBytes, isV6 } from './inet/address.ts'
import { checksum } from './inet/checksum.ts'
import type { Endpoint, Packet } from './types.ts'

const MAGIC_NANOSECONDS = 0xa1b23c4d
const LINKTYPE_RAW = 101
const SNAP_LENGTH = 262144
const FILE_HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16
const NS = 1e9

const IP4_BYTES = 20
const IP6_BYTES = 40
const UDP_BYTES = 8
const TCP_BYTES = 20
const DONT_FRAGMENT = 0x4000
/** Of a SYN: the largest segment, and that windows are counted in 128 bytes. */
const WINDOW_SHIFT = 7
const SYN_OPTIONS = Uint8Array.of(2, 4, 0, 0, 1, 3, 3, WINDOW_SHIFT)
const [MSS4, MSS6] = [65495, 65475]

function fileHeader(): Uint8Array {
  const bytes = new Uint8Array(FILE_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC_NANOSECONDS, true)
  view.setUint16(4, 2, true)
  view.setUint16(6, 4, true)
  view.setUint32(16, SNAP_LENGTH, true)
  view.setUint32(20, LINKTYPE_RAW, true)
  return bytes
}

/** The first number of who sends: another one for each pair of ends. */
const firstNumber = (from: Endpoint, to: Endpoint): number => hashOf(`${from.address} ${from.port} ${to.address} ${to.port}`)

/** The sum of a payload with what it is sent under (RFC 768, 8200 section 8.1). */
function pseudoSum(packet: Packet, protocol: number, payload: Uint8Array): number {
  const family = isV6(packet.to.address) ? AF_INET6 : AF_INET
  const ends = [addressBytes(family, packet.from.address), addressBytes(family, packet.to.address)]
  const size = ends[0].length
  const all = new Uint8Array(2 * size + 8 + payload.length)
  all.set(ends[0])
  all.set(ends[1], size)
  new DataView(all.buffer).setUint32(2 * size, payload.length)
  all[2 * size + 7] = protocol
  all.set(payload, 2 * size + 8)
  return checksum(all)
}

function tcpPart(packet: Packet): Uint8Array {
  const { from, to, bytes, tcp } = packet
  if (tcp === undefined) return bytes
  const isSyn = (tcp.flags & TCP_FLAGS.SYN) !== 0
  const options = isSyn ? SYN_OPTIONS : new Uint8Array(0)
  const part = new Uint8Array(TCP_BYTES + options.length + bytes.length)
  const view = new DataView(part.buffer)
  const hasAck = (tcp.flags & TCP_FLAGS.ACK) !== 0
  view.setUint16(0, from.port)
  view.setUint16(2, to.port)
  // What refuses a SYN has no number of its own.
  view.setUint32(4, tcp.flags & TCP_FLAGS.RST && tcp.seq === 0 ? 0 : firstNumber(from, to) + tcp.seq)
  view.setUint32(8, hasAck ? firstNumber(to, from) + tcp.ack : 0)
  part[12] = ((TCP_BYTES + options.length) / 4) << 4
  part[13] = tcp.flags
  view.setUint16(14, Math.min(0xffff, isSyn ? tcp.window : tcp.window >>> WINDOW_SHIFT))
  part.set(options, TCP_BYTES)
  if (isSyn) view.setUint16(TCP_BYTES + 2, isV6(to.address) ? MSS6 : MSS4)
  part.set(bytes, TCP_BYTES + options.length)
  view.setUint16(16, pseudoSum(packet, IPPROTO_TCP, part))
  return part
}

function udpPart(packet: Packet): Uint8Array {
  const { from, to, bytes } = packet
  const part = new Uint8Array(UDP_BYTES + bytes.length)
  const view = new DataView(part.buffer)
  view.setUint16(0, from.port)
  view.setUint16(2, to.port)
  view.setUint16(4, part.length)
  part.set(bytes, UDP_BYTES)
  // 0 would say that there is none.
  view.setUint16(6, pseudoSum(packet, packet.protocol, part) || 0xffff)
  return part
}

function ipPacket({ from, to, hops, service }: Packet, protocol: number, part: Uint8Array): Uint8Array {
  const v6 = isV6(to.address)
  const header = v6 ? IP6_BYTES : IP4_BYTES
  const bytes = new Uint8Array(header + part.length)
  const view = new DataView(bytes.buffer)
  if (v6) {
    view.setUint32(0, 0x60000000 + service * 2 ** 20)
    view.setUint16(4, part.length)
    bytes[6] = protocol
    bytes[7] = hops
    bytes.set(addressBytes(AF_INET6, from.address), 8)
    bytes.set(addressBytes(AF_INET6, to.address), 24)
  } else {
    bytes[0] = 0x45
    bytes[1] = service
    view.setUint16(2, bytes.length)
    view.setUint16(6, DONT_FRAGMENT)
    bytes[8] = hops
    bytes[9] = protocol
    bytes.set(addressBytes(AF_INET, from.address), 12)
    bytes.set(addressBytes(AF_INET, to.address), 16)
    view.setUint16(10, checksum(bytes.subarray(0, IP4_BYTES)))
  }
  bytes.set(part, header)
  return bytes
}

const UNREACHABLE_BYTES = 8
/** So much of what was not heard comes back (RFC 1812, 4443). */
const QUOTED = { four: 548, six: 1232 } as const

/** Port unreachable, about a packet. */
function unreachable(packet: Packet, about: Uint8Array): Uint8Array {
  const v6 = isV6(packet.to.address)
  const back: Packet = { ...packet, from: packet.to, to: packet.from, service: 0 }
  const part = new Uint8Array(UNREACHABLE_BYTES + Math.min(about.length, v6 ? QUOTED.six : QUOTED.four))
  part.set(v6 ? [1, 4] : [3, 3])
  part.set(about.subarray(0, part.length - UNREACHABLE_BYTES), UNREACHABLE_BYTES)
  const protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP
  new DataView(part.buffer).setUint16(2, v6 ? pseudoSum(back, protocol, part) : checksum(part))
  return ipPacket(back, protocol, part)
}

/** Of UDP-Lite the sum covers all. */
const DATAGRAMS: ReadonlySet<number> = new Set([IPPROTO_UDP, IPPROTO_UDPLITE])

/** The packets that an event stands for: itself, and an error that comes back. */
function packetsOf(packet: Packet): Uint8Array[] {
  const { protocol } = packet
  const part = protocol === IPPROTO_TCP ? tcpPart(packet) : DATAGRAMS.has(protocol) ? udpPart(packet) : packet.bytes
  const whole = ipPacket(packet, protocol, part)
  return packet.refused === true ? [whole, unreachable(packet, whole)] : [whole]
}

function recordOf({ state }: Kernel, packet: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + packet.length)
  const view = new DataView(bytes.buffer)
  const time = state.bootEpoch.nsec + Math.floor(state.time)
  view.setUint32(0, state.bootEpoch.sec + Math.floor(time / NS), true)
  view.setUint32(4, time % NS, true)
  view.setUint32(8, packet.length, true)
  view.setUint32(12, packet.length, true)
  bytes.set(packet, RECORD_HEADER_BYTES)
  return bytes
}

/** Writes a capture of the machine's network from now on. Answers how to stop. */
export function capturePackets(k: Kernel, write: (bytes: Uint8Array) => void): () => void {
  write(fileHeader())
  return subscribe(k, ['packet'], event => {
    if (event.kind === 'packet') for (const packet of packetsOf(event.packet)) write(recordOf(k, packet))
  })
}
