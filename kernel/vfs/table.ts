// Descriptor tables: small numbers for open files, shared by threads, copied by fork, cleaned by exec.
import { EBADF, EMFILE, O_PATH, RLIMIT_NOFILE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { releaseFile } from './description.ts'
import { dropWatches } from './notify.ts'
import { opsOf } from './ops.ts'
import { dropRecordLocks } from './locks.ts'
import type { FileDescription, FileTable } from './types.ts'

const BITS = 32

/** A table for a first process. */
export const newFiles = (): FileTable => ({ refs: 1, files: [], cloexec: [], lowest: 0 })

function tableOf(task: Task): FileTable {
  if (!task.files) throw new Error(`descriptors of task ${task.pid}, which has exited`)
  return task.files
}

export const isCloexec = (table: FileTable, fd: number): boolean => (((table.cloexec[fd >> 5] ?? 0) >>> (fd & (BITS - 1))) & 1) === 1

/** Sets or clears a descriptor's close-on-exec flag. */
export function setCloexec(table: FileTable, fd: number, on: boolean): void {
  const word = fd >> 5
  while (table.cloexec.length <= word) table.cloexec.push(0)
  const bit = 1 << (fd & (BITS - 1))
  table.cloexec[word] = on ? table.cloexec[word]! | bit : table.cloexec[word]! & ~bit
}

/** What a descriptor means to the task's call: what it meant when the call first ran. EBADF when not open. */
export function getFile(task: Task, fd: number): FileDescription {
  const { call } = task
  if (call !== null) for (const held of call.files) if (held.fd === fd) return held.file
  return fileAt(task, fd)
}

/** What a descriptor of a task's, maybe another one's, is now. EBADF. */
export function fileAt(task: Task, fd: number): FileDescription {
  const file = task.files?.files[fd]
  if (file === undefined || file === null) throw EBADF
  return file
}

/** The same for calls that need more than a place: EBADF with O_PATH too. */
export function getIoFile(task: Task, fd: number): FileDescription {
  const file = getFile(task, fd)
  if (file.flags & O_PATH) throw EBADF
  return file
}

/** The lowest free descriptor from `min` on. EMFILE at RLIMIT_NOFILE. */
export function freeFd(task: Task, min = 0): number {
  const table = tableOf(task)
  const files = table.files
  let fd = Math.max(min, table.lowest)
  while (fd < files.length && files[fd] !== null) fd++
  if (fd >= task.group.rlimits.soft[RLIMIT_NOFILE]!) throw EMFILE
  return fd
}

/** Puts a description (its one reference) at a number that is free. */
export function placeFd(task: Task, fd: number, file: FileDescription, cloexec: boolean): void {
  const table = tableOf(task)
  const files = table.files
  while (files.length < fd) {
    files.push(null)
  }
  files[fd] = file
  if (cloexec || table.cloexec.length > 0) setCloexec(table, fd, cloexec)
  if (fd === table.lowest) table.lowest = fd + 1
}

/** Installs at the lowest free number. On EMFILE the caller still holds the description. */
export function installFd(_k: Kernel, task: Task, file: FileDescription, cloexec: boolean, min = 0): number {
  const fd = freeFd(task, min)
  placeFd(task, fd, file, cloexec)
  return fd
}

/** Takes a description out of the table, releasing the table's hold on it. EBADF when not open. */
export function closeFd(k: Kernel, task: Task, fd: number): void {
  const table = tableOf(task)
  const file = table.files[fd]
  if (file === undefined || file === null) throw EBADF
  drop(k, table, fd, file)
}

function drop(k: Kernel, table: FileTable, fd: number, file: FileDescription): void {
  table.files[fd] = null
  if (fd < table.lowest) table.lowest = fd
  if (table.cloexec.length > 0) setCloexec(table, fd, false)
  if (file.inode.locks) dropRecordLocks(k, file.inode, table)
  if (file.inode.watches?.signals.size) dropWatches(file, table)
  if (file.inode.mqueue) opsOf(k, file).closing?.(k, file, table)
  releaseFile(k, file)
}

/** fork without CLONE_FILES: a copy of the table, sharing the descriptions. */
export function forkFiles(_k: Kernel, from: FileTable): FileTable {
  const files = from.files.slice()
  while (files.length > 0 && files[files.length - 1] === null) files.pop()
  for (const file of files) if (file) file.refs++
  return { refs: 1, files, cloexec: from.cloexec.slice(), lowest: from.lowest }
}

/** CLONE_FILES. */
export function shareFiles(files: FileTable): FileTable {
  files.refs++
  return files
}

/** One holder less of a descriptor table; the last one closes all its files. */
export function releaseFiles(k: Kernel, table: FileTable): void {
  if (--table.refs > 0) return
  table.files.forEach((file, fd) => {
    if (file) drop(k, table, fd, file)
  })
  table.files.length = 0
}

/** exec: closes the close-on-exec descriptors. The table must be this task's own: forkFiles it before when shared. */
export function closeOnExec(k: Kernel, task: Task): void {
  const table = tableOf(task)
  if (table.cloexec.length === 0) return
  table.files.forEach((file, fd) => {
    if (file && isCloexec(table, fd)) drop(k, table, fd, file)
  })
}
