// The register files of a hart, on their way between memory and a region's locals.
import * as L from '../layout.ts'
import { get, i32Const, mem, OP, set, type Code } from '../wasm/bytes.ts'

const file = (load: number, store: number, at: number) => ({
  /** Loads register n of the hart whose block is at `base` into a local, or stores it from there. */
  load: (base: number, n: number, local: number): Code => [...i32Const(0), ...mem(load, base + at + 8 * n), ...set(local)],
  store: (base: number, n: number, local: number): Code => [...i32Const(0), ...get(local), ...mem(store, base + at + 8 * n)],
})

export const FILES = { x: file(OP.i64Load, OP.i64Store, L.HART.x), f: file(OP.f64Load, OP.f64Store, L.HART.f) } as const
export type FileName = keyof typeof FILES
export const FILE_NAMES = ['x', 'f'] as const satisfies readonly FileName[]
