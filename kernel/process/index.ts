// The door of processes: making, replacing, ending and finding them, and what belongs to each.
export type * from './types.ts'
export { allocPid, isPidFree, joinGroup, joinSession, leaveGroup, leaveSession, newPidTable, releasePid } from './pid.ts'
export {
  allocTrapFrame,
  callArguments,
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
  regX,
  saveRegisters,
  setFcsr,
  setRegBig,
  setRegF,
  setRegPc,
  setRegX,
  touchFp,
  TRAP_FRAME_BYTES,
  usesFp,
  writeContext,
} from './trapframe.ts'
export { checkNamespaces, cloneTask, enrol, newItimers } from './clone.ts'
export { beginCore, continueCore } from './core.ts'
export { coreFile, corePage, type CoreFile, type CoreSpan } from './core-file.ts'
export { isReaped, openPidfd, pidfdOps, pidfdTarget, signalTarget } from './pidfd.ts'
export { cpuClockNow, cpuClockOf, drivesCpuClock, type CpuClock } from './cpu-clock.ts'
export { execve } from './exec.ts'
export { argumentRoom } from './startstack.ts'
export { exitGroup, exitTask } from './exit.ts'
export { reapGroup } from './reap.ts'
export { badness, panicForMemory, relieveMemory } from './oom.ts'
export { exitInfo, groupStatus, notifyParent, reparentChildren } from './family.ts'
export { groupMembers, isDead, isOrphanedGroup, sessionMembers, setpgid, setsid } from './group.ts'
export {
  capable,
  changeCredentials,
  commitCredentials,
  inGroup,
  mayAttach,
  NO_ID,
  ROOT,
  rootCredentials,
  setAllIds,
  setFsId,
  setId,
  setRealEffective,
} from './credentials.ts'
export { ALL_CAPABILITIES, both, either, hasBit, isCapability, isSubset, without } from './capabilities.ts'
export { newRlimits, rlimit, limitPair, RLIM_INFINITY, setRlimit, TIMER_SLACK } from './limits.ts'
export { addUsage, groupUsage, newUsage, noteRss } from './usage.ts'
export { makeVdso, mapVdso, updateVvar, VDSO_BYTES, VDSO_SIGRETURN } from './vdso.ts'
export { countTasks, findGroup, findTask, taskByPid } from './find.ts'
export { waitForChild, type WaitAnswer, type WaitRequest } from './wait.ts'
