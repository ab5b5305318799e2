// Options of SOL_SOCKET (socket(7)): a row for each. What a family has besides is in rows of its own (SocketOps.options).
import {
  AF_INET,
  CAP_NET_ADMIN,
  EDOM,
  EINVAL,
  ENODATA,
  ENODEV,
  ENOENT,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EPERM,
  LINGER,
  POLLOUT,
  readStruct,
  SO,
  SOL_SOCKET,
  UCRED,
  writeStruct,
  struct,
  AF_INET6,
  EACCES,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { capable } from '../task/index.ts'
import type { Task } from '../state.ts'
import { socketOps } from './families.ts'
import { tellRoom } from './socket.ts'
import type { OptionValue, Socket, SocketOption } from './types.ts'

type Row = Omit<SocketOption, 'level' | 'name'>

const INT_BYTES = 4
const NS = 1e9
const NS_PER_US = 1000
const US = 1e6
const TICK = 4e6
const INT_MAX = 2 ** 31 - 1
/** A message's sk_buff, and a page of bytes: the least that buffers are made (SOCK_MIN_SNDBUF, SOCK_MIN_RCVBUF). */
const LEAST_RECEIVE = 2304
const LEAST_SEND = 2 * LEAST_RECEIVE
const SEND_LOCK = 1
const RECEIVE_LOCK = 2
const NO_NUMBER = -1

/** What is on or off. Any value but 0 is on. */
const flag = (option: number, extra: Row = {}): Row => ({
  get: (_k, _task, { options }) => options.flags[option] ?? 0,
  set(_k, _task, { options }, { int }) {
    options.flags[option] = int === 0 ? 0 : 1
  },
  ...extra,
})
/** Keeps a number for who asks again. */
const remembered = (option: number, first = 0): Row => ({
  get: (_k, _task, { options }) => options.flags[option] ?? first,
  set(_k, _task, { options }, { int }) {
    options.flags[option] = int
  },
})
const shown = (get: (socket: Socket, k: Kernel) => OptionValue): Row => ({ get: (k, _task, socket) => get(socket, k) })
const refused = (errno: Error): Row => ({
  set() {
    throw errno
  },
})

const wide = struct({ value: 'u64' })
const u64 = (value: number): Uint8Array => writeStruct(wide, { value })

function setSendBuffer(k: Kernel, socket: Socket, int: number, most: number): void {
  const { options } = socket
  options.bufferLocks |= SEND_LOCK
  options.sendBuffer = Math.max(Math.min(int >>> 0, most) * 2, LEAST_SEND)
  // Whoever waits for room may have it now.
  if (socketOps(socket).poll(k, socket, POLLOUT, null) & POLLOUT) tellRoom(k, socket)
}

function setReceiveBuffer(socket: Socket, int: number, most: number): void {
  const { options } = socket
  options.bufferLocks |= RECEIVE_LOCK
  options.receiveBuffer = Math.max(Math.min(int >>> 0, most) * 2, LEAST_RECEIVE)
}

const checkAdmin = ({ credentials }: Task): void => {
  if (!capable(credentials, CAP_NET_ADMIN)) throw EPERM
}

const TIME = struct({ sec: 'int64', usec: 'int64' })
/** struct timeval as nanoseconds; 0 is no limit, a negative time none at all (sock_set_timeout). */
function timeOf(bytes: Uint8Array): number {
  const { sec, usec } = readStruct(TIME, bytes)
  if (usec < 0 || usec >= US) throw EDOM
  if (sec < 0) return 0
  if (sec === 0 && usec === 0) return Infinity
  // Ticks of 250 Hz, as Linux keeps it.
  return Number(sec) * NS + Math.ceil((Number(usec) * NS_PER_US) / TICK) * TICK
}

function timeBytes(time: number): Uint8Array {
  if (time === Infinity) return writeStruct(TIME, { sec: 0, usec: 0 })
  const us = Math.ceil(time / NS_PER_US)
  return writeStruct(TIME, { sec: Math.floor(us / US), usec: us % US })
}

const timeout = (key: 'sendTimeout' | 'receiveTimeout'): Row => ({
  least: TIME.size,
  get: (_k, _task, { options }) => timeBytes(options[key]),
  set(_k, _task, { options }, { bytes }) {
    options[key] = timeOf(bytes)
  },
})

const STAMPS = [SO.SO_TIMESTAMP_OLD, SO.SO_TIMESTAMPNS_OLD, SO.SO_TIMESTAMP_NEW, SO.SO_TIMESTAMPNS_NEW] as const
/** One of them is on at a time: to turn one off turns all off. */
const stamp = (option: number): Row =>
  flag(option, {
    set(_k, _task, { options }, { int }) {
      for (const other of STAMPS) options.flags[other] = 0
      options.flags[option] = int === 0 ? 0 : 1
    },
  })

const stamping = (option: number): Row => ({
  get: (_k, _task, { options }) => writeStruct(struct({ flags: 'u32', phc: 'i32' }), { flags: options.flags[option] ?? 0, phc: 0 }),
  set(_k, _task, { options }, { int }) {
    if (int & ~STAMPING_KNOWN) throw EINVAL
    options.flags[option] = int
  },
})
const STAMPING_KNOWN = 0x3ffff

/** Who is at the other end; pid 0 and -1, -1 where nobody is. */
const peerCredentials = ({ peer }: Socket): Uint8Array =>
  writeStruct(UCRED, peer === null ? { pid: 0, uid: NO_NUMBER, gid: NO_NUMBER } : { pid: peer.pid, uid: peer.uid, gid: peer.gid })

function peerGroups({ peer }: Socket, length: number): OptionValue {
  if (peer === null) throw ENODATA
  const bytes = new Uint8Array(peer.groups.length * INT_BYTES)
  const view = new DataView(bytes.buffer)
  peer.groups.forEach((id, i) => view.setUint32(i * INT_BYTES, id, true))
  if (length < bytes.length) return { kind: 'tooLong', length: bytes.length }
  return bytes
}

const MEMINFO_WORDS = 9
function memoryInfo({ options, sendMemory, receiveMemory }: Socket): Uint8Array {
  const bytes = new Uint8Array(MEMINFO_WORDS * INT_BYTES)
  const view = new DataView(bytes.buffer)
  ;[receiveMemory, options.receiveBuffer, sendMemory, options.sendBuffer].forEach((value, i) => view.setUint32(i * INT_BYTES, value, true))
  return bytes
}

function cookieOf(k: Kernel, socket: Socket): number {
  if (socket.cookie === 0) socket.cookie = ++k.state.ns.net.lastCookie
  return socket.cookie
}

const MAX_UNPRIVILEGED_PRIORITY = 6
/** Packets that polling a device takes at once: remembered for nobody, as there is none. */
const BUDGET_UNPRIVILEGED = 8
const BUDGET_MOST = 65535
const BUF_LOCKS = SEND_LOCK | RECEIVE_LOCK

const ROWS: Readonly<Partial<Record<keyof typeof SO, Row>>> = {
  SO_DEBUG: flag(SO.SO_DEBUG, {
    set(_k, task, { options }, { int }) {
      if (int !== 0 && !capable(task.credentials, CAP_NET_ADMIN)) throw EACCES
      options.flags[SO.SO_DEBUG] = int === 0 ? 0 : 1
    },
  }),
  SO_REUSEADDR: flag(SO.SO_REUSEADDR, {
    set(k, _task, socket, { int }) {
      socket.options.flags[SO.SO_REUSEADDR] = int === 0 ? 0 : 1
      socketOps(socket).shares?.(k, socket)
    },
  }),
  SO_TYPE: shown(({ type }) => type),
  SO_ERROR: {
    get(_k, _task, socket) {
      const { error } = socket
      socket.error = 0
      return error
    },
  },
  SO_DONTROUTE: flag(SO.SO_DONTROUTE),
  SO_BROADCAST: flag(SO.SO_BROADCAST),
  SO_SNDBUF: {
    get: (_k, _task, { options }) => options.sendBuffer,
    set: (k, _task, socket, { int }) => setSendBuffer(k, socket, int, k.state.sysctl.wmemMax),
  },
  SO_RCVBUF: {
    get: (_k, _task, { options }) => options.receiveBuffer,
    set: (k, _task, socket, { int }) => setReceiveBuffer(socket, int, k.state.sysctl.rmemMax),
  },
  SO_SNDBUFFORCE: {
    set(k, task, socket, { int }) {
      checkAdmin(task)
      setSendBuffer(k, socket, Math.max(int, 0), INT_MAX >> 1)
    },
  },
  SO_RCVBUFFORCE: {
    set(_k, task, socket, { int }) {
      checkAdmin(task)
      setReceiveBuffer(socket, Math.max(int, 0), INT_MAX >> 1)
    },
  },
  SO_KEEPALIVE: flag(SO.SO_KEEPALIVE),
  SO_OOBINLINE: flag(SO.SO_OOBINLINE),
  SO_NO_CHECK: flag(SO.SO_NO_CHECK),
  SO_PRIORITY: {
    get: (_k, _task, { options }) => options.priority,
    set(_k, task, { options }, { int }) {
      if ((int < 0 || int > MAX_UNPRIVILEGED_PRIORITY) && !capable(task.credentials, CAP_NET_ADMIN)) throw EPERM
      options.priority = int
    },
  },
  SO_LINGER: {
    least: LINGER.size,
    get: (_k, _task, { options }) => writeStruct(LINGER, { onoff: Number(options.lingers), linger: options.lingerSeconds }),
    set(_k, _task, { options }, { bytes }) {
      const { onoff, linger } = readStruct(LINGER, bytes)
      options.lingers = onoff !== 0
      if (options.lingers) options.lingerSeconds = linger
    },
  },
  SO_BSDCOMPAT: { get: () => 0, set: () => {} },
  SO_REUSEPORT: flag(SO.SO_REUSEPORT, {
    set(k, _task, socket, { int }) {
      if (int !== 0 && !INTERNET.has(socket.family)) throw EOPNOTSUPP
      socket.options.flags[SO.SO_REUSEPORT] = int === 0 ? 0 : 1
      socketOps(socket).shares?.(k, socket)
    },
  }),
  SO_PASSCRED: flag(SO.SO_PASSCRED),
  SO_PASSPIDFD: flag(SO.SO_PASSPIDFD),
  SO_PASSSEC: flag(SO.SO_PASSSEC),
  SO_PEERCRED: shown(peerCredentials),
  SO_PEERGROUPS: { get: (_k, _task, socket, length) => peerGroups(socket, length) },
  SO_PEERPIDFD: shown(({ peer }) => {
    if (peer?.group == null) throw ENODATA
    return { kind: 'pidfd', group: peer.group }
  }),
  SO_PEERNAME: {
    get(_k, _task, socket, length) {
      const address = socketOps(socket).address(socket, true)
      if (address.length < length) throw EINVAL
      return address
    },
  },
  SO_RCVLOWAT: {
    get: (_k, _task, { options }) => options.receiveLow,
    set(_k, _task, { options }, { int }) {
      options.receiveLow = int < 0 ? INT_MAX : int === 0 ? 1 : int
    },
  },
  SO_SNDLOWAT: shown(() => 1),
  SO_RCVTIMEO_OLD: timeout('receiveTimeout'),
  SO_SNDTIMEO_OLD: timeout('sendTimeout'),
  SO_RCVTIMEO_NEW: timeout('receiveTimeout'),
  SO_SNDTIMEO_NEW: timeout('sendTimeout'),
  // There are no devices to be bound to but the loopback one, which has the index 1.
  SO_BINDTODEVICE: {
    get: () => new Uint8Array(0),
    set(_k, _task, _socket, { bytes }) {
      if (bytes[0] !== 0) throw ENODEV
    },
    least: 0,
    most: 16,
  },
  SO_BINDTOIFINDEX: {
    ...remembered(SO.SO_BINDTOIFINDEX),
    set(_k, _task, { options }, { int }) {
      if (int < 0) throw EINVAL
      options.flags[SO.SO_BINDTOIFINDEX] = int
    },
  },
  SO_ATTACH_FILTER: { get: () => new Uint8Array(0), ...refused(EINVAL) },
  SO_ATTACH_BPF: refused(EINVAL),
  SO_ATTACH_REUSEPORT_CBPF: refused(EINVAL),
  SO_ATTACH_REUSEPORT_EBPF: refused(EINVAL),
  SO_DETACH_REUSEPORT_BPF: refused(EINVAL),
  SO_DETACH_FILTER: refused(ENOENT),
  SO_LOCK_FILTER: flag(SO.SO_LOCK_FILTER),
  SO_BPF_EXTENSIONS: shown(() => 64),
  SO_TIMESTAMP_OLD: stamp(SO.SO_TIMESTAMP_OLD),
  SO_TIMESTAMPNS_OLD: stamp(SO.SO_TIMESTAMPNS_OLD),
  SO_TIMESTAMP_NEW: {
    ...stamp(SO.SO_TIMESTAMP_NEW),
    // Linux asks whether stamps are of the new form, whichever.
    get: (_k, _task, { options }) => (options.flags[SO.SO_TIMESTAMP_NEW] || options.flags[SO.SO_TIMESTAMPNS_NEW] ? 1 : 0),
  },
  SO_TIMESTAMPNS_NEW: stamp(SO.SO_TIMESTAMPNS_NEW),
  SO_TIMESTAMPING_OLD: stamping(SO.SO_TIMESTAMPING_OLD),
  SO_TIMESTAMPING_NEW: stamping(SO.SO_TIMESTAMPING_NEW),
  SO_ACCEPTCONN: shown(({ state }) => Number(state === 'listening')),
  SO_MARK: {
    get: (_k, _task, { options }) => options.mark,
    set(_k, task, { options }, { int }) {
      checkAdmin(task)
      options.mark = int
    },
  },
  SO_RCVMARK: flag(SO.SO_RCVMARK),
  SO_PROTOCOL: shown(({ protocol }) => protocol),
  SO_DOMAIN: shown(({ family }) => family),
  SO_RXQ_OVFL: flag(SO.SO_RXQ_OVFL),
  SO_WIFI_STATUS: flag(SO.SO_WIFI_STATUS),
  SO_NOFCS: flag(SO.SO_NOFCS),
  SO_SELECT_ERR_QUEUE: flag(SO.SO_SELECT_ERR_QUEUE),
  SO_PEEK_OFF: {
    get: (_k, _task, { options }) => options.peekOffset,
    set(_k, _task, { options }, { int }) {
      options.peekOffset = int
    },
  },
  SO_BUSY_POLL: {
    ...remembered(SO.SO_BUSY_POLL),
    set(_k, task, { options }, { int }) {
      if (int > (options.flags[SO.SO_BUSY_POLL] ?? 0)) checkAdmin(task)
      if (int < 0) throw EINVAL
      options.flags[SO.SO_BUSY_POLL] = int
    },
  },
  SO_BUSY_POLL_BUDGET: {
    set(_k, task, _socket, { int }) {
      if (int > BUDGET_UNPRIVILEGED) checkAdmin(task)
      if (int < 0 || int > BUDGET_MOST) throw EINVAL
    },
  },
  SO_PREFER_BUSY_POLL: flag(SO.SO_PREFER_BUSY_POLL),
  SO_MAX_PACING_RATE: {
    get: (_k, _task, { options }) => {
      const rate = options.flags[SO.SO_MAX_PACING_RATE]
      return rate === undefined || rate < 0 ? new Uint8Array(8).fill(0xff) : u64(rate)
    },
    set(_k, _task, { options }, { int }) {
      options.flags[SO.SO_MAX_PACING_RATE] = int
    },
  },
  SO_INCOMING_CPU: remembered(SO.SO_INCOMING_CPU, NO_NUMBER),
  SO_INCOMING_NAPI_ID: shown(() => 0),
  SO_CNX_ADVICE: { set: () => {} },
  SO_MEMINFO: shown(memoryInfo),
  SO_COOKIE: { get: (k, _task, socket, length) => (length < 8 ? raise(EINVAL) : u64(cookieOf(k, socket))) },
  SO_NETNS_COOKIE: { get: (_k, _task, _socket, length) => (length === 8 ? u64(1) : raise(EINVAL)) },
  SO_ZEROCOPY: { get: () => 0, ...refused(EOPNOTSUPP) },
  SO_TXTIME: { get: () => new Uint8Array(8), ...refused(EINVAL) },
  SO_RESERVE_MEM: { get: () => 0, ...refused(EOPNOTSUPP) },
  SO_TXREHASH: { get: () => raise(EOPNOTSUPP), ...refused(EOPNOTSUPP) },
  SO_BUF_LOCK: {
    get: (_k, _task, { options }) => options.bufferLocks,
    set(_k, _task, { options }, { int }) {
      if (int & ~BUF_LOCKS) throw EINVAL
      options.bufferLocks = int
    },
  },
}

const INTERNET: ReadonlySet<number> = new Set([AF_INET, AF_INET6])

function raise(errno: Error): never {
  throw errno
}

/** The row of an option. ENOPROTOOPT: there is none; EOPNOTSUPP: the family has none of that level. */
function optionRow(socket: Socket, level: number, name: number): Row {
  if (level === SOL_SOCKET) {
    const key = SOL_SOCKET_NAMES.get(name)
    const row = key === undefined ? undefined : ROWS[key]
    if (row === undefined) throw ENOPROTOOPT
    return row
  }
  const own = socketOps(socket).options
  if (own === undefined) throw EOPNOTSUPP
  const row = own.find(option => option.level === level && option.name === name)
  if (row === undefined) throw ENOPROTOOPT
  return row
}

const SOL_SOCKET_NAMES = new Map((Object.entries(SO) as [keyof typeof SO, number][]).map(([key, number]) => [number, key]))

/** setsockopt(2) of a value of `length` bytes, of which `fetch` reads the first ones. */
export function setOption(
  k: Kernel,
  task: Task,
  socket: Socket,
  level: number,
  name: number,
  length: number,
  fetch: (bytes: number) => Uint8Array,
): void {
  if (level === SOL_SOCKET && name !== SO.SO_BINDTODEVICE) {
    if (length < INT_BYTES) throw EINVAL
    // An int is read before the name is looked at.
    fetch(INT_BYTES)
  }
  const row = optionRow(socket, level, name)
  const least = row.least ?? INT_BYTES
  if (row.set === undefined) throw ENOPROTOOPT
  if (length < least) throw EINVAL
  const bytes = fetch(Math.min(length, row.most ?? least))
  const int = bytes.length < INT_BYTES ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)
  row.set(k, task, socket, { int, bytes })
}

/** getsockopt(2). `length`: the room that the caller has. */
export function getOption(k: Kernel, task: Task, socket: Socket, level: number, name: number, length: number): OptionValue {
  const { options, unknownLevel } = socketOps(socket)
  if (unknownLevel !== undefined && level !== SOL_SOCKET && !options?.some(row => row.level === level)) throw unknownLevel
  const row = optionRow(socket, level, name)
  if (row.get === undefined) throw ENOPROTOOPT
  return row.get(k, task, socket, length)
}
