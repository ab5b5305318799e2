// The timed kernel: what its work costs, guest time by cycles, and marks. The only door of this folder.
export * from './charge.ts'
export { countsCycles, cyclesUntil, idleUntil, passKernelTime, passOther, passTime } from './clock.ts'
export { intervals, ledgerRows, newCostState, startTiming, timedCounters, untilTiming, writeMarks } from './marks.ts'
export { NOMINAL_FAULT, NOMINAL_PIECE, nominalCall, passNominal } from './nominal.ts'
export { callPath, PATH } from './paths.ts'
export type { Interval, LedgerRow } from './types.ts'
