// The door of counters.
export type * from './types.ts'
export { countFromExec, counterOf, enable, follow, followChild, leaveCounters } from './count.ts'
export { openCounter, perfEventOf, perfOps } from './file.ts'
