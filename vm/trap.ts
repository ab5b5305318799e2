// Taking a trap: the CSRs are written as hardware would, and the stop record says the same to the host. The host is the
// supervisor: its next `run` is the return from the trap, so the privilege stays that of the code that trapped.
import { trapCsrs } from './csr.ts'
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

/** Exception code of a failed access. */
export const faultCause = (outcome: 'pageFault' | 'accessFault', access: Access): number =>
  outcome === 'pageFault'
    ? { read: C.CAUSE_LOAD_PAGE, write: C.CAUSE_STORE_PAGE, fetch: C.CAUSE_FETCH_PAGE }[access]
    : { read: C.CAUSE_LOAD_ACCESS, write: C.CAUSE_STORE_ACCESS, fetch: C.CAUSE_FETCH_ACCESS }[access]

/** Writes sepc, scause and stval = {lo, hi}, and fills the stop record. */
export function takeTrap(machine: Machine, hart: Hart, cause: number, lo: number, hi: number): Stop {
  trapCsrs(machine, hart, cause, lo, hi)
  const stop = machine.stop
  const [kind, access] = KINDS[cause]
  stop.kind = kind
  stop.access = access
  stop.cause = cause
  stop.tval = hi * 4294967296 + (lo >>> 0)
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
