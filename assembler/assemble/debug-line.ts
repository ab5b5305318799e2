// DWARF for the source itself: which line each instruction came from (.debug_line), and a compilation unit that says so (.debug_info).
// Addresses that the linker may still shift are written as differences for it to fill in. No types, variables or frames.
import { SHT } from '../../kernel/abi/index.ts'
import { newBytes, putBytes, putSleb128, putString, putU16, putU32, putU8, putUleb128, type Bytes } from '../bytes.ts'
import { addFixup, emitBytes, sectionNamed } from './sections.ts'
import { newSymbol } from './symbol.ts'
import { symbolExpr } from './expression.ts'
import type { Assembly, AsmSection, AsmSymbol, Expr, LineRow } from './state.ts'

// DWARF 5, sections 6.2.4 and 6.2.5; version 3 differs in the header only.
const LINE_BASE = -5
const LINE_RANGE = 14
const OPCODE_BASE = 13
const STANDARD_LENGTHS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]
const OP = { copy: 1, advancePc: 2, advanceLine: 3, setFile: 4, setColumn: 5, negateStatement: 6, fixedAdvancePc: 9 } as const
const EXTENDED = { endSequence: 1, setAddress: 2 } as const
const ADDRESS_SIZE = 8
/** A difference of two bytes must hold the distance of two rows, gaps at their largest included. */
const MAX_FIXED_ADVANCE = 0xf000
const LARGEST_BRANCH = 8

/** A fixup at an offset of the bytes that are being made. */
interface Hole {
  at: number
  size: number
  value: Expr
}
interface Draft {
  bytes: Bytes
  holes: Hole[]
}

interface Spot {
  fixed: number
  gaps: number
  slack: number
}

/** A label at a place of a section; it reaches the object file only if the linker needs it. */
function labelAt(asm: Assembly, section: AsmSection, spot: Spot): AsmSymbol {
  const symbol = newSymbol('.L0 ')
  symbol.place = { section, ...spot }
  asm.anonymous.push(symbol)
  return symbol
}

function hole(draft: Draft, size: number, value: Expr): void {
  draft.holes.push({ at: draft.bytes.length, size, value })
  putBytes(draft.bytes, new Uint8Array(size))
}

const endOf = (s: AsmSection): Spot => ({ fixed: s.fixed, gaps: s.gaps.length, slack: s.slack })

function setAddress(draft: Draft, label: AsmSymbol): void {
  putU8(draft.bytes, 0)
  putUleb128(draft.bytes, BigInt(1 + ADDRESS_SIZE))
  putU8(draft.bytes, EXTENDED.setAddress)
  hole(draft, ADDRESS_SIZE, symbolExpr(label))
}

/** Moves the address from one place to a later one of the section. */
function advance(
  asm: Assembly,
  draft: Draft,
  section: AsmSection,
  from: { spot: Spot; label: AsmSymbol },
  to: Spot,
): { spot: Spot; label: AsmSymbol } {
  const known = from.spot.gaps === to.gaps && from.spot.slack === to.slack
  const distance = to.fixed - from.spot.fixed
  if (known) {
    putU8(draft.bytes, OP.advancePc)
    putUleb128(draft.bytes, BigInt(distance))
    return { spot: to, label: labelAt(asm, section, to) }
  }
  const label = labelAt(asm, section, to)
  const onlyBranches = section.gaps.slice(from.spot.gaps, to.gaps).every(g => g.kind === 'branch')
  if (onlyBranches && distance + (to.gaps - from.spot.gaps) * LARGEST_BRANCH < MAX_FIXED_ADVANCE) {
    putU8(draft.bytes, OP.fixedAdvancePc)
    hole(draft, 2, { kind: 'binary', operator: '-', left: symbolExpr(label), right: symbolExpr(from.label) })
  } else setAddress(draft, label)
  return { spot: to, label }
}

function sequence(asm: Assembly, draft: Draft, section: AsmSection, fileNumber: (name: string) => number): void {
  const { bytes } = draft
  const spotOf = (row: LineRow): Spot => ({ fixed: row.fixed, gaps: row.gaps, slack: row.slack })
  const [first] = section.lines
  let at = { spot: spotOf(first), label: labelAt(asm, section, spotOf(first)) }
  setAddress(draft, at.label)
  let state = { file: 1, line: 1, column: 0, isStatement: true }
  for (const row of section.lines) {
    const file = fileNumber(row.file)
    if (file !== state.file) {
      putU8(bytes, OP.setFile)
      putUleb128(bytes, BigInt(file))
    }
    if (row.column !== state.column) {
      putU8(bytes, OP.setColumn)
      putUleb128(bytes, BigInt(row.column))
    }
    if (row.isStatement !== state.isStatement) putU8(bytes, OP.negateStatement)
    if (row.line !== state.line) {
      putU8(bytes, OP.advanceLine)
      putSleb128(bytes, BigInt(row.line - state.line))
    }
    if (row !== first) at = advance(asm, draft, section, at, spotOf(row))
    putU8(bytes, OP.copy)
    state = { file, line: row.line, column: row.column, isStatement: row.isStatement }
  }
  advance(asm, draft, section, at, endOf(section))
  for (const b of [0, 1, EXTENDED.endSequence]) putU8(bytes, b)
}

const CONTENT_PATH = 1
const CONTENT_DIRECTORY = 2
const FORM_STRING = 0x08
const FORM_UDATA = 0x0f

/** Names of files by number; number 0, which DWARF 5 has, decides the version. */
function putFiles(b: Bytes, files: ReadonlyMap<number, string>, directory: string, version: number): void {
  const last = Math.max(...files.keys())
  if (version < 5) {
    putU8(b, 0)
    for (let n = 1; n <= last; n++) {
      putString(b, files.get(n) ?? '?')
      for (let i = 0; i < 3; i++) putU8(b, 0)
    }
    putU8(b, 0)
    return
  }
  for (const n of [1, CONTENT_PATH, FORM_STRING, 1]) putU8(b, n)
  putString(b, directory)
  for (const n of [2, CONTENT_PATH, FORM_STRING, CONTENT_DIRECTORY, FORM_UDATA]) putU8(b, n)
  putUleb128(b, BigInt(last + 1))
  for (let n = 0; n <= last; n++) {
    putString(b, files.get(n) ?? '?')
    putU8(b, 0)
  }
}

/** The bytes with their lengths filled in. */
function lineProgram(asm: Assembly, sections: readonly AsmSection[], files: ReadonlyMap<number, string>, directory: string): Draft {
  const version = files.has(0) ? 5 : 3
  const draft: Draft = { bytes: newBytes(1024), holes: [] }
  const b = draft.bytes
  putU32(b, 0)
  putU16(b, version)
  if (version >= 5) for (const n of [ADDRESS_SIZE, 0]) putU8(b, n)
  const headerLengthAt = b.length
  putU32(b, 0)
  putU8(b, 1)
  if (version >= 4) putU8(b, 1)
  for (const n of [1, LINE_BASE & 0xff, LINE_RANGE, OPCODE_BASE, ...STANDARD_LENGTHS]) putU8(b, n)
  putFiles(b, files, directory, version)
  b.view.setUint32(headerLengthAt, b.length - headerLengthAt - 4, true)
  const numbers = new Map([...files].reverse().map(([n, name]) => [name, n]))
  for (const section of sections) sequence(asm, draft, section, name => numbers.get(name) ?? 1)
  b.view.setUint32(0, b.length - 4, true)
  return draft
}

/** Puts a draft at the end of a section. */
function append(asm: Assembly, name: string, draft: Draft): void {
  const { section } = asm
  asm.section = sectionNamed(asm, name, { type: SHT.PROGBITS, flags: 0 })
  let from = 0
  for (const { at, size, value } of draft.holes) {
    emitBytes(asm, draft.bytes.data.subarray(from, at))
    addFixup(asm, null, size, value)
    emitBytes(asm, new Uint8Array(size))
    from = at + size
  }
  emitBytes(asm, draft.bytes.data.subarray(from, draft.bytes.length))
  asm.section = section
}

// DWARF 3, section 7.5: the few codes that a compilation unit of assembly needs.
const TAG_COMPILE_UNIT = 0x11
const AT = { name: 0x03, stmtList: 0x10, lowPc: 0x11, highPc: 0x12, language: 0x13, compDir: 0x1b, producer: 0x25, ranges: 0x55 } as const
const FORM = { addr: 0x01, data2: 0x05, data4: 0x06, string: 0x08 } as const
const LANGUAGE_ASSEMBLER = 0x8001
const PRODUCER = 'hartbeat as'

/** The compilation unit, its abbreviation, and its ranges when code is in several sections. */
function compilationUnit(asm: Assembly, sections: readonly AsmSection[], directory: string): void {
  const one = sections.length === 1
  const abbreviations: (readonly [number, number])[] = [
    [AT.stmtList, FORM.data4],
    ...(one
      ? ([
          [AT.lowPc, FORM.addr],
          [AT.highPc, FORM.addr],
        ] as const)
      : ([
          [AT.ranges, FORM.data4],
          [AT.lowPc, FORM.addr],
        ] as const)),
    [AT.name, FORM.string],
    [AT.compDir, FORM.string],
    [AT.producer, FORM.string],
    [AT.language, FORM.data2],
  ]
  const abbrev: Draft = { bytes: newBytes(), holes: [] }
  for (const n of [1, TAG_COMPILE_UNIT, 0, ...abbreviations.flat(), 0, 0, 0]) putUleb128(abbrev.bytes, BigInt(n))
  append(asm, '.debug_abbrev', abbrev)

  const sectionStart = (name: string): Expr =>
    symbolExpr(labelAt(asm, sectionNamed(asm, name, { type: SHT.PROGBITS, flags: 0 }), { fixed: 0, gaps: 0, slack: 0 }))
  const info: Draft = { bytes: newBytes(), holes: [] }
  const b = info.bytes
  putU32(b, 0)
  putU16(b, 3)
  hole(info, 4, sectionStart('.debug_abbrev'))
  putU8(b, ADDRESS_SIZE)
  putUleb128(b, 1n)
  hole(info, 4, sectionStart('.debug_line'))
  if (one) {
    hole(info, ADDRESS_SIZE, symbolExpr(labelAt(asm, sections[0], { fixed: 0, gaps: 0, slack: 0 })))
    hole(info, ADDRESS_SIZE, symbolExpr(labelAt(asm, sections[0], endOf(sections[0]))))
  } else {
    hole(info, 4, sectionStart('.debug_ranges'))
    putBytes(b, new Uint8Array(ADDRESS_SIZE))
  }
  putString(b, asm.source)
  putString(b, directory)
  putString(b, PRODUCER)
  putU16(b, LANGUAGE_ASSEMBLER)
  b.view.setUint32(0, b.length - 4, true)
  append(asm, '.debug_info', info)
  if (one) return
  const ranges: Draft = { bytes: newBytes(), holes: [] }
  for (const s of sections) {
    hole(ranges, ADDRESS_SIZE, symbolExpr(labelAt(asm, s, { fixed: 0, gaps: 0, slack: 0 })))
    hole(ranges, ADDRESS_SIZE, symbolExpr(labelAt(asm, s, endOf(s))))
  }
  putBytes(ranges.bytes, new Uint8Array(2 * ADDRESS_SIZE))
  append(asm, '.debug_ranges', ranges)
}

/**
 * Writes the line table of what was assembled: for `.loc` directives of a compiler, or with -g for the source itself.
 * @param directory where the names of sources start from
 */
export function writeLineTable(asm: Assembly, directory: string): void {
  const sections = [...asm.sections.values()].filter(s => s.lines.length > 0)
  if (sections.length === 0) return
  const fromCompiler = asm.lineFiles.size > 0
  const names = [...new Set(sections.flatMap(s => s.lines.map(row => row.file)))]
  const files = fromCompiler ? asm.lineFiles : new Map(names.map((name, i) => [i + 1, name]))
  append(asm, '.debug_line', lineProgram(asm, sections, files, directory))
  if (!asm.sections.has('.debug_info')) compilationUnit(asm, sections, directory)
}
