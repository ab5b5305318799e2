// What GNU readelf 2.40 prints, to the letter, for the parts that its options ask for.
import { readElf, type ElfFile } from '../../kernel/abi/index.ts'
import { showAttributes } from './readelf-attributes.ts'
import { showDynamic } from './readelf-dynamic.ts'
import { showHeader } from './readelf-header.ts'
import { showNotes } from './readelf-notes.ts'
import { showRelocations } from './readelf-relocations.ts'
import { showSections } from './readelf-sections.ts'
import { showSegments } from './readelf-segments.ts'
import { showSymbols } from './readelf-symbols.ts'

export interface ReadelfOptions {
  /** -h */
  header?: boolean
  /** -l */
  segments?: boolean
  /** -S */
  sections?: boolean
  /** -s */
  symbols?: boolean
  /** -r */
  relocations?: boolean
  /** -d */
  dynamic?: boolean
  /** -n */
  notes?: boolean
  /** -A */
  attributes?: boolean
  /** -W */
  wide?: boolean
}

/** One part of the output: lines, an empty list when there is nothing to say. */
export type Part = (elf: ElfFile, options: ReadelfOptions) => string[]

const PARTS: readonly (readonly [keyof ReadelfOptions, Part])[] = [
  ['header', showHeader],
  ['sections', showSections],
  ['segments', showSegments],
  ['dynamic', showDynamic],
  ['relocations', showRelocations],
  ['symbols', showSymbols],
  ['notes', showNotes],
  ['attributes', showAttributes],
]

/**
 * The text of `readelf` for one file, with a final newline.
 * @throws ElfError when the file cannot be read
 */
export function readelf(bytes: Uint8Array, name: string, options: ReadelfOptions): string {
  const elf = readElf(bytes, name)
  const lines = PARTS.flatMap(([option, part]) => (options[option] ? part(elf, options) : []))
  return lines.map(line => `${line}\n`).join('')
}
