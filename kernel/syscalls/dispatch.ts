// From an ecall to the row that answers it, and from the answer back into the registers. A call that cannot finish puts its task to
// sleep with pc still at the ecall; once awake it is simply run again. Nothing here is allocated for a call that takes no arguments.
import { REG } from '../../vm/index.ts'
import { ENOSYS, ERESTARTSYS, isErrno, TWO_32, type Errno } from '../abi/index.ts'
import { emit } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import { addKmem, callBytes, KMEM } from '../mm/index.ts'
import { discardVectors, regBig, regPc, regX, setRegBig, setRegPc } from '../task/index.ts'
import { beforeCall, decide, deliverSignals, holdAtEntry, holdAtExit, relieveMemory } from '../process/index.ts'
import { sleepOn } from '../sched/index.ts'
import { fatalPending } from '../signal/index.ts'
import type { SyscallInProgress, Task } from '../state.ts'
import { callPath, enterCall, leave, NOMINAL_PIECE, nominalCall, passNominal } from '../timing/index.ts'
import { endCall, NO_DESCRIPTOR, releaseHeld, retainFile } from '../vfs/index.ts'
import { newCall, NO_RETURN, type Blocked } from '../waiting.ts'
import type { Arg, Syscall } from './define.ts'
import { chargeCall } from './kernel-memory.ts'
import { SYSCALLS } from './table.ts'

const { a0: A0, a7: A7 } = REG
const ECALL_BYTES = 4
/** From here on errno codes are the kernel's own: the call is restarted or becomes EINTR (process/deliver.ts). */
const RESTARTS = 512

const NO_ARGS: Record<string, unknown> = Object.freeze({})

/** Runs the call that a task, which is on a hart, asks for with pc at its ecall: for the first time or again after a sleep. */
export function runSyscall(k: Kernel, task: Task): void {
  if (k.machine.isa.vector !== null) discardVectors(k, task)
  const { x } = k.machine.harts[task.onHart]
  const nr = x[2 * A7 + 1] === 0 ? x[2 * A7] : -1
  if (k.machine.timing === null) return runCall(k, task, nr, x)
  const row = enterCall(k, callPath(nr), task, task.call !== null)
  runCall(k, task, nr, x)
  leave(k, row)
}

function runCall(k: Kernel, task: Task, nr: number, x: Int32Array): void {
  let filtered = false
  if (task.tracer !== null) {
    const next = beforeCall(k, task, task.tracer, nr)
    if (next === 'held') return
    if (typeof next === 'object') return settle(k, task, nr, next)
    filtered = next === 'filtered'
    const { answer } = task.tracer
    if (answer !== null && task.call === null && SYSCALLS[nr] === undefined) {
      if (k.events.syscallEnter !== undefined) emit(k, { kind: 'syscallEnter', task, nr })
      return finishSkipped(k, task, nr, answer)
    }
  }
  // A call that has begun goes on whatever was decided meanwhile.
  if (task.seccomp !== null && (task.call === null || task.call.values === null)) {
    const decision = decide(k, task, task.seccomp, nr, filtered)
    if (decision === 'held') return
    if (decision !== 'made') {
      if ('answer' in decision) return refused(k, task, nr, decision.answer)
      return interrupt(k, task, nr, decision)
    }
  }
  if (task.call === null) {
    k.state.counts.syscalls++
    if (k.events.syscallEnter !== undefined) emit(k, { kind: 'syscallEnter', task, nr })
    passNominal(k, k.state.harts[task.onHart], task, nominalCall(nr))
  }
  const row = SYSCALLS[nr]
  let failure: Errno
  try {
    if (row === undefined) throw ENOSYS
    const values = row.args.length === 0 ? NO_ARGS : (task.call?.values ?? valuesOf(k, task, row, x))
    if (task.call === null) chargeCall(k, task, nr, values)
    const result = row.run(k, task, values)
    if (typeof result === 'number') return finish(k, task, nr, result)
    if (result === NO_RETURN) return finishWithout(k, task, nr)
    const interrupted = block(k, task, row, values, result as Blocked)
    if (interrupted === null) return
    if (result.partial !== undefined) return finish(k, task, nr, result.partial)
    failure = interrupted
  } catch (error) {
    if (!isErrno(error)) throw error
    failure = error
  }
  if (k.state.frames.starved && relieveMemory(k, task)) {
    // Nothing that it would have said counts: it is made again, if it is not the one that died.
    if (task.trapFrame >= 0) callInProgress(k, task, nr)
    return
  }
  if (failure.code >= RESTARTS) interrupt(k, task, nr, failure)
  else finish(k, task, nr, -failure.code)
}

function valuesOf(k: Kernel, task: Task, row: Syscall, x: Int32Array): Record<string, unknown> {
  const { record, plain } = row
  if (record === undefined) return readArguments(k, task, row, x)
  const count = plain.length
  const a = plainValue(k, task, row, x, 0)
  const b = count > 1 ? plainValue(k, task, row, x, 1) : 0
  const c = count > 2 ? plainValue(k, task, row, x, 2) : 0
  if (count <= 3) return record(a, b, c)
  const d = plainValue(k, task, row, x, 3)
  const e = count > 4 ? plainValue(k, task, row, x, 4) : 0
  return record(a, b, c, d, e, count > 5 ? plainValue(k, task, row, x, 5) : 0)
}

function plainValue(k: Kernel, task: Task, { plain, args }: Syscall, x: Int32Array, i: number): number {
  const low = x[2 * (A0 + i)]
  const form = plain[i]
  if (form === 'int') return low
  if (form === 'uint') return low >>> 0
  const high = x[2 * (A0 + i) + 1]
  if (high >>> 21 === 0) return high * TWO_32 + (low >>> 0)
  const raw = high * TWO_32 + (low >>> 0)
  const [, arg] = args[i] as readonly [string, Arg<number>]
  return arg.wide === undefined || Number.isSafeInteger(raw) ? arg.read(raw, k, task) : arg.wide(high, low)
}

/** In order, so that the first bad pointer decides. */
function readArguments(k: Kernel, task: Task, row: Syscall, x: Int32Array): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  if (row.first !== undefined) {
    readThose(k, task, row, x, values, false)
    row.first(values)
    readThose(k, task, row, x, values, true)
  } else readThose(k, task, row, x, values, null)
  return values
}

/** Reads those arguments that are names, or that are not, or (null) all. */
function readThose(k: Kernel, task: Task, { args }: Syscall, x: Int32Array, values: Record<string, unknown>, named: boolean | null): void {
  for (let i = 0; i < args.length; i++) {
    const [name, arg] = args[i]
    if (named !== null && (arg.named === true) !== named) continue
    const low = x[2 * (A0 + i)]
    const high = x[2 * (A0 + i) + 1]
    if (arg.word) values[name] = arg.read(low, k, task)
    else {
      const raw = high * TWO_32 + (low >>> 0)
      values[name] = arg.wide === undefined || Number.isSafeInteger(raw) ? arg.read(raw, k, task) : arg.wide(high, low)
    }
  }
}

/** The result goes to a0 and the program goes on behind its ecall. */
function finish(k: Kernel, task: Task, nr: number, result: number): void {
  if (task.call !== null) endCall(k, task)
  // The call itself may have ended its task (a signal from within).
  if (task.onHart < 0) return
  const { x, pc } = k.machine.harts[task.onHart]
  x[2 * A0] = result | 0
  x[2 * A0 + 1] = Math.floor(result / TWO_32)
  const next = (pc[0] >>> 0) + ECALL_BYTES
  pc[0] = next | 0
  if (next >= TWO_32) pc[1]++
  if (k.events.syscallExit !== undefined) emit(k, { kind: 'syscallExit', task, nr, result })
  if (task.tracer !== null) holdAtExit(k, task, task.tracer, nr, null)
}

/** A filter's answer, or none: a0 stays. */
function refused(k: Kernel, task: Task, nr: number, answer: bigint | null): void {
  if (k.events.syscallEnter !== undefined) emit(k, { kind: 'syscallEnter', task, nr })
  finishSkipped(k, task, nr, answer ?? regBig(k, task, A0))
}

/** Its tracer, or a filter, had it not make the call: a0 is what was said instead. */
function finishSkipped(k: Kernel, task: Task, nr: number, answer: bigint): void {
  if (task.call !== null) endCall(k, task)
  setRegBig(k, task, A0, answer)
  setRegPc(k, task, regPc(k, task) + ECALL_BYTES)
  if (k.events.syscallExit !== undefined) emit(k, { kind: 'syscallExit', task, nr, result: Number(answer) })
  if (task.tracer !== null) holdAtExit(k, task, task.tracer, nr, null)
}

/** exec, sigreturn and exit: the registers are as they shall be, or gone. */
function finishWithout(k: Kernel, task: Task, nr: number): void {
  if (task.call !== null) endCall(k, task)
  if (task.trapFrame >= 0 && k.events.syscallExit !== undefined) emit(k, { kind: 'syscallExit', task, nr, result: regX(k, task, A0) })
  if (task.tracer !== null) holdAtExit(k, task, task.tracer, nr, null)
}

/** The record of a call that takes more than one run: made when it first has to wait. */
export function callInProgress(k: Kernel, task: Task, nr: number): SyscallInProgress {
  task.call ??= newCall(nr, k.state.time)
  return task.call
}

/** What its descriptors name now is what the call goes on with. */
function holdDescriptors(task: Task, { descriptors }: Syscall, values: Record<string, unknown>, call: SyscallInProgress): void {
  for (const name of descriptors) {
    const number = values[name] as number
    const file = task.files?.files[number]
    if (!file) continue
    const held = { fd: number, file: retainFile(file) }
    // Most hold one: a list made of it has room for no more.
    if (call.files.length === 0) call.files = [held]
    else call.files.push(held)
  }
}

/** Puts the task to sleep, or says what a signal that is already there turns the call into. */
function block(k: Kernel, task: Task, row: Syscall, values: Record<string, unknown>, wait: Blocked): Errno | null {
  const { nr } = row
  const call = callInProgress(k, task, nr)
  const first = call.values === null
  if (first) {
    call.values = values
    holdDescriptors(task, row, values, call)
  }
  if (wait.progress !== undefined) call.progress = wait.progress
  call.served = false
  if (wait.kept !== undefined) call.kept = wait.kept
  if (wait.held !== undefined) for (const file of wait.held) call.files.push({ fd: NO_DESCRIPTOR, file })
  if (first) addKmem(k, callBytes(call) + wait.queues.length * KMEM.queue)
  // What kills ends even waits that nothing else interrupts.
  if (task.signalPending && (wait.interrupted !== null || fatalPending(k, task))) return wait.interrupted ?? ERESTARTSYS
  call.cut = wait.again === true
  if (call.cut) {
    k.state.pieces++
    passNominal(k, k.state.harts[task.onHart], task, NOMINAL_PIECE)
    return null
  }
  sleepOn(k, task, wait.queues, wait.deadline, wait.interrupted !== null, wait.exclusive, wait.owner)
  if (k.events.syscallBlocked !== undefined) emit(k, { kind: 'syscallBlocked', task, nr })
  return null
}

/** A signal cut the call short: delivering it decides whether the program sees EINTR or the call is made again. */
function interrupt(k: Kernel, task: Task, nr: number, failure: Errno): void {
  callInProgress(k, task, nr)
  if (k.events.syscallExit !== undefined) emit(k, { kind: 'syscallExit', task, nr, result: -failure.code })
  if (task.tracer !== null && holdAtExit(k, task, task.tracer, nr, failure)) return
  settle(k, task, nr, failure)
}

function settle(k: Kernel, task: Task, nr: number, failure: Errno): void {
  const call = callInProgress(k, task, nr)
  const outcome = deliverSignals(k, task, failure)
  if (outcome === 'again' && k.events.syscallEnter !== undefined) emit(k, { kind: 'syscallEnter', task, nr })
  if (outcome === 'again' && task.tracer?.calls === true) holdAtEntry(k, task, task.tracer, nr)
  if (outcome === 'user' || outcome === 'dumping' || outcome === 'dead') releaseHeld(k, call)
  if (outcome === 'user' || outcome === 'dumping') task.call = null
}
