// Traps: engines raise them, the platform takes them. One that is answered to the caller has its CSRs written as hardware would, and the
// stop record says the same; the caller's next `run` is the return from it, so the privilege stays that of the code that trapped.
import { trapCsrs } from './csr-storage.ts'
import type { Access, Hart, Machine, Stop, StopKind } from './state.ts'
import * as C from './isa/index.ts'

/** Kind and access by exception code (Privileged spec, supervisor cause values). */
const KINDS: Record<number, readonly [StopKind, Access]> = {
  [C.CAUSE_FETCH_MISALIGNED]: ['misaligned', 'fetch'],
  [C.CAUSE_FETCH_ACCESS]: ['accessFault', 'fetch'],
  [C.CAUSE_ILLEGAL]: ['illegal', 'fetch'],
  [C.CAUSE_BREAKPOINT]: ['breakpoint', 'fetch'],
  [C.CAUSE_LOAD_MISALIGNED]: ['misaligned', 'read'],
  [C.CAUSE_LOAD_ACCESS]: ['accessFault', 'read'],
  [C.CAUSE_STORE_MISALIGNED]: ['misaligned', 'write'],
  [C.CAUSE_STORE_ACCESS]: ['accessFault', 'write'],
  [C.CAUSE_ECALL_U]: ['syscall', 'fetch'],
  [C.CAUSE_ECALL_S]: ['syscall', 'fetch'],
  [C.CAUSE_ECALL_M]: ['syscall', 'fetch'],
  [C.CAUSE_FETCH_PAGE]: ['pageFault', 'fetch'],
  [C.CAUSE_LOAD_PAGE]: ['pageFault', 'read'],
  [C.CAUSE_STORE_PAGE]: ['pageFault', 'write'],
}

/** Exception code of a failed access; a device does what is asked of it, or it is an access fault. */
export function faultCause(outcome: 'pageFault' | 'accessFault' | 'device', access: Access): number {
  if (outcome === 'pageFault') return access === 'read' ? C.CAUSE_LOAD_PAGE : access === 'write' ? C.CAUSE_STORE_PAGE : C.CAUSE_FETCH_PAGE
  return access === 'read' ? C.CAUSE_LOAD_ACCESS : access === 'write' ? C.CAUSE_STORE_ACCESS : C.CAUSE_FETCH_ACCESS
}

/** An instruction traps: what the platform makes of it. null: the hart goes on in the guest's handler. */
export function raise(machine: Machine, hart: Hart, cause: number, lo: number, hi: number): Stop | null {
  const stop = machine.platform.onTrap(machine, hart, cause, lo, hi)
  if (stop === null) hart.delivered++
  return stop
}

/** Answers a trap to the caller of `run`: writes sepc, scause and stval = {lo, hi}, and fills the stop record. */
export function takeTrap(machine: Machine, hart: Hart, cause: number, lo: number, hi: number): Stop {
  trapCsrs(machine, hart, cause, lo, hi)
  const stop = machine.stop
  const [kind, access] = KINDS[cause]
  stop.kind = kind
  stop.access = access
  stop.cause = cause
  stop.tval = hi * C.TWO_32 + (lo >>> 0)
  return stop
}

/** A stop that is not a trap. */
export function stopFor(machine: Machine, kind: 'fuel' | 'timer' | 'wfi' | 'debug'): Stop {
  const stop = machine.stop
  stop.kind = kind
  stop.cause = -1
  stop.tval = 0
  return stop
}
