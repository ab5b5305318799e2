// Symbols as disassemblers use them: sorted by address, the most telling one first where several share an address.
import { readSymbols, SHN, SHT, STB, STT, type ElfFile, type ElfSymbol } from '../../kernel/abi/index.ts'

/** Names that mark code and data, and labels that the assembler made up: no reader wants them. */
export const isMappingSymbol = (name: string): boolean => /^\$[xd](\.|$)/.test(name) || name.startsWith('$xrv')
/** Labels that do not outlive the assembler, and mapping symbols: tables of symbols leave them out. */
export const isSpecial = (name: string): boolean => name === '' || /^(\.L|\.\.|_\.L_)/.test(name) || isMappingSymbol(name)
export const isNamed = (s: ElfSymbol): boolean => s.name !== '.L0 ' && !isMappingSymbol(s.name)

export interface Symbols {
  /** All of the table, for mapping symbols. */
  all: ElfSymbol[]
  /** Those with an address and a name, in the order of GNU objdump. */
  sorted: ElfSymbol[]
  values: number[]
}

/** Absolute symbols sort before those of sections, sections by their number. */
const sectionOrder = (s: ElfSymbol): number => (s.section >= SHN.LORESERVE ? -1 : s.section)
const looksLikeFile = (name: string): boolean => /.\.[oa]$/.test(name)

/** Sections whose own symbols are worth naming: nothing else in them has a name. */
const TELLING_SECTION = /^\.(plt|got)/

/** Differences in the order that they count; a negative one puts `a` first. */
function compare(a: ElfSymbol, b: ElfSymbol): number {
  const truth = (test: (s: ElfSymbol) => boolean): number => Number(test(b)) - Number(test(a))
  return (
    (a.value < b.value ? -1 : a.value > b.value ? 1 : 0) ||
    sectionOrder(a) - sectionOrder(b) ||
    -truth(s => looksLikeFile(s.name)) ||
    -truth(s => s.type === STT.SECTION) ||
    truth(s => s.type === STT.FUNC) ||
    truth(s => s.type === STT.OBJECT) ||
    b.size - a.size ||
    truth(s => s.binding === STB.GLOBAL) ||
    truth(s => s.binding === STB.LOCAL) ||
    -truth(s => s.name.startsWith('.')) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  )
}

/** The file's symbols: of the symbol table, or of the dynamic one when there is no other. */
export function loadSymbols(elf: ElfFile): Symbols {
  const table = elf.sections.find(s => s.type === SHT.SYMTAB) ?? elf.sections.find(s => s.type === SHT.DYNSYM)
  const all = table ? readSymbols(elf, table).slice(1) : []
  const useful = all
    .map(s => (s.type === STT.SECTION && s.name === '' ? { ...s, name: elf.sections[s.section]?.name ?? '' } : s))
    .filter(s => s.name !== '' && s.type !== STT.FILE && s.section !== SHN.UNDEF && s.section !== SHN.COMMON)
    .filter(s => s.type !== STT.SECTION || TELLING_SECTION.test(s.name))
  const sorted = useful.sort(compare)
  return { all, sorted, values: sorted.map(s => Number(BigInt.asIntN(64, s.value))) }
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
