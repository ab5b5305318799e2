// New tasks: fork, vfork and threads are one call that says what the child shares (clone(2)). What is not shared is copied:
// the address space by copy-on-write, the descriptor table by reference to the same open files.
import { REG } from '../../vm/index.ts'
import {
  CAP_SYS_ADMIN,
  CAP_SYS_RESOURCE,
  CLONE_CHILD_CLEARTID,
  CLONE_CHILD_SETTID,
  CLONE_CLEAR_SIGHAND,
  CLONE_DETACHED,
  CLONE_FILES,
  CLONE_FS,
  CLONE_INTO_CGROUP,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_PARENT,
  CLONE_PARENT_SETTID,
  CLONE_PIDFD,
  CLONE_PTRACE,
  CLONE_SETTLS,
  CLONE_SIGHAND,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CLONE_UNTRACED,
  CLONE_VFORK,
  CLONE_VM,
  EAGAIN,
  EBADF,
  EINVAL,
  EPERM,
  O_CLOEXEC,
  O_EXCL,
  PTRACE_EVENT_CLONE,
  PTRACE_EVENT_FORK,
  PTRACE_EVENT_VFORK,
  RLIMIT_NPROC,
  SIGCHLD,
  TWO_32,
  isErrno,
  NAMESPACE_BITS,
} from '../abi/index.ts'
import { emit } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import { checkForkCommit, forkMm, getU32, putU32, retainMm } from '../mm/index.ts'
import { account, checkFork, childEntity, makeRunnable, MIN_GRANULARITY, newQueue } from '../sched/index.ts'
import { actionsForExec, forkActions, recalcSignalPending } from '../signal/index.ts'
import type { SigAction } from '../signal/types.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { forkFiles, forkFs, freeFd, shareFiles, shareFs } from '../vfs/index.ts'
import { followChild } from '../perf/index.ts'
import { capable, ROOT, rlimit, copyTrapFrame, setRegPc, setRegX, regPc } from '../task/index.ts'
import { enrol, newBody, newTask, takeNumbers, type Body } from './newborn.ts'
import { openPidfd } from './pidfd.ts'
import { traceChild } from './tracer.ts'
import type { Credentials } from '../task/types.ts'
import type { CloneArgs } from './types.ts'

const ECALL_BYTES = 4

/** Flags reach beyond 32 bits, but few do. */
const has = (flags: number, flag: number): boolean =>
  flag < TWO_32 ? (flags & flag) !== 0 : flags >= TWO_32 && Math.floor(flags / flag) % 2 === 1

function checkFlags(k: Kernel, parent: Task, { flags, pidfd, parentTid }: CloneArgs): void {
  if (has(flags, CLONE_SIGHAND) && !has(flags, CLONE_VM)) throw EINVAL
  if (has(flags, CLONE_THREAD) && !has(flags, CLONE_SIGHAND)) throw EINVAL
  if (has(flags, CLONE_CLEAR_SIGHAND) && has(flags, CLONE_SIGHAND)) throw EINVAL
  if (has(flags, CLONE_PIDFD) && has(flags, CLONE_PARENT_SETTID) && pidfd === parentTid) throw EINVAL
  if (has(flags, CLONE_FS) && (has(flags, CLONE_NEWNS) || has(flags, CLONE_NEWUSER))) throw EINVAL
  if (has(flags, CLONE_THREAD) && (has(flags, CLONE_NEWUSER) || has(flags, CLONE_NEWPID))) throw EINVAL
  if (has(flags, CLONE_PIDFD) && has(flags, CLONE_DETACHED)) throw EINVAL
  // Init's children could not be waited for by anyone.
  if (has(flags, CLONE_PARENT) && parent.group === k.state.init?.group) throw EINVAL
  checkNamespaces(parent.credentials, flags)
  // No descriptor leads to a control group.
  if (has(flags, CLONE_INTO_CGROUP)) throw EBADF
}

/** Namespaces are not there: EPERM for those who could not make any, EINVAL (as a Linux built without them says) for the others. */
export function checkNamespaces(credentials: Credentials, flags: number): void {
  if ((flags & NAMESPACE_BITS) !== 0) throw capable(credentials, CAP_SYS_ADMIN) ? EINVAL : EPERM
}

/** kernel.threads-max holds everybody. RLIMIT_NPROC counts the tasks of a real user; root is not held to it. */
function checkCount(k: Kernel, parent: Task): void {
  const { credentials, group } = parent
  if (k.state.tasks.size >= k.state.sysctl.threadsMax) throw EAGAIN
  if (credentials.uid === ROOT || capable(credentials, CAP_SYS_RESOURCE) || capable(credentials, CAP_SYS_ADMIN)) return
  let count = 0
  for (const task of k.state.tasks.values()) if (task.credentials.uid === credentials.uid) count++
  if (count >= rlimit(group, RLIMIT_NPROC)) throw EAGAIN
}

/**
 * Makes a child of `parent`, which is in its clone call (pc at the ecall), and makes it runnable: it returns 0 from that call.
 * EINVAL for flags that do not go together or are not supported, EAGAIN, ENOMEM; then nothing has changed.
 */
export function cloneTask(k: Kernel, parent: Task, args: CloneArgs): Task {
  const { flags } = args
  checkFlags(k, parent, args)
  checkCount(k, parent)
  checkFork(k, parent.sched)
  // Refused before anything is made.
  if (has(flags, CLONE_PIDFD)) {
    freeFd(parent)
    // Unlike the thread ids, a descriptor that cannot be handed over fails the call: EFAULT.
    putU32(k, parent, args.pidfd, getU32(k, parent, args.pidfd))
  }
  const body = newBody(k, takeNumbers(k, parent.ns, args.setTid), () => {
    if (parent.mm === null) throw new Error(`task ${parent.pid} forks, which has no address space`)
    if (has(flags, CLONE_VM)) return retainMm(parent.mm)
    checkForkCommit(k, parent, parent.mm)
    return forkMm(k, parent.mm)
  })
  const child = newChild(k, parent, body, args)
  copyTrapFrame(k, parent, child)
  setRegX(k, child, REG.a0, 0)
  setRegPc(k, child, regPc(k, parent) + ECALL_BYTES)
  if (args.stack !== 0) setRegX(k, child, REG.sp, args.stack)
  if (has(flags, CLONE_SETTLS)) setRegX(k, child, REG.tp, args.tls)
  enrol(k, child)
  // A stop that has begun holds for the newcomer too.
  if (has(flags, CLONE_THREAD)) recalcSignalPending(child)
  const { pid } = child
  if (has(flags, CLONE_PARENT_SETTID)) putTid(k, parent, args.parentTid, pid)
  if (has(flags, CLONE_PIDFD)) putTid(k, parent, args.pidfd, openPidfd(k, parent, pid, O_CLOEXEC | (has(flags, CLONE_THREAD) ? O_EXCL : 0)))
  if (has(flags, CLONE_CHILD_SETTID)) putTid(k, child, args.childTid, pid)
  if (parent.tracer !== null && (has(flags, CLONE_PTRACE) || cloneEvent(parent, args) !== 0)) traceChild(k, parent, child)
  if (parent.perf !== undefined) followChild(parent, child)
  k.state.counts.forks++
  if (k.events.fork !== undefined) emit(k, { kind: 'fork', task: parent, child, flags })
  makeRunnable(k, child)
  return child
}

/** What its tracer is told of such a clone (PTRACE_EVENT_*); 0: nothing, and it does not trace the child. */
export function cloneEvent({ tracer }: Task, { flags, exitSignal }: CloneArgs): number {
  if (tracer === null || has(flags, CLONE_UNTRACED)) return 0
  const event = has(flags, CLONE_VFORK) ? PTRACE_EVENT_VFORK : exitSignal === SIGCHLD ? PTRACE_EVENT_FORK : PTRACE_EVENT_CLONE
  return tracer.options & (1 << event) ? event : 0
}

/** Thread ids are written where the caller asked; a bad address does not undo the clone (kernel/fork.c ignores put_user's answer). */
function putTid(k: Kernel, task: Task, at: number, pid: number): void {
  try {
    putU32(k, task, at, pid)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** What it shares with its parent, and what it has a copy of. */
function newChild(k: Kernel, parent: Task, body: Body, args: CloneArgs): Task {
  const { flags } = args
  const { group } = parent
  const thread = has(flags, CLONE_THREAD)
  account(k.state.harts[parent.sched.hart], parent.sched)
  const sched = childEntity(k, parent.sched)
  // The parent has its thoughts (and caches) together: it goes on first.
  sched.vruntime += MIN_GRANULARITY
  const child = newTask(k, {
    // One by one: spread, they cost a fork 10 us.
    id: body.id,
    pid: body.pid,
    ns: body.ns,
    trapFrame: body.trapFrame,
    mm: body.mm,
    comm: parent.comm,
    files: parent.files && (has(flags, CLONE_FILES) ? shareFiles(parent.files) : forkFiles(k, parent.files)),
    fs: parent.fs && (has(flags, CLONE_FS) ? shareFs(parent.fs) : forkFs(parent.fs)),
    credentials: parent.credentials,
    sched,
    group: thread ? group : { actions: actionsFor(group, flags), rlimits: group.rlimits },
  })
  child.blocked = parent.blocked
  if (!has(flags, CLONE_VM) || has(flags, CLONE_VFORK)) Object.assign(child.altStack, parent.altStack)
  if (has(flags, CLONE_CHILD_CLEARTID)) child.clearChildTid = args.childTid
  child.exitSignal = thread ? 0 : has(flags, CLONE_PARENT) ? group.leader.exitSignal : args.exitSignal
  if (has(flags, CLONE_VFORK)) child.vforkDone = newQueue()
  if (has(flags, CLONE_SYSVSEM)) {
    child.semUndo = parent.semUndo ??= { refs: 1, undos: [] }
    child.semUndo.refs++
  }
  // A thread has memory of its own for it, a process a copy of its parent's.
  if (parent.rseq !== null && !has(flags, CLONE_VM)) child.rseq = { ...parent.rseq }
  child.personality = parent.personality
  child.seccomp = parent.seccomp
  if (parent.keyrings !== undefined) child.keyrings = { ...parent.keyrings, thread: null, process: thread ? parent.keyrings.process : null }
  child.vectorControl = parent.vectorControl
  child.timerSlack = child.defaultTimerSlack = parent.timerSlack
  if (parent.ioprio !== undefined) child.ioprio = parent.ioprio
  if (!thread) inheritGroup(child.group, parent, flags)
  return child
}

function actionsFor({ actions }: ThreadGroup, flags: number): SigAction[] {
  if (has(flags, CLONE_SIGHAND)) return actions
  return has(flags, CLONE_CLEAR_SIGHAND) ? actionsForExec(actions) : forkActions(actions)
}

/** A new process stands in its parent's group and session, and is its child or its brother. */
function inheritGroup(child: ThreadGroup, parent: Task, flags: number): void {
  const { group } = parent
  child.parent = has(flags, CLONE_PARENT) ? group.parent : group
  child.maker = has(flags, CLONE_PARENT) ? group.maker : parent.id
  child.pgid = group.pgid
  child.sid = group.sid
  child.tty = group.tty
  child.oomScoreAdj = group.oomScoreAdj
  child.oomScoreAdjMin = group.oomScoreAdjMin
  child.exePath = group.exePath
}
