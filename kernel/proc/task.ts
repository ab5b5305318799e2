// Further files of a process: its timers, where it sleeps in the kernel, its share of the harts, its children, and security labels.
import { CAP_SYS_ADMIN, CAP_SYS_NICE, EACCES, EINVAL, EPERM, SYSCALL_NAMES } from '../abi/index.ts'
import { netFiles } from '../net/index.ts'
import { capable } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { mountStatsText } from './mounts.ts'
import { OWNER_ONLY, READ_ONLY, type ProcessFile } from './nodes.ts'
import { readInteger } from './numbers.ts'
import { waitChannel } from './wait.ts'

const HEX_DIGITS = 16

/** POSIX timers, as restoring a process would need them. */
function timersText(_k: Kernel, { group }: Task): string {
  return [...(group.posixTimers?.values() ?? [])]
    .map(({ id, clock, signal, tid, value }) => {
      const notify = `${signal === 0 ? 'none' : 'signal'}/${tid === 0 ? 'pid' : 'tid'}.${tid === 0 ? group.tgid : tid}`
      return `ID: ${id}\nsignal: ${signal}/${BigInt.asUintN(64, value).toString(16).padStart(HEX_DIGITS, '0')}\nnotify: ${notify}\nClockID: ${clock}\n`
    })
    .join('')
}

/** The kernel has no stack in the guest's memory: the function that the task sleeps in and the call, without offsets. */
function stackText(k: Kernel, task: Task, _thread: boolean, reader: Task): string {
  if (!capable(reader.credentials, CAP_SYS_ADMIN)) throw EACCES
  if (task.waiting === null || task.call === null) return ''
  const names = [waitChannel(k, task), `__riscv_sys_${SYSCALL_NAMES[task.call.nr] ?? task.call.nr}`]
  return names.map(name => `[<0>] ${name}+0x0/0x0\n`).join('')
}

const schedstatText = (_k: Kernel, { sched }: Task): string => `${sched.sumExec} ${sched.runDelay} ${sched.turns}\n`

/** Of the leader: children are the process's. */
const childrenText = (_k: Kernel, task: Task): string =>
  task === task.group.leader ? [...task.group.children].map(child => `${child.tgid} `).join('') : ''

/** One's own, or with CAP_SYS_NICE another's: as prctl(PR_SET_TIMERSLACK), where 0 means the usual one. */
const timerSlack: ProcessFile = {
  mode: 0o666,
  only: 'process',
  text(_k, task, _thread, reader) {
    checkSlack(task, reader)
    return `${BigInt.asUintN(64, BigInt(task.timerSlack))}\n`
  },
  write(_k, task, text, writer) {
    const ns = readInteger(text, 0, Number.MAX_SAFE_INTEGER)
    checkSlack(task, writer)
    task.timerSlack = ns === 0 ? task.defaultTimerSlack : ns
  },
}

function checkSlack(task: Task, by: Task): void {
  if (task.group !== by.group && !capable(by.credentials, CAP_SYS_NICE)) throw EPERM
}

/** There is no security module that could have set one (Linux answers so too, then). */
const label: ProcessFile = {
  mode: 0o666,
  text() {
    throw EINVAL
  },
}

/** What sockets there are: the same for all that are in a network. */
const socketFiles = Object.fromEntries(Object.entries(netFiles()).map(([name, text]) => [name, { mode: READ_ONLY, text }]))

export const taskFiles: Readonly<Record<string, ProcessFile>> = {
  timerslack_ns: timerSlack,
  timers: { mode: READ_ONLY, only: 'process', text: timersText },
  stack: { mode: OWNER_ONLY, inspect: true, text: stackText },
  schedstat: { mode: READ_ONLY, text: schedstatText },
  children: { mode: READ_ONLY, only: 'thread', text: childrenText },
  mountstats: { mode: OWNER_ONLY, only: 'process', text: mountStatsText },
  'attr/current': label,
  'attr/exec': label,
  'attr/prev': { ...label, mode: READ_ONLY },
  ...socketFiles,
}
