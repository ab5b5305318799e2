// Directory notification (fcntl(2), F_NOTIFY): a signal when something below a directory is read, written, made, removed or renamed.
import { DN_ACCESS, DN_ATTRIB, DN_CREATE, DN_DELETE, DN_MODIFY, DN_MULTISHOT, DN_RENAME, ENOTDIR, F_OWNER_PID } from '../abi/index.ts'
import type { Task } from '../state.ts'
import { setOwner } from './async.ts'
import type { FileDescription, FileTable } from './types.ts'
import { keepSignals, watchesOf } from './watch.ts'

const KNOWN = DN_ACCESS | DN_MODIFY | DN_CREATE | DN_DELETE | DN_RENAME | DN_ATTRIB | DN_MULTISHOT

/** F_NOTIFY: adds to what the descriptor is told of; no event at all ends it. ENOTDIR. */
export function watchDirectory(task: Task, file: FileDescription, fd: number, events: number): void {
  const { inode } = file
  const table = task.files
  if (!table) return
  if ((events & ~DN_MULTISHOT) === 0) return dropWatches(file, table)
  if (inode.kind !== 'directory') throw ENOTDIR
  const { signals } = watchesOf(inode)
  const watches = signals.get(file) ?? []
  signals.set(file, watches)
  const known = watches.find(watch => watch.table === table)
  if (known) Object.assign(known, { fd, events: known.events | (events & KNOWN) })
  else watches.push({ table, fd, events: events & KNOWN })
  if (!file.owner?.id) setOwner(file, task, F_OWNER_PID, task.group.tgid)
}

/** A process closed a descriptor of the directory. */
export function dropWatches(file: FileDescription, table: FileTable): void {
  const watches = file.inode.watches?.signals.get(file)
  if (watches) {
    keepSignals(
      file,
      watches.filter(watch => watch.table !== table),
    )
  }
}
