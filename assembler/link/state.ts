// What the linker works on, as plain data: input files, their sections, the symbols they share, the output sections they end up in.
import type { ElfFile, ElfSymbol, Relocation } from '../../kernel/abi/index.ts'
import type { Diagnostic } from '../diagnostic.ts'

export interface InputSection {
  file: InputFile
  index: number
  name: string
  type: number
  flags: number
  align: number
  entrySize: number
  /** Contents; empty for SHT_NOBITS. Relaxation replaces it. */
  data: Uint8Array
  size: number
  relocations: Relocation[]
  /** Symbols defined here, so that relaxation can move them. */
  symbols: LinkSymbol[]
  /** Part of the output: not a discarded group member, not collected as garbage. */
  live: boolean
  /** Must stay though nothing refers to it. */
  keep: boolean
  output: OutputSection | null
  /** Offset in the output section. */
  offset: number
  /** For mergeable sections: where each piece went. Null for others. */
  pieces: Piece[] | null
}

/** A string or constant of a mergeable section: [start, start of the next) in the input; `at` in the merged output section. */
export interface Piece {
  start: number
  at: number
}

export interface InputFile {
  name: string
  /** Number of the input that it is, or that the archive is whose member it is. */
  place: number
  elf: ElfFile
  sections: (InputSection | null)[]
  /** By symbol index; null for local constants (`.equ`) that no relocation uses: there are many, and only the symbol table wants them. */
  symbols: (LinkSymbol | null)[]
  raw: ElfSymbol[]
  /** For complaints, once there was one. */
  places: ObjectPlaces | null
}

export interface LinkSymbol {
  name: string
  file: InputFile | null
  kind: 'undefined' | 'section' | 'absolute' | 'common' | 'output'
  /** kind section: where it is defined, and the offset in `value`. */
  section: InputSection | null
  /** kind output: an address made by the linker, relative to this section (null: absolute), in `value`. */
  output: OutputSection | null
  /** Offset, number, or alignment of common space. */
  value: bigint
  size: number
  type: number
  binding: number
  visibility: number
  /** Offset of its entries in .got, by use; -1 when it has none. */
  got: number
  gotTls: number
  gotGd: number
}

export interface OutputSection {
  name: string
  type: number
  flags: number
  align: number
  entrySize: number
  address: number
  offset: number
  size: number
  inputs: InputSection[]
  /** Contents made by the linker; otherwise they come from the inputs. */
  made: Uint8Array | null
  /** Index in the section header table. */
  index: number
}

export interface Archive {
  name: string
  /** Number of the input that it is. */
  place: number
  bytes: Uint8Array
  /** Offset of the member that defines a symbol. */
  index: Map<string, number>
  /** Members already loaded. */
  loaded: Set<number>
  longNames: string
  /** --whole-archive: every member is part of the link. */
  whole: boolean
}

/** How to link: the flags of ld. */
export interface LinkOptions {
  /** As -e; default _start. */
  entry?: string
  /** As -Ttext, -Tdata, -Tbss: addresses of these sections. */
  text?: number
  data?: number
  bss?: number
  /** As -Ttext-segment: address of the first segment; default 0x10000. */
  textSegment?: number
  gcSections?: boolean
  /** As --relax and --no-relax; default true. */
  relax?: boolean
  /** As -s: no symbol table. */
  strip?: boolean
  /**
   * Leaves local constants (`.equ`) and marks of plain code out of the symbol table: include files and sections make them by the hundred,
   * and nothing looks for them in a program.
   */
  discardConstants?: boolean
  /** As --defsym. */
  defines?: Readonly<Record<string, bigint | number>>
  /** As -u: symbols to look for in archives. */
  undefined?: readonly string[]
  /** As --unresolved-symbols=ignore-all. */
  allowUndefined?: boolean
}

export interface Link {
  options: LinkOptions
  files: InputFile[]
  archives: Archive[]
  globals: Map<string, LinkSymbol>
  /** Names of comdat groups that are already in. */
  groups: Set<string>
  outputs: OutputSection[]
  /** Where .data begins, or would. */
  dataStart: number
  /** The linker's own table of addresses. */
  got: { entries: GotEntry[]; section: OutputSection | null }
  flags: number
  attributes: Map<number, string | number>
  /** Why each archive member is in, for the map. */
  pulled: { member: string; by: string; symbol: string }[]
  /** Global names that are defined again, and where both definitions are. */
  duplicates: { first: Definition; again: Definition }[]
  /** The undefined name that was complained about last, and how often in a row. */
  missing: { name: string; times: number }
  diagnostics: Diagnostic[]
}

/** A definition as it was when the file was read; without a section it is a number, without a file the command line's. */
export interface Definition {
  name: string
  file: InputFile | null
  section: InputSection | null
  offset: number
}

export interface GotEntry {
  symbol: LinkSymbol
  kind: 'address' | 'tprel' | 'module' | 'dtprel'
}

/** From `address` on (until the next) code is of this line; null where no code is. */
export interface LineMark {
  address: number
  place: SourceLine | null
}
export interface SourceLine {
  file: string
  line: number
}

/** What tells places of one object apart. */
export interface ObjectPlaces {
  /** Where each loaded section would lie, by index. */
  bases: readonly number[]
  marks: LineMark[]
  /** Where variables are declared, by address. */
  variables: Map<number, SourceLine>
  /** Code and labels of a section by offset, as far as somebody asked. */
  functions: Map<InputSection, LinkSymbol[]>
}
