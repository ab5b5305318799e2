// Ports: who may bind which (bind(2), net/ipv4/inet_connection_sock.c), who hears what comes to one, and which are given to who names none.
import { CAP_NET_BIND_SERVICE, EACCES, EADDRINUSE, EADDRNOTAVAIL, SO } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { capable } from '../../task/index.ts'
import { isOn } from '../socket.ts'
import type { Endpoint, InetPart, PortClaim, PortTable, Socket } from '../types.ts'
import { ANY4, ANY6, isV6 } from './address.ts'

/** Would both be meant by some destination? */
function overlap(one: { address: string; v6only: boolean }, other: { address: string; v6only: boolean }): boolean {
  if (one.address === other.address) return true
  if (one.address === ANY6) return isV6(other.address) || !one.v6only
  if (other.address === ANY6) return isV6(one.address) || !other.v6only
  return !isV6(one.address) && !isV6(other.address) && (one.address === ANY4 || other.address === ANY4)
}

const claimOf = (socket: Socket, { local, v6only }: InetPart, kind: PortClaim['kind']): PortClaim => ({
  address: local.address,
  v6only,
  reuse: isOn(socket, SO.SO_REUSEADDR),
  reusePort: isOn(socket, SO.SO_REUSEPORT),
  user: socket.user,
  kind,
  count: 0,
})

const keyOf = ({ address, v6only, reuse, reusePort, user, kind }: PortClaim): string =>
  `${address} ${Number(v6only)}${Number(reuse)}${Number(reusePort)} ${user} ${kind}`

/** inet_bind_conflict: may they not have one port? `strict`: the kernel chooses it, so nothing is shared. */
function conflicts(want: PortClaim, has: PortClaim, strict: boolean): boolean {
  if (!overlap(want, has)) return false
  const together = want.reusePort && has.reusePort && (has.kind === 'timeWait' || want.user === has.user)
  if (want.reuse && has.reuse && has.kind !== 'listen') return strict && !together
  return strict || !together
}

/** Datagrams (udp_lib_lport_inuse): SO_REUSEADDR on both is enough, whoever hears. */
export function conflictsUdp(want: PortClaim, has: PortClaim): boolean {
  if (!overlap(want, has) || (want.reuse && has.reuse)) return false
  return !(want.reusePort && has.reusePort && want.user === has.user)
}

/** May two claims not have one port? `strict`: the kernel chooses it. */
export type PortRule = (want: PortClaim, has: PortClaim, strict: boolean) => boolean

function isFree(table: PortTable, port: number, want: PortClaim, strict: boolean, rule: PortRule, except: string | null = null): boolean {
  for (const [key, has] of table.ports.get(port) ?? []) {
    if (key === except && has.count === 1) continue
    if (rule(want, has, strict)) return false
  }
  return true
}

/** Notes that the socket has its port, as what it is now. */
export function claimPort(table: PortTable, socket: Socket, own: InetPart, kind: PortClaim['kind'] = 'other'): void {
  releasePort(table, own)
  const claim = claimOf(socket, own, kind)
  own.claim = keyOf(claim)
  addClaim(table, own.local.port, own.claim, claim)
}

function addClaim(table: PortTable, port: number, key: string, claim: PortClaim): void {
  let claims = table.ports.get(port)
  if (claims === undefined) table.ports.set(port, (claims = new Map()))
  const alike = claims.get(key)
  if (alike === undefined) claims.set(key, { ...claim, count: 1 })
  else alike.count++
}

/** What is left of a connection keeps its port, as it had it. Answers the key of its claim. */
export function claimTimeWait(table: PortTable, socket: Socket, own: InetPart): string {
  const claim = claimOf(socket, own, 'timeWait')
  const key = keyOf(claim)
  addClaim(table, own.local.port, key, claim)
  return key
}

export function releasePort(table: PortTable, own: { local: Endpoint; claim: string | null }): void {
  const { claim, local } = own
  if (claim === null) return
  own.claim = null
  const claims = table.ports.get(local.port)
  const alike = claims?.get(claim)
  if (claims === undefined || alike === undefined) return
  alike.count--
  if (alike.count > 0) return
  claims.delete(claim)
  if (claims.size === 0) table.ports.delete(local.port)
}

/** EACCES: the port is for who has CAP_NET_BIND_SERVICE. */
export function checkPrivileged(k: Kernel, { credentials }: Task, port: number): void {
  if (port !== 0 && port < k.state.sysctl.unprivilegedPorts && !capable(credentials, CAP_NET_BIND_SERVICE)) throw EACCES
}

/** The socket, whose address is set, takes a port: the one that is meant, or (0) one that is free. EADDRINUSE. */
export function takePort(k: Kernel, table: PortTable, socket: Socket, own: InetPart, port: number, rule: PortRule = conflicts): void {
  const claim = claimOf(socket, own, 'other')
  if (port === 0) own.local.port = choosePort(k, table, 1, at => isFree(table, at, claim, true, rule))
  else {
    if (!isFree(table, port, claim, false, rule)) throw EADDRINUSE
    own.local.port = port
  }
  if (own.local.port === 0) throw EADDRINUSE
  claimPort(table, socket, own)
}

/** A bound socket is about to listen, which others that share its port may forbid. EADDRINUSE. */
export function checkListen(table: PortTable, socket: Socket, own: InetPart): void {
  if (!isFree(table, own.local.port, claimOf(socket, own, 'listen'), false, conflicts, own.claim)) throw EADDRINUSE
}

/** For who connects: any port that no connection to there has (`free`). EADDRNOTAVAIL. */
export function takeForConnection(k: Kernel, table: PortTable, socket: Socket, own: InetPart, free: (port: number) => boolean): void {
  const port = choosePort(k, table, 0, at => {
    // Ports that somebody bound are left to them, but others' connections do not matter.
    for (const { kind, reuse, reusePort } of table.ports.get(at)?.values() ?? [])
      if (kind === 'listen' || (kind === 'other' && (reuse || reusePort))) return false
    return free(at)
  })
  if (port === 0) throw EADDRNOTAVAIL
  own.local.port = port
  claimPort(table, socket, own)
}

/**
 * A port in ip_local_port_range that does, or 0. Who connects gets even ones first, who binds odd ones (of a range that begins with an even
 * one): so each finds one soon.
 */
function choosePort(k: Kernel, table: PortTable, parity: number, does: (port: number) => boolean): number {
  const [low, high] = k.state.sysctl.localPorts
  const size = high - low + 1
  const half = size >> 1
  for (let turn = 0; turn < 2; turn++) {
    const odd = parity ^ turn
    for (let tries = 0; tries < half + 1; tries++) {
      table.next = (table.next + 1) % (half + 1)
      const port = low + 2 * table.next + odd
      if (port <= high && does(port)) return port
    }
  }
  return 0
}

// ---- who hears

const place = (port: number, address: string): string => `${port}:${address}`

export function hear(table: PortTable, socket: Socket, { local }: InetPart): void {
  const key = place(local.port, local.address)
  const there = table.bound.get(key)
  if (there === undefined) table.bound.set(key, [socket])
  else there.push(socket)
}

export function hearNoMore(table: PortTable, socket: Socket, { local }: InetPart): void {
  const key = place(local.port, local.address)
  const there = table.bound.get(key)
  const at = there?.indexOf(socket) ?? -1
  if (there === undefined || at < 0) return
  there.splice(at, 1)
  if (there.length === 0) table.bound.delete(key)
}

const v6onlyOf = ({ own }: Socket): boolean => 'v6only' in own && own.v6only

/** Who hears what comes to an address and port: of that address, else of all; IPv4 reaches AF_INET6 sockets too that do not refuse it. */
export function heardBy(table: PortTable, { address, port }: Endpoint): readonly Socket[] {
  const exact = table.bound.get(place(port, address))
  if (exact !== undefined) return exact
  if (isV6(address)) return table.bound.get(place(port, ANY6)) ?? []
  const four = table.bound.get(place(port, ANY4))
  if (four !== undefined) return four
  return (table.bound.get(place(port, ANY6)) ?? []).filter(socket => !v6onlyOf(socket))
}

/**
 * Of several that hear a datagram: who is connected to its sender, else the last one; those that share a port (SO_REUSEPORT) by the port that
 * sends. One that is connected to somebody else hears nothing of it.
 */
function bestOf(there: readonly Socket[] | undefined, from: Endpoint, v4ToV6: boolean): Socket | null {
  let best: Socket | null = null
  let bestConnected = false
  const alike: Socket[] = []
  for (const socket of there ?? []) {
    const { remote, v6only } = socket.own as InetPart
    if (v4ToV6 && v6only) continue
    const connected = remote !== null
    if (connected && (remote.address !== from.address || remote.port !== from.port)) continue
    if (bestConnected && !connected) continue
    if (isOn(socket, SO.SO_REUSEPORT) && !connected) alike.push(socket)
    best = socket
    bestConnected = connected
  }
  return !bestConnected && alike.length > 1 ? alike[from.port % alike.length] : best
}

/** Who hears a datagram; null: nobody. */
export function receiverOf(table: PortTable, { address, port }: Endpoint, from: Endpoint): Socket | null {
  const at = (where: string, v4ToV6 = false): Socket | null => bestOf(table.bound.get(place(port, where)), from, v4ToV6)
  const exact = at(address)
  if (exact !== null) return exact
  return isV6(address) ? at(ANY6) : (at(ANY4) ?? at(ANY6, true))
}
