// All system calls: the families' rows by number. Numbers without a row answer ENOSYS.
import { SYSCALL_LIMIT } from '../abi/index.ts'
import type { Syscall } from './define.ts'
import { capabilityCalls } from './capability.ts'
import { directoryCalls } from './directories.ts'
import { fileCalls } from './files.ts'
import { aioCalls } from './aio.ts'
import { futexCalls } from './futex.ts'
import { futex2Calls } from './futex2.ts'
import { ioCalls } from './io.ts'
import { keyCalls } from './keys.ts'
import { ioprioCalls } from './ioprio.ts'
import { adjustCalls } from './adjtime.ts'
import { otherCalls } from './others.ts'
import { memoryCalls } from './memory.ts'
import { pollCalls } from './poll.ts'
import { pidfdCalls } from './pidfd.ts'
import { prctlCalls } from './prctl.ts'
import { privilegedCalls } from './privileged.ts'
import { spliceCalls } from './splice.ts'
import { remoteCalls } from './remote.ts'
import { concurrencyCalls } from './concurrency.ts'
import { ptraceCalls } from './ptrace.ts'
import { inotifyCalls } from './inotify.ts'
import { mqueueCalls } from './mqueue.ts'
import { msgCalls } from './sysv-msg.ts'
import { semCalls } from './sysv-sem.ts'
import { shmCalls } from './sysv-shm.ts'
import { processCalls } from './process.ts'
import { seccompCalls } from './seccomp.ts'
import { perfCalls } from './perf.ts'
import { ringCalls } from './ring.ts'
import { schedCalls } from './sched.ts'
import { posixTimerCalls } from './posix-timer.ts'
import { signalCalls } from './signal.ts'
import { syslogCalls } from './syslog.ts'
import { socketCalls } from './socket.ts'
import { statCalls } from './stat.ts'
import { systemCalls } from './system.ts'
import { timerFdCalls } from './timerfd.ts'
import { timeCalls } from './time.ts'
import { identityCalls } from './identity.ts'

const FAMILIES: readonly (readonly Syscall[])[] = [
  processCalls,
  ptraceCalls,
  keyCalls,
  perfCalls,
  seccompCalls,
  prctlCalls,
  identityCalls,
  capabilityCalls,
  timeCalls,
  adjustCalls,
  schedCalls,
  ioprioCalls,
  systemCalls,
  privilegedCalls,
  syslogCalls,
  aioCalls,
  ringCalls,
  futexCalls,
  futex2Calls,
  signalCalls,
  pidfdCalls,
  otherCalls,
  remoteCalls,
  mqueueCalls,
  inotifyCalls,
  msgCalls,
  semCalls,
  shmCalls,
  concurrencyCalls,
  posixTimerCalls,
  memoryCalls,
  ioCalls,
  spliceCalls,
  fileCalls,
  directoryCalls,
  statCalls,
  pollCalls,
  timerFdCalls,
  socketCalls,
]

function byNumber(): readonly (Syscall | undefined)[] {
  const table = new Array<Syscall | undefined>(SYSCALL_LIMIT).fill(undefined)
  for (const row of FAMILIES.flat()) {
    if (table[row.nr] !== undefined) throw new Error(`system call ${row.nr} has two rows: ${table[row.nr]?.name} and ${row.name}`)
    table[row.nr] = row
  }
  return table
}

/** By number; a hole is a call that is not there. */
export const SYSCALLS = byNumber()
