// The machine's door: a RISC-V RV64GC hart or several, their TLBs and RAM. It knows no kernel and no host.
export * from './isa/index.ts'
export * from './layout.ts'
export { createMachine, frameAddress, moveReservation, run, setTiming } from './machine.ts'
export type { Access, EngineName, Hart, Machine, MachineOptions, Stop, StopKind } from './machine.ts'
export * from './registers.ts'
export { clockOf, csrExists, readCsr, setSatp, timeOf, writeCsr } from './csr.ts'
export { rootFrame, tlbEntries, tlbFlush, type TlbEntry } from './tlb.ts'
export { translate, walk, vpn, ptePpn, type WalkStep } from './walk.ts'
export { frameWritten } from './decode-cache.ts'
export { passHere, setDebugPoints, type DebugHit, type DebugPoints, type DebugState, type Watch } from './debug.ts'
export { noteWrites, takeWritten } from './dirty.ts'
export { createStepper, referenceEngine } from './reference.ts'
export { interpreterEngine } from './interpreter/index.ts'
export {
  restoreHarts,
  restoreMachine,
  snapshotHarts,
  snapshotMachine,
  usedPages,
  type HartsSnapshot,
  type MachineSnapshot,
} from './snapshot.ts'
export * from './timing/index.ts'
