// What one process does to another's memory and takes of its namespaces, through a descriptor for it (pidfd_open(2)).
import {
  CAP_SYS_ADMIN,
  CAP_SYS_NICE,
  NAMESPACE_BITS,
  NAMESPACE_FLAGS,
  EINVAL,
  EPERM,
  ESRCH,
  MADVISE,
  MADV_COLD,
  MADV_PAGEOUT,
  MADV_WILLNEED,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { capable, isDead, mayAttach } from '../task/index.ts'
import { isReaped, pidfdTarget } from '../process/index.ts'
import { killPending } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { getFile } from '../vfs/index.ts'
import { fd, flags, oneOf, size } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { rangesIn } from './file-args.ts'
import { adviseSpace } from './memory.ts'
import { hex } from './text.ts'
import { readVector } from './transfer.ts'

/** Flags of which there are none yet. */
const none: Arg<number> = { type: 'unsigned int', word: true, read: raw => raw >>> 0, show: raw => (raw === 0 ? '0' : hex(raw >>> 0)) }

/** A thread of the process that has memory still. EBADF, ESRCH. */
function targetOf(k: Kernel, task: Task, number: number): Task {
  const { group, thread } = pidfdTarget(task, number)
  if (isDead(group) || isReaped(k, group)) throw ESRCH
  return thread ?? group.threads.find(({ mm }) => mm !== null) ?? group.leader
}

/** Hints that cost another process time, but none of its bytes. */
const REMOTE_ADVICE: readonly number[] = [MADV_COLD, MADV_PAGEOUT, MADV_WILLNEED]

function processMadvise(k: Kernel, task: Task, pidfd: number, vec: number, count: number, advice: number): number {
  const segments = readVector(k, task, vec, count)
  const target = targetOf(k, task, pidfd)
  if (!REMOTE_ADVICE.includes(advice)) throw EINVAL
  if (!target.mm) throw ESRCH
  if (!mayAttach(task, target)) throw EPERM
  if (target.mm !== task.mm && !capable(task.credentials, CAP_SYS_NICE)) throw EPERM
  let done = 0
  for (const { at, length } of segments) {
    try {
      adviseSpace(k, target, target.mm, at, length, advice)
    } catch (error) {
      if (done === 0) throw error
      break
    }
    done += length
  }
  return done
}

const { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS } = NAMESPACE_FLAGS
/** Entering the one that it is in changes nothing; the others have rules of their own about that. */
const ENTERED = CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWUTS

function setns(k: Kernel, task: Task, number: number, which: number): number {
  if (getFile(task, number).kind !== 'pidfd') throw EINVAL
  if (which === 0 || which & ~NAMESPACE_BITS) throw EINVAL
  targetOf(k, task, number)
  if (which & CLONE_NEWUSER) throw EINVAL
  if (!capable(task.credentials, CAP_SYS_ADMIN)) throw EPERM
  if (which & ~ENTERED) throw EINVAL
  return 0
}

/** It was killed, or ends: nothing of its program will run any more. */
const isDying = (task: Task): boolean => task.group.exiting !== null || killPending(task)

export const otherCalls: Syscall[] = [
  syscall(268, 'setns', { fd, nstype: flags(NAMESPACE_FLAGS) }, (k, task, a) => setns(k, task, a.fd, a.nstype), {
    note:
      'There is one namespace of each kind, which everybody is in: entering that of another process, by its pidfd, does nothing. ' +
      'Mounts, users and clocks are EINVAL.',
  }),
  syscall(
    440,
    'process_madvise',
    { pidfd: fd, vec: rangesIn, vlen: size, advice: oneOf(MADVISE), flags: none },
    (k, task, a) => {
      if (a.flags !== 0) throw EINVAL
      return processMadvise(k, task, a.pidfd, a.vec, a.vlen, a.advice)
    },
    { note: 'MADV_COLD, MADV_PAGEOUT and MADV_WILLNEED, which do nothing here; MADV_COLLAPSE is refused.' },
  ),
  syscall(
    448,
    'process_mrelease',
    { pidfd: fd, flags: none },
    (k, task, a) => {
      if (a.flags !== 0) throw EINVAL
      const { mm } = targetOf(k, task, a.pidfd)
      if (!mm) throw ESRCH
      // It has to be on its way out, with everybody who shares its memory.
      for (const other of k.state.tasks.values()) if (other.mm === mm && !isDying(other)) throw EINVAL
      return 0
    },
    { note: 'A process that was killed gives its memory back when it next runs; nothing is taken from it before.' },
  ),
]
