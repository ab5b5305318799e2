// Symbols as disassemblers use them: sorted by address, the most telling one first where several share an address.
import { readRelocations, readSymbols, SHN, SHT, STB, STT, type ElfFile, type ElfSymbol } from '../../kernel/abi/index.ts'
import { readVersions, versionSuffix, type Versions } from './versions.ts'

/** Names that mark code and data, and labels that the assembler made up: no reader wants them. */
const isMappingSymbol = (name: string): boolean => /^\$[xd](\.|$)/.test(name) || name.startsWith('$xrv')
/** Labels that do not outlive the assembler, and mapping symbols: tables of symbols leave them out. */
export const isSpecial = (name: string): boolean => name === '' || /^(\.L|\.\.|_\.L_)/.test(name) || isMappingSymbol(name)
export const isNamed = (s: ElfSymbol): boolean => s.name !== '.L0 ' && !isMappingSymbol(s.name)

export interface Symbols {
  /** All of the table, for mapping symbols. */
  all: ElfSymbol[]
  /** Those with an address and a name, in the order of GNU objdump. */
  sorted: ElfSymbol[]
  values: number[]
  /** What the dynamic linker puts at an address. */
  dynamic: ReadonlyMap<number, string>
}

const bindingOrder = (s: ElfSymbol): number => (s.binding === STB.GLOBAL ? 0 : s.binding === STB.LOCAL ? 2 : 1)
const looksLikeFile = (name: string): boolean => /.\.[oa]$/.test(name)

/** Sections whose own symbols are worth naming: nothing else in them has a name. */
const TELLING_SECTION = /^\.(plt|got)/

/** Differences in the order that they count; a negative one puts `a` first. */
function compare(a: ElfSymbol, b: ElfSymbol): number {
  const truth = (test: (s: ElfSymbol) => boolean): number => Number(test(b)) - Number(test(a))
  return (
    (a.value < b.value ? -1 : a.value > b.value ? 1 : 0) ||
    -truth(s => looksLikeFile(s.name)) ||
    -truth(s => s.type === STT.SECTION) ||
    truth(s => s.type === STT.FUNC) ||
    truth(s => s.type === STT.OBJECT) ||
    bindingOrder(a) - bindingOrder(b) ||
    b.size - a.size ||
    -truth(s => s.name.startsWith('.')) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  )
}

/** The version of symbols that have none. */
const BASE_VERSION = 1
const PLT_HEADER = 32
const PLT_ENTRY = 16

/** Names for the entries of .plt: `puts@plt`, in the order of the relocations that fill their slots. */
export function pltSymbols(elf: ElfFile): ElfSymbol[] {
  const plt = elf.sections.find(s => s.name === '.plt')
  const table = elf.sections.find(s => s.name === '.rela.plt')
  const linked = table && elf.sections[table.link]
  if (!plt || !table || !linked || linked.index === 0) return []
  const names = readSymbols(elf, linked)
  return readRelocations(elf, table).flatMap((r, i) => {
    const target = names[r.symbol]
    if (!target || r.symbol === 0) return []
    const value = BigInt(plt.address + PLT_HEADER + i * PLT_ENTRY)
    return [{ ...target, name: `${target.name}@plt`, value, size: 0, binding: STB.GLOBAL, type: STT.FUNC, section: plt.index }]
  })
}

/** Names of the symbols whose addresses the dynamic linker writes, by where it writes them. */
function dynamicTargets(elf: ElfFile, versions: Versions | null): Map<number, string> {
  const out = new Map<number, string>()
  for (const table of elf.sections) {
    const linked = elf.sections[table.link]
    if (table.type !== SHT.RELA || linked?.type !== SHT.DYNSYM) continue
    const names = readSymbols(elf, linked)
    for (const r of readRelocations(elf, table)) {
      const target = names[r.symbol]
      if (!target || r.symbol === 0) continue
      const base = versions?.ofSymbol[r.symbol] === BASE_VERSION ? '@Base' : ''
      out.set(r.offset, target.name + base + versionSuffix(versions, r.symbol, target.section === SHN.UNDEF).text)
    }
  }
  return out
}

/** The file's symbols: of the symbol table, or of the dynamic one when there is no other. */
export function loadSymbols(elf: ElfFile): Symbols {
  const own = elf.sections.find(s => s.type === SHT.SYMTAB)
  const table = own ?? elf.sections.find(s => s.type === SHT.DYNSYM)
  const versions = readVersions(elf)
  const versioned = (s: ElfSymbol, i: number): ElfSymbol => ({
    ...s,
    name: s.name + versionSuffix(versions, i, s.section === SHN.UNDEF).text,
  })
  const read = table ? readSymbols(elf, table) : []
  const all = (own ? read : read.map(versioned)).slice(1)
  const useful = [...all, ...pltSymbols(elf)]
    .map(s => (s.type === STT.SECTION && s.name === '' ? { ...s, name: elf.sections[s.section]?.name ?? '' } : s))
    .filter(s => s.name !== '' && s.type !== STT.FILE && s.section !== SHN.UNDEF && s.section !== SHN.COMMON)
    .filter(s => s.type !== STT.SECTION || TELLING_SECTION.test(s.name))
    // Versions are symbols of their own in dynamic tables.
    .filter(s => own || s.section !== SHN.ABS || s.size !== 0 || s.type !== STT.OBJECT)
  const sorted = useful.sort(compare)
  return { all, sorted, values: sorted.map(s => Number(s.value)), dynamic: dynamicTargets(elf, versions) }
}

/** Index of the last symbol at or below an address, the first of those that share its value; -1 when there is none. */
function nearest(symbols: Symbols, address: number): number {
  const { values } = symbols
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] <= address) low = middle + 1
    else high = middle
  }
  let at = low - 1
  while (at > 0 && values[at - 1] === values[at]) at--
  return at
}

/**
 * The symbol by which an address is named, and its index in `sorted`; null when there is none.
 * @param section the section that is being shown
 * @param mustBeOwn whether only symbols of that section will do
 */
export function symbolFor(
  symbols: Symbols,
  address: number,
  section: number,
  mustBeOwn: boolean,
): { symbol: ElfSymbol; index: number } | null {
  const { sorted, values } = symbols
  if (sorted.length === 0) return null
  const first = Math.max(0, nearest(symbols, address))
  let end = first
  for (; end < sorted.length && values[end] === values[first]; end++) {
    if (sorted[end].section === section && isNamed(sorted[end])) return { symbol: sorted[end], index: end }
  }
  if (isNamed(sorted[first]) && !mustBeOwn) return { symbol: sorted[first], index: first }
  const fits = (i: number): boolean => isNamed(sorted[i]) && (!mustBeOwn || sorted[i].section === section)
  let found = -1
  for (let i = Math.min(end, sorted.length - 1); i >= 0; i--) {
    if (!fits(i) || (i >= end && values[i] > address)) continue
    if (found >= 0 && values[i] !== values[found]) break
    found = i
  }
  if (found < 0) found = sorted.findIndex((_, i) => i > first && fits(i))
  return found < 0 ? null : { symbol: sorted[found], index: found }
}
