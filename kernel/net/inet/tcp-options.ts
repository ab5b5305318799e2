// Options of SOL_TCP (tcp(7)).
import {
  EINVAL,
  ENOENT,
  ENOPROTOOPT,
  EPERM,
  CAP_NET_ADMIN,
  SOCKET_LEVELS,
  TCP,
  TCP_INFO_LAYOUT,
  TCP_STATES,
  writeStruct,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { capable } from '../../task/index.ts'
import type { Socket, SocketOption } from '../types.ts'
import { isV6 } from './address.ts'
import { release } from './cork.ts'
import { segmentOf, tcpOf, unsentOf, windowOf } from './tcp.ts'

const { SOL_TCP: level } = SOCKET_LEVELS
const NS_PER_MS = 1e6
const NS_PER_S = 1e9

const keyOf = (name: number): string => `${level}:${name}`
const valueOf = (socket: Socket, name: number, first: number): number => tcpOf(socket).values[keyOf(name)] ?? first

/** A number that is kept, within bounds (EINVAL beyond them). */
function kept(name: number, first: number | ((k: Kernel, socket: Socket) => number), min: number, max: number): SocketOption {
  return {
    level,
    name,
    get: (k, _task, socket) => valueOf(socket, name, typeof first === 'number' ? first : first(k, socket)),
    set(_k, _task, socket, { int }) {
      if (int < min || int > max) throw EINVAL
      tcpOf(socket).values[keyOf(name)] = int
    },
  }
}
/** On or off. */
const flag = (name: number, first = 0): SocketOption => ({
  level,
  name,
  get: (_k, _task, socket) => valueOf(socket, name, first),
  set(_k, _task, socket, { int }) {
    tcpOf(socket).values[keyOf(name)] = int === 0 ? 0 : 1
  },
})

const INT_MAX = 2 ** 31 - 1
const SYN_TIMES = [1, 3, 7, 15, 31, 63, 127] as const
/** Seconds as the times at which SYNs go out, and back (secs_to_retrans, retrans_to_secs). */
const roundToTries = (seconds: number): number => (seconds <= 0 ? 0 : (SYN_TIMES.find(time => time >= seconds) ?? SYN_TIMES[6]))

const CONGESTION_BYTES = 16
const ALGORITHMS = ['reno', 'cubic'] as const
const text = (name: string): Uint8Array => Uint8Array.from({ length: CONGESTION_BYTES }, (_, i) => name.charCodeAt(i) || 0)

const TIMESTAMPS_SACK_WSCALE = 7
const WSCALES = 0x77
/** Round trips within one machine, in microseconds. */
const RTT = 20
const UNLIMITED = 0x7fffffff

/** struct tcp_info (TCP_INFO, and what ss asks for). */
export function tcpInfo(k: Kernel, socket: Socket): Uint8Array {
  const own = tcpOf(socket)
  const now = k.state.time
  const up = own.remote !== null && own.tcp !== TCP_STATES.CLOSE && own.tcp !== TCP_STATES.SYN_SENT
  const mss = segmentOf(own)
  const unsent = unsentOf(socket)
  const ago = (at: number): number => Math.floor((now - at) / NS_PER_MS)
  const { peer } = own
  return writeStruct(TCP_INFO_LAYOUT, {
    ...NO_INFO,
    state: own.tcp,
    retransmits: own.tries,
    options: up ? TIMESTAMPS_SACK_WSCALE : 0,
    wscale: up ? WSCALES : 0,
    rto: up ? 204000 : 1000000,
    ato: up ? 40000 : 0,
    sndMss: mss,
    rcvMss: up && own.read + own.used > 0 ? mss : 536,
    // Of a listener: connections that wait, and how many may.
    unacked: own.tcp === TCP_STATES.LISTEN ? own.queue.length : own.tcp === TCP_STATES.SYN_SENT ? 1 : 0,
    sacked: own.tcp === TCP_STATES.LISTEN ? socket.backlog : 0,
    lastDataSent: ago(own.lastSent),
    lastAckSent: 0,
    lastDataRecv: ago(own.lastReceived),
    lastAckRecv: ago(own.lastSent),
    pmtu: up ? 65535 : 0,
    rcvSsthresh: windowOf(socket),
    rtt: up ? RTT : 0,
    rttvar: up ? RTT / 2 : 250000,
    sndSsthresh: UNLIMITED,
    sndCwnd: 10,
    advmss: up ? (own.remote !== null && isV6(own.remote.address) ? 65464 : 65483) : 0,
    reordering: 3,
    rcvSpace: windowOf(socket),
    maxPacingRate: Infinity,
    bytesAcked: own.sent - unsent + (up ? 1 : 0),
    bytesReceived: own.read + own.used,
    notsentBytes: unsent,
    minRtt: up ? RTT : UNLIMITED * 2 + 1,
    bytesSent: own.sent - unsent,
    delivered: up ? 1 : 0,
    sndWnd: peer === null ? 0 : Math.max(0, windowOf(peer) - tcpOf(peer).used),
    rcvWnd: Math.max(0, windowOf(socket) - own.used),
  })
}

const NO_INFO = {
  caState: 0,
  probes: 0,
  backoff: 0,
  appLimited: 0,
  lost: 0,
  retrans: 0,
  fackets: 0,
  rcvRtt: 0,
  totalRetrans: 0,
  pacingRate: 0,
  segsOut: 0,
  segsIn: 0,
  dataSegsIn: 0,
  dataSegsOut: 0,
  deliveryRate: 0,
  busyTime: 0,
  rwndLimited: 0,
  sndbufLimited: 0,
  deliveredCe: 0,
  bytesRetrans: 0,
  dsackDups: 0,
  reordSeen: 0,
  rcvOoopack: 0,
  rehash: 0,
} as const

/** What keepalive and its kin accept, in seconds. */
const KEEP_MAX = 32767

export const tcpOptions: readonly SocketOption[] = [
  {
    ...flag(TCP.TCP_NODELAY),
    set(k, _task, socket, { int }) {
      tcpOf(socket).values[keyOf(TCP.TCP_NODELAY)] = int === 0 ? 0 : 1
      // What is kept back goes, even under a cork (__tcp_sock_set_nodelay).
      if (int !== 0) release(k, socket)
    },
  },
  {
    level,
    name: TCP.TCP_MAXSEG,
    get: (_k, _task, socket) => {
      const own = tcpOf(socket)
      return own.tcp === TCP_STATES.CLOSE || own.tcp === TCP_STATES.LISTEN ? valueOf(socket, TCP.TCP_MAXSEG, 536) : segmentOf(own)
    },
    set(_k, _task, socket, { int }) {
      if (int !== 0 && (int < 88 || int > 32767)) throw EINVAL
      if (int === 0) delete tcpOf(socket).values[keyOf(TCP.TCP_MAXSEG)]
      else tcpOf(socket).values[keyOf(TCP.TCP_MAXSEG)] = int
    },
  },
  {
    ...flag(TCP.TCP_CORK),
    set(k, _task, socket, { int }) {
      tcpOf(socket).values[keyOf(TCP.TCP_CORK)] = int === 0 ? 0 : 1
      if (int === 0) release(k, socket)
    },
  },
  kept(TCP.TCP_KEEPIDLE, k => k.state.sysctl.tcpKeepaliveTime, 1, KEEP_MAX),
  kept(TCP.TCP_KEEPINTVL, k => k.state.sysctl.tcpKeepaliveInterval, 1, KEEP_MAX),
  kept(TCP.TCP_KEEPCNT, k => k.state.sysctl.tcpKeepaliveProbes, 1, 127),
  kept(TCP.TCP_SYNCNT, k => k.state.sysctl.tcpSynRetries, 1, 127),
  {
    ...kept(TCP.TCP_LINGER2, k => k.state.sysctl.tcpFinTimeout, -INT_MAX, INT_MAX),
    set(_k, _task, socket, { int }) {
      tcpOf(socket).values[keyOf(TCP.TCP_LINGER2)] = int < 0 ? -1 : int > 120 ? 120 : int
    },
  },
  {
    level,
    name: TCP.TCP_DEFER_ACCEPT,
    get: (_k, _task, socket) => valueOf(socket, TCP.TCP_DEFER_ACCEPT, 0),
    set(_k, _task, socket, { int }) {
      tcpOf(socket).values[keyOf(TCP.TCP_DEFER_ACCEPT)] = roundToTries(int)
    },
  },
  {
    level,
    name: TCP.TCP_WINDOW_CLAMP,
    get: (_k, _task, socket) => valueOf(socket, TCP.TCP_WINDOW_CLAMP, windowOf(socket)),
    set(_k, _task, socket, { int }) {
      if (int === 0 && tcpOf(socket).tcp !== TCP_STATES.CLOSE) throw EINVAL
      tcpOf(socket).values[keyOf(TCP.TCP_WINDOW_CLAMP)] = int
    },
  },
  { level, name: TCP.TCP_INFO, get: (k, _task, socket) => tcpInfo(k, socket) },
  flag(TCP.TCP_QUICKACK, 1),
  {
    level,
    name: TCP.TCP_CONGESTION,
    least: 1,
    most: CONGESTION_BYTES,
    get: (_k, _task, socket) => text(tcpOf(socket).congestion),
    set(_k, _task, socket, { bytes }) {
      const end = bytes.indexOf(0)
      const name = String.fromCharCode(...bytes.subarray(0, end < 0 ? CONGESTION_BYTES - 1 : end))
      if (!ALGORITHMS.some(row => row === name)) throw ENOENT
      tcpOf(socket).congestion = name
    },
  },
  flag(TCP.TCP_THIN_LINEAR_TIMEOUTS),
  { level, name: TCP.TCP_THIN_DUPACK, get: () => 0, set: () => {} },
  kept(TCP.TCP_USER_TIMEOUT, 0, 0, INT_MAX),
  {
    level,
    name: TCP.TCP_REPAIR,
    get: () => 0,
    set(_k, { credentials }: Task) {
      if (!capable(credentials, CAP_NET_ADMIN)) throw EPERM
      throw EINVAL
    },
  },
  // Fast open is off (net.ipv4.tcp_fastopen).
  { level, name: TCP.TCP_FASTOPEN, get: () => 0, set: refuse(EINVAL) },
  { level, name: TCP.TCP_FASTOPEN_CONNECT, get: () => 0, set: refuse(ENOPROTOOPT) },
  { level, name: TCP.TCP_FASTOPEN_NO_COOKIE, get: () => 0, set: refuse(EINVAL) },
  {
    level,
    name: TCP.TCP_TIMESTAMP,
    get: k => Math.floor((k.state.time / NS_PER_S) * 1000) | 0,
    set: refuse(EPERM),
  },
  kept(TCP.TCP_NOTSENT_LOWAT, 0, -INT_MAX - 1, INT_MAX),
  { level, name: TCP.TCP_CC_INFO, get: () => new Uint8Array(0) },
  flag(TCP.TCP_SAVE_SYN),
  { level, name: TCP.TCP_SAVED_SYN, get: () => new Uint8Array(0) },
  { level, name: TCP.TCP_ULP, get: () => new Uint8Array(0), set: refuse(ENOENT), least: 1, most: CONGESTION_BYTES },
  flag(TCP.TCP_INQ),
  kept(TCP.TCP_TX_DELAY, 0, 0, INT_MAX),
]

function refuse(errno: Error): () => never {
  return () => {
    throw errno
  }
}
