// Who sent a signal and why: one maker per cause, so that si_code and the fields always fit together.
import { SIGCHLD, SI_KERNEL, SI_QUEUE, SI_TIMER, SI_TKILL, SI_USER } from '../abi/index.ts'
import type { Task } from '../state.ts'
import type { SigInfo } from './types.ts'

/** kill(2) by `from`; `code` is SI_TKILL for tkill and tgkill. */
export const killInfo = (signal: number, from: Task, code: typeof SI_USER | typeof SI_TKILL = SI_USER): SigInfo => ({
  signal,
  errno: 0,
  code,
  fields: { kind: 'kill', pid: from.group.tgid, uid: from.credentials.uid },
})

/** Sent by the kernel itself: the terminal's Ctrl-C, an alarm, a broken pipe. */
export const kernelInfo = (signal: number): SigInfo => ({ signal, errno: 0, code: SI_KERNEL, fields: { kind: 'kill', pid: 0, uid: 0 } })

/** A trap's signal: `code` says why (SEGV_MAPERR, ILL_ILLOPC, ...), `address` where. */
export const faultInfo = (signal: number, code: number, address: number): SigInfo => ({
  signal,
  errno: 0,
  code,
  fields: { kind: 'fault', address },
})

/** SIGCHLD to a parent: `code` CLD_*, `status` the exit code or the signal; times in clock ticks. */
export const childInfo = (
  code: number,
  pid: number,
  uid: number,
  status: number,
  utime: number,
  stime: number,
  signal: number = SIGCHLD,
): SigInfo => ({
  signal,
  errno: 0,
  code,
  fields: { kind: 'child', pid, uid, status, utime, stime },
})

/** A POSIX timer ran out. */
export const timerInfo = (signal: number, id: number, overrun: number, value: bigint): SigInfo => ({
  signal,
  errno: 0,
  code: SI_TIMER,
  fields: { kind: 'timer', id, overrun, value },
})

/** sigqueue(3). */
export const queueInfo = (signal: number, from: Task, value: bigint): SigInfo => ({
  signal,
  errno: 0,
  code: SI_QUEUE,
  fields: { kind: 'queue', pid: from.group.tgid, uid: from.credentials.uid, value },
})
