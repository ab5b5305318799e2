// Counts what the tables of the internet protocols say again, and compares: for tests and debug builds.
import { TCP_STATES } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { connectionKey, tcpOf } from './tcp.ts'

/** Connections are found by their ends, both ends know each other, claims of ports are those of sockets and of what is left of some. */
export function* auditInet(k: Kernel): Iterable<string> {
  const { sockets, inet } = k.state.ns.net
  const claims = new Map<string, number>()
  const claim = (port: number, key: string | null): void => {
    if (key !== null) claims.set(`${port} ${key}`, (claims.get(`${port} ${key}`) ?? 0) + 1)
  }
  for (const socket of sockets) {
    const { own } = socket
    if (own.kind !== 'tcp') continue
    const called = `TCP socket ${socket.serial}`
    claim(own.local.port, own.claim)
    const open = own.tcp !== TCP_STATES.CLOSE && own.tcp !== TCP_STATES.LISTEN
    if (own.remote !== null && open && inet.connections.get(connectionKey(own.local, own.remote)) !== socket)
      yield `${called} is not found by its ends`
    if (!open && (own.peer !== null || own.half !== null)) yield `${called} is connected and closed`
    if (own.peer !== null && tcpOf(own.peer).peer !== socket) yield `${called} has a peer that does not know it`
    if (own.timer !== 0 && !k.state.timers.byId.has(own.timer)) yield `${called} waits for a timer that there is not`
    for (const connection of own.queue) if (!sockets.has(connection)) yield `${called} has a connection that is none`
  }
  for (const socket of sockets) {
    const { own } = socket
    if (own.kind !== 'datagram') continue
    const there = own.queue.reduce((sum, { size }) => sum + size, 0)
    if (there !== socket.receiveMemory) yield `socket ${socket.serial} has ${there} in its queue, counted are ${socket.receiveMemory}`
    if (own.queue.length > own.charged) yield `socket ${socket.serial} has datagrams that are not charged`
  }
  let left = 0
  for (const found of inet.connections.values()) {
    if (found.kind === 'socket') continue
    left++
    claim(found.local.port, found.claim)
    if (!k.state.timers.byId.has(found.timer)) yield `what is left of a connection at port ${found.local.port} stays for ever`
  }
  if (left !== inet.timeWaits) yield `of connections ${left} are left, counted are ${inet.timeWaits}`
  for (const [port, alike] of inet.tcp.ports)
    for (const [key, { count }] of alike) {
      const there = claims.get(`${port} ${key}`) ?? 0
      claims.delete(`${port} ${key}`)
      if (there !== count) yield `port ${port} is claimed ${there} times, counted are ${count}`
    }
  for (const key of claims.keys()) yield `nobody noted the claim of port ${key}`
}
