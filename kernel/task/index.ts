// The door of tasks: how to find them, and what each has that any room may ask for: registers, credentials, limits, usage.
export type * from './types.ts'
export { allocPid, isPidFree, joinGroup, joinSession, leaveGroup, leaveSession, newPidNamespace, releasePid } from './pid.ts'
export {
  allocTrapFrame,
  callArguments,
  clearRegisters,
  CONTEXT_BYTES,
  copyTrapFrame,
  freeTrapFrame,
  getFcsr,
  loadRegisters,
  readContext,
  newTrapFrames,
  regBig,
  regF,
  regPc,
  regPcBig,
  regX,
  saveRegisters,
  setFcsr,
  setRegBig,
  setRegF,
  setRegPc,
  setRegPcBig,
  setRegX,
  touchFp,
  TRAP_FRAME_BYTES,
  usesFp,
  writeContext,
} from './trapframe.ts'
export {
  controlAfterExec,
  discardVectors,
  readVectors,
  touchVectors,
  usesVectors,
  vectorBytes,
  vectorFrame,
  writeVectors,
  type VectorRegisters,
} from './vector.ts'
export { FLOAT_BYTES, floatBytes, GENERAL_BYTES, generalBytes, setFloats, setGeneral, setVectorRegset, vectorRegset } from './regsets.ts'
export { cpuClockNow, cpuClockOf, drivesCpuClock } from './cpu-clock.ts'
export { addUsage, groupUsage, newUsage, noteRss } from './usage.ts'
export { countTasks, findGroup, findTask, taskByPid } from './find.ts'
export { newRlimits, rlimit, limitPair, RLIM_INFINITY, setRlimit, TIMER_SLACK } from './limits.ts'
export {
  capable,
  changeCredentials,
  commitCredentials,
  inGroup,
  mayAttach,
  mayInspect,
  NO_ID,
  ROOT,
  rootCredentials,
  setAllIds,
  setFsId,
  setId,
  setRealEffective,
} from './credentials.ts'
export {
  afterExec,
  ALL_CAPABILITIES,
  both,
  either,
  hasBit,
  isCapability,
  isSubset,
  without,
  type FileCapabilities,
  type Rights,
} from './capabilities.ts'
export { groupMembers, isDead, isOrphanedGroup, sessionMembers } from './group.ts'
