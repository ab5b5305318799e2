// The door of the session.
export { evaluateIn, type Names } from './expression.ts'
export { closeSession, createSession } from './session.ts'
export {
  addBreakpoint,
  addCatchpoint,
  addWatchpoint,
  applies,
  arm,
  countHit,
  enabledPoints,
  enablePoint,
  newCatchpoint,
  removePoint,
  setCondition,
  setIgnore,
  type WatchOptions,
} from './points.ts'
export { advanceBy, interrupt, now, runToStop, settle, stoppedTask, type Goal } from './run.ts'
export {
  changed,
  evaluate,
  NO_PROCESS,
  NOBODY,
  processByPid,
  processOf,
  readMemory,
  readRegister,
  refTo,
  registersOf,
  taskById,
  taskByPid,
  tasksOf,
  writeMemory,
  writeRegister,
  writeSome,
} from './state.ts'
export * from './types.ts'
export { isVectorCsr, vectorBits } from './vectors.ts'
