// What comes along with datagrams, both ways: where they went to, hop counts, errors (ip(7) IP_PKTINFO, IP_RECVERR; ipv6(7)).
import { AF_INET, AF_INET6, EINVAL, ENETUNREACH, IP, IPV6, SOCKET_LEVELS, SOL_SOCKET, concatBytes } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { readControl } from '../scm.ts'
import { receiveTime } from '../stamp.ts'
import type { ControlBytes, Datagram, DatagramSocket, FailedDatagram, OutgoingControl, ReceivedControl, Socket } from '../types.ts'
import { addressBytes, addressText, isV6, kindOf, LOOPBACK4, LOOPBACK6, sockaddr } from './address.ts'

const { SOL_IP, SOL_IPV6 } = SOCKET_LEVELS
/** The loopback device's number. */
const INDEX = 1
const INT_BYTES = 4

const bytesRow = (level: number, type: number, bytes: Uint8Array): ReceivedControl => ({ kind: 'bytes', level, type, bytes })
const int = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer)

type Row = readonly [level: number, option: number, type: number, make: (datagram: Datagram) => Uint8Array]

/** What an option asks for, in Linux's order. */
const ROWS4: readonly Row[] = [
  [
    SOL_IP,
    IP.IP_PKTINFO,
    IP.IP_PKTINFO,
    ({ to }) => concatBytes([int(INDEX), addressBytes(AF_INET, kindOf(to) === 'local' ? to : LOOPBACK4), addressBytes(AF_INET, to)]),
  ],
  [SOL_IP, IP.IP_RECVTTL, IP.IP_TTL, ({ hops }) => int(hops)],
  [SOL_IP, IP.IP_RECVTOS, IP.IP_TOS, ({ service }) => Uint8Array.of(service)],
  [SOL_IP, IP.IP_RECVORIGDSTADDR, IP.IP_RECVORIGDSTADDR, ({ to, port }) => sockaddr(AF_INET, { address: to, port })],
]
const INFO6: Row = [SOL_IPV6, IPV6.IPV6_RECVPKTINFO, IPV6.IPV6_PKTINFO, ({ to }) => concatBytes([addressBytes(AF_INET6, to), int(INDEX)])]
const ROWS6: readonly Row[] = [
  INFO6,
  [SOL_IPV6, IPV6.IPV6_RECVHOPLIMIT, IPV6.IPV6_HOPLIMIT, ({ hops }) => int(hops)],
  [SOL_IPV6, IPV6.IPV6_RECVTCLASS, IPV6.IPV6_TCLASS, ({ service }) => int(service)],
]

export function controlOf(k: Kernel, socket: Socket, { values }: DatagramSocket, datagram: Datagram): ReceivedControl[] {
  const rows = isV6(datagram.to) ? ROWS6 : socket.family === AF_INET6 ? [INFO6, ...ROWS4] : ROWS4
  const control = receiveTime(k, socket, datagram.time)
  for (const [level, option, type, make] of rows) if (values[`${level}:${option}`]) control.push(bytesRow(level, type, make(datagram)))
  return control
}

const ORIGIN_ICMP = 2
const ORIGIN_ICMP6 = 3
const UNREACHABLE = [3, 3] as const
const UNREACHABLE6 = [1, 4] as const

/** struct sock_extended_err, and who says so. */
export function errorControl(socket: Socket, { code, to }: FailedDatagram): ReceivedControl {
  const v6 = isV6(to.address)
  const [type, reason] = v6 ? UNREACHABLE6 : UNREACHABLE
  const head = concatBytes([int(code), Uint8Array.of(v6 ? ORIGIN_ICMP6 : ORIGIN_ICMP, type, reason, 0), int(0), int(0)])
  const offender = sockaddr(v6 ? AF_INET6 : AF_INET, { address: v6 ? LOOPBACK6 : LOOPBACK4, port: 0 })
  return socket.family === AF_INET6
    ? bytesRow(SOL_IPV6, IPV6.IPV6_RECVERR, concatBytes([head, offender]))
    : bytesRow(SOL_IP, IP.IP_RECVERR, concatBytes([head, offender]))
}

const BYTE = 255
const INFO4_BYTES = 12
const INFO6_BYTES = 20

/** What a send says besides (ip_cmsg_send, ip6_datagram_send_ctl): from which address, how far. EINVAL: what there is not. */
export function controlToSend(k: Kernel, task: Task, messages: readonly ControlBytes[]): OutgoingControl {
  const along = readControl(
    k,
    task,
    messages.filter(({ level }) => level === SOL_SOCKET),
  )
  let { from, hops, service } = { from: undefined, hops: undefined, service: undefined } as Pick<
    OutgoingControl,
    'from' | 'hops' | 'service'
  >
  for (const { level, type, bytes } of messages) {
    if (level !== SOL_IP && level !== SOL_IPV6) continue
    const number = bytes.length >= INT_BYTES ? new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true) : (bytes[0] ?? -1)
    if (level === SOL_IP && type === IP.IP_PKTINFO && bytes.length === INFO4_BYTES) from = addressText(bytes.slice(4, 8))
    else if (level === SOL_IPV6 && type === IPV6.IPV6_PKTINFO && bytes.length >= INFO6_BYTES) from = addressText(bytes.slice(0, 16))
    else if (level === SOL_IP && type === IP.IP_TTL && bytes.length === INT_BYTES && number >= 1 && number <= BYTE) hops = number
    else if (level === SOL_IP && type === IP.IP_TOS && number >= 0 && number <= BYTE) service = number
    else if (level === SOL_IPV6 && type === IPV6.IPV6_HOPLIMIT && number >= -1 && number <= BYTE) hops = number < 0 ? undefined : number
    else if (level === SOL_IPV6 && type === IPV6.IPV6_TCLASS && number >= -1 && number <= BYTE) service = Math.max(0, number)
    else throw EINVAL
  }
  return { ...along, from, hops, service }
}

/** The address that a send asked to come from. ENETUNREACH: it is not this machine's. */
export function askedSource(control: OutgoingControl | null): string | null {
  const from = control?.from
  if (from === undefined || kindOf(from) === 'any') return null
  if (kindOf(from) !== 'local') throw ENETUNREACH
  return from
}
