export type { CloneArgs, Credentials, PidTable, Rlimits, TrapFrames, Usage } from './types.ts'
export { allocPid, isPidFree, joinGroup, joinSession, leaveGroup, leaveSession, newPidTable, releasePid } from './pid.ts'
export {
  TRAP_FRAME_BYTES,
  allocTrapFrame,
  copyTrapFrame,
  freeTrapFrame,
  getFcsr,
  newTrapFrames,
  regBig,
  regF,
  regPc,
  regX,
  setFcsr,
  setRegBig,
  setRegF,
  setRegPc,
  setRegX,
  touchFp,
} from './trapframe.ts'
export { cloneTask } from './clone.ts'
export { execve } from './exec.ts'
export { exitGroup, exitTask, reapGroup } from './exit.ts'
export { notifyParent, reparentChildren } from './family.ts'
export { groupMembers, isOrphanedGroup, newlyOrphaned, sessionMembers, setpgid, setsid } from './group.ts'
export { ROOT, capable, changeCredentials, inGroup, rootCredentials } from './credentials.ts'
export { forkRlimits, newRlimits, rlimit } from './limits.ts'
export { addUsage, groupUsage, newUsage } from './usage.ts'
export { VDSO_BYTES, VDSO_SIGRETURN } from './vdso.ts'
export { findGroup, findTask } from './find.ts'
