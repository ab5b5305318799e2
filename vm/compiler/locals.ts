// The WebAssembly locals of a region's function: its parameters, what it works with, and a local for each register and value that it
// turns out to need.
import type { FileName } from './files.ts'
import { TYPE } from '../wasm/bytes.ts'

/** Parameters: the tally (i64), the address that is entered (i64), the number of the entry point (i32). */
export const PARAMETERS: readonly number[] = [TYPE.i64, TYPE.i64, TYPE.i32]
/** Locals that every region has, parameters first. */
export const FIXED = {
  /** Fuel, loads and stores (tally.ts). */
  tally: 0,
  va: 1,
  point: 2,
  /** Virtual address of the region's base, and of what is left at. */
  base: 3,
  pc: 4,
  key: 5,
  site: 6,
  index: 7,
  why: 8,
  label: 9,
} as const
const FIXED_TYPES: readonly number[] = [...Array<number>(4).fill(TYPE.i64), ...Array<number>(3).fill(TYPE.i32)]

export interface Locals {
  /** The n-th value bound in an instruction. */
  temporary(n: number): number
  double(n: number): number
  /** What doubles are compared with (doubles.ts). */
  limit(): number
  /** The same, if somebody asked for it. */
  readonly limitUsed: number | null
  /** Registers by number; asking for one makes it part of the region. */
  x(n: number): number
  f(n: number): number
  /** The registers asked for so far. */
  used(file: FileName): Iterable<[register: number, local: number]>
  /** Where accesses of an origin find what they found last: the local of the page, then of its addend. */
  page(origin: string): number
  pages(): Iterable<number>
  /** Types of all locals that are not parameters. */
  types(): readonly number[]
}

export function createLocals(): Locals {
  const types = [...FIXED_TYPES]
  const add = (type: number): number => PARAMETERS.length + types.push(type) - 1
  const temporaries: number[] = []
  const doubles: number[] = []
  let limit: number | null = null
  const xs = new Map<number, number>()
  const fs = new Map<number, number>()
  const pages = new Map<string, number>()
  const of = (known: Map<number, number>, n: number, type: number): number => {
    let local = known.get(n)
    if (local === undefined) known.set(n, (local = add(type)))
    return local
  }
  return {
    temporary: n => (temporaries[n] ??= add(TYPE.i64)),
    double: n => (doubles[n] ??= add(TYPE.f64)),
    limit: () => (limit ??= add(TYPE.f64)),
    get limitUsed() {
      return limit
    },
    x: n => of(xs, n, TYPE.i64),
    f: n => of(fs, n, TYPE.f64),
    page(origin) {
      let local = pages.get(origin)
      if (local === undefined) {
        pages.set(origin, (local = add(TYPE.i64)))
        add(TYPE.i32)
      }
      return local
    },
    pages: () => pages.values(),
    used: file => (file === 'x' ? xs : fs),
    types: () => types,
  }
}
