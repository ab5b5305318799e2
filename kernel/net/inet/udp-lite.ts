// UDP-Lite (udplite(7), net/ipv4/udplite.c): UDP whose checksum covers as much of a datagram as its sender says. Nothing is damaged between
// two sockets of one machine, so what is left of it is who takes nothing that is covered too little.
import { ENOPROTOOPT, IPPROTO_UDPLITE, SOCKET_LEVELS, UDPLITE } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { DatagramCounts, Socket, SocketOption } from '../types.ts'
import { datagramOf } from './datagram.ts'

const { SOL_UDP, SOL_UDPLITE } = SOCKET_LEVELS
const { UDPLITE_SEND_CSCOV, UDPLITE_RECV_CSCOV } = UDPLITE
const HEADER_BYTES = 8
const COVERAGE_MOST = 0xffff

const isLite = ({ protocol }: Socket): boolean => protocol === IPPROTO_UDPLITE
const coverage = (socket: Socket, name: number): number | undefined => datagramOf(socket).values[`${SOL_UDPLITE}:${name}`]

export const countsOf = (k: Kernel, socket: Socket): DatagramCounts =>
  isLite(socket) ? k.state.ns.net.inet.lite : k.state.ns.net.inet.counts

/** Does the receiver take a datagram of so many bytes? Of one that is covered in part at least what it asked for; 0: all. */
export function coversEnough(sender: Socket, receiver: Socket, bytes: number): boolean {
  if (!isLite(sender)) return true
  const covered = coverage(sender, UDPLITE_SEND_CSCOV) ?? 0
  const asked = coverage(receiver, UDPLITE_RECV_CSCOV)
  if (covered === 0 || covered >= bytes + HEADER_BYTES || asked === undefined) return true
  return asked !== 0 && covered >= asked
}

/** A number of bytes: all of them (0), or at least the header. UDP has none that are kept: all is covered. */
const coverageOption = (name: number): SocketOption => ({
  level: SOL_UDP,
  name,
  get: (_k, _task, socket) => coverage(socket, name) ?? 0,
  set(_k, _task, socket, { int }) {
    if (!isLite(socket)) throw ENOPROTOOPT
    datagramOf(socket).values[`${SOL_UDPLITE}:${name}`] = int === 0 ? 0 : Math.min(COVERAGE_MOST, Math.max(HEADER_BYTES, int))
  },
})

export const coverageOptions: readonly SocketOption[] = [UDPLITE_SEND_CSCOV, UDPLITE_RECV_CSCOV].map(coverageOption)

/** Either level means the options of either protocol. */
export const atBothLevels = (rows: readonly SocketOption[]): SocketOption[] => [
  ...rows,
  ...rows.map(row => ({ ...row, level: SOL_UDPLITE })),
]
