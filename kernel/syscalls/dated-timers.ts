// What waits for a date (TIMER_ABSTIME on CLOCK_REALTIME, futexes) follows when the date is set. That is rare: it is searched for.
import type { Int64 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { moveDeadline } from '../sched/index.ts'
import { alarmAt } from '../time/index.ts'
import { movePosixTimer } from '../signal/index.ts'
import { opsOf, type FileDescription } from '../vfs/index.ts'
import { instantOfRealtime } from './times.ts'

/** The date was put forward by so many nanoseconds (back, when negative). */
export function moveDatedTimers(k: Kernel, forward: Int64): void {
  const files = new Set<FileDescription>()
  for (const group of k.state.groups.values()) {
    for (const timer of group.posixTimers?.values() ?? []) movePosixTimer(k, group, timer, forward)
    for (const { files: table } of group.threads) {
      for (const file of table?.files ?? []) if (file) files.add(file)
    }
  }
  for (const file of files) opsOf(k, file).dateMoved?.(k, file, forward)
  for (const task of k.state.tasks.values()) {
    const progress = task.call?.progress
    if (!progress || !('date' in progress) || progress.date === null) continue
    progress.deadline = alarmAt(instantOfRealtime(k, progress.date))
    moveDeadline(k, task, progress.deadline)
  }
}
