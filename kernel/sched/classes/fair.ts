// The fair class: whoever has had least, divided by its weight, goes on (CFS).
import { account, LATENCY, MIN_GRANULARITY } from '../account.ts'
import { FAIR_RANK } from '../ranks.ts'
import { NICE_0_WEIGHT } from '../weights.ts'
import { sharing } from './shares.ts'

/** A waking task preempts only one that is ahead by this much (scaled). */
const WAKEUP_GRANULARITY = 1_000_000

export const fair = sharing({
  name: 'fair',
  doc: 'whoever has had least time, divided by its weight, goes on (CFS)',
  orders: (_hart, s) => s.vruntime,
  preempts(hart, current, s) {
    account(hart, current)
    return current.vruntime - s.vruntime > (WAKEUP_GRANULARITY * NICE_0_WEIGHT) / s.weight
  },
  slice: (_k, hart, s) => Math.max(s.customSlice || MIN_GRANULARITY, (LATENCY * s.weight) / (s.weight + hart.queueWeight)),
  yields(hart, s) {
    const first = hart.queue[0]?.sched
    if (first === undefined) return false
    if (first.rank === FAIR_RANK) s.vruntime = Math.max(s.vruntime, first.vruntime)
    return true
  },
  says: ({ vruntime }, { span }) => `vruntime ${span(vruntime)}`,
  whyNext: (s, other, words) =>
    s.vruntime === other.vruntime
      ? `same vruntime as ${words.other} (${words.span(s.vruntime)}), and it came first`
      : `least vruntime (${words.span(s.vruntime)}), ${words.span(other.vruntime - s.vruntime)} less than ${words.other}`,
  whySlice: ({ span }) => `its weight's share of ${span(LATENCY)}, or the least slice`,
})
