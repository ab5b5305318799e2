// The interpreter function keeps what it needs on every instruction in WebAssembly locals: which is which.
import { TYPE } from '../wasm/bytes.ts'

/** Locals of the interpreter function; fuel is its parameter. `page` is the virtual address of the page being run. */
export const LOCAL = {
  fuel: 0,
  ip: 1,
  slab: 2,
  loads: 3,
  stores: 4,
  index: 5,
  why: 6,
  page: 7,
  key: 8,
  va: 9,
  let: 10,
  /** Timed: the line of the page that is being run, and the address of an access in the linear memory. */
  line: 16,
  host: 17,
  /** The fuel that the loop was entered with. */
  entered: 18,
} as const
export const LETS = LOCAL.line - LOCAL.let
export const LOCAL_TYPES: readonly number[] = [
  ...Array<number>(6).fill(TYPE.i32),
  ...Array<number>(3 + LETS).fill(TYPE.i64),
  ...Array<number>(3).fill(TYPE.i32),
]
