// Space that is made rather than filled: alignment, .org, .skip. Known sizes become fixed bytes at once, others a gap.
import { R_RISCV } from '../../kernel/abi/index.ts'
import { alignUp, newBytes, putU16, putU32, putU8, toBytes } from '../bytes.ts'
import { SourceError } from './cursor.ts'
import { numberExpr } from './expression.ts'
import { warn } from './report.ts'
import {
  addFixup,
  addSlack,
  checkRoom,
  emitBytes,
  emitFill,
  emitGap,
  hasContents,
  isCode,
  mapAs,
  mapPadding,
  MAX_SECTION_BYTES,
  placeHere,
} from './sections.ts'
import { constantOf, evaluate, fixedDistance, isConstant } from './value.ts'
import type { AlignGap, Assembly, Expr } from './state.ts'

const NOP = 0x00000013
const C_NOP = 0x0001
/** Largest power of two that .align takes, as in GNU as. */
export const MAX_ALIGN_POWER = 31

/** Code that does nothing: at most one short instruction, in front, and a zero before that where code cannot stand. */
export function nops(count: number): Uint8Array {
  const b = newBytes(count)
  if (count % 2 === 1) putU8(b, 0)
  if (count % 4 >= 2) putU16(b, C_NOP)
  while (b.length < count) putU32(b, NOP)
  return toBytes(b)
}

/** The bytes of an alignment gap of that size. */
export function paddingBytes(gap: AlignGap, size: number): Uint8Array {
  if (gap.fill === null) return nops(size)
  const out = new Uint8Array(size)
  // A fill value of several bytes repeats from the boundary backwards: a broken piece comes first, as zeros.
  for (let i = size % gap.fillSize; i < size; i++) out[i] = (gap.fill >>> (8 * ((i - (size % gap.fillSize)) % gap.fillSize))) & 0xff
  return out
}

/** Bytes from an offset to the boundary; none when that is more than `max`. */
export function paddingSize(offset: number, gap: Pick<AlignGap, 'boundary' | 'max'>): number {
  const size = alignUp(offset, gap.boundary) - offset
  return gap.max > 0 && size > gap.max ? 0 : size
}

/**
 * Aligns the current place.
 * @param fill the value to pad with, `fillSize` bytes of it at a time; null: nops in code, zeros elsewhere
 * @param max pad only if no more than this many bytes are needed; 0 = always
 */
export function align(asm: Assembly, boundary: number, fill: number | null, fillSize: number, max: number): void {
  const { section, statement, flags } = asm
  if (!statement) return
  const code = isCode(section) && fill === null
  if (isCode(section) && boundary > MAX_SECTION_BYTES) throw new SourceError(`alignment of code to ${boundary} bytes is too large`)
  section.align = Math.max(section.align, boundary)
  if (boundary === 1) return
  if (code && flags.relax) {
    alignForLinker(asm, boundary)
    return
  }
  const gap: AlignGap = {
    kind: 'align',
    at: section.fixed,
    size: 0,
    boundary,
    fill: code ? null : (fill ?? 0),
    fillSize,
    max,
    statement,
  }
  if (code) mapPadding(asm, gap)
  else mapAs(asm, 'data')
  if (section.gaps.length > 0) emitGap(asm, gap)
  else {
    const size = paddingSize(section.fixed, gap)
    gap.size = size
    checkRoom(section, size)
    if (gap.fill === 0) emitFill(asm, size, 0)
    else emitBytes(asm, paddingBytes(gap, size))
  }
}

/**
 * Text is padded to its own boundary, so that the next file's text can follow it directly: with instructions, or, where the linker may
 * relax, with zeros.
 */
export function padCode(asm: Assembly): void {
  const { statement } = asm
  for (const section of asm.sections.values()) {
    if (
      !statement ||
      !isCode(section) ||
      !hasContents(section) ||
      section.align === 1 ||
      (section.fixed === 0 && section.gaps.length === 0)
    )
      continue
    asm.section = section
    const fill = asm.flags.relax ? 0 : null
    const gap: AlignGap = { kind: 'align', at: section.fixed, size: 0, boundary: section.align, fill, fillSize: 1, max: 0, statement }
    if (fill === null) mapPadding(asm, gap)
    else mapAs(asm, 'code')
    emitGap(asm, gap)
  }
}

/** The linker may move this code, so it gets the most padding that could be needed and is told to cut it to size (R_RISCV_ALIGN). */
function alignForLinker(asm: Assembly, boundary: number): void {
  const worst = boundary - (asm.flags.rvc ? 2 : 4)
  if (worst <= 0) return
  checkRoom(asm.section, worst)
  mapAs(asm, 'code')
  addFixup(asm, R_RISCV.ALIGN, 0, numberExpr(BigInt(worst)))
  emitBytes(asm, nops(worst))
  addSlack(asm)
}

/** `.skip count, fill`: the count may depend on labels. */
export function skip(asm: Assembly, count: Expr, fill: number): void {
  mapAs(asm, 'data')
  const known = constantOf(count)
  const { section, statement } = asm
  if (known === null && statement) {
    emitGap(asm, { kind: 'space', at: section.fixed, size: 0, count, fill, statement })
    return
  }
  const size = known ?? 0n
  if (size < 0n) warn(asm, '.space repeat count is negative, ignored')
  else if (size > BigInt(MAX_SECTION_BYTES)) throw new SourceError(`.space of ${size} bytes is too large`)
  else emitFill(asm, Number(size), fill)
}

/** `.org target, fill`: forward to an offset in this section. */
export function organise(asm: Assembly, target: Expr, fill: number): void {
  const { section, statement } = asm
  const v = evaluate(target, fixedDistance)
  if (v.minus || (v.plus && v.plus.place?.section !== section)) throw new SourceError('invalid segment for .org')
  const here = placeHere(asm)
  const goal = isConstant(v) ? v.constant : v.plus?.place && v.plus.place.gaps === 0 ? v.constant + BigInt(v.plus.place.fixed) : null
  mapAs(asm, 'data')
  if (goal === null || here.gaps > 0) {
    if (statement) emitGap(asm, { kind: 'org', at: section.fixed, size: 0, count: target, fill, statement })
    return
  }
  const size = goal - BigInt(here.fixed)
  if (size < 0n) throw new SourceError('attempt to move .org backwards')
  if (size > BigInt(MAX_SECTION_BYTES)) throw new SourceError(`.org to ${goal} is too far`)
  emitFill(asm, Number(size), fill)
}
