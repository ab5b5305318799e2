// The WebAssembly locals of a region's function: its parameters, what it works with, and a local for each register and value that it
// turns out to need.
import { TYPE } from '../wasm/bytes.ts'

/** Parameters: fuel (i32), the address that is entered (i64), the number of the entry point (i32). */
export const PARAMETERS: readonly number[] = [TYPE.i32, TYPE.i64, TYPE.i32]
/** Locals that every region has, parameters first. */
export const FIXED = {
  fuel: 0,
  va: 1,
  point: 2,
  /** Virtual address of the region's base, and of what is left at. */
  base: 3,
  pc: 4,
  key: 5,
  index: 6,
  site: 7,
  why: 8,
  label: 9,
  loads: 10,
  stores: 11,
} as const
const FIXED_TYPES: readonly number[] = [...Array<number>(3).fill(TYPE.i64), ...Array<number>(6).fill(TYPE.i32)]

export interface Locals {
  /** The n-th value bound in an instruction. */
  temporary(n: number): number
  /** Registers by number; asking for one makes it part of the region. */
  x(n: number): number
  f(n: number): number
  /** The registers asked for so far. */
  usedX(): Iterable<[register: number, local: number]>
  usedF(): Iterable<[register: number, local: number]>
  /** Types of all locals that are not parameters. */
  types(): readonly number[]
}

export function createLocals(): Locals {
  const types = [...FIXED_TYPES]
  const add = (type: number): number => PARAMETERS.length + types.push(type) - 1
  const temporaries: number[] = []
  const xs = new Map<number, number>()
  const fs = new Map<number, number>()
  const of = (known: Map<number, number>, n: number, type: number): number => {
    let local = known.get(n)
    if (local === undefined) known.set(n, (local = add(type)))
    return local
  }
  return {
    temporary: n => (temporaries[n] ??= add(TYPE.i64)),
    x: n => of(xs, n, TYPE.i64),
    f: n => of(fs, n, TYPE.f64),
    usedX: () => xs,
    usedF: () => fs,
    types: () => types,
  }
}
