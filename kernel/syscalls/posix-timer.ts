// POSIX timers as programs ask for them (timer_create(2)); timers themselves are in signal/posix-timer.ts.
import { CLOCKS, EINVAL, NSIG, SIGALRM, SIGEV, SIGEVENT, TIMER_ABSTIME, signalName } from '../abi/index.ts'
import type { StructValues } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyOut, peekUser, putU32 } from '../mm/index.ts'
import { findTask } from '../task/index.ts'
import { createPosixTimer, deletePosixTimer, posixTimer, posixTimerLeft, posixTimerNow, setPosixTimer } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { flags, int, oneOf, pointer, structIn } from './args.ts'
import { checkTimersOf, cpuClock, isDated } from './clocks.ts'
import { itimerspec, itimerspecBytes, itimerspecOut, timerInstant, timerInterval } from './timer-args.ts'
import { syscall } from './define.ts'
import type { Arg, Syscall } from './define.ts'

const notifyName = (notify: number): string => Object.entries(SIGEV).find(([, n]) => n === notify)?.[0] ?? String(notify)
const sigevent = structIn(
  SIGEVENT,
  ({ signo, notify, tid }) =>
    notify === SIGEV.SIGEV_THREAD_ID
      ? `{sigev_signo=${signalName(signo)}, sigev_notify=SIGEV_THREAD_ID, sigev_notify_thread_id=${tid}}`
      : `{sigev_signo=${signalName(signo)}, sigev_notify=${notifyName(notify)}}`,
  'struct sigevent *',
)
const timerIdOut: Arg<number> = {
  type: 'timer_t *',
  after: true,
  read: raw => raw,
  show: (raw, k, task, _all, result) => {
    const bytes = result === 0 ? peekUser(k, task, raw, 4) : null
    return bytes ? `[${new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)}]` : pointer(raw)
  },
}

/** What struct sigevent asks for: SIGALRM with the timer's id when there is none. EINVAL. */
function eventOf(
  task: Task,
  event: StructValues<(typeof SIGEVENT)['members']> | null,
): { signal: number; tid: number; value: bigint | null } {
  if (event === null) return { signal: SIGALRM, tid: 0, value: null }
  const { notify, signo, value } = event
  if (notify === SIGEV.SIGEV_NONE) return { signal: 0, tid: 0, value }
  if (notify !== SIGEV.SIGEV_SIGNAL && notify !== SIGEV.SIGEV_THREAD && notify !== SIGEV.SIGEV_THREAD_ID) throw EINVAL
  if (signo < 1 || signo > NSIG) throw EINVAL
  const tid = notify === SIGEV.SIGEV_THREAD_ID ? event.tid : 0
  if (notify === SIGEV.SIGEV_THREAD_ID && findTask(task.ns, tid)?.group !== task.group) throw EINVAL
  return { signal: signo, tid, value }
}

const leftBytes = (k: Kernel, task: Task, id: number): Uint8Array => itimerspecBytes(posixTimerLeft(k, posixTimer(task.group, id)))

export const posixTimerCalls: Syscall[] = [
  syscall(
    107,
    'timer_create',
    { which_clock: oneOf(CLOCKS), timer_event_spec: sigevent, created_timer_id: timerIdOut },
    (k, task, { which_clock, timer_event_spec, created_timer_id }) => {
      checkTimersOf(task, which_clock)
      const cpu = cpuClock(task, which_clock)
      const timer = createPosixTimer(k, task.group, which_clock, cpu, eventOf(task, timer_event_spec))
      try {
        putU32(k, task, created_timer_id, timer.id)
      } catch (error) {
        deletePosixTimer(k, task.group, timer.id)
        throw error
      }
      return 0
    },
  ),
  syscall(108, 'timer_gettime', { timer_id: int, setting: itimerspecOut }, (k, task, { timer_id, setting }) => {
    copyOut(k, task, setting, leftBytes(k, task, timer_id))
    return 0
  }),
  syscall(109, 'timer_getoverrun', { timer_id: int }, (_k, task, { timer_id }) => posixTimer(task.group, timer_id).overrun),
  syscall(
    110,
    'timer_settime',
    { timer_id: int, flags: flags({ TIMER_ABSTIME }), new_setting: itimerspec, old_setting: itimerspecOut },
    (k, task, { timer_id, flags, new_setting, old_setting }) => {
      if (new_setting === null) throw EINVAL
      const timer = posixTimer(task.group, timer_id)
      const dated = (flags & TIMER_ABSTIME) !== 0 && isDated(timer.clock)
      const at = timerInstant(k, dated, flags, new_setting, posixTimerNow(k, timer))
      const before = old_setting === 0 ? null : leftBytes(k, task, timer_id)
      setPosixTimer(k, task.group, timer, at, timerInterval(new_setting), dated)
      if (before) copyOut(k, task, old_setting, before)
      return 0
    },
  ),
  syscall(111, 'timer_delete', { timer_id: int }, (k, task, { timer_id }) => {
    deletePosixTimer(k, task.group, timer_id)
    return 0
  }),
]
