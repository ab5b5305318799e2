// Where tasks are born: the one place that makes a task, its process and its address space. Whoever asks says what it takes over from
// somebody; all the rest of a task is empty, zero or off.
import { PR_RISCV_V, SIGCHLD } from '../abi/index.ts'
import { groupIdOf, nextTaskId, NO_TASK, type TaskId } from '../ids.ts'
import type { Kernel } from '../kernel.ts'
import type { Mm } from '../mm/index.ts'
import { newQueue } from '../sched/index.ts'
import { emptyPending } from '../signal/actions.ts'
import { SIGSET_EMPTY } from '../signal/sigset.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { allocPid, allocTrapFrame, freeTrapFrame, joinGroup, joinSession, newUsage, releasePid, TIMER_SLACK } from '../task/index.ts'
import type { Namespaces } from '../task/types.ts'

/** Who it will be: an identity, and a number in a pid namespace. */
export interface Numbers {
  id: TaskId
  pid: number
  ns: Namespaces
}

/** What there must be room for before there is a task. */
export interface Body extends Numbers {
  trapFrame: number
  /** null: it has no memory, or none before its first program. */
  mm: Mm | null
}

/** Of a process that a task begins. */
export type NewGroup = Pick<ThreadGroup, 'actions' | 'rlimits'>

/** What a task takes over or is given. */
export interface Birth extends Body, Pick<Task, 'comm' | 'files' | 'fs' | 'credentials' | 'sched'> {
  /** Whose thread it will be, or what it makes its own process of. */
  group: ThreadGroup | NewGroup
}

/** Throws as allocPid. */
export function takeNumbers(k: Kernel, ns: Namespaces, wanted = 0): Numbers {
  const pid = allocPid(ns.pid, wanted)
  return { id: (k.state.lastTaskId = nextTaskId(k.state.lastTaskId)), pid, ns }
}

/** Room for its registers, and for its memory as `makeMm` makes it. When that throws the number is free again. */
export function newBody(k: Kernel, { id, pid, ns }: Numbers, makeMm: (() => Mm) | null): Body {
  let trapFrame = -1
  try {
    trapFrame = allocTrapFrame(k)
    return { id, pid, ns, trapFrame, mm: makeMm?.() ?? null }
  } catch (error) {
    if (trapFrame >= 0) freeTrapFrame(k, trapFrame)
    releasePid(ns.pid, pid)
    throw error
  }
}

// A task and its process name each other: neither is whole before both are there.
interface Unborn extends Omit<Task, 'group'> {
  group: Unled
}
interface Unled extends Omit<ThreadGroup, 'leader' | 'threads'> {
  leader: Unborn | null
  threads: Unborn[]
}
const isBorn = (task: Unborn): task is Task => task.group.leader !== null

/** A task that nobody knows yet (`enrol`). A process of its own is its own group and session. */
export function newTask(k: Kernel, birth: Birth): Task {
  const { id, pid, group } = birth
  const task: Unborn = {
    id,
    pid,
    ns: birth.ns,
    group: 'leader' in group ? group : newGroup(id, pid, group),
    comm: birth.comm,
    state: 'R',
    mm: birth.mm,
    files: birth.files,
    fs: birth.fs,
    credentials: birth.credentials,
    trapFrame: birth.trapFrame,
    onHart: -1,
    sched: birth.sched,
    call: null,
    tracer: null,
    seccomp: null,
    waiting: null,
    blocked: SIGSET_EMPTY,
    pending: emptyPending(),
    savedMask: null,
    altStack: { sp: 0, size: 0, flags: 0 },
    signalPending: false,
    clearChildTid: 0,
    robustList: 0,
    rseq: null,
    semUndo: null,
    exitSignal: SIGCHLD,
    vforkDone: null,
    exitStatus: 0,
    startTime: k.state.time,
    usage: newUsage(),
    parentDeathSignal: 0,
    personality: 0,
    vectorControl: PR_RISCV_V.ON,
    timerSlack: TIMER_SLACK,
    defaultTimerSlack: TIMER_SLACK,
  }
  task.group.leader ??= task
  if (!isBorn(task)) throw new Error(`making task ${pid}: its process has no leader`)
  return task
}

const idleTimer = (): ThreadGroup['itimers'][number] => ({ expires: 0, interval: 0, timer: 0 })

const newGroup = (id: TaskId, pid: number, { actions, rlimits }: NewGroup): Unled => ({
  id: groupIdOf(id),
  tgid: pid,
  leader: null,
  threads: [],
  parent: null,
  maker: NO_TASK,
  children: new Set(),
  deadChildren: 0,
  pgid: pid,
  sid: pid,
  tty: null,
  actions,
  pending: emptyPending(),
  rlimits,
  childExit: newQueue(),
  childrenUsage: newUsage(),
  exitedUsage: newUsage(),
  exiting: null,
  stopSignal: 0,
  stopReport: 'none',
  // By number: ITIMER_REAL, _VIRTUAL, _PROF.
  itimers: [idleTimer(), idleTimer(), idleTimer()],
  subreaper: false,
  oomScoreAdj: 0,
  oomScoreAdjMin: 0,
  hasExeced: false,
  exePath: '',
})

/** The task takes its place among all tasks and in its process; a new process takes its among groups, sessions and its parent's children. */
export function enrol(k: Kernel, task: Task): void {
  const { group } = task
  group.threads.push(task)
  k.state.tasks.set(task.id, task)
  task.ns.pid.tasks.set(task.pid, task)
  if (task !== group.leader) return
  k.state.groups.set(group.id, group)
  joinGroup(group, group.pgid)
  joinSession(group, group.sid)
  group.parent?.children.add(group)
}

/** It is found no more, and its number may be given out again once no group or session is called by it. */
export function strikeOff(k: Kernel, { id, pid, ns }: Task): void {
  k.state.tasks.delete(id)
  ns.pid.tasks.delete(pid)
  releasePid(ns.pid, pid)
}

/** A task that was struck off goes on under the name of another one, which is no more: whoever watched that one goes on watching. */
export function takePlaceOf(k: Kernel, task: Task, { id, pid, ns }: Task): void {
  task.id = id
  task.pid = pid
  k.state.tasks.set(id, task)
  ns.pid.tasks.set(pid, task)
}
