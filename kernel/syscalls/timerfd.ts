// Timers that are files (timerfd_create(2)).
import { CLOCKS, EFAULT, EINVAL, O_CLOEXEC, O_NONBLOCK, TIMER_ABSTIME, most64 } from '../abi/index.ts'
import { armTimerFd, makeTimerFd, timerFdLeft, timerFdOf, watchDate } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyOut } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { getIoFile, installFd, releaseFile } from '../vfs/index.ts'
import { fd, flags, oneOf } from './args.ts'
import { syscall, type Syscall } from './define.ts'
import { timeIn } from './times.ts'
import { checkTimerFdClock, isDated } from './clocks.ts'
import { itimerspec, itimerspecBytes, itimerspecOut, timerInstant, timerInterval, type TimerSpec } from './timer-args.ts'

const TFD_FLAGS = { TFD_CLOEXEC: O_CLOEXEC, TFD_NONBLOCK: O_NONBLOCK } as const
const TFD_TIMER_FLAGS = { TFD_TIMER_ABSTIME: TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET: 2 } as const
const { TFD_TIMER_CANCEL_ON_SET } = TFD_TIMER_FLAGS

function settime(k: Kernel, task: Task, fd: number, how: number, wanted: TimerSpec | null, oldAt: number): number {
  if (wanted === null) throw EFAULT
  if (how & ~(TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) throw EINVAL
  timeIn(wanted.value)
  timeIn(wanted.interval)
  const data = timerFdOf(getIoFile(task, fd))
  const dated = (how & TIMER_ABSTIME) !== 0 && isDated(data.clock)
  const at = timerInstant(k, dated, how, wanted, k.state.time)
  const old = itimerspecBytes(timerFdLeft(k, data))
  // An instant that has passed runs out at once; 0 disarms.
  armTimerFd(k, data, at === null ? 0 : most64(at, 1), timerInterval(wanted))
  watchDate(data, dated, (how & TFD_TIMER_CANCEL_ON_SET) !== 0)
  if (oldAt !== 0) copyOut(k, task, oldAt, old)
  return 0
}

export const timerFdCalls: Syscall[] = [
  syscall(85, 'timerfd_create', { clockid: oneOf(CLOCKS), flags: flags(TFD_FLAGS) }, (k, task, { clockid, flags: how }) => {
    if (how & ~(O_CLOEXEC | O_NONBLOCK)) throw EINVAL
    checkTimerFdClock(task, clockid)
    const file = makeTimerFd(k, clockid, (how & O_NONBLOCK) !== 0)
    try {
      return installFd(k, task, file, (how & O_CLOEXEC) !== 0)
    } catch (e) {
      releaseFile(k, file)
      throw e
    }
  }),
  syscall(
    86,
    'timerfd_settime',
    { fd, flags: flags(TFD_TIMER_FLAGS), new: itimerspec, old: itimerspecOut },
    (k, task, { fd, flags: how, new: wanted, old }) => settime(k, task, fd, how, wanted, old),
  ),
  syscall(87, 'timerfd_gettime', { fd, current: itimerspecOut }, (k, task, { fd, current }) => {
    copyOut(k, task, current, itimerspecBytes(timerFdLeft(k, timerFdOf(getIoFile(task, fd)))))
    return 0
  }),
]
