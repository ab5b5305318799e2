// Sections as objdump sees them: without those that only describe others.
import { SHF, SHT, type ElfFile, type Section } from '../../kernel/abi/index.ts'
import type { ObjdumpOptions } from './objdump-options.ts'

const HIDDEN: ReadonlySet<number> = new Set([SHT.NULL, SHT.SYMTAB, SHT.STRTAB, SHT.SYMTAB_SHNDX])

/** In an executable, relocation and string tables that are loaded are sections like any other. */
const isShown = (s: Section): boolean => {
  if (s.type === SHT.STRTAB && s.flags & SHF.ALLOC) return true
  if (s.type === SHT.RELA) return (s.flags & SHF.ALLOC) !== 0
  return !HIDDEN.has(s.type)
}

export const shownSections = (elf: ElfFile): Section[] => elf.sections.filter(isShown)

export const chosenSections = (elf: ElfFile, options: ObjdumpOptions): Section[] =>
  shownSections(elf).filter(s => !options.only || options.only.includes(s.name))

export const hasContents = (s: Section): boolean => s.type !== SHT.NOBITS
