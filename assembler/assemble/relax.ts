// Settles the size of every gap. Branches start short and only grow, so the passes come to an end; alignments follow along.
import { sleb128, uleb128 } from '../bytes.ts'
import { SourceError } from './cursor.ts'
import { paddingSize } from './space.ts'
import { report, reportError } from './report.ts'
import { STB } from '../../kernel/abi/index.ts'
import { MAX_SECTION_BYTES } from './sections.ts'
import { evaluate, isConstant, type Distance } from './value.ts'
import type { Assembly, AsmSection, BranchGap, Gap, LebGap, Place, SpaceGap } from './state.ts'

/** Sums of gap sizes: element k is the size of the first k gaps of the section. */
export type Layout = ReadonlyMap<AsmSection, number[]>

/** Signed reach of the offsets in bytes: c.beqz, c.j, beq. (jal is left to the linker to check.) */
const REACH = { shortBranch: 256, shortJump: 2048, branch: 4096 }
const MAX_PASSES = 1000

export const offsetOf = (layout: Layout, place: Pick<Place, 'fixed' | 'gaps'>, section: AsmSection): number =>
  place.fixed + (layout.get(section)?.[place.gaps] ?? 0)

/** Distances when all sizes are known, in one section. */
export const finalDistance =
  (layout: Layout): Distance =>
  (a, b) =>
    a.section === b.section ? BigInt(offsetOf(layout, a, a.section) - offsetOf(layout, b, b.section)) : null

/** As finalDistance, but null where the linker may still change the distance. */
export const linkDistance =
  (layout: Layout): Distance =>
  (a, b) =>
    a.section === b.section && a.slack === b.slack ? BigInt(offsetOf(layout, a, a.section) - offsetOf(layout, b, b.section)) : null

function sums(section: AsmSection, previous: number[]): void {
  let total = 0
  previous[0] = 0
  for (const [i, gap] of section.gaps.entries()) {
    total += gap.size
    previous[i + 1] = total
  }
}

/** Sizes of all gaps in all sections. */
export function layoutSections(asm: Assembly): Layout {
  const layout = new Map<AsmSection, number[]>()
  const loose = [...asm.sections.values()].filter(s => s.gaps.length > 0)
  for (const section of asm.sections.values()) {
    const array = [0]
    sums(section, array)
    layout.set(section, array)
  }
  const failed = new Set<Gap>()
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    let changed = false
    for (const section of loose) changed = settle(asm, layout, section, failed) || changed
    if (!changed) return layout
  }
  report(asm, 'error', null, 'the sizes of sections depend on each other in a circle')
  return layout
}

function settle(asm: Assembly, layout: Layout, section: AsmSection, failed: Set<Gap>): boolean {
  const before = layout.get(section) ?? []
  let changed = false
  for (const [i, gap] of section.gaps.entries()) {
    if (failed.has(gap)) continue
    const offset = gap.at + before[i]
    try {
      const size = sizeOf(gap, layout, section, offset)
      if (size === gap.size) continue
      gap.size = size
      changed = true
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      failed.add(gap)
      reportError(asm, gap.statement, error)
    }
    sumsFrom(section, before, i)
  }
  return changed
}

/** Later gaps see the new size at once, as far as the next one; the rest is summed when they are reached. */
function sumsFrom(section: AsmSection, array: number[], from: number): void {
  const shift = array[from] + section.gaps[from].size - array[from + 1]
  if (shift === 0) return
  for (let k = from + 1; k < array.length; k++) array[k] += shift
}

function sizeOf(gap: Gap, layout: Layout, section: AsmSection, offset: number): number {
  if (gap.kind === 'branch') return Math.max(gap.size, branchSize(gap, layout, section, offset))
  if (gap.kind === 'align') return checked(paddingSize(offset, gap))
  if (gap.kind === 'leb') return lebSize(gap, layout)
  return spaceSize(gap, layout, section, offset)
}

function branchSize(gap: BranchGap, layout: Layout, section: AsmSection, offset: number): number {
  const longest = gap.jump ? 4 : 8
  // A weak name may be replaced by another, even if it stands for a label near by.
  const named = evaluate(gap.target, finalDistance(layout), true)
  const v = evaluate(gap.target, finalDistance(layout))
  const place = v.plus?.place
  if (v.minus || !place || place.section !== section || named.plus?.binding === STB.WEAK) return longest
  const distance = offsetOf(layout, place, section) + Number(v.constant) - offset
  const within = (reach: number): boolean => distance >= -reach && distance < reach
  if (gap.short !== null && within(gap.jump ? REACH.shortJump : REACH.shortBranch)) return 2
  if (gap.jump || within(REACH.branch)) return 4
  // A short inverse branch over a jump, or a long one.
  return gap.short !== null ? 6 : 8
}

function lebSize(gap: LebGap, layout: Layout): number {
  const v = evaluate(gap.value, finalDistance(layout))
  if (!isConstant(v)) throw new SourceError('.uleb128 and .sleb128 need a value that is known when all is assembled')
  const bytes = (gap.signed ? sleb128 : uleb128)(v.constant)
  // Longer than needed is valid too, and keeps the passes from going back and forth.
  while (bytes.length < gap.size) {
    bytes[bytes.length - 1] |= 0x80
    bytes.push(gap.signed && v.constant < 0n ? 0x7f : 0)
  }
  gap.bytes = bytes
  return bytes.length
}

function spaceSize(gap: SpaceGap, layout: Layout, section: AsmSection, offset: number): number {
  const v = evaluate(gap.count, finalDistance(layout))
  if (v.minus || (gap.kind === 'space' && v.plus)) throw new SourceError('.space specifies non-absolute value')
  const base = v.plus?.place ? offsetOf(layout, v.plus.place, section) : 0
  if (v.plus && v.plus.place?.section !== section) throw new SourceError('invalid segment for .org')
  const size = gap.kind === 'space' ? Number(v.constant) : base + Number(v.constant) - offset
  if (size < 0 && gap.kind === 'org') throw new SourceError('attempt to move .org backwards')
  return checked(Math.max(0, size))
}

function checked(size: number): number {
  if (size > MAX_SECTION_BYTES) throw new SourceError(`space of ${size} bytes is too large`)
  return size
}
