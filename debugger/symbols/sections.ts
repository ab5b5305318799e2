// One ELF file as the debugger reads it: its sections by name, and tables that are made when somebody first asks for them. A table
// that cannot be made leaves a line in `problems`, and the rest works on.
import { ElfError, readElf, readElfHeaders, SHF, sectionBytes, SHT, type ElfFile } from '../../kernel/abi/index.ts'
import { cursorOn, DebugInfoError, spend, text, type Cursor } from '../../kernel/abi/dwarf/index.ts'
import { readSymbolTable } from './table.ts'
import type { DebugFile } from './model.ts'

/** Strings share tails in honest files, but not this often. */
const MAX_OVERLAP = 64
const EMPTY = new Uint8Array(0)

/** Sections whose table is damaged are as good as absent: segments and the dynamic table may still tell enough. */
function readable(bytes: Uint8Array, name: string, problems: string[]): ElfFile {
  try {
    return readElf(bytes, name)
  } catch (error) {
    if (!(error instanceof ElfError)) throw error
    const headers = readElfHeaders(bytes, name)
    problems.push(error.message)
    return { ...headers, sections: [] }
  }
}

/**
 * Reads an ELF file for debugging. Lines, scopes and frames are read when first needed.
 * @param name its path, for messages
 * @throws ElfError when it is no ELF64 file at all
 */
export function openDebugFile(bytes: Uint8Array, name: string): DebugFile {
  const problems: string[] = []
  const elf = readable(bytes, name, problems)
  const symbols = readSymbolTable(elf, problems)
  return { name, elf, symbols, problems, made: {}, strings: new Map(), stringBudget: { left: (bytes.length + 1) * MAX_OVERLAP } }
}

/** The contents of a section; empty when there is none. DebugInfoError for what is there and cannot be read. */
export function contents(file: DebugFile, name: string): Uint8Array {
  const section = file.elf.sections.find(s => s.name === name)
  if (section === undefined || section.type === SHT.NOBITS) return EMPTY
  if (section.flags & SHF.COMPRESSED) throw new DebugInfoError(`${name}: compressed sections are not supported`)
  return sectionBytes(file.elf, section)
}

/** Runs what reads a part of the file; damage becomes a line in `problems` and null. */
export function attempt<T>(file: DebugFile, make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof DebugInfoError || error instanceof ElfError)) throw error
    if (!file.problems.includes(error.message) && file.problems.length < MAX_PROBLEMS) file.problems.push(error.message)
    return null
  }
}
/** A file damaged throughout says so often enough with these. */
const MAX_PROBLEMS = 100

/** A string of a string section, by offset. `from` is what refers to it, for messages. */
export function stringAt(file: DebugFile, section: string, at: number, from: Cursor): string {
  let known = file.strings.get(section)
  if (known === undefined) file.strings.set(section, (known = new Map()))
  const found = known.get(at)
  if (found !== undefined) return found
  const read = text(cursorOn(section, contents(file, section), at))
  spend(from, file.stringBudget, read.length + 1, 'strings that overlap')
  known.set(at, read)
  return read
}
