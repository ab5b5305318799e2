// How a system call says that it cannot finish now: as data. Every room below the calls answers with it, so it belongs to none of them.
import type { Errno } from './abi/errno.ts'
import type {
  FifoOpening,
  FutexLocking,
  FutexWaiting,
  FutexWaitingAny,
  MessageSending,
  MessageWaiting,
  MqWaiting,
  SemWaiting,
} from './ipc/types.ts'
import type { Cloning, Ending, ReadingArguments } from './process/types.ts'
import type { WaitQueue } from './sched/types.ts'
import type { Noticing } from './seccomp/types.ts'
import type { SyscallInProgress, Task } from './state.ts'
import type { Populating, Sleeping, Transferring, Waiting } from './syscalls/types.ts'
import type { TtyReading } from './tty/types.ts'
import type { FileDescription, LockWaiting } from './vfs/types.ts'

/** What a call that is not over remembers between its runs, by the kind of call: each room declares that of its own. */
export type Progress =
  | Cloning
  | Ending
  | FifoOpening
  | FutexLocking
  | FutexWaiting
  | FutexWaitingAny
  | LockWaiting
  | MessageSending
  | MessageWaiting
  | MqWaiting
  | Populating
  | Noticing
  | ReadingArguments
  | SemWaiting
  | Sleeping
  | Transferring
  | TtyReading
  | Waiting

/** The call cannot finish now: sleep on these queues until woken, the deadline (absolute ns) or a signal; then the handler runs again. */
export interface Blocked {
  kind: 'blocked'
  queues: WaitQueue[]
  /** Those of the queues of which one wake need not wake more than one such waiter (EPOLLEXCLUSIVE). */
  exclusive?: WaitQueue[]
  /** The first queue is that of a lock which this task owns: whoever waits lends it its priority. */
  owner?: Task
  deadline: number
  /** What a signal turns it into. null: uninterruptible (state D). */
  interrupted: Errno | null
  /** Becomes `task.call.progress`: what the handler finds there when it runs again. Missing: what is there stays. */
  progress?: Progress | null
  /** What the call returns when a signal ends it instead of `interrupted`: bytes already moved by a write or read. */
  partial?: number
  /** It need not sleep: there is more to do than one run of a call may. It runs again after whoever else had to be heard. */
  again?: true
  /** Becomes `task.call.kept`. Missing: what is there stays. */
  kept?: unknown
  /** Descriptions, each a reference, that no argument names: the call holds them from now on, and gives them back when it ends. */
  held?: FileDescription[]
}

/** Every member has its place from the start: who reads them all is slow where answers differ in form. */
export const blocked = (queues: WaitQueue[], interrupted: Errno | null, deadline = Infinity): Blocked => ({
  kind: 'blocked',
  queues,
  exclusive: undefined,
  deadline,
  interrupted,
  progress: undefined,
  partial: undefined,
  again: undefined,
  kept: undefined,
  held: undefined,
})

/** The record of a call that takes more than one run, begun at `startTime`. */
export const newCall = (nr: number, startTime: number): SyscallInProgress => ({
  nr,
  values: null,
  files: [],
  kept: null,
  progress: null,
  served: false,
  cut: false,
  startTime,
})

/** A call does no more than this in one run: bytes copied, or what takes as long. */
export const PIECE_BYTES = 2 ** 20

/** It goes on with `progress`, unless it is killed meanwhile. */
export const goOnWith = (progress: Progress): Blocked => ({ ...blocked([], null), again: true, progress })

/**
 * So far a call has come; it goes on with `progress`. A signal that comes meanwhile ends it at what it has done, `partial`: one that kills,
 * or any, where it may be `interrupted`.
 */
export const unfinished = (progress: Progress, partial: number, interrupted: Errno | null): Blocked => ({
  ...goOnWith(progress),
  interrupted,
  partial,
})

/** It has run before, and goes on; what it read of the program's memory then is not read again. */
export const goesOn = ({ call }: Task): boolean => call !== null && call.values !== null

/** What a call of this kind remembers of its run before; null: it is the first, or one of another kind. */
export function progressOf<C extends Progress['call']>({ call }: Task, kind: C): Extract<Progress, { call: C }> | null {
  const progress = call?.progress ?? null
  return progress !== null && isOf(progress, kind) ? progress : null
}
const isOf = <C extends Progress['call']>(progress: Progress, kind: C): progress is Extract<Progress, { call: C }> => progress.call === kind

/** What a call worked out in its first run, or works out now. Goes with `keeping`. */
export const keptOr = <T>(task: Task, make: () => T): T => (task.call?.kept as T | null | undefined) ?? make()
/** Should the call sleep, it finds this when it runs again. */
export const keeping = <R extends SyscallResult>(result: R, kept: unknown): R =>
  typeof result === 'object' ? ({ ...(result as Blocked), kept } as R) : result

/** Results are the register value: a count, an address (< 2^53), 0. Failures throw an Errno. `noReturn` leaves registers alone (exec, exit, sigreturn). */
export type SyscallResult = number | Blocked | typeof NO_RETURN
export const NO_RETURN = Symbol('the registers are already as they shall be')
