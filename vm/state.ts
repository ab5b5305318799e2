// What a machine is made of, as types: the record, its harts, what stands behind them (an engine) and what watches them. Everything in vm
// may import this file; it imports nothing that runs.
import type { Isa } from './isa/index.ts'
import type { HartViews, Layout } from './layout.ts'
export type { VectorViews } from './layout.ts'
import type { Timing } from './timing/core.ts'

export type Access = 'read' | 'write' | 'fetch'

/** Why a hart stopped. pc points at the instruction that trapped; for fuel, timer, wfi and debug at the next one to run. */
export type StopKind =
  'fuel' | 'timer' | 'syscall' | 'pageFault' | 'accessFault' | 'illegal' | 'breakpoint' | 'misaligned' | 'wfi' | 'debug'

export interface Stop {
  kind: StopKind
  /** Exception code as scause has it (Privileged spec, table of supervisor cause values); -1 for fuel, timer, wfi and debug. */
  cause: number
  /** Faulting virtual address (exact below 2^53), or the instruction word when illegal. */
  tval: number
  access: Access
  /** Instructions retired by this run. */
  retired: number
}

export type EngineName = 'compiler' | 'interpreter' | 'reference'

export interface Hart extends HartViews {
  readonly id: number
  /** Offset of its block in the linear memory. */
  readonly base: number
  /** Frame behind each entry of the fetch TLB; the entry itself says where the engine keeps the frame's code. */
  readonly fetchFrames: Int32Array
  /** Traps that the platform took into the guest. */
  delivered: number
}

/** Which frames are code, by slot (-1: free), and which slot is next: what a snapshot has of it, so that they are taken back at the same instructions. */
export interface CodeOrder {
  readonly frames: Int32Array
  readonly next: number
}

/**
 * An engine makes a machine's harts go. All of them work on the same bytes and leave the same behind. What an engine derives from the
 * code in RAM (decoded entries, compiled functions) is its own: whoever changes RAM or what is stopped at says so here.
 */
export interface Engine {
  readonly name: string
  /** Runs at most `fuel` instructions (on a timed machine also: none that begins after `cycles` of them) and fills machine.stop. */
  run(hart: Hart, fuel: number, cycles?: number): Stop
  /** A hart is about to run code of this frame: answers where the engine keeps it, for the fetch TLB. From then on it is code. */
  enter(frame: number): number
  /** No address matches a write entry that leads to such a frame (tlb.ts): who stores there all the same tells `forget` the bytes. */
  isCode(frame: number): boolean
  /** The frame's bytes changed, or may: forgets what was made of them. Free when nothing was. */
  forget(frame: number): void
  /** Bytes [from, to) of a frame that may be code were stored to by a program, or marked (marks.ts): forgets what was made of those; the frame is still code. */
  forgetBytes(frame: number, from: number, to: number): void
  /** RAM is another one: forgets everything. */
  forgetAll(): void
  /** Which frames are code, for a snapshot. */
  order(): CodeOrder
  /** The machine was restored: these frames are code now. What was made of frames that stay code stays: of those whose bytes changed `forget` was told. */
  takeOrder(order: CodeOrder): void
  /** Instructions that were run one at a time beside the fast code, counted by kind: a mnemonic, or what an access did. Of no meaning to the machine. */
  readonly aside: ReadonlyMap<string, number>
}

/** A piece of physical memory, whole pages. */
export interface PhysicalRange {
  readonly kind: 'ram' | 'device'
  readonly start: number
  readonly bytes: number
}

/**
 * What stands under the machine: who takes its traps, what else than RAM is at physical addresses, who interrupts. `hosted` (platform.ts)
 * gives everything to the caller of `run`; a bare platform enters the guest's own handlers and has devices. What it keeps must be data
 * that a snapshot can hold.
 */
export interface Platform {
  readonly name: string
  /** Where accesses come to `read` and `write`. Nothing of it is in a TLB, and programs do not run there. */
  readonly devices: readonly { readonly start: number; readonly bytes: number }[]
  /**
   * The instruction at pc cannot be completed: `cause` is its exception code, {lo, hi} what xtval says. Answers the stop to give to the
   * caller, or null: the hart is in the guest's handler now. That costs one instruction of fuel, so that a handler which traps for ever ends.
   */
  onTrap(machine: Machine, hart: Hart, cause: number, lo: number, hi: number): Stop | null
  /** An aligned or unaligned read within a page of a device, of 1, 2, 4 or 8 bytes; of its low bits so many count. null: an access fault. */
  read(machine: Machine, hart: Hart, address: number, bytes: number): bigint | null
  /** False: an access fault, and nothing was written. */
  write(machine: Machine, hart: Hart, address: number, bytes: number, value: bigint): boolean
  /**
   * Asked before a hart runs, whenever time reaches its timer (COUNTERS.timer), and after an instruction that may have let an interrupt in
   * (a write of a register with Csr.asks, sret, mret): is one due? Answers the stop to give to the caller, or null: none is, or the hart is
   * in the guest's handler now. After null the timer lies ahead: an interrupt that is masked is not waited for.
   */
  pending(machine: Machine, hart: Hart): Stop | null
}

/** Names given to contexts in TLB tags: tags have room for TLB_KEYS names, contexts are 2^16 ASIDs times the modes, and bare. */
export interface TlbKeys {
  next: number
  /** Name by context number, 0 for none yet; by mode, where that was seen, and in it by ASID. */
  readonly names: (Uint16Array | undefined)[]
  /** Context by name, for the names before `next`. */
  readonly contexts: Uint32Array
  /** True once a page larger than 4 KiB was cached: flushes by address must then look everywhere. */
  superpages: boolean
}

/** Bytes to watch, [start, end): virtual addresses of whatever address space is current, or physical ones. */
export interface Watch {
  start: number
  end: number
  physical: boolean
  reads: boolean
  writes: boolean
}

/** What a hart stopped for after an instruction. `va` is exact below 2^53. */
export interface DebugHit {
  kind: 'watch' | 'tlbMiss'
  hart: number
  va: number
  bytes: number
  access: Access
}

export interface DebugPoints {
  /** Virtual addresses, as doubles (exact below 2^53). */
  breakpoints: ReadonlySet<number>
  watches: readonly Watch[]
  tlbMisses: boolean
}

/** The points with what finds them quickly. */
export interface DebugState extends DebugPoints {
  /** By parcel of a page: some breakpoint lies there in its page. */
  readonly parcels: Uint8Array
  /** Offsets of breakpoints in their pages, by the page's address. */
  readonly pages: ReadonlyMap<number, readonly number[]>
  /** Accesses or misses are looked at, not only where harts come. */
  readonly looks: boolean
  hit: DebugHit | null
  /** A breakpoint was reported on this hart at this count of instructions: going on from there does not report it again. */
  passedHart: number
  passedAt: number
}

/** Places of a frame before which engines leave: how often each was come by for nothing, by offset (marks.ts). */
export type Marks = Map<number, number>

/** The machine as a plain record: bytes in one linear memory and views of them. Everything architectural is in the bytes. */
export interface Machine {
  readonly layout: Layout
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly bytes: Uint8Array
  readonly i32: Int32Array
  readonly view: DataView
  /** Guest RAM: index = physical address - RAM_BASE. */
  readonly ram: Uint8Array
  readonly ram32: Int32Array
  readonly ramBytes: number
  /** RAM and the platform's devices. */
  readonly physical: readonly PhysicalRange[]
  /** Frames from this one on were never given to anybody (frameWritten): they are zero. */
  framesUsed: number
  readonly harts: Hart[]
  readonly keys: TlbKeys
  /** The extensions that it was made with: instructions of others are illegal. */
  readonly isa: Isa
  readonly stop: Stop
  engine: Engine
  /** What was asked for when it was made: the engine while it is not timed, how often a place is run before it is compiled, and whether regions call each other (null: where the host has tail calls). */
  readonly chosen: { readonly name: EngineName; readonly hotAfter: number; readonly tailCalls: boolean | null }
  readonly platform: Platform
  /** Where a debugger wants harts to stop, while there is one. */
  debug: DebugState | null
  /** By frame. */
  readonly marks: Map<number, Marks>
  /** By frame: written since the last snapshot of a recording (dirty.ts), while there is one. */
  written: Uint8Array | null
  /** By page, several share a byte: those that came into a fetch or write TLB since the last snapshot of a recording, while there is one (tlb.ts). */
  visited: Uint8Array | null
  /** The timing model, while the machine is timed. */
  timing: Timing | null
  /** The hart that ran last, to drop reservations when another one runs. */
  lastHart: number
}
