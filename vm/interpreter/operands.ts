// Where the interpreter's operands are: the decoded entry that `ip` points at names registers in the hart's block and holds the
// immediate; pc is the entry's place in its slab.
import { leftToReference, softCalls } from '../emit/index.ts'
import type { FField, FieldName, ImmField, XField } from '../isa/index.ts'
import * as L from '../layout.ts'
import { get, i32Const, mem, OP, type Code } from '../wasm/bytes.ts'
import type { Handler, HandlerWriter } from './handler.ts'
import { ENTRIES_SHIFT, ENTRY } from './entry.ts'
import { LOCAL } from './locals.ts'

/** The entry's field that names a floating-point register. */
const F_SLOT = { frd: ENTRY.rd, frs1: ENTRY.rs1, frs2: ENTRY.rs2, frs3: ENTRY.rs3 } as const

const slot = (at: number): Code => [...get(LOCAL.ip), ...mem(OP.i32Load16U, at)]
/** Address of this instruction, `extra` bytes on: entries are ENTRIES_PER_BYTE bytes apart for each byte of code. */
function address(extra: number): Code {
  const bytes = [...get(LOCAL.ip), ...get(LOCAL.slab), OP.i32Sub, ...i32Const(ENTRIES_SHIFT), OP.i32ShrU]
  return [...get(LOCAL.page), ...(extra ? [...bytes, ...i32Const(extra), OP.i32Add] : bytes), OP.i64ExtendI32U, OP.i64Add]
}

/** `imported`: functions that the module imports before those of exact floating point. */
export function operands(w: HandlerWriter, base: number, now: Handler, imported: number) {
  const load = mem(OP.i64Load, base + L.HART.x)
  const store = mem(OP.i64Store, base + L.HART.x)
  return {
    // The entry of an instruction that writes x0 names a sink there.
    x: (f: XField): Code => (f === 'rd' ? leftToReference() : [...slot(ENTRY[f]), ...load]),
    setX: (f: XField, v: Code): void => w.push(...slot(ENTRY[f]), ...v, ...store),
    rawF: (f: FField): Code => [...slot(F_SLOT[f]), ...load],
    setRawF: (f: FField, v: Code): void => w.push(...slot(F_SLOT[f]), ...v, ...store),
    imm: (_f: ImmField): Code => [...get(LOCAL.ip), ...mem(OP.i64Load32S, ENTRY.imm)],
    pc: (): Code => address(0),
    nextPc: (): Code => address(now.flavour.length),
    soft: softCalls(imported),
    multiplyAdd: 'called' as const,
    rounding() {
      now.rounds = true
      return now.flavour.rounding
    },
    fieldIsZero(f: FieldName): boolean {
      if (now.flavour.csr === undefined) return leftToReference()
      // Reading one of these registers has no effect: it may be read for nobody.
      return f !== 'rd' && now.flavour.zeroSource === true
    },
  }
}
export type Operands = ReturnType<typeof operands>
