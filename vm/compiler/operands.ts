// Where a region's operands are, as holes: registers in locals, immediates and distances in the code, pc as a distance from the region's base.
import { leftToReference, softCalls, type Rounding } from '../emit/index.ts'
import { roundingOf } from '../interpreter/compiled.ts'
import type { Decoded, FField, FieldName, ImmField, XField } from '../isa/index.ts'
import { get, i64Const, OP, type Code } from '../wasm/bytes.ts'
import { HOLE } from './template.ts'
import type { RegionWriter } from './writer.ts'

/** Functions that a region module imports before those of soft/: `refill`. */
export const SOFT_BEFORE = 1

/** The instruction that code is made for, what its block has seen, and what it was seen to do. */
export interface Now {
  decoded: Decoded
  /** Its operands are sign-extended from 32 bits, and its result is. */
  narrow1: boolean
  narrow2: boolean
  narrow: boolean
  /** Fields of registers that it reads. */
  readsX: Set<XField>
  readsF: Set<FField>
  writesX: boolean
  writesF: boolean
}

export function operands(w: RegionWriter, base: number, now: Now, fuses: boolean) {
  /** Codes of bits that are a double's, and code for the double. */
  const doubleOf = new Map<Code, Code>()
  const address = (hole: number): Code => [...get(base), OP.i64Const, hole, OP.i64Add]
  return {
    doubleOf,
    fuses,
    x(f: XField): Code {
      if (now.decoded.values[f] === 0) return i64Const(0)
      now.readsX.add(f)
      return [OP.localGet, HOLE[f]]
    },
    setX(f: XField, v: Code): void {
      // The value may raise floating-point flags on its way.
      if (now.decoded.values[f] === 0) return w.push(...v, OP.drop)
      now.writesX = true
      w.push(...v, OP.localSet, HOLE[f])
    },
    rawF(f: FField): Code {
      now.readsF.add(f)
      const bits = [OP.localGet, HOLE[f], OP.i64ReinterpretF64]
      doubleOf.set(bits, [OP.localGet, HOLE[f]])
      return bits
    },
    setRawF(f: FField, v: Code): void {
      now.writesF = true
      w.push(...(doubleOf.get(v) ?? [...v, OP.f64ReinterpretI64]), OP.localSet, HOLE[f])
    },
    imm: (_f: ImmField): Code => [OP.i64Const, HOLE.imm],
    pc: (): Code => address(HOLE.at),
    nextPc: (): Code => address(HOLE.next),
    soft: softCalls(SOFT_BEFORE),
    multiplyAdd: fuses ? ('fused' as const) : ('inline' as const),
    rounding: (): Rounding => roundingOf(now.decoded.values.rm) ?? leftToReference(),
    fieldIsZero: (_f: FieldName): boolean => leftToReference(),
  }
}
