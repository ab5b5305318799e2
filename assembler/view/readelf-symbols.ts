// readelf -s
import { readSymbols, SHN, SHT, STO_RISCV_VARIANT_CC, STT } from '../../kernel/abi/index.ts'
import { symbolBindings, symbolTypes, visibilities } from './names.ts'
import { HEX64, hex, shorten, visible } from './text.ts'
import { readVersions, versionSuffix } from './versions.ts'
import type { ReadelfOptions } from './readelf-options.ts'
import type { ElfFile, ElfSymbol, Section } from '../../kernel/abi/index.ts'

const NAME_WIDTH = 21
const CUT_MARK = '[...]'
/** Sizes beyond five digits are shown in hex. */
const MAX_DECIMAL_SIZE = 99999

const SPECIAL: ReadonlyMap<number, string> = new Map([
  [SHN.UNDEF, 'UND'],
  [SHN.ABS, 'ABS'],
  [SHN.COMMON, 'COM'],
])

function nameOf(
  elf: ElfFile,
  table: Section,
  s: ElfSymbol,
  index: number,
  wide: boolean,
  versions: ReturnType<typeof readVersions>,
): string {
  if (s.type === STT.SECTION && s.name === '') return cut(elf.sections[s.section]?.name ?? '', wide)
  const isVersion = s.section === SHN.ABS && s.size === 0 && s.type === STT.OBJECT
  const { text, number } =
    table.type === SHT.DYNSYM && !isVersion ? versionSuffix(versions, index, s.section === SHN.UNDEF) : { text: '', number: null }
  const name = visible(s.name)
  const suffix = number === null ? '' : ` (${number})`
  if (wide || text === '') return cut(name, wide) + text + suffix
  // In narrow form the version stays whole, and the name gets what room is left.
  const room = NAME_WIDTH - text.length - suffix.length
  const kept = name.length > room ? name.slice(0, Math.max(0, room - CUT_MARK.length)) + CUT_MARK : name
  return kept + text + suffix
}

const cut = (name: string, wide: boolean): string => (wide ? name : shorten(name, NAME_WIDTH))

export function showSymbols(elf: ElfFile, options: ReadelfOptions): string[] {
  const wide = options.wide ?? false
  const versions = readVersions(elf)
  return elf.sections
    .filter(s => s.type === SHT.SYMTAB || s.type === SHT.DYNSYM)
    .flatMap(table => {
      const symbols = readSymbols(elf, table)
      const row = (s: ElfSymbol, i: number): string => {
        const size = s.size > MAX_DECIMAL_SIZE ? `0x${hex(s.size)}` : String(s.size)
        const type = (symbolTypes.get(s.type) ?? `<processor specific>: ${s.type}`).padEnd(7)
        const binding = (symbolBindings.get(s.binding) ?? `<OS specific>: ${s.binding}`).padEnd(6)
        const section = (SPECIAL.get(s.section) ?? String(s.section)).padStart(4)
        const other = s.other & STO_RISCV_VARIANT_CC ? '  [VARIANT_CC] ' : ''
        const name = nameOf(elf, table, s, i, wide, versions)
        const head = `${String(i).padStart(6)}: ${hex(s.value, HEX64)} ${size.padStart(5)} ${type} ${binding} ${visibilities[s.visibility].padEnd(7)}`
        return `${head}${other} ${section} ${name}`
      }
      const count = symbols.length
      return [
        '',
        `Symbol table '${table.name}' contains ${count} ${count === 1 ? 'entry' : 'entries'}:`,
        '   Num:    Value          Size Type    Bind   Vis      Ndx Name',
        ...symbols.map(row),
      ]
    })
}
