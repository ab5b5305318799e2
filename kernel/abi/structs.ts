// Structures that cross the system-call boundary: one layout each, from which reading, writing and the size come.
// Offsets follow the C rules of the riscv64 ABI: every member at a multiple of its alignment, the whole padded to the largest.
import { int64, TWO_32, type Int64 } from './int64.ts'

/** Scalars are numbers (64-bit ones rounded past 2^53); `int64` is signed and exact, `big` an unsigned bigint; a count makes an array of bytes. */
type Scalar = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'int64' | 'big'
type Member = Scalar | { bytes: number } | Layout<Members>
type Members = { readonly [name: string]: Member }
type ValueOf<M> = M extends 'big'
  ? bigint
  : M extends 'int64'
    ? Int64
    : M extends Scalar
      ? number
      : M extends { bytes: number }
        ? Uint8Array
        : M extends Layout<infer S>
          ? StructValues<S>
          : never
export type StructValues<S> = { [N in keyof S]: ValueOf<S[N]> }

export interface Layout<S extends Members> {
  readonly size: number
  readonly align: number
  readonly members: S
  readonly offsets: { readonly [N in keyof S]: number }
  /** The members in order with their offsets, so that transfers need not look them up. */
  readonly plan: readonly { readonly name: string; readonly member: Member; readonly at: number }[]
}

const SCALAR_BYTES: Readonly<Record<Scalar, number>> = { i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, u32: 4, i64: 8, u64: 8, int64: 8, big: 8 }

const isLayout = (m: Member): m is Layout<Members> => typeof m === 'object' && 'members' in m
const sizeOf = (m: Member): number => (typeof m === 'string' ? SCALAR_BYTES[m] : isLayout(m) ? m.size : m.bytes)
const alignOf = (m: Member): number => (typeof m === 'string' ? SCALAR_BYTES[m] : isLayout(m) ? m.align : 1)

/** Lays out a structure as C does on riscv64: each member at its own boundary, the size rounded up to the largest. */
export function struct<const S extends Members>(members: S): Layout<S> {
  const offsets: Record<string, number> = {}
  let at = 0
  let align = 1
  for (const [name, member] of Object.entries(members)) {
    const own = alignOf(member)
    at = Math.ceil(at / own) * own
    offsets[name] = at
    at += sizeOf(member)
    align = Math.max(align, own)
  }
  const plan = Object.entries(members).map(([name, member]) => ({ name, member, at: offsets[name] as number }))
  return { size: Math.ceil(at / align) * align, align, members, offsets: offsets as Layout<S>['offsets'], plan }
}

const readers: { [K in Scalar]: (view: DataView, at: number) => ValueOf<K> } = {
  i8: (v, at) => v.getInt8(at),
  u8: (v, at) => v.getUint8(at),
  i16: (v, at) => v.getInt16(at, true),
  u16: (v, at) => v.getUint16(at, true),
  i32: (v, at) => v.getInt32(at, true),
  u32: (v, at) => v.getUint32(at, true),
  i64: (v, at) => v.getInt32(at + 4, true) * TWO_32 + v.getUint32(at, true),
  u64: (v, at) => v.getUint32(at + 4, true) * TWO_32 + v.getUint32(at, true),
  int64: (v, at) => int64(v.getInt32(at + 4, true), v.getInt32(at, true)),
  big: (v, at) => v.getBigUint64(at, true),
}

/** Two's complement of any safe integer; Infinity becomes all ones, as RLIM_INFINITY is. */
function put64(view: DataView, at: number, value: number): void {
  if (value === Infinity) {
    view.setInt32(at, -1, true)
    view.setInt32(at + 4, -1, true)
    return
  }
  const high = Math.floor(value / TWO_32)
  view.setUint32(at, value - high * TWO_32, true)
  view.setInt32(at + 4, high, true)
}

const writers: { [K in Scalar]: (view: DataView, at: number, value: ValueOf<K>) => void } = {
  i8: (v, at, n) => v.setInt8(at, n),
  u8: (v, at, n) => v.setUint8(at, n),
  i16: (v, at, n) => v.setInt16(at, n, true),
  u16: (v, at, n) => v.setUint16(at, n, true),
  i32: (v, at, n) => v.setInt32(at, n, true),
  u32: (v, at, n) => v.setUint32(at, n, true),
  i64: put64,
  u64: put64,
  int64: (v, at, n) => (typeof n === 'number' ? put64(v, at, n) : v.setBigInt64(at, n, true)),
  big: (v, at, n) => v.setBigUint64(at, n, true),
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function readAt(layout: Layout<Members>, bytes: Uint8Array, view: DataView, base: number): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const { name, member, at: offset } of layout.plan) {
    const at = base + offset
    if (typeof member === 'string') values[name] = readers[member](view, at)
    else if (isLayout(member)) values[name] = readAt(member, bytes, view, at)
    else values[name] = bytes.slice(at, at + member.bytes)
  }
  return values
}

function writeAt(layout: Layout<Members>, bytes: Uint8Array, view: DataView, base: number, values: Record<string, unknown>): void {
  for (const { name, member, at: offset } of layout.plan) {
    const value = values[name]
    if (value === undefined) continue
    const at = base + offset
    if (typeof member === 'string') (writers[member] as (v: DataView, at: number, n: unknown) => void)(view, at, value)
    else if (isLayout(member)) writeAt(member, bytes, view, at, value as Record<string, unknown>)
    else bytes.set((value as Uint8Array).subarray(0, member.bytes), at)
  }
}

/** The values of a structure whose bytes start at `offset`. */
export const readStruct = <S extends Members>(layout: Layout<S>, bytes: Uint8Array, offset = 0): StructValues<S> =>
  readAt(layout as unknown as Layout<Members>, bytes, viewOf(bytes), offset) as StructValues<S>

type Partially<S> = { [N in keyof S]?: S[N] extends Layout<infer T> ? Partially<T> : ValueOf<S[N]> }

/** The bytes of a structure; members not given are zero. */
export function writeStruct<S extends Members>(layout: Layout<S>, values: Partially<S>): Uint8Array {
  const bytes = new Uint8Array(layout.size)
  writeAt(layout as unknown as Layout<Members>, bytes, viewOf(bytes), 0, values as Record<string, unknown>)
  return bytes
}

/** A byte string cut to `size - 1` and padded with NULs. */
export function fixedString(text: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < Math.min(text.length, size - 1); i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

export const TIMESPEC = struct({ sec: 'int64', nsec: 'int64' })
export const TIMEVAL = struct({ sec: 'int64', usec: 'int64' })
export const TIMEZONE = struct({ minuteswest: 'i32', dsttime: 'i32' })
export const ITIMERVAL = struct({ interval: TIMEVAL, value: TIMEVAL })
export const ITIMERSPEC = struct({ interval: TIMESPEC, value: TIMESPEC })
/** struct timex of adjtimex(2). */
export const TIMEX = struct({
  modes: 'u32',
  offset: 'i64',
  freq: 'i64',
  maxerror: 'i64',
  esterror: 'i64',
  status: 'i32',
  constant: 'i64',
  precision: 'i64',
  tolerance: 'i64',
  time: TIMEVAL,
  tick: 'i64',
  ppsfreq: 'i64',
  jitter: 'i64',
  shift: 'i32',
  stabil: 'i64',
  jitcnt: 'i64',
  calcnt: 'i64',
  errcnt: 'i64',
  stbcnt: 'i64',
  tai: 'i32',
  kept: { bytes: 44 },
})
export const TMS = struct({ utime: 'i64', stime: 'i64', cutime: 'i64', cstime: 'i64' })
export const RLIMIT = struct({ cur: 'big', max: 'big' })
export const RUSAGE = struct({
  utime: TIMEVAL,
  stime: TIMEVAL,
  maxrss: 'i64',
  ixrss: 'i64',
  idrss: 'i64',
  isrss: 'i64',
  minflt: 'i64',
  majflt: 'i64',
  nswap: 'i64',
  inblock: 'i64',
  oublock: 'i64',
  msgsnd: 'i64',
  msgrcv: 'i64',
  nsignals: 'i64',
  nvcsw: 'i64',
  nivcsw: 'i64',
})
const UTSNAME_FIELD = { bytes: 65 } as const
export const UTSNAME = struct({
  sysname: UTSNAME_FIELD,
  nodename: UTSNAME_FIELD,
  release: UTSNAME_FIELD,
  version: UTSNAME_FIELD,
  machine: UTSNAME_FIELD,
  domainname: UTSNAME_FIELD,
})
export const SYSINFO = struct({
  uptime: 'i64',
  load1: 'u64',
  load5: 'u64',
  load15: 'u64',
  totalram: 'u64',
  freeram: 'u64',
  sharedram: 'u64',
  bufferram: 'u64',
  totalswap: 'u64',
  freeswap: 'u64',
  procs: 'u16',
  totalhigh: 'u64',
  freehigh: 'u64',
  memUnit: 'u32',
})
/** struct stat of asm-generic/stat.h. */
export const STAT = struct({
  dev: 'u64',
  ino: 'u64',
  mode: 'u32',
  nlink: 'u32',
  uid: 'u32',
  gid: 'u32',
  rdev: 'u64',
  pad1: 'u64',
  size: 'i64',
  blksize: 'i32',
  pad2: 'i32',
  blocks: 'i64',
  atime: TIMESPEC,
  mtime: TIMESPEC,
  ctime: TIMESPEC,
  unused: 'u64',
})
const STATX_TIME = struct({ sec: 'int64', nsec: 'u32', pad: 'i32' })
export const STATX_LAYOUT = struct({
  mask: 'u32',
  blksize: 'u32',
  attributes: 'u64',
  nlink: 'u32',
  uid: 'u32',
  gid: 'u32',
  mode: 'u16',
  spare0: 'u16',
  ino: 'u64',
  size: 'u64',
  blocks: 'u64',
  attributesMask: 'u64',
  atime: STATX_TIME,
  btime: STATX_TIME,
  ctime: STATX_TIME,
  mtime: STATX_TIME,
  rdevMajor: 'u32',
  rdevMinor: 'u32',
  devMajor: 'u32',
  devMinor: 'u32',
  mntId: 'u64',
  spare: { bytes: 104 },
})
export const STATFS = struct({
  type: 'i64',
  bsize: 'i64',
  blocks: 'u64',
  bfree: 'u64',
  bavail: 'u64',
  files: 'u64',
  ffree: 'u64',
  fsid: 'u64',
  namelen: 'i64',
  frsize: 'i64',
  flags: 'i64',
  spare: { bytes: 32 },
})
export const F_OWNER_EX = struct({ type: 'i32', pid: 'i32' })
export const IOVEC = struct({ base: 'u64', length: 'u64' })
export const FLOCK_LAYOUT = struct({ type: 'i16', whence: 'i16', start: 'big', len: 'big', pid: 'i32' })
export const POLLFD = struct({ fd: 'i32', events: 'i16', revents: 'i16' })
export const EPOLL_EVENT = struct({ events: 'u32', data: 'big' })
/** Before the name of each entry of getdents64. */
export const DIRENT64 = struct({ ino: 'u64', off: 'i64', reclen: 'u16', type: 'u8' })
export const DIRENT64_NAME = 19
export const OPEN_HOW = struct({ flags: 'big', mode: 'big', resolve: 'big' })
/** Flags are an unsigned long, often sign-extended from an int: as a double its low bits would be lost, so the halves are read apart. */
export const SIGACTION = struct({ handler: 'u64', flags: 'u32', flagsHigh: 'u32', mask: 'big' })
export const STACK = struct({ sp: 'u64', flags: 'i32', size: 'u64' })
/** siginfo_t: a header, then a union whose members depend on the signal. */
export const SIGINFO = {
  size: 128,
  offsets: { signo: 0, errno: 4, code: 8, pid: 16, uid: 20, status: 24, value: 24, addr: 16 },
} as const
/** ucontext_t with the mcontext at its end: pc, x1..x31, then f0..f31 and fcsr in room for the largest of their formats. */
export const UCONTEXT = struct({
  flags: 'u64',
  link: 'u64',
  stack: STACK,
  sigmask: 'big',
  spare: { bytes: 120 },
  pad: 'u64',
  pc: 'u64',
  x1: { bytes: 31 * 8 },
  fp: { bytes: 528 },
})
export const WINSIZE = struct({ rows: 'u16', columns: 'u16', xpixel: 'u16', ypixel: 'u16' })
export const TERMIOS = struct({ iflag: 'u32', oflag: 'u32', cflag: 'u32', lflag: 'u32', line: 'u8', cc: { bytes: 19 } })
/** The older one of TCGETA: half of each flag word, and eight characters. */
export const TERMIO = struct({ iflag: 'u16', oflag: 'u16', cflag: 'u16', lflag: 'u16', line: 'u8', cc: { bytes: 8 } })
export const TERMIOS2 = struct({ ...TERMIOS.members, ispeed: 'u32', ospeed: 'u32' })
/** As of CLONE_ARGS_SIZE_VER2; version 0 ends before setTid. */
export const CLONE_ARGS = struct({
  flags: 'u64',
  pidfd: 'u64',
  childTid: 'u64',
  parentTid: 'u64',
  exitSignal: 'u64',
  stack: 'u64',
  stackSize: 'u64',
  tls: 'u64',
  setTid: 'u64',
  setTidSize: 'u64',
  cgroup: 'u64',
})
export const ROBUST_LIST_HEAD = struct({ next: 'u64', futexOffset: 'i64', pending: 'u64' })
export const SCHED_PARAM = struct({ priority: 'i32' })
export const SCHED_ATTR = struct({
  size: 'u32',
  policy: 'u32',
  flags: 'u64',
  nice: 'i32',
  priority: 'u32',
  runtime: 'u64',
  deadline: 'u64',
  period: 'u64',
  utilMin: 'u32',
  utilMax: 'u32',
})
export const CAP_HEADER = struct({ version: 'u32', pid: 'i32' })
export const CAP_DATA = struct({ effective: 'u32', permitted: 'u32', inheritable: 'u32' })

/** struct sigevent, 64 bytes (uapi asm-generic/siginfo.h), and what it asks for. */
export const SIGEVENT = struct({ value: 'big', signo: 'i32', notify: 'i32', tid: 'i32', rest: { bytes: 44 } })
export const SIGEV = { SIGEV_SIGNAL: 0, SIGEV_NONE: 1, SIGEV_THREAD: 2, SIGEV_THREAD_ID: 4 } as const
