// Taking a signal: by a handler, by sigtimedwait, through a signalfd. Periodic timers go on from here.
import { SIGALRM, SI_TIMER } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { restartItimer } from './itimer.ts'
import { takePending } from './pending.ts'
import { restartPosixTimer } from './posix-timer.ts'
import { recalcSignalPending } from './send.ts'
import type { SigInfo, Sigset } from './types.ts'

/** The next signal in `wanted` for the thread or its process, or null. */
export function takeSignal(k: Kernel, task: Task, wanted: Sigset): SigInfo | null {
  const info = takePending(task, wanted)
  recalcSignalPending(task)
  if (!info) return null
  if (info.signal === SIGALRM) restartItimer(k, task.group)
  return info.code === SI_TIMER ? restartPosixTimer(k, task.group, info) : info
}
