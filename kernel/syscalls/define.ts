// How a row of the system-call table is written. One row gives dispatch, the trace text, the generated documentation and the
// assembly include file. Argument types say how a raw register becomes a value and how strace shows it.
import { EINVAL } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { SyscallResult } from '../waiting.ts'

/** A number as it is in the register: its low word, that without its sign, or all of it. */
export type PlainForm = 'int' | 'uint' | 'wide'

/** An argument type. `raw` is the register as a signed double (exact below 2^53). */
export interface Arg<T> {
  /** C type, for the documentation: `const char *`. */
  type: string
  /** May throw an Errno (EFAULT for a bad pointer). Runs before the handler. */
  read(raw: number, k: Kernel, task: Task): T
  /** Called instead of `read` with the register's words where no number holds it: beyond 2^53. Missing: the rounded number does as well. */
  wide?(high: number, low: number): T
  /** It is a name in the program's memory: read after what is judged `first`. */
  named?: true
  /** The register's low 32 bits, signed, are handed in as `raw`: int, unsigned, descriptors, flags. Else all 64. */
  word?: boolean
  /** `read` need not be asked: it answers the word as it is, that without its sign, or all 64 bits, where these are from 0 to 2^53. */
  plain?: PlainForm
  /** It names an open file: a call that sleeps holds that. */
  descriptor?: true
  /** Names of flags or values that it is made of, as far as they are known. */
  names?: readonly string[]
  /** strace's text of such a value. Missing: in hex. */
  showWide?(value: bigint): string
  /**
   * strace's text for it. `raw` serves pointers that could not be read; `all` are the raw arguments; `result` is what the call
   * returned (a negative errno on failure), given to those with `after`.
   */
  show(raw: number, k: Kernel, task: Task, all: readonly number[], result?: number, noted?: readonly (number | undefined)[]): string
  /** Of one that the call writes over: what it was on entry, as a number, for `show` (in `noted`, by the argument's index). */
  before?(raw: number, k: Kernel, task: Task): number | undefined
  /** Shown once the call returned (a buffer the kernel fills): strace prints it on exit. */
  after?: boolean
}

export interface Syscall {
  nr: number
  name: string
  args: readonly (readonly [string, Arg<unknown>])[]
  /** Names of those that are descriptors. */
  descriptors: readonly string[]
  /**
   * For calls that are made often, whose arguments are all plain: makes the record of them at once, since the host is slow at adding members
   * by names that change. `plain` is their forms.
   */
  record?: (...values: number[]) => Record<string, unknown>
  plain: readonly (PlainForm | undefined)[]
  run(k: Kernel, task: Task, args: Record<string, unknown>): SyscallResult
  /** What is judged before names are read: of their arguments there is nothing yet. */
  first?: (args: Record<string, unknown>) => void
  /** What is limited, in a sentence, for the user's documentation. */
  note?: string
  /** Flags and operations that Linux takes and this kernel refuses, by their names: with what. */
  refused?: Readonly<Record<string, string>>
  /** How strace prints the result: a number, an address, nothing known. */
  result: 'int' | 'address' | 'mode'
  /** The argument list as strace shows it, where that is not one text per argument (clone): its first part on entry, the rest with the result. */
  text?: (k: Kernel, task: Task, raw: readonly number[], result?: number) => string
  /** How strace shows a result that is no error, where a number is not all: `0x8002 (flags O_RDWR|O_LARGEFILE)`, `0 (Timeout)`. */
  answer?: (k: Kernel, task: Task, raw: readonly number[], result: number) => string
}

/** For what a row judges first: EINVAL. */
export function judge(allowed: boolean): void {
  if (!allowed) throw EINVAL
}

type Values<A extends Record<string, Arg<unknown>>> = { [N in keyof A]: A[N] extends Arg<infer T> ? T : never }
export type ArgMap = Record<string, Arg<unknown>>

export function syscall<A extends ArgMap>(
  nr: number,
  name: string,
  args: A,
  run: (k: Kernel, task: Task, args: Values<A>) => SyscallResult,
  options: Pick<Syscall, 'note' | 'refused' | 'text' | 'answer'> & {
    result?: Syscall['result']
    first?: (args: Values<A>) => void
    record?: (...values: number[]) => Values<A>
  } = {},
): Syscall {
  const entries = Object.entries(args)
  return {
    nr,
    name,
    args: entries,
    descriptors: entries.filter(([, arg]) => arg.descriptor).map(([argument]) => argument),
    record: options.record,
    plain: options.record === undefined ? [] : entries.map(([, arg]) => arg.plain),
    run: run as Syscall['run'],
    first: options.first as Syscall['first'],
    note: options.note,
    refused: options.refused,
    result: options.result ?? 'int',
    text: options.text,
    answer: options.answer,
  }
}
