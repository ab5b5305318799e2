// .eh_frame and .debug_frame from .cfi_*: how to unwind from any place of a procedure, for exceptions and debuggers. Made when all other sections are laid out,
// so distances are known; those that the linker may shorten are left to it. (LSB, Exception Frames; DWARF 5, 6.4.2.)
import { R_RISCV, SHF, SHT } from '../../kernel/abi/index.ts'
import { sleb128, uleb128 } from '../bytes.ts'
import { SourceError } from './cursor.ts'
import { symbolExpr } from './expression.ts'
import { finalDistance, linkDistance, type Layout } from './relax.ts'
import { report, reportError } from './report.ts'
import { addFixup, emitBytes, emitInteger, sectionNamed } from './sections.ts'
import { madeUpLabel } from './symbols.ts'
import type { Assembly, AsmSymbol, Expr, Frame, Pointer, Place } from './state.ts'

const CIE_VERSION = 3
const CODE_ALIGNMENT = 1n
export const DATA_ALIGNMENT = -4n
const PE_OMIT = 0xff
const PE_PCREL = 0x10
const PE_PCREL_SDATA4 = 0x1b
const SECTION_ALIGN = 8

/** Bytes of a pointer by the low half of its encoding (LSB, DWARF Exception Header Encoding). */
const POINTER_SIZES: Readonly<Record<number, number>> = { 0: 8, 2: 2, 3: 4, 4: 8, 10: 2, 11: 4, 12: 8 }

export const pointerSize = (encoding: number): number | undefined => (encoding === PE_OMIT ? 0 : POINTER_SIZES[encoding & 15])

/** A pointer in the section, as its encoding says. */
function emitPointer(asm: Assembly, { encoding, value }: { encoding: number; value: Expr }): void {
  const size = pointerSize(encoding) ?? 0
  const isRelative = (encoding & 0x70) === PE_PCREL
  if (isRelative && size !== 4) throw new SourceError('a relative pointer of this size has no relocation')
  addFixup(asm, isRelative ? R_RISCV['32_PCREL'] : null, size, value)
  emitInteger(asm, 0n, size)
}

/** DW_CFA_advance_loc in its shortest form, with relocations where the linker may yet change the distance. */
const ADVANCES = [
  { limit: 0x40, code: 0x40, size: 0, set: R_RISCV.SET6, sub: R_RISCV.SUB6 },
  { limit: 0x100, code: 0x02, size: 1, set: R_RISCV.SET8, sub: R_RISCV.SUB8 },
  { limit: 0x10000, code: 0x03, size: 2, set: R_RISCV.SET16, sub: R_RISCV.SUB16 },
  { limit: Infinity, code: 0x04, size: 4, set: R_RISCV.SET32, sub: R_RISCV.SUB32 },
]

function emitAdvance(asm: Assembly, layout: Layout, from: AsmSymbol, to: AsmSymbol): void {
  const [a, b] = [from.place, to.place]
  if (a === null || b === null) return
  const distance = finalDistance(layout)(b, a)
  if (distance === null || distance < 0n) throw new SourceError('CFI instructions of one procedure lie in different sections')
  const isFixed = linkDistance(layout)(b, a) !== null
  if (isFixed && distance === 0n) return
  const form = ADVANCES.find(row => distance < row.limit) ?? ADVANCES[ADVANCES.length - 1]
  if (form.size > 0) emitBytes(asm, [form.code])
  if (!isFixed) {
    addFixup(asm, form.set, form.size || 1, symbolExpr(to))
    addFixup(asm, form.sub, form.size || 1, symbolExpr(from))
  }
  if (form.size === 0) emitBytes(asm, [form.code | Number(distance)])
  else emitInteger(asm, distance, form.size)
}

const samePlace = (layout: Layout, a: Place, b: Place): boolean => a.section === b.section && linkDistance(layout)(a, b) === 0n

/** Instructions in front of the first that stands at a later place, or that only its own procedure has: a CIE may have them. */
function commonPart(frame: Frame, layout: Layout): number {
  const start = frame.start.place
  const end = frame.instructions.findIndex(i => i.own || !i.at.place || !start || !samePlace(layout, i.at.place, start))
  return end < 0 ? frame.instructions.length : end
}

interface Cie {
  /** What procedures must agree in to share it. */
  key: string
  /** Its instructions: those of a procedure have to begin with them. */
  instructions: string[]
  start: AsmSymbol
}

/** The two sections have the same entries; what exceptions need is in the first one only, and addresses are relative there. */
interface FrameKind {
  section: string
  flags: number
  /** The second word of a CIE. */
  id: bigint
  forExceptions: boolean
  /** Boundary of all entries but the last. */
  align: number
}
const KINDS: readonly FrameKind[] = [
  { section: '.eh_frame', flags: SHF.ALLOC, id: 0n, forExceptions: true, align: 4 },
  { section: '.debug_frame', flags: 0, id: 0xffff_ffffn, forExceptions: false, align: 8 },
]

const pointerKey = (p: Pointer | null): string => (p === null ? '' : `${p.encoding} ${describe(p.value)}`)
const describe = (e: Expr): string =>
  e.kind === 'symbol' ? e.symbol.name : JSON.stringify(e, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))

/** Fills up with DW_CFA_nop and puts the length in front. */
function close(asm: Assembly, start: number, align: number): void {
  const { section } = asm
  while (section.fixed % align !== 0) emitBytes(asm, [0])
  new DataView(section.data.data.buffer, section.data.data.byteOffset).setUint32(start, section.fixed - start - 4, true)
}

function emitCie(asm: Assembly, kind: FrameKind, frame: Frame, common: readonly number[]): AsmSymbol {
  const { section } = asm
  const start = madeUpLabel(asm)
  const offset = section.fixed
  const { personality, lsda, signalFrame, returnColumn } = frame
  emitInteger(asm, 0n, 4)
  emitInteger(asm, kind.id, 4)
  const pointers = kind.forExceptions ? `z${personality ? 'P' : ''}${lsda ? 'L' : ''}R` : ''
  const augmentation = `${pointers}${signalFrame ? 'S' : ''}`
  emitBytes(asm, [CIE_VERSION, ...[...augmentation].map(c => c.charCodeAt(0)), 0])
  emitBytes(asm, [...uleb128(CODE_ALIGNMENT), ...sleb128(DATA_ALIGNMENT), ...uleb128(BigInt(returnColumn))])
  if (kind.forExceptions) emitAugmentation(asm, frame)
  emitBytes(asm, common)
  close(asm, offset, kind.align)
  return start
}

function emitAugmentation(asm: Assembly, { personality, lsda }: Frame): void {
  const personalitySize = personality ? 1 + (pointerSize(personality.encoding) ?? 0) : 0
  emitBytes(asm, uleb128(BigInt(1 + personalitySize + (lsda ? 1 : 0))))
  if (personality) {
    emitBytes(asm, [personality.encoding])
    emitPointer(asm, personality)
  }
  if (lsda) emitBytes(asm, [lsda.encoding])
  emitBytes(asm, [PE_PCREL_SDATA4])
}

/** Where the procedure is and how long. */
function emitRange(asm: Assembly, kind: FrameKind, start: AsmSymbol, end: AsmSymbol): void {
  const [size, add, sub] = kind.forExceptions ? [4, R_RISCV.ADD32, R_RISCV.SUB32] : [8, R_RISCV.ADD64, R_RISCV.SUB64]
  addFixup(asm, kind.forExceptions ? R_RISCV['32_PCREL'] : R_RISCV[64], size, symbolExpr(start))
  emitInteger(asm, 0n, size)
  addFixup(asm, add, size, symbolExpr(end))
  addFixup(asm, sub, size, symbolExpr(start))
  emitInteger(asm, 0n, size)
}

/** Which CIE: by the distance from here, or by its address. */
function emitCieReference(asm: Assembly, kind: FrameKind, cie: AsmSymbol): void {
  const { section } = asm
  if (!kind.forExceptions) addFixup(asm, R_RISCV[32], 4, symbolExpr(cie))
  emitInteger(asm, kind.forExceptions ? BigInt(section.fixed - (cie.place?.fixed ?? 0)) : 0n, 4)
}

interface Entry {
  frame: Frame
  end: AsmSymbol
  cie: AsmSymbol
  /** Instructions before this one are the CIE's. */
  from: number
  align: number
}

function emitFde(asm: Assembly, layout: Layout, kind: FrameKind, { frame, end, cie, from, align }: Entry): void {
  const { section } = asm
  const offset = section.fixed
  emitInteger(asm, 0n, 4)
  emitCieReference(asm, kind, cie)
  emitRange(asm, kind, frame.start, end)
  const { lsda } = frame
  if (kind.forExceptions) {
    emitBytes(asm, uleb128(BigInt(lsda ? (pointerSize(lsda.encoding) ?? 0) : 0)))
    if (lsda) emitPointer(asm, lsda)
  }
  let last = frame.start
  for (const { at, bytes } of frame.instructions.slice(from)) {
    if (at !== last) emitAdvance(asm, layout, last, at)
    last = at
    emitBytes(asm, bytes)
  }
  close(asm, offset, align)
}

/** Writes the sections that .cfi_sections asks for, for all procedures with .cfi_startproc. */
export function writeFrames(asm: Assembly, layout: Layout): void {
  const { frames, open, sections } = asm.cfi
  if (open) report(asm, 'error', open.statement, 'open CFI at the end of file; missing .cfi_endproc directive')
  if (frames.length > 0) for (const kind of KINDS) if (sections.includes(kind.section)) writeKind(asm, layout, kind)
}

function writeKind(asm: Assembly, layout: Layout, kind: FrameKind): void {
  const { frames } = asm.cfi
  const before = asm.section
  asm.section = sectionNamed(asm, kind.section, { type: SHT.PROGBITS, flags: kind.flags })
  asm.section.align = Math.max(asm.section.align, SECTION_ALIGN)
  const cies: Cie[] = []
  for (const [n, frame] of frames.entries()) {
    asm.statement = frame.statement
    if (frame.end === null) continue
    try {
      const first = frame.instructions.slice(0, commonPart(frame, layout)).map(i => i.bytes)
      const { personality, lsda, signalFrame, returnColumn } = frame
      const pointers = kind.forExceptions ? [pointerKey(personality), lsda?.encoding] : []
      const key = [...pointers, signalFrame, returnColumn].join('|')
      const instructions = first.map(bytes => bytes.join(' '))
      // The latest that fits, as GNU as looks for it.
      let cie = cies.findLast(c => c.key === key && c.instructions.every((text, i) => text === instructions[i]))
      if (cie === undefined) cies.push((cie = { key, instructions, start: emitCie(asm, kind, frame, first.flat()) }))
      const align = n === frames.length - 1 ? SECTION_ALIGN : kind.align
      emitFde(asm, layout, kind, { frame, end: frame.end, cie: cie.start, from: cie.instructions.length, align })
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      reportError(asm, frame.statement, error)
    }
  }
  asm.section = before
}
