// Tasks as ps lists them, with what each waits for and the system call it is in; and one of them in full.
import { groupUsage, mmStatistics, regPc, type Kernel, type Task, type WaitQueue } from '../../kernel/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { asidOf, tasksOf } from './ask.ts'
import { view } from './define.ts'
import { hex } from '../hex.ts'
import { fit, left, right, span, table, wrap } from './layout.ts'
import { queueNames, waitOf, type WaitData } from './waiting.ts'

export interface TaskData {
  pid: number
  tgid: number
  ppid: number
  pgid: number
  sid: number
  comm: string
  exe: string
  state: Task['state']
  /** Where it runs, -1 when it does not, and where it ran last. */
  onHart: number
  lastHart: number
  tty: string | null
  uid: number
  /** null once it is dead. */
  pc: number | null
  wait: WaitData
  /** Executed by this thread; and nanoseconds of it. */
  instructions: number
  userTime: number
  systemTime: number
  startTime: number
  threads: number
  minorFaults: number
  majorFaults: number
  voluntarySwitches: number
  involuntarySwitches: number
  exitStatus: number
  mm: { root: number; asid: number | null; users: number; sizeBytes: number; residentBytes: number; tablePages: number } | null
  /** Of the whole process, its dead threads included. */
  processTime: number
}

export interface TasksData {
  time: number
  tasks: TaskData[]
}

const KIB = 1024

export const tasksView = view<TasksData>({
  name: 'tasks',
  doc: 'Tasks as ps shows them, what they wait for and the call they are in; one of them in full.',
  arguments: ['pid'],

  data(k, args) {
    const names = queueNames(k)
    return { time: k.state.time, tasks: tasksOf(k, args).map(task => taskData(k, task, names)) }
  },

  text({ tasks }, width) {
    if (tasks.length === 1) return detailText(tasks[0], width)
    const rows = tasks.map(t => [
      t.pid,
      t.ppid,
      t.pgid,
      t.sid,
      t.state,
      t.onHart < 0 ? '-' : t.onHart,
      span(t.userTime + t.systemTime),
      t.comm,
      t.wait.words,
    ])
    const heads = [
      right('PID'),
      right('PPID'),
      right('PGID'),
      right('SID'),
      left('S'),
      right('H'),
      right('TIME'),
      left('COMMAND'),
      left('WHY'),
    ]
    return table(heads, rows, width)
  },
})

function taskData(k: Kernel, task: Task, names: ReadonlyMap<WaitQueue, string>): TaskData {
  const { group, mm, usage } = task
  const whole = groupUsage(group)
  const memory = mm && mmStatistics(mm)
  return {
    pid: task.pid,
    tgid: group.tgid,
    ppid: group.parent?.tgid ?? 0,
    pgid: group.pgid,
    sid: group.sid,
    comm: task.comm,
    exe: group.exePath,
    state: task.state,
    onHart: task.onHart,
    lastHart: task.sched.hart,
    tty: group.tty && (group.tty.kind === 'pty' ? `pts/${group.tty.minor}` : 'console'),
    uid: task.credentials.uid,
    pc: task.state === 'Z' ? null : regPc(k, task),
    wait: waitOf(k, task, names),
    instructions: task.sched.instructions,
    userTime: usage.userTime,
    systemTime: usage.systemTime,
    startTime: task.startTime,
    threads: group.threads.length,
    minorFaults: usage.minorFaults,
    majorFaults: usage.majorFaults,
    voluntarySwitches: usage.voluntarySwitches,
    involuntarySwitches: usage.involuntarySwitches,
    exitStatus: task.exitStatus,
    mm: mm &&
      memory && {
        root: mm.root,
        asid: asidOf(k, mm),
        users: mm.users,
        sizeBytes: memory.size * PAGE_SIZE,
        residentBytes: memory.resident * PAGE_SIZE,
        tablePages: mm.tablePages,
      },
    processTime: whole.userTime + whole.systemTime,
  }
}

function detailText(t: TaskData, width: number): string[] {
  const rows: [string, string][] = [
    ['Name', t.comm],
    ['State', `${t.state} (${t.wait.words})`],
    ['Ids', `pid ${t.pid} tgid ${t.tgid} ppid ${t.ppid} pgid ${t.pgid} sid ${t.sid} uid ${t.uid}`],
    ['Tty', t.tty ?? 'none'],
    ['Pc', t.pc === null ? 'none' : hex(t.pc)],
    ['Call', t.wait.call ?? 'none'],
    ['Time', `user ${span(t.userTime)}, system ${span(t.systemTime)}, process ${span(t.processTime)}`],
    ['Faults', `${t.minorFaults} minor, ${t.majorFaults} major`],
    ['Switches', `${t.voluntarySwitches} voluntary, ${t.involuntarySwitches} involuntary`],
    ['Threads', String(t.threads)],
  ]
  if (t.mm) {
    rows.push(['Memory', `${t.mm.sizeBytes / KIB} kB, ${t.mm.residentBytes / KIB} kB resident, ${t.mm.tablePages} page tables`])
    rows.push(['Space', `root frame ${t.mm.root}, ASID ${t.mm.asid ?? 'none'}, ${t.mm.users} using it`])
  }
  const column = 10
  return rows
    .flatMap(([name, value]) => wrap(`${`${name}:`.padEnd(column)}${value}`, width, ' '.repeat(column)))
    .map(line => fit(line, width))
}
