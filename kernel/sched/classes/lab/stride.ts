// Stride scheduling (Waldspurger and Weihl 1995): a lottery without luck. Who has more tickets, here its weight, goes on in shorter
// strides, and whoever has come least far is next, for a quantum.
import { sharing } from '../shares.ts'

const QUANTUM = 2_000_000

export const stride = sharing({
  name: 'stride',
  doc: 'whoever has come least far in strides of 1/weight goes on, for 2 ms; nobody is preempted by who wakes',
  // Time divided by weight is how far one has come.
  orders: (_hart, s) => s.vruntime,
  // Who slept has no claim for it: it begins where the others are.
  wakes(hart, s) {
    s.vruntime = Math.max(s.vruntime, hart.minVruntime)
    return 0
  },
  yields(hart, s) {
    s.vruntime = Math.max(s.vruntime, hart.queue[0]?.sched.vruntime ?? 0)
    return hart.queue.length > 0
  },
  slice: () => QUANTUM,
  says: (s, { span }) => `pass ${span(s.vruntime)}`,
  whyNext: (s, other, words) =>
    s.vruntime === other.vruntime
      ? `same pass as ${words.other} (${words.span(s.vruntime)}), and it came first`
      : `least pass (${words.span(s.vruntime)}), ${words.span(other.vruntime - s.vruntime)} less than ${words.other}`,
  whySlice: () => 'a quantum',
})
