// From sections with gaps and fixups to plain bytes and relocations.
import { R_RISCV, STB } from '../../kernel/abi/index.ts'
import { newBytes, putBytes, putFill, toBytes, writeInteger } from '../bytes.ts'
import { relocationRows } from '../relocations.ts'
import { SourceError } from './cursor.ts'
import { linkedDifference } from './difference.ts'
import { report, reportError } from './report.ts'
import { finalDistance, linkDistance, offsetOf, type Layout } from './relax.ts'
import { hasContents, MAX_SECTION_BYTES } from './sections.ts'
import { paddingBytes } from './space.ts'
import { evaluate, isConstant } from './value.ts'
import type { Assembly, AsmSection, AsmSymbol, BranchGap, Expr, Fixup, Gap, LebGap, Value } from './state.ts'

interface ObjectRelocation {
  offset: number
  type: number
  symbol: AsmSymbol | null
  addend: bigint
}

/** A section in its final form, but for symbol numbers. */
export interface Resolved {
  section: AsmSection
  bytes: Uint8Array
  size: number
  relocations: ObjectRelocation[]
}

const ADD_SUB: Readonly<Record<number, readonly [number, number]>> = {
  1: [R_RISCV.ADD8, R_RISCV.SUB8],
  2: [R_RISCV.ADD16, R_RISCV.SUB16],
  4: [R_RISCV.ADD32, R_RISCV.SUB32],
  8: [R_RISCV.ADD64, R_RISCV.SUB64],
}
const ABSOLUTE: Readonly<Record<number, number>> = { 4: R_RISCV[32], 8: R_RISCV[64] }

/** Inverting a condition flips the lowest funct3 bit; beqz and bnez differ in one bit of theirs (psABI and C extension encodings). */
const INVERT = 0x1000
const INVERT_SHORT = 0x2000
/** c.beqz over six bytes and beq over eight: the offset as the branch holds it. */
const SKIP_6_SHORT = 0x0018 | 0x0000
const SKIP_8 = 0x400
const JAL_X0 = 0x6f

export function resolveSection(asm: Assembly, layout: Layout, section: AsmSection): Resolved {
  const out: Resolved = { section, bytes: new Uint8Array(0), size: section.fixed + (layout.get(section)?.at(-1) ?? 0), relocations: [] }
  if (!hasContents(section)) return out
  if (out.size > MAX_SECTION_BYTES) {
    report(asm, 'error', null, `section ${section.name} would be larger than ${MAX_SECTION_BYTES} bytes`)
    return { ...out, size: 0 }
  }
  const b = newBytes(out.size)
  let from = 0
  const { data } = section
  for (const gap of section.gaps) {
    putBytes(b, data.data.subarray(from, gap.at))
    from = gap.at
    guarded(asm, gap.statement, () => putGap(b, gap, layout, out.relocations))
  }
  putBytes(b, data.data.subarray(from, section.fixed))
  out.bytes = toBytes(b)
  const view = new DataView(out.bytes.buffer)
  for (const fixup of section.fixups) {
    guarded(asm, fixup.statement, () => applyFixup(asm, fixup, offsetOf(layout, fixup, section), layout, view, out.relocations))
  }
  out.relocations.sort((a, b2) => a.offset - b2.offset)
  for (const r of out.relocations) {
    if (r.symbol) r.symbol.used = true
    fillTentative(r, layout, view)
  }
  return out
}

/** As GNU as has it, what `.option` says at the end of the file counts for these. */
const RELAXED_BY_LAST_OPTION: ReadonlySet<number> = new Set([R_RISCV.PCREL_HI20, R_RISCV.PCREL_LO12_I, R_RISCV.PCREL_LO12_S])

/** Values that GNU as puts in ahead of the linker, so that a disassembly reads well. */
const TENTATIVE_BRANCHES: ReadonlySet<number> = new Set([R_RISCV.BRANCH, R_RISCV.JAL, R_RISCV.RVC_BRANCH, R_RISCV.RVC_JUMP])
const TENTATIVE_ADDENDS: ReadonlySet<number> = new Set([R_RISCV.HI20, R_RISCV.LO12_I, R_RISCV.LO12_S])

function fillTentative(r: ObjectRelocation, layout: Layout, view: DataView): void {
  const row = relocationRows.get(r.type)
  if (!row) return
  if (TENTATIVE_ADDENDS.has(r.type)) row.store(view, r.offset, r.addend)
  if (!r.symbol || !TENTATIVE_BRANCHES.has(r.type)) return
  const { kind, value } = placementOf(r.symbol, layout)
  const address = kind === 'section' ? value : 0n
  // Code at an odd address is none: the bit has no place in the instruction.
  row.store(view, r.offset, (address + r.addend - BigInt(r.offset)) & ~1n)
}

function guarded(asm: Assembly, statement: Fixup['statement'], action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    reportError(asm, statement, error)
  }
}

type Buffer = ReturnType<typeof newBytes>

function putGap(b: Buffer, gap: Gap, layout: Layout, relocations: ObjectRelocation[]): void {
  if (gap.kind === 'branch') putBranch(b, gap, relocations)
  else if (gap.kind === 'align') putBytes(b, paddingBytes(gap, gap.size))
  else if (gap.kind === 'leb') putLeb(b, gap, layout, relocations)
  else putFill(b, gap.size, gap.fill)
}

/** The distance as it is now, in as many bytes; where the linker may shorten what lies between, it puts in what is left. */
function putLeb(b: Buffer, gap: LebGap, layout: Layout, relocations: ObjectRelocation[]): void {
  const offset = b.length
  putBytes(b, gap.bytes)
  const v = evaluate(gap.value, linkDistance(layout), true)
  if (isConstant(v)) return
  if (gap.signed) throw new SourceError('a signed number that the linker may change cannot be left to it')
  relocations.push({ offset, type: R_RISCV.SET_ULEB128, symbol: v.plus, addend: v.constant })
  relocations.push({ offset, type: R_RISCV.SUB_ULEB128, symbol: v.minus, addend: 0n })
}

/** Words of each form of a branch, from its start; the last one carries the relocation. */
function branchWords(gap: BranchGap): { words: (readonly [word: number, length: number])[]; type: number } {
  const short = gap.short ?? 0
  if (gap.size === 2) return { words: [[short, 2]], type: gap.jump ? R_RISCV.RVC_JUMP : R_RISCV.RVC_BRANCH }
  if (gap.size === 4) return { words: [[gap.word, 4]], type: gap.jump ? R_RISCV.JAL : R_RISCV.BRANCH }
  const over: readonly [number, number] = gap.size === 6 ? [(short ^ INVERT_SHORT) | SKIP_6_SHORT, 2] : [(gap.word ^ INVERT) | SKIP_8, 4]
  return { words: [over, [JAL_X0, 4]], type: R_RISCV.JAL }
}

function putBranch(b: Buffer, gap: BranchGap, relocations: ObjectRelocation[]): void {
  const { words, type } = branchWords(gap)
  let last = b.length
  for (const [word, length] of words) {
    last = b.length
    putFill(b, length, 0)
    writeInteger(b.view, last, BigInt(word >>> 0), length)
  }
  const v = evaluate(gap.target, () => null, true)
  relocations.push(relocation(last, type, v))
}

function relocation(offset: number, type: number, v: Value): ObjectRelocation {
  if (v.minus) throw new SourceError(`can't resolve \`${v.plus?.name ?? '0'}' - \`${v.minus.name}'`)
  return { offset, type, symbol: v.plus, addend: v.constant }
}

function applyFixup(asm: Assembly, fixup: Fixup, offset: number, layout: Layout, view: DataView, relocations: ObjectRelocation[]): void {
  const v = (fixup.difference && linkedDifference(fixup.difference)) ?? evaluate(fixup.value, linkDistance(layout), true)
  if (fixup.type === null) {
    applyData(fixup, v, offset, view, relocations)
    return
  }
  const made = relocation(offset, fixup.type, v)
  relocations.push(made)
  if (fixup.relax && (asm.flags.relax || !RELAXED_BY_LAST_OPTION.has(fixup.type)))
    relocations.push({ offset, type: R_RISCV.RELAX, symbol: null, addend: made.addend })
}

function applyData(fixup: Fixup, v: Value, offset: number, view: DataView, relocations: ObjectRelocation[]): void {
  const { size } = fixup
  if (isConstant(v)) {
    writeInteger(view, offset, v.constant, size)
    return
  }
  if (!v.plus) throw new SourceError(`can't resolve 0 - \`${v.minus?.name}'`)
  if (v.minus) {
    const pair = ADD_SUB[size]
    if (!pair) throw new SourceError(`a difference of ${size} bytes cannot be left to the linker`)
    relocations.push({ offset, type: pair[0], symbol: v.plus, addend: v.constant })
    relocations.push({ offset, type: pair[1], symbol: v.minus, addend: 0n })
    return
  }
  const type = ABSOLUTE[size]
  if (type === undefined) throw new SourceError(`an address does not fit ${size} byte${size === 1 ? '' : 's'}`)
  relocations.push({ offset, type, symbol: v.plus, addend: v.constant })
}

/** Numeric labels that were used ahead and never came, and names that only local symbols may have. */
export function checkSymbols(asm: Assembly): void {
  for (const symbol of asm.anonymous) {
    if (symbol.place) continue
    const found = /^\.L(\d+)\x02(\d+)$/.exec(symbol.name)
    report(asm, 'error', symbol.statement, `local label \`"${found?.[1]}" (instance number ${found?.[2]} of a fb label)' is not defined`)
  }
}

/** Where a symbol ends up: a section and offset, a number, common space, or undefined. */
export interface Placement {
  section: AsmSection | null
  kind: 'section' | 'absolute' | 'common' | 'undefined'
  value: bigint
}

export function placementOf(symbol: AsmSymbol, layout: Layout): Placement {
  if (symbol.common) return { section: null, kind: 'common', value: BigInt(symbol.common.align) }
  if (symbol.place) {
    return { section: symbol.place.section, kind: 'section', value: BigInt(offsetOf(layout, symbol.place, symbol.place.section)) }
  }
  if (!symbol.value) return { section: null, kind: 'undefined', value: 0n }
  const v = evaluate(symbol.value, finalDistance(layout))
  if (v.minus) throw new SourceError(`can't resolve value for symbol \`${symbol.name}'`)
  if (!v.plus) return { section: null, kind: 'absolute', value: v.constant }
  const base = placementOf(v.plus, layout)
  if (base.kind === 'undefined' && v.constant !== 0n) throw new SourceError(`can't resolve value for symbol \`${symbol.name}'`)
  return { ...base, value: base.value + v.constant }
}

/** st_size: the value of `.size`, which may depend on labels. */
export function sizeOf(size: Expr | null, layout: Layout): bigint {
  if (!size) return 0n
  const v = evaluate(size, finalDistance(layout))
  if (!isConstant(v)) throw new SourceError('.size expression does not evaluate to a constant')
  return v.constant
}

export const isGlobal = (symbol: AsmSymbol): boolean => symbol.binding !== STB.LOCAL
