// Options of SOL_IP and SOL_IPV6 (ip(7), ipv6(7)): most are kept for who asks again, for there is nothing outside that they could reach.
import {
  AF_INET6,
  CAP_NET_ADMIN,
  CAP_NET_RAW,
  EADDRINUSE,
  EADDRNOTAVAIL,
  ENOBUFS,
  EPROTO,
  EINVAL,
  ENODEV,
  ENOTCONN,
  EPERM,
  IP,
  IPV6,
  SOCK_STREAM,
  SOCKET_LEVELS,
} from '../../abi/index.ts'
import { ENOPROTOOPT } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { capable } from '../../task/index.ts'
import type { InetPart, Socket, SocketOption } from '../types.ts'
import { addressText, isV6 } from './address.ts'

/** The internet part of a socket that has one. */
export function inetOf({ own, family }: Socket): InetPart {
  if (!('claim' in own)) throw new Error(`an internet operation on a socket of family ${family}`)
  return own
}

const { SOL_IP, SOL_IPV6 } = SOCKET_LEVELS
const BYTE = 255

type Value = { int: number; bytes: Uint8Array }
/** Options of IP may be of one byte. */
const numberIn = ({ int, bytes }: Value): number => (bytes.length < 4 ? (bytes[0] ?? 0) : int)

export const ipValue = (socket: Socket, level: number, name: number, first = 0): number =>
  inetOf(socket).values[`${level}:${name}`] ?? first

type First = number | ((k: Kernel, socket: Socket) => number)

/** A number within bounds; `reset`: what -1 means is the first one again. */
function kept(level: number, name: number, first: First, min: number, max: number, reset = false): SocketOption {
  return {
    level,
    name,
    least: level === SOL_IP ? 1 : 4,
    most: 4,
    get: (k, _task, socket) => ipValue(socket, level, name, typeof first === 'number' ? first : first(k, socket)),
    set(_k, _task, socket, value) {
      const number = numberIn(value)
      const { values } = inetOf(socket)
      if (reset && number === -1) delete values[`${level}:${name}`]
      else if (number < min || number > max) throw EINVAL
      else values[`${level}:${name}`] = number
    },
  }
}
const flag = (level: number, name: number, first = 0): SocketOption => ({
  ...kept(level, name, first, 0, 0),
  set(_k, _task, socket, value) {
    inetOf(socket).values[`${level}:${name}`] = numberIn(value) === 0 ? 0 : 1
  },
})
/** On for who has one of the capabilities alone. */
const guarded = (row: SocketOption, ...capabilities: number[]): SocketOption => ({
  ...row,
  set(k, task: Task, socket, value) {
    if (numberIn(value) !== 0 && !capabilities.some(one => capable(task.credentials, one))) throw EPERM
    row.set?.(k, task, socket, value)
  },
})

const MTU = 65535
const mtu = (level: number, name: number, v6: boolean): SocketOption => ({
  level,
  name,
  get(_k, _task, socket) {
    const { remote } = inetOf(socket)
    if (remote === null || (v6 && !isV6(remote.address))) throw ENOTCONN
    return MTU
  },
})

const INDEX_AT = { mreqn: 8, mreq6: 16 } as const

/** Groups are joined on the loopback device, which is the only one: it must be named. */
function groupOf(level: number, value: Uint8Array): string {
  const at = level === SOL_IP ? INDEX_AT.mreqn : INDEX_AT.mreq6
  const isGroup = level === SOL_IP ? value[0] >= 224 && value[0] <= 239 : value[0] === BYTE
  if (!isGroup) throw EINVAL
  const index = value.length >= at + 4 ? new DataView(value.buffer, value.byteOffset).getInt32(at, true) : 0
  if (index > 1 || (index === 0 && (level === SOL_IPV6 || value[4] !== 127))) throw ENODEV
  return addressText(value.slice(0, level === SOL_IP ? 4 : 16))
}
const GROUPS_MOST = 20

const group = (level: number, name: number, bytes: number, joins: boolean): SocketOption => ({
  level,
  name,
  least: level === SOL_IP ? 8 : bytes,
  most: bytes,
  set(_k, _task, { type, own }, { bytes: value }) {
    if (type === SOCK_STREAM || own.kind !== 'datagram') throw level === SOL_IP ? EPROTO : ENOPROTOOPT
    const address = groupOf(level, value)
    const at = own.groups.indexOf(address)
    if (!joins) {
      if (at < 0) throw EADDRNOTAVAIL
      own.groups.splice(at, 1)
      return
    }
    if (at >= 0) throw EADDRINUSE
    if (own.groups.length >= GROUPS_MOST) throw ENOBUFS
    own.groups.push(address)
  },
})

const ipOptions: readonly SocketOption[] = [
  kept(SOL_IP, IP.IP_TOS, 0, -(2 ** 31), 2 ** 31),
  kept(SOL_IP, IP.IP_TTL, k => k.state.sysctl.defaultTtl, 1, BYTE, true),
  { level: SOL_IP, name: IP.IP_OPTIONS, get: () => new Uint8Array(0), set: () => {}, least: 0, most: 0 },
  flag(SOL_IP, IP.IP_RECVOPTS),
  flag(SOL_IP, IP.IP_RETOPTS),
  flag(SOL_IP, IP.IP_PKTINFO),
  kept(SOL_IP, IP.IP_MTU_DISCOVER, 1, 0, 5),
  flag(SOL_IP, IP.IP_RECVERR),
  flag(SOL_IP, IP.IP_RECVTTL),
  flag(SOL_IP, IP.IP_RECVTOS),
  mtu(SOL_IP, IP.IP_MTU, false),
  flag(SOL_IP, IP.IP_FREEBIND),
  guarded(flag(SOL_IP, IP.IP_TRANSPARENT), CAP_NET_RAW, CAP_NET_ADMIN),
  flag(SOL_IP, IP.IP_RECVORIGDSTADDR),
  kept(SOL_IP, IP.IP_MINTTL, 0, 0, BYTE),
  flag(SOL_IP, IP.IP_BIND_ADDRESS_NO_PORT),
  flag(SOL_IP, IP.IP_RECVERR_RFC4884),
  kept(SOL_IP, IP.IP_MULTICAST_TTL, 1, 0, BYTE, true),
  flag(SOL_IP, IP.IP_MULTICAST_LOOP, 1),
  { level: SOL_IP, name: IP.IP_MULTICAST_IF, get: () => 0, set: multicastDevice, least: 4, most: 12 },
  group(SOL_IP, IP.IP_ADD_MEMBERSHIP, 12, true),
  group(SOL_IP, IP.IP_DROP_MEMBERSHIP, 12, false),
  flag(SOL_IP, IP.IP_MULTICAST_ALL, 1),
  kept(SOL_IP, IP.IP_LOCAL_PORT_RANGE, 0, -(2 ** 31), 2 ** 31),
]

/** The device that groups are reached by: lo by its address or number, or none. */
function multicastDevice(_k: Kernel, _task: Task, socket: Socket, { bytes }: Value): void {
  if (socket.type === SOCK_STREAM) throw EINVAL
  const index = bytes.length >= 12 ? bytes[8] : 0
  const address = bytes.length >= 8 ? bytes[4] : bytes[0]
  if (address !== 0 && address !== 127) throw EADDRNOTAVAIL
  inetOf(socket).values[`${SOL_IP}:${IP.IP_MULTICAST_IF}`] = index === 1 || address === 127 ? 1 : 0
}

const ipv6Options: readonly SocketOption[] = [
  {
    level: SOL_IPV6,
    name: IPV6.IPV6_V6ONLY,
    get: (_k, _task, socket) => Number(inetOf(socket).v6only),
    set(_k, _task, socket, { int }) {
      const own = inetOf(socket)
      if (own.local.port !== 0) throw EINVAL
      own.v6only = int !== 0
    },
  },
  kept(SOL_IPV6, IPV6.IPV6_UNICAST_HOPS, k => k.state.sysctl.defaultTtl, 0, BYTE, true),
  kept(SOL_IPV6, IPV6.IPV6_MULTICAST_HOPS, 1, 0, BYTE, true),
  flag(SOL_IPV6, IPV6.IPV6_MULTICAST_LOOP, 1),
  kept(SOL_IPV6, IPV6.IPV6_MULTICAST_IF, 0, 0, 1),
  group(SOL_IPV6, IPV6.IPV6_JOIN_GROUP, 20, true),
  group(SOL_IPV6, IPV6.IPV6_LEAVE_GROUP, 20, false),
  kept(SOL_IPV6, IPV6.IPV6_MTU_DISCOVER, 1, 0, 5),
  mtu(SOL_IPV6, IPV6.IPV6_MTU, true),
  flag(SOL_IPV6, IPV6.IPV6_RECVERR),
  flag(SOL_IPV6, IPV6.IPV6_MULTICAST_ALL, 1),
  flag(SOL_IPV6, IPV6.IPV6_RECVPKTINFO),
  flag(SOL_IPV6, IPV6.IPV6_RECVHOPLIMIT),
  flag(SOL_IPV6, IPV6.IPV6_RECVTCLASS),
  kept(SOL_IPV6, IPV6.IPV6_TCLASS, 0, 0, BYTE, true),
  flag(SOL_IPV6, IPV6.IPV6_AUTOFLOWLABEL, 1),
  kept(SOL_IPV6, IPV6.IPV6_ADDR_PREFERENCES, 1280, -(2 ** 31), 2 ** 31),
  kept(SOL_IPV6, IPV6.IPV6_MINHOPCOUNT, 0, 0, BYTE),
  flag(SOL_IPV6, IPV6.IPV6_FREEBIND),
]

/** Options of either level that a socket of the family has. */
export const optionsOf = (family: number, own: readonly SocketOption[]): readonly SocketOption[] =>
  family === AF_INET6 ? [...ipOptions, ...ipv6Options, ...own] : [...ipOptions, ...own]
