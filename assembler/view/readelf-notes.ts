// readelf -n
import { NT_GNU_ABI_TAG, NT_GNU_BUILD_ID, PT, readNotes, sectionBytes, segmentBytes, SHT } from '../../kernel/abi/index.ts'
import { hex } from './text.ts'
import type { ReadelfOptions } from './readelf-options.ts'
import type { ElfFile, Note } from '../../kernel/abi/index.ts'

const KINDS: ReadonlyMap<number, string> = new Map([
  [NT_GNU_ABI_TAG, 'NT_GNU_ABI_TAG (ABI version tag)'],
  [NT_GNU_BUILD_ID, 'NT_GNU_BUILD_ID (unique build ID bitstring)'],
])
const SYSTEMS = ['Linux', 'Hurd', 'Solaris', 'FreeBSD', 'NetBSD', 'Syllable', 'NaCl']

function details(note: Note): string[] {
  const { description } = note
  if (note.type === NT_GNU_BUILD_ID) return [`    Build ID: ${[...description].map(b => hex(b, 2)).join('')}`]
  if (note.type === NT_GNU_ABI_TAG && description.length >= 16) {
    const view = new DataView(description.buffer, description.byteOffset, description.length)
    const [system, ...version] = [0, 4, 8, 12].map(at => view.getUint32(at, true))
    return [`    OS: ${SYSTEMS[system] ?? 'Unknown'}, ABI: ${version.join('.')}`]
  }
  return []
}

function show(title: string, notes: readonly Note[], wide: boolean): string[] {
  const rows = notes.flatMap(note => {
    const kind = note.name === 'GNU' ? KINDS.get(note.type) : undefined
    const text = kind ?? `Unknown note type: (0x${hex(note.type, 8)})`
    const head = `  ${note.name.padEnd(20)} 0x${hex(note.description.length, 8)}\t${text}`
    if (kind && wide) return [[head, ...details(note)].join('\t')]
    return kind ? [head, ...details(note)] : [head, `   description data: ${[...note.description].map(b => `${hex(b, 2)} `).join('')}`]
  })
  return ['', title, '  Owner                Data size \tDescription', ...rows]
}

export function showNotes(elf: ElfFile, options: ReadelfOptions): string[] {
  const wide = options.wide ?? false
  const sections = elf.sections.filter(s => s.type === SHT.NOTE)
  if (sections.length > 0) {
    return sections.flatMap(s =>
      show(`Displaying notes found in: ${s.name}`, readNotes(elf.name, s.name, sectionBytes(elf, s), s.align), wide),
    )
  }
  return elf.segments
    .filter(p => p.type === PT.NOTE)
    .flatMap(p => {
      const title = `Displaying notes found at file offset 0x${hex(p.offset, 8)} with length 0x${hex(p.fileSize, 8)}:`
      return show(title, readNotes(elf.name, 'notes', segmentBytes(elf, p), p.align), wide)
    })
}
