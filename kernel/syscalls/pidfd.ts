// Processes as descriptors (pidfd_open(2) and its family); what they are is in process/pidfd.ts.
import { EAGAIN, EINVAL, EPERM, ESRCH, O_CLOEXEC, O_EXCL, O_NONBLOCK, SI_TKILL, SI_USER } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn } from '../mm/index.ts'
import { groupMembers, isDead, mayAttach } from '../task/index.ts'
import { isReaped, openPidfd, pidfdTarget, signalTarget } from '../process/index.ts'
import { checkMaySignal, killInfo, maySignal, sendSignal } from '../signal/index.ts'
import type { SigInfo } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { fileAt, installFd, retainFile } from '../vfs/index.ts'
import { fd, flags, int, pid, signal } from './args.ts'
import { syscall } from './define.ts'
import type { Syscall } from './define.ts'
import { checkSignal, readSigInfo, siginfo } from './signal-args.ts'

const PIDFD_FLAGS = { PIDFD_NONBLOCK: O_NONBLOCK, PIDFD_THREAD: O_EXCL } as const
const SIGNAL_SCOPES = { PIDFD_SIGNAL_THREAD: 1, PIDFD_SIGNAL_THREAD_GROUP: 2, PIDFD_SIGNAL_PROCESS_GROUP: 4 } as const
const { PIDFD_SIGNAL_THREAD, PIDFD_SIGNAL_PROCESS_GROUP } = SIGNAL_SCOPES
const SCOPES: readonly number[] = [0, ...Object.values(SIGNAL_SCOPES)]
const SI_SIGNO_BYTES = 4

/** What a program says about a signal it sends: it may not pretend to be the kernel or kill(2), except to itself. */
function givenInfo(k: Kernel, task: Task, toItself: boolean, sig: number, at: number): SigInfo {
  const info = readSigInfo(k, task, at, sig)
  const signo = new DataView(copyIn(k, task, at, SI_SIGNO_BYTES).slice().buffer).getInt32(0, true)
  if (signo !== sig) throw EINVAL
  if (!toItself && (info.code >= 0 || info.code === SI_TKILL)) throw EPERM
  return info
}

/** To a process, one of its threads, or (its leader's) process group: as the flags say, else as the descriptor was opened. */
function sendByPidfd(k: Kernel, task: Task, number: number, sig: number, at: number, scope: number): number {
  if (!SCOPES.includes(scope)) throw EINVAL
  const { group, thread } = signalTarget(task, number)
  const toThread = scope === PIDFD_SIGNAL_THREAD || (scope === 0 && thread !== null)
  const target = thread ?? group.leader
  const toItself = target === task && scope !== PIDFD_SIGNAL_PROCESS_GROUP
  const info = at === 0 ? killInfo(sig, task, toThread ? SI_TKILL : SI_USER) : givenInfo(k, task, toItself, sig, at)
  checkSignal(sig, true)
  if (scope === PIDFD_SIGNAL_PROCESS_GROUP) return sendToProcessGroup(k, task, target.pid, info)
  if (k.state.tasks.get(target.id) !== target) throw ESRCH
  checkMaySignal(task, group, sig)
  if (sig !== 0 && !sendSignal(k, task, toThread ? target : group, info)) throw EAGAIN
  return 0
}

/** Fine when one of its processes could be signalled. */
function sendToProcessGroup(k: Kernel, task: Task, pgid: number, info: SigInfo): number {
  const members = [...groupMembers(task.ns, pgid)]
  if (members.length === 0) throw ESRCH
  const allowed = members.filter(group => maySignal(task, group, info.signal))
  if (allowed.length === 0) throw EPERM
  if (info.signal !== 0) for (const group of allowed) if (!sendSignal(k, task, group, info)) throw EAGAIN
  return 0
}

/** A descriptor of another process's, duplicated: for those who could also trace it (ptrace(2), access mode checking). */
function takeDescriptor(k: Kernel, task: Task, number: number, theirs: number): number {
  const { group, thread } = pidfdTarget(task, number)
  const target = thread ?? group.leader
  if (isDead(group) || isReaped(k, group)) throw ESRCH
  if (!mayAttach(task, target)) throw EPERM
  const file = fileAt(target, theirs)
  const copy = installFd(k, task, file, true)
  retainFile(file)
  return copy
}

export const pidfdCalls: Syscall[] = [
  syscall(
    424,
    'pidfd_send_signal',
    { pidfd: fd, sig: signal, info: siginfo, flags: flags(SIGNAL_SCOPES) },
    (k, task, { pidfd, sig, info, flags: scope }) => sendByPidfd(k, task, pidfd, sig, info, scope),
  ),
  syscall(434, 'pidfd_open', { pid, flags: flags(PIDFD_FLAGS) }, (k, task, { pid, flags }) => {
    if (flags & ~(O_NONBLOCK | O_EXCL) || pid <= 0) throw EINVAL
    return openPidfd(k, task, pid, flags | O_CLOEXEC)
  }),
  syscall(438, 'pidfd_getfd', { pidfd: fd, targetfd: fd, flags: int }, (k, task, { pidfd, targetfd, flags }) => {
    if (flags !== 0) throw EINVAL
    return takeDescriptor(k, task, pidfd, targetfd)
  }),
]
