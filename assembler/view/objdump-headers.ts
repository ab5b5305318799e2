// objdump -h
import { SHF, SHT, type ElfFile, type Section } from '../../kernel/abi/index.ts'
import { hasContents, shownSections } from './objdump-sections.ts'
import { HEX64, hex } from './text.ts'
import type { ObjdumpOptions } from './objdump-options.ts'

function flagNames(elf: ElfFile, s: Section): string {
  const alloc = (s.flags & SHF.ALLOC) !== 0
  const contents = hasContents(s)
  const debugging = !alloc && /^\.(debug|zdebug|gnu\.linkonce\.wi|line|stab|gdb_index)/.test(s.name)
  const relocated = elf.sections.some(r => r.type === SHT.RELA && r.info === s.index && r.size > 0 && !(r.flags & SHF.ALLOC))
  const flags: readonly (readonly [boolean, string])[] = [
    [contents, 'CONTENTS'],
    [alloc, 'ALLOC'],
    [alloc && contents, 'LOAD'],
    [relocated, 'RELOC'],
    [contents && !(s.flags & SHF.WRITE), 'READONLY'],
    [(s.flags & SHF.EXECINSTR) !== 0, 'CODE'],
    [alloc && contents && !(s.flags & SHF.EXECINSTR), 'DATA'],
    [debugging, 'DEBUGGING'],
    [debugging, 'OCTETS'],
    [Math.floor(s.flags / SHF.EXCLUDE) % 2 === 1, 'EXCLUDE'],
    [s.type === SHT.GROUP, 'GROUP'],
    [s.type === SHT.GROUP, 'LINK_ONCE_DISCARD'],
    [(s.flags & SHF.TLS) !== 0, 'THREAD_LOCAL'],
  ]
  return flags
    .filter(([set]) => set)
    .map(([, name]) => name)
    .join(', ')
}

export function showHeaders(elf: ElfFile, options: ObjdumpOptions): string[] {
  const rows = shownSections(elf).flatMap((s, i) => {
    if (options.only && !options.only.includes(s.name)) return []
    const address = hex(s.address, HEX64)
    const head = `${String(i).padStart(3)} ${s.name.padEnd(13)} ${hex(s.size, 8)}  ${address}  ${address}  ${hex(s.offset, 8)}`
    return [`${head}  2**${Math.log2(Math.max(1, s.align))}`, `                  ${flagNames(elf, s)}`]
  })
  return ['Sections:', 'Idx Name          Size      VMA               LMA               File off  Algn', ...rows]
}
