// What GNU readelf 2.40 prints, to the letter, for the parts that its options ask for.
import { readElf } from '../../kernel/abi/index.ts'
import { showAttributes } from './readelf-attributes.ts'
import { showDynamic } from './readelf-dynamic.ts'
import { showGroups, showUnwind, showVersions } from './readelf-groups.ts'
import { showHeader } from './readelf-header.ts'
import { showNotes } from './readelf-notes.ts'
import { showRelocations } from './readelf-relocations.ts'
import { showSections } from './readelf-sections.ts'
import { showSegments } from './readelf-segments.ts'
import { showSymbols } from './readelf-symbols.ts'
import type { ReadelfOptions, Part } from './readelf-options.ts'

/** Each with the option that asks for it; `all` asks for every one. */
const PARTS: readonly (readonly [keyof ReadelfOptions, Part])[] = [
  ['header', showHeader],
  ['sections', showSections],
  ['all', showGroups],
  ['segments', showSegments],
  ['dynamic', showDynamic],
  ['relocations', showRelocations],
  ['all', showUnwind],
  ['symbols', showSymbols],
  ['all', showVersions],
  ['notes', showNotes],
  ['attributes', showAttributes],
]

/**
 * The text of `readelf` for one file, with a final newline.
 * @throws ElfError when the file cannot be read
 */
export function readelf(bytes: Uint8Array, name: string, options: ReadelfOptions): string {
  const elf = readElf(bytes, name)
  const asked = options.all ? { ...options, header: true } : options
  const lines = PARTS.flatMap(([option, part]) => (options.all || options[option] ? part(elf, asked) : []))
  return lines.map(line => `${line}\n`).join('')
}
