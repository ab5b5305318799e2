// For unit tests of files: a kernel with a real machine's memory, the usual mounts, and a task of root's with a page of memory to
// pass buffers in. Calls go through the system-call rows, so that arguments are checked as in a run.
import { PROT_READ, PROT_WRITE, type Errno, isErrno } from '../abi/index.ts'
import { mountSystem } from '../fs/index.ts'
import { newProcRoot } from '../proc/index.ts'
import { newSysRoot } from '../sysfs/index.ts'
import type { Host } from '../host.ts'
import { newJournal } from '../journal.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, mapRegion, newMm } from '../mm/index.ts'
import { enrol } from '../process/newborn.ts'
import { bareKernel, fakeTask, NO_HOST } from '../process/testing.ts'
import type { Task } from '../state.ts'
import { newCall, NO_RETURN, type Blocked } from '../waiting.ts'
import { directoryCalls } from '../syscalls/directories.ts'
import { fileCalls } from '../syscalls/files.ts'
import { ioCalls } from '../syscalls/io.ts'
import { chargeCall } from '../syscalls/kernel-memory.ts'
import { pollCalls } from '../syscalls/poll.ts'
import { statCalls } from '../syscalls/stat.ts'
import { SYSCALLS } from '../syscalls/table.ts'
import { timerFdCalls } from '../syscalls/timerfd.ts'
import { endCall, newFiles, newFs, NO_DESCRIPTOR } from './index.ts'

/** The calls on files. */
export const ROWS = [...ioCalls, ...fileCalls, ...directoryCalls, ...statCalls, ...pollCalls, ...timerFdCalls]

const BY_NAME = new Map(SYSCALLS.filter(row => row !== undefined).map(row => [row.name, row]))

/** Where the task's buffers are. */
export const BUFFER = 0x10000
export const BUFFER_BYTES = 0x40000

export function fileKernel(host: Partial<Host> = {}): { k: Kernel; task: Task } {
  const k = bareKernel({ host: { ...NO_HOST, ...host }, ramBytes: 4096 * 4096, seed: 1, journal: newJournal() })
  k.state.ttys = []
  mountSystem(k, { proc: newProcRoot, sys: newSysRoot })
  return { k, task: fileTask(k) }
}

/** Another process of root's, in the root directory, with nothing open. */
export function fileTask(k: Kernel): Task {
  const mm = newMm(k)
  const task = fakeTask(k, { mm, files: newFiles(), fs: newFs(k) })
  enrol(k, task)
  mapRegion(k, mm, { start: BUFFER, length: BUFFER_BYTES, prot: PROT_READ | PROT_WRITE })
  return task
}

/** Arguments: numbers (bigints where those do not hold them), or byte strings, which are put into the task's memory (with a NUL) from the end of the buffer downwards. */
export function call(k: Kernel, task: Task, name: string, ...args: (number | string | bigint)[]): number | Blocked {
  const row = BY_NAME.get(name)
  if (!row) throw new Error(`there is no system call '${name}'`)
  let top = BUFFER + BUFFER_BYTES
  const raw = args.map(arg => {
    if (typeof arg !== 'string') return Number(arg)
    top -= arg.length + 1
    copyOut(
      k,
      task,
      top,
      Uint8Array.from(`${arg}\0`, c => c.charCodeAt(0)),
    )
    return top
  })
  const values: Record<string, unknown> = {}
  const take = (named: boolean): void =>
    row.args.forEach(([key, arg], i) => {
      if (row.first !== undefined && (arg.named === true) !== named) return
      const given = args[i]
      const exact = typeof given === 'bigint' && !Number.isSafeInteger(raw[i]) ? arg.wide : undefined
      if (exact) values[key] = exact(Number(BigInt.asIntN(32, BigInt(given as bigint) >> 32n)), Number(BigInt.asIntN(32, given as bigint)))
      else values[key] = arg.read(arg.word ? (raw[i] ?? 0) | 0 : (raw[i] ?? 0), k, task)
    })
  take(false)
  row.first?.(values)
  if (row.first !== undefined) take(true)
  chargeCall(k, task, row.nr, values)
  const result = row.run(k, task, values)
  if (result === NO_RETURN || typeof result === 'symbol') throw new Error(`'${name}' does not return`)
  if (typeof result === 'number') endCall(k, task)
  else {
    task.call ??= newCall(row.nr, 0)
    if (result.progress !== undefined) task.call.progress = result.progress
    task.call.served = false
    if (result.kept !== undefined) task.call.kept = result.kept
    for (const file of result.held ?? []) task.call.files.push({ fd: NO_DESCRIPTOR, file })
  }
  return result
}

/** The number a call answers, or the name of its errno, or 'blocked'. */
export function outcome(k: Kernel, task: Task, name: string, ...args: (number | string | bigint)[]): number | string {
  try {
    const result = call(k, task, name, ...args)
    return typeof result === 'number' ? result : 'blocked'
  } catch (e) {
    endCall(k, task)
    if (!isErrno(e)) throw e
    return (e as Errno).name
  }
}

/** What a call left in the buffer. */
export const buffer = (k: Kernel, task: Task, length: number, offset = 0): string =>
  String.fromCharCode(...copyIn(k, task, BUFFER + offset, length))
