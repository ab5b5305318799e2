// What each kind of trap means: a system call, a page to bring, or a signal for a mistake of the program's.
import { REG } from '../vm/index.ts'
import type { Access, Stop, StopKind } from '../vm/index.ts'
import {
  BUS_ADRALN,
  ILL_ILLOPC,
  SEGV_ACCERR,
  SIG_DFL,
  SIG_IGN,
  SI_KERNEL,
  isErrno,
  SIGBUS,
  SIGILL,
  SIGSEGV,
  SIGTRAP,
  TRAP_BRKPT,
} from './abi/index.ts'
import { faultText } from './explain.ts'
import type { Kernel } from './kernel.ts'
import { LOG_INFO, log, mayLog } from './klog.ts'
import { FAULT_OOM, findRegion, handleFault, regionName } from './mm/index.ts'
import { regPc, regX, touchFp, touchVectors } from './task/index.ts'
import { panicForMemory, relieveMemory } from './process/index.ts'
import { actionOf, faultInfo, forceSignal } from './signal/index.ts'
import type { SigInfo, Task } from './state.ts'
import { functionAt } from './symbol.ts'
import { runSyscall } from './syscalls/dispatch.ts'

const hex16 = (n: number): string => n.toString(16).padStart(16, '0')
/** Names of files may be as long as they like. */
const LONGEST_LINE = 1000

/**
 * A signal for a mistake of the program's. One that it does not handle is noted in the log, as riscv's Linux does (do_trap), with a line
 * more than Linux has: what happened in words. A shell finds it there by the pid.
 */
function raise(k: Kernel, task: Task, info: SigInfo): void {
  const { handler } = actionOf(task.group, info.signal)
  // Of a traced one its tracer hears.
  if ((handler === SIG_DFL || handler === SIG_IGN) && task.tracer === null && mayLog(k)) {
    const pc = regPc(k, task)
    const region = task.mm && findRegion(task.mm, pc)
    const name = region && task.mm ? regionName(k, task.mm, region).split('/').pop() : ''
    const size = region ? region.end - region.start : 0
    const where = region
      ? ` in ${name}[${(pc - region.start + region.offset).toString(16)},${region.start.toString(16)}+${size.toString(16)}]`
      : ''
    const code = (info.code >>> 0).toString(16)
    const address = hex16(info.fields.kind === 'fault' ? info.fields.address : pc)
    log(k, LOG_INFO, `${task.comm}[${task.pid}]: unhandled signal ${info.signal} code 0x${code} at 0x${address}${where}`)
    log(k, LOG_INFO, `epc : ${hex16(pc)} ra : ${hex16(regX(k, task, REG.ra))} sp : ${hex16(regX(k, task, REG.sp))}`)
    const place = functionAt(k, task, pc)
    const text = `${task.comm}[${task.pid}]: ${faultText(k, task, info, place && `, ${place}`)}`
    log(k, LOG_INFO, text.slice(0, LONGEST_LINE))
  }
  forceSignal(k, task, info)
}

type Handler = (k: Kernel, task: Task, at: number, access: Access) => void

/** A signal at the instruction itself. */
const atPc =
  (signal: number, code: number): Handler =>
  (k, task) =>
    raise(k, task, faultInfo(signal, code, regPc(k, task)))

/** A signal at the address that was accessed. */
const atAddress =
  (signal: number, code: number): Handler =>
  (k, task, at) =>
    raise(k, task, faultInfo(signal, code, at))

const nothing: Handler = () => {}

function pageFault(k: Kernel, task: Task, at: number, access: Access): void {
  const failure = handleFault(k, task, task.mm, at, access)
  if (failure === null) return
  // With room made by somebody's death the instruction runs again, unless it was its own.
  if (failure === FAULT_OOM) {
    if (!relieveMemory(k, task)) panicForMemory(k)
  } else raise(k, task, faultInfo(failure.signal, failure.code, at))
}

/** By kind of stop. `at` is the stop's tval. */
const HANDLERS: Record<StopKind, Handler> = {
  syscall: runSyscall,
  pageFault,
  accessFault: atAddress(SIGSEGV, SEGV_ACCERR),
  // Of a jump Linux tells where it stands, not where it leads (do_trap_insn_misaligned).
  misaligned: (k, task, at, access) => (access === 'fetch' ? atPc : atAddress)(SIGBUS, BUS_ADRALN)(k, task, at, access),
  // The units for floating point and vectors are off until a task uses them; its first instruction then runs again.
  illegal(k, task, word) {
    try {
      if (touchVectors(k, task, word)) return
    } catch (error) {
      if (!isErrno(error)) throw error
      return raise(k, task, faultInfo(SIGBUS, SI_KERNEL, regPc(k, task)))
    }
    if (!touchFp(k, task)) raise(k, task, faultInfo(SIGILL, ILL_ILLOPC, regPc(k, task)))
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
  // Nearly all are one of two, and the host is slow at finding a member by a name that changes.
  if (stop.kind === 'syscall') runSyscall(k, task)
  else if (stop.kind === 'pageFault') pageFault(k, task, stop.tval, stop.access)
  else HANDLERS[stop.kind](k, task, stop.tval, stop.access)
}
