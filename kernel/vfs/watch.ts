// What happens to files, for whoever watches them: directories by signals (dnotify, notify.ts), files and directories by events that are
// read (inotify, ipc/inotify.ts). What nobody watches costs a comparison with null. Names and order are those of Linux's fsnotify.
import {
  DN_ACCESS,
  DN_ATTRIB,
  DN_CREATE,
  DN_DELETE,
  DN_MODIFY,
  DN_MULTISHOT,
  IN_ACCESS,
  IN_ATTRIB,
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_EXCL_UNLINK,
  IN_ISDIR,
  IN_MODIFY,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  POLL_MSG,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Dentry, DirectoryWatch, FileDescription, FileWatches, Inode } from './types.ts'

/** The watches of an inode, made when there are none. */
export const watchesOf = (inode: Inode): FileWatches => (inode.watches ??= { signals: new Map(), queues: [] })

/** Nobody watches it any more. */
export function forgetIfUnwatched(inode: Inode): void {
  if (inode.watches?.signals.size === 0 && inode.watches.queues.length === 0) inode.watches = null
}

/** What is left of the signals that an open file asked for. */
export function keepSignals(file: FileDescription, left: DirectoryWatch[]): void {
  const { inode } = file
  if (left.length > 0) watchesOf(inode).signals.set(file, left)
  else inode.watches?.signals.delete(file)
  forgetIfUnwatched(inode)
}

/** DN_* bits to those who want signals. */
export function signalWatchers(k: Kernel, dir: Inode, event: number): void {
  if (dir.watches === null || event === 0) return
  for (const [file, watches] of [...dir.watches.signals]) {
    const due = watches.filter(watch => watch.events & event)
    if (due.length === 0) continue
    keepSignals(
      file,
      watches.filter(watch => !(watch.events & event) || watch.events & DN_MULTISHOT),
    )
    for (const { fd } of due) k.kinds.tell(k, file, fd, POLL_MSG)
  }
}

/** What a signal says of an event. */
const SIGNALS: readonly (readonly [event: number, signal: number])[] = [
  [IN_ACCESS, DN_ACCESS],
  [IN_MODIFY, DN_MODIFY],
  [IN_ATTRIB, DN_ATTRIB],
  [IN_CREATE | IN_MOVED_TO, DN_CREATE],
  [IN_DELETE | IN_MOVED_FROM, DN_DELETE],
]
const signalFor = (mask: number): number => SIGNALS.reduce((bits, [event, signal]) => (mask & event ? bits | signal : bits), 0)

const kindBit = (inode: Inode): number => (inode.kind === 'directory' ? IN_ISDIR : 0)

/** To those who watch the inode itself; `name` is whom among its names it is about. */
function queueFor(k: Kernel, inode: Inode, mask: number, cookie: number, name: string, unlinked = false): void {
  if (inode.watches === null) return
  for (const watch of [...inode.watches.queues])
    if (watch.mask & mask && !(unlinked && watch.mask & IN_EXCL_UNLINK)) k.kinds.queueEvent(k, watch, mask, cookie, name)
}

/** Something happened to a file: whoever watches its directory, and it itself, hears of it. */
export function notifyFile(k: Kernel, dentry: Dentry | undefined, inode: Inode, mask: number): void {
  const dir = dentry?.parent?.inode ?? null
  if (inode.watches === null && (dir === null || dir.watches === null)) return
  const event = mask | kindBit(inode)
  if (dentry && dir?.watches) {
    signalWatchers(k, dir, signalFor(mask))
    queueFor(k, dir, event, 0, dentry.name, dentry.deleted)
  }
  queueFor(k, inode, event, 0, '')
}

/** ... to an open file. One that only stands for a place is not told of. */
export function notifyOpen(k: Kernel, file: FileDescription, mask: number): void {
  if (file.path !== null && file.kind !== 'path') notifyFile(k, file.path.dentry, file.inode, mask)
}

/** A name came to a directory, or went from it. */
export function notifyName(k: Kernel, dir: Inode, name: string, child: Inode, mask: number, cookie = 0): void {
  if (dir.watches === null) return
  signalWatchers(k, dir, signalFor(mask))
  queueFor(k, dir, mask | kindBit(child), cookie, name)
}

/** Something happened to the inode, whatever it is called. */
export function notifyInode(k: Kernel, inode: Inode, mask: number): void {
  queueFor(k, inode, mask | (mask === IN_ATTRIB ? kindBit(inode) : 0), 0, '')
}

/** It is gone for good: watches end with that. */
export function notifyGone(k: Kernel, inode: Inode): void {
  if (inode.watches === null) return
  notifyInode(k, inode, IN_DELETE_SELF)
  for (const watch of [...(inode.watches?.queues ?? [])]) k.kinds.endWatch(k, watch)
}
