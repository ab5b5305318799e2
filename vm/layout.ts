// Where everything of the machine lives in the one linear memory that the engines and TypeScript share.
// Offsets are bytes; a hart's are relative to `hartBase(id)`.

import { PAGE_SHIFT, PAGE_SIZE } from './isa/index.ts'

export { PAGE_SHIFT, PAGE_SIZE }

/** Guest-physical address of the first byte of RAM, as on QEMU's `virt` board. */
export const RAM_BASE = 0x8000_0000
/** Physical page number of frame 0, the first page of RAM. */
export const RAM_PPN = RAM_BASE / PAGE_SIZE
/** 16-bit instruction parcels in a page: the places where an instruction can start. */
export const PARCELS = PAGE_SIZE / 2

/** TLBs are direct mapped by the low bits of the virtual page number. */
export const TLB_ENTRIES = 1024
export const TLB_ENTRY_BYTES = 16
export const TLB_BYTES = TLB_ENTRIES * TLB_ENTRY_BYTES
/** An entry: the tag (0: empty), the i32 to add to a virtual address's low word, and what views and selective flushes need (tlb.ts). */
export const TLB_ENTRY = { tag: 0, addend: 8, info: 12 } as const

/** Lines of code that a timed hart keeps a note of (timing/lines.ts). */
export const FETCH_LINES = 256
/** Sets that a first-level data cache can have. */
export const MAX_CACHE_SETS = 1024

export const HART = {
  /** x0..x31, 8 bytes each. */
  x: 0,
  /** Where decoded writes to x0 go. */
  sink: 256,
  pc: 264,
  /** f0..f31, 8 bytes each, 32-bit values NaN-boxed. */
  f: 272,
  fcsr: 528,
  /** Current privilege, PRIVILEGE_*. */
  privilege: 532,
  /** State of the floating-point unit, FS_*: what sstatus.FS shows. */
  fs: 536,
  /** LR/SC: linear-memory address + 1 of the reserved bytes, or 0. */
  reservation: 540,
  /** What the current (ASID, privilege, SUM, MXR) is called in TLB tags: 1..TLB_KEYS-1, as an i64. */
  tlbKey: 544,
  /** COUNTERS, one f64 each. */
  counters: 560,
  /** What the interpreter left with: a virtual address (i64) and the fuel that remains (i32). */
  exitVa: 696,
  exitFuel: 704,
  /** The fuel (i32) that the engine's code was last entered with from outside. */
  entered: 708,
  /** Not 0: misses may be refilled where nobody sees it (i32). */
  refills: 712,
  /** Values of the CSRs that are storage, 8 bytes each, by slot (csr.ts). */
  csr: 768,
  /** Of the vector unit, as words: see VECTOR. */
  vector: 0xf80,
  /** v0..v31, one after another, each as long as the machine's are. */
  v: 0x1000,
  tlbRead: 0x2000,
  tlbWrite: 0x2000 + TLB_BYTES,
  tlbFetch: 0x2000 + 2 * TLB_BYTES,
  /** Timed machines: the virtual line (i64) that was last read, and last written, in each set of the data cache (timing/lines.ts). */
  readLines: 0x2000 + 3 * TLB_BYTES,
  writeLines: 0x2000 + 3 * TLB_BYTES + 8 * MAX_CACHE_SETS,
  /** The virtual lines (i64) of code that can be fetched without asking the model. */
  fetchLines: 0x2000 + 3 * TLB_BYTES + 16 * MAX_CACHE_SETS,
} as const
export const HART_BYTES = HART.fetchLines + 8 * FETCH_LINES

/** Indexes into `Hart.words`. */
export const WORD_FCSR = 0
export const WORD_PRIVILEGE = 1
export const WORD_FS = 2
export const WORD_RESERVATION = 3

/** Indexes into `Hart.vector`: CSRs of the vector unit, vxsat and vxrm as vcsr has them, and its state, FS_*: what sstatus.VS shows. */
export const VECTOR = { vl: 0, vtype: 1, vstart: 2, vcsr: 3, vs: 4 } as const
const VECTOR_WORDS = 5
/** vtype.vill, bit 63 of the CSR, lies in bit 31 of the word. */
export const VTYPE_VILL = 1 << 31

/** Room for the registers of a hart: 32 of 1024 bits. */
export const VECTOR_BYTES = 4096

/** Indexes into `Hart.counters`. */
export const COUNTERS = {
  instret: 0,
  loads: 1,
  stores: 2,
  readMisses: 3,
  writeMisses: 4,
  fetchMisses: 5,
  flushAll: 6,
  flushAsid: 7,
  flushPage: 8,
  flushPageAsid: 9,
  evictions: 10,
  /** The `time` CSR is instret plus this: time that passed while the hart did not run. */
  timeOffset: 11,
  /** stimecmp as a double: the time at which `run` stops for the timer, Infinity for never. */
  timer: 12,
  /** Timed machines: cycles, of programs and of the kernel, idle ones included. */
  cycles: 13,
  /** The `time` CSR shows no less: what anybody has seen of the clock on another hart. */
  timeFloor: 14,
} as const
const COUNTER_COUNT = 15

/** TLB tags have this many names for address spaces; when they run out, every TLB is emptied and naming starts anew. */
export const TLB_KEYS = 4096

export const PRIVILEGE_U = 0
export const PRIVILEGE_S = 1
export const PRIVILEGE_M = 3
export const FS_OFF = 0
export const FS_INITIAL = 1
export const FS_CLEAN = 2
export const FS_DIRTY = 3

/** Where compiled code can be entered (compiler/entry-points.ts): 16 bytes each. */
export const ENTRY_POINTS = 0x1_0000
export const ENTRY_POINT_COUNT = 65536
export const ENTRY_POINT_BYTES = 16
/** Of one: the number in the function table of the region's function for hart 0, the region's label, its distance from the region's base in bytes, the op that stood there. */
export const ENTRY_POINT = { slot: 0, label: 4, offset: 8, op: 12 } as const

const FIRST_HART = ENTRY_POINTS + ENTRY_POINT_COUNT * ENTRY_POINT_BYTES

export interface Layout {
  harts: number
  /** What engines keep of the code in RAM: the same place and size for all, so that a snapshot fits whatever engine runs it. */
  engine: number
  ram: number
  ramBytes: number
  total: number
}

export const hartBase = (id: number): number => FIRST_HART + id * HART_BYTES

/** Places everything for a machine of so many harts, bytes of RAM (a multiple of PAGE_SIZE, at most 3 GiB so that it fits wasm's 4) and of the engine's own. */
export function layoutFor(harts: number, ramBytes: number, engineBytes: number): Layout {
  if (!Number.isInteger(harts) || harts < 1 || harts > 64) throw new Error(`a machine has 1 to 64 harts, not ${harts}`)
  if (ramBytes % PAGE_SIZE !== 0 || ramBytes < 16 * PAGE_SIZE || ramBytes > 3 * 2 ** 30) {
    throw new Error(`RAM is 64 KiB to 3 GiB in whole pages, not ${ramBytes} bytes`)
  }
  const align = (n: number): number => Math.ceil(n / 65536) * 65536
  const engine = align(hartBase(harts))
  const ram = align(engine + engineBytes)
  return { harts, engine, ram, ramBytes, total: align(ram + ramBytes) }
}

export interface HartViews {
  x: Int32Array
  pc: Int32Array
  f: Int32Array
  words: Int32Array
  counters: Float64Array
  /** Of the vector unit, by VECTOR. */
  vector: Int32Array
  v: VectorViews
}

/** A hart's vector registers as arrays of elements of each width: byte, half, word, double word. */
export interface VectorViews {
  bytes: Uint8Array
  signed: readonly [Int8Array, Int16Array, Int32Array]
  unsigned: readonly [Uint8Array, Uint16Array, Uint32Array]
  signed64: BigInt64Array
  unsigned64: BigUint64Array
}

function vectorViews(buffer: ArrayBuffer, at: number): VectorViews {
  const bytes = new Uint8Array(buffer, at, VECTOR_BYTES)
  return {
    bytes,
    signed: [
      new Int8Array(buffer, at, VECTOR_BYTES),
      new Int16Array(buffer, at, VECTOR_BYTES / 2),
      new Int32Array(buffer, at, VECTOR_BYTES / 4),
    ],
    unsigned: [bytes, new Uint16Array(buffer, at, VECTOR_BYTES / 2), new Uint32Array(buffer, at, VECTOR_BYTES / 4)],
    signed64: new BigInt64Array(buffer, at, VECTOR_BYTES / 8),
    unsigned64: new BigUint64Array(buffer, at, VECTOR_BYTES / 8),
  }
}

/** Typed views of one hart's registers and counters. */
export function hartViews(buffer: ArrayBuffer, id: number): HartViews {
  const base = hartBase(id)
  return {
    x: new Int32Array(buffer, base + HART.x, 64),
    pc: new Int32Array(buffer, base + HART.pc, 2),
    f: new Int32Array(buffer, base + HART.f, 64),
    words: new Int32Array(buffer, base + HART.fcsr, 4),
    counters: new Float64Array(buffer, base + HART.counters, COUNTER_COUNT),
    vector: new Int32Array(buffer, base + HART.vector, VECTOR_WORDS),
    v: vectorViews(buffer, base + HART.v),
  }
}
