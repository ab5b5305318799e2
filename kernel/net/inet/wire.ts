// What would be on the wire: sockets of one machine hand over bytes, but whoever captures packets sees the segments and datagrams that Linux
// would send for it. Numbers of bytes are counted from the SYN, which is 0.
import { IPPROTO_TCP, TCP_FLAGS } from '../../abi/index.ts'
import { emit } from '../../events.ts'
import type { Kernel } from '../../kernel.ts'
import type { Endpoint, Packet, Socket } from '../types.ts'
import { arrivedOf, segmentOf, tcpOf, unsentOf, windowOf } from './tcp.ts'

const { FIN, SYN, RST, PSH, ACK } = TCP_FLAGS
const NOTHING = new Uint8Array(0)

const isSeen = ({ events }: Kernel): boolean => events.packet !== undefined
const tell = (k: Kernel, packet: Packet): void => emit(k, { kind: 'packet', packet })

/** The next byte that it sends, and the next that it waits for. */
const nextOf = (socket: Socket): number => {
  const { sent, finTaken } = tcpOf(socket)
  return 1 + sent - unsentOf(socket) + Number(finTaken)
}
const awaitedBy = (socket: Socket): number => {
  const { read, ended } = tcpOf(socket)
  return 1 + read + arrivedOf(socket) + Number(ended)
}
const roomOf = (socket: Socket): number => Math.max(0, windowOf(socket) - tcpOf(socket).used)

/** A segment from a socket, or (`back`) one that answers it: everything of the other end's that is on its way has arrived here. */
function segment(k: Kernel, socket: Socket, back: boolean, flags: number, seq: number, ack: number, bytes: Uint8Array = NOTHING): void {
  const { local, remote, peer } = tcpOf(socket)
  if (remote === null) return
  const [from, to] = back ? [remote, local] : [local, remote]
  const sender = back ? peer : socket
  tell(k, {
    protocol: IPPROTO_TCP,
    from,
    to,
    bytes,
    hops: k.state.sysctl.defaultTtl,
    service: 0,
    tcp: { flags, seq, ack, window: sender === null ? 0 : roomOf(sender) },
  })
}

export function synSeen(k: Kernel, socket: Socket): void {
  if (isSeen(k)) segment(k, socket, false, SYN, 0, 0)
}

/** The SYN was taken. */
export function openSeen(k: Kernel, socket: Socket): void {
  if (!isSeen(k)) return
  segment(k, socket, true, SYN | ACK, 0, 1)
  segment(k, socket, false, ACK, 1, 1)
}

/** Nobody listens where it wants to go. */
export function refusalSeen(k: Kernel, socket: Socket): void {
  if (isSeen(k)) segment(k, socket, true, RST | ACK, 0, 1)
}

/** The last of `bytes`, so many, have come to the other end just now. */
export function bytesSeen(k: Kernel, socket: Socket, bytes: Uint8Array): void {
  if (!isSeen(k) || bytes.length === 0) return
  const most = segmentOf(tcpOf(socket))
  const ack = awaitedBy(socket)
  const first = nextOf(socket) - bytes.length
  for (let at = 0; at < bytes.length; at += most) {
    const part = bytes.subarray(at, at + most)
    segment(k, socket, false, at + most < bytes.length ? ACK : ACK | PSH, first + at, ack, part)
  }
  segment(k, socket, true, ACK, ack, nextOf(socket))
}

export function finSeen(k: Kernel, socket: Socket): void {
  if (!isSeen(k)) return
  const [next, awaited] = [nextOf(socket), awaitedBy(socket)]
  segment(k, socket, false, FIN | ACK, next, awaited)
  segment(k, socket, true, ACK, awaited, next + 1)
}

/** `bytes`: what was sent and is answered by the reset; null: it resets by itself. */
export function resetSeen(k: Kernel, socket: Socket, bytes: Uint8Array | null = null): void {
  if (!isSeen(k)) return
  const next = nextOf(socket)
  if (bytes === null) return segment(k, socket, false, RST | ACK, next, awaitedBy(socket))
  segment(k, socket, false, ACK | PSH, next - bytes.length, awaitedBy(socket), bytes.subarray(0, segmentOf(tcpOf(socket))))
  segment(k, socket, true, RST, awaitedBy(socket), 0)
}

/** The other end resets it. */
export function resetBackSeen(k: Kernel, socket: Socket): void {
  if (isSeen(k)) segment(k, socket, true, RST | ACK, awaitedBy(socket), nextOf(socket))
}

/** `refused`: nobody hears it, and an error comes back. */
export function datagramSeen(
  k: Kernel,
  protocol: number,
  from: Endpoint,
  to: Endpoint,
  bytes: Uint8Array,
  refused = false,
  hops = k.state.sysctl.defaultTtl,
  service = 0,
): void {
  if (isSeen(k)) tell(k, { protocol, from, to, bytes, hops, service, refused })
}

/** A packet of another protocol, without its IP header. */
export function packetSeen(k: Kernel, protocol: number, from: string, to: string, bytes: Uint8Array): void {
  if (isSeen(k))
    tell(k, {
      protocol,
      from: { address: from, port: 0 },
      to: { address: to, port: 0 },
      bytes,
      hops: k.state.sysctl.defaultTtl,
      service: 0,
    })
}
