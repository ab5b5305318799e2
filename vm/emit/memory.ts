// Loads, stores and atomics turned into WebAssembly, whatever finds their bytes (probe.ts).
import type { Sem } from '../isa/index.ts'
import * as L from '../layout.ts'
import { get, i32Const, mem, OP, set, TYPE, type Code } from '../wasm/bytes.ts'
import type { Probe } from './probe.ts'
import { leftToReference, type Writer } from './writer.ts'

const LOADS = {
  1: [OP.i64Load8S, OP.i64Load8U],
  2: [OP.i64Load16S, OP.i64Load16U],
  4: [OP.i64Load32S, OP.i64Load32U],
  8: [OP.i64Load, OP.i64Load],
} as const
const STORES = { 1: OP.i64Store8, 2: OP.i64Store16, 4: OP.i64Store32, 8: OP.i64Store } as const

/** The words of a meaning that touch memory. `va` is the local that holds an access's address. */
export function memory(w: Writer, base: number, probe: Probe, va: number) {
  const reservation = [...i32Const(0), ...mem(OP.i32Load, base + L.HART.reservation)]
  const setReservation = mem(OP.i32Store, base + L.HART.reservation)
  const address = (addr: Code): void => w.push(...addr, ...set(va))
  /** Misaligned atomics trap: left to the reference engine. */
  function aligned(bytes: number, addr: Code): void {
    address(addr)
    w.push(...get(va), OP.i32WrapI64, ...i32Const(bytes - 1), OP.i32And)
    w.leaveIf('slow')
  }

  return {
    load(bytes, signed, addr) {
      address(addr)
      probe.access('read', bytes)
      return [...probe.host('read'), ...probe.mem(LOADS[bytes][signed ? 0 : 1])]
    },
    store(bytes, addr, v) {
      address(addr)
      probe.access('write', bytes)
      // The bits of a double need not become a number first.
      if (bytes === 8 && v[v.length - 1] === OP.i64ReinterpretF64)
        w.push(...probe.host('write'), ...v.slice(0, -1), ...probe.mem(OP.f64Store))
      else w.push(...probe.host('write'), ...v, ...probe.mem(STORES[bytes]))
    },
    amo(bytes, addr, update) {
      aligned(bytes, addr)
      probe.access('write', bytes)
      const old = w.let([...probe.host('write'), ...probe.mem(LOADS[bytes][0])])
      w.push(...probe.host('write'), ...update(old), ...probe.mem(STORES[bytes]))
      return old
    },
    compareSwapPair: leftToReference,
    cacheBlock: leftToReference,
    loadReserved(bytes, addr) {
      aligned(bytes, addr)
      probe.access('read', bytes)
      w.push(...i32Const(0), ...probe.host('read'), ...i32Const(1), OP.i32Add, ...setReservation)
      return [...probe.host('read'), ...probe.mem(LOADS[bytes][0])]
    },
    storeConditional(bytes, addr, v) {
      aligned(bytes, addr)
      probe.access('write', bytes)
      const lost = w.let([...reservation, ...probe.host('write'), ...i32Const(1), OP.i32Add, OP.i32Ne, OP.i64ExtendI32U])
      w.push(...lost, OP.i64Eqz, OP.if, TYPE.empty, ...probe.host('write'), ...v, ...probe.mem(STORES[bytes]), OP.end)
      w.push(...i32Const(0), ...i32Const(0), ...setReservation)
      return lost
    },
  } satisfies Partial<Sem<Code, Code>>
}
