// The compiler's emitter, put together: values and memory (emit/), over registers in locals, with the plain probe. Where an instruction
// goes is noted, not written: the region's shape decides how (region.ts).
import {
  arithmetic,
  floats,
  leftToReference,
  LEFT_TO_REFERENCE,
  addendOf,
  lastByte,
  memory,
  misses,
  pageOf,
  uncountedProbe,
  type Probe,
} from '../emit/index.ts'
import type { Decoded, Row, Sem, Width } from '../isa/index.ts'
import * as L from '../layout.ts'
import { call, get, i32Const, i64Const, mem, OP, set, TYPE, type Code } from '../wasm/bytes.ts'
import { doubles } from './doubles.ts'
import { endingOf, type Ending } from './explore.ts'
import { FIXED } from './locals.ts'
import { operands, type Now } from './operands.ts'
import { HOLE, type Template } from './template.ts'
import { words as narrowing } from './words.ts'
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

/** An access near one before: the page that was found then is tried first. */
function tried(w: RegionWriter, base: number, kind: 'read' | 'write', bytes: Width): void {
  w.push(...pageOf(lastByte(FIXED.va, bytes)), OP.localGet, HOLE.page, OP.i64Ne, OP.if, TYPE.empty)
  w.push(...misses(base, kind, bytes, FIXED))
  w.nested(() => w.leaveIf(kind === 'read' ? 'readMiss' : 'writeMiss'))
  w.push(...pageOf(get(FIXED.va)), OP.localSet, HOLE.page, ...addendOf(base, kind, FIXED.index), OP.localSet, HOLE.addend, OP.end)
}

/** How an access finds its page: by its by what was found before or else the or it is known; an offset below 0 does not fit into a load or store. */
const FINDING = ['asks', 'tries', 'known', 'knownBelow'] as const
export type Finding = (typeof FINDING)[number]

/** What a block has seen of an instruction's operands before it. */
export interface Seen {
  /** The floating-point unit is on. */
  unitIsOn: boolean
  /** And has said that its registers were written. */
  unitIsDirty: boolean
  /** Its page is often in no TLB. */
  misses: boolean
  finding: Finding
  /** rs1 and rs2 are sign-extended from 32 bits. */
  narrow1: boolean
  narrow2: boolean
}
export const NOTHING_SEEN: Seen = { unitIsOn: false, unitIsDirty: false, misses: false, finding: 'asks', narrow1: false, narrow2: false }

/** Templates of one hart's code. */
export interface Templates {
  /** The code of an instruction; null: it has none here. */
  of(decoded: Decoded, seen: Seen): Template | null
}

// What the code of an instruction depends on beside its row: which of its operands are 0 or the same, how it rounds, and what its block has seen.
function variantOf(
  { values: { rd, rs1, rs2, rm, imm } }: Decoded,
  { unitIsOn, unitIsDirty, misses, finding, narrow1, narrow2 }: Seen,
): number {
  const zeros = (rd === 0 ? 1 : 0) | (rs1 === 0 ? 2 : 0) | (rs2 === 0 ? 4 : 0) | (imm === 0 ? 8 : 0) | (rs1 === rs2 ? 16 : 0)
  const seen =
    (unitIsOn ? 1 : 0) | (misses ? 2 : 0) | (narrow1 ? 4 : 0) | (narrow2 ? 8 : 0) | (FINDING.indexOf(finding) << 4) | (unitIsDirty ? 64 : 0)
  return zeros | (rm << 5) | (seen << 8)
}

/** Of the hart whose block is at `base`, on a machine whose instructions begin at multiples of `parcel`. `fuses`: the host multiplies and adds with one rounding. */
export function createTemplates(base: number, parcel: 2 | 4, fuses: boolean): Templates {
  const w = new RegionWriter(FIXED.site)
  const now: Now = {
    decoded: {} as Decoded,
    readsX: new Set(),
    readsF: new Set(),
    writesX: false,
    writesF: false,
    narrow1: false,
    narrow2: false,
    narrow: false,
  }
  let bytes: Width = 1
  let counts = { loads: 0, stores: 0 }
  let condition: Code = []
  const asking = uncountedProbe(w, base, FIXED)
  let refills = false
  let finding: Finding = 'asks'
  const probe: Probe = {
    host(kind) {
      if (finding === 'asks') return asking.host(kind)
      const from = finding === 'known' ? [OP.localGet, HOLE.rs1] : get(FIXED.va)
      return [...from, OP.i32WrapI64, OP.localGet, HOLE.addend, OP.i32Add]
    },
    mem: op => (finding === 'known' ? [op, 0, HOLE.immediate] : asking.mem(op)),
    access(kind, width) {
      bytes = width
      if (finding === 'tries') tried(w, base, kind, width)
      else if (finding === 'asks' && refills && kind === 'read') refilled(w, base, width)
      else if (finding === 'asks') asking.access(kind, width)
      counts[kind === 'read' ? 'loads' : 'stores']++
    },
  }
  const from = operands(w, FIXED.base, now, fuses)
  const plain = { ...arithmetic(w), ...from, ...memory(w, base, probe, FIXED.va) }
  const { start, ...words } = narrowing(plain, now)
  const real = floats(w, base, from)
  const { start: startDoubles, ...doubled } = doubles(w, base, from, { ...plain, ...real, ...words }, () => {
    const { rs1, rs2 } = now.decoded.values
    return rs1 === rs2
  })
  const sem: Sem<Code, Code> = {
    ...plain,
    ...real,
    ...words,
    ...doubled,
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
  function make(decoded: Decoded, seen: Seen): Template | null {
    const { narrow1, narrow2 } = seen
    Object.assign(now, { decoded, readsX: new Set(), readsF: new Set(), writesX: false, writesF: false, narrow1, narrow2, narrow: false })
    counts = { loads: 0, stores: 0 }
    condition = []
    bytes = 1
    w.unitIsOn = seen.unitIsOn
    w.unitIsDirty = seen.unitIsDirty
    refills = seen.misses
    finding = seen.finding
    w.start()
    start()
    startDoubles()
    try {
      decoded.row.meaning!(sem)
    } catch (e) {
      if (e !== LEFT_TO_REFERENCE) throw e
      return null
    }
    const { readsX, readsF, writesX, writesF, narrow } = now
    return {
      code: w.code,
      condition,
      ...counts,
      bytes,
      readsX: [...readsX],
      readsF: [...readsF],
      writesX,
      writesF,
      narrow,
      unitIsOn: w.unitIsOn,
      unitIsDirty: w.unitIsDirty,
    }
  }
  const known = new Map<Row, Map<number, Template | null>>()
  return {
    of(decoded, seen) {
      // A branch to where no instruction may begin traps if it is taken.
      if (parcel === 4 && decoded.values.imm % parcel !== 0 && ['branch', 'goto'].includes(endingOf(decoded))) return null
      let variants = known.get(decoded.row)
      if (variants === undefined) known.set(decoded.row, (variants = new Map()))
      const variant = variantOf(decoded, seen)
      let made = variants.get(variant)
      if (made === undefined) variants.set(variant, (made = make(decoded, seen)))
      return made
    },
  }
}

/** How an instruction ends its block: one that has no form here ends it too. */
export const endingIn = (templates: Templates, decoded: Decoded): Ending =>
  templates.of(decoded, NOTHING_SEEN) === null ? 'left' : endingOf(decoded)
