// objdump -d: code line by line, labels, data between code, and relocations where they are asked for.
import { disassemble, instructionLength } from '../../vm/isa/index.ts'
import { ET, readRelocations, readSymbols, sectionBytes, SHF, SHT, STT } from '../../kernel/abi/index.ts'
import type { ElfFile, ElfSymbol, Relocation, Section } from '../../kernel/abi/index.ts'
import { relocationName } from '../relocations.ts'
import { follow, newTracker, type Tracker } from './addresses.ts'
import { chosenSections, hasContents } from './objdump-sections.ts'
import { isNamed, loadSymbols, symbolFor, type Symbols } from './symbols.ts'
import { HEX64, hex, visible } from './text.ts'
import type { ObjdumpOptions } from './objdump-options.ts'

/** Zeros in a row that are left out: that many, or fewer than so many at the end of a piece. */
const SKIP_ZEROS = 8
const SKIP_ZEROS_AT_END = 3
const BYTES_PER_LINE = 8
const OBJECT_BYTES_PER_LINE = 16

interface Context {
  elf: ElfFile
  options: ObjdumpOptions
  symbols: Symbols
  tracker: Tracker
  section: Section
  bytes: Uint8Array
  view: DataView
  /** Offsets where code or data begins. */
  mapping: { at: number; code: boolean; compressed: boolean }[]
  relocations: Relocation[]
  relocationSymbols: ElfSymbol[]
  nextRelocation: number
  /** Bytes that are printed as one number: as for the last instruction, 1 before there was any. */
  unit: number
  lines: string[]
}

export function showDisassembly(elf: ElfFile, options: ObjdumpOptions): string[] {
  const symbols = loadSymbols(elf)
  const tracker = newTracker(symbols)
  const sections = chosenSections(elf, options).filter(
    s => hasContents(s) && s.size > 0 && (s.flags & SHF.EXECINSTR || options.disassemble === 'all' || options.only?.includes(s.name)),
  )
  return sections.flatMap(section => disassembleSection(elf, options, symbols, tracker, section))
}

function disassembleSection(elf: ElfFile, options: ObjdumpOptions, symbols: Symbols, tracker: Tracker, section: Section): string[] {
  const bytes = sectionBytes(elf, section)
  const table = options.relocations ? elf.sections.find(s => s.type === SHT.RELA && s.info === section.index) : undefined
  const linked = table && elf.sections[table.link]
  const c: Context = {
    elf,
    options,
    symbols,
    tracker,
    section,
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    mapping: mappingOf(symbols, section),
    relocations: table ? readRelocations(elf, table).sort((a, b) => a.offset - b.offset) : [],
    relocationSymbols: linked ? readSymbols(elf, linked) : [],
    nextRelocation: 0,
    unit: 1,
    lines: ['', `Disassembly of section ${section.name}:`],
  }
  const { sorted, values } = symbols
  let at = 0
  let current = symbolFor(symbols, section.address, section.index, true)
  while (at < bytes.length) {
    const address = section.address + at
    c.lines.push('', `${hex(address, HEX64)} ${nameAddress(c, address, true)}:`)
    let next: typeof current = null
    if (current && values[current.index] > address) next = current
    else if (current) {
      for (let i = current.index + 1; i < sorted.length; i++) {
        if (sorted[i].section !== section.index || values[i] <= values[current.index] || !isNamed(sorted[i])) continue
        next = { symbol: sorted[i], index: i }
        break
      }
    }
    let stop = next ? values[next.index] - section.address : bytes.length
    if (stop > bytes.length || stop <= at) stop = bytes.length
    const isObject =
      current !== null && values[current.index] <= address && current.symbol.type === STT.OBJECT && options.disassemble !== 'all'
    if (isObject && current?.symbol.section === section.index) dumpObject(c, at, stop)
    else disassembleRange(c, at, stop)
    at = stop
    current = next
  }
  return c.lines
}

/** Mapping symbols; `$xrv64...` names the extensions from there on, `$x` leaves them as they were. */
function mappingOf(symbols: Symbols, section: Section): Context['mapping'] {
  const marks = symbols.all
    .filter(s => s.section === section.index && /^\$[xd]/.test(s.name))
    .map(s => ({ at: Number(s.value) - section.address, name: s.name }))
    .sort((a, b) => a.at - b.at)
  let compressed = true
  return marks.map(({ at, name }) => {
    if (name.startsWith('$xrv')) compressed = /_c\d/.test(name)
    return { at, code: name[1] === 'x', compressed }
  })
}

/** `<main+0x10>` */
function nameAddress(c: Context, address: number, label = false): string {
  const { section, elf } = c
  const inside = elf.header.type === ET.REL && address >= section.address && address < section.address + section.size
  // A label is named after something in the section that it stands in.
  const own = label || inside
  const found = symbolFor(c.symbols, address, section.index, own)
  const base = found ? c.symbols.values[found.index] : section.address
  const written = base === address ? undefined : c.symbols.dynamic.get(address)
  if (written !== undefined) return `<${written}>`
  const name = found ? visible(found.symbol.name) : section.name
  if (base === address) return `<${name}>`
  return address < base ? `<${name}-0x${hex(base - address)}>` : `<${name}+0x${hex(address - base)}>`
}

const target = (c: Context, address: number): string | null => (c.symbols.sorted.length === 0 ? null : nameAddress(c, address).slice(1, -1))

/** Addresses are as wide as the section needs: leading zeros go four at a time, and the rest of them is blank. */
function addressText(c: Context, address: number): string {
  let digits = hex(c.section.address + c.section.size, HEX64)
  while (digits.startsWith('00000') && digits.length > 4) digits = digits.slice(4)
  return hex(address).padStart(digits.length)
}

/** What the bytes at an offset are, and how far that goes. */
function stateAt(c: Context, at: number): { code: boolean; compressed: boolean; end: number } {
  const { mapping } = c
  let low = 0
  let high = mapping.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (mapping[middle].at <= at) low = middle + 1
    else high = middle
  }
  const current = mapping[low - 1]
  return { code: current?.code ?? true, compressed: current?.compressed ?? true, end: mapping[low]?.at ?? c.bytes.length }
}

function zerosFrom(c: Context, at: number, stop: number): number {
  let end = at
  while (end < stop && c.bytes[end] === 0) end++
  const count = end - at
  const skipped = count >= SKIP_ZEROS || (end === stop && count < SKIP_ZEROS_AT_END && count > 0)
  if (!skipped) return 0
  return end < stop ? count - (count % 4) : count
}

function disassembleRange(c: Context, from: number, stop: number): void {
  for (let at = from; at < stop;) {
    const zeros = c.options.zeros ? 0 : zerosFrom(c, at, stop)
    if (zeros > 0) {
      c.lines.push('\t...')
      relocationLines(c, at, at + zeros)
      at += zeros
      continue
    }
    const { code, compressed, end } = stateAt(c, at)
    const length = code ? instruction(c, at, stop, compressed) : data(c, at, Math.min(stop, end))
    relocationLines(c, at, at + length)
    at += length
  }
}

/** `   10120:\t00002197          \t` and the text. */
function line(c: Context, at: number, length: number, text: string): void {
  const units = length === 2 ? 2 : 4
  c.unit = units
  let digits = ''
  for (let k = 0; k < BYTES_PER_LINE; k += units) {
    let word = ''
    for (let i = Math.min(units, length - k) - 1; i >= 0; i--) word += hex(c.bytes[at + k + i], 2)
    digits += `${word.padEnd(2 * units)} `
  }
  c.lines.push(`${addressText(c, c.section.address + at)}:\t${digits}\t${text}`)
}

/** What GNU objdump calls a c.nop when it may not use aliases. */
const C_NOP = 'c.addi\tzero,0'

function instruction(c: Context, at: number, stop: number, compressed: boolean): number {
  if (at + 2 > c.bytes.length) return odd(c, at)
  const half = c.view.getUint16(at, true)
  const length = instructionLength(half)
  if (at + length > c.bytes.length) return data(c, at, stop)
  if (length === 2 && !compressed) {
    line(c, at, length, `.2byte\t0x${hex(half)}`)
    return length
  }
  const word = length === 2 ? half : c.view.getUint32(at, true)
  const pc = c.section.address + at
  const aliases = !c.options.noAliases
  const shown = disassemble(word, pc, { aliases, shortImmediates: true, symbol: a => target(c, a) })
  const comment = shown.decoded ? follow(c.tracker, shown.decoded, pc, aliases) : null
  const text = shown.text === 'c.nop' ? C_NOP : shown.text
  line(c, at, length, comment === null ? text : `${text} # ${hex(comment)}${commentName(c, comment)}`)
  return length
}

function commentName(c: Context, address: bigint): string {
  if (c.symbols.sorted.length === 0) return ''
  return ` ${nameBig(c, address)}`
}

/** As nameAddress, for addresses beyond 2^53, which are relative to the last symbol. */
function nameBig(c: Context, address: bigint): string {
  if (address < 1n << 53n) return nameAddress(c, Number(address))
  const nearest = c.symbols.sorted.findLast(s => isNamed(s) && s.value <= address)
  // Of those that share an address, the first.
  const last = c.symbols.sorted.find(s => isNamed(s) && s.value === nearest?.value)
  if (!last) return `<${c.section.name}>`
  const offset = address - last.value
  return offset === 0n ? `<${visible(last.name)}>` : `<${visible(last.name)}+0x${hex(offset)}>`
}

const DATA: Readonly<Record<number, string>> = { 4: '.word', 2: '.short', 1: '.byte' }

/** Data in code: words, and what is left of them before the next code. */
function data(c: Context, at: number, end: number): number {
  const left = Math.min(4, end - at)
  const length = left === 3 ? 2 : left
  let value = 0
  for (let i = length - 1; i >= 0; i--) value = value * 256 + c.bytes[at + i]
  line(c, at, length, `${DATA[length]}\t0x${hex(value, length * 2)}`)
  return length
}

function odd(c: Context, at: number): number {
  line(c, at, 1, `.byte\t0x${hex(c.bytes[at], 2)}`)
  return 1
}

/** A data object in a code section: hex and text. */
function dumpObject(c: Context, from: number, stop: number): void {
  for (let at = from; at < stop; at += OBJECT_BYTES_PER_LINE) {
    const zeros = c.options.zeros ? 0 : zerosFrom(c, at, stop)
    if (zeros > 0) {
      c.lines.push('\t...')
      at += zeros - OBJECT_BYTES_PER_LINE
      continue
    }
    const length = Math.min(OBJECT_BYTES_PER_LINE, stop - at)
    const { unit } = c
    let digits = ''
    let k = 0
    for (; k < length; k += unit) {
      // A piece that is cut short is left out.
      if (k + unit <= length) for (let i = unit - 1; i >= 0; i--) digits += hex(c.bytes[at + k + i], 2)
      digits += ' '
    }
    for (k = length; k < OBJECT_BYTES_PER_LINE; k += unit) digits += `${'  '.repeat(unit)} `
    const text = [...c.bytes.subarray(at, at + length)].map(b => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.')).join('')
    c.lines.push(`${addressText(c, c.section.address + at)}:\t${digits}    ${text}`)
  }
}

function relocationLines(c: Context, from: number, to: number): void {
  for (; c.nextRelocation < c.relocations.length && c.relocations[c.nextRelocation].offset < to; c.nextRelocation++) {
    const r = c.relocations[c.nextRelocation]
    if (r.offset < from) continue
    const symbol = c.relocationSymbols[r.symbol]
    const section = symbol?.type === STT.SECTION ? (c.elf.sections[symbol.section]?.name ?? '') : null
    const name = r.symbol === 0 || !symbol ? '*ABS*' : (section ?? visible(symbol.name))
    const addend = r.addend === 0 ? '' : r.addend < 0 ? `-0x${hex(-r.addend)}` : `+0x${hex(r.addend)}`
    c.lines.push(`\t\t\t${hex(c.section.address + r.offset)}: ${relocationName(r.type)}\t${name}${addend}`)
  }
}
