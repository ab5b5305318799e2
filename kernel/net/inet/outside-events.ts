// What comes from the host over the way out. Whoever made the recording that it comes from: what does not fit is left out.
import {
  AF_INET,
  ECONNREFUSED,
  ECONNRESET,
  ENOBUFS,
  errnoByName,
  IPPROTO_UDP,
  isErrno,
  SOCK_DGRAM,
  TCP_STATES,
  type Errno,
} from '../../abi/index.ts'
import { NETWORK_WINDOW, type NetworkEvent } from '../../host.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem, KMEM } from '../../mm/index.ts'
import { forgetSocket, newSocket } from '../socket.ts'
import type { Socket } from '../types.ts'
import { isV6, LOOPBACK4, LOOPBACK6 } from './address.ts'
import { datagramOf, enqueue, errorFor, newDatagramSocket, tableOf } from './datagram.ts'
import { abort, finish, resetBy, shutDownSending } from './ending.ts'
import { beginConnection, established } from './opening.ts'
import { sourceFor } from './names.ts'
import { dropEnd, hasRoom, newEnd, tell, forward } from './outside.ts'
import { conflictsUdp, hear, heardBy, hearNoMore, receiverOf, releasePort, takePort } from './ports.ts'
import { consumeTcp, pass } from './stream.ts'
import { tcpOf, unsentOf } from './tcp.ts'
import { datagramSeen, openSeen, refusalSeen, resetBackSeen } from './wire.ts'

const S = TCP_STATES

type Handler<W extends NetworkEvent['what']> = (k: Kernel, event: Extract<NetworkEvent, { what: W }>) => void

/** The end of that number that stands for the host. */
function endOf(k: Kernel, id: number): Socket | null {
  const found = k.state.ns.net.outside.ends.get(id)
  return found?.own.kind === 'tcp' ? found : null
}

function arrive(k: Kernel, id: number, port: number): void {
  if (id >= 0 || k.state.ns.net.outside.ends.has(id)) return
  const hears = (address: string): boolean => heardBy(k.state.ns.net.inet.tcp, { address, port }).length > 0
  const address = !hears(LOOPBACK4) && hears(LOOPBACK6) ? LOOPBACK6 : LOOPBACK4
  let end: Socket | null = null
  try {
    end = newEnd(k, id, { address: address === LOOPBACK6 ? LOOPBACK6 : LOOPBACK4, port: 0 })
    beginConnection(k, end, { address, port })
  } catch (error) {
    if (!isErrno(error)) throw error
    tell(k, { what: 'reset', id })
    if (end !== null && !end.dead) dropEnd(k, end)
  }
}

/** The host has connected: both ends stand. */
function connected(k: Kernel, id: number): void {
  const end = endOf(k, id)
  if (end === null) return
  const own = tcpOf(end)
  if (own.tcp !== S.SYN_RECV || own.peer === null) return
  openSeen(k, own.peer)
  established(k, end)
  established(k, own.peer)
}

function bytesCame(k: Kernel, id: number, bytes: Uint8Array): void {
  const end = endOf(k, id)
  if (end === null || bytes.length === 0) return
  const own = tcpOf(end)
  if (own.tcp !== S.ESTABLISHED && own.tcp !== S.CLOSE_WAIT) return
  try {
    // More than was asked for.
    if (own.finSent || bytes.length + unsentOf(end) > 2 * NETWORK_WINDOW) throw ENOBUFS
    pass(k, end, bytes)
  } catch (error) {
    if (!isErrno(error)) throw error
    abort(k, end)
  }
}

function took(k: Kernel, id: number, count: number): void {
  const end = endOf(k, id)
  if (end === null) return
  const own = tcpOf(end)
  const taken = Math.min(count, own.told)
  if (taken <= 0) return
  own.told -= taken
  consumeTcp(k, end, taken)
  if (own.tcp !== S.CLOSE) forward(k, end)
}

function ended(k: Kernel, id: number): void {
  const end = endOf(k, id)
  if (end !== null && !tcpOf(end).finSent) shutDownSending(k, end)
}

function closed(k: Kernel, id: number, name: string): void {
  const errno: Errno = errnoByName(name) ?? ECONNRESET
  const found = k.state.ns.net.outside.ends.get(id)
  if (found === undefined) return
  if (found.own.kind === 'datagram') {
    // Of a socket of the guest's: an error of what it sent. A flow of the host's is over.
    if (id > 0) errorFor(k, found, errno.code, new Uint8Array(0), found.own.remote ?? found.own.local, false)
    else endFlow(k, found)
    return
  }
  const own = tcpOf(found)
  const { peer, half } = own
  const wasConnecting = own.tcp === S.SYN_RECV
  // Nothing is to be told of it.
  own.endTold = own.finSent = true
  if (peer === null || half !== null) {
    abort(k, found)
    return
  }
  if (!wasConnecting) resetBackSeen(k, peer)
  else if (errno === ECONNREFUSED) refusalSeen(k, peer)
  tcpOf(peer).peer = null
  own.peer = null
  dropEnd(k, found)
  if (!wasConnecting && errno === ECONNRESET) return resetBy(k, peer)
  peer.error = errno.code
  finish(k, peer)
}

// ---- datagrams

function datagramCame(k: Kernel, { id, address, port, bytes }: Extract<NetworkEvent, { what: 'datagram' }>): void {
  const socket = k.state.ns.net.outside.ends.get(id)
  if (id < 0) {
    // More of a flow: from its end to the port that it leads to.
    if (socket?.own.kind === 'datagram' && socket.own.remote !== null) passFlow(k, socket, bytes)
    return
  }
  if (socket?.own.kind !== 'datagram') return
  const { remote, local } = socket.own
  if (address === '' || (isV6(address) && socket.family === AF_INET)) return
  if (remote !== null && (remote.address !== address || remote.port !== port)) return
  const received = enqueue(k, socket, {
    bytes,
    from: { address, port },
    to: local.address,
    port: local.port,
    hops: k.state.sysctl.defaultTtl,
    service: 0,
  })
  datagramSeen(k, IPPROTO_UDP, { address, port }, { address: sourceFor(address), port: local.port }, bytes)
  if (received) k.state.ns.net.inet.counts.received++
}

/** Who sends to a published port for the first time has a port of the loopback device, by which it is answered. */
function flow(k: Kernel, { id, port, bytes }: Extract<NetworkEvent, { what: 'flow' }>): void {
  const { ends } = k.state.ns.net.outside
  if (id >= 0 || ends.has(id) || port === 0) return
  try {
    if (!hasRoom(k)) throw ENOBUFS
    chargeKmem(k, KMEM.socket, ENOBUFS)
  } catch (error) {
    if (!isErrno(error)) throw error
    tell(k, { what: 'close', id })
    return
  }
  const socket = newSocket(k, null, { family: AF_INET, type: SOCK_DGRAM, protocol: IPPROTO_UDP, own: newDatagramSocket(k, AF_INET) })
  const own = datagramOf(socket)
  own.local.address = LOOPBACK4
  own.outside = id
  ends.set(id, socket)
  try {
    takePort(k, tableOf(k, socket), socket, own, 0, conflictsUdp)
  } catch (error) {
    if (!isErrno(error)) throw error
    tell(k, { what: 'close', id })
    endFlow(k, socket)
    return
  }
  own.remote = { address: LOOPBACK4, port }
  hear(tableOf(k, socket), socket, own)
  passFlow(k, socket, bytes)
}

function passFlow(k: Kernel, socket: Socket, bytes: Uint8Array): void {
  const own = datagramOf(socket)
  const to = own.remote
  if (to === null) return
  const receiver = receiverOf(tableOf(k, socket), to, own.local)
  datagramSeen(k, IPPROTO_UDP, own.local, to, bytes, receiver === null)
  if (receiver === null) k.state.ns.net.inet.counts.noPorts++
  else if (receiver.own.kind === 'datagram' && receiver.own.outside >= 0) {
    const came = { bytes, from: { ...own.local }, to: to.address, port: to.port, hops: k.state.sysctl.defaultTtl, service: 0 }
    if (enqueue(k, receiver, came)) k.state.ns.net.inet.counts.received++
  }
}

function endFlow(k: Kernel, socket: Socket): void {
  const own = datagramOf(socket)
  const table = tableOf(k, socket)
  k.state.ns.net.outside.ends.delete(own.outside)
  hearNoMore(table, socket, own)
  releasePort(table, own)
  forgetSocket(k, socket)
}

// ---- all

const HANDLERS: { [W in NetworkEvent['what']]: Handler<W> } = {
  arrive: (k, { id, port }) => arrive(k, id, port),
  connected: (k, { id }) => connected(k, id),
  bytes: (k, { id, bytes }) => bytesCame(k, id, bytes),
  took: (k, { id, count }) => took(k, id, count),
  ended: (k, { id }) => ended(k, id),
  closed: (k, { id, error }) => closed(k, id, error),
  datagram: datagramCame,
  flow,
  lost(k) {
    // Whoever connects is refused nothing: its connection was lost.
    for (const [id, { own }] of [...k.state.ns.net.outside.ends])
      if (own.kind === 'tcp' || id < 0) closed(k, id, own.kind === 'tcp' && own.tcp === S.SYN_RECV ? ECONNREFUSED.name : ECONNRESET.name)
  },
}

/** Does what came. */
export function networkEvent(k: Kernel, event: NetworkEvent): void {
  const handle = HANDLERS[event.what] as (k: Kernel, event: NetworkEvent) => void
  handle(k, event)
}
