// Processes as descriptors (pidfd_open(2) and its family); what they are is in process/pidfd.ts.
import { EAGAIN, EINVAL, EPERM, ESRCH, O_CLOEXEC, O_NONBLOCK, SI_TKILL } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { isDead, isReaped, openPidfd, pidfdGroup } from '../process/index.ts'
import { checkMaySignal, killInfo, sendToGroup } from '../signal/index.ts'
import type { SigInfo } from '../signal/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { getFile, installFd, retainFile } from '../vfs/index.ts'
import { fd, flags, int, pid, signal } from './args.ts'
import { syscall } from './define.ts'
import type { Syscall } from './define.ts'
import { checkSignal, readSigInfo, siginfo } from './signal-args.ts'

const PIDFD_FLAGS = { PIDFD_NONBLOCK: O_NONBLOCK } as const

/** What a program says about a signal it sends: it may not pretend to be the kernel or kill(2), except to itself. */
function givenInfo(k: Kernel, task: Task, target: ThreadGroup, sig: number, at: number): SigInfo {
  if (at === 0) return killInfo(sig, task)
  const info = readSigInfo(k, task, at, sig)
  if (target !== task.group && (info.code >= 0 || info.code === SI_TKILL)) throw EPERM
  return info
}

function sendByPidfd(k: Kernel, task: Task, number: number, sig: number, at: number): number {
  const target = pidfdGroup(task, number)
  const info = givenInfo(k, task, target, sig, at)
  checkSignal(sig, true)
  if (isReaped(k, target)) throw ESRCH
  checkMaySignal(task, target, sig)
  if (sig !== 0 && !sendToGroup(k, task, target, info)) throw EAGAIN
  return 0
}

/** A descriptor of another process's, duplicated: for its own user, who could also trace it (ptrace(2), access mode checking). */
function takeDescriptor(k: Kernel, task: Task, number: number, theirs: number): number {
  const target = pidfdGroup(task, number)
  if (isDead(target) || isReaped(k, target)) throw ESRCH
  const own = task.credentials
  const { uid, euid, suid } = target.leader.credentials
  if (own.euid !== 0 && ![uid, euid, suid].every(id => id === own.uid)) throw EPERM
  const file = getFile(target.leader, theirs)
  const copy = installFd(k, task, file, true)
  retainFile(file)
  return copy
}

export const pidfdCalls: Syscall[] = [
  syscall(424, 'pidfd_send_signal', { pidfd: fd, sig: signal, info: siginfo, flags: int }, (k, task, { pidfd, sig, info, flags }) => {
    if (flags !== 0) throw EINVAL
    return sendByPidfd(k, task, pidfd, sig, info)
  }),
  syscall(
    434,
    'pidfd_open',
    { pid, flags: flags(PIDFD_FLAGS) },
    (k, task, { pid, flags }) => {
      if (flags & ~O_NONBLOCK || pid <= 0) throw EINVAL
      return openPidfd(k, task, pid, flags | O_CLOEXEC)
    },
    { note: 'PIDFD_THREAD is refused with EINVAL.' },
  ),
  syscall(438, 'pidfd_getfd', { pidfd: fd, targetfd: fd, flags: int }, (k, task, { pidfd, targetfd, flags }) => {
    if (flags !== 0) throw EINVAL
    return takeDescriptor(k, task, pidfd, targetfd)
  }),
]
