// Restartable sequences (rseq(2)): a thread finds in its own memory on which hart it runs, and a sequence of instructions that it was
// switched away from, or that a signal's handler interrupted, goes on at its place for that instead of where it was.
import { EFAULT, EINVAL, isErrno, SIGSEGV, SI_KERNEL } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getBig, getU32, putBig, putU32, USER_END } from '../mm/index.ts'
import { faultInfo, forceSignal } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { regPc, setRegPc, type Rseq } from '../task/index.ts'
import { relieveMemory } from './oom.ts'

/** struct rseq, and struct rseq_cs (linux/rseq.h). */
const AT = { cpuIdStart: 0, cpuId: 4, sequence: 8, flags: 16, nodeId: 20, mmCid: 24 } as const
const CS = { version: 0, flags: 4, start: 8, length: 16, abort: 24 } as const
const SIGNATURE_BYTES = 4
const CPU_ID_UNINITIALIZED = -1
const LIMIT = BigInt(USER_END)

/** The sequence that the program is in; null: none. EFAULT, EINVAL: what it says of it cannot be. */
function sequenceAt(k: Kernel, task: Task, { at, signature }: Rseq, pc: number): { abort: number } | null {
  const place = getBig(k, task, at + AT.sequence)
  if (place === 0n) return null
  if (place >= LIMIT) throw EINVAL
  const cs = Number(place)
  const version = getU32(k, task, cs + CS.version)
  const flags = getU32(k, task, cs + CS.flags)
  const start = getBig(k, task, cs + CS.start)
  const length = getBig(k, task, cs + CS.length)
  const abort = getBig(k, task, cs + CS.abort)
  if (start >= LIMIT || start + length >= LIMIT || abort >= LIMIT || version > 0) throw EINVAL
  // The place to go on at lies outside, behind the signature.
  if (abort >= start && abort - start < length) throw EINVAL
  if (getU32(k, task, Number(abort) - SIGNATURE_BYTES) !== signature) throw EINVAL
  const inside = BigInt(pc) >= start && BigInt(pc) - start < length
  if (inside && (flags !== 0 || getU32(k, task, at + AT.flags) !== 0)) throw EINVAL
  if (!inside || pc < 0) {
    putBig(k, task, at + AT.sequence, 0n)
    return null
  }
  return { abort: Number(abort) }
}

/** A sequence that the program is in is given up: it goes on elsewhere. EFAULT, EINVAL. */
function leaveSequence(k: Kernel, task: Task, rseq: Rseq): void {
  const sequence = sequenceAt(k, task, rseq, regPc(k, task))
  if (sequence === null) return
  putBig(k, task, rseq.at + AT.sequence, 0n)
  setRegPc(k, task, sequence.abort)
}

/** The lowest number that no other thread has that runs in this memory now. */
function freeCid(k: Kernel, task: Task): number {
  if (k.state.harts.length === 1) return 0
  const taken = k.state.harts.map(({ current }) =>
    current !== null && current !== task && current.mm === task.mm ? (current.rseq?.mmCid ?? -1) : -1,
  )
  let cid = 0
  while (taken.includes(cid)) cid++
  return cid
}

/** Tells the program where it runs, where that has changed. EFAULT. */
function tellPlace(k: Kernel, task: Task, rseq: Rseq): void {
  const { at } = rseq
  const cid = freeCid(k, task)
  if (rseq.hart !== task.onHart) {
    putU32(k, task, at + AT.cpuIdStart, task.onHart)
    putU32(k, task, at + AT.cpuId, task.onHart)
    putU32(k, task, at + AT.nodeId, 0)
    rseq.hart = task.onHart
  }
  if (rseq.mmCid !== cid) {
    putU32(k, task, at + AT.mmCid, cid)
    rseq.mmCid = cid
  }
}

/** Runs what touches the area; false: it cannot be reached, or says what cannot be. Where memory is short it is left due. */
function touching(k: Kernel, task: Task, action: () => void): boolean {
  try {
    action()
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    if (k.state.frames.starved && relieveMemory(k, task)) return true
    return error !== EFAULT && error !== EINVAL
  }
}

/** Before a task that was switched away from goes back to its program. What its area says wrongly is SIGSEGV. */
export function resumeRseq(k: Kernel, task: Task): void {
  const { rseq } = task
  if (rseq === null) return
  let done = false
  const fine = touching(k, task, () => {
    leaveSequence(k, task, rseq)
    tellPlace(k, task, rseq)
    done = true
  })
  if (done || !fine) rseq.due = false
  if (!fine) forceSignal(k, task, faultInfo(SIGSEGV, SI_KERNEL, 0))
}

/** Before a handler's frame is made: what was interrupted is a sequence no more. False: it cannot be told what it was. */
export function abortSequence(k: Kernel, task: Task): boolean {
  const { rseq } = task
  return rseq === null || touching(k, task, () => leaveSequence(k, task, rseq))
}

/** rseq(2) with RSEQ_FLAG_UNREGISTER: the area says that nothing is known. EFAULT. */
export function forgetPlace(k: Kernel, task: Task, { at }: Rseq): void {
  putU32(k, task, at + AT.cpuIdStart, 0)
  putU32(k, task, at + AT.cpuId, CPU_ID_UNINITIALIZED)
  putU32(k, task, at + AT.nodeId, 0)
  putU32(k, task, at + AT.mmCid, 0)
}
