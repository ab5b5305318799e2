// Where a region stands: what of the machine is in its code, and how an entry point tells what it leads to.
import { addendOf } from '../emit/index.ts'
import { ENTRIES_SHIFT } from '../interpreter/compiled.ts'
import * as L from '../layout.ts'
import { get, i32Const, mem, OP, tee, type Code } from '../wasm/bytes.ts'
import type { Templates } from './emit.ts'

/** What a region needs to know of where it stands. */
export interface Placing {
  /** The hart's block. */
  readonly base: number
  readonly templates: Templates
  /** Number in the function table of the region's function for hart 0, and which hart this is for: its function is so much further on. */
  readonly own: number
  readonly hart: number
  /** The slab of a page of the region. */
  readonly slabOf: (page: number) => number
  /** The read at a place misses often. */
  readonly missesOften: (at: number) => boolean
  /** Regions go on to each other by tail calls: the function type's number. null: they come back for it. */
  readonly tailCall: number | null
}

/** A field of the entry point whose number is `point`. */
export const pointField = (point: Code, field: keyof typeof L.ENTRY_POINT): Code => [
  ...[...point, ...i32Const(L.ENTRY_POINT_BYTES), OP.i32Mul],
  ...mem(OP.i32Load, L.ENTRY_POINTS + L.ENTRY_POINT[field]),
]

/** Puts the decoded entry of the address in `va`, whose place in the fetch TLB is in `index`, into `index`. */
export const decodedEntry = (base: number, { va, index }: { va: number; index: number }): Code => [
  ...addendOf(base, 'fetch', index),
  ...[...get(va), OP.i32WrapI64, ...i32Const(L.PAGE_SIZE - 2), OP.i32And, ...i32Const(ENTRIES_SHIFT), OP.i32Shl],
  ...[OP.i32Add, ...tee(index)],
]
