// The ELF64 structures as binary-parser schemas, and nothing else: binary-parser makes its functions with `new Function`, which a
// web page's content policy may forbid, so a build can replace this one module by the text of `elfParsers.x.getCode()`.
// Every table is parsed from a slice that holds exactly that table: no length in a schema ever comes from file data.
import { Parser } from 'binary-parser'

export interface RawHeader {
  magic: number
  class: number
  data: number
  identVersion: number
  osAbi: number
  abiVersion: number
  type: number
  machine: number
  version: number
  entry: bigint
  phoff: bigint
  shoff: bigint
  flags: number
  ehsize: number
  phentsize: number
  phnum: number
  shentsize: number
  shnum: number
  shstrndx: number
}
export interface RawSegment {
  type: number
  flags: number
  offset: bigint
  vaddr: bigint
  paddr: bigint
  filesz: bigint
  memsz: bigint
  align: bigint
}
export interface RawSection {
  name: number
  type: number
  flags: bigint
  addr: bigint
  offset: bigint
  size: bigint
  link: number
  info: number
  addralign: bigint
  entsize: bigint
}
export interface RawSymbol {
  name: number
  info: number
  other: number
  shndx: number
  value: bigint
  size: bigint
}
export interface RawRela {
  offset: bigint
  /** Low half of r_info: the relocation type. */
  type: number
  /** High half of r_info: the symbol's index. */
  symbol: number
  addend: bigint
}
export interface RawDynamic {
  tag: bigint
  value: bigint
}
export interface RawNoteHeader {
  namesz: number
  descsz: number
  type: number
}

const little = (): Parser => new Parser().endianness('little')
const table = (item: Parser): Parser => little().array('items', { type: item, readUntil: 'eof' })

const header = little()
  .uint32('magic')
  .uint8('class')
  .uint8('data')
  .uint8('identVersion')
  .uint8('osAbi')
  .uint8('abiVersion')
  .buffer('padding', { length: 7 })
  .uint16('type')
  .uint16('machine')
  .uint32('version')
  .uint64('entry')
  .uint64('phoff')
  .uint64('shoff')
  .uint32('flags')
  .uint16('ehsize')
  .uint16('phentsize')
  .uint16('phnum')
  .uint16('shentsize')
  .uint16('shnum')
  .uint16('shstrndx')

const segment = little()
  .uint32('type')
  .uint32('flags')
  .uint64('offset')
  .uint64('vaddr')
  .uint64('paddr')
  .uint64('filesz')
  .uint64('memsz')
  .uint64('align')

const section = little()
  .uint32('name')
  .uint32('type')
  .uint64('flags')
  .uint64('addr')
  .uint64('offset')
  .uint64('size')
  .uint32('link')
  .uint32('info')
  .uint64('addralign')
  .uint64('entsize')

const symbol = little().uint32('name').uint8('info').uint8('other').uint16('shndx').uint64('value').uint64('size')
const rela = little().uint64('offset').uint32('type').uint32('symbol').int64('addend')
const dynamic = little().int64('tag').uint64('value')
const noteHeader = little().uint32('namesz').uint32('descsz').uint32('type')

/** What of a parser leaves this module: users of the library need no types of binary-parser's. */
export interface ElfParser {
  parse(bytes: Uint8Array): unknown
  getCode(): string
}

/** Each `parse` takes a slice of exactly the right size; tables answer `{ items }`. */
export const elfParsers: Readonly<Record<keyof ElfParsed, ElfParser>> = {
  header,
  segments: table(segment),
  sections: table(section),
  symbols: table(symbol),
  relas: table(rela),
  dynamics: table(dynamic),
  noteHeader,
}

/** The parsed types, by parser. */
export interface ElfParsed {
  header: RawHeader
  segments: { items: RawSegment[] }
  sections: { items: RawSection[] }
  symbols: { items: RawSymbol[] }
  relas: { items: RawRela[] }
  dynamics: { items: RawDynamic[] }
  noteHeader: RawNoteHeader
}

/** Parses `bytes` (exactly one structure or one whole table) with the schema of that name. */
export function parseElf<K extends keyof ElfParsed>(what: K, bytes: Uint8Array): ElfParsed[K] {
  return elfParsers[what].parse(bytes) as ElfParsed[K]
}
