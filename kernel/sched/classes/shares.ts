// What programs may ask of whoever shares the processor: SCHED_OTHER, SCHED_BATCH and SCHED_IDLE, whichever policy of the lab serves them.
import { SCHED_BATCH, SCHED_IDLE, SCHED_OTHER } from '../../abi/index.ts'
import { askedSlice, catchUp, MIN_GRANULARITY } from '../account.ts'
import { FAIR_RANK } from '../ranks.ts'
import type { SchedClass, SchedParams } from '../types.ts'
import { IDLE_WEIGHT, weightOfNice } from '../weights.ts'

const NICE_0_PRIORITY = 20

const shareParams: SchedParams = {
  kind: 'fair',
  urgent: false,
  priorities: [0, 0],
  valid: () => true,
  needsRight: (s, { policy, nice }, limits) => policy !== SCHED_IDLE && nice < s.nice && nice < limits.nice,
  // SCHED_IDLE counts as worse than any nice value.
  leavingNeedsRight: (s, { policy }, limits) => s.policy === SCHED_IDLE && policy !== SCHED_IDLE && s.nice < limits.nice,
  admit: () => {},
  take(s, { nice, runtime }) {
    s.rtPriority = 0
    s.nice = nice
    s.customSlice = askedSlice(runtime)
  },
  leave: () => {},
  answer: ({ nice, customSlice }) => ({ nice, runtime: customSlice || MIN_GRANULARITY }),
  interval: () => MIN_GRANULARITY,
  mayFork: () => true,
  priority: ({ nice, lent }) => NICE_0_PRIORITY + Math.min(nice, lent?.nice ?? nice),
  ioClass: ({ policy }) => (policy === SCHED_IDLE ? 'IDLE' : 'BE'),
}

/** A class of theirs; what it leaves out is as it is for CFS. */
export const sharing = (
  row: Pick<SchedClass, 'name' | 'doc' | 'orders' | 'slice' | 'whyNext' | 'whySlice' | 'says'> & Partial<SchedClass>,
): SchedClass => ({
  policies: [SCHED_OTHER, SCHED_BATCH, SCHED_IDLE],
  rank: FAIR_RANK,
  params: shareParams,
  roams: false,
  weight: s => (s.policy === SCHED_IDLE ? IDLE_WEIGHT : weightOfNice(s.nice)),
  preempts: () => false,
  wakes: catchUp,
  tells: () => false,
  // No time: its share stays its own.
  lends: () => {},
  yields: hart => hart.queue.length > 0,
  ...row,
})
