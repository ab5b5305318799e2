// The machine: bytes in one linear memory, plus the views and engines over them. `run` lets a hart go until something needs
// the kernel, and says what. All traps from user mode come to the host (the TypeScript kernel), with the CSRs written as hardware would.

export type Access = 'read' | 'write' | 'fetch'

/** Why a hart stopped. `pc` still points at the instruction that trapped; for `fuel` at the next one to run. */
export type StopKind = 'fuel' | 'syscall' | 'pageFault' | 'accessFault' | 'illegal' | 'breakpoint' | 'misaligned' | 'wfi' | 'trap'

export interface Stop {
  kind: StopKind
  /** Privileged spec exception code (scause), -1 for fuel and wfi. */
  cause: number
  /** Faulting virtual address (may be any 64-bit value, rounded to a double past 2^53), or the instruction word when illegal. */
  tval: number
  access: Access
  /** Instructions retired by this run. */
  retired: number
}

export interface Hart {
  readonly id: number
  /** x0..x31 as pairs of 32-bit words: low word of xN at 2N, high at 2N+1. x0 stays zero: never write it. */
  readonly x: Int32Array
  /** pc as a low, high pair. */
  readonly pc: Int32Array
  /** f0..f31 as pairs. */
  readonly f: Int32Array
  /** [fcsr, privilege, fs, reservation, tlbKey]: see HART in layout.ts. */
  readonly words: Int32Array
  /** instret, loads, stores, ...: see HART in layout.ts; index by COUNTERS. */
  readonly counters: Float64Array
}
