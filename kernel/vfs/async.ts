// Who is told of an open file by signals (F_SETOWN, O_ASYNC), and which queues tell of it. Queues that are woken leave a note; the
// signals go out later (ipc/async.ts), so that no sender works in the middle of somebody else's change.
import { F_OWNER_PGRP, F_OWNER_PID, O_ASYNC } from '../abi/index.ts'
import { findGroup, findTask, groupMembers } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { opsOf } from './ops.ts'
import type { FileDescription, FileOwner } from './types.ts'

/** Names who is to be told, by whom `task` is; `signal` stays as it was. */
export function setOwner(file: FileDescription, task: Task, type: FileOwner['type'], id: number): void {
  const { uid, euid } = task.credentials
  file.owner = { type, id, uid, euid, signal: file.owner?.signal ?? 0 }
}

/** Whether somebody of that number is there. */
export function ownerExists(k: Kernel, type: FileOwner['type'], id: number): boolean {
  if (type === F_OWNER_PGRP) return groupMembers(k.state.ns, id).size > 0
  return type === F_OWNER_PID ? findGroup(k.state.ns, id) !== null : findTask(k.state.ns, id) !== null
}

/** F_SETFL and FIOASYNC: from now on (or no more) the file's queues tell of it; `fd` is what si_fd will say. */
export function setAsync(k: Kernel, file: FileDescription, fd: number, on: boolean): void {
  file.flags = on ? file.flags | O_ASYNC : file.flags & ~O_ASYNC
  for (const { queue } of opsOf(k, file).async?.(k, file) ?? []) {
    const others = (queue.watchers ?? []).filter(watcher => !('file' in watcher) || watcher.file !== file)
    if (on) others.push({ file, fd })
    queue.watchers = others.length > 0 ? others : null
  }
}
