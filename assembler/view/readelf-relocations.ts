// readelf -r
import { readRelocations, readSymbols, SHN, SHT, STT } from '../../kernel/abi/index.ts'
import { relocationName } from '../relocations.ts'
import { HEX64, hex, shorten, visible } from './text.ts'
import { readVersions, versionSuffix, type Versions } from './versions.ts'
import type { ReadelfOptions } from './readelf-options.ts'
import type { ElfFile, ElfSymbol, Relocation } from '../../kernel/abi/index.ts'

const signed = (n: number): string => (n < 0 ? `- ${hex(-n)}` : `+ ${hex(n)}`)

function symbolName(elf: ElfFile, symbols: readonly ElfSymbol[], index: number, versions: Versions | null): string {
  const symbol = symbols[index]
  if (symbol.type === STT.SECTION) return elf.sections[symbol.section]?.name ?? ''
  return visible(symbol.name) + versionSuffix(versions, index, symbol.section === SHN.UNDEF).text
}

export function showRelocations(elf: ElfFile, options: ReadelfOptions): string[] {
  const tables = elf.sections.filter(s => s.type === SHT.RELA && s.size > 0)
  if (tables.length === 0) return ['', 'There are no relocations in this file.']
  const wide = options.wide ?? false
  return tables.flatMap(table => {
    const relocations = readRelocations(elf, table)
    const linked = elf.sections[table.link]
    const symbols = linked && linked.index !== 0 ? readSymbols(elf, linked) : []
    const versions = linked?.type === SHT.DYNSYM ? readVersions(elf) : null
    const row = (r: Relocation): string => {
      // r_info as the file has it.
      const info = (BigInt(r.symbol) << 32n) | BigInt(r.type)
      const head = wide
        ? `${hex(r.offset, HEX64)}  ${hex(info, HEX64)} ${relocationName(r.type).padEnd(22)}`
        : `${hex(r.offset, 12)}  ${hex(info, 12)} ${relocationName(r.type).slice(0, 17).padEnd(17)}`
      if (r.symbol === 0 || !symbols[r.symbol]) return `${head}${' '.repeat(20)}${r.addend < 0 ? '-' : ''}${hex(Math.abs(r.addend))}`
      const symbol = symbols[r.symbol]
      const name = symbolName(elf, symbols, r.symbol, versions)
      return `${head} ${hex(symbol.value, HEX64)} ${wide || name.includes('@') ? name : shorten(name, 22)} ${signed(r.addend)}`
    }
    const count = relocations.length
    return [
      '',
      `Relocation section '${table.name}' at offset 0x${hex(table.offset)} contains ${count} ${count === 1 ? 'entry' : 'entries'}:`,
      wide
        ? "    Offset             Info             Type               Symbol's Value  Symbol's Name + Addend"
        : '  Offset          Info           Type           Sym. Value    Sym. Name + Addend',
      ...relocations.map(row),
    ]
  })
}
