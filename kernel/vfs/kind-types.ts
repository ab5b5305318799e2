// What the rooms of files hand to those below them, as types.
import type { InotifyWatch } from '../ipc/types.ts'
import type { Kernel } from '../kernel.ts'
import type { RingOp } from '../ring/types.ts'
import type { FileDescription, FileOps, FileOpsKind, FileSystemKind, FileSystemOps } from './types.ts'

/** Every kind there is, put together at the top (kernel/kinds.ts); and how it is told what happened to a file. */
export interface Kinds {
  files: Readonly<Record<FileOpsKind, FileOps>>
  fileSystems: Readonly<Record<FileSystemKind, FileSystemOps>>
  /** What a device number is opened as; undefined: nobody serves it (ENXIO). */
  device(rdev: number): FileOpsKind | undefined
  /** One event of a file to its owner (F_SETOWN), by a signal: `band` is POLL_IN, POLL_OUT, POLL_MSG; `fd` what si_fd will say. */
  tell(k: Kernel, file: FileDescription, fd: number, band: number): void
  /** An event of a file to somebody who watches it: IN_* bits, what ties two ends of a move, a name in the directory that is watched. */
  queueEvent(k: Kernel, watch: InotifyWatch, mask: number, cookie: number, name: string): void
  /** What it watches is gone. */
  endWatch(k: Kernel, watch: InotifyWatch): void
  /** SIGURG to a file's owner. */
  urge(k: Kernel, file: FileDescription): void
  /** Files on their way in messages, or held by rings, as often as they are: no descriptor leads to them. */
  underway(k: Kernel): Iterable<FileDescription>
  /** Of messages that no open file leads to, in bytes of kernel memory. */
  bytesUnderway(k: Kernel): number
  /** Operations of io_uring that are calls, by their codes. */
  ringOps: Readonly<Record<number, RingOp>>
}
