// SCHED_RR: as SCHED_FIFO, but equals take turns.
import { SCHED_RR } from '../../abi/index.ts'
import { fixed } from './fixed.ts'

export const rr = fixed(
  {
    name: 'rr',
    doc: 'the highest priority runs, and equals take turns',
    policies: [SCHED_RR],
    slice: k => k.state.sysctl.rrSlice,
    whySlice: () => "SCHED_RR's slice",
  },
  k => k.state.sysctl.rrSlice,
)
