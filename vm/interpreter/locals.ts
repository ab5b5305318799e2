// The interpreter function keeps what it needs on every instruction in WebAssembly locals: which is which.
import { TYPE } from '../wasm/bytes.ts'

/** Locals of the interpreter function; fuel is its parameter. `page` is the virtual address of the page being run, `first` says
 * that what stands where a region begins is to be interpreted once. */
export const LOCAL = {
  fuel: 0,
  first: 1,
  ip: 2,
  slab: 3,
  loads: 4,
  stores: 5,
  index: 6,
  why: 7,
  page: 8,
  key: 9,
  va: 10,
  let: 11,
  /** Timed: the line of the page that is being run, and the address of an access in the linear memory. */
  line: 17,
  host: 18,
  op: 19,
} as const
export const LETS = LOCAL.line - LOCAL.let
export const LOCAL_TYPES: readonly number[] = [
  ...Array<number>(6).fill(TYPE.i32),
  ...Array<number>(3 + LETS).fill(TYPE.i64),
  ...Array<number>(3).fill(TYPE.i32),
]
