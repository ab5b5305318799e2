// siginfo_t in bytes (Linux uapi asm-generic/siginfo.h): 128 of them, a header of three ints and a union that starts at 16.
// Kept apart from the kernel's own record, because a program may queue any bytes it likes (rt_sigqueueinfo).
import {
  SIGBUS,
  SIGCHLD,
  SIGFPE,
  SIGILL,
  SIGINFO,
  SIGPOLL,
  SIGSEGV,
  SIGSYS,
  SIGTRAP,
  SI_KERNEL,
  SI_TIMER,
  SI_TKILL,
  SI_USER,
} from '../abi/index.ts'
import type { SigFields, SigInfo } from './types.ts'

export const SIGINFO_BYTES = SIGINFO.size
/** The union's members begin with the pid of a sender. */
const { signo: SIGNO, errno: ERRNO, code: CODE, pid: UNION } = SIGINFO.offsets

/** How each member of the union is written, at its address. */
const encoders: { [K in SigFields['kind']]: (view: DataView, at: number, fields: Extract<SigFields, { kind: K }>) => void } = {
  kill: (view, at, { pid, uid }) => {
    view.setInt32(at, pid, true)
    view.setUint32(at + 4, uid, true)
  },
  queue: (view, at, { pid, uid, value }) => {
    view.setInt32(at, pid, true)
    view.setUint32(at + 4, uid, true)
    view.setBigUint64(at + 8, BigInt.asUintN(64, value), true)
  },
  timer: (view, at, { id, overrun, value }) => {
    view.setInt32(at, id, true)
    view.setInt32(at + 4, overrun, true)
    view.setBigUint64(at + 8, BigInt.asUintN(64, value), true)
  },
  child: (view, at, { pid, uid, status, utime, stime }) => {
    view.setInt32(at, pid, true)
    view.setUint32(at + 4, uid, true)
    view.setInt32(at + 8, status, true)
    view.setBigInt64(at + 16, BigInt(utime), true)
    view.setBigInt64(at + 24, BigInt(stime), true)
  },
  fault: (view, at, { address }) => view.setBigInt64(at, BigInt(address), true),
  poll: (view, at, { band, fd }) => {
    view.setBigInt64(at, BigInt(band), true)
    view.setInt32(at + 8, fd, true)
  },
  sys: (view, at, { address, syscall, arch }) => {
    view.setBigInt64(at, BigInt(address), true)
    view.setInt32(at + 8, syscall, true)
    view.setUint32(at + 12, arch, true)
  },
}

const decoders: { [K in SigFields['kind']]: (view: DataView) => SigFields } = {
  kill: view => ({ kind: 'kill', pid: view.getInt32(UNION, true), uid: view.getUint32(UNION + 4, true) }),
  queue: view => ({
    kind: 'queue',
    pid: view.getInt32(UNION, true),
    uid: view.getUint32(UNION + 4, true),
    value: view.getBigUint64(UNION + 8, true),
  }),
  timer: view => ({
    kind: 'timer',
    id: view.getInt32(UNION, true),
    overrun: view.getInt32(UNION + 4, true),
    value: view.getBigUint64(UNION + 8, true),
  }),
  child: view => ({
    kind: 'child',
    pid: view.getInt32(UNION, true),
    uid: view.getUint32(UNION + 4, true),
    status: view.getInt32(UNION + 8, true),
    utime: Number(view.getBigInt64(UNION + 16, true)),
    stime: Number(view.getBigInt64(UNION + 24, true)),
  }),
  fault: view => ({ kind: 'fault', address: Number(view.getBigInt64(UNION, true)) }),
  sys: view => ({
    kind: 'sys',
    address: Number(view.getBigInt64(UNION, true)),
    syscall: view.getInt32(UNION + 8, true),
    arch: view.getUint32(UNION + 12, true),
  }),
  poll: view => ({ kind: 'poll', band: Number(view.getBigInt64(UNION, true)), fd: view.getInt32(UNION + 8, true) }),
}

const FAULTS: ReadonlySet<number> = new Set([SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP])

/** Which member of the union a number and code select (signalfd.c and siginfo.h agree on it). */
function kindOf(signal: number, code: number): SigFields['kind'] {
  if (code === SI_TIMER) return 'timer'
  if (code === SI_USER || code === SI_KERNEL || code === SI_TKILL) return 'kill'
  if (code < 0) return 'queue'
  if (signal === SIGCHLD) return 'child'
  if (signal === SIGPOLL) return 'poll'
  if (signal === SIGSYS) return 'sys'
  return FAULTS.has(signal) ? 'fault' : 'kill'
}

/** The 128 bytes a program sees. */
export function encodeSigInfo(info: SigInfo): Uint8Array {
  const bytes = new Uint8Array(SIGINFO_BYTES)
  encodeSigInfoInto(info, new DataView(bytes.buffer), 0)
  return bytes
}

/** The same into something larger, which is zero there. */
export function encodeSigInfoInto(info: SigInfo, view: DataView, at: number): void {
  view.setInt32(at + SIGNO, info.signal, true)
  view.setInt32(at + ERRNO, info.errno, true)
  view.setInt32(at + CODE, info.code, true)
  const encode = encoders[info.fields.kind] as (view: DataView, at: number, fields: SigFields) => void
  encode(view, at + UNION, info.fields)
}

/** What a program queued; `signal` is the number it was sent as, whatever si_signo said. */
export function decodeSigInfo(bytes: Uint8Array, signal: number): SigInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const code = view.getInt32(CODE, true)
  return { signal, errno: view.getInt32(ERRNO, true), code, fields: decoders[kindOf(signal, code)](view) }
}
