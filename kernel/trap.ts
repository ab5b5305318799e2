// What each kind of trap means: a system call, a page to bring, or a signal for a mistake of the program's.
import type { Access, Stop, StopKind } from '../vm/index.ts'
import { BUS_ADRALN, ILL_ILLOPC, SEGV_ACCERR, SIGBUS, SIGILL, SIGKILL, SIGSEGV, SIGTRAP, TRAP_BRKPT, killedStatus } from './abi/index.ts'
import type { Kernel } from './kernel.ts'
import { handleFault } from './mm/index.ts'
import { exitGroup, regPc, touchFp } from './process/index.ts'
import { faultInfo, forceSignal } from './signal/index.ts'
import type { Task } from './state.ts'
import { runSyscall } from './syscalls/dispatch.ts'

type Handler = (k: Kernel, task: Task, at: number, access: Access) => void

/** A signal at the instruction itself. */
const atPc =
  (signal: number, code: number): Handler =>
  (k, task) =>
    forceSignal(k, task, faultInfo(signal, code, regPc(k, task)))

/** A signal at the address that was accessed. */
const atAddress =
  (signal: number, code: number): Handler =>
  (k, task, at) =>
    forceSignal(k, task, faultInfo(signal, code, at))

const nothing: Handler = () => {}

/** By kind of stop. `at` is the stop's tval. */
const HANDLERS: Record<StopKind, Handler> = {
  syscall: runSyscall,
  pageFault(k, task, at, access) {
    const failure = handleFault(k, task, at, access)
    if (failure === null) return
    // Out of memory is nothing that a program could handle.
    if (failure.signal === SIGKILL) exitGroup(k, task, killedStatus(SIGKILL, false))
    else forceSignal(k, task, faultInfo(failure.signal, failure.code, at))
  },
  accessFault: atAddress(SIGSEGV, SEGV_ACCERR),
  misaligned: atAddress(SIGBUS, BUS_ADRALN),
  // The floating-point unit is off until a task uses it; its first instruction then runs again.
  illegal(k, task) {
    if (!touchFp(k, task)) forceSignal(k, task, faultInfo(SIGILL, ILL_ILLOPC, regPc(k, task)))
  },
  breakpoint: atPc(SIGTRAP, TRAP_BRKPT),
  // In user mode a hint: somebody else may run.
  wfi(k, task) {
    k.state.harts[task.onHart].resched = true
  },
  timer: nothing,
  debug: nothing,
  fuel: nothing,
}

/** Handles why the hart of a running task stopped. The stop record is not read afterwards: the next run may reuse it. */
export function handleTrap(k: Kernel, task: Task, stop: Stop): void {
  HANDLERS[stop.kind](k, task, stop.tval, stop.access)
}
