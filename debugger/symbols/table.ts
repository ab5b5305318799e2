// Names for addresses and addresses for names: the functions, objects and labels of one ELF file, from its symbol table, else from
// the table for the dynamic linker, which stripped files keep.
import { isSpecialSymbol, pltSymbols } from '../../assembler/index.ts'
import {
  ElfError,
  PT,
  readDynamic,
  readSymbols,
  SHF,
  SHN,
  SHT,
  STB,
  STT,
  type ElfFile,
  type ElfSymbol,
  type Section,
} from '../../kernel/abi/index.ts'

export type SymbolKind = 'function' | 'object' | 'label' | 'tls'
export type SymbolBinding = 'local' | 'global' | 'weak'

export interface DebugSymbol {
  name: string
  /** As the file has it, before it is moved to where it is mapped; for `tls` the offset in the thread's block. */
  address: number
  /** Bytes; 0 when nobody said. */
  size: number
  kind: SymbolKind
  binding: SymbolBinding
  /** The source file that a local symbol comes from, when the table says. */
  file: string | null
  /** Section index; SHN.ABS for what has none. */
  section: number
}

export interface SymbolTable {
  /** Those with an address in memory, by address; the most telling first where several share one. */
  sorted: DebugSymbol[]
  /** Addresses of `sorted`. */
  addresses: number[]
  byName: Map<string, DebugSymbol[]>
  /** Every name once, in order. */
  names: string[]
  /** Ends of the file's sections or segments by their starts, in order: no symbol reaches beyond. */
  areas: { start: number; end: number }[]
}

const KINDS: Readonly<Record<number, SymbolKind>> = {
  [STT.NOTYPE]: 'label',
  [STT.OBJECT]: 'object',
  [STT.COMMON]: 'object',
  [STT.FUNC]: 'function',
  [STT.GNU_IFUNC]: 'function',
  [STT.TLS]: 'tls',
}
const BINDINGS: Readonly<Record<number, SymbolBinding>> = { [STB.LOCAL]: 'local', [STB.WEAK]: 'weak' }
/** Lower is more telling. */
const KIND_ORDER: Readonly<Record<SymbolKind, number>> = { function: 0, object: 1, label: 2, tls: 3 }
const BINDING_ORDER: Readonly<Record<SymbolBinding, number>> = { global: 0, weak: 1, local: 2 }

function toDebugSymbol(s: ElfSymbol, file: string | null): DebugSymbol | null {
  const kind = KINDS[s.type]
  const address = Number(s.value)
  if (kind === undefined || isSpecialSymbol(s.name) || s.section === SHN.UNDEF || s.section === SHN.COMMON) return null
  if (!Number.isSafeInteger(address)) return null
  const binding = BINDINGS[s.binding] ?? 'global'
  return { name: s.name, address, size: s.size, kind, binding, file: binding === 'local' ? file : null, section: s.section }
}

const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const compare = (a: DebugSymbol, b: DebugSymbol): number =>
  a.address - b.address ||
  KIND_ORDER[a.kind] - KIND_ORDER[b.kind] ||
  BINDING_ORDER[a.binding] - BINDING_ORDER[b.binding] ||
  b.size - a.size ||
  compareNames(a.name, b.name)

/** Dynamic tags that lead to the symbols of a file without sections, and the size of one (gABI, chapter 5). */
const DT = { HASH: 4, STRTAB: 5, SYMTAB: 6, STRSZ: 10 } as const
const SYMBOL_BYTES = 24

/** The dynamic symbols of a file whose section headers are gone, as if there were sections for them. */
function withoutSections(elf: ElfFile): ElfSymbol[] {
  const tags = new Map(readDynamic(elf).map(d => [d.tag, Number(d.value)]))
  const inFile = (address: number | undefined): number | null => {
    const s = elf.segments.find(p => p.type === PT.LOAD && address !== undefined && address >= p.vaddr && address < p.vaddr + p.fileSize)
    return s === undefined || address === undefined ? null : address - s.vaddr + s.offset
  }
  const [symbols, strings, hash] = [DT.SYMTAB, DT.STRTAB, DT.HASH].map(tag => inFile(tags.get(tag)))
  if (symbols === null || strings === null) return []
  // DT_HASH counts them; linkers that make only the GNU table put the strings right behind the symbols.
  const counted =
    hash !== null && hash + 8 <= elf.bytes.length ? new DataView(elf.bytes.buffer, elf.bytes.byteOffset).getUint32(hash + 4, true) : null
  const count = counted ?? Math.floor((strings - symbols) / SYMBOL_BYTES)
  if (count <= 0) return []
  const none: Section = {
    index: 0,
    name: '',
    type: SHT.NULL,
    flags: 0,
    address: 0,
    offset: 0,
    size: 0,
    link: 0,
    info: 0,
    align: 0,
    entrySize: 0,
  }
  const table = { ...none, index: 1, name: '.dynsym', type: SHT.DYNSYM, offset: symbols, size: count * SYMBOL_BYTES, link: 2 }
  const names = { ...none, index: 2, name: '.dynstr', type: SHT.STRTAB, offset: strings, size: tags.get(DT.STRSZ) ?? 0 }
  return readSymbols({ ...elf, sections: [none, table, names] }, table)
}

function symbolsOf(elf: ElfFile): ElfSymbol[] {
  const table = elf.sections.find(s => s.type === SHT.SYMTAB) ?? elf.sections.find(s => s.type === SHT.DYNSYM)
  return table ? [...readSymbols(elf, table), ...pltSymbols(elf)] : withoutSections(elf)
}

/** Where memory of the file is: its sections, or its segments when it has none. */
function areasOf(elf: ElfFile): { start: number; end: number }[] {
  const sections = elf.sections
    .filter(s => s.flags & SHF.ALLOC && !(s.flags & SHF.TLS))
    .map(s => ({ start: s.address, end: s.address + s.size }))
  const segments = elf.segments.filter(p => p.type === PT.LOAD).map(p => ({ start: p.vaddr, end: p.vaddr + p.memorySize }))
  return (sections.length > 0 ? sections : segments).filter(a => a.end > a.start).sort((a, b) => a.start - b.start)
}

/** The symbols of a file. A table that cannot be read leaves a line in `problems`, and no names. */
export function readSymbolTable(elf: ElfFile, problems: string[]): SymbolTable {
  let raw: ElfSymbol[] = []
  try {
    raw = symbolsOf(elf)
  } catch (error) {
    if (!(error instanceof ElfError)) throw error
    problems.push(error.message)
  }
  let source: string | null = null
  const all: DebugSymbol[] = []
  for (const s of raw) {
    if (s.type === STT.FILE) source = s.name === '' ? null : s.name
    const symbol = toDebugSymbol(s, source)
    if (symbol) all.push(symbol)
  }
  const byName = new Map<string, DebugSymbol[]>()
  for (const symbol of all) {
    const same = byName.get(symbol.name)
    if (same) same.push(symbol)
    else byName.set(symbol.name, [symbol])
  }
  for (const same of byName.values()) same.sort((a, b) => BINDING_ORDER[a.binding] - BINDING_ORDER[b.binding])
  const sorted = all.filter(s => s.kind !== 'tls' && s.section !== SHN.ABS).sort(compare)
  return { sorted, addresses: sorted.map(s => s.address), byName, names: [...byName.keys()].sort(compareNames), areas: areasOf(elf) }
}

/** Index of the first item for which `after` holds; they hold it from some index on. */
export function firstIndex(length: number, after: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (after(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** The symbols of exactly this name, global ones first. */
export const symbolsNamed = (table: SymbolTable, name: string): readonly DebugSymbol[] => table.byName.get(name) ?? []

/** Names that begin with `prefix`, in order, at most `limit` of them. */
export function complete(table: SymbolTable, prefix: string, limit = Infinity): string[] {
  const first = firstIndex(table.names.length, i => table.names[i] >= prefix)
  const found: string[] = []
  for (let i = first; i < table.names.length && found.length < limit && table.names[i].startsWith(prefix); i++) found.push(table.names[i])
  return found
}

/** How many places below an address are looked at for a symbol that reaches it: enough for labels inside of a function. */
const LOOK_BACK = 64

/**
 * The symbol that an address belongs to: the nearest below it that reaches it. One without a size reaches to the next, or to the end
 * of its section.
 * @param functions only functions, and labels among code that has none
 */
export function symbolAt(table: SymbolTable, address: number, functions = false): DebugSymbol | null {
  const area = table.areas[firstIndex(table.areas.length, i => table.areas[i].start > address) - 1]
  if (area === undefined || address >= area.end) return null
  const last = firstIndex(table.addresses.length, i => table.addresses[i] > address) - 1
  let unsized: DebugSymbol | null = null
  let i = last
  for (let looked = 0; i >= 0 && looked < LOOK_BACK && table.addresses[i] >= area.start; looked++, i--) {
    // The first of those that share the address is the most telling.
    const at = table.addresses[i]
    i = firstIndex(i, j => table.addresses[j] >= at)
    const symbol = table.sorted[i]
    if (functions && symbol.kind === 'object') continue
    // Whatever has a size ends the reach of labels below it, and labels inside of a function are no functions.
    if (symbol.size > 0) return address >= at + symbol.size || (unsized !== null && !functions) ? unsized : symbol
    unsized ??= symbol
    if (unsized.kind === 'function') return unsized
  }
  return unsized
}

/** `main+12`, as gdb shows it between angle brackets; null for what no symbol reaches. */
export function describeAddress(table: SymbolTable, address: number): string | null {
  const symbol = symbolAt(table, address)
  if (symbol === null) return null
  const distance = address - symbol.address
  return distance === 0 ? symbol.name : `${symbol.name}+${distance}`
}
