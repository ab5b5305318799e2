// New tasks: fork, vfork and threads are one call that says what the child shares (clone(2)). What is not shared is copied:
// the address space by copy-on-write, the descriptor table by reference to the same open files.
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
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  CLONE_PARENT,
  CLONE_PARENT_SETTID,
  CLONE_PIDFD,
  CLONE_SETTLS,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VFORK,
  CLONE_VM,
  EAGAIN,
  EBADF,
  EINVAL,
  EPERM,
  O_CLOEXEC,
  O_EXCL,
  RLIMIT_NPROC,
  isErrno,
} from '../abi/index.ts'
import { emit, wants } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import { checkForkCommit, forkMm, getU32, putU32, retainMm, type Mm } from '../mm/index.ts'
import { account, makeRunnable, MIN_GRANULARITY, newQueue, newSchedEntity } from '../sched/index.ts'
import { actionsForExec, emptyPending, forkActions, recalcSignalPending } from '../signal/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { forkFiles, forkFs, freeFd, shareFiles, shareFs } from '../vfs/index.ts'
import {
  capable,
  ROOT,
  rlimit,
  allocPid,
  joinGroup,
  joinSession,
  releasePid,
  allocTrapFrame,
  copyTrapFrame,
  freeTrapFrame,
  setRegPc,
  setRegX,
  regPc,
  newUsage,
} from '../task/index.ts'
import { openPidfd } from './pidfd.ts'
import type { Credentials } from '../task/types.ts'
import type { CloneArgs } from './types.ts'

const SP = 2
const TP = 4
const A0 = 10
const ECALL_BYTES = 4
const ITIMERS = 3

const NAMESPACES = [CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWTIME]

/** Flags reach beyond 32 bits. */
const has = (flags: number, flag: number): boolean => Math.floor(flags / flag) % 2 === 1

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
  if (NAMESPACES.some(flag => has(flags, flag))) throw capable(credentials, CAP_SYS_ADMIN) ? EINVAL : EPERM
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
  // Refused before anything is made.
  if (has(flags, CLONE_PIDFD)) {
    freeFd(parent)
    // Unlike the thread ids, a descriptor that cannot be handed over fails the call: EFAULT.
    putU32(k, parent, args.pidfd, getU32(k, parent, args.pidfd))
  }
  const pid = allocPid(k, args.setTid)
  let trapFrame = -1
  let mm: Mm
  try {
    if (!has(flags, CLONE_VM)) checkForkCommit(k, parent, parent.mm as Mm)
    trapFrame = allocTrapFrame(k)
    mm = has(flags, CLONE_VM) ? retainMm(parent.mm as Mm) : forkMm(k, parent.mm as Mm)
  } catch (error) {
    if (trapFrame >= 0) freeTrapFrame(k, trapFrame)
    releasePid(k, pid)
    throw error
  }
  const child = newTask(k, parent, pid, trapFrame, mm, args)
  copyTrapFrame(k, parent, child)
  setRegX(k, child, A0, 0)
  setRegPc(k, child, regPc(k, parent) + ECALL_BYTES)
  if (args.stack !== 0) setRegX(k, child, SP, args.stack)
  if (has(flags, CLONE_SETTLS)) setRegX(k, child, TP, args.tls)
  if (has(flags, CLONE_THREAD)) {
    child.group.threads.push(child)
    // A stop that has begun holds for the newcomer too.
    recalcSignalPending(child)
  } else enrol(k, child)
  k.state.tasks.set(pid, child)
  if (has(flags, CLONE_PARENT_SETTID)) putTid(k, parent, args.parentTid, pid)
  if (has(flags, CLONE_PIDFD)) putTid(k, parent, args.pidfd, openPidfd(k, parent, pid, O_CLOEXEC | (has(flags, CLONE_THREAD) ? O_EXCL : 0)))
  if (has(flags, CLONE_CHILD_SETTID)) putTid(k, child, args.childTid, pid)
  k.state.counts.forks++
  if (wants(k, 'fork')) emit(k, { kind: 'fork', task: parent, child, flags })
  makeRunnable(k, child)
  return child
}

/** Thread ids are written where the caller asked; a bad address does not undo the clone (kernel/fork.c ignores put_user's answer). */
function putTid(k: Kernel, task: Task, at: number, pid: number): void {
  try {
    putU32(k, task, at, pid)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function newTask(k: Kernel, parent: Task, pid: number, trapFrame: number, mm: Mm, args: CloneArgs): Task {
  const { flags } = args
  const thread = has(flags, CLONE_THREAD)
  const shared = has(flags, CLONE_VM) && !has(flags, CLONE_VFORK)
  account(k.state.harts[parent.sched.hart], parent.sched)
  const sched = newSchedEntity(parent.sched.affinity, parent.sched)
  // The parent has its thoughts (and caches) together: it goes on first.
  sched.vruntime += MIN_GRANULARITY
  const child: Task = {
    pid,
    group: parent.group,
    comm: parent.comm,
    state: 'R',
    mm,
    files: parent.files && (has(flags, CLONE_FILES) ? shareFiles(parent.files) : forkFiles(k, parent.files)),
    fs: parent.fs && (has(flags, CLONE_FS) ? shareFs(parent.fs) : forkFs(parent.fs)),
    credentials: parent.credentials,
    trapFrame,
    onHart: -1,
    sched,
    call: null,
    waiting: null,
    blocked: parent.blocked,
    pending: emptyPending(),
    savedMask: null,
    altStack: shared ? { sp: 0, size: 0, flags: 0 } : { ...parent.altStack },
    signalPending: false,
    clearChildTid: has(flags, CLONE_CHILD_CLEARTID) ? args.childTid : 0,
    robustList: 0,
    exitSignal: thread ? 0 : has(flags, CLONE_PARENT) ? parent.group.leader.exitSignal : args.exitSignal,
    vforkDone: has(flags, CLONE_VFORK) ? newQueue() : null,
    exitStatus: 0,
    startTime: k.state.time,
    usage: newUsage(),
    parentDeathSignal: 0,
    personality: parent.personality,
    timerSlack: parent.timerSlack,
    defaultTimerSlack: parent.timerSlack,
  }
  if (parent.ioprio !== undefined) child.ioprio = parent.ioprio
  if (!thread) child.group = newGroup(parent, child, flags)
  return child
}

function newGroup(parent: Task, leader: Task, flags: number): ThreadGroup {
  const { group } = parent
  const { actions } = group
  return {
    tgid: leader.pid,
    leader,
    threads: [leader],
    parent: has(flags, CLONE_PARENT) ? group.parent : group,
    parentTid: has(flags, CLONE_PARENT) ? group.parentTid : parent.pid,
    children: new Set(),
    deadChildren: 0,
    pgid: group.pgid,
    sid: group.sid,
    tty: group.tty,
    actions: has(flags, CLONE_SIGHAND) ? actions : has(flags, CLONE_CLEAR_SIGHAND) ? actionsForExec(actions) : forkActions(actions),
    pending: emptyPending(),
    rlimits: group.rlimits,
    childExit: newQueue(),
    childrenUsage: newUsage(),
    exitedUsage: newUsage(),
    exiting: null,
    stopSignal: 0,
    stopReport: 'none',
    itimers: newItimers(),
    subreaper: false,
    oomScoreAdj: group.oomScoreAdj,
    oomScoreAdjMin: group.oomScoreAdjMin,
    hasExeced: false,
    exePath: group.exePath,
  }
}

export const newItimers = (): ThreadGroup['itimers'] => Array.from({ length: ITIMERS }, () => ({ expires: 0, interval: 0, timer: 0 }))

/** A new process takes its place among processes, groups, sessions and its parent's children. */
export function enrol(k: Kernel, leader: Task): void {
  const { group } = leader
  k.state.groups.set(group.tgid, group)
  joinGroup(k, group, group.pgid)
  joinSession(k, group, group.sid)
  group.parent?.children.add(group)
}
