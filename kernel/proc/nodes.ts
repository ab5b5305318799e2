// What a file of /proc is: a row that makes its text when it is read. One row per file, in the order `ls -U /proc` would show.
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { Piece } from '../mm/index.ts'
import type { WaitQueue } from '../sched/types.ts'
import type { Blocked } from '../waiting.ts'
import type { FileDescription, Path } from '../vfs/types.ts'
import type { ProcData } from './types.ts'

/** A file about the whole system. */
export interface SystemFile {
  mode: number
  text(k: Kernel, reader: Task): string
  /** Refuses who may not open it, by throwing. */
  open?(k: Kernel, task: Task): void
  /** Instead of a text: what is there now, once; a reader waits for more. */
  stream?(k: Kernel, file: FileDescription, max: number): Uint8Array | Blocked
  poll?(k: Kernel, queues: WaitQueue[] | null): number
  /** What a write does with the text; missing: the file cannot be written. */
  write?(k: Kernel, text: string, writer: Task): void
}

/**
 * A file about a process or thread: `task` is the leader of the process, or the thread. It is a text, or a long text in pieces, or
 * bytes at offsets, or can only be written. Slashes in a name make directories.
 */
export interface ProcessFile {
  mode: number
  /** Shows what is inside of a program: for those who could debug it. */
  inspect?: true
  /** Only in the directory of a process, or only in that of a thread. */
  only?: 'process' | 'thread'
  /** For numbers that are the whole process's or one thread's: which this is about. */
  text?(k: Kernel, task: Task, thread: boolean, reader: Task): string
  /** What follows the cursor, which is 0 at the beginning. */
  piece?(k: Kernel, task: Task, cursor: number): Piece
  bytes?(k: Kernel, reader: Task, data: ProcData, offset: number, max: number): Uint8Array
  write?(k: Kernel, task: Task, text: string, writer: Task): void
  poke?(k: Kernel, writer: Task, data: ProcData, offset: number, bytes: Uint8Array): number
}

/** A symbolic link of a process that leads to a place. */
export interface ProcessLink {
  text(k: Kernel, task: Task): string
  jump(k: Kernel, task: Task, reader: Task): Path | null
}

export const READ_ONLY = 0o444
export const WRITABLE = 0o644
export const OWNER_ONLY = 0o400

const KIB = 1024

/** Nanoseconds as clock ticks (USER_HZ 100). */
export const ticks = (ns: number): number => Math.floor(ns / 1e7)

/** "1.50": seconds with hundredths. */
export const seconds = (ns: number): string => `${Math.floor(ns / 1e9)}.${String(Math.floor((ns % 1e9) / 1e7)).padStart(2, '0')}`

/** "VmRSS:\t    1616 kB": a size line of /proc/PID/status. */
export const kibLine = (name: string, bytes: number): string => `${name}:\t${String(Math.floor(bytes / KIB)).padStart(8)} kB\n`

/** Sixteen hex digits of a signal set or capability set. */
export const hex16 = (value: bigint | number): string => value.toString(16).padStart(16, '0')
