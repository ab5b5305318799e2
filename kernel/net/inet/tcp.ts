// What a TCP socket is, and its counts. Both ends are in this machine: what one sends lies in the other's ring at once, acknowledged as far
// as its window reaches.
import { TCP_STATES } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Endpoint, Socket, TcpSocket } from '../types.ts'
import { anyOf, isV6 } from './address.ts'

export const newTcp = (k: Kernel, family: number): TcpSocket => ({
  kind: 'tcp',
  ring: new Uint8Array(0),
  head: 0,
  used: 0,
  local: { address: anyOf(family), port: 0 },
  remote: null,
  formerPort: 0,
  v6only: k.state.sysctl.bindV6only !== 0,
  boundAddress: false,
  boundPort: false,
  claim: null,
  outside: 0,
  values: {},
  tcp: TCP_STATES.CLOSE,
  peer: null,
  half: null,
  finSent: false,
  finTaken: false,
  ended: false,
  held: 0,
  sent: 0,
  read: 0,
  urgent: null,
  queue: [],
  listener: null,
  deferred: false,
  tries: 0,
  timer: 0,
  lastSent: 0,
  lastReceived: 0,
  congestion: 'cubic',
  told: 0,
  endTold: false,
})

/** The TCP part of a socket that is one. */
export function tcpOf({ own, family }: Socket): TcpSocket {
  if (own.kind !== 'tcp') throw new Error(`a TCP operation on a socket of family ${family}`)
  return own
}

/** Of SO_RCVBUF half is for what Linux needs besides the bytes (tcp_win_from_space). */
export const windowOf = ({ options }: Socket): number => options.receiveBuffer >> 1

/** Bytes that came, and lie within the window. */
export const arrivedOf = (socket: Socket): number => {
  const { used, held } = tcpOf(socket)
  return Math.min(used - held, windowOf(socket))
}

/** Bytes that it sent and that are not there: the other end's window has no room for them yet, or they wait for more. */
export function unsentOf(socket: Socket): number {
  const { peer } = tcpOf(socket)
  return peer === null ? 0 : Math.max(0, tcpOf(peer).used - arrivedOf(peer))
}

/** A third of the buffer is free (sk_stream_is_writeable). */
export function isWritable(socket: Socket): boolean {
  const unsent = unsentOf(socket)
  return socket.options.sendBuffer - unsent >= unsent >> 1
}

export const connectionKey = (local: Endpoint, remote: Endpoint): string =>
  `${local.address} ${local.port} ${remote.address} ${remote.port}`

/** The largest segment: lo's MTU without headers and timestamps; 536 where there is no connection. */
export const segmentOf = ({ remote }: TcpSocket): number => (remote === null ? 536 : isV6(remote.address) ? 65464 - 1 : 65483)

const CONNECTED_BUFFER = 2626560
/** A connection's buffer for what it sends grows to that of ten segments, twice (tcp_sndbuf_expand), unless its size was set. */
export function growSendBuffer(k: Kernel, socket: Socket): void {
  const { options } = socket
  if (options.bufferLocks & 1) return
  options.sendBuffer = Math.max(options.sendBuffer, Math.min(CONNECTED_BUFFER, k.state.sysctl.tcpWmem[2]))
}
