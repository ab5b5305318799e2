// Timers set for a date (TIMER_ABSTIME on CLOCK_REALTIME) follow when the date is set. That is rare: they are searched for.
import { moveTimerFd, type TimerFdData } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { movePosixTimer } from '../signal/index.ts'

/** The date was put forward by so many nanoseconds (back, when negative). */
export function moveDatedTimers(k: Kernel, forward: number): void {
  const files = new Set<TimerFdData>()
  for (const group of k.state.groups.values()) {
    for (const timer of group.posixTimers?.values() ?? []) movePosixTimer(k, group, timer, forward)
    for (const { files: table } of group.threads) {
      for (const file of table?.files ?? []) if (file?.data?.kind === 'timerfd') files.add(file.data)
    }
  }
  for (const data of files) moveTimerFd(k, data, forward)
}
