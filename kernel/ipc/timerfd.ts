// timerfd_create(2): a timer that is read. It is restarted when it is read (as Linux does), so a period of a nanosecond is no harm.
import { EAGAIN, ECANCELED, EINVAL, ERESTARTSYS, ESPIPE, O_NONBLOCK, O_RDWR, POLLIN, POLLRDNORM, most64, type Int64 } from '../abi/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import { addTimer, afterPeriods, cancelTimer, later, periodsSince, untilInstant } from '../time/index.ts'
import { blocked } from '../waiting.ts'
import { eventInode, newDescription } from '../vfs/index.ts'
import type { FileDescription, FileOps } from '../vfs/types.ts'
import type { Kernel } from '../kernel.ts'
import type { TimerFdData } from './types.ts'

const COUNTER_BYTES = 8

/** EINVAL for other kinds of files. */
export function timerFdOf(file: FileDescription): TimerFdData {
  if (file.data?.kind !== 'timerfd') throw EINVAL
  return file.data
}

export function makeTimerFd(k: Kernel, clock: number, nonblock: boolean): FileDescription {
  const data: TimerFdData = {
    kind: 'timerfd',
    clock,
    expires: 0,
    interval: 0,
    timer: 0,
    queue: newQueue(),
    dated: false,
    cancels: false,
    cancelled: false,
  }
  return newDescription('timerfd', eventInode(k), null, O_RDWR | (nonblock ? O_NONBLOCK : 0), data, 'anon_inode:[timerfd]')
}

function disarm(k: Kernel, data: TimerFdData): void {
  if (data.timer !== 0) cancelTimer(k, data.timer)
  data.timer = 0
}

/** Expires at an instant of guest time (ns), 0 for never, and then every `interval`. */
export function armTimerFd(k: Kernel, data: TimerFdData, expires: Int64, interval: Int64): void {
  disarm(k, data)
  data.expires = expires
  data.interval = interval
  if (expires !== 0) data.timer = addTimer(k, expires, { kind: 'timerfd', data })
}

/** What a change of the date means for it from now on. */
export function watchDate(data: TimerFdData, dated: boolean, cancels: boolean): void {
  data.dated = dated
  data.cancels = dated && cancels
  data.cancelled = false
}

/** The date was put forward by so many nanoseconds: a timer for a date comes that much sooner, and who wants to know is told. */
function moveTimerFd(k: Kernel, data: TimerFdData, forward: Int64): void {
  if (!data.dated) return
  if (data.timer !== 0) armTimerFd(k, data, most64(later(data.expires, -forward), 1), data.interval)
  if (!data.cancels) return
  data.cancelled = true
  wakeAll(k, data.queue)
}

/** The kernel's timer ran out: readers look. */
export function timerFdExpired(k: Kernel, data: TimerFdData): void {
  data.timer = 0
  wakeAll(k, data.queue)
}

const isDue = (k: Kernel, data: TimerFdData): boolean => data.expires !== 0 && data.expires <= k.state.time

/** Times it ran out since it was last read or set. */
const countOf = (k: Kernel, { expires, interval }: TimerFdData): number =>
  interval === 0 ? 1 : periodsSince(expires, k.state.time, interval) + 1

/** Until it runs out next (0: never), and its period. */
export function timerFdLeft(k: Kernel, data: TimerFdData): { value: Int64; interval: Int64 } {
  const { expires, interval } = data
  if (expires === 0) return { value: 0, interval }
  if (!isDue(k, data)) return { value: untilInstant(expires, k.state.time), interval }
  return { value: interval === 0 ? 0 : untilInstant(afterPeriods(expires, countOf(k, data), interval), k.state.time), interval }
}

export const timerFdOps: FileOps = {
  waitsFor: 'expiry of',
  dateMoved: (k, file, forward) => moveTimerFd(k, timerFdOf(file), forward),
  positioned: ESPIPE,
  noPosition: true,
  readPiece: COUNTER_BYTES,
  read(k, _task, file, max) {
    const data = timerFdOf(file)
    if (max < COUNTER_BYTES) throw EINVAL
    if (data.cancelled) {
      data.cancelled = false
      throw ECANCELED
    }
    if (!isDue(k, data)) {
      if (file.flags & O_NONBLOCK) throw EAGAIN
      return blocked([data.queue], ERESTARTSYS)
    }
    const bytes = new Uint8Array(COUNTER_BYTES)
    new DataView(bytes.buffer).setBigUint64(0, BigInt(countOf(k, data)), true)
    return bytes
  },
  consume(k, file) {
    const data = timerFdOf(file)
    const next = data.interval === 0 ? 0 : afterPeriods(data.expires, countOf(k, data), data.interval)
    armTimerFd(k, data, next, data.interval)
  },
  poll(k, file, queues) {
    const data = timerFdOf(file)
    queues?.push(data.queue)
    return data.cancelled || isDue(k, data) ? POLLIN | POLLRDNORM : 0
  },
  release(k, file) {
    disarm(k, timerFdOf(file))
  },
}
