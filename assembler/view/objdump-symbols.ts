// objdump -t
import { readSymbols, SHN, SHT, STB, STT, STV, type ElfFile, type ElfSymbol } from '../../kernel/abi/index.ts'
import { isSpecial } from './symbols.ts'
import { HEX64, hex, visible } from './text.ts'
import { readVersions } from './versions.ts'

const SPECIAL: ReadonlyMap<number, string> = new Map([
  [SHN.UNDEF, '*UND*'],
  [SHN.ABS, '*ABS*'],
  [SHN.COMMON, '*COM*'],
])
const VISIBILITY: ReadonlyMap<number, string> = new Map([
  [STV.INTERNAL, ' .internal'],
  [STV.HIDDEN, ' .hidden'],
  [STV.PROTECTED, ' .protected'],
])
const KIND: ReadonlyMap<number, string> = new Map([
  [STT.FUNC, 'F'],
  [STT.GNU_IFUNC, 'F'],
  [STT.FILE, 'f'],
  [STT.OBJECT, 'O'],
  [STT.TLS, ' '],
  [STT.COMMON, 'O'],
])

const VERSION_WIDTH = 13

/** Seven columns: scope, weak, constructor, warning, indirect, debugging, kind. */
function flags(s: ElfSymbol): string {
  const outside = s.section === SHN.UNDEF || s.section === SHN.COMMON
  const scope = s.binding === STB.LOCAL ? 'l' : s.binding === STB.GNU_UNIQUE ? 'u' : s.binding === STB.GLOBAL && !outside ? 'g' : ' '
  const weak = s.binding === STB.WEAK ? 'w' : ' '
  const indirect = s.type === STT.GNU_IFUNC ? 'i' : ' '
  const debugging = s.type === STT.SECTION || s.type === STT.FILE ? 'd' : ' '
  return `${scope}${weak}  ${indirect}${debugging}${KIND.get(s.type) ?? ' '}`
}

export function showSymbolTable(elf: ElfFile): string[] {
  const table = elf.sections.find(s => s.type === SHT.SYMTAB)
  const symbols = (table ? readSymbols(elf, table).slice(1) : []).filter(s => s.type === STT.SECTION || !isSpecial(s.name))
  if (symbols.length === 0) return ['SYMBOL TABLE:', 'no symbols', '', '']
  // Dynamic files have a column for versions, which stays empty here: the names hold them already.
  const version = readVersions(elf) ? ' '.repeat(VERSION_WIDTH) : ''
  const rows = symbols.map(s => {
    const section = SPECIAL.get(s.section) ?? elf.sections[s.section]?.name ?? '*ABS*'
    const common = s.section === SHN.COMMON
    const [value, size] = common ? [BigInt(s.size), s.value] : [s.value, BigInt(s.size)]
    const name = s.type === STT.SECTION && s.name === '' ? section : visible(s.name)
    return `${hex(value, HEX64)} ${flags(s)} ${section}\t${hex(size, HEX64)}${version}${VISIBILITY.get(s.visibility) ?? ''} ${name}`
  })
  return ['SYMBOL TABLE:', ...rows, '', '']
}
