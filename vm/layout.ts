// Where everything of the machine lives in the one linear memory that engines and TypeScript share.
// Offsets are bytes from the start of that memory; guest-physical RAM_BASE is at `ramOffset`.

/** Guest-physical address of the first byte of RAM, as on QEMU's `virt` board. */
export const RAM_BASE = 0x8000_0000
export const PAGE_SIZE = 4096
export const PAGE_SHIFT = 12

// One block per hart.
export const HART_BYTES = 0x1_4000
export const HART = {
  /** x0..x31, 8 bytes each. */
  x: 0,
  /** Where decoded writes to x0 go. */
  sink: 256,
  pc: 264,
  /** f0..f31, 8 bytes each, 32-bit values NaN-boxed. */
  f: 272,
  fcsr: 528,
  /** Current privilege: PRIVILEGE_*. */
  privilege: 532,
  /** sstatus.FS-like state of the floating-point unit: FS_*. */
  fs: 536,
  /** LR/SC: reserved physical address + 1, or 0. */
  reservation: 540,
  /** Key under which this hart's current (ASID, privilege, SUM, MXR) finds its TLB entries; xor-ed into tags. */
  tlbKey: 544,
  // counters, 8 bytes each, as f64 so that TypeScript reads them without BigInt
  instret: 552,
  loads: 560,
  stores: 568,
  fetchLookups: 576,
  readMisses: 584,
  writeMisses: 592,
  fetchMisses: 600,
  flushAll: 608,
  flushAsid: 616,
  flushPage: 624,
  flushPageAsid: 632,
  evictions: 640,
  // what the engine left with
  exitVa: 648,
  exitAccess: 656,
  exitBudget: 660,
  // CSRs, 8 bytes each, by slot (see csr.ts)
  csr: 768,
  // TLBs: TLB_ENTRIES of TLB_ENTRY_BYTES each, direct mapped by virtual page number
  tlbRead: 0x2000,
  tlbWrite: 0x6000,
  tlbFetch: 0xa000,
  /** Parallel to the three: what a view or a selective flush needs (see tlb.ts). */
  tlbInfo: 0xe000,
} as const

export const TLB_ENTRIES = 1024
export const TLB_ENTRY_BYTES = 16

export const PRIVILEGE_U = 0
export const PRIVILEGE_S = 1
export const PRIVILEGE_M = 3
export const FS_OFF = 0
export const FS_INITIAL = 1
export const FS_CLEAN = 2
export const FS_DIRTY = 3
