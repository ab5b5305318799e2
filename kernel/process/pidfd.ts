// A process as an open file (pidfd_open(2)): it stays the same process when the number is used again, and can be polled for its end.
import { EBADF, EINVAL, ESPIPE, ESRCH, O_CLOEXEC, O_EXCL, O_NONBLOCK, O_PATH, O_RDWR, POLLHUP, POLLIN, POLLRDNORM } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { eventInode, getFile, installFd, newDescription, releaseFile } from '../vfs/index.ts'
import type { FileDescription, FileOps } from '../vfs/index.ts'
import { findGroup, findTask, isDead } from '../task/index.ts'
import type { PidfdTarget } from './types.ts'

function targetOf(file: FileDescription): PidfdTarget {
  if (file.data?.kind !== 'pidfd') throw EBADF
  return file.data
}

/** What a descriptor stands for. EBADF: it is none of these. */
export const pidfdTarget = (task: Task, fd: number): PidfdTarget => targetOf(getFile(task, fd))

/** Where a signal may be sent: an open directory /proc/PID stands for its process too. */
export function signalTarget(task: Task, fd: number): PidfdTarget {
  const file = getFile(task, fd)
  if (file.flags & O_PATH) throw EBADF
  const { proc, kind } = file.inode
  if (kind !== 'directory' || proc?.scope !== 'process' || proc.row !== '') return targetOf(file)
  const group = findGroup(task.ns, proc.pid)
  if (group === null) throw ESRCH
  return { group, thread: null }
}

/** Its status was taken by wait: nothing is left of it. */
export const isReaped = (k: Kernel, group: ThreadGroup): boolean => k.state.groups.get(group.id) !== group

/** A thread that is not a process's leader leaves nothing when it ends. */
const isGone = (k: Kernel, { group, thread }: PidfdTarget): boolean =>
  thread === null ? isReaped(k, group) : k.state.tasks.get(thread.id) !== thread

const isOver = ({ group, thread }: PidfdTarget): boolean => (thread === null ? isDead(group) : thread.state === 'Z' || thread.state === 'X')

/** A descriptor, close-on-exec, of the process whose leader has this pid, or with PIDFD_THREAD of a thread. ESRCH, or EINVAL for another thread without that. */
export function openPidfd(k: Kernel, task: Task, pid: number, flags: number): number {
  const target = findTask(task.ns, pid)
  if (!target) throw ESRCH
  const thread = flags & O_EXCL ? target : null
  if (thread === null && target !== target.group.leader) throw EINVAL
  return install(k, task, { group: target.group, thread }, flags)
}

/** The same of a process that is known. EINVAL: nothing is left of it. */
export function openPidfdOf(k: Kernel, task: Task, group: ThreadGroup): number {
  if (isReaped(k, group)) throw EINVAL
  return install(k, task, { group, thread: null }, O_CLOEXEC)
}

function install(k: Kernel, task: Task, target: PidfdTarget, flags: number): number {
  const status = O_RDWR | (flags & (O_NONBLOCK | O_EXCL))
  const file = newDescription('pidfd', eventInode(k, 0o700), null, status, { kind: 'pidfd', ...target }, 'anon_inode:[pidfd]')
  try {
    return installFd(k, task, file, (flags & O_CLOEXEC) !== 0)
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

/** The process or one of its threads ended: whoever polls looks again. */
export function wakePidfds(k: Kernel, group: ThreadGroup): void {
  if (group.exitWait) wakeAll(k, group.exitWait)
}

export const pidfdOps: FileOps = {
  fdinfo(k, file) {
    const { group } = targetOf(file)
    const pid = isReaped(k, group) ? -1 : group.tgid
    return `Pid:\t${pid}\nNSpid:\t${pid}\n`
  },
  positioned: ESPIPE,
  poll(k, file, queues) {
    const target = targetOf(file)
    if (isGone(k, target)) return POLLIN | POLLRDNORM | POLLHUP
    // The process may end long before somebody waits for it.
    queues?.push((target.group.exitWait ??= newQueue()))
    return isOver(target) ? POLLIN | POLLRDNORM : 0
  },
}
