// The executable file: section contents, the symbol table, headers.
import { EM_RISCV, ET, PF, PT, SHN, SHT, SIZEOF_SYM, STB, STT, STV } from '../../kernel/abi/index.ts'
import type { ElfSymbol } from '../../kernel/abi/index.ts'
import { writeAttributes } from '../assemble/attributes.ts'
import { newBytes, putU16, putU32, putU64, putU8, toBytes } from '../bytes.ts'
import { newStrings, stringOffset, writeElf, type OutputSection as ElfSection } from '../elf-write.ts'
import { makeSegments } from './layout.ts'
import { fillGot, relocateSections } from './relocate.ts'
import { error } from './report.ts'
import { addressOf } from './symbols.ts'
import type { InputFile, Link, LinkSymbol, OutputSection } from './state.ts'

/** A larger file would be a mistake in an address or an alignment. */
const MAX_FILE_BYTES = 512 * 1024 * 1024

interface Row {
  name: string
  value: bigint
  size: number
  info: number
  other: number
  section: number
}

/** Where a symbol stands: a section index, or SHN_ABS. */
function sectionIndex(symbol: LinkSymbol): number {
  if (symbol.kind === 'section') return symbol.section?.output?.index ?? SHN.ABS
  if (symbol.kind === 'output') return symbol.output?.index ?? SHN.ABS
  return symbol.kind === 'undefined' ? SHN.UNDEF : SHN.ABS
}

function row(symbol: LinkSymbol, binding: number, tls: bigint): Row {
  const { name, size, type, visibility } = symbol
  const address = addressOf(symbol)
  const value = type === STT.TLS && symbol.kind === 'section' ? address - tls : address
  return { name, value: BigInt.asUintN(64, value), size, info: (binding << 4) | type, other: visibility, section: sectionIndex(symbol) }
}

const isShown = (s: LinkSymbol): boolean => s.name !== '' && !s.name.startsWith('.L') && s.type !== STT.SECTION && s.type !== STT.FILE
const isPlaced = (s: LinkSymbol): boolean => s.kind !== 'section' || s.section?.output !== null

/** The base name, as the FILE symbols of an executable have it. */
const fileSymbolName = (file: InputFile): string => {
  const own = file.raw.find(s => s.type === STT.FILE)?.name
  return own ?? (/\(([^)]*)\)$/.exec(file.name)?.[1] ?? file.name).replace(/^.*\//, '')
}

/** The row of a file's local symbol; null when it does not reach the output. */
function localRow(file: InputFile, raw: ElfSymbol, index: number, tls: bigint): Row | null {
  if (index === 0 || raw.binding !== STB.LOCAL) return null
  const symbol = file.symbols[index]
  if (symbol) return isShown(symbol) && isPlaced(symbol) && symbol.kind !== 'undefined' ? row(symbol, STB.LOCAL, tls) : null
  if (raw.name === '' || raw.name.startsWith('.L') || raw.type === STT.FILE) return null
  return { name: raw.name, value: raw.value, size: raw.size, info: (STB.LOCAL << 4) | raw.type, other: raw.visibility, section: SHN.ABS }
}

/** Marks of code ($x) in sections that hold nothing else: who sees no mark takes a section of code for that. */
function plainCode(file: InputFile): ReadonlySet<ElfSymbol> {
  const isMark = (kind: string, { binding, name }: ElfSymbol): boolean => binding === STB.LOCAL && name.startsWith(kind)
  const mixed = new Set(file.raw.filter(raw => isMark('$d', raw)).map(raw => raw.section))
  return new Set(file.raw.filter(raw => isMark('$x', raw) && !mixed.has(raw.section)))
}

/** Locals file by file, then globals. */
function symbolRows(link: Link, tls: bigint): { rows: Row[]; locals: number } {
  const rows: Row[] = [{ name: '', value: 0n, size: 0, info: 0, other: 0, section: 0 }]
  for (const o of link.outputs) {
    rows.push({ name: '', value: BigInt(o.address), size: 0, info: (STB.LOCAL << 4) | STT.SECTION, other: 0, section: o.index })
  }
  const discarded = link.options.discardConstants === true
  for (const file of link.files) {
    const dropped = discarded ? plainCode(file) : null
    const locals = file.raw
      .flatMap((raw, i) => (dropped?.has(raw) ? [] : (localRow(file, raw, i, tls) ?? [])))
      .filter(r => !discarded || r.section !== SHN.ABS)
    if (locals.length === 0) continue
    rows.push({ name: fileSymbolName(file), value: 0n, size: 0, info: (STB.LOCAL << 4) | STT.FILE, other: 0, section: SHN.ABS })
    for (const r of locals) rows.push(r)
  }
  const globals: Row[] = []
  for (const s of link.globals.values()) {
    if (!isShown(s) || !isPlaced(s)) continue
    // What only the linked files may see is local now.
    const hidden = s.visibility === STV.HIDDEN || s.visibility === STV.INTERNAL
    if (hidden && s.kind !== 'undefined') rows.push(row(s, STB.LOCAL, tls))
    else if (s.kind !== 'undefined' || s.binding === STB.WEAK || link.options.allowUndefined) globals.push(row(s, s.binding, tls))
  }
  const locals = rows.length
  return { rows: [...rows, ...globals], locals }
}

function symbolSections(link: Link, index: number, tls: bigint): ElfSection[] {
  const { rows, locals } = symbolRows(link, tls)
  const strings = newStrings()
  const table = newBytes(rows.length * SIZEOF_SYM)
  for (const r of rows) {
    putU32(table, stringOffset(strings, r.name))
    putU8(table, r.info)
    putU8(table, r.other)
    putU16(table, r.section)
    putU64(table, r.value)
    putU64(table, r.size)
  }
  return [
    { name: '.symtab', type: SHT.SYMTAB, flags: 0, align: 8, entrySize: SIZEOF_SYM, bytes: toBytes(table), link: index + 1, info: locals },
    { name: '.strtab', type: SHT.STRTAB, flags: 0, align: 1, bytes: toBytes(strings.bytes) },
  ]
}

function elfSection(o: OutputSection, bytes: Uint8Array | undefined): ElfSection {
  const { name, type, flags, align, entrySize, address, offset, size } = o
  return { name, type, flags, align, entrySize, address, offset, size, bytes }
}

/** The whole file. Sizes and addresses are final; relocations that fail become diagnostics. */
export function writeExecutable(link: Link, entry: bigint): Uint8Array {
  for (const [i, o] of link.outputs.entries()) o.index = i + 1
  const segments = makeSegments(link)
  const size = Math.max(0, ...link.outputs.map(o => (o.type === SHT.NOBITS ? 0 : o.offset + o.size)))
  if (size > MAX_FILE_BYTES) {
    error(link, '', `the program would be larger than ${MAX_FILE_BYTES} bytes: its sections are too far apart or too large`)
    return new Uint8Array(0)
  }
  fillGot(link)
  const contents = relocateSections(link)
  const sections = link.outputs.map(o => elfSection(o, contents.get(o)))
  if (link.attributes.size > 0) {
    const bytes = writeAttributes(link.attributes)
    const end = Math.max(
      ...link.outputs.map(o => (o.type === SHT.NOBITS ? 0 : o.offset + o.size)),
      ...segments.map(s => (s.fileSize === 0 ? 0 : s.offset + s.fileSize)),
    )
    sections.push({ name: '.riscv.attributes', type: SHT.RISCV_ATTRIBUTES, flags: 0, align: 1, bytes, offset: end })
    segments.unshift({ type: PT.RISCV_ATTRIBUTES, flags: PF.R, offset: end, address: 0, fileSize: bytes.length, memorySize: 0, align: 1 })
  }
  const tls = BigInt(segments.find(s => s.type === PT.TLS)?.address ?? 0)
  if (!link.options.strip) sections.push(...symbolSections(link, sections.length + 1, tls))
  return writeElf({ type: ET.EXEC, machine: EM_RISCV, entry, flags: Math.max(0, link.flags), segments, sections })
}
