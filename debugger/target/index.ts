// The door of the target: a machine, with or without an operating system that can be looked into.
export { hartRegister, offsetOf, readHart, setHartRegister, translates, writeHart } from './hart.ts'
export { instructionIn, lengthOfCall, LONGEST } from './code.ts'
export {
  addBareBreakpoint,
  addBareWatchpoint,
  closeBareSession,
  createBareSession,
  focusedHart,
  runBare,
  stepBare,
  type BareMotion,
  type BarePoint,
  type BareSession,
  type BareStop,
} from './bare.ts'
export { overBy, placeOf, type Place, type Standing, type Way } from './place.ts'
export { bareTarget, NoSystem, systemOf, systemTarget, type OperatingSystemView, type Target } from './target.ts'
