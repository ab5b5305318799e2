// The door of call filters: what a task's calls are held to.
export type * from './types.ts'
export { isFilter } from './bpf.ts'
export { addFilter, ask, callData, chain, checkMode, mayFilter, type Verdict } from './filter.ts'
export { forget, leaveFilters, newListener, notice, openListener, seccompOps } from './notify.ts'
