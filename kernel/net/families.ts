// The families of sockets: a row for each, which says who serves a type and protocol. Another family is another row.
import { AF_INET, AF_NETLINK, AF_PACKET, AF_UNIX, EAFNOSUPPORT, EINVAL, FAMILY_LIMIT, SOCK_MAX, SOCK_PACKET } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { internetFamilies } from './inet/family.ts'
import { newSocket } from './socket.ts'
import type { Family, Socket, SocketOps } from './types.ts'
import { netlinkFamily } from './netlink/family.ts'
import { unixFamily } from './unix/family.ts'

const FAMILY: Readonly<Record<number, Family>> = {
  [AF_UNIX]: unixFamily,
  [AF_NETLINK]: netlinkFamily,
  ...Object.fromEntries(internetFamilies.map(row => [row.family, row])),
}

export const allFamilies = (): Family[] => Object.values(FAMILY)

/** What a socket's family and type does. */
export function socketOps({ family, type, protocol }: Socket): SocketOps {
  const row = FAMILY[family]
  if (row === undefined) throw new Error(`a socket of family ${family}, which nobody serves`)
  return row.ops(type, protocol)
}

/** socket(2), without the file: errors in Linux's order (__sock_create). */
export function createSocket(k: Kernel, task: Task, family: number, type: number, protocol: number): Socket {
  if (family < 0 || family >= FAMILY_LIMIT) throw EAFNOSUPPORT
  if (type < 0 || type >= SOCK_MAX) throw EINVAL
  const asked = family === AF_INET && type === SOCK_PACKET ? AF_PACKET : family
  const row = FAMILY[asked]
  if (row === undefined) throw EAFNOSUPPORT
  const found = row.find(task, type, protocol, k)
  const ops = row.ops(found.type, found.protocol)
  return newSocket(k, task, { family: asked, ...found, ...ops.create(k, task, found.protocol) })
}
