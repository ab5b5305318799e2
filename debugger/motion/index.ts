// The door of motions: ways through time, forwards and backwards, in pieces, by name.
export {
  goTo,
  reverseResume,
  reverseStepInstruction,
  reverseStepMachine,
  reverseStepOver,
  searchBack,
  searchInstruction,
  searchMachineStep,
  searchOver,
} from './back.ts'
export { resume, runTo, stepInstruction, stepKernel, stepMachine, stepOver, type RunRequest } from './forward.ts'
export { CONSOLE, EDITOR, PROTOCOL } from './rules.ts'
export { firstInstant, lastInstant } from './search.ts'
export { framesOf, readerOf, spaceOf, X_REGISTERS } from './sight.ts'
export { beginBare, beginMotion, MOTIONS, type MotionName } from './table.ts'
export { NoWay, type About, type Motion, type Mover, type Sight } from './types.ts'
export { lastWrite, searchWrite, type Bytes, type LastWrite, type Written } from './write.ts'
