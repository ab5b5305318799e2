// Registers of a task that stands still for its tracer, as Linux has them there. Inside of a call our pc is at its ecall and a0 its first
// argument, so that it can be made again; Linux's pc is behind it, and a0 what will be answered if the call is not made: -ENOSYS at first.
import { REG } from '../../vm/index.ts'
import { ENOSYS } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { generalBytes, regBig, regPcBig, setGeneral } from '../task/index.ts'
import { endCall } from '../vfs/index.ts'
import { isInCall } from './tracing.ts'
import type { TraceStop, Tracer } from './types.ts'

const ECALL_BYTES = 4n
const WORD = 8
const A0 = REG.a0 * WORD
const NOT_MADE = -BigInt(ENOSYS.code)

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** What a0 shows inside of a call. */
const answerOf = ({ answer }: Tracer, { interrupted }: TraceStop): bigint =>
  answer ?? (interrupted === null ? NOT_MADE : -BigInt(interrupted.code))

/** pc and x1 to x31. */
export function tracedGeneral(k: Kernel, task: Task): Uint8Array {
  const bytes = generalBytes(k, task)
  const { tracer } = task
  if (!tracer?.stop || !isInCall(tracer.stop)) return bytes
  const view = viewOf(bytes)
  view.setBigInt64(0, tracer.next ?? regPcBig(k, task) + ECALL_BYTES, true)
  view.setBigInt64(A0, answerOf(tracer, tracer.stop), true)
  return bytes
}

/** Registers that say which call it is in, and with what. */
const CALL_REGISTERS = [REG.a0, REG.a1, REG.a2, REG.a3, REG.a4, REG.a5, REG.a7]
const callOf = (k: Kernel, task: Task): string => [regPcBig(k, task), ...CALL_REGISTERS.map(n => regBig(k, task, n))].join()

/** Sets those that the bytes hold, as its tracer sees them. */
export function setTracedGeneral(k: Kernel, task: Task, bytes: Uint8Array): void {
  const { tracer } = task
  const stop = tracer?.stop
  if (!tracer || !stop) return setGeneral(k, task, bytes)
  if (!isInCall(stop)) {
    const before = callOf(k, task)
    setGeneral(k, task, bytes)
    // Of a call that would go on nothing holds any more: whatever is at pc is executed.
    if (task.call === null || callOf(k, task) === before) return
    endCall(k, task)
    stop.interrupted = null
    return
  }
  const shown = viewOf(tracedGeneral(k, task))
  const given = viewOf(bytes)
  const all = generalBytes(k, task)
  const [pc, first] = [regPcBig(k, task), regBig(k, task, REG.a0)]
  all.set(bytes)
  viewOf(all).setBigInt64(0, pc, true)
  viewOf(all).setBigInt64(A0, first, true)
  setGeneral(k, task, all)
  const next = given.getBigInt64(0, true)
  const answer = bytes.length > A0 ? given.getBigInt64(A0, true) : shown.getBigInt64(A0, true)
  const isSame = next === shown.getBigInt64(0, true) && answer === shown.getBigInt64(A0, true)
  if (stop.at === 'exit') {
    // It is cut short, and would be made again or fail: now it is over.
    if (isSame) return
    all.set(bytes)
    setGeneral(k, task, all)
    endCall(k, task)
    stop.interrupted = null
    return
  }
  if (next !== shown.getBigInt64(0, true)) tracer.next = next
  if (answer !== shown.getBigInt64(A0, true)) tracer.answer = answer
}

/** a0 of a call that is over, or what it is cut short with. */
export const tracedResult = (k: Kernel, task: Task, { interrupted }: TraceStop): bigint =>
  interrupted === null ? regBig(k, task, REG.a0) : -BigInt(interrupted.code)
