// The door of signals: sending, choosing, dispositions, frames, interval timers.
export type * from './types.ts'
export { actionOf, actionsForExec, defaultActions, emptyPending, forkActions, ignoresChildExit } from './actions.ts'
export { KERNEL_ONLY, STOP_SIGNALS, hasSignal, sigbit, SIGSET_EMPTY, SIGSET_FULL, sigsetOf } from './sigset.ts'
export { childInfo, faultInfo, kernelInfo, killInfo, queueInfo, timerInfo } from './info.ts'
export { queuedOf } from './queued.ts'
export {
  beginGroupStop,
  fatalPending,
  forceSignal,
  interrupt,
  isProtected,
  isReparented,
  recalcSignalPending,
  sendSignal,
  sendToGroup,
  sendToTask,
  signalProcessGroup,
  tellTracer,
  wakeListener,
} from './send.ts'
export { restoreMask, setBlocked, setTemporaryMask } from './mask.ts'
export { joinGroupStop, stopThread } from './stop.ts'
export { killPending } from './pending.ts'
export { dueSignal, isHeld } from './due.ts'
export { checkMaySignal, maySignal } from './permission.ts'
export { setAction } from './actions.ts'
export { altStackFlags, setAltStack } from './altstack.ts'
export { takeSignal } from './take.ts'
export {
  createPosixTimer,
  deletePosixTimer,
  deletePosixTimers,
  movePosixTimer,
  posixTimer,
  posixTimerExpired,
  posixTimerLeft,
  posixTimerNow,
  setPosixTimer,
} from './posix-timer.ts'
export { decodeFrame, FRAME_BYTES, FRAME_SIGMASK, largestFrame, pushFrame, rtSigreturn, type SignalFrame } from './frame.ts'
export { chargeItimers, cancelItimers, getItimer, itimerExpired, setItimer, untilItimer } from './itimer.ts'
export { addCpuTimer, cancelCpuSleep } from './cpu-timers.ts'
export { SIGINFO_BYTES, decodeSigInfo, encodeSigInfo } from './siginfo.ts'
export { showSigInfo, showSigset } from './show.ts'
