// Lines of sources and addresses of code, both ways, over all line tables of a file.
import { PF, PT } from '../../kernel/abi/index.ts'
import { readLineProgram, type Cursor, type LineProgram, type LineRow } from '../../kernel/abi/dwarf/index.ts'
import { attempt, contents, stringAt } from './sections.ts'
import { firstIndex } from './table.ts'
import type { DebugFile, LineRange, LineTable, SourcePlace } from './model.ts'

/** Rows for code that the linker left out are at address 0 or so: only what is in executable memory counts. */
function codeAreas(file: DebugFile): (address: number) => boolean {
  const areas = file.elf.segments.filter(p => p.type === PT.LOAD && p.flags & PF.X)
  if (areas.length === 0) return () => true
  return address => areas.some(p => address >= p.vaddr && address < p.vaddr + p.memorySize)
}

/** Of rows for one address the last says what the code is, but one that is a statement is better (as gdb has it). */
function best(rows: readonly LineRow[], first: number, last: number): LineRow {
  let i = last
  while (i > first && !rows[i].isStatement && rows[i - 1].line !== 0) i--
  return rows[i].isStatement ? rows[i] : rows[last]
}

/** Rows of one sequence as ranges of code, and as marks of their lines. */
function sequence(rows: readonly LineRow[], files: readonly string[], table: LineTable): void {
  const nameOf = (row: LineRow): string => files[row.file] ?? `file ${row.file}`
  for (let first = 0, last = 0; last + 1 < rows.length; first = last) {
    const start = rows[first].address
    while (last < rows.length && rows[last].address === start && !rows[last].end) last++
    // The end of a sequence at the start of another row, or rows that go backwards, give nothing.
    if (last === first) break
    const end = rows[last]?.address ?? start
    const row = best(rows, first, last - 1)
    const prologueEnd = rows.slice(first, last).some(r => r.prologueEnd)
    const { line, column, isStatement } = row
    if (end > start) table.ranges.push({ start, end, place: { file: nameOf(row), line, column, isStatement }, prologueEnd })
    for (const mark of rows.slice(first, last)) {
      const list = table.byFile.get(nameOf(mark))
      const item = { address: start, line: mark.line, isStatement: mark.isStatement }
      if (list) list.push(item)
      else table.byFile.set(nameOf(mark), [item])
    }
  }
}

function addProgram(program: LineProgram, isCode: (address: number) => boolean, table: LineTable): void {
  let first = 0
  program.rows.forEach((row, i) => {
    if (!row.end) return
    const rows = program.rows.slice(first, i + 1)
    first = i + 1
    if (isCode(rows[0].address)) sequence(rows, program.files, table)
  })
}

/** All line programs of the section. Damage in one loses that one and what is behind it, as nothing says where the next begins. */
function programsOf(file: DebugFile): LineProgram[] {
  const programs: LineProgram[] = []
  const source = {
    contents: (name: string) => contents(file, name),
    stringAt: (name: string, at: number, from: Cursor) => stringAt(file, name, at, from),
  }
  const size = contents(file, '.debug_line').length
  for (let at = 0; at < size;) {
    const program = attempt(file, () => readLineProgram(source, at))
    if (program === null) break
    programs.push(program)
    at = program.next
  }
  return programs
}

function makeLines(file: DebugFile): LineTable {
  const isCode = codeAreas(file)
  const table: LineTable = { programs: programsOf(file), ranges: [], files: [], byFile: new Map() }
  for (const program of table.programs) addProgram(program, isCode, table)
  table.ranges.sort((a, b) => a.start - b.start || b.end - a.end)
  for (const marks of table.byFile.values()) marks.sort((a, b) => a.address - b.address)
  table.files = [...table.byFile.keys()].sort()
  return table
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

/** Where statements of a line begin, or of the next one of the file that has any; null when there are none from there on. */
export function marksOfLine(table: LineTable, file: string, line: number): { line: number; addresses: number[] } | null {
  const marks = (table.byFile.get(file) ?? []).filter(m => m.isStatement && m.line >= Math.max(line, 1))
  if (marks.length === 0) return null
  const found = marks.reduce((least, m) => Math.min(least, m.line), Infinity)
  return { line: found, addresses: [...new Set(marks.filter(m => m.line === found).map(m => m.address))] }
}

/**
 * Where the body of a function [start, end) begins: where the compiler says so, else at its second line. Functions without lines, or
 * of one line, begin at their start.
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
