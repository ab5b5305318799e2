// Reads input files into the link: objects at once, members of archives when a symbol that they define is wanted.
import {
  EF_RISCV_FLOAT_ABI_MASK,
  EF_RISCV_RVC,
  EM_RISCV,
  ET,
  machineName,
  R_RISCV,
  readElf,
  readRelocations,
  readSymbols,
  sectionBytes,
  SHF,
  SHN,
  SHT,
  STB,
  STT,
} from '../../kernel/abi/index.ts'
import type { ElfFile, ElfSymbol, Relocation } from '../../kernel/abi/index.ts'
import { ATTRIBUTE_TAGS, readAttributes } from '../assemble/attributes.ts'
import { isPowerOfTwo } from '../bytes.ts'
import { unionArch } from '../assemble/arch.ts'
import { archiveMember, isArchive, memberOffsets, readArchive } from './archive.ts'
import { relocationName, relocationRows } from '../relocations.ts'
import { error, placeText, warning } from './report.ts'
import { newLinkSymbol, resolve } from './symbols.ts'
import type { Archive, InputFile, InputSection, Link, LinkSymbol } from './state.ts'

const GRP_COMDAT = 1
/** Section types that do not go into the output as they are. */
const NOT_CONTENTS: ReadonlySet<number> = new Set([SHT.NULL, SHT.SYMTAB, SHT.STRTAB, SHT.RELA, SHT.GROUP, SHT.SYMTAB_SHNDX])

/** Takes in one file: an object, or an archive to look into later. `place` is its number on the command line. */
export function loadInput(link: Link, name: string, bytes: Uint8Array, whole: boolean, place: number): void {
  // A view that is no Buffer, whose slices would be no copies.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!isArchive(plain)) {
    loadObject(link, name, plain, place)
    return
  }
  const archive = readArchive(name, plain, whole, place)
  link.archives.push(archive)
  if (whole) for (const at of memberOffsets(archive)) loadMember(link, archive, at, null)
}

function loadMember(link: Link, archive: Archive, at: number, symbol: LinkSymbol | null): void {
  if (archive.loaded.has(at)) return
  archive.loaded.add(at)
  const member = archiveMember(archive, at)
  link.pulled.push({ member: member.name, by: symbol?.file?.name ?? '', symbol: symbol?.name ?? '' })
  loadObject(link, member.name, member.data, archive.place)
}

/**
 * Loads members of archives until none defines a symbol that is still missing. They stand where their archive stands, whenever they came:
 * crtend.o's end of .eh_frame comes after theirs.
 */
export function loadArchives(link: Link): void {
  for (let before = -1; before !== link.files.length;) {
    before = link.files.length
    for (const archive of link.archives) loadFrom(link, archive)
  }
  link.files.sort((a, b) => a.place - b.place)
}

/** Goes along the archive's index until nothing more is wanted, as GNU ld does: the order of members is the archive's. */
function loadFrom(link: Link, archive: Archive): void {
  for (let before = -1; before !== archive.loaded.size;) {
    before = archive.loaded.size
    for (const [name, at] of archive.index) {
      const symbol = link.globals.get(name)
      if (symbol?.kind === 'undefined' && symbol.binding !== STB.WEAK) loadMember(link, archive, at, symbol)
    }
  }
}

function checkTarget(link: Link, elf: ElfFile): boolean {
  const { header, name } = elf
  if (header.machine !== EM_RISCV || header.type !== ET.REL) {
    error(
      link,
      name,
      header.machine === EM_RISCV ? 'not a relocatable object file' : `not a RISC-V file, but one for ${machineName(header.machine)}`,
    )
    return false
  }
  const hasCode = elf.sections.some(s => s.flags & SHF.EXECINSTR && s.size > 0)
  if (!hasCode) return true
  const abi = header.flags & EF_RISCV_FLOAT_ABI_MASK
  if (link.flags >= 0 && (link.flags & EF_RISCV_FLOAT_ABI_MASK) !== abi) {
    error(link, name, 'uses another floating-point calling convention than the files before it')
  }
  link.flags = link.flags < 0 ? header.flags : link.flags | (header.flags & EF_RISCV_RVC)
  return true
}

/** Adds an object file to the link. */
function loadObject(link: Link, name: string, bytes: Uint8Array, place: number): void {
  const elf = readElf(bytes, name)
  if (!checkTarget(link, elf)) return
  const table = elf.sections.find(s => s.type === SHT.SYMTAB)
  const file: InputFile = { name, place, elf, sections: [], symbols: [], raw: table ? readSymbols(elf, table) : [], places: null }
  const discarded = discardedGroups(link, file)
  file.sections = elf.sections.map(s => {
    if (NOT_CONTENTS.has(s.type) || s.flags & SHF.EXCLUDE || discarded.has(s.index)) return null
    if (s.type === SHT.RISCV_ATTRIBUTES) {
      mergeAttributes(link, readAttributes(sectionBytes(elf, s)))
      return null
    }
    // Only debugging information is compressed: a program runs without it, and a line says that it is missing.
    if (s.flags & SHF.COMPRESSED && !(s.flags & SHF.ALLOC)) return null
    return checkSection(link, file, s) ? inputSection(file, s) : null
  })
  if (elf.sections.some(s => s.flags & SHF.COMPRESSED)) warning(link, name, 'compressed debugging information (gcc -gz) is left out')
  for (const s of elf.sections) {
    if (s.type !== SHT.RELA) continue
    const target = file.sections[s.info]
    if (target) target.relocations = checkedRelocations(link, target, readRelocations(elf, s))
  }
  link.files.push(file)
  const used = new Set(file.sections.flatMap(s => s?.relocations.map(r => r.symbol) ?? []))
  const isIdle = (raw: ElfSymbol, i: number): boolean => raw.section === SHN.ABS && raw.binding === STB.LOCAL && !used.has(i)
  file.symbols = file.raw.map((raw, i) => (isIdle(raw, i) ? null : linkSymbol(link, file, raw, i)))
}

/** Relocations in order; those that reach out of their section are refused here, so that nobody after needs to ask. */
function checkedRelocations(link: Link, section: InputSection, relocations: Relocation[]): Relocation[] {
  const limit = section.type === SHT.NOBITS ? 0 : section.size
  return relocations
    .filter(r => {
      const reach = r.type === R_RISCV.ALIGN ? r.addend : (relocationRows.get(r.type)?.size ?? 0)
      const fits = r.offset >= 0 && reach >= 0 && r.offset + reach <= limit
      if (!fits) error(link, section.file.name, `${placeText(section, r.offset)}: ${relocationName(r.type)} is outside of the section`)
      return fits
    })
    .sort((a, b) => a.offset - b.offset)
}

/** Larger sections and boundaries are mistakes, and would make addresses that are no exact numbers. */
const MAX_SIZE = 2 ** 40
const MAX_ALIGN = 2 ** 32

function checkSection(link: Link, file: InputFile, s: ElfFile['sections'][number]): boolean {
  const align = Math.max(1, s.align)
  if (s.size <= MAX_SIZE && align <= MAX_ALIGN && isPowerOfTwo(align)) return true
  error(link, file.name, `section ${s.name}: bad size or alignment`)
  return false
}

function inputSection(file: InputFile, s: ElfFile['sections'][number]): InputSection {
  const keep = (s.flags & SHF.GNU_RETAIN) !== 0
  const { index, name, type, flags, entrySize, size } = s
  const data = sectionBytes(file.elf, s)
  const align = Math.max(1, s.align)
  return {
    file,
    index,
    name,
    type,
    flags,
    align,
    entrySize,
    data,
    size,
    relocations: [],
    symbols: [],
    live: true,
    keep,
    output: null,
    offset: 0,
    pieces: null,
  }
}

/** Sections of groups that another file brought already. */
function discardedGroups(link: Link, file: InputFile): Set<number> {
  const out = new Set<number>()
  for (const s of file.elf.sections) {
    if (s.type !== SHT.GROUP) continue
    const bytes = sectionBytes(file.elf, s)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    if (bytes.length < 4 || view.getUint32(0, true) !== GRP_COMDAT) continue
    const signature = file.raw[s.info]?.name ?? ''
    if (!link.groups.has(signature)) {
      link.groups.add(signature)
      continue
    }
    for (let at = 4; at + 4 <= bytes.length; at += 4) out.add(view.getUint32(at, true))
  }
  return out
}

function mergeAttributes(link: Link, attributes: ReadonlyMap<number, string | number>): void {
  for (const [tag, value] of attributes) {
    const old = link.attributes.get(tag)
    if (old === undefined) link.attributes.set(tag, value)
    else if (tag === ATTRIBUTE_TAGS.arch && typeof old === 'string' && typeof value === 'string')
      link.attributes.set(tag, unionArch(old, value))
  }
}

function linkSymbol(link: Link, file: InputFile, raw: ElfSymbol, index: number): LinkSymbol {
  const symbol = newLinkSymbol(raw.name, file)
  symbol.binding = raw.binding
  symbol.type = raw.type
  symbol.visibility = raw.visibility
  symbol.size = raw.size
  symbol.value = raw.value
  if (index === 0) return symbol
  if (raw.section === SHN.ABS) symbol.kind = 'absolute'
  else if (raw.section === SHN.COMMON) symbol.kind = 'common'
  else if (raw.section !== SHN.UNDEF) {
    const section = file.sections[raw.section]
    if (section) {
      symbol.kind = 'section'
      symbol.section = section
    }
    if (raw.type === STT.SECTION) symbol.name = section?.name ?? ''
  }
  const kept = raw.binding === STB.LOCAL ? symbol : resolve(link, symbol)
  if (kept === symbol) symbol.section?.symbols.push(symbol)
  return kept
}
