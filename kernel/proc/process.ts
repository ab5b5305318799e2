// The files of /proc/PID and /proc/PID/task/TID: one row each.
import { REG, TWO_32 } from '../../vm/index.ts'
import {
  EINVAL,
  EPERM,
  RLIMIT_AS,
  RLIMIT_CORE,
  RLIMIT_CPU,
  RLIMIT_DATA,
  RLIMIT_FSIZE,
  RLIMIT_LOCKS,
  RLIMIT_MEMLOCK,
  RLIMIT_MSGQUEUE,
  RLIMIT_NICE,
  RLIMIT_NOFILE,
  RLIMIT_NPROC,
  RLIMIT_RSS,
  RLIMIT_RTPRIO,
  RLIMIT_RTTIME,
  RLIMIT_SIGPENDING,
  RLIMIT_STACK,
  TASK_COMM_LEN,
} from '../abi/index.ts'
import { failNth, peekMm, setFailNth } from '../mm/index.ts'
import { groupUsage, limitPair, RLIM_INFINITY, callArguments, mayInspect, regPc, regX } from '../task/index.ts'
import { isCloexec, opsOf, pathOf } from '../vfs/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { FileDescription, Path } from '../vfs/types.ts'
import { textOf } from '../fs/index.ts'
import { isInCall, tracedStop } from '../process/index.ts'
import { mountInfoText, mountsText } from './mounts.ts'
import { memoryFiles } from './memory.ts'
import { readInteger } from './numbers.ts'
import { oomFiles } from './oom.ts'
import { taskFiles } from './task.ts'
import { OWNER_ONLY, READ_ONLY, WRITABLE, type ProcessFile, type ProcessLink } from './nodes.ts'
import { waitChannel } from './wait.ts'
import { schedText, statmText, statText, statusText } from './status.ts'

const ECALL_BYTES = 4
const O_CLOEXEC = 0o2000000

/** A range of the program's own memory: arguments, environment. */
function memoryText(k: Kernel, task: Task, start: number, end: number): string {
  return task.mm && end > start ? textOf(peekMm(k, task.mm, start, end - start)) : ''
}

/** Rows of limits: name, number, unit. */
const LIMITS: readonly (readonly [string, number, string])[] = [
  ['Max cpu time', RLIMIT_CPU, 'seconds'],
  ['Max file size', RLIMIT_FSIZE, 'bytes'],
  ['Max data size', RLIMIT_DATA, 'bytes'],
  ['Max stack size', RLIMIT_STACK, 'bytes'],
  ['Max core file size', RLIMIT_CORE, 'bytes'],
  ['Max resident set', RLIMIT_RSS, 'bytes'],
  ['Max processes', RLIMIT_NPROC, 'processes'],
  ['Max open files', RLIMIT_NOFILE, 'files'],
  ['Max locked memory', RLIMIT_MEMLOCK, 'bytes'],
  ['Max address space', RLIMIT_AS, 'bytes'],
  ['Max file locks', RLIMIT_LOCKS, 'locks'],
  ['Max pending signals', RLIMIT_SIGPENDING, 'signals'],
  ['Max msgqueue size', RLIMIT_MSGQUEUE, 'bytes'],
  ['Max nice priority', RLIMIT_NICE, ''],
  ['Max realtime priority', RLIMIT_RTPRIO, ''],
  ['Max realtime timeout', RLIMIT_RTTIME, 'us'],
]

function limitsText(_k: Kernel, task: Task): string {
  const line = (name: string, low: string, high: string, unit: string): string =>
    `${name.padEnd(25)} ${low.padEnd(20)} ${high.padEnd(20)} ${unit && unit.padEnd(10)}\n`
  const value = (n: bigint): string => (n === RLIM_INFINITY ? 'unlimited' : String(n))
  return (
    line('Limit', 'Soft Limit', 'Hard Limit', 'Units') +
    LIMITS.map(([name, i, unit]) => {
      const { cur, max } = limitPair(task.group.rlimits, i)
      return line(name, value(cur), value(max), unit)
    }).join('')
  )
}

function ioText(_k: Kernel, task: Task, thread: boolean): string {
  const u = thread ? task.usage : groupUsage(task.group)
  return (
    `rchar: ${u.readBytes}\nwchar: ${u.writtenBytes}\nsyscr: ${u.readCalls}\nsyscw: ${u.writeCalls}\n` +
    'read_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n'
  )
}

const hexOf = (n: number): string => `0x${(n < 0 ? BigInt(n) + 2n ** 64n : BigInt(n)).toString(16)}`

/** The call that a sleeper or the reader itself is in, its arguments, stack pointer and where it returns to; "running" otherwise. */
function syscallText(k: Kernel, task: Task, _thread: boolean, reader: Task): string {
  if (task.state === 'Z' || task.trapFrame < 0) return ''
  const stop = tracedStop(task)
  const nr = task === reader ? regX(k, task, REG.a7) : task.waiting || (stop && isInCall(stop)) ? task.call?.nr : undefined
  // Stopped outside of a call: where it is (proc_pid_syscall).
  if (nr === undefined && task.state !== 'R') return `-1 ${hexOf(regX(k, task, REG.sp))} ${hexOf(regPc(k, task))}\n`
  if (nr === undefined) return 'running\n'
  return `${[nr, ...[...callArguments(k, task), regX(k, task, REG.sp), regPc(k, task) + ECALL_BYTES].map(hexOf)].join(' ')}\n`
}

function setComm(_k: Kernel, task: Task, text: string, writer: Task): void {
  if (writer.group !== task.group) throw EINVAL
  task.comm = text.replace(/\n$/, '').slice(0, TASK_COMM_LEN - 1)
}

const fixed = (text: string, mode = READ_ONLY): ProcessFile => ({ mode, text: () => text })

/** /proc/PID. */
export const processFiles: Readonly<Record<string, ProcessFile>> = {
  stat: { mode: READ_ONLY, text: statText },
  status: { mode: READ_ONLY, text: statusText },
  statm: { mode: READ_ONLY, text: statmText },
  comm: { mode: WRITABLE, text: (_k, task) => `${task.comm}\n`, write: setComm },
  cmdline: { mode: READ_ONLY, text: (k, task) => memoryText(k, task, task.mm?.argStart ?? 0, task.mm?.argEnd ?? 0) },
  environ: { mode: OWNER_ONLY, inspect: true, text: (k, task) => memoryText(k, task, task.mm?.envStart ?? 0, task.mm?.envEnd ?? 0) },
  auxv: { mode: OWNER_ONLY, inspect: true, text: (_k, task) => (task.mm ? textOf(task.mm.auxv) : '') },
  ...memoryFiles,
  limits: { mode: READ_ONLY, text: limitsText },
  io: { mode: OWNER_ONLY, inspect: true, text: ioText },
  wchan: { mode: READ_ONLY, text: waitChannel },
  syscall: { mode: OWNER_ONLY, inspect: true, text: syscallText },
  sched: { mode: WRITABLE, text: schedText },
  mounts: { mode: READ_ONLY, text: mountsText },
  mountinfo: { mode: READ_ONLY, text: mountInfoText },
  cgroup: fixed('0::/\n'),
  ...oomFiles,
  'fail-nth': {
    mode: WRITABLE,
    text: (k, task) => `${failNth(k, task)}\n`,
    write: (k, task, text) => setFailNth(k, task, readInteger(text, 0, TWO_32 - 1)),
  },
  loginuid: fixed('4294967295'),
  sessionid: fixed('4294967295'),
  personality: { mode: OWNER_ONLY, inspect: true, text: (_k, task) => `${task.personality.toString(16).padStart(8, '0')}\n` },
  uid_map: fixed('         0          0 4294967295\n'),
  gid_map: fixed('         0          0 4294967295\n'),
  setgroups: fixed('allow\n'),
  projid_map: fixed('         0          0 4294967295\n'),
  cpuset: fixed('/\n'),
  ...taskFiles,
}

/** What a debugger may look at: one's own and, with the capability, everybody's (ptrace(2), "access mode checking"). */
export function checkInspect(reader: Task, task: Task): void {
  if (!mayInspect(reader, task, 'files')) throw EPERM
}

const placeLink = (place: (k: Kernel, task: Task) => Path | null): ProcessLink => ({
  text: (k, task) => {
    const path = place(k, task)
    return path ? pathOf(k, path) : ''
  },
  jump: place,
})

export const processLinks: Readonly<Record<string, ProcessLink>> = {
  cwd: placeLink((_k, task) => task.fs?.cwd ?? null),
  root: placeLink((_k, task) => task.fs?.root ?? null),
  exe: placeLink((_k, task) => task.mm?.exePath ?? null),
}

/** What /proc/PID/fd/N leads to, as text. */
export const fileText = (k: Kernel, file: FileDescription): string => (file.path && file.label === '' ? pathOf(k, file.path) : file.label)

/** /proc/PID/fdinfo/N. */
export function fdinfoText(k: Kernel, task: Task, fd: number): string {
  const file = task.files?.files[fd]
  if (!file || !task.files) return ''
  const flags = file.flags | (isCloexec(task.files, fd) ? O_CLOEXEC : 0)
  const mount = file.path?.mount.id ?? 0
  const own = opsOf(k, file).fdinfo?.(k, file) ?? ''
  return `pos:\t${file.pos}\nflags:\t0${flags.toString(8)}\nmnt_id:\t${mount}\nino:\t${file.inode.ino}\n${own}`
}
