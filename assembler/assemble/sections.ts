// Sections of the object file being made, and everything that puts bytes, gaps or fixups into the current one.
import { SHF, SHT, STT } from '../../kernel/abi/index.ts'
import { newBytes, putBytes, putFill, putInteger } from '../bytes.ts'
import { SourceError } from './cursor.ts'

import { newSymbol } from './symbol.ts'
import type { AlignGap, Assembly, AsmSection, Difference, Expr, Fixup, Gap, Place } from './state.ts'

/** A section larger than this is refused: it would be a mistake in a count. */
export const MAX_SECTION_BYTES = 256 * 1024 * 1024

export interface SectionKind {
  type: number
  flags: number
  entrySize?: number
  group?: string | null
  linkOrder?: string | null
}

const { ALLOC, WRITE, EXECINSTR, TLS, MERGE, STRINGS } = SHF
/** Names, and prefixes that end in a dot, that tell what a section is (gas, ELF special sections); the first match counts. */
const KNOWN: readonly (readonly [string, SectionKind])[] = [
  ['.text', { type: SHT.PROGBITS, flags: ALLOC | EXECINSTR }],
  ['.init', { type: SHT.PROGBITS, flags: ALLOC | EXECINSTR }],
  ['.fini', { type: SHT.PROGBITS, flags: ALLOC | EXECINSTR }],
  ['.data', { type: SHT.PROGBITS, flags: ALLOC | WRITE }],
  ['.sdata', { type: SHT.PROGBITS, flags: ALLOC | WRITE }],
  ['.bss', { type: SHT.NOBITS, flags: ALLOC | WRITE }],
  ['.sbss', { type: SHT.NOBITS, flags: ALLOC | WRITE }],
  ['.rodata', { type: SHT.PROGBITS, flags: ALLOC }],
  ['.srodata', { type: SHT.PROGBITS, flags: ALLOC }],
  ['.tdata', { type: SHT.PROGBITS, flags: ALLOC | WRITE | TLS }],
  ['.tbss', { type: SHT.NOBITS, flags: ALLOC | WRITE | TLS }],
  ['.init_array', { type: SHT.INIT_ARRAY, flags: ALLOC | WRITE }],
  ['.fini_array', { type: SHT.FINI_ARRAY, flags: ALLOC | WRITE }],
  ['.preinit_array', { type: SHT.PREINIT_ARRAY, flags: ALLOC | WRITE }],
  ['.note', { type: SHT.NOTE, flags: 0 }],
  ['.comment', { type: SHT.PROGBITS, flags: MERGE | STRINGS, entrySize: 1 }],
]

/** What a section is by its name alone. */
export function kindByName(name: string): SectionKind {
  return KNOWN.find(([known]) => name === known || name.startsWith(`${known}.`))?.[1] ?? { type: SHT.PROGBITS, flags: 0 }
}

export function newSection(name: string, kind: SectionKind): AsmSection {
  const symbol = newSymbol(name)
  symbol.type = STT.SECTION
  const section: AsmSection = {
    name,
    type: kind.type,
    flags: kind.flags,
    entrySize: kind.entrySize ?? 0,
    group: kind.group ?? null,
    linkOrder: kind.linkOrder ?? null,
    align: 1,
    data: newBytes(),
    fixed: 0,
    gaps: [],
    slack: 0,
    fixups: [],
    lines: [],
    symbol,
    mapping: [],
    mapped: { what: '', arch: '' },
  }
  symbol.place = { section, fixed: 0, gaps: 0, slack: 0 }
  return section
}

/** The section of that name (and group), made when it is new. */
export function sectionNamed(asm: Assembly, name: string, kind: SectionKind | null): AsmSection {
  const key = kind?.group ? `${name}\0${kind.group}` : name
  const found = asm.sections.get(key)
  if (found) return found
  const section = newSection(name, kind ?? kindByName(name))
  asm.sections.set(key, section)
  return section
}

export function switchTo(asm: Assembly, section: AsmSection): void {
  asm.previous = asm.section
  asm.section = section
}

export const isCode = (s: AsmSection): boolean => (s.flags & SHF.EXECINSTR) !== 0
export const hasContents = (s: AsmSection): boolean => s.type !== SHT.NOBITS

/** The current place. */
export function placeHere(asm: Assembly): Place {
  const { section } = asm
  return { section, fixed: section.fixed, gaps: section.gaps.length, slack: section.slack }
}

/** Throws when so many bytes more would make the section too large. */
export function checkRoom(section: AsmSection, count: number): void {
  if (section.fixed + count > MAX_SECTION_BYTES)
    throw new SourceError(`section ${section.name} would be larger than ${MAX_SECTION_BYTES} bytes`)
}

function advance(section: AsmSection, count: number): void {
  checkRoom(section, count)
  section.fixed += count
}

function refuseContents(section: AsmSection): never {
  throw new SourceError(`attempt to store non-zero value in section \`${section.name}'`)
}

/** `count` bytes of one value. */
export function emitFill(asm: Assembly, count: number, value: number): void {
  const { section } = asm
  if (!hasContents(section) && value !== 0) refuseContents(section)
  advance(section, count)
  if (hasContents(section)) putFill(section.data, count, value)
}

export function emitBytes(asm: Assembly, bytes: ArrayLike<number>): void {
  const { section } = asm
  if (!hasContents(section)) {
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) refuseContents(section)
  }
  advance(section, bytes.length)
  if (hasContents(section)) putBytes(section.data, bytes)
}

/** The low `size` bytes of a value. */
export function emitInteger(asm: Assembly, value: bigint, size: number): void {
  const { section } = asm
  if (!hasContents(section) && value !== 0n) refuseContents(section)
  advance(section, size)
  if (hasContents(section)) putInteger(section.data, value, size)
}

export function emitGap(asm: Assembly, gap: Gap): void {
  const { section } = asm
  if (!hasContents(section) && (gap.kind === 'branch' || gap.kind === 'leb')) refuseContents(section)
  section.gaps.push(gap)
}

/** Something at the current place (whose bytes are about to be emitted) that depends on an address. */
export function addFixup(
  asm: Assembly,
  type: number | null,
  size: number,
  value: Expr,
  relax = false,
  difference: Difference | null = null,
): void {
  const { section } = asm
  if (!hasContents(section)) refuseContents(section)
  const { statement } = asm
  if (!statement) throw new Error('a fixup outside of a statement')
  const fixup: Fixup = { fixed: section.fixed, gaps: section.gaps.length, type, size, value, difference, relax, statement }
  section.fixups.push(fixup)
}

/** The linker may remove bytes from here, if this is code: distances across this spot are not known until it has. */
export function addSlack(asm: Assembly): void {
  if (isCode(asm.section)) asm.section.slack++
}

/** Notes whether code or data follows, for the mapping symbols by which disassemblers tell them apart (psABI, Mapping Symbol). */
export function mapAs(asm: Assembly, what: 'code' | 'data'): void {
  const { section } = asm
  if (!isCode(section)) return
  const { mapping, mapped } = section
  const arch = what === 'code' ? asm.flags.arch : mapped.arch
  if (mapped.what === what && mapped.arch === arch) return
  const name = what === 'data' ? '$d' : codeMark(asm, mapped.arch)
  const last = mapping.at(-1)
  if (last && last.padding === null && last.fixed === section.fixed && last.gaps === section.gaps.length) mapping.pop()
  mapping.push({ fixed: section.fixed, gaps: section.gaps.length, name, padding: null })
  section.mapped = { what, arch }
}

/** Notes padding of instructions, which is about to be emitted, and whose place may turn out to be an odd one. */
export function mapPadding(asm: Assembly, padding: AlignGap): void {
  const { section } = asm
  const { what, arch } = section.mapped
  const name = what === 'code' && arch === asm.flags.arch ? '' : codeMark(asm, arch)
  section.mapping.push({ fixed: section.fixed, gaps: section.gaps.length, name, padding })
  section.mapped = { what: 'code', arch: asm.flags.arch }
}

/** `$x`, with the architecture where it is another one than before. */
const codeMark = (asm: Assembly, before: string): string => (before === asm.flags.arch ? '$x' : `$x${asm.flags.arch}`)
