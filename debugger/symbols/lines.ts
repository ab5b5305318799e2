// Lines of sources and addresses of code, both ways, over all line tables of a file.
import { PF, PT } from '../../kernel/abi/index.ts'
import { readLineProgram, type LineProgram, type LineRow } from './line-program.ts'
import { attempt, contents, type DebugFile } from './sections.ts'
import { firstIndex } from './table.ts'

/** Where code comes from. */
export interface SourcePlace {
  /** As the compiler was given it, with its directory. */
  file: string
  /** 0: made by the compiler, of no line. */
  line: number
  column: number
  isStatement: boolean
}

/** Addresses [start, end) of one row. */
export interface LineRange {
  start: number
  end: number
  place: SourcePlace
  prologueEnd: boolean
}

export interface LineTable {
  programs: LineProgram[]
  /** Every range of code that has a row, by address; none overlap in honest files. */
  ranges: LineRange[]
  /** Paths of sources that have code, each once. */
  files: string[]
  /** Indexes into `ranges`, in order, by path. */
  byFile: Map<string, number[]>
}

/** Rows for code that the linker left out are at address 0 or so: only what is in executable memory counts. */
function codeAreas(file: DebugFile): (address: number) => boolean {
  const areas = file.elf.segments.filter(p => p.type === PT.LOAD && p.flags & PF.X)
  if (areas.length === 0) return () => true
  return address => areas.some(p => address >= p.vaddr && address < p.vaddr + p.memorySize)
}

/** Rows of one sequence as ranges; rows of no length give none, as the row behind them says more. */
function sequence(rows: readonly LineRow[], files: readonly string[], into: LineRange[]): void {
  for (let i = 0; i + 1 < rows.length; i++) {
    const { address: start, file, line, column, isStatement, prologueEnd } = rows[i]
    const end = rows[i + 1].address
    if (end > start) into.push({ start, end, place: { file: files[file] ?? `file ${file}`, line, column, isStatement }, prologueEnd })
  }
}

function rangesOf(program: LineProgram, isCode: (address: number) => boolean, into: LineRange[]): void {
  let first = 0
  program.rows.forEach((row, i) => {
    if (!row.end) return
    const rows = program.rows.slice(first, i + 1)
    first = i + 1
    if (isCode(rows[0].address)) sequence(rows, program.files, into)
  })
}

/** All line programs of the section. Damage in one loses that one and what is behind it, as nothing says where the next begins. */
function programsOf(file: DebugFile): LineProgram[] {
  const programs: LineProgram[] = []
  const size = contents(file, '.debug_line').length
  for (let at = 0; at < size;) {
    const program = attempt(file, () => readLineProgram(file, at))
    if (program === null) break
    programs.push(program)
    at = program.next
  }
  return programs
}

function makeLines(file: DebugFile): LineTable {
  const programs = programsOf(file)
  const isCode = codeAreas(file)
  const ranges: LineRange[] = []
  for (const program of programs) rangesOf(program, isCode, ranges)
  ranges.sort((a, b) => a.start - b.start || b.end - a.end)
  const byFile = new Map<string, number[]>()
  ranges.forEach((range, i) => {
    const list = byFile.get(range.place.file)
    if (list) list.push(i)
    else byFile.set(range.place.file, [i])
  })
  return { programs, ranges, files: [...byFile.keys()].sort(), byFile }
}

const NO_LINES: LineTable = { programs: [], ranges: [], files: [], byFile: new Map() }

/** The line table of a file, made on first use. Empty where there is none or it cannot be read (then `problems` says why). */
export function linesOf(file: DebugFile): LineTable {
  if (file.made.lines === undefined) file.made.lines = attempt(file, () => makeLines(file))
  return file.made.lines ?? NO_LINES
}

/** The range that an address is in, or null. */
export function rangeAt(table: LineTable, address: number): LineRange | null {
  const i = firstIndex(table.ranges.length, j => table.ranges[j].start > address) - 1
  const range = table.ranges[i]
  return range !== undefined && address < range.end ? range : null
}

/** The line that an address comes from. A place of line 0 is none. */
export function lineAt(table: LineTable, address: number): SourcePlace | null {
  const range = rangeAt(table, address)
  return range !== null && range.place.line > 0 ? range.place : null
}

/**
 * All addresses around `address` that are of the same line without a break: stepping by line runs until it leaves them (and until a
 * row that is a statement).
 */
export function statementRange(table: LineTable, address: number): { start: number; end: number; place: SourcePlace } | null {
  const { ranges } = table
  const here = firstIndex(ranges.length, j => ranges[j].start > address) - 1
  if (here < 0 || address >= ranges[here].end) return null
  const { place } = ranges[here]
  const same = (a: LineRange, b: LineRange): boolean => a.end === b.start && a.place.line === b.place.line && a.place.file === b.place.file
  let first = here
  let last = here
  while (first > 0 && same(ranges[first - 1], ranges[first])) first--
  while (last + 1 < ranges.length && same(ranges[last], ranges[last + 1])) last++
  return { start: ranges[first].start, end: ranges[last].end, place }
}

/** Paths of the table that a name means: equal, or ending in it at a `/`. */
export function filesNamed(table: LineTable, name: string): string[] {
  const wanted = name.replace(/^\.\//, '')
  return table.files.filter(path => path === name || path === wanted || path.endsWith(`/${wanted}`))
}

export interface LineAddresses {
  /** The line that has code: the one asked for, or the next one that has. */
  line: number
  file: string
  /** One for each place where its code begins, in order. */
  addresses: number[]
  /** What to tell the user when it is not the line that was asked for; else null. */
  note: string | null
}

/** Starts of the line's runs of code: a loop's line may have several; rows that follow one another count once. */
function startsOf(table: LineTable, indexes: readonly number[], line: number): number[] {
  const mine = indexes.filter(i => table.ranges[i].place.line === line)
  const statements = mine.filter(i => table.ranges[i].place.isStatement)
  const used = statements.length > 0 ? statements : mine
  const known = new Set(mine)
  return used.filter(i => !(known.has(i - 1) && table.ranges[i - 1].end === table.ranges[i].start)).map(i => table.ranges[i].start)
}

/**
 * Where the code of a line begins. A line without code stands for the next one in its file that has some, and `note` says so.
 * @returns one answer for each file that the name means; none when there is no such file, or no code from that line on
 */
export function addressesOfLine(table: LineTable, name: string, line: number): LineAddresses[] {
  return filesNamed(table, name).flatMap(file => {
    const indexes = table.byFile.get(file) ?? []
    let found = Infinity
    for (const i of indexes) {
      const at = table.ranges[i].place.line
      if (at >= line && at < found) found = at
    }
    if (found === Infinity) return []
    const note = found === line ? null : `line ${line} of ${file} has no code; the next line that has is ${found}`
    return [{ line: found, file, addresses: startsOf(table, indexes, found), note }]
  })
}

/**
 * Where a breakpoint on a function [start, end) goes: behind its prologue, which is where the compiler says so, else its second line.
 * Functions without lines, or of one line, are entered at their start.
 */
export function afterPrologue(table: LineTable, start: number, end: number): number {
  const { ranges } = table
  const first = firstIndex(ranges.length, j => ranges[j].start >= start)
  let second: number | null = null
  for (let i = first; i < ranges.length && ranges[i].start < end; i++) {
    if (ranges[i].prologueEnd) return ranges[i].start
    // A second row for the same line ends the prologue too: the body of a function may be on the line of its name.
    if (second === null && i > first && ranges[i].place.line > 0) second = ranges[i].start
  }
  return second ?? start
}
