// adjtimex(2) and clock_adjtime(2): how the clock is steered. This one runs exactly, so nobody steers it; what is asked is answered.
import {
  CAP_SYS_TIME,
  CLOCKS,
  CLOCK_REALTIME,
  EINVAL,
  EOPNOTSUPP,
  EPERM,
  NANOSECONDS,
  TIMEX,
  readStruct,
  writeStruct,
  type StructValues,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut } from '../mm/index.ts'
import { capable } from '../task/index.ts'
import type { Task } from '../state.ts'
import { timestampNow } from '../vfs/index.ts'
import { oneOf, structOut } from './args.ts'
import { readClock } from './clocks.ts'
import { syscall, type Syscall } from './define.ts'
import { flagsText } from './text.ts'

type Timex = StructValues<(typeof TIMEX)['members']>

const MODES = {
  ADJ_OFFSET: 0x1,
  ADJ_FREQUENCY: 0x2,
  ADJ_MAXERROR: 0x4,
  ADJ_ESTERROR: 0x8,
  ADJ_STATUS: 0x10,
  ADJ_TIMECONST: 0x20,
  ADJ_TAI: 0x80,
  ADJ_SETOFFSET: 0x100,
  ADJ_MICRO: 0x1000,
  ADJ_NANO: 0x2000,
  ADJ_TICK: 0x4000,
  ADJ_OFFSET_SINGLESHOT: 0x8001,
  ADJ_OFFSET_SS_READ: 0xa001,
} as const
const ADJ_ADJTIME = 0x8000
const ADJ_OFFSET_READONLY = 0x2000

const STATUS = { STA_UNSYNC: 0x40 } as const
const TIME_ERROR = 5

/** A clock that nobody synchronises, as Linux has it after boot: its error may be 16 seconds, it takes 32768 ppm (scaled by 2^16). */
const UNSYNCHRONISED = {
  modes: 0,
  maxerror: 16_000_000,
  esterror: 16_000_000,
  status: STATUS.STA_UNSYNC,
  constant: 2,
  precision: 1,
  tolerance: 32_768_000,
  tick: 10_000,
} as const
const TICK_RANGE = { least: 9000, most: 11_000 } as const

/** EINVAL, EPERM (timekeeping_validate_timex), and EOPNOTSUPP for what would change something. */
function checkModes(task: Task, { modes, tick, time }: Timex): void {
  const singleShot = (modes & ADJ_ADJTIME) !== 0
  if (singleShot && !(modes & MODES.ADJ_OFFSET)) throw EINVAL
  const reads = singleShot ? (modes & ADJ_OFFSET_READONLY) !== 0 : modes === 0
  if (!reads && !capable(task.credentials, CAP_SYS_TIME)) throw EPERM
  if (!singleShot && modes & MODES.ADJ_TICK && (tick < TICK_RANGE.least || tick > TICK_RANGE.most)) throw EINVAL
  const most = modes & MODES.ADJ_NANO ? NANOSECONDS : NANOSECONDS / 1000
  if (modes & MODES.ADJ_SETOFFSET && !(time.usec >= 0 && time.usec < most)) throw EINVAL
  if (!reads) throw EOPNOTSUPP
}

function adjust(k: Kernel, task: Task, at: number): number {
  checkModes(task, readStruct(TIMEX, copyIn(k, task, at, TIMEX.size).slice()))
  const { sec, nsec } = timestampNow(k)
  copyOut(k, task, at, writeStruct(TIMEX, { ...UNSYNCHRONISED, time: { sec, usec: Math.floor(nsec / 1000) } }))
  return TIME_ERROR
}

const timexText = (t: Timex): string =>
  `{modes=${flagsText(MODES, t.modes)}, offset=${t.offset}, freq=${t.freq}, maxerror=${t.maxerror}, esterror=${t.esterror}, ` +
  `status=${flagsText(STATUS, t.status)}, constant=${t.constant}, precision=${t.precision}, tolerance=${t.tolerance}, ` +
  `time={tv_sec=${t.time.sec}, tv_usec=${t.time.usec}}, tick=${t.tick}, ppsfreq=${t.ppsfreq}, jitter=${t.jitter}, shift=${t.shift}, ` +
  `stabil=${t.stabil}, jitcnt=${t.jitcnt}, calcnt=${t.calcnt}, errcnt=${t.errcnt}, stbcnt=${t.stbcnt}, tai=${t.tai}}`

const timexOut = structOut(TIMEX, timexText, 'struct timex *')
const OPTIONS: Pick<Syscall, 'note' | 'answer'> = {
  note: 'The clock is nobody’s to steer: a change is EPERM without CAP_SYS_TIME, EOPNOTSUPP with it.',
  answer: (_k, _task, _raw, result) => (result === TIME_ERROR ? `${result} (TIME_ERROR)` : String(result)),
}

export const adjustCalls: Syscall[] = [
  syscall(171, 'adjtimex', { txc_p: timexOut }, (k, task, { txc_p }) => adjust(k, task, txc_p), OPTIONS),
  syscall(
    266,
    'clock_adjtime',
    { which_clock: oneOf(CLOCKS), tx: timexOut },
    (k, task, { which_clock, tx }) => {
      copyIn(k, task, tx, TIMEX.size)
      if (which_clock !== CLOCK_REALTIME) {
        readClock(k, task, which_clock)
        throw EOPNOTSUPP
      }
      return adjust(k, task, tx)
    },
    OPTIONS,
  ),
]
