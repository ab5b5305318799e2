// The compiler's emitter, put together: values and memory (emit/), over registers in locals, with the plain probe. Where an instruction
// goes is noted, not written: the region's shape decides how (region.ts).
import { arithmetic, floats, leftToReference, LEFT_TO_REFERENCE, memory, misses, uncountedProbe, type Probe } from '../emit/index.ts'
import type { Decoded, Row, Sem, Width } from '../isa/index.ts'
import * as L from '../layout.ts'
import { call, get, i32Const, i64Const, mem, OP, set, TYPE, type Code } from '../wasm/bytes.ts'
import { endingOf, type Ending } from './explore.ts'
import { FIXED } from './locals.ts'
import { operands, type Now } from './operands.ts'
import type { Template } from './template.ts'
import { RegionWriter } from './writer.ts'

/** The number of `refill` among a region module's functions. */
const CALL_REFILL = 0

const SYSTEM = {
  ebreak: leftToReference,
  illegal: leftToReference,
  fence() {},
  fenceI() {},
  wfi: leftToReference,
  sret: leftToReference,
  mret: leftToReference,
  sfence: leftToReference,
  readCsr: leftToReference,
  writeCsr: leftToReference,
  vector: leftToReference,
} satisfies Partial<Sem<Code, Code>>

/** A read whose page is often in no TLB: it is looked for here (refill.ts), and what still misses leaves. */
function refilled(w: RegionWriter, base: number, bytes: Width): void {
  w.push(...misses(base, 'read', bytes, FIXED), OP.if, TYPE.empty)
  w.push(...i32Const(0), ...get(FIXED.va), ...mem(OP.i64Store, base + L.HART.exitVa))
  w.push(...call(CALL_REFILL), OP.i32Eqz, ...misses(base, 'read', bytes, FIXED), OP.i32Or)
  w.nested(() => w.leaveIf('readMiss'))
  w.push(OP.end)
}

/** Templates of one hart's code. */
export interface Templates {
  /**
   * The code of an instruction; null: it has none here. `unitIsOn`: its block has seen that of the floating-point unit. `misses`: its page is
   * often in no TLB.
   */
  of(decoded: Decoded, unitIsOn: boolean, misses: boolean): Template | null
}

// What the code of an instruction depends on beside its row: which of its registers are x0, how it rounds, and what its block has seen.
const VARIANTS = 256
function variantOf({ values: { rd, rs1, rs2, rm } }: Decoded, unitIsOn: boolean, often: boolean): number {
  return (rd === 0 ? 1 : 0) | (rs1 === 0 ? 2 : 0) | (rs2 === 0 ? 4 : 0) | (rm << 3) | (unitIsOn ? 64 : 0) | (often ? 128 : 0)
}

/** Of the hart whose block is at `base`, on a machine whose instructions begin at multiples of `parcel`. `fuses`: the host multiplies and adds with one rounding. */
export function createTemplates(base: number, parcel: 2 | 4, fuses: boolean): Templates {
  const w = new RegionWriter(FIXED.site)
  const now: Now = { decoded: {} as Decoded, writesX: false, writesF: false }
  let counts = { loads: 0, stores: 0 }
  let condition: Code = []
  const plain = uncountedProbe(w, base, FIXED)
  let refills = false
  const probe: Probe = {
    host: plain.host,
    access(kind, bytes) {
      if (refills && kind === 'read') refilled(w, base, bytes)
      else plain.access(kind, bytes)
      counts[kind === 'read' ? 'loads' : 'stores']++
    },
  }
  const from = operands(w, FIXED.base, now, fuses)
  const sem: Sem<Code, Code> = {
    ...arithmetic(w),
    ...from,
    ...memory(w, base, probe, FIXED.va),
    ...floats(w, base, from),
    landing(to) {
      if (parcel === 2 || endingOf(now.decoded) !== 'jump') return
      w.push(...to, OP.i32WrapI64, ...i32Const(2), OP.i32And)
      w.leaveIf('slow')
    },
    goto() {},
    branch: c => void (condition = c),
    jump: to => w.push(...to, ...i64Const(-2), OP.i64And, ...set(FIXED.va)),
    ecall() {},
    ...SYSTEM,
  }
  function make(decoded: Decoded, unitIsOn: boolean, often: boolean): Template | null {
    Object.assign(now, { decoded, writesX: false, writesF: false })
    counts = { loads: 0, stores: 0 }
    condition = []
    w.unitIsOn = unitIsOn
    refills = often
    w.start()
    try {
      decoded.row.meaning!(sem)
    } catch (e) {
      if (e !== LEFT_TO_REFERENCE) throw e
      return null
    }
    return { code: w.code, condition, ...counts, writesX: now.writesX, writesF: now.writesF, unitIsOn: w.unitIsOn }
  }
  const known = new Map<Row, (Template | null | undefined)[]>()
  return {
    of(decoded, unitIsOn, often) {
      // A branch to where no instruction may begin traps if it is taken.
      if (parcel === 4 && decoded.values.imm % parcel !== 0 && ['branch', 'goto'].includes(endingOf(decoded))) return null
      let variants = known.get(decoded.row)
      if (variants === undefined) known.set(decoded.row, (variants = Array<Template | null | undefined>(VARIANTS)))
      const variant = variantOf(decoded, unitIsOn, often)
      const made = variants[variant]
      if (made !== undefined) return made
      return (variants[variant] = make(decoded, unitIsOn, often))
    },
  }
}

/** How an instruction ends its block: one that has no form here ends it too. */
export const endingIn = (templates: Templates, decoded: Decoded): Ending =>
  templates.of(decoded, false, false) === null ? 'left' : endingOf(decoded)
