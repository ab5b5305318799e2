// A process as an open file (pidfd_open(2)): it stays the same process when the number is used again, and can be polled for its end.
import { EBADF, EINVAL, ESRCH, O_CLOEXEC, O_NONBLOCK, O_RDWR, POLLIN, POLLRDNORM } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { anonymousInode, getFile, installFd, newDescription, releaseFile } from '../vfs/index.ts'
import type { FileDescription, FileOps } from '../vfs/index.ts'
import { findTask } from './find.ts'
import { isDead } from './group.ts'

function groupOf(file: FileDescription): ThreadGroup {
  if (file.data?.kind !== 'pidfd') throw EBADF
  return file.data.group
}

/** The process behind a descriptor. EBADF: it is none of these. */
export const pidfdGroup = (task: Task, fd: number): ThreadGroup => groupOf(getFile(task, fd))

/** Its status was taken by wait: nothing is left of it. */
export const isReaped = (k: Kernel, group: ThreadGroup): boolean => k.state.groups.get(group.tgid) !== group

/** A descriptor, close-on-exec, of the process whose leader has this pid. ESRCH, or EINVAL for another thread of one. */
export function openPidfd(k: Kernel, task: Task, pid: number, flags: number): number {
  const target = findTask(k, pid)
  if (!target) throw ESRCH
  if (target !== target.group.leader) throw EINVAL
  const data = { kind: 'pidfd', group: target.group } as const
  const file = newDescription('pidfd', anonymousInode(k, 0), null, O_RDWR | (flags & O_NONBLOCK), { ...data }, 'anon_inode:[pidfd]')
  try {
    return installFd(k, task, file, (flags & O_CLOEXEC) !== 0)
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

/** The process ended: whoever polls it looks again. */
export function wakePidfds(k: Kernel, group: ThreadGroup): void {
  if (group.exitWait) wakeAll(k, group.exitWait)
}

export const pidfdOps: FileOps = {
  poll(k, file, queues) {
    const group = groupOf(file)
    if (isDead(group) || isReaped(k, group)) return POLLIN | POLLRDNORM
    queues?.push((group.exitWait ??= newQueue()))
    return 0
  },
}
