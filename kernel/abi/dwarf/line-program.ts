// The line number program of one unit (DWARF 2 to 5, section 6.2): a small machine whose steps append rows "this address is that line".
import { block, cursorOn, fail, i8, offset, sleb, text, u16, u32, u8, uleb, unitLength, word, address as readAddress } from './reader.ts'
import type { Cursor } from './reader.ts'
import { FORM } from './constants.ts'

/** Where the program of a file, or of an object that is not linked yet, gets its sections and strings. */
export interface LineSource {
  /** Contents of a section, relocated; empty when there is none. */
  contents(section: string): Uint8Array
  /** The string at an offset of a section; `from` is what refers to it, for messages. */
  stringAt(section: string, at: number, from: Cursor): string
}

export interface LineRow {
  address: number
  /** Index into LineProgram.files. */
  file: number
  line: number
  column: number
  /** A good place for a breakpoint. */
  isStatement: boolean
  /** First instruction of the body, after the prologue, where the compiler says so. */
  prologueEnd: boolean
  /** One past the last instruction of a run of rows; its line means nothing. */
  end: boolean
}

export interface LineProgram {
  /** Where in .debug_line the unit is, which is how compilation units refer to it. */
  offset: number
  version: number
  /** Paths by the numbers that rows use, directories included; holes where a number means nothing. */
  files: string[]
  rows: LineRow[]
  next: number
}

interface Header {
  version: number
  wide: boolean
  addressSize: number
  minimumLength: number
  operationsPerWord: number
  defaultStatement: boolean
  lineBase: number
  lineRange: number
  opcodeBase: number
  operands: number[]
  files: string[]
}

const CONTENT = { path: 1, directory: 2 } as const
const MIN_VERSION = 2
const MAX_VERSION = 5
const ADDRESS_BYTES = 8

/** A path within a directory, with the pieces that mean nothing left out. */
export function joinPath(directory: string, name: string): string {
  if (name.startsWith('/') || directory === '' || directory === '.') return name
  return `${directory.replace(/\/$/, '')}/${name}`
}

type EntryField = { content: number; form: number }

/** Forms that the tables of version 5 may use. What is no text reads as its number. */
const ENTRY_FORMS: Readonly<Record<number, (c: Cursor, source: LineSource, wide: boolean) => string | number>> = {
  [FORM.string]: text,
  [FORM.strp]: (c, source, wide) => source.stringAt('.debug_str', offset(c, wide), c),
  [FORM.lineStrp]: (c, source, wide) => source.stringAt('.debug_line_str', offset(c, wide), c),
  [FORM.data1]: u8,
  [FORM.data2]: u16,
  [FORM.data4]: u32,
  [FORM.data8]: word,
  [FORM.udata]: uleb,
  [FORM.data16]: c => block(c, 16).length,
  [FORM.block]: c => block(c, uleb(c)).length,
}

function entries(c: Cursor, source: LineSource, wide: boolean): { path: string; directory: number }[] {
  const fields: EntryField[] = Array.from({ length: u8(c) }, () => ({ content: uleb(c), form: uleb(c) }))
  const count = uleb(c)
  // Every form takes a byte or more.
  if (count * fields.length > c.end - c.at || (fields.length === 0 && count > 0)) fail(c, `a table of ${count} entries`)
  return Array.from({ length: count }, () => {
    const entry = { path: '', directory: 0 }
    for (const { content, form } of fields) {
      const read = ENTRY_FORMS[form]
      if (read === undefined) fail(c, `form 0x${form.toString(16)} in a table of files`)
      const value = read(c, source, wide)
      if (content === CONTENT.path) entry.path = String(value)
      else if (content === CONTENT.directory) entry.directory = Number(value)
    }
    return entry
  })
}

/** Version 5: directory 0 is the unit's own, file 0 its source. */
function newTables(c: Cursor, source: LineSource, wide: boolean): string[] {
  const directories = entries(c, source, wide).map(d => d.path)
  const base = directories[0] ?? ''
  return entries(c, source, wide).map(f => joinPath(joinPath(base, directories[f.directory] ?? ''), f.path))
}

/** Versions 2 to 4: lists that end with an empty name; numbers begin at 1, directory 0 is the unit's own, named only in .debug_info. */
function oldTables(c: Cursor): string[] {
  const directories = ['']
  for (let name = text(c); name !== ''; name = text(c)) directories.push(name)
  const files = ['']
  for (let name = text(c); name !== ''; name = text(c)) files.push(oldFile(c, name, directories))
  return files
}

function oldFile(c: Cursor, name: string, directories: readonly string[]): string {
  const directory = uleb(c)
  // Time of change and size.
  uleb(c)
  uleb(c)
  return joinPath(directories[directory] ?? '', name)
}

function readHeader(c: Cursor, source: LineSource, wide: boolean): Header {
  const version = u16(c)
  if (version < MIN_VERSION || version > MAX_VERSION) fail(c, `line table of version ${version}`)
  let addressSize = ADDRESS_BYTES
  if (version >= 5) {
    addressSize = u8(c)
    if (u8(c) !== 0) fail(c, 'segment selectors are not supported')
  }
  const length = offset(c, wide)
  if (length > c.end - c.at) fail(c, 'a header that reaches past its unit')
  const program = c.at + length
  const minimumLength = u8(c)
  const operationsPerWord = version >= 4 ? u8(c) : 1
  const defaultStatement = u8(c) !== 0
  const lineBase = i8(c)
  const lineRange = u8(c)
  const opcodeBase = u8(c)
  if (lineRange === 0 || opcodeBase === 0 || operationsPerWord !== 1) fail(c, 'a header with impossible numbers')
  const operands = [0, ...Array.from({ length: opcodeBase - 1 }, () => u8(c))]
  const files = version >= 5 ? newTables(c, source, wide) : oldTables(c)
  c.at = program
  return {
    version,
    wide,
    addressSize,
    minimumLength,
    operationsPerWord,
    defaultStatement,
    lineBase,
    lineRange,
    opcodeBase,
    operands,
    files,
  }
}

interface Registers extends LineRow {
  /** Whether any row was appended since the last sequence ended. */
  open: boolean
}
const initial = (h: Header): Registers => ({
  address: 0,
  file: 1,
  line: 1,
  column: 0,
  isStatement: h.defaultStatement,
  prologueEnd: false,
  end: false,
  open: false,
})

interface Run {
  c: Cursor
  header: Header
  r: Registers
  rows: LineRow[]
}

function append(run: Run): void {
  const { address, file, line, column, isStatement, prologueEnd, end } = run.r
  if (!Number.isSafeInteger(address)) fail(run.c, 'an address beyond 2^53')
  run.rows.push({ address, file, line, column, isStatement, prologueEnd, end })
  run.r.prologueEnd = false
  run.r.open = true
}

function advance(run: Run, operations: number): void {
  run.r.address += operations * run.header.minimumLength
}

const constantAdvance = (h: Header): number => Math.floor((255 - h.opcodeBase) / h.lineRange)

/** Standard opcodes by number (section 6.2.5.2). */
const STANDARD: Readonly<Record<number, (run: Run) => void>> = {
  1: append,
  2: run => advance(run, uleb(run.c)),
  3: run => void (run.r.line += sleb(run.c)),
  4: run => void (run.r.file = uleb(run.c)),
  5: run => void (run.r.column = uleb(run.c)),
  6: run => void (run.r.isStatement = !run.r.isStatement),
  // Basic blocks, epilogues and instruction sets are of no use here.
  7: () => {},
  8: run => advance(run, constantAdvance(run.header)),
  9: run => void (run.r.address += u16(run.c)),
  10: run => void (run.r.prologueEnd = true),
  11: () => {},
  12: run => void uleb(run.c),
}

/** Extended opcodes by number (section 6.2.5.3). What is not here is skipped by its length. */
const EXTENDED: Readonly<Record<number, (run: Run) => void>> = {
  1: run => {
    run.r.end = true
    append(run)
    run.r = initial(run.header)
  },
  2: run => void (run.r.address = readAddress(run.c, run.c.end - run.c.at)),
  3: run => void run.header.files.push(oldFile(run.c, text(run.c), [''])),
}

function extended(run: Run): void {
  const { c } = run
  const length = uleb(c)
  if (length === 0) return
  const unitEnd = c.end
  if (length > unitEnd - c.at) fail(c, 'an opcode that reaches past its unit')
  const end = c.at + length
  c.end = end
  EXTENDED[u8(c)]?.(run)
  c.at = end
  c.end = unitEnd
}

function special(run: Run, opcode: number): void {
  const { header, r } = run
  const adjusted = opcode - header.opcodeBase
  advance(run, Math.floor(adjusted / header.lineRange))
  r.line += header.lineBase + (adjusted % header.lineRange)
  append(run)
}

/** Reads the unit at an offset of .debug_line. A program that ends in the middle of a sequence is damaged. */
export function readLineProgram(source: LineSource, at: number): LineProgram {
  const c = cursorOn('.debug_line', source.contents('.debug_line'), at)
  const wide = unitLength(c)
  const header = readHeader(c, source, wide)
  const run: Run = { c, header, r: initial(header), rows: [] }
  while (c.at < c.end) {
    const opcode = u8(c)
    if (opcode >= header.opcodeBase) special(run, opcode)
    else if (opcode === 0) extended(run)
    else if (STANDARD[opcode]) STANDARD[opcode](run)
    else for (let n = header.operands[opcode]; n > 0; n--) uleb(c)
  }
  if (run.r.open) fail(c, 'a line program that ends in the middle of a sequence')
  return { offset: at, version: header.version, files: header.files, rows: run.rows, next: c.end }
}
