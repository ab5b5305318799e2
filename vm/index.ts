// The machine's door: a RISC-V RV64GC hart or several, their TLBs and RAM. It knows no kernel and no host.
export * from './isa/index.ts'
export * from './layout.ts'
export { prepareLoop, type PreparedLoop } from './interpreter/index.ts'
export { createMachine, ENGINE_NAMES, frameAddress, moveReservation, run, setTiming, type MachineOptions } from './machine.ts'
export type {
  Access,
  DebugHit,
  DebugPoints,
  DebugState,
  Engine,
  EngineName,
  Hart,
  Machine,
  PhysicalRange,
  Platform,
  Stop,
  StopKind,
  Watch,
} from './state.ts'
export * from './registers.ts'
export { clockOf, readCsr, setSatp, timeOf, writeCsr } from './csr.ts'
export { accessIn, rootFrame, tlbEntries, tlbFlush, type TlbEntry } from './tlb.ts'
export { translate, walk, vpn, ptePpn, type WalkStep } from './walk.ts'
export { passHere, setDebugPoints } from './debug.ts'
export { frameWritten, noteDifference, noteWrites, takeWritten } from './dirty.ts'
export { hosted } from './platform.ts'
export { legalVector } from './vector/index.ts'
export { createStepper } from './reference/index.ts'
export {
  restoreHarts,
  restoreMachine,
  snapshotHarts,
  snapshotMachine,
  tlbHolds,
  usedPages,
  type HartsSnapshot,
  type MachineSnapshot,
} from './snapshot.ts'
export * from './timing/index.ts'
