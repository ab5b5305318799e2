// Puts an ELF64 file together from sections (and, for executables, segments) whose contents are ready.
import { ELFCLASS64, ELFDATA2LSB, ELF_MAGIC, EV_CURRENT, SHT, SIZEOF_EHDR, SIZEOF_PHDR, SIZEOF_SHDR } from '../kernel/abi/index.ts'
import { alignUp, newBytes, putAlign, putBytes, putFill, putString, putU16, putU32, putU64, putU8, toBytes, type Bytes } from './bytes.ts'

export interface OutputSection {
  name: string
  type: number
  flags: number
  align: number
  /** Contents; absent for SHT_NOBITS, which has `size` only. */
  bytes?: Uint8Array
  size?: number
  entrySize?: number
  link?: number
  info?: number
  address?: number
  /** Where it must stand in the file; absent: wherever there is room. */
  offset?: number
}
export interface OutputSegment {
  type: number
  flags: number
  offset: number
  address: number
  fileSize: number
  memorySize: number
  align: number
}
export interface OutputFile {
  type: number
  machine: number
  entry: bigint
  flags: number
  segments: readonly OutputSegment[]
  /** Without the null section and .shstrtab, which are added. */
  sections: readonly OutputSection[]
}

/** A string table: each text once. */
export interface Strings {
  bytes: Bytes
  offsets: Map<string, number>
}

export function newStrings(): Strings {
  const bytes = newBytes()
  putU8(bytes, 0)
  return { bytes, offsets: new Map([['', 0]]) }
}

export function stringOffset(strings: Strings, text: string): number {
  const known = strings.offsets.get(text)
  if (known !== undefined) return known
  const at = strings.bytes.length
  putString(strings.bytes, text)
  strings.offsets.set(text, at)
  return at
}

function putHeader(b: Bytes, file: OutputFile, sectionOffset: number, sectionCount: number): void {
  putU32(b, ELF_MAGIC)
  for (const n of [ELFCLASS64, ELFDATA2LSB, EV_CURRENT]) putU8(b, n)
  putFill(b, 9, 0)
  putU16(b, file.type)
  putU16(b, file.machine)
  putU32(b, EV_CURRENT)
  putU64(b, file.entry)
  putU64(b, file.segments.length > 0 ? SIZEOF_EHDR : 0)
  putU64(b, sectionOffset)
  putU32(b, file.flags)
  putU16(b, SIZEOF_EHDR)
  putU16(b, file.segments.length > 0 ? SIZEOF_PHDR : 0)
  putU16(b, file.segments.length)
  putU16(b, SIZEOF_SHDR)
  putU16(b, sectionCount)
  putU16(b, sectionCount - 1)
}

function putSegment(b: Bytes, s: OutputSegment): void {
  putU32(b, s.type)
  putU32(b, s.flags)
  for (const n of [s.offset, s.address, s.address, s.fileSize, s.memorySize, s.align]) putU64(b, n)
}

/** Only addresses need the full alignment of a section; its place in the file does not. */
const MAX_FILE_ALIGN = 4096

interface Placed extends OutputSection {
  nameOffset: number
  offset: number
}

function putSectionHeader(b: Bytes, s: Placed): void {
  putU32(b, s.nameOffset)
  putU32(b, s.type)
  putU64(b, s.flags)
  putU64(b, s.address ?? 0)
  putU64(b, s.offset)
  putU64(b, s.size ?? s.bytes?.length ?? 0)
  putU32(b, s.link ?? 0)
  putU32(b, s.info ?? 0)
  putU64(b, s.align)
  putU64(b, s.entrySize ?? 0)
}

/** The bytes of the file: header, program headers, section contents in order, section headers. */
export function writeElf(file: OutputFile): Uint8Array {
  const names = newStrings()
  const all: OutputSection[] = [...file.sections, { name: '.shstrtab', type: SHT.STRTAB, flags: 0, align: 1 }]
  const nameOffsets = all.map(s => stringOffset(names, s.name))
  all[all.length - 1].bytes = toBytes(names.bytes)

  let end = SIZEOF_EHDR + file.segments.length * SIZEOF_PHDR
  const placed: Placed[] = all.map((s, i) => {
    const offset = s.offset ?? alignUp(end, Math.min(MAX_FILE_ALIGN, Math.max(1, s.align)))
    end = Math.max(end, offset + (s.type === SHT.NOBITS ? 0 : (s.bytes?.length ?? 0)))
    return { ...s, offset, nameOffset: nameOffsets[i] }
  })
  const sectionOffset = alignUp(end, 8)

  const b = newBytes(sectionOffset + (placed.length + 1) * SIZEOF_SHDR)
  putHeader(b, file, sectionOffset, placed.length + 1)
  for (const s of file.segments) putSegment(b, s)
  for (const s of placed) {
    if (!s.bytes || s.type === SHT.NOBITS || s.bytes.length === 0) continue
    if (b.length < s.offset) putFill(b, s.offset - b.length, 0)
    if (b.length === s.offset) putBytes(b, s.bytes)
    else b.data.set(s.bytes, s.offset)
  }
  putAlign(b, 8)
  putFill(b, SIZEOF_SHDR, 0)
  for (const s of placed) putSectionHeader(b, s)
  return toBytes(b)
}
