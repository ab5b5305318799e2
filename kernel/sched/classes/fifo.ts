// SCHED_FIFO: the highest priority runs until it sleeps or yields.
import { SCHED_FIFO } from '../../abi/index.ts'
import { fixed } from './fixed.ts'

export const fifo = fixed({
  name: 'fifo',
  doc: 'the highest priority runs until it sleeps or yields',
  policies: [SCHED_FIFO],
  slice: () => Infinity,
  whySlice: () => 'SCHED_FIFO has no slice',
})
