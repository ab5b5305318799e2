// Where a region stands: what of the machine is in its code, and how an entry point tells what it leads to.
import * as L from '../layout.ts'
import { get, i32Const, mem, OP, type Code } from '../wasm/bytes.ts'
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
  readonly misses: (at: number) => boolean
  /** Regions go on to each other by tail calls: the function type's number. null: they come back for it. */
  readonly tailCall: number | null
}

/** Code: a field of the entry point whose number is in a local. */
export const pointField = (point: number, field: keyof typeof L.ENTRY_POINT): Code => [
  ...[...get(point), ...i32Const(L.ENTRY_POINT_BYTES), OP.i32Mul],
  ...mem(OP.i32Load, L.ENTRY_POINTS + L.ENTRY_POINT[field]),
]
