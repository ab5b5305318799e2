// POSIX timers as programs ask for them (timer_create(2)); timers themselves are in signal/posix-timer.ts.
import {
  CLOCKS,
  CLOCK_BOOTTIME,
  CLOCK_MONOTONIC,
  CLOCK_REALTIME,
  EINVAL,
  ITIMERSPEC,
  NANOSECONDS,
  NSIG,
  SIGALRM,
  TIMER_ABSTIME,
  signalName,
  struct,
  writeStruct,
} from '../abi/index.ts'
import type { StructValues } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyOut, peekUser, putU32 } from '../mm/index.ts'
import { findTask } from '../process/index.ts'
import { createPosixTimer, deletePosixTimer, posixTimer, posixTimerLeft, setPosixTimer } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { flags, int, oneOf, pointer, structIn, structOut } from './args.ts'
import { syscall } from './define.ts'
import type { Arg, Syscall } from './define.ts'

/** struct sigevent, 64 bytes (uapi asm-generic/siginfo.h). */
const SIGEVENT = struct({ value: 'big', signo: 'i32', notify: 'i32', tid: 'i32', rest: { bytes: 44 } })
const SIGEV = { SIGEV_SIGNAL: 0, SIGEV_NONE: 1, SIGEV_THREAD: 2, SIGEV_THREAD_ID: 4 } as const
/** Timers run against these; those of processor time (CLOCK_PROCESS_CPUTIME_ID and the like) are refused with EINVAL. */
const TIMER_CLOCKS: readonly number[] = [CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME]
const CPU_CLOCKS_NOTE = 'Clocks of processor time cannot have timers: EINVAL.'
/** 104 days: instants stay exact. */
const MAX_NS = 2 ** 52

type Spec = StructValues<(typeof ITIMERSPEC)['members']>
const timespecText = ({ sec, nsec }: Spec['value']): string => `{tv_sec=${sec}, tv_nsec=${nsec}}`
const specText = ({ interval, value }: Spec): string => `{it_interval=${timespecText(interval)}, it_value=${timespecText(value)}}`
const spec = structIn(ITIMERSPEC, specText, 'const struct itimerspec *')
const specOut = structOut(ITIMERSPEC, specText, 'struct itimerspec *')

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
  k: Kernel,
  task: Task,
  event: StructValues<(typeof SIGEVENT)['members']> | null,
): { signal: number; tid: number; value: bigint | null } {
  if (event === null) return { signal: SIGALRM, tid: 0, value: null }
  const { notify, signo, value } = event
  if (notify === SIGEV.SIGEV_NONE) return { signal: 0, tid: 0, value }
  if (notify !== SIGEV.SIGEV_SIGNAL && notify !== SIGEV.SIGEV_THREAD && notify !== SIGEV.SIGEV_THREAD_ID) throw EINVAL
  if (signo < 1 || signo > NSIG) throw EINVAL
  const tid = notify === SIGEV.SIGEV_THREAD_ID ? event.tid : 0
  if (tid !== 0 && findTask(k, tid)?.group !== task.group) throw EINVAL
  return { signal: signo, tid, value }
}

function toNs({ sec, nsec }: Spec['value']): number {
  if (sec < 0 || nsec < 0 || nsec >= NANOSECONDS) throw EINVAL
  return Math.min(sec * NANOSECONDS + nsec, Number.MAX_SAFE_INTEGER)
}
const fromNs = (ns: number): Spec['value'] => ({ sec: Math.floor(ns / NANOSECONDS), nsec: ns % NANOSECONDS })

function leftBytes(k: Kernel, task: Task, id: number): Uint8Array {
  const { value, interval } = posixTimerLeft(k, posixTimer(task.group, id))
  return writeStruct(ITIMERSPEC, { interval: fromNs(interval), value: fromNs(value) })
}

export const posixTimerCalls: Syscall[] = [
  syscall(
    107,
    'timer_create',
    { which_clock: oneOf(CLOCKS), timer_event_spec: sigevent, created_timer_id: timerIdOut },
    (k, task, { which_clock, timer_event_spec, created_timer_id }) => {
      if (!TIMER_CLOCKS.includes(which_clock)) throw EINVAL
      const timer = createPosixTimer(task.group, which_clock, eventOf(k, task, timer_event_spec))
      try {
        putU32(k, task, created_timer_id, timer.id)
      } catch (error) {
        deletePosixTimer(k, task.group, timer.id)
        throw error
      }
      return 0
    },
    { note: CPU_CLOCKS_NOTE },
  ),
  syscall(108, 'timer_gettime', { timer_id: int, setting: specOut }, (k, task, { timer_id, setting }) => {
    copyOut(k, task, setting, leftBytes(k, task, timer_id))
    return 0
  }),
  syscall(109, 'timer_getoverrun', { timer_id: int }, (_k, task, { timer_id }) => posixTimer(task.group, timer_id).overrun),
  syscall(
    110,
    'timer_settime',
    { timer_id: int, flags: flags({ TIMER_ABSTIME }), new_setting: spec, old_setting: specOut },
    (k, task, { timer_id, flags, new_setting, old_setting }) => {
      if (new_setting === null) throw EINVAL
      const value = toNs(new_setting.value)
      const interval = Math.min(toNs(new_setting.interval), MAX_NS)
      const timer = posixTimer(task.group, timer_id)
      const before = old_setting === 0 ? null : leftBytes(k, task, timer_id)
      setPosixTimer(k, task.group, timer, flags, flags & TIMER_ABSTIME ? value : Math.min(value, MAX_NS), interval)
      if (before) copyOut(k, task, old_setting, before)
      return 0
    },
  ),
  syscall(111, 'timer_delete', { timer_id: int }, (k, task, { timer_id }) => {
    deletePosixTimer(k, task.group, timer_id)
    return 0
  }),
]
