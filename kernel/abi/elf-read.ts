// Reads ELF64 little-endian files that nobody vouches for: every offset and count is checked against the file before it is used, so
// the work is bounded by the file's size and any refusal is an ElfError that says which structure at which offset is at fault.
import {
  ELFCLASS64,
  ELFDATA2LSB,
  ELF_MAGIC,
  PT,
  SHN,
  SHT,
  SIZEOF_DYN,
  SIZEOF_EHDR,
  SIZEOF_NHDR,
  SIZEOF_PHDR,
  SIZEOF_RELA,
} from './elf-constants.ts'
import { SIZEOF_SHDR, SIZEOF_SYM } from './elf-constants.ts'
import { parseElf, type RawHeader, type RawSection } from './elf-parser.ts'

/** The only error that reading an ELF file throws. Its message reads `name: what at 0xoffset: reason`. */
export class ElfError extends Error {
  override name = 'ElfError'
}

export interface ElfHeader {
  type: number
  machine: number
  osAbi: number
  abiVersion: number
  version: number
  entry: number
  flags: number
  programOffset: number
  sectionOffset: number
  headerSize: number
  programEntrySize: number
  programCount: number
  sectionEntrySize: number
  sectionCount: number
  /** Index of the section that holds section names; 0 when there is none. */
  namesIndex: number
}
export interface Segment {
  type: number
  flags: number
  offset: number
  vaddr: number
  paddr: number
  fileSize: number
  memorySize: number
  align: number
}
export interface Section {
  index: number
  name: string
  type: number
  flags: number
  address: number
  offset: number
  size: number
  link: number
  info: number
  align: number
  entrySize: number
}
export interface ElfSymbol {
  name: string
  /** Unsigned 64 bits: absolute symbols may hold any value. */
  value: bigint
  size: number
  binding: number
  type: number
  visibility: number
  /** st_other whole, visibility included. */
  other: number
  /** Section index, or one of SHN. */
  section: number
}
export interface Relocation {
  offset: number
  type: number
  /** Index into the symbol table that the section's `link` names. */
  symbol: number
  addend: number
}
export interface Note {
  name: string
  type: number
  description: Uint8Array
}
export interface DynamicEntry {
  tag: number
  value: bigint
}
/** What exec needs: the file header and the program headers. */
export interface ElfHeaders {
  name: string
  bytes: Uint8Array
  header: ElfHeader
  segments: Segment[]
}
/** An ELF file taken apart: header, segments, sections with their names, symbols and relocations. */
export interface ElfFile extends ElfHeaders {
  sections: Section[]
}

const hex = (n: number | bigint): string => '0x' + n.toString(16)
const utf8 = new TextDecoder()

function fail(file: string, what: string, offset: number, reason: string): never {
  throw new ElfError(`${file}: ${what} at ${hex(offset)}: ${reason}`)
}

/** A u64 of the file as a number, refused beyond 2^53. */
function number(value: bigint, file: string, what: string, offset: number): number {
  const n = Number(value)
  if (!Number.isSafeInteger(n)) fail(file, what, offset, `value ${hex(value)} is beyond 2^53`)
  return n
}

/** The bytes [offset, offset + size) of the file, or an ElfError. */
function slice(bytes: Uint8Array, file: string, what: string, offset: number, size: number): Uint8Array {
  if (offset + size > bytes.length) fail(file, what, offset, 'file truncated')
  return bytes.subarray(offset, offset + size)
}

function parseHeader(bytes: Uint8Array, file: string): ElfHeader {
  const what = 'ELF header'
  if (bytes.length < 4 || bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) {
    fail(file, what, 0, 'not an ELF file')
  }
  const raw: RawHeader = parseElf('header', slice(bytes, file, what, 0, SIZEOF_EHDR))
  if (raw.magic !== ELF_MAGIC) fail(file, what, 0, 'not an ELF file')
  if (raw.class !== ELFCLASS64) fail(file, what, 4, 'not a 64-bit file')
  if (raw.data !== ELFDATA2LSB) fail(file, what, 5, 'not little-endian')
  return {
    type: raw.type,
    machine: raw.machine,
    osAbi: raw.osAbi,
    abiVersion: raw.abiVersion,
    version: raw.version,
    entry: number(raw.entry, file, `${what}: entry`, 24),
    flags: raw.flags,
    programOffset: number(raw.phoff, file, `${what}: program header offset`, 32),
    sectionOffset: number(raw.shoff, file, `${what}: section header offset`, 40),
    headerSize: raw.ehsize,
    programEntrySize: raw.phentsize,
    programCount: raw.phnum,
    sectionEntrySize: raw.shentsize,
    sectionCount: raw.shnum,
    namesIndex: raw.shstrndx,
  }
}

function parseSegments(bytes: Uint8Array, file: string, header: ElfHeader): Segment[] {
  const { programOffset: start, programCount: count } = header
  if (count === 0) return []
  if (header.programEntrySize !== SIZEOF_PHDR) fail(file, 'ELF header', 54, `program headers of ${header.programEntrySize} bytes`)
  for (let i = 0; i < count; i++) slice(bytes, file, `program header ${i}`, start + i * SIZEOF_PHDR, SIZEOF_PHDR)
  const { items } = parseElf('segments', bytes.subarray(start, start + count * SIZEOF_PHDR))
  return items.map((p, i) => {
    const at = start + i * SIZEOF_PHDR
    const get = (field: 'offset' | 'vaddr' | 'paddr' | 'filesz' | 'memsz' | 'align') =>
      number(p[field], file, `program header ${i}: ${field}`, at)
    return {
      type: p.type,
      flags: p.flags,
      offset: get('offset'),
      vaddr: get('vaddr'),
      paddr: get('paddr'),
      fileSize: get('filesz'),
      memorySize: get('memsz'),
      align: get('align'),
    }
  })
}

/**
 * Reads the file header and program headers only.
 * @param name the file's name, for messages
 * @throws ElfError when it is not an ELF64 little-endian file or is cut short. The machine and type are the caller's to check.
 */
export function readElfHeaders(bytes: Uint8Array, name: string): ElfHeaders {
  const header = parseHeader(bytes, name)
  return { name, bytes, header, segments: parseSegments(bytes, name, header) }
}

function parseSections(bytes: Uint8Array, file: string, header: ElfHeader): Section[] {
  const start = header.sectionOffset
  if (start === 0) return []
  if (header.sectionEntrySize !== SIZEOF_SHDR) fail(file, 'ELF header', 58, `section headers of ${header.sectionEntrySize} bytes`)
  const first = parseElf('sections', slice(bytes, file, 'section header 0', start, SIZEOF_SHDR)).items[0]
  // gABI: counts that do not fit 16 bits are kept in section header 0.
  const count = header.sectionCount || number(first.size, file, 'section header 0: size', start)
  const names = header.namesIndex === SHN.XINDEX ? first.link : header.namesIndex
  if (start + count * SIZEOF_SHDR > bytes.length) {
    const whole = Math.floor((bytes.length - start) / SIZEOF_SHDR)
    fail(file, `section header ${whole}`, start + whole * SIZEOF_SHDR, 'file truncated')
  }
  const { items } = parseElf('sections', bytes.subarray(start, start + count * SIZEOF_SHDR))
  const sections = items.map((s, i) => section(s, i, start + i * SIZEOF_SHDR, file))
  if (names !== 0) {
    const strings = sections[names]
    if (!strings || strings.type !== SHT.STRTAB) fail(file, 'ELF header', 62, `section ${names} is no string table`)
    const table = stringsOf(sectionBytes({ name: file, bytes }, strings))
    for (const [i, s] of sections.entries())
      s.name = stringAt(table, items[i].name, file, `section header ${i}: name`, start + i * SIZEOF_SHDR)
  }
  return sections
}

function section(raw: RawSection, index: number, at: number, file: string): Section {
  const get = (field: 'flags' | 'addr' | 'offset' | 'size' | 'addralign' | 'entsize') =>
    number(raw[field], file, `section header ${index}: ${field}`, at)
  return {
    index,
    name: '',
    type: raw.type,
    flags: get('flags'),
    address: get('addr'),
    offset: get('offset'),
    size: get('size'),
    link: raw.link,
    info: raw.info,
    align: get('addralign'),
    entrySize: get('entsize'),
  }
}

/**
 * Reads headers, program headers and section headers with their names. The contents come from the functions below, on demand.
 * @param name the file's name, for messages
 * @throws ElfError on anything that is not a whole ELF64 little-endian file
 */
export function readElf(bytes: Uint8Array, name: string): ElfFile {
  const headers = readElfHeaders(bytes, name)
  return { ...headers, sections: parseSections(bytes, name, headers.header) }
}

type Source = Pick<ElfFile, 'name' | 'bytes'>

/** Names share suffixes in honest files, but not this often: a file whose names overlap more is refused before it costs time. */
const MAX_NAME_OVERLAP = 64

interface Strings {
  table: Uint8Array
  /** Characters that may still be read. */
  left: number
}

const stringsOf = (table: Uint8Array): Strings => ({ table, left: (table.length + 1) * MAX_NAME_OVERLAP })

/** The NUL-terminated string at `offset` of a string table. */
function stringAt(strings: Strings, offset: number, file: string, what: string, at: number): string {
  const { table } = strings
  if (offset >= table.length) fail(file, what, at, `string offset ${hex(offset)} is past the string table`)
  const end = table.indexOf(0, offset)
  if (end < 0) fail(file, what, at, 'string is not terminated')
  strings.left -= end - offset
  if (strings.left < 0) fail(file, what, at, 'the names overlap beyond reason')
  let text = ''
  for (let i = offset; i < end; i++) {
    if (table[i] >= 0x80) return utf8.decode(table.subarray(offset, end))
    text += String.fromCharCode(table[i])
  }
  return text
}

/** The contents of a section as a view of the file; empty for SHT_NOBITS. */
export function sectionBytes(elf: Source, s: Section): Uint8Array {
  if (s.type === SHT.NOBITS || s.size === 0) return new Uint8Array(0)
  return slice(elf.bytes, elf.name, `section ${s.index}${s.name && ` (${s.name})`}`, s.offset, s.size)
}

/** The contents of a segment in the file as a view. */
export function segmentBytes(elf: Source, s: Segment): Uint8Array {
  return slice(elf.bytes, elf.name, 'segment', s.offset, s.fileSize)
}

/** A section that is a table of `size`-byte entries. */
function tableBytes(elf: ElfFile, s: Section, size: number): Uint8Array {
  const bytes = sectionBytes(elf, s)
  if (bytes.length % size !== 0)
    fail(elf.name, `section ${s.index} (${s.name})`, s.offset, `size ${hex(s.size)} is not a multiple of ${size}`)
  return bytes
}

function linkedStrings(elf: ElfFile, s: Section): Strings {
  const strings = elf.sections[s.link]
  if (!strings || strings.type !== SHT.STRTAB)
    fail(elf.name, `section ${s.index} (${s.name})`, s.offset, `link ${s.link} is no string table`)
  return stringsOf(sectionBytes(elf, strings))
}

/** The symbols of a SHT_SYMTAB or SHT_DYNSYM section, the null symbol included. Extended section indexes are refused. */
export function readSymbols(elf: ElfFile, s: Section): ElfSymbol[] {
  const bytes = tableBytes(elf, s, SIZEOF_SYM)
  if (bytes.length === 0) return []
  const strings = linkedStrings(elf, s)
  return parseElf('symbols', bytes).items.map((raw, i) => {
    const at = s.offset + i * SIZEOF_SYM
    if (raw.shndx === SHN.XINDEX) fail(elf.name, `symbol ${i}`, at, 'extended section indexes are not supported')
    return {
      name: raw.name === 0 ? '' : stringAt(strings, raw.name, elf.name, `symbol ${i}`, at),
      value: raw.value,
      size: number(raw.size, elf.name, `symbol ${i}: size`, at),
      binding: raw.info >> 4,
      type: raw.info & 15,
      visibility: raw.other & 3,
      other: raw.other,
      section: raw.shndx,
    }
  })
}

/** The relocations of a SHT_RELA section. */
export function readRelocations(elf: ElfFile, s: Section): Relocation[] {
  const bytes = tableBytes(elf, s, SIZEOF_RELA)
  if (bytes.length === 0) return []
  return parseElf('relas', bytes).items.map((raw, i) => {
    const at = s.offset + i * SIZEOF_RELA
    return {
      offset: number(raw.offset, elf.name, `relocation ${i}: offset`, at),
      type: raw.type,
      symbol: raw.symbol,
      addend: number(raw.addend, elf.name, `relocation ${i}: addend`, at),
    }
  })
}

/** The entries of the dynamic section up to DT_NULL, found by section or else by PT_DYNAMIC; none for a static file. */
export function readDynamic(elf: ElfFile): DynamicEntry[] {
  const s = elf.sections.find(x => x.type === SHT.DYNAMIC)
  const p = elf.segments.find(x => x.type === PT.DYNAMIC)
  const bytes = s ? tableBytes(elf, s, SIZEOF_DYN) : p ? segmentBytes(elf, p) : new Uint8Array(0)
  const whole = bytes.subarray(0, bytes.length - (bytes.length % SIZEOF_DYN))
  if (whole.length === 0) return []
  const { items } = parseElf('dynamics', whole)
  const end = items.findIndex(d => d.tag === 0n)
  return items.slice(0, end < 0 ? items.length : end + 1).map(d => ({ tag: Number(d.tag), value: d.value }))
}

/** The notes in the contents of a SHT_NOTE section or PT_NOTE segment. `what` names it in messages; `align` is 4, or 8 for GNU properties. */
export function readNotes(file: string, what: string, bytes: Uint8Array, align = 4): Note[] {
  const notes: Note[] = []
  const step = align === 8 ? 8 : 4
  const up = (n: number): number => Math.ceil(n / step) * step
  let at = 0
  while (at + SIZEOF_NHDR <= bytes.length) {
    const { namesz, descsz, type } = parseElf('noteHeader', bytes.subarray(at, at + SIZEOF_NHDR))
    const nameAt = at + SIZEOF_NHDR
    const descAt = up(nameAt + namesz)
    if (descAt + descsz > bytes.length) fail(file, what, at, 'note is cut short')
    const name = utf8.decode(bytes.subarray(nameAt, nameAt + Math.max(0, namesz - 1)))
    notes.push({ name, type, description: bytes.subarray(descAt, descAt + descsz) })
    at = up(descAt + descsz)
  }
  return notes
}
