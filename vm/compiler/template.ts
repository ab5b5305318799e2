// An instruction's code with holes: made once for all instructions that differ only in what fills them, so that compiling one is
// copying bytes. A number of 256 and more stands for what is known when it is filled in.
import type { Code } from '../wasm/bytes.ts'
import { reserve, writeSigned, writeUnsigned, type ByteWriter } from './bytes.ts'
import type { FField, Width, XField } from '../isa/index.ts'
import type { Locals } from './locals.ts'
import type { Place } from './explore.ts'

/** Locals of registers, by the name of the field; numbers of the place. */
export const HOLE = {
  rd: 0x100,
  rs1: 0x101,
  rs2: 0x102,
  frd: 0x103,
  frs1: 0x104,
  frs2: 0x105,
  frs3: 0x106,
  /** Signed numbers: the immediate, the distance of the place and of the next one from the base, and the site. */
  imm: 0x107,
  at: 0x108,
  next: 0x109,
  site: 0x10a,
  /** Locals of what was found of a page: its address, and what leads from an address in it to the linear memory. */
  page: 0x10b,
  addend: 0x10c,
  /** The immediate as the offset of a load or store. */
  immediate: 0x10d,
  /** Local of the limit (doubles.ts). */
  limit: 0x10e,
} as const
/** A way out, so many blocks deep. */
const EXIT_HOLES = 0x200
const NESTS = 16
export const exitHole = (exit: number, nest: number): number => EXIT_HOLES + exit * NESTS + nest
/** A value bound in the instruction. */
const TEMPORARY_HOLES = 0x300
export const temporaryHole = (n: number): number => TEMPORARY_HOLES + n
/** The same, a double. */
const DOUBLE_HOLES = 0x400
export const doubleHole = (n: number): number => DOUBLE_HOLES + n

export interface Template {
  readonly code: Code
  /** Of a branch: taken when this holds. */
  readonly condition: Code
  readonly loads: number
  readonly stores: number
  /** Of its access, if it makes one. */
  readonly bytes: Width
  /** Fields of registers that it reads. */
  readonly readsX: readonly XField[]
  readonly readsF: readonly FField[]
  /** What it writes to rd is sign-extended from 32 bits. */
  readonly narrow: boolean
  /** It writes rd, an integer or a floating-point register. */
  readonly writesX: boolean
  readonly writesF: boolean
  /** After it the floating-point unit is known to be on. */
  readonly unitIsOn: boolean
  /** And its state says that its registers were written. */
  readonly unitIsDirty: boolean
}

/** What fills holes. */
export interface Filling {
  place: Place
  site: number
  /** Local of the page where the instruction's access was last; its addend's local follows. */
  page: number
  /** By way out: how deep it lies. */
  readonly depths: number[]
  readonly locals: Locals
}

export function fill(w: ByteWriter, code: Code, f: Filling): void {
  reserve(w, code.length * 4)
  for (let n = 0; n < code.length; n++) {
    const byte = code[n]
    if (byte < 0x100) w.bytes[w.length++] = byte
    else if (byte >= DOUBLE_HOLES) writeUnsigned(w, f.locals.double(byte - DOUBLE_HOLES))
    else if (byte >= TEMPORARY_HOLES) writeUnsigned(w, f.locals.temporary(byte - TEMPORARY_HOLES))
    else if (byte >= EXIT_HOLES) writeUnsigned(w, f.depths[Math.trunc((byte - EXIT_HOLES) / NESTS)] + (byte % NESTS))
    else fillOne(w, byte, f)
  }
}

function fillOne(w: ByteWriter, hole: number, { place: { at, decoded }, locals, site, page }: Filling): void {
  const { values } = decoded
  switch (hole) {
    case HOLE.rd:
      return writeUnsigned(w, locals.x(values.rd))
    case HOLE.rs1:
      return writeUnsigned(w, locals.x(values.rs1))
    case HOLE.rs2:
      return writeUnsigned(w, locals.x(values.rs2))
    case HOLE.frd:
      return writeUnsigned(w, locals.f(values.rd))
    case HOLE.frs1:
      return writeUnsigned(w, locals.f(values.rs1))
    case HOLE.frs2:
      return writeUnsigned(w, locals.f(values.rs2))
    case HOLE.frs3:
      return writeUnsigned(w, locals.f(values.rs3))
    case HOLE.imm:
      return writeSigned(w, values.imm)
    case HOLE.at:
      return writeSigned(w, at)
    case HOLE.next:
      return writeSigned(w, at + decoded.length)
    case HOLE.site:
      return writeSigned(w, site)
    case HOLE.page:
      return writeUnsigned(w, page)
    case HOLE.addend:
      return writeUnsigned(w, page + 1)
    case HOLE.immediate:
      return writeUnsigned(w, values.imm)
    case HOLE.limit:
      return writeUnsigned(w, locals.limit())
    default:
      throw new Error(`a hole ${hole} that nothing fills`)
  }
}
