// What is read out of one ELF file, as plain records: the file, its lines, frames, units, types and names. Those who read them refer to each
// other's tables, and none of them to who makes them.
import type { ElfFile } from '../../kernel/abi/index.ts'
import type { Abbreviation, AttributeValue, Budget, LineProgram, UnitHeader } from '../../kernel/abi/dwarf/index.ts'
import type { SymbolTable } from './table.ts'

export interface DebugFile {
  /** Where it was found, for messages. */
  name: string
  elf: ElfFile
  symbols: SymbolTable
  /** What could not be read, and why: one line each. */
  problems: string[]
  /** Tables made so far; null in `made` means that it could not be. */
  made: { lines?: LineTable | null; units?: DebugUnits | null; frames?: FrameTable | null }
  /** Strings read so far, by section and offset: honest files share them. */
  strings: Map<string, Map<number, string>>
  stringBudget: Budget
}

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
  /** Where lines begin, by path and by address: all rows, also those that only mark a place and have no code of their own. */
  byFile: Map<string, LineMark[]>
}

export interface LineMark {
  address: number
  line: number
  isStatement: boolean
}

/** Common information of many functions (CIE). */
export interface CommonFrame {
  codeAlign: number
  dataAlign: number
  returnColumn: number
  /** Pointer encodings of the descriptions that use it. */
  encoding: number
  addressSize: number
  hasAugmentation: boolean
  /** A frame that a signal handler was called on: its pc is where it was interrupted, not behind a call. */
  signal: boolean
  instructions: Uint8Array
}

/** A function's description (FDE): addresses [start, end). */
export interface FrameDescription {
  section: string
  /** Of the entry in its section. */
  offset: number
  start: number
  end: number
  common: CommonFrame
  instructions: Uint8Array
  /** Where in the section its instructions are, for messages. */
  at: number
}

export interface FrameTable {
  /** By address. */
  descriptions: FrameDescription[]
}

/** A debugging information entry: what DWARF calls a DIE. */
export interface Entry {
  offset: number
  tag: number
  attributes: Map<number, AttributeValue>
  children: Entry[]
  unit: Unit
}

/** Addresses [start, end). */
export interface AddressRange {
  start: number
  end: number
}

export interface Unit extends UnitHeader {
  /** Where its entries begin. */
  entriesAt: number
  /** The outermost entry, without children. */
  root: Entry
  /** All entries by offset, once somebody asked. null: they cannot be read. */
  entries: Map<number, Entry> | null | undefined
}

export interface DebugUnits {
  file: DebugFile
  /** By offset. */
  units: Unit[]
  /** Abbreviation tables read so far, by offset. */
  abbreviations: Map<number, Map<number, Abbreviation>>
  abbreviationBudget: Budget
  /** Types made so far, by the offset of their entries; signatures of type units. */
  types: Map<number, Type>
  /** Numbers of types that no entry describes (an address taken, a row of an array), by what they are. */
  derived: Map<string, number>
  signatures: Map<bigint, number>
  /** Addresses that entries cover, by offset, as far as somebody asked. */
  ranges: Map<number, AddressRange[]>
  /** Names of globals and types over all units, once somebody asked. */
  globals: GlobalNames | undefined
}

/** A type by the offset of its entry; null: void. */
export type TypeRef = number | null

export interface Member {
  /** null: an anonymous struct or union. */
  name: string | null
  type: TypeRef
  /** Bytes from the start of the whole; null when it is not a constant. */
  offset: number | null
  /** Of a bit field: its bits, and the first of them, counted from the start of the whole. */
  bits: { size: number; offset: number } | null
}

export type Type =
  | { kind: 'base'; name: string; size: number; encoding: number }
  | { kind: 'pointer' | 'reference'; target: TypeRef; size: number }
  /** `counts`: elements by dimension; null where it is not known. */
  | { kind: 'array'; element: TypeRef; counts: (number | null)[] }
  | { kind: 'struct' | 'union' | 'class'; name: string | null; size: number; members: Member[]; declared: boolean }
  | { kind: 'enum'; name: string | null; size: number; values: { name: string; value: bigint }[]; signed: boolean }
  | { kind: 'typedef'; name: string; target: TypeRef }
  | { kind: 'const' | 'volatile' | 'restrict' | '_Atomic'; target: TypeRef }
  | { kind: 'function'; result: TypeRef; parameters: TypeRef[]; prototyped: boolean; variadic: boolean }
  | { kind: 'void' }
  /** What the debugger does not know how to show. */
  | { kind: 'unknown'; name: string; size: number }

export interface Variable {
  name: string
  parameter: boolean
  type: TypeRef
  /** Where it was declared; 0: not said. */
  line: number
  /** What tells where it is, or what it is; null: the compiler threw it away. */
  location: AttributeValue | null
  constant: AttributeValue | null
  unit: Unit
}

export interface GlobalNames {
  /** Variables and functions. */
  values: Map<string, Entry>
  /** By `struct point`, `enum color`, or `size_t`. */
  types: Map<string, Entry>
  enumerators: Map<string, { entry: Entry; type: Entry }>
}
