// The debugger's door: sessions that stop, step and look, forwards and backwards in time, what a stopped machine is in the words of
// its programs, pictures of it, and what protocols make of them. It knows no socket and no terminal.
export * from './target/index.ts'
export * from './timeline/index.ts'
export * from './events/index.ts'
export * from './session/index.ts'
export {
  beginBare,
  beginMotion,
  CONSOLE,
  EDITOR,
  firstInstant,
  goTo,
  lastInstant,
  lastWrite,
  MOTIONS,
  resume,
  reverseResume,
  reverseStepInstruction,
  reverseStepMachine,
  reverseStepOver,
  runTo,
  searchBack,
  searchInstruction,
  searchMachineStep,
  searchOver,
  searchWrite,
  stepInstruction,
  stepKernel,
  stepMachine,
  stepOver,
  type About,
  type Bytes,
  type LastWrite,
  type Motion,
  type MotionName,
  type Mover,
  type RunRequest,
  type Written,
} from './motion/index.ts'
export * from './gdb/index.ts'
export * as dap from './dap/index.ts'
export * from './symbols/index.ts'
export * from './views/index.ts'
// Both the session and the debug information have these; out here they are the session's.
export { evaluate, type Scope } from './session/index.ts'
export * from './commands/index.ts'
export * from './tui/index.ts'
