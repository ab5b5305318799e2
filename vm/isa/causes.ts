// Trap causes by name (Privileged spec, "Supervisor cause register values after trap", and the machine-mode ones).

export const CAUSE_FETCH_MISALIGNED = 0
export const CAUSE_FETCH_ACCESS = 1
export const CAUSE_ILLEGAL = 2
export const CAUSE_BREAKPOINT = 3
export const CAUSE_LOAD_MISALIGNED = 4
export const CAUSE_LOAD_ACCESS = 5
/** The store causes are those of atomics too, even of ones that would only have read. */
export const CAUSE_STORE_MISALIGNED = 6
export const CAUSE_STORE_ACCESS = 7
export const CAUSE_ECALL_U = 8
export const CAUSE_ECALL_S = 9
export const CAUSE_ECALL_M = 11
export const CAUSE_FETCH_PAGE = 12
export const CAUSE_LOAD_PAGE = 13
export const CAUSE_STORE_PAGE = 15

/** Interrupts: scause is the number below with the top bit set. */
export const INTERRUPT_S_SOFTWARE = 1
export const INTERRUPT_M_SOFTWARE = 3
export const INTERRUPT_S_TIMER = 5
export const INTERRUPT_M_TIMER = 7
export const INTERRUPT_S_EXTERNAL = 9
export const INTERRUPT_M_EXTERNAL = 11

export const causeNames: ReadonlyMap<number, string> = new Map([
  [CAUSE_FETCH_MISALIGNED, 'instruction address misaligned'],
  [CAUSE_FETCH_ACCESS, 'instruction access fault'],
  [CAUSE_ILLEGAL, 'illegal instruction'],
  [CAUSE_BREAKPOINT, 'breakpoint'],
  [CAUSE_LOAD_MISALIGNED, 'load address misaligned'],
  [CAUSE_LOAD_ACCESS, 'load access fault'],
  [CAUSE_STORE_MISALIGNED, 'store or atomic address misaligned'],
  [CAUSE_STORE_ACCESS, 'store or atomic access fault'],
  [CAUSE_ECALL_U, 'environment call from user mode'],
  [CAUSE_ECALL_S, 'environment call from supervisor mode'],
  [CAUSE_ECALL_M, 'environment call from machine mode'],
  [CAUSE_FETCH_PAGE, 'instruction page fault'],
  [CAUSE_LOAD_PAGE, 'load page fault'],
  [CAUSE_STORE_PAGE, 'store or atomic page fault'],
])
export const interruptNames: ReadonlyMap<number, string> = new Map([
  [INTERRUPT_S_SOFTWARE, 'supervisor software interrupt'],
  [INTERRUPT_M_SOFTWARE, 'machine software interrupt'],
  [INTERRUPT_S_TIMER, 'supervisor timer interrupt'],
  [INTERRUPT_M_TIMER, 'machine timer interrupt'],
  [INTERRUPT_S_EXTERNAL, 'supervisor external interrupt'],
  [INTERRUPT_M_EXTERNAL, 'machine external interrupt'],
])
