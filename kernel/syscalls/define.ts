// How a row of the system-call table is written. One row gives dispatch, the trace text, the generated documentation and the
// assembly include file. Argument types say how a raw register becomes a value and how strace shows it.
import type { Errno } from '../abi/errno.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { WaitQueue } from '../sched/types.ts'
import type { FileDescription } from '../vfs/types.ts'

/** An argument type. `raw` is the register as a signed double (exact below 2^53). */
export interface Arg<T> {
  /** C type, for the documentation: `const char *`. */
  type: string
  /** May throw an Errno (EFAULT for a bad pointer). Runs before the handler. */
  read(raw: number, k: Kernel, task: Task): T
  /** Called instead of `read` with the register's words where no number holds it: beyond 2^53. Missing: the rounded number does as well. */
  wide?(high: number, low: number): T
  /** The register's low 32 bits, signed, are handed in as `raw`: int, unsigned, descriptors, flags. Else all 64. */
  word?: boolean
  /** strace's text of such a value. Missing: in hex. */
  showWide?(value: bigint): string
  /**
   * strace's text for it. `raw` serves pointers that could not be read; `all` are the raw arguments; `result` is what the call
   * returned (a negative errno on failure), given to those with `after`.
   */
  show(raw: number, k: Kernel, task: Task, all: readonly number[], result?: number): string
  /** Shown once the call returned (a buffer the kernel fills): strace prints it on exit. */
  after?: boolean
}

/** The call cannot finish now: sleep on these queues until woken, the deadline (absolute ns) or a signal; then the handler runs again. */
export interface Blocked {
  kind: 'blocked'
  queues: WaitQueue[]
  /** Those of the queues of which one wake need not wake more than one such waiter (EPOLLEXCLUSIVE). */
  exclusive?: WaitQueue[]
  deadline: number
  /** What a signal turns it into. null: uninterruptible (state D). */
  interrupted: Errno | null
  /** Becomes `task.call.progress`: what the handler finds there when it runs again. Missing: what is there stays. */
  progress?: Record<string, unknown>
  /** What the call returns when a signal ends it instead of `interrupted`: bytes already moved by a write or read. */
  partial?: number
  /** It need not sleep: there is more to do than one run of a call may. It runs again after whoever else had to be heard. */
  again?: true
  /** Becomes `task.call.kept`. Missing: what is there stays. */
  kept?: unknown
  /** Descriptions, each a reference, that no argument names: the call holds them from now on, and gives them back when it ends. */
  held?: FileDescription[]
}

/** A call does no more than this in one run: bytes copied, or what takes as long. */
export const PIECE_BYTES = 2 ** 20

/** It goes on with `progress`, unless it is killed meanwhile. */
export const goOnWith = (progress: Record<string, unknown>): Blocked => ({ ...blocked([], null), again: true, progress })

/**
 * So far a call has come; it goes on with `progress`. A signal that comes meanwhile ends it at what it has done, `partial`: one that kills,
 * or any, where it may be `interrupted`.
 */
export const unfinished = (progress: Record<string, unknown>, partial: number, interrupted: Errno | null): Blocked => ({
  ...goOnWith(progress),
  interrupted,
  partial,
})

/** It has run before, and goes on; what it read of the program's memory then is not read again. */
export const goesOn = ({ call }: Task): boolean => call !== null && call.values !== null

/** What a call worked out in its first run, or works out now. Goes with `keeping`. */
export const keptOr = <T>(task: Task, make: () => T): T => (task.call?.kept as T | null | undefined) ?? make()
/** Should the call sleep, it finds this when it runs again. */
export const keeping = <R extends SyscallResult>(result: R, kept: unknown): R =>
  typeof result === 'object' ? ({ ...(result as Blocked), kept } as R) : result

/** Results are the register value: a count, an address (< 2^53), 0. Failures throw an Errno. `noReturn` leaves registers alone (exec, exit, sigreturn). */
export type SyscallResult = number | Blocked | typeof NO_RETURN
export const NO_RETURN = Symbol('the registers are already as they shall be')

export interface Syscall {
  nr: number
  name: string
  args: readonly (readonly [string, Arg<unknown>])[]
  run(k: Kernel, task: Task, args: Record<string, unknown>): SyscallResult
  /** What is limited, in a sentence, for the user's documentation. */
  note?: string
  /** How strace prints the result: a number, an address, nothing known. */
  result: 'int' | 'address' | 'mode'
  /** The argument list as strace shows it, where that is not one text per argument (clone): its first part on entry, the rest with the result. */
  text?: (k: Kernel, task: Task, raw: readonly number[], result?: number) => string
  /** How strace shows a result that is no error, where a number is not all: `0x8002 (flags O_RDWR|O_LARGEFILE)`, `0 (Timeout)`. */
  answer?: (k: Kernel, task: Task, raw: readonly number[], result: number) => string
}

type Values<A extends Record<string, Arg<unknown>>> = { [N in keyof A]: A[N] extends Arg<infer T> ? T : never }
export type ArgMap = Record<string, Arg<unknown>>

export function syscall<A extends ArgMap>(
  nr: number,
  name: string,
  args: A,
  run: (k: Kernel, task: Task, args: Values<A>) => SyscallResult,
  options: Pick<Syscall, 'note' | 'text' | 'answer'> & { result?: Syscall['result'] } = {},
): Syscall {
  return {
    nr,
    name,
    args: Object.entries(args),
    run: run as Syscall['run'],
    note: options.note,
    result: options.result ?? 'int',
    text: options.text,
    answer: options.answer,
  }
}

export const blocked = (queues: WaitQueue[], interrupted: Errno | null, deadline = Infinity): Blocked => ({
  kind: 'blocked',
  queues,
  deadline,
  interrupted,
})
