// Policies, priorities and affinity as programs ask for them (sched(7)).
import {
  CAP_SYS_NICE,
  EACCES,
  EINVAL,
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
  SCHED_BATCH,
  SCHED_FIFO,
  SCHED_IDLE,
  SCHED_OTHER,
  SCHED_PARAM,
  SCHED_POLICIES,
  SCHED_RESET_ON_FORK,
  SCHED_RR,
  TIMESPEC,
  readStruct,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getU32, putU32 } from '../mm/index.ts'
import { capable, groupMembers, rlimit, taskByPid } from '../process/index.ts'
import { MIN_GRANULARITY, NICE_MAX, NICE_MIN, reweigh, yieldHart } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { address, int, oneOf, pid, size, structIn, structOut, uint } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { nameOf } from './text.ts'
import { timespecOut } from './times.ts'

const RT_MIN = 1
const RT_MAX = 99
const MASK_BYTES = 8
const SCHED_ATTR_SIZE_VER0 = 48
const SCHED_FLAG_RESET_ON_FORK = 1
/** getpriority answers 1..40, so that no result looks like an error. */
const PRIO_BIAS = 20

const isRt = (policy: number): boolean => policy === SCHED_FIFO || policy === SCHED_RR
const KNOWN = new Set<number>([SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE])

const policy: Arg<number> = {
  type: 'int',
  word: true,
  read: raw => raw,
  show: raw => nameOf(SCHED_POLICIES, raw & ~SCHED_RESET_ON_FORK) + (raw & SCHED_RESET_ON_FORK ? '|SCHED_RESET_ON_FORK' : ''),
}
const paramText = ({ priority }: { priority: number }): string => `[${priority}]`
const param = structIn(SCHED_PARAM, paramText, 'const struct sched_param *')
const paramOut = structOut(SCHED_PARAM, paramText, 'struct sched_param *')

/** Owner or CAP_SYS_NICE. */
function checkOwner(caller: Task, task: Task): void {
  const { euid } = caller.credentials
  if (euid === task.credentials.euid || euid === task.credentials.uid || capable(caller.credentials, CAP_SYS_NICE)) return
  throw EPERM
}

function setScheduler(k: Kernel, caller: Task, task: Task, wanted: number, priority: number, nice = task.sched.nice): number {
  const reset = (wanted & SCHED_RESET_ON_FORK) !== 0
  const kind = wanted & ~SCHED_RESET_ON_FORK
  if (!KNOWN.has(kind) || (isRt(kind) ? priority < RT_MIN || priority > RT_MAX : priority !== 0)) throw EINVAL
  checkOwner(caller, task)
  const s = task.sched
  if (!capable(caller.credentials, CAP_SYS_NICE)) {
    if (isRt(kind) && priority > Math.max(rlimit(task.group, RLIMIT_RTPRIO), s.rtPriority)) throw EPERM
    if (s.resetOnFork && !reset) throw EPERM
    if (nice < s.nice && nice < PRIO_BIAS - rlimit(task.group, RLIMIT_NICE)) throw EPERM
  }
  s.policy = kind
  s.rtPriority = isRt(kind) ? priority : 0
  s.resetOnFork = reset
  s.nice = nice
  reweigh(k, task)
  return 0
}

// Nice values

function* prioTargets(k: Kernel, caller: Task, which: number, who: number): Iterable<Task> {
  if (which === PRIO_PROCESS) {
    const task = who === 0 ? caller : k.state.tasks.get(who)
    if (task !== undefined) yield task
  } else if (which === PRIO_PGRP) {
    for (const group of groupMembers(k, who === 0 ? caller.group.pgid : who)) yield* group.threads
  } else if (which === PRIO_USER) {
    const uid = who === 0 ? caller.credentials.uid : who
    for (const task of k.state.tasks.values()) if (task.credentials.uid === uid) yield task
  } else throw EINVAL
}

function setPriority(k: Kernel, caller: Task, which: number, who: number, wanted: number): number {
  const nice = Math.min(NICE_MAX, Math.max(NICE_MIN, wanted))
  let found = false
  for (const task of prioTargets(k, caller, which, who)) {
    found = true
    checkOwner(caller, task)
    if (nice < task.sched.nice && !capable(caller.credentials, CAP_SYS_NICE) && nice < PRIO_BIAS - rlimit(task.group, RLIMIT_NICE))
      throw EACCES
    task.sched.nice = nice
    reweigh(k, task)
  }
  if (!found) throw ESRCH
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

function setAttr(k: Kernel, caller: Task, task: Task, at: number, flags: number): number {
  if (at === 0 || flags !== 0) throw EINVAL
  const length = getU32(k, caller, at)
  if (length !== 0 && length < SCHED_ATTR_SIZE_VER0) throw EINVAL
  const attr = readStruct(SCHED_ATTR, padded(copyIn(k, caller, at, Math.min(Math.max(length, SCHED_ATTR_SIZE_VER0), SCHED_ATTR.size))))
  if (attr.flags > SCHED_FLAG_RESET_ON_FORK || attr.nice < NICE_MIN || attr.nice > NICE_MAX) throw EINVAL
  const reset = attr.flags & SCHED_FLAG_RESET_ON_FORK ? SCHED_RESET_ON_FORK : 0
  return setScheduler(k, caller, task, attr.policy | reset, attr.priority, isRt(attr.policy) ? task.sched.nice : attr.nice)
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(SCHED_ATTR.size)
  whole.set(bytes)
  return whole
}

function getAttr(k: Kernel, caller: Task, task: Task, at: number, length: number, flags: number): number {
  if (at === 0 || length < SCHED_ATTR_SIZE_VER0 || flags !== 0) throw EINVAL
  const s = task.sched
  const size = Math.min(length, SCHED_ATTR.size)
  const fair = !isRt(s.policy)
  const values = {
    size,
    policy: s.policy,
    flags: s.resetOnFork ? SCHED_FLAG_RESET_ON_FORK : 0,
    nice: fair ? s.nice : 0,
    priority: s.rtPriority,
  }
  copyOut(k, caller, at, writeStruct(SCHED_ATTR, values).subarray(0, size))
  return 0
}

/** EINVAL for a pid below 0 (ESRCH is for those that are not there). */
function target(k: Kernel, caller: Task, who: number): Task {
  if (who < 0) throw EINVAL
  return taskByPid(k, caller, who)
}

function prioRange(kind: number, rt: number): number {
  if (!KNOWN.has(kind)) throw EINVAL
  return isRt(kind) ? rt : 0
}

export const schedCalls: Syscall[] = [
  syscall(118, 'sched_setparam', { pid, param }, (k, task, { pid: who, param: p }) => {
    if (p === null) throw EINVAL
    const other = target(k, task, who)
    return setScheduler(k, task, other, other.sched.policy | (other.sched.resetOnFork ? SCHED_RESET_ON_FORK : 0), p.priority)
  }),
  syscall(
    119,
    'sched_setscheduler',
    { pid, policy, param },
    (k, task, { pid: who, policy: kind, param: p }) => {
      if (p === null || kind < 0) throw EINVAL
      return setScheduler(k, task, target(k, task, who), kind, p.priority)
    },
    { note: 'SCHED_DEADLINE is refused with EINVAL.' },
  ),
  syscall(120, 'sched_getscheduler', { pid }, (k, task, { pid: who }) => {
    const { sched } = target(k, task, who)
    return sched.policy | (sched.resetOnFork ? SCHED_RESET_ON_FORK : 0)
  }),
  syscall(121, 'sched_getparam', { pid, param: paramOut }, (k, task, { pid: who, param: at }) => {
    if (at === 0) throw EINVAL
    putU32(k, task, at, target(k, task, who).sched.rtPriority)
    return 0
  }),
  syscall(122, 'sched_setaffinity', { pid, cpusetsize: size, mask: address }, (k, task, { pid: who, cpusetsize, mask }) =>
    setAffinity(k, task, taskByPid(k, task, who), cpusetsize, mask),
  ),
  syscall(123, 'sched_getaffinity', { pid, cpusetsize: size, mask: address }, (k, task, { pid: who, cpusetsize, mask }) =>
    getAffinity(k, task, taskByPid(k, task, who), cpusetsize, mask),
  ),
  syscall(124, 'sched_yield', {}, (k, task) => {
    yieldHart(k, task)
    return 0
  }),
  syscall(125, 'sched_get_priority_max', { policy }, (_k, _task, { policy: kind }) => prioRange(kind, RT_MAX)),
  syscall(126, 'sched_get_priority_min', { policy }, (_k, _task, { policy: kind }) => prioRange(kind, RT_MIN)),
  syscall(127, 'sched_rr_get_interval', { pid, tp: timespecOut }, (k, task, { pid: who, tp }) => {
    const { policy: kind } = target(k, task, who).sched
    const slice = kind === SCHED_RR ? k.state.sysctl.rrSlice : kind === SCHED_FIFO ? 0 : MIN_GRANULARITY
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
    (k, task, { pid: who, attr, flags }) => setAttr(k, task, target(k, task, who), attr, flags),
    { note: 'Only the policy, nice value, priority and reset-on-fork.' },
  ),
  syscall(275, 'sched_getattr', { pid, attr: address, size: uint, flags: uint }, (k, task, { pid: who, attr, size: length, flags }) =>
    getAttr(k, task, target(k, task, who), attr, length, flags),
  ),
]
