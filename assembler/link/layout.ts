// Which input section goes where: output sections in the order of the table, addresses, segments, and the symbols that depend on them.
import { PF, PT, SHF, SHT, SIZEOF_EHDR, SIZEOF_PHDR, STT } from '../../kernel/abi/index.ts'
import { alignUp } from '../bytes.ts'
import type { OutputSegment } from '../elf-write.ts'
import { DISCARDED, layoutTable, matchIndex, type LayoutRow } from './layout-table.ts'
import { isMergeable, mergeInputs } from './merge.ts'
import { provide } from './symbols.ts'
import type { InputFile, InputSection, Link, OutputSection } from './state.ts'

/** Where GNU ld puts RISC-V programs. */
const DEFAULT_BASE = 0x10000
const PAGE = 0x1000
const GP_REACH = 0x800

const isNobits = (s: { type: number }): boolean => s.type === SHT.NOBITS
const isTls = (s: { flags: number }): boolean => (s.flags & SHF.TLS) !== 0
const isAlloc = (s: { flags: number }): boolean => (s.flags & SHF.ALLOC) !== 0

export function newOutput(name: string, type: number, flags: number): OutputSection {
  return { name, type, flags, align: 1, entrySize: 0, address: 0, offset: 0, size: 0, inputs: [], made: null, index: 0 }
}

/** Flags that the sections put together have in common only if all have them, and flags that any of them adds. */
const COMMON_FLAGS = SHF.MERGE | SHF.STRINGS
const UNIQUE_TO_INPUT = SHF.GROUP | SHF.GNU_RETAIN | SHF.LINK_ORDER | SHF.INFO_LINK | SHF.COMPRESSED

function addInput(o: OutputSection, s: InputSection): void {
  const first = o.inputs.length === 0
  const flags = s.flags & ~UNIQUE_TO_INPUT
  o.flags = first ? o.flags | flags : (o.flags | (flags & ~COMMON_FLAGS)) & ~(COMMON_FLAGS & ~flags)
  if (first) o.entrySize = s.entrySize
  else if (o.entrySize !== s.entrySize) {
    o.entrySize = 0
    o.flags &= ~COMMON_FLAGS
  }
  if (isNobits(o) && !isNobits(s)) o.type = s.type
  o.align = Math.max(o.align, s.align)
  o.inputs.push(s)
  s.output = o
}

/** Common symbols get space in a section of their own, which goes into .bss last. */
export function allocateCommons(link: Link): void {
  for (const symbol of link.globals.values()) {
    if (symbol.kind !== 'common' || !symbol.file) continue
    const section = commonSection(symbol.file)
    const align = Math.max(1, Number(symbol.value))
    const offset = alignUp(section.size, align)
    section.align = Math.max(section.align, align)
    section.size = offset + symbol.size
    symbol.kind = 'section'
    symbol.section = section
    symbol.value = BigInt(offset)
    section.symbols.push(symbol)
  }
}

function commonSection(file: InputFile): InputSection {
  const found = file.sections.find(s => s?.name === 'COMMON')
  if (found) return found
  const section: InputSection = {
    file,
    index: file.sections.length,
    name: 'COMMON',
    type: SHT.NOBITS,
    flags: SHF.ALLOC | SHF.WRITE,
    align: 1,
    entrySize: 0,
    data: new Uint8Array(0),
    size: 0,
    relocations: [],
    symbols: [],
    live: true,
    keep: true,
    output: null,
    offset: 0,
    pieces: null,
  }
  file.sections.push(section)
  return section
}

/** The priority in a name such as .init_array.00100; those without come last. */
const priority = (name: string): number => Number(/\.(\d+)$/.exec(name)?.[1] ?? 65536)

function takeRow(row: LayoutRow, candidates: InputSection[]): OutputSection | null {
  // An earlier row's claim stands: `.data.rel.ro` is no `.data.*`.
  const chosen = candidates.map((s, order) => ({ s, order, rank: s.output ? -1 : matchIndex(row.inputs, s.name) })).filter(c => c.rank >= 0)
  if (chosen.length === 0) return null
  chosen.sort((a, b) => rankOf(row, a) - rankOf(row, b) || a.order - b.order)
  const o = newOutput(row.name, SHT.NOBITS, 0)
  for (const { s } of chosen) addInput(o, s)
  return o
}

// Code that matches no special name keeps the order of the files, whatever its suffix.
function rankOf(row: LayoutRow, c: { s: InputSection; rank: number }): number {
  if (row.byPriority) return priority(c.s.name)
  const last = row.inputs.length - 1
  return row.inputs[last].endsWith('.*') && c.rank >= last - 1 ? last - 1 : c.rank
}

/** Sections that no row names stand after the last row of their kind. */
function orphanRegion(s: InputSection): LayoutRow['region'] | 'code' {
  if (s.flags & SHF.WRITE) return isNobits(s) ? 'bss' : 'data'
  return s.flags & SHF.EXECINSTR ? 'code' : 'text'
}

/** Sorts all live input sections into output sections. */
export function arrangeSections(link: Link): void {
  const all: InputSection[] = []
  for (const file of link.files) {
    for (const s of file.sections) {
      if (!s || !s.live || DISCARDED.some(d => d.test(s.name))) continue
      // Empty sections may still anchor symbols.
      if (s.size === 0 && s.symbols.every(x => x.type === STT.SECTION)) continue
      all.push(s)
    }
  }
  const alloc = all.filter(isAlloc)
  const orphans = new Map<string, InputSection[]>()
  for (const s of alloc) {
    if (layoutTable.some(row => matchIndex(row.inputs, s.name) >= 0)) continue
    orphans.set(s.name, [...(orphans.get(s.name) ?? []), s])
  }
  const placeOrphans = (region: LayoutRow['region'] | 'code'): void => {
    for (const [name, inputs] of orphans) {
      if (orphanRegion(inputs[0]) !== region) continue
      const o = newOutput(name, SHT.NOBITS, 0)
      for (const s of inputs) addInput(o, s)
      link.outputs.push(o)
    }
  }
  for (const [i, row] of layoutTable.entries()) {
    const o = takeRow(row, alloc)
    if (o) link.outputs.push(o)
    if (row.name === '.fini') placeOrphans('code')
    if (layoutTable[i + 1]?.region !== row.region) placeOrphans(row.region)
  }
  arrangeUnloaded(link, all)
}

/** Debugging information and the like: one output section per name, in order of appearance. */
function arrangeUnloaded(link: Link, all: readonly InputSection[]): void {
  const byName = new Map<string, OutputSection>()
  for (const s of all) {
    if (isAlloc(s)) continue
    let o = byName.get(s.name)
    if (!o) {
      o = newOutput(s.name, SHT.NOBITS, 0)
      byName.set(s.name, o)
      link.outputs.push(o)
    }
    addInput(o, s)
  }
}

/** Offsets of the inputs inside an output section, and its size. */
function placeInputs(o: OutputSection): void {
  if (o.made) {
    o.size = o.made.length
    return
  }
  let at = 0
  const mergeable = o.inputs.filter(isMergeable)
  let merged = false
  for (const s of o.inputs) {
    if (mergeable.includes(s)) {
      if (merged) continue
      merged = true
      at = mergeInputs(mergeable, at).end
      continue
    }
    at = alignUp(at, s.align)
    s.offset = at
    at += s.size
  }
  o.size = at
}

const regionOf = (o: OutputSection): 'text' | 'data' => (o.flags & SHF.WRITE ? 'data' : 'text')

/** The number of program headers is known before addresses are: it decides where the first section can stand. */
function countSegments(link: Link): number {
  const alloc = link.outputs.filter(isAlloc)
  const loads = new Set(alloc.map(regionOf)).size
  const notes = alloc.some(o => o.type === SHT.NOTE) ? 1 : 0
  const tls = alloc.some(isTls) ? 1 : 0
  const attributes = link.attributes.size > 0 ? 1 : 0
  const stack = 1
  return Math.max(1, loads) + notes + tls + attributes + stack
}

/** Gives every section its address. Runs again after each change of sizes. */
export function assignAddresses(link: Link): void {
  for (const o of link.outputs) placeInputs(o)
  // The same offset within the next page: file and memory stay congruent without padding.
  const first = place(link, at => at + PAGE)
  // When a fresh page makes the data touch one page less, it gets one (GNU ld, DATA_SEGMENT_ALIGN).
  const head = (PAGE - (first.start % PAGE)) % PAGE
  const tail = first.end % PAGE
  const apart = Math.floor(first.start / PAGE) !== Math.floor(first.end / PAGE)
  if (head > 0 && tail > 0 && apart && head + tail <= PAGE) place(link, at => alignUp(at, PAGE))
  defineBorders(link)
}

/** Addresses, given where the data segment begins after the text. Answers the borders of the data segment. */
function place(link: Link, dataFrom: (at: number) => number): { start: number; end: number } {
  const { options } = link
  const base = options.textSegment ?? DEFAULT_BASE
  let at = base + SIZEOF_EHDR + countSegments(link) * SIZEOF_PHDR
  let start = 0
  link.dataStart = 0
  const fixed: Readonly<Record<string, number | undefined>> = { '.text': options.text, '.data': options.data, '.bss': options.bss }
  for (const o of link.outputs) {
    if (!isAlloc(o)) continue
    if (start === 0 && regionOf(o) === 'data') at = start = dataFrom(at)
    if (link.dataStart === 0 && start > 0 && !beforeData(o)) link.dataStart = at
    at = fixed[o.name] ?? alignUp(at, o.align)
    o.address = at
    // As in GNU ld's script: space ends on a boundary of 8.
    if (o.name === '.bss' && o.size > 0) o.size = alignUp(at + o.size, 8) - at
    // Thread-local space is a template: it takes no room in the program's own image.
    if (!(isTls(o) && isNobits(o))) at += o.size
  }
  if (start === 0) at = start = dataFrom(at)
  if (link.dataStart === 0) link.dataStart = at
  return { start, end: alignUp(at, 8) }
}

/** Thread-local data, arrays of constructors and constants that are relocated stand before .data itself. */
function beforeData(o: OutputSection): boolean {
  const row = layoutTable.findIndex(r => r.name === o.name)
  return row >= 0 && row < layoutTable.findIndex(r => r.name === '.data')
}

/** The symbols of GNU ld's default script. */
function defineBorders(link: Link): void {
  const alloc = link.outputs.filter(isAlloc)
  const find = (name: string): OutputSection | null => alloc.find(o => o.name === name) ?? null
  const end = (o: OutputSection | null | undefined): number => (o ? o.address + o.size : 0)
  const last = alloc.filter(o => !(isTls(o) && isNobits(o))).at(-1)
  const texts = alloc.filter(o => o.flags & SHF.EXECINSTR)
  const datas = alloc.filter(o => regionOf(o) === 'data')
  const stored = datas.filter(o => !isNobits(o))
  const spaces = datas.filter(o => isNobits(o) && !isTls(o))
  const endOfText = end(texts.at(-1))
  const dataBegin = find('.data')?.address ?? link.dataStart
  const edata = stored.length > 0 ? Math.max(end(stored.at(-1)), link.dataStart) : link.dataStart
  const endAll = alignUp(Math.max(end(last), edata), 8)
  const sdataBegin = find('.sdata')?.address ?? edata
  /** Defines an address; a symbol at the end of a section belongs to that section. */
  const address = (name: string, value: number, onlyIfUsed: boolean, owner: OutputSection | null | undefined): void => {
    provide(link, name, owner ?? null, BigInt(value - (owner?.address ?? 0)), onlyIfUsed)
  }
  for (const name of ['__etext', '_etext', 'etext']) address(name, endOfText, true, texts.at(-1))
  address('__executable_start', link.options.textSegment ?? DEFAULT_BASE, true, null)
  address('__ehdr_start', link.options.textSegment ?? DEFAULT_BASE, true, null)
  const lastStored = stored.at(-1)
  address('__DATA_BEGIN__', dataBegin, false, find('.data') ?? stored[0] ?? spaces[0])
  address('__SDATA_BEGIN__', sdataBegin, false, find('.sdata') ?? lastStored ?? spaces[0])
  address('_edata', edata, false, lastStored ?? spaces[0])
  address('edata', edata, true, lastStored ?? spaces[0])
  address('__bss_start', edata, false, spaces[0] ?? lastStored)
  address('__BSS_END__', endAll, false, last)
  address('_end', endAll, false, last)
  address('end', endAll, true, last)
  const gp = Math.min(sdataBegin + GP_REACH, Math.max(dataBegin + GP_REACH, endAll - GP_REACH))
  provide(link, '__global_pointer$', null, BigInt(gp), false)
  for (const name of ['__rela_iplt_start', '__rela_iplt_end']) provide(link, name, null, 0n, true)
  for (const row of layoutTable) {
    if (!row.borders) continue
    const o = find(row.name)
    for (const [i, name] of row.borders.entries()) {
      const fallback = o ?? stored[0] ?? null
      provide(link, name, fallback, BigInt(o && i === 1 ? o.size : 0), true)
    }
  }
  for (const o of link.outputs) {
    if (!/^[A-Za-z_]\w*$/.test(o.name)) continue
    provide(link, `__start_${o.name}`, o, 0n, true)
    provide(link, `__stop_${o.name}`, o, BigInt(o.size), true)
  }
}

/** Address and size of the thread-local template; null when there is none. */
export function tlsTemplate(link: Link): { address: number; fileSize: number; memorySize: number; align: number } | null {
  const parts = link.outputs.filter(o => isAlloc(o) && isTls(o))
  if (parts.length === 0) return null
  const align = Math.max(...parts.map(o => o.align))
  const { address } = parts[0]
  // .tbss has no address room of its own: it follows .tdata in the template.
  const stored = parts.filter(o => !isNobits(o))
  const fileSize = stored.reduce((n, o) => Math.max(n, o.address + o.size - address), 0)
  const memorySize = parts.reduce((n, o) => Math.max(n, o.address + o.size - address), 0)
  return { address, fileSize, memorySize, align }
}

/** File offsets of the sections, and the program headers. */
export function makeSegments(link: Link): OutputSegment[] {
  const base = link.options.textSegment ?? DEFAULT_BASE
  const alloc = link.outputs.filter(isAlloc)
  const headers = SIZEOF_EHDR + countSegments(link) * SIZEOF_PHDR
  let fileEnd = headers
  const segments: OutputSegment[] = []
  for (const region of ['text', 'data'] as const) {
    const members = alloc.filter(o => regionOf(o) === region)
    if (members.length === 0 && !(region === 'text' && alloc.length === 0)) continue
    const first = members[0]?.address ?? base + headers
    // The headers are part of the text segment when the addresses leave room for them.
    const withHeaders = region === 'text' && first - base >= headers && first - base < PAGE * 16
    const start = withHeaders ? base : first
    const offset = withHeaders ? 0 : congruent(fileEnd, start)
    let stored = withHeaders ? headers : 0
    let size = stored
    for (const o of members) {
      o.offset = offset + (o.address - start)
      if (isTls(o) && isNobits(o)) continue
      size = Math.max(size, o.address + o.size - start)
      if (!isNobits(o)) stored = Math.max(stored, o.address + o.size - start)
    }
    if (stored > 0) fileEnd = Math.max(fileEnd, offset + stored)
    const code = members.some(o => o.flags & SHF.EXECINSTR)
    const flags = PF.R | (region === 'data' ? PF.W : 0) | (code ? PF.X : 0)
    // What has nothing in the file stands anywhere in it.
    const place = stored === 0 ? start % PAGE : offset
    segments.push({ type: PT.LOAD, flags, offset: place, address: start, fileSize: stored, memorySize: size, align: PAGE })
  }
  let at = fileEnd
  for (const o of link.outputs) {
    if (isAlloc(o)) continue
    o.offset = alignUp(at, o.align)
    at = o.offset + (isNobits(o) ? 0 : o.size)
  }
  return [...segments, ...otherSegments(link, alloc)]
}

/** The first file offset at or after `from` that has the page offset of `address`. */
const congruent = (from: number, address: number): number => from + ((((address - from) % PAGE) + PAGE) % PAGE)

function otherSegments(link: Link, alloc: readonly OutputSection[]): OutputSegment[] {
  const out: OutputSegment[] = []
  const tls = tlsTemplate(link)
  if (tls) {
    const offset = alloc.find(o => isTls(o))?.offset ?? 0
    const { address, fileSize, memorySize, align } = tls
    out.push({ type: PT.TLS, flags: PF.R, offset, address, fileSize, memorySize, align })
  }
  const notes = alloc.filter(o => o.type === SHT.NOTE)
  if (notes.length > 0) {
    const [first] = notes
    const last = notes[notes.length - 1]
    const size = last.address + last.size - first.address
    out.push({
      type: PT.NOTE,
      flags: PF.R,
      offset: first.offset,
      address: first.address,
      fileSize: size,
      memorySize: size,
      align: first.align,
    })
  }
  out.push({ type: PT.GNU_STACK, flags: PF.R | PF.W, offset: 0, address: 0, fileSize: 0, memorySize: 0, align: 16 })
  return out
}
