// How an access finds its bytes: one comparison with a TLB entry, and off on a miss. Every engine's accesses are made of this; a timed
// one adds what they cost (timed-probe.ts).
import type { Width } from '../isa/index.ts'
import * as L from '../layout.ts'
import { get, i32Const, i64Const, mem, OP, set, tee, type Code } from '../wasm/bytes.ts'
import type { Writer } from './writer.ts'

export interface Probe {
  /** Code that has found the translation of the address in `va` for an access that is made now, or has left. */
  access(kind: 'read' | 'write', bytes: Width): void
  /** Its address in the linear memory, from then on. */
  host(kind: 'read' | 'write'): Code
  /** The load or store there. */
  mem(op: number): Code
}

/** WebAssembly locals that accesses work in. `key` holds the hart's TLB key; `loads` and `stores` are counted. */
export interface ProbeLocals {
  va: number
  index: number
  key: number
  loads: number
  stores: number
}

const INDEX_SHIFT = L.PAGE_SHIFT - 4
const INDEX_MASK = (L.TLB_ENTRIES - 1) * L.TLB_ENTRY_BYTES
const PAGE_MASK = -L.PAGE_SIZE
export const TLB = { read: L.HART.tlbRead, write: L.HART.tlbWrite, fetch: L.HART.tlbFetch } as const

/** Puts the place in a TLB of the page of `va` into `index`; then the entry's tag. */
export const tlbTag = (base: number, kind: keyof typeof TLB, { va, index }: Pick<ProbeLocals, 'va' | 'index'>): Code => [
  ...[...get(va), OP.i32WrapI64, ...i32Const(INDEX_SHIFT), OP.i32ShrU, ...i32Const(INDEX_MASK), OP.i32And, ...tee(index)],
  ...mem(OP.i64Load, base + TLB[kind] + L.TLB_ENTRY.tag),
]
export const pageOf = (va: Code): Code => [...va, ...i64Const(PAGE_MASK), OP.i64And]
/** Address of the last byte of an access. */
export const lastByte = (va: number, bytes: Width): Code => (bytes === 1 ? get(va) : [...get(va), ...i64Const(bytes - 1), OP.i64Add])

/** Condition: the address in `va` has no entry in a TLB, whose place is in `index` then. */
export const misses = (base: number, kind: keyof typeof TLB, bytes: Width, locals: Pick<ProbeLocals, 'va' | 'index' | 'key'>): Code => [
  ...tlbTag(base, kind, locals),
  // The page of the last byte finds page-crossing accesses too: their last page cannot be in the entry of their first.
  ...[...pageOf(lastByte(locals.va, bytes)), ...get(locals.key), OP.i64Or, OP.i64Ne],
]

/** What leads from an address to the linear memory, of the entry whose place is in `index`. */
export const addendOf = (base: number, kind: keyof typeof TLB, index: number): Code => [
  ...get(index),
  ...mem(OP.i32Load, base + TLB[kind] + L.TLB_ENTRY.addend),
]

/** Accesses of a machine that is not timed. `base` is the hart's block, baked in. */
export function plainProbe(w: Writer, base: number, locals: ProbeLocals): Probe {
  const { access, ...rest } = uncountedProbe(w, base, locals)
  return {
    ...rest,
    access(kind, bytes) {
      access(kind, bytes)
      const counter = kind === 'read' ? locals.loads : locals.stores
      w.push(...get(counter), ...i32Const(1), OP.i32Add, ...set(counter))
    },
  }
}

/** The same, where loads and stores are counted in some other way. */
export function uncountedProbe(w: Writer, base: number, locals: Pick<ProbeLocals, 'va' | 'index' | 'key'>): Probe {
  return {
    access(kind, bytes) {
      w.push(...misses(base, kind, bytes, locals))
      w.leaveIf(kind === 'read' ? 'readMiss' : 'writeMiss')
    },
    mem: op => mem(op, 0),
    host: kind => [...[...get(locals.va), OP.i32WrapI64], ...[...addendOf(base, kind, locals.index), OP.i32Add]],
  }
}
