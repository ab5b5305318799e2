// Directory notification (fcntl(2), F_NOTIFY): a signal when something below a directory is read, written, made, removed or renamed.
import {
  DN_ACCESS,
  DN_ATTRIB,
  DN_CREATE,
  DN_DELETE,
  DN_MODIFY,
  DN_MULTISHOT,
  DN_RENAME,
  ENOTDIR,
  F_OWNER_PID,
  POLL_MSG,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { setOwner } from './async.ts'
import type { Dentry, DirectoryWatch, FileDescription, FileTable, Inode } from './types.ts'

const KNOWN = DN_ACCESS | DN_MODIFY | DN_CREATE | DN_DELETE | DN_RENAME | DN_ATTRIB | DN_MULTISHOT

/** F_NOTIFY: adds to what the descriptor is told of; no event at all ends it. ENOTDIR. */
export function watchDirectory(task: Task, file: FileDescription, fd: number, events: number): void {
  const { inode } = file
  const table = task.files
  if (!table) return
  if ((events & ~DN_MULTISHOT) === 0) return dropWatches(file, table)
  if (inode.kind !== 'directory') throw ENOTDIR
  inode.watches ??= new Map()
  const watches = inode.watches.get(file) ?? []
  inode.watches.set(file, watches)
  const known = watches.find(watch => watch.table === table)
  if (known) Object.assign(known, { fd, events: known.events | (events & KNOWN) })
  else watches.push({ table, fd, events: events & KNOWN })
  if (!file.owner?.id) setOwner(file, task, F_OWNER_PID, task.group.tgid)
}

/** What is left of the watches of an open file. */
function keep(file: FileDescription, left: DirectoryWatch[]): void {
  const { inode } = file
  if (left.length > 0) inode.watches?.set(file, left)
  else inode.watches?.delete(file)
  if (inode.watches?.size === 0) inode.watches = null
}

/** A process closed a descriptor of the directory. */
export function dropWatches(file: FileDescription, table: FileTable): void {
  const watches = file.inode.watches?.get(file)
  if (watches) {
    keep(
      file,
      watches.filter(watch => watch.table !== table),
    )
  }
}

/** Something happened in a directory: DN_* bits. */
export function notify(k: Kernel, dir: Inode, event: number): void {
  if (dir.watches === null) return
  for (const [file, watches] of [...dir.watches]) {
    const due = watches.filter(watch => watch.events & event)
    if (due.length === 0) continue
    keep(
      file,
      watches.filter(watch => !(watch.events & event) || watch.events & DN_MULTISHOT),
    )
    for (const { fd } of due) k.kinds.tell(k, file, fd, POLL_MSG)
  }
}

/** Something happened to what a name stands for: its directory hears of it. */
export function notifyDirectory(k: Kernel, dentry: Dentry | undefined, event: number): void {
  const dir = dentry?.parent?.inode
  if (dir && dir.watches !== null) notify(k, dir, event)
}
