// The parts of readelf -a that have no option letter here: section groups, unwind tables, symbol versions.
import { readSymbols, sectionBytes, SHT, type ElfFile } from '../../kernel/abi/index.ts'

const GRP_COMDAT = 1

/** readelf -g */
export function showGroups(elf: ElfFile): string[] {
  const groups = elf.sections.filter(s => s.type === SHT.GROUP)
  if (groups.length === 0) return ['', 'There are no section groups in this file.']
  return groups.flatMap(group => {
    const bytes = sectionBytes(elf, group)
    const words = Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) =>
      new DataView(bytes.buffer, bytes.byteOffset).getUint32(i * 4, true),
    )
    const table = elf.sections[group.link]
    const signature = table ? readSymbols(elf, table)[group.info] : undefined
    const name = signature?.name || (elf.sections[signature?.section ?? 0]?.name ?? '')
    const kind = words[0] === GRP_COMDAT ? 'COMDAT ' : ''
    return [
      '',
      `${kind}group section [${String(group.index).padStart(5)}] \`${group.name}' [${name}] contains ${words.length - 1} sections:`,
      '   [Index]    Name',
      ...words.slice(1).map(n => `   [${String(n).padStart(5)}]   ${elf.sections[n]?.name ?? ''}`),
    ]
  })
}

/** readelf -u: GNU's does not know RISC-V's tables either. */
export const showUnwind = (): string[] => ['', 'The decoding of unwind sections for machine type RISC-V is not currently supported.']

/** readelf -V. Limit: files that have versions get no listing of them; the names of their symbols carry them. */
export function showVersions(elf: ElfFile): string[] {
  return elf.sections.some(s => s.type === SHT.GNU_VERSYM) ? [] : ['', 'No version information found in this file.']
}
