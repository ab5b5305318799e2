// Open file descriptions: what dup and fork share. They end when the last descriptor and mapping that hold them are gone.
import { IN_CLOSE_NOWRITE, IN_CLOSE_WRITE, O_ASYNC } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { setAsync } from './async.ts'
import { releaseInode, retainInode } from './inode.ts'
import { dropLease } from './leases.ts'
import { dropFlocks } from './locks.ts'
import { isReadable, isWritable } from './open-mode.ts'
import { notifyOpen } from './watch.ts'
import { opsOf } from './ops.ts'
import type { SyscallInProgress, Task } from '../state.ts'
import type { FileData, FileDescription, FileOpsKind, Inode, Path } from './types.ts'

/** A description with one holder: who installs it. */
export function newDescription(
  kind: FileOpsKind,
  inode: Inode,
  path: Path | null,
  flags: number,
  data: FileData | null,
  label = '',
): FileDescription {
  retainInode(inode)
  const file: FileDescription = { kind, inode, path, label, flags, pos: 0, refs: 1, created: false, owner: null, epolls: null, data }
  count(file, 1)
  return file
}

function count(file: FileDescription, change: 1 | -1): void {
  if (isWritable(file)) file.inode.writers += change
  else if (isReadable(file)) file.inode.readers += change
}

/** An open that came to nothing: the inode forgets it. */
export function forgetOpen(file: FileDescription): void {
  count(file, -1)
  file.inode.refs--
}

/** One more holder of an open file description. */
export function retainFile(file: FileDescription): FileDescription {
  file.refs++
  return file
}

/** In SyscallInProgress.files: a description that no descriptor named. */
export const NO_DESCRIPTOR = -1

/** A call that slept ends, or its task does: what it held meanwhile is given back. */
export function releaseHeld(k: Kernel, call: SyscallInProgress): void {
  const { files } = call
  if (files.length === 0) return
  call.files = []
  for (const { file } of files) releaseFile(k, file)
}

/** The task's call is over: what it held while it slept is given back. */
export function endCall(k: Kernel, task: Task): void {
  const { call } = task
  task.call = null
  if (call !== null) releaseHeld(k, call)
}

/** One holder less of an open file description; the last one closes it. */
export function releaseFile(k: Kernel, file: FileDescription): void {
  if (--file.refs > 0) return
  if (file.refs < 0) throw new Error(`releasing a ${file.kind} description that nobody holds`)
  notifyOpen(k, file, isWritable(file) ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE)
  if (file.epolls) for (const epoll of [...file.epolls.keys()]) opsOf(k, epoll).forget?.(k, epoll, file)
  if (file.flags & O_ASYNC) setAsync(k, file, -1, false)
  if (file.inode.locks) dropFlocks(k, file)
  count(file, -1)
  if (file.inode.leases) dropLease(k, file)
  opsOf(k, file).release?.(k, file)
  releaseInode(k, file.inode)
}
