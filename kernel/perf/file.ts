// A counter as an open file: reading it, alone or with its group; enabling, disabling, resetting.
import { EBADF, EINVAL, ENOSPC, ENOTTY, ESPIPE, O_RDWR, PERF_FORMAT, PERF_IOC, PERF_IOC_FLAG_GROUP, POLLHUP } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { putU64 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { eventInode, installFd, newDescription, releaseFile } from '../vfs/index.ts'
import type { FileDescription, FileOps } from '../vfs/index.ts'
import { enable, forgetCounter, reset, total } from './count.ts'
import type { PerfEvent } from './types.ts'

export function perfEventOf({ data }: FileDescription): PerfEvent {
  if (data?.kind !== 'perf') throw EBADF
  return data
}

export function openCounter(k: Kernel, task: Task, event: PerfEvent, cloexec: boolean): number {
  const file = newDescription('perf', eventInode(k), null, O_RDWR, event, 'anon_inode:[perf_event]')
  try {
    return installFd(k, task, file, cloexec)
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

/** The values in the order that its format names; each is 64 bits. */
function values(event: PerfEvent): number[] {
  const { format } = event
  const has = (bit: number): boolean => (format & bit) !== 0
  const { time } = total(event)
  const times = [...(has(PERF_FORMAT.TIME_ENABLED) ? [time] : []), ...(has(PERF_FORMAT.TIME_RUNNING) ? [time] : [])]
  const rest = ({ id }: PerfEvent): number[] => [...(has(PERF_FORMAT.ID) ? [id] : []), ...(has(PERF_FORMAT.LOST) ? [0] : [])]
  if (!has(PERF_FORMAT.GROUP)) return [total(event).count, ...times, ...rest(event)]
  const leader = event.leader ?? event
  const all = [leader, ...leader.members]
  return [all.length, ...times, ...all.flatMap(one => [total(one).count, ...rest(one)])]
}

const WORD_BYTES = 8

/** Of it, or of its whole group. */
const each = (event: PerfEvent, argument: number, run: (event: PerfEvent) => void): number => {
  const leader = event.leader ?? event
  for (const one of argument & PERF_IOC_FLAG_GROUP ? [leader, ...leader.members] : [event]) run(one)
  return 0
}

type Ioctl = (k: Kernel, task: Task, event: PerfEvent, argument: number) => number
const IOCTLS: Readonly<Record<number, Ioctl>> = {
  [PERF_IOC.ENABLE]: (_k, _task, event, argument) => each(event, argument, one => enable(one, true)),
  [PERF_IOC.DISABLE]: (_k, _task, event, argument) => each(event, argument, one => enable(one, false)),
  [PERF_IOC.RESET]: (_k, _task, event, argument) => each(event, argument, reset),
  // Only of what samples.
  [PERF_IOC.REFRESH]() {
    throw EINVAL
  },
  [PERF_IOC.ID](k, task, event, at) {
    putU64(k, task, at, event.id)
    return 0
  },
}

export const perfOps: FileOps = {
  positioned: ESPIPE,
  noPosition: true,
  read(_k, _task, file, max) {
    const words = values(perfEventOf(file))
    if (max < words.length * WORD_BYTES) throw ENOSPC
    const bytes = new Uint8Array(words.length * WORD_BYTES)
    const view = new DataView(bytes.buffer)
    for (const [i, value] of words.entries()) view.setBigUint64(i * WORD_BYTES, BigInt(Math.floor(value)), true)
    return bytes
  },
  // There is no buffer of samples.
  poll: () => POLLHUP,
  ioctl(k, task, file, request, argument) {
    const run = IOCTLS[request >>> 0]
    if (run === undefined) throw ENOTTY
    return run(k, task, perfEventOf(file), argument)
  },
  release: (_k, file) => forgetCounter(perfEventOf(file)),
}
