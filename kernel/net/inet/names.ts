// Names of internet sockets: bind(2), and where a destination leads. What is not of this machine leads out of it, where there is a way.
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EINVAL,
  ENETUNREACH,
  ENOTCONN,
  SOCK_STREAM,
  SOCKADDR_IN6_LEAST,
  SOCKADDR_IN_BYTES,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import type { Endpoint, InetPart, PortTable, Socket } from '../types.ts'
import { ANY4, familyOf, isAny, isV6, kindOf, LOOPBACK4, LOOPBACK6, OWN4, OWN6, read4, read6, sockaddr } from './address.ts'
import { wayOf } from './outside.ts'
import { checkPrivileged, takePort, type PortRule } from './ports.ts'

const SCOPE_AT = 24

/** What bind(2) was given. EINVAL: too short; EAFNOSUPPORT; EADDRNOTAVAIL: of another machine. */
function nameToBind(k: Kernel, socket: Socket, bytes: Uint8Array): Endpoint {
  if (socket.family === AF_INET) {
    if (bytes.length < SOCKADDR_IN_BYTES) throw EINVAL
    const found = read4(bytes)
    const family = familyOf(bytes)
    if (family !== AF_INET && (family !== AF_UNSPEC || found.address !== ANY4)) throw EAFNOSUPPORT
    checkOwn(wayOf(k, found.address))
    return found
  }
  if (bytes.length < SOCKADDR_IN6_LEAST) throw EINVAL
  if (familyOf(bytes) !== AF_INET6) throw EAFNOSUPPORT
  const found = read6(bytes)
  const kind = kindOf(found.address)
  if (isV6(found.address) && kind === 'multicast' && socket.type === SOCK_STREAM) throw EINVAL
  return found
}

const OWN: ReadonlySet<string> = new Set(['any', 'local', 'multicast', 'broadcast'])
const checkOwn = (kind: string): void => {
  if (!OWN.has(kind)) throw EADDRNOTAVAIL
}

/** Checks and sets the address of a socket that has none; answers the port that it wants. Errors in Linux's order. */
export function bindAddress(k: Kernel, task: Task, socket: Socket, own: InetPart, bytes: Uint8Array, unbound: boolean): number {
  const wanted = nameToBind(k, socket, bytes)
  checkPrivileged(k, task, wanted.port)
  if (!unbound || own.local.port !== 0) throw EINVAL
  if (socket.family === AF_INET6) checkName6(k, own, bytes, wanted)
  own.local = { address: wanted.address, port: 0 }
  return wanted.port
}

/** bind(2): the socket has the address and a port, by its protocol's rule. `unbound`: it may have none yet. */
export function bindTo(
  k: Kernel,
  task: Task,
  socket: Socket,
  own: InetPart,
  bytes: Uint8Array,
  { table, unbound, rule }: { table: PortTable; unbound: boolean; rule?: PortRule },
): void {
  const { address } = own.local
  const port = bindAddress(k, task, socket, own, bytes, unbound)
  try {
    takePort(k, table, socket, own, port, rule)
  } catch (error) {
    own.local.address = address
    throw error
  }
  own.boundPort = port !== 0
  own.boundAddress = kindOf(own.local.address) !== 'any'
}

function checkName6(k: Kernel, own: InetPart, bytes: Uint8Array, { address }: Endpoint): void {
  if (!isV6(address) && own.v6only) throw EINVAL
  const kind = wayOf(k, address)
  if (kind === 'link') {
    if (scopeOf(bytes) === 0) throw EINVAL
    throw EADDRNOTAVAIL
  }
  if (kind === 'other' || kind === 'outside') throw EADDRNOTAVAIL
}

const scopeOf = (bytes: Uint8Array): number =>
  bytes.length <= SCOPE_AT ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(SCOPE_AT, true)

/** The destination that a sockaddr names. EINVAL, EAFNOSUPPORT; ENETUNREACH: of IPv4, which the socket refuses. */
export function destination(socket: Socket, own: InetPart, bytes: Uint8Array): Endpoint {
  if (socket.family === AF_INET) {
    if (bytes.length < SOCKADDR_IN_BYTES) throw EINVAL
    if (familyOf(bytes) !== AF_INET) throw EAFNOSUPPORT
    const { address, port } = read4(bytes)
    return { address: address === ANY4 ? LOOPBACK4 : address, port }
  }
  if (bytes.length < SOCKADDR_IN6_LEAST) throw EINVAL
  if (familyOf(bytes) !== AF_INET6) throw EAFNOSUPPORT
  let { address, port } = read6(bytes)
  if (isV6(address) && isAny(address)) address = isV6(own.local.address) ? LOOPBACK6 : LOOPBACK4
  if (kindOf(address) === 'link' && scopeOf(bytes) === 0) throw EINVAL
  if (!isV6(address) && own.v6only) throw ENETUNREACH
  return { address: address === ANY4 ? LOOPBACK4 : address, port }
}

/** The address that what is sent there comes from, where the socket has none of its own. */
export function sourceFor(address: string): string {
  // Elsewhere a way leads only from the machine's own address.
  if (kindOf(address) === 'other') return isV6(address) ? OWN6 : OWN4
  return isV6(address) ? LOOPBACK6 : LOOPBACK4
}

/** From now on it has an address that others can answer to. */
export function settleAddress(own: InetPart, to: string): void {
  if (isAny(own.local.address)) own.local.address = sourceFor(to)
}

/** getsockname(2), getpeername(2). ENOTCONN. */
export function nameOf(socket: Socket, own: InetPart, peer: boolean): Uint8Array {
  const { address, port } = own.local
  if (!peer) return sockaddr(socket.family, { address, port: port === 0 ? own.formerPort : port })
  if (own.remote === null) throw ENOTCONN
  return sockaddr(socket.family, own.remote)
}
