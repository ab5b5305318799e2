// Where in the sources a place of an input object is: its .debug_line, relocated as if the object's sections lay one behind the other, and
// else the symbols. Only complaints ask, so it is read when the first one does.
import { SHF, SHT, STB, STT } from '../../kernel/abi/index.ts'
import {
  cursorOn,
  DebugInfoError,
  joinPath,
  readLineProgram,
  spend,
  text,
  type Cursor,
  type LineSource,
} from '../../kernel/abi/dwarf/index.ts'
import { relocationRows } from '../relocations.ts'
import { objectUnits } from './place-variables.ts'
import type { InputFile, InputSection, LinkSymbol, ObjectPlaces, SourceLine } from './state.ts'

export interface Place {
  /** The source, or what the object's FILE symbol says; '' when neither is known. */
  file: string
  /** 0 when it is not known. */
  line: number
  /** The function or label before it. */
  within: string | null
}

/** Strings share tails in honest files, but not this often. */
const MAX_OVERLAP = 64
const FIRST_ADDRESS = 0x1000
const EMPTY = new Uint8Array(0)

function placesOf(file: InputFile): ObjectPlaces {
  if (file.places) return file.places
  const bases: number[] = []
  let next = FIRST_ADDRESS
  for (const s of file.sections) {
    bases.push(s && s.flags & SHF.ALLOC ? next : 0)
    // A gap, so that the end of one section is not the start of the next.
    if (s && s.flags & SHF.ALLOC) next += s.size + 1
  }
  const places: ObjectPlaces = { bases, marks: [], variables: new Map(), functions: new Map() }
  readLines(file, places)
  file.places = places
  return places
}

/** Contents of a section as they would be if the object's sections lay at their bases. */
function relocated(file: InputFile, places: ObjectPlaces, name: string): Uint8Array {
  const section = file.sections.find(s => s?.name === name)
  if (!section || section.type === SHT.NOBITS || section.flags & SHF.COMPRESSED) return EMPTY
  const bytes = section.data.slice(0, section.size)
  const view = new DataView(bytes.buffer)
  for (const r of section.relocations) {
    const row = relocationRows.get(r.type)
    const symbol = file.symbols[r.symbol]
    const raw = file.raw[r.symbol]
    if (row?.value !== 'absolute' || !symbol) continue
    // A name that another file's definition won still has its place here; what is defined here may have been moved by relaxation.
    const own = symbol.section?.file === file ? { at: symbol.section.index, value: symbol.value } : { at: raw.section, value: raw.value }
    row.store(view, r.offset, BigInt(places.bases[own.at] ?? 0) + own.value + BigInt(r.addend))
  }
  return bytes
}

function lineSource(file: InputFile, places: ObjectPlaces): LineSource {
  const sections = new Map<string, Uint8Array>()
  const contents = (name: string): Uint8Array => {
    const found = sections.get(name)
    if (found) return found
    const made = relocated(file, places, name)
    sections.set(name, made)
    return made
  }
  const strings = new Map<string, string>()
  const budget = { left: (file.elf.bytes.length + 1) * MAX_OVERLAP }
  const stringAt = (name: string, at: number, from: Cursor): string => {
    const key = `${name} ${at}`
    const found = strings.get(key)
    if (found !== undefined) return found
    const read = text(cursorOn(name, contents(name), at))
    spend(from, budget, read.length + 1, 'strings that overlap')
    strings.set(key, read)
    return read
  }
  return { contents, stringAt }
}

/** All lines of the object, by address. Damage loses what is behind it: a complaint about a link is no place to complain about lines. */
function readLines(file: InputFile, places: ObjectPlaces): void {
  const source = lineSource(file, places)
  const { folders, variables } = objectUnits(source)
  const tables = new Map<number, string[]>()
  try {
    for (let at = 0; at < source.contents('.debug_line').length;) {
      const program = readLineProgram(source, at)
      const files = program.files.map(name => joinPath(folders.get(at) ?? '', name))
      tables.set(at, files)
      for (const row of program.rows) {
        const name = files[row.file]
        places.marks.push({ address: row.address, place: row.end || name === undefined ? null : { file: name, line: row.line } })
      }
      at = program.next
    }
  } catch (problem) {
    if (!(problem instanceof DebugInfoError)) throw problem
  }
  // Where one run of rows ends and another begins, the beginning counts.
  places.marks.sort((a, b) => a.address - b.address || Number(a.place !== null) - Number(b.place !== null))
  for (const { address, table, file: number, line } of variables) {
    const name = tables.get(table)?.[number]
    if (name !== undefined) places.variables.set(address, { file: name, line })
  }
}

/** Index of the last item whose key is at most `key`; -1 when there is none. */
function lastUpTo<T>(items: readonly T[], keyOf: (item: T) => number, key: number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keyOf(items[middle]) <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Labels that may name what follows them. As in GNU ld a label of data counts as well, unless its type says what it is. */
function functionsOf(places: ObjectPlaces, section: InputSection): LinkSymbol[] {
  const found = places.functions.get(section)
  if (found) return found
  const named = section.symbols.filter(
    s => (s.type === STT.FUNC || s.type === STT.NOTYPE) && s.name !== '' && s.name[0] !== '$' && !s.name.startsWith('.L'),
  )
  // At one offset a function is better than a label, and the one that is longer.
  named.sort((a, b) => Number(a.value - b.value) || a.size - b.size || Number(a.type === STT.FUNC) - Number(b.type === STT.FUNC))
  places.functions.set(section, named)
  return named
}

/** The source that an object without lines says it is of; '' when it is of none, or, like what -r makes, of several. */
function sourceName(file: InputFile, within: LinkSymbol): string {
  const files = file.raw.flatMap((s, i) => (s.type === STT.FILE ? [i] : []))
  if (within.binding !== STB.LOCAL) return files.length === 1 ? file.raw[files[0]].name : ''
  const own = file.symbols.indexOf(within)
  return file.raw[files.findLast(i => i < own) ?? -1]?.name ?? ''
}

/** The line of an address in the section at `base`. */
function lineAt(places: ObjectPlaces, base: number, address: number): SourceLine | null {
  const mark = places.marks[lastUpTo(places.marks, m => m.address, address)]
  // A mark of another section says nothing about this one.
  return mark !== undefined && mark.address >= base && mark.place !== null && mark.place.line > 0 ? mark.place : null
}

/** The place of an offset of a section. */
export function placeOf(section: InputSection, offset: number): Place {
  const { file } = section
  const places = placesOf(file)
  const functions = functionsOf(places, section)
  const within = functions[lastUpTo(functions, s => Number(s.value), offset)] ?? null
  const base = places.bases[section.index] ?? 0
  const known = base === 0 ? null : (lineAt(places, base, base + offset) ?? places.variables.get(base + offset) ?? null)
  return { file: known?.file ?? (within ? sourceName(file, within) : ''), line: known?.line ?? 0, within: within?.name ?? null }
}
