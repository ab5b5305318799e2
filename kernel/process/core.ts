// Core dumps (core(5)): whether a process that a signal ends leaves one, and its writing, piece by piece, while the process stands still.
// The wait status says that there is one only when there really is. Where core_pattern names a program (`|...`), none is written.
import { PAGE_SIZE } from '../../vm/index.ts'
import { AT_FDCWD, isErrno, killedStatus, O_CREAT, O_EXCL, O_LARGEFILE, O_NOFOLLOW, O_WRONLY, RLIMIT_CORE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { LOG_INFO, log, mayLog } from '../klog.ts'
import { dequeue, sleepOn, stopWaiting } from '../sched/index.ts'
import { killPending } from '../signal/pending.ts'
import type { SigInfo } from '../signal/types.ts'
import type { Task } from '../state.ts'
import { readInode, truncateInode, writeInode } from '../fs/index.ts'
import { lookupParent, openFile, releaseFile, removeNode } from '../vfs/index.ts'
import type { FileDescription, Inode } from '../vfs/types.ts'
import { coreFile, corePage, type CoreFile } from './core-file.ts'
import { coreName } from './core-name.ts'
import { exitGroup } from './exit.ts'
import { rlimit } from '../task/index.ts'
import type { CoreDump } from './types.ts'

/** Linux writes none below a page (min_coredump). */
const LEAST_BYTES = 4096
const CORE_MODE = 0o600
const OPEN_FLAGS = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_LARGEFILE
/** A file that others could read or that its owner could not is not written to. */
const MODE_MASK = 0o677
/** Pages of a piece: after so many whoever has to be heard is heard. */
const PIECE_PAGES = 256

/** The rules that hold before a file is looked for: the limit, and a program that nobody else may look into (PR_SET_DUMPABLE). */
const mayDumpCore = ({ group, mm }: Task): boolean => rlimit(group, RLIMIT_CORE) >= LEAST_BYTES && mm?.dumpable === 1

/** Runs something that may fail as a system call does; null: it did. */
function attempt<T>(what: () => T): T | null {
  try {
    return what()
  } catch (error) {
    if (!isErrno(error)) throw error
    return null
  }
}

/** A file of this name that is new and the process's own. Whatever had the name loses it, if the process may unlink that. */
function createFile(k: Kernel, task: Task, name: string): FileDescription | null {
  attempt(() => removeNode(k, task, lookupParent(k, task, AT_FDCWD, name), false))
  const file = attempt(() => openFile(k, task, AT_FDCWD, name, OPEN_FLAGS, CORE_MODE))
  if (file === null) return null
  const { inode } = file
  const isOwn = inode.kind === 'regular' && inode.uid === task.credentials.fsuid && (inode.mode & MODE_MASK) === CORE_MODE
  if (isOwn) return file
  releaseFile(k, file)
  return null
}

function openCore(k: Kernel, task: Task, signal: number): FileDescription | null {
  const name = coreName(k, task, signal)
  if (!name.startsWith('|')) return createFile(k, task, name)
  if (mayLog(k)) log(k, LOG_INFO, `Core dump to ${name} pipe failed`)
  return null
}

/** The other threads go no further: they are seen in the dump as they are now, and end with it. */
function holdThreads(k: Kernel, task: Task): void {
  for (const thread of task.group.threads) {
    if (thread === task) continue
    dequeue(k, thread)
    stopWaiting(k, thread)
    sleepOn(k, thread, [], Infinity, false)
    if (thread.onHart >= 0) k.state.harts[thread.onHart].resched = true
  }
}

/** Writes bytes at a place of the file, as far as the limit goes. False: that was all that will be written. */
function emit(k: Kernel, task: Task, dump: CoreDump, offset: number, bytes: Uint8Array): boolean {
  const part = bytes.length > dump.left ? bytes.subarray(0, dump.left) : bytes
  const written = attempt(() => writeInode(k, task, dump.file.inode, offset, part))
  dump.left -= written ?? 0
  return written === bytes.length
}

/**
 * To be called when `info`, whose default action dumps core, ends a process. True: a dump was begun, and `group.coreDump` says how far it
 * is: it is to be gone on with (continueCore) instead of ending the process.
 */
export function beginCore(k: Kernel, task: Task, info: SigInfo): boolean {
  if (!mayDumpCore(task)) return false
  const shape = coreFile(k, task, info)
  const file = shape && openCore(k, task, info.signal)
  if (!shape || !file) return false
  holdThreads(k, task)
  const dump = newDump(task, info, file, shape)
  task.group.coreDump = dump
  task.signalPending = true
  if (!emit(k, task, dump, 0, shape.head)) dump.cut = true
  return true
}

const newDump = ({ group }: Task, { signal }: SigInfo, file: FileDescription, { spans, size }: CoreFile): CoreDump => ({
  file,
  signal,
  spans,
  size,
  span: 0,
  next: spans.length > 0 ? spans[0].start : 0,
  left: rlimit(group, RLIMIT_CORE),
  cut: false,
})

/** Through the page cache, as a read would. */
const readPage = (k: Kernel, inode: Inode, offset: number): Uint8Array | null => attempt(() => readInode(k, inode, offset, PAGE_SIZE))

/** Writes the next pages. True: that was the last one. */
function writePiece(k: Kernel, task: Task, dump: CoreDump): boolean {
  const { mm } = task
  for (let pages = 0; !dump.cut && mm !== null && dump.span < dump.spans.length; pages++) {
    if (pages === PIECE_PAGES) return false
    const { start, end, offset } = dump.spans[dump.span]
    const bytes = corePage(k, mm, dump.next, (inode, at) => readPage(k, inode, at))
    if (bytes !== null && !(dump.left >= bytes.length && emit(k, task, dump, offset + dump.next - start, bytes))) dump.cut = true
    dump.next += PAGE_SIZE
    if (dump.next < end) continue
    dump.span++
    if (dump.span < dump.spans.length) dump.next = dump.spans[dump.span].start
  }
  return true
}

/**
 * Writes the next piece of a process's dump; with the last one, or killed meanwhile, the process ends. True: there is more to write.
 */
export function continueCore(k: Kernel, task: Task, dump: CoreDump): boolean {
  const { group } = task
  if (group.threads.some(killPending)) {
    exitGroup(k, task, killedStatus(dump.signal, false))
    return false
  }
  if (!writePiece(k, task, dump)) return true
  const { inode } = dump.file
  // Holes at the end belong to it as well.
  if (!dump.cut && inode.size < dump.size) attempt(() => truncateInode(k, task, inode, dump.size))
  exitGroup(k, task, killedStatus(dump.signal, true))
  return false
}
