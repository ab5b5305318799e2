// /proc/PID/stat, status, statm, sched: the numbers of a process as ps and top read them (proc_pid_stat(5), proc_pid_status(5)).
import { PAGE_SIZE } from '../../vm/index.ts'
import { RLIMIT_RSS, RLIMIT_SIGPENDING, SIG_DFL, SIG_IGN } from '../abi/index.ts'
import { mmStatistics, type MmStatistics } from '../mm/index.ts'
import { asGiven, classOf } from '../sched/index.ts'
import { groupUsage } from '../task/index.ts'
import { actionOf, sigbit, queuedOf, type Sigset } from '../signal/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task, TaskState, ThreadGroup } from '../state.ts'
import { hex16, kibLine, ticks } from './nodes.ts'

const UNLIMITED = '18446744073709551615'
const LOW_31_BITS = 0x7fff_ffffn

/** task_struct flags that show (include/linux/sched.h): layout is randomised; forked and not yet exec'd; exiting. */
const PF_RANDOMIZE = 0x0040_0000
const PF_FORKNOEXEC = 0x40
const PF_EXITING = 0x4

const STATE_NAMES: Readonly<Record<TaskState, string>> = {
  R: 'R (running)',
  S: 'S (sleeping)',
  D: 'D (disk sleep)',
  T: 'T (stopped)',
  t: 't (tracing stop)',
  Z: 'Z (zombie)',
  X: 'X (dead)',
}

const NO_MEMORY: MmStatistics = {
  size: 0,
  peakSize: 0,
  resident: 0,
  peakResident: 0,
  anon: 0,
  file: 0,
  shmem: 0,
  hugetlb: 0,
  locked: 0,
  data: 0,
  stack: 0,
  code: 0,
  library: 0,
  tables: 0,
}

const memoryOf = (task: Task): MmStatistics => (task.mm ? mmStatistics(task.mm) : NO_MEMORY)

/** Signals that a process ignores, and those it catches. */
function dispositions(group: ThreadGroup): { ignored: Sigset; caught: Sigset } {
  let ignored = 0n
  let caught = 0n
  for (let signal = 1; signal <= 64; signal++) {
    const { handler } = actionOf(group, signal)
    if (handler === SIG_IGN) ignored |= sigbit(signal)
    else if (handler !== SIG_DFL) caught |= sigbit(signal)
  }
  return { ignored, caught }
}

/** Linux's number for programs: minor bits above 8 go beyond the major. */
const ttyNumber = (group: ThreadGroup): number => (group.tty ? (group.tty.major << 8) | (group.tty.minor & 0xff) : 0)

/** 20 + nice, or negative for real-time policies; as it is lent, if it is (the other fields tell what it was given). */
const priorityOf = (k: Kernel, { sched }: Task): number => classOf(k, sched).params.priority(sched)

const parentPid = (group: ThreadGroup): number => group.parent?.tgid ?? 0

/** The name without what would break the line. stat shows it as it is, which is why readers look for the last parenthesis. */
const plainName = (comm: string): string => comm.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

/** The 52 fields of proc_pid_stat(5). */
export function statText(k: Kernel, task: Task, thread: boolean): string {
  const { group, mm, sched } = task
  const given = asGiven(sched)
  const usage = thread ? task.usage : groupUsage(group)
  const children = group.childrenUsage
  const { ignored, caught } = dispositions(group)
  const memory = memoryOf(task)
  const rss = group.rlimits.soft[RLIMIT_RSS]
  const low = (set: Sigset): string => String(set & LOW_31_BITS)
  const flags = PF_RANDOMIZE | (group.hasExeced ? 0 : PF_FORKNOEXEC) | (task.state === 'Z' ? PF_EXITING : 0)
  const fields: (string | number)[] = [
    task.pid,
    `(${task.comm})`,
    task.state,
    parentPid(group),
    group.pgid,
    group.sid,
    ttyNumber(group),
    group.tty ? group.tty.pgid : -1,
    flags,
    usage.minorFaults,
    children.minorFaults,
    usage.majorFaults,
    children.majorFaults,
    ticks(usage.userTime),
    ticks(usage.systemTime),
    ticks(children.userTime),
    ticks(children.systemTime),
    priorityOf(k, task),
    sched.nice,
    group.threads.length,
    0,
    ticks(task.startTime),
    memory.size * PAGE_SIZE,
    memory.resident,
    rss === Infinity ? UNLIMITED : rss,
    mm?.startCode ?? 0,
    mm?.endCode ?? 0,
    mm?.startStack ?? 0,
    0,
    0,
    low(task.pending.set),
    low(task.blocked),
    low(ignored),
    low(caught),
    task.state === 'S' || task.state === 'D' ? 1 : 0,
    0,
    0,
    thread && task !== group.leader ? -1 : task.exitSignal,
    sched.hart,
    given.rtPriority,
    given.policy,
    0,
    0,
    0,
    mm?.startData ?? 0,
    mm?.endData ?? 0,
    mm?.brkStart ?? 0,
    mm?.argStart ?? 0,
    mm?.argEnd ?? 0,
    mm?.envStart ?? 0,
    mm?.envEnd ?? 0,
    task.state === 'Z' ? task.exitStatus : 0,
  ]
  return `${fields.join(' ')}\n`
}

/** Pages: size, resident, shared, text, lib (0), data + stack, dirty (0). */
export function statmText(_k: Kernel, task: Task): string {
  const m = memoryOf(task)
  return `${m.size} ${m.resident} ${m.file + m.shmem} ${m.code} 0 ${m.data + m.stack} 0\n`
}

function memoryLines(k: Kernel, task: Task): string {
  if (!task.mm) return ''
  const m = mmStatistics(task.mm)
  const rows: [string, number][] = [
    ['VmPeak', m.peakSize],
    ['VmSize', m.size],
    ['VmLck', m.locked],
    ['VmPin', 0],
    ['VmHWM', m.peakResident],
    ['VmRSS', m.resident],
    ['RssAnon', m.anon],
    ['RssFile', m.file],
    ['RssShmem', m.shmem],
    ['VmData', m.data],
    ['VmStk', m.stack],
    ['VmExe', m.code],
    ['VmLib', m.library],
    ['VmPTE', m.tables],
    ['VmSwap', 0],
    ['HugetlbPages', m.hugetlb],
  ]
  return `${rows.map(([name, pages]) => kibLine(name, pages * PAGE_SIZE)).join('')}CoreDumping:\t${task.group.coreDump ? 1 : 0}\nTHP_enabled:\t${k.state.thp === 'never' || task.mm?.thpDisabled ? 0 : 1}\nuntag_mask:\t0xffffffffffffffff\n`
}

/** "0-1,3" and, before it, the same as a hex mask. */
function cpuMask(k: Kernel, affinity: number): string {
  const harts = k.state.harts.map(h => h.id).filter(id => (affinity >>> id) & 1)
  const runs: string[] = []
  for (let i = 0; i < harts.length;) {
    let j = i
    while (j + 1 < harts.length && harts[j + 1] === harts[j] + 1) j++
    runs.push(i === j ? `${harts[i]}` : `${harts[i]}-${harts[j]}`)
    i = j + 1
  }
  const mask = harts.reduce((bits, id) => bits | (1 << id), 0) >>> 0
  return `Cpus_allowed:\t${mask.toString(16)}\nCpus_allowed_list:\t${runs.join(',')}\n`
}

const FD_TABLE_STEP = 64

export function statusText(k: Kernel, task: Task): string {
  const { group, credentials: c, usage } = task
  const { ignored, caught } = dispositions(group)
  const fdSize = task.files ? Math.max(1, Math.ceil(task.files.files.length / FD_TABLE_STEP)) * FD_TABLE_STEP : 0
  const head = [
    `Name:\t${plainName(task.comm)}`,
    task.fs ? `Umask:\t0${task.fs.umask.toString(8).padStart(3, '0')}` : null,
    `State:\t${STATE_NAMES[task.state]}`,
    `Tgid:\t${group.tgid}`,
    'Ngid:\t0',
    `Pid:\t${task.pid}`,
    `PPid:\t${parentPid(group)}`,
    `TracerPid:\t${task.tracer?.by?.pid ?? 0}`,
    `Uid:\t${c.uid}\t${c.euid}\t${c.suid}\t${c.fsuid}`,
    `Gid:\t${c.gid}\t${c.egid}\t${c.sgid}\t${c.fsgid}`,
    `FDSize:\t${fdSize}`,
    `Groups:\t${c.groups.map(g => `${g} `).join('') || ' '}`,
    `NStgid:\t${group.tgid}`,
    `NSpid:\t${task.pid}`,
    `NSpgid:\t${group.pgid}`,
    `NSsid:\t${group.sid}`,
    'Kthread:\t0',
  ]
  const tail = [
    `Threads:\t${group.threads.length}`,
    `SigQ:\t${queuedOf(k, c.uid)}/${group.rlimits.soft[RLIMIT_SIGPENDING]}`,
    `SigPnd:\t${hex16(task.pending.set)}`,
    `ShdPnd:\t${hex16(group.pending.set)}`,
    `SigBlk:\t${hex16(task.blocked)}`,
    `SigIgn:\t${hex16(ignored)}`,
    `SigCgt:\t${hex16(caught)}`,
    `CapInh:\t${hex16(c.capInheritable)}`,
    `CapPrm:\t${hex16(c.capPermitted)}`,
    `CapEff:\t${hex16(c.capEffective)}`,
    `CapBnd:\t${hex16(c.capBounding)}`,
    `CapAmb:\t${hex16(c.capAmbient)}`,
    `NoNewPrivs:\t${c.noNewPrivileges ? 1 : 0}`,
    `Seccomp:\t${task.seccomp?.mode ?? 0}`,
    `Seccomp_filters:\t${task.seccomp?.filter?.count ?? 0}`,
    'Speculation_Store_Bypass:\tnot vulnerable',
  ]
  const last = [
    'Mems_allowed:\t1',
    'Mems_allowed_list:\t0',
    `voluntary_ctxt_switches:\t${usage.voluntarySwitches}`,
    `nonvoluntary_ctxt_switches:\t${usage.involuntarySwitches}`,
  ]
  const lines = (rows: (string | null)[]): string =>
    rows
      .filter(row => row !== null)
      .map(row => `${row}\n`)
      .join('')
  return lines(head) + memoryLines(k, task) + lines(tail) + cpuMask(k, task.sched.affinity) + lines(last)
}

const milliseconds = (ns: number): string => `${Math.floor(ns / 1e6)}.${String(Math.floor(ns % 1e6)).padStart(6, '0')}`
const SCHED_NAME_WIDTH = 45
const SCHED_VALUE_WIDTH = 20
/** Linux scales weights by 1024. */
const WEIGHT_SCALE = 1024

/** Of SCHED_DEADLINE: what is left of its budget, and its deadline (ns). */
const deadlineRows = ({ deadline, stopAt, sumExec }: Task['sched']): [string, number][] =>
  deadline === null
    ? []
    : [
        ['dl.runtime', Math.floor(stopAt - sumExec)],
        ['dl.deadline', Math.floor(deadline.end)],
      ]

/** /proc/PID/sched: what the scheduler keeps of the task. */
export function schedText(k: Kernel, task: Task): string {
  const { sched, usage, group } = task
  const title = `${task.comm} (${task.pid}, #threads: ${group.threads.length})\n`
  const rows: [string, string | number][] = [
    ['se.vruntime', milliseconds(sched.vruntime)],
    ['se.sum_exec_runtime', milliseconds(sched.sumExec)],
    ['nr_switches', usage.voluntarySwitches + usage.involuntarySwitches],
    ['nr_voluntary_switches', usage.voluntarySwitches],
    ['nr_involuntary_switches', usage.involuntarySwitches],
    ['se.load.weight', sched.weight * WEIGHT_SCALE],
    ['policy', asGiven(sched).policy],
    ['prio', priorityOf(k, task) + 100],
    ...deadlineRows(sched),
  ]
  const lines = rows.map(([name, value]) => `${name.padEnd(SCHED_NAME_WIDTH)}:${String(value).padStart(SCHED_VALUE_WIDTH + 1)}\n`)
  return `${title}${'-'.repeat(SCHED_NAME_WIDTH + SCHED_VALUE_WIDTH + 2)}\n${lines.join('')}`
}
