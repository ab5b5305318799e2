// Policies, priorities and affinity as programs ask for them (sched(7)).
import {
  CAP_SYS_NICE,
  E2BIG,
  EACCES,
  EINVAL,
  EOPNOTSUPP,
  EPERM,
  ESRCH,
  NANOSECONDS,
  PRIO_PGRP,
  PRIO_PROCESS,
  PRIO_USER,
  PRIO_WHICH,
  RLIMIT_NICE,
  RLIMIT_RTPRIO,
  SCHED_ATTR,
  SCHED_EXT,
  SCHED_PARAM,
  SCHED_POLICIES,
  SCHED_RESET_ON_FORK,
  TIMESPEC,
  readStruct,
  writeStruct,
  type Errno,
  type StructValues,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getU32, putU32 } from '../mm/index.ts'
import { capable, findTask, groupMembers, rlimit, taskByPid } from '../task/index.ts'
import {
  asGiven,
  changeOwn,
  checkAffinity,
  NICE_MAX,
  NICE_MIN,
  ownParams,
  reweigh,
  yieldHart,
  type SchedParams,
  type SchedWanted,
} from '../sched/index.ts'
import type { Task } from '../state.ts'
import { address, int, oneOf, pid, size, structIn, structOut, uint } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { attrOut, setAttrText } from './sched-text.ts'
import { nameOf } from './text.ts'
import { timespecOut } from './times.ts'

const MASK_BYTES = 8
const SCHED_ATTR_SIZE_VER0 = 48
const SCHED_FLAG_RESET_ON_FORK = 0x1
const SCHED_FLAG_KEEP_POLICY = 0x8
const SCHED_FLAG_KEEP_PARAMS = 0x10
/** SCHED_FLAG_UTIL_CLAMP_MIN and _MAX. */
const SCHED_FLAGS_CLAMP = 0x60
const SCHED_FLAGS_ALL = 0x7f
const PAGE = 4096
/** getpriority answers 1..40, so that no result looks like an error. */
const PRIO_BIAS = 20

const policy: Arg<number> = {
  type: 'int',
  word: true,
  read: raw => raw,
  show: raw => nameOf(SCHED_POLICIES, raw & ~SCHED_RESET_ON_FORK) + (raw & SCHED_RESET_ON_FORK ? '|SCHED_RESET_ON_FORK' : ''),
}
const paramText = ({ priority }: { priority: number }): string => `[${priority}]`
const param = structIn(SCHED_PARAM, paramText, 'const struct sched_param *')
const paramOut = structOut(SCHED_PARAM, paramText, 'struct sched_param *')

/** The same user, or CAP_SYS_NICE. */
function isOwner(caller: Task, task: Task): boolean {
  const { euid } = caller.credentials
  return euid === task.credentials.euid || euid === task.credentials.uid || capable(caller.credentials, CAP_SYS_NICE)
}

/** EPERM. */
function checkOwner(caller: Task, task: Task): void {
  if (!isOwner(caller, task)) throw EPERM
}

/** A policy that leaves the task's, and its reset-on-fork. */
const KEEP = -1

const legacy = (task: Task, wanted: number, priority: number): SchedWanted => ({
  policy: wanted === KEEP ? KEEP : wanted & ~SCHED_RESET_ON_FORK,
  resetOnFork: (wanted & SCHED_RESET_ON_FORK) !== 0,
  priority,
  nice: task.sched.nice,
  runtime: task.sched.customSlice,
  deadline: 0,
  period: 0,
  flags: 0,
  keepParams: false,
})

/** The least nice value that RLIMIT_NICE lets anybody take. */
const leastNice = ({ group }: Task): number => PRIO_BIAS - rlimit(group, RLIMIT_NICE)

/** EPERM for what needs CAP_SYS_NICE (sched(7), "Privileges and resource limits"). */
function checkChange(k: Kernel, caller: Task, task: Task, params: SchedParams, wanted: SchedWanted): void {
  if (capable(caller.credentials, CAP_SYS_NICE)) return
  const s = asGiven(task.sched)
  const limits = { rtPriority: rlimit(task.group, RLIMIT_RTPRIO), nice: leastNice(task) }
  if (params.needsRight(s, wanted, limits) || ownParams(k, s).leavingNeedsRight(s, wanted, limits)) throw EPERM
  checkOwner(caller, task)
  if (s.resetOnFork && !wanted.resetOnFork) throw EPERM
}

function setScheduler(k: Kernel, caller: Task, task: Task, given: SchedWanted): number {
  const s = task.sched
  const wanted = given.policy === KEEP ? { ...given, policy: (s.lent ?? s).policy, resetOnFork: s.resetOnFork } : given
  const params = k.classes[wanted.policy]?.params
  if (params === undefined) throw EINVAL
  const [least, most] = params.priorities
  if (!(wanted.priority >= least && wanted.priority <= most) || !params.valid(wanted)) throw EINVAL
  checkChange(k, caller, task, params, wanted)
  params.admit(k, task, wanted)
  s.resetOnFork = wanted.resetOnFork
  if (wanted.keepParams) return 0
  const own = ownParams(k, s)
  changeOwn(k, task, () => {
    if (own !== params) own.leave(s)
    s.policy = wanted.policy
    params.take(s, wanted, k.state.time)
  })
  return 0
}

// Nice values

function* prioTargets(k: Kernel, caller: Task, which: number, who: number): Iterable<Task> {
  if (which === PRIO_PROCESS) {
    const task = who === 0 ? caller : findTask(caller.ns, who)
    if (task !== null) yield task
  } else if (which === PRIO_PGRP) {
    for (const group of groupMembers(caller.ns, who === 0 ? caller.group.pgid : who)) yield* group.threads
  } else if (which === PRIO_USER) {
    const uid = who === 0 ? caller.credentials.uid : who
    for (const task of k.state.tasks.values()) if (task.credentials.uid === uid) yield task
  } else throw EINVAL
}

function setPriority(k: Kernel, caller: Task, which: number, who: number, wanted: number): number {
  const nice = Math.min(NICE_MAX, Math.max(NICE_MIN, wanted))
  const privileged = capable(caller.credentials, CAP_SYS_NICE)
  let failure: Errno | null = ESRCH
  // All that may be changed are; the last refusal is what is answered.
  for (const task of prioTargets(k, caller, which, who)) {
    if (!isOwner(caller, task)) failure = EPERM
    else if (nice < task.sched.nice && !privileged && nice < leastNice(task)) failure = EACCES
    else {
      if (failure === ESRCH) failure = null
      changeOwn(k, task, () => (task.sched.nice = nice))
    }
  }
  if (failure !== null) throw failure
  return 0
}

function getPriority(k: Kernel, caller: Task, which: number, who: number): number {
  let best = Infinity
  for (const task of prioTargets(k, caller, which, who)) best = Math.min(best, task.sched.nice)
  if (best === Infinity) throw ESRCH
  return PRIO_BIAS - best
}

// Affinity

function setAffinity(k: Kernel, caller: Task, task: Task, length: number, at: number): number {
  checkOwner(caller, task)
  const mask = new Uint8Array(MASK_BYTES)
  mask.set(copyIn(k, caller, at, Math.min(length, MASK_BYTES)))
  const there = 2 ** k.state.harts.length - 1
  const allowed = (new DataView(mask.buffer).getUint32(0, true) & there) >>> 0
  checkAffinity(k, task.sched, allowed)
  if (allowed === 0) throw EINVAL
  task.sched.affinity = allowed
  if (task.onHart >= 0) k.state.harts[task.onHart].resched = true
  else reweigh(k, task)
  return 0
}

function getAffinity(k: Kernel, caller: Task, task: Task, length: number, at: number): number {
  if (length * 8 < k.state.harts.length || length % MASK_BYTES !== 0) throw EINVAL
  const bytes = new Uint8Array(MASK_BYTES)
  new DataView(bytes.buffer).setUint32(0, task.sched.affinity, true)
  copyOut(k, caller, at, bytes)
  return MASK_BYTES
}

// sched_attr

type Attr = StructValues<(typeof SCHED_ATTR)['members']>

/** Sizes that cannot be, or bytes that are not known: the size that is known is written back. */
function refuseSize(k: Kernel, caller: Task, at: number): never {
  putU32(k, caller, at, SCHED_ATTR.size)
  throw E2BIG
}

function readAttr(k: Kernel, caller: Task, at: number): Attr & { size: number } {
  const size = getU32(k, caller, at) || SCHED_ATTR_SIZE_VER0
  if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE) refuseSize(k, caller, at)
  const bytes = copyIn(k, caller, at, size).slice()
  if (bytes.subarray(SCHED_ATTR.size).some(byte => byte !== 0)) refuseSize(k, caller, at)
  const whole = new Uint8Array(SCHED_ATTR.size)
  whole.set(bytes.subarray(0, SCHED_ATTR.size))
  return { ...(readStruct(SCHED_ATTR, whole) as Attr), size }
}

const clamp = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value))

function setAttr(k: Kernel, caller: Task, who: number, at: number, flags: number): number {
  if (at === 0 || who < 0 || flags !== 0) throw EINVAL
  const attr = readAttr(k, caller, at)
  if (attr.flags & SCHED_FLAGS_CLAMP && attr.size < SCHED_ATTR.size) throw EINVAL
  if ((attr.policy | 0) < 0) throw EINVAL
  const task = taskByPid(caller, who)
  const s = asGiven(task.sched)
  const keeps = (attr.flags & SCHED_FLAG_KEEP_PARAMS) !== 0
  const asked = { ...attr, runtime: Number(attr.runtime), deadline: Number(attr.deadline), period: Number(attr.period) }
  const wanted: SchedWanted = {
    ...asked,
    ...(keeps ? ownParams(k, s).answer(s) : {}),
    policy: attr.flags & SCHED_FLAG_KEEP_POLICY ? KEEP : attr.policy,
    resetOnFork: (attr.flags & SCHED_FLAG_RESET_ON_FORK) !== 0,
    keepParams: keeps,
  }
  wanted.nice = clamp(NICE_MIN, wanted.nice, NICE_MAX)
  if (attr.flags > SCHED_FLAGS_ALL) throw EINVAL
  if (attr.flags & SCHED_FLAGS_CLAMP) throw EOPNOTSUPP
  return setScheduler(k, caller, task, wanted)
}

function getAttr(k: Kernel, caller: Task, who: number, at: number, length: number, flags: number): number {
  if (at === 0 || who < 0 || length > PAGE || length < SCHED_ATTR_SIZE_VER0 || flags !== 0) throw EINVAL
  const s = asGiven(taskByPid(caller, who).sched)
  const size = Math.min(length, SCHED_ATTR.size)
  const answer = ownParams(k, s).answer(s)
  const values = { ...answer, size, policy: s.policy, flags: (answer.flags ?? 0) | (s.resetOnFork ? SCHED_FLAG_RESET_ON_FORK : 0) }
  copyOut(k, caller, at, writeStruct(SCHED_ATTR, values).subarray(0, size))
  return 0
}

/** EINVAL for a pid below 0 (ESRCH is for those that are not there). */
function target(caller: Task, who: number): Task {
  if (who < 0) throw EINVAL
  return taskByPid(caller, who)
}

/** SCHED_EXT, for which there is no row, has no priorities. */
function prioRange(k: Kernel, kind: number, end: 0 | 1): number {
  const row = k.classes[kind]
  if (row === undefined && kind !== SCHED_EXT) throw EINVAL
  return row?.params.priorities[end] ?? 0
}

export const schedCalls: Syscall[] = [
  syscall(118, 'sched_setparam', { pid, param }, (k, task, { pid: who, param: p }) => {
    if (p === null) throw EINVAL
    const other = target(task, who)
    return setScheduler(k, task, other, legacy(other, KEEP, p.priority))
  }),
  syscall(119, 'sched_setscheduler', { pid, policy, param }, (k, task, { pid: who, policy: kind, param: p }) => {
    if (p === null || kind < 0) throw EINVAL
    const other = target(task, who)
    return setScheduler(k, task, other, legacy(other, kind, p.priority))
  }),
  syscall(120, 'sched_getscheduler', { pid }, (_k, task, { pid: who }) => {
    const { sched } = target(task, who)
    return (sched.lent ?? sched).policy | (sched.resetOnFork ? SCHED_RESET_ON_FORK : 0)
  }),
  syscall(121, 'sched_getparam', { pid, param: paramOut }, (k, task, { pid: who, param: at }) => {
    if (at === 0) throw EINVAL
    putU32(k, task, at, asGiven(target(task, who).sched).rtPriority)
    return 0
  }),
  syscall(122, 'sched_setaffinity', { pid, cpusetsize: size, mask: address }, (k, task, { pid: who, cpusetsize, mask }) =>
    setAffinity(k, task, taskByPid(task, who), cpusetsize, mask),
  ),
  syscall(123, 'sched_getaffinity', { pid, cpusetsize: size, mask: address }, (k, task, { pid: who, cpusetsize, mask }) =>
    getAffinity(k, task, taskByPid(task, who), cpusetsize, mask),
  ),
  syscall(124, 'sched_yield', {}, (k, task) => {
    yieldHart(k, task)
    return 0
  }),
  syscall(125, 'sched_get_priority_max', { policy }, (k, _task, { policy: kind }) => prioRange(k, kind, 1)),
  syscall(126, 'sched_get_priority_min', { policy }, (k, _task, { policy: kind }) => prioRange(k, kind, 0)),
  syscall(127, 'sched_rr_get_interval', { pid, tp: timespecOut }, (k, task, { pid: who, tp }) => {
    const { sched } = target(task, who)
    const slice = ownParams(k, sched).interval(k, sched)
    copyOut(k, task, tp, writeStruct(TIMESPEC, { sec: Math.floor(slice / NANOSECONDS), nsec: slice % NANOSECONDS }))
    return 0
  }),
  syscall(140, 'setpriority', { which: oneOf(PRIO_WHICH), who: int, prio: int }, (k, task, { which, who, prio }) =>
    setPriority(k, task, which, who, prio),
  ),
  syscall(141, 'getpriority', { which: oneOf(PRIO_WHICH), who: int }, (k, task, { which, who }) => getPriority(k, task, which, who)),
  syscall(168, 'getcpu', { cpu: address, node: address, unused: address }, (k, task, { cpu, node }) => {
    if (cpu !== 0) putU32(k, task, cpu, task.onHart)
    if (node !== 0) putU32(k, task, node, 0)
    return 0
  }),
  syscall(
    274,
    'sched_setattr',
    { pid, attr: address, flags: uint },
    (k, task, { pid: who, attr, flags }) => setAttr(k, task, who, attr, flags),
    {
      refused: { SCHED_FLAG_RECLAIM: 'EINVAL', SCHED_FLAG_UTIL_CLAMP_MIN: 'EOPNOTSUPP', SCHED_FLAG_UTIL_CLAMP_MAX: 'EOPNOTSUPP' },
      text: setAttrText,
    },
  ),
  syscall(275, 'sched_getattr', { pid, attr: attrOut, size: uint, flags: uint }, (k, task, { pid: who, attr, size: length, flags }) =>
    getAttr(k, task, who, attr, length, flags),
  ),
]
