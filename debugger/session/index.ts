// The door of the session.
export { evaluateIn, type Names } from './expression.ts'
export { closeSession, createSession } from './session.ts'
export {
  addBreakpoint,
  addCatchpoint,
  addWatchpoint,
  enablePoint,
  removePoint,
  setCondition,
  setIgnore,
  type WatchOptions,
} from './points.ts'
export { callLength, interrupt, now, resume, runTo, stepInstruction, stepKernel, stepMachine, stepOver, type RunRequest } from './run.ts'
export {
  firstInstant,
  goTo,
  lastInstant,
  lastWrite,
  reverseFinish,
  reverseResume,
  reverseStepInstruction,
  reverseStepMachine,
  reverseStepOver,
  searchBack,
  searchCall,
  searchInstruction,
  searchMachineStep,
  searchOver,
  searchWrite,
  type Bytes,
  type LastWrite,
  type WayOut,
  type Written,
} from './reverse.ts'
export type { Search } from './pieces.ts'
export {
  changed,
  evaluate,
  readMemory,
  readRegister,
  registersOf,
  taskById,
  tasksOf,
  writeMemory,
  writeRegister,
  writeSome,
} from './state.ts'
export * from './types.ts'
