// What SCHED_FIFO and SCHED_RR have in common: a priority from 1 to 99, and before whoever has a lower one, for as long as it likes.
import { SCHED_FIFO, SCHED_RR } from '../../abi/index.ts'
import { askedSlice, catchUp } from '../account.ts'
import { REAL_TIME_RANK } from '../ranks.ts'
import type { SchedClass, SchedParams } from '../types.ts'
import { weightOfNice } from '../weights.ts'

const RT_MIN = 1
const RT_MAX = 99

const fixedParams: SchedParams = {
  kind: 'real-time',
  urgent: true,
  priorities: [RT_MIN, RT_MAX],
  valid: () => true,
  needsRight: (s, { policy, priority }, limits) =>
    (policy !== s.policy && limits.rtPriority === 0) || (priority > s.rtPriority && priority > limits.rtPriority),
  leavingNeedsRight: () => false,
  admit: () => {},
  take(s, { priority, runtime }) {
    s.rtPriority = priority
    s.customSlice = askedSlice(runtime)
  },
  leave: () => {},
  answer: ({ rtPriority }) => ({ priority: rtPriority }),
  interval: () => 0,
  mayFork: () => true,
  priority: ({ rtPriority }) => -1 - rtPriority,
  ioClass: () => 'RT',
}

/** One of the two: `interval` is what sched_rr_get_interval(2) answers. */
export const fixed = (
  row: Pick<SchedClass, 'name' | 'doc' | 'policies' | 'slice' | 'whySlice'>,
  interval: SchedParams['interval'] = fixedParams.interval,
): SchedClass => ({
  rank: REAL_TIME_RANK,
  params: { ...fixedParams, interval },
  roams: false,
  weight: s => weightOfNice(s.nice),
  orders: (_hart, s) => -s.rtPriority,
  preempts: (_hart, current, s) => s.rtPriority > current.rtPriority,
  wakes: catchUp,
  tells: () => false,
  // One that takes turns goes on doing so.
  lends(s, by) {
    s.policy = s.policy === SCHED_RR ? SCHED_RR : SCHED_FIFO
    s.rtPriority = by.rtPriority
  },
  yields: hart => hart.queue.length > 0,
  says: s => `real-time priority ${s.rtPriority}`,
  whyNext: (s, other, words) =>
    s.rtPriority === other.rtPriority
      ? `real-time priority ${s.rtPriority} like ${words.other}, and it came first`
      : `real-time priority ${s.rtPriority} goes before priority ${other.rtPriority}`,
  ...row,
})
