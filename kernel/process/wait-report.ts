// What wait4 and waitid answer: for an end, a stop of job control, a continuation.
import {
  CLD_CONTINUED,
  CLD_DUMPED,
  CLD_EXITED,
  CLD_KILLED,
  CLD_STOPPED,
  CONTINUED_STATUS,
  SIGCONT,
  WCONTINUED,
  WNOWAIT,
  WUNTRACED,
  dumpedCore,
  exitCode,
  ifExited,
  stoppedStatus,
  termSignal,
} from '../abi/index.ts'
import type { ThreadGroup } from '../state.ts'
import type { Usage } from '../task/types.ts'

export interface WaitRequest {
  /** P_ALL, P_PID or P_PGID. */
  type: number
  id: number
  /** WEXITED, WUNTRACED (= WSTOPPED), WCONTINUED, WNOWAIT, __WCLONE, __WNOTHREAD, __WALL. */
  options: number
}

export interface WaitAnswer {
  pid: number
  uid: number
  /** As wait4 packs it. */
  status: number
  /** As waitid's siginfo has it: CLD_* and the exit code or signal. */
  code: number
  value: number
  usage: Usage
}

export type Told = Pick<WaitAnswer, 'status' | 'code' | 'value'>

export function toldOfEnd(status: number): Told {
  const code = ifExited(status) ? CLD_EXITED : dumpedCore(status) ? CLD_DUMPED : CLD_KILLED
  return { status, code, value: ifExited(status) ? exitCode(status) : termSignal(status) }
}

/** That all of a process stopped, taken unless WNOWAIT; null: it did not, was told already, or is not asked for. */
export function toldOfStop(group: ThreadGroup, options: number): Told | null {
  if (group.stopReport !== 'stopped' || !(options & WUNTRACED)) return null
  if (!(options & WNOWAIT)) group.stopReport = 'none'
  return { status: stoppedStatus(group.stopSignal), code: CLD_STOPPED, value: group.stopSignal }
}

/** The same of its going on. */
export function toldOfGoingOn(group: ThreadGroup, options: number): Told | null {
  if (group.stopReport !== 'continued' || !(options & WCONTINUED)) return null
  if (!(options & WNOWAIT)) group.stopReport = 'none'
  return { status: CONTINUED_STATUS, code: CLD_CONTINUED, value: SIGCONT }
}
