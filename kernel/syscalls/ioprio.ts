// Input and output priorities (ioprio_set(2)): kept and answered. Nothing here waits for a disk, so they change nothing.
import { CAP_SYS_ADMIN, CAP_SYS_NICE, EINVAL, EPERM, ESRCH } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { capable, groupMembers, taskByPid } from '../task/index.ts'
import { asGiven, ownParams } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { int, oneOf } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { hex, nameOf } from './text.ts'

const WHO = { IOPRIO_WHO_PROCESS: 1, IOPRIO_WHO_PGRP: 2, IOPRIO_WHO_USER: 3 } as const
const CLASSES = { IOPRIO_CLASS_NONE: 0, IOPRIO_CLASS_RT: 1, IOPRIO_CLASS_BE: 2, IOPRIO_CLASS_IDLE: 3 } as const
const CLASS_SHIFT = 13
const CLASS_MASK = 7
const LEVELS = 8

const classOf = (ioprio: number): number => (ioprio >> CLASS_SHIFT) & CLASS_MASK
const levelOf = (ioprio: number): number => ioprio & (LEVELS - 1)

/** EPERM: real-time without the capability; EINVAL: no class, or levels in the class that has none. */
function checkValue({ credentials }: Task, ioprio: number): void {
  const kind = classOf(ioprio)
  if (kind > CLASSES.IOPRIO_CLASS_IDLE || (kind === CLASSES.IOPRIO_CLASS_NONE && levelOf(ioprio) !== 0)) throw EINVAL
  if (kind === CLASSES.IOPRIO_CLASS_RT && !capable(credentials, CAP_SYS_ADMIN) && !capable(credentials, CAP_SYS_NICE)) throw EPERM
}

function targets(k: Kernel, caller: Task, which: number, who: number): Task[] {
  if (which === WHO.IOPRIO_WHO_PROCESS) return [taskByPid(caller, who)]
  if (which === WHO.IOPRIO_WHO_PGRP)
    return [...groupMembers(caller.ns, who === 0 ? caller.group.pgid : who)].flatMap(group => group.threads)
  if (which !== WHO.IOPRIO_WHO_USER) throw EINVAL
  const uid = who === 0 ? caller.credentials.uid : who
  return [...k.state.tasks.values()].filter(task => task.credentials.uid === uid)
}

function set(k: Kernel, caller: Task, which: number, who: number, ioprio: number): number {
  checkValue(caller, ioprio)
  const tasks = targets(k, caller, which, who)
  if (tasks.length === 0) throw ESRCH
  const { uid, euid } = caller.credentials
  for (const task of tasks) {
    const owner = task.credentials.uid
    if (owner !== euid && owner !== uid && !capable(caller.credentials, CAP_SYS_NICE)) throw EPERM
    task.ioprio = ioprio & 0xffff
  }
  return 0
}

/** What a task that was given no class has, once it was given one at all: it follows the nice value. */
function effective(k: Kernel, { ioprio, sched }: Task): number {
  if (ioprio === undefined) return 0
  if (classOf(ioprio) !== CLASSES.IOPRIO_CLASS_NONE) return ioprio
  const kind = CLASSES[`IOPRIO_CLASS_${ownParams(k, sched).ioClass(asGiven(sched))}`]
  return (kind << CLASS_SHIFT) | Math.floor((sched.nice + 20) / 5)
}

/** Of several the best, which is the lowest number. */
function get(k: Kernel, caller: Task, which: number, who: number): number {
  const tasks = targets(k, caller, which, who)
  if (tasks.length === 0) throw ESRCH
  if (which === WHO.IOPRIO_WHO_PROCESS) return tasks[0].ioprio ?? 0
  return tasks.map(task => effective(k, task)).reduce((best, ioprio) => Math.min(best, ioprio))
}

const valueText = (ioprio: number): string =>
  `IOPRIO_PRIO_VALUE(${nameOf(CLASSES, ioprio >> CLASS_SHIFT)}, ${ioprio & ((1 << CLASS_SHIFT) - 1)})`
const value: Arg<number> = { ...int, show: raw => valueText(raw | 0) }
const which = oneOf(WHO)
const note = 'Kept and inherited; nothing waits for a disk here.'

export const ioprioCalls: Syscall[] = [
  syscall(30, 'ioprio_set', { which, who: int, ioprio: value }, (k, task, a) => set(k, task, a.which, a.who, a.ioprio), { note }),
  syscall(31, 'ioprio_get', { which, who: int }, (k, task, a) => get(k, task, a.which, a.who), {
    note,
    answer: (_k, _task, _raw, result) => `${result === 0 ? '0' : hex(result)} (${valueText(result)})`,
  }),
]
