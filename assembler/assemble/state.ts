// The whole state of one assembly, as plain data. A section's contents are fixed bytes with gaps between them: a gap is a place whose
// size is only known when all of the section is (a branch that may be short or long, an alignment after one). A label is a place:
// so many fixed bytes and so many gaps into its section.
import type { Bytes } from '../bytes.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Statement } from './scan.ts'

export type UnaryOperator = '-' | '~' | '!'
export type Expr =
  | { kind: 'number'; value: bigint }
  | { kind: 'symbol'; symbol: AsmSymbol }
  | { kind: 'unary'; operator: UnaryOperator; operand: Expr }
  | { kind: 'binary'; operator: string; left: Expr; right: Expr }

/** What an expression comes to: constant + address of plus - address of minus. */
export interface Value {
  constant: bigint
  plus: AsmSymbol | null
  minus: AsmSymbol | null
}

export interface Place {
  section: AsmSection
  /** Fixed bytes before it. */
  fixed: number
  /** Gaps before it. */
  gaps: number
  /** Spots before it where the linker may yet remove bytes: the distance of two places is only known when these agree. */
  slack: number
}

export interface AsmSymbol {
  name: string
  /** Set for labels. */
  place: Place | null
  /** Set for `.set` and `=`. */
  value: Expr | null
  /** `.eqv`: the value is worked out anew wherever the symbol is used. */
  lazy: boolean
  /** `.comm`. */
  common: { size: number; align: number } | null
  binding: number
  /** Whether `.local`, `.globl` or `.weak` said so. */
  bound: boolean
  type: number
  visibility: number
  /** Further bits of st_other. */
  other: number
  size: Expr | null
  /** A relocation names it, so the object file must have it. */
  used: boolean
  /** While its value is being worked out: a symbol defined by itself is a mistake. */
  visiting: boolean
  /** Where it was defined or first used, for messages. */
  statement: Statement | null
}

/** A branch or jump to a label, short or long. */
export interface BranchGap {
  kind: 'branch'
  at: number
  size: number
  /** The 32-bit word with a zero offset. */
  word: number
  /** The 16-bit word with a zero offset, or null when there is none. */
  short: number | null
  /** A jal: it has no longer form. */
  jump: boolean
  target: Expr
  statement: Statement
}
/** Padding to a boundary; `fill` null means instructions that do nothing. */
export interface AlignGap {
  kind: 'align'
  at: number
  size: number
  boundary: number
  fill: number | null
  fillSize: number
  max: number
  statement: Statement
}
/** `.skip` or `.org` with a value that depends on labels. */
export interface SpaceGap {
  kind: 'space' | 'org'
  at: number
  size: number
  count: Expr
  fill: number
  statement: Statement
}
export interface LebGap {
  kind: 'leb'
  at: number
  size: number
  value: Expr
  signed: boolean
  bytes: readonly number[]
  statement: Statement
}
export type Gap = BranchGap | AlignGap | SpaceGap | LebGap

/** Bytes that are filled in when addresses are known, or are left to the linker as a relocation. */
export interface Fixup {
  /** Fixed bytes and gaps before it. */
  fixed: number
  gaps: number
  /** A relocation type; or null for data of `size` bytes. */
  type: number | null
  size: number
  value: Expr
  /** Data that was written as a difference of two addresses. */
  difference: Difference | null
  /** Followed by R_RISCV_RELAX: the linker may shorten what stands here. */
  relax: boolean
  statement: Statement
}

/** One row of the line table: the code at this place came from that line. */
export interface LineRow {
  fixed: number
  gaps: number
  slack: number
  file: string
  line: number
  column: number
  isStatement: boolean
}

/** A mapping symbol at a place. Before padding of instructions that begins at an odd address: `$d`, and `name` behind the odd byte. */
export interface Mapping {
  fixed: number
  gaps: number
  /** '' where padding follows code. (That code is at odd addresses then; GNU as leaves it marked as data.) */
  name: string
  padding: AlignGap | null
}

export interface AsmSection {
  name: string
  type: number
  flags: number
  entrySize: number
  group: string | null
  linkOrder: string | null
  align: number
  /** Contents; for SHT_NOBITS only `fixed` counts. */
  data: Bytes
  fixed: number
  gaps: Gap[]
  slack: number
  fixups: Fixup[]
  lines: LineRow[]
  symbol: AsmSymbol
  /** Mapping symbols: what stands at a place, code (`$x`, with the architecture when it changes) or data (`$d`). */
  mapping: Mapping[]
  mapped: { what: '' | 'code' | 'data'; arch: string }
}

export interface Flags {
  rvc: boolean
  relax: boolean
  pic: boolean
  /** Extensions such as `rv64imafdc`, as written in -march. */
  arch: string
}

export interface Macro {
  name: string
  parameters: { name: string; fallback: string; required: boolean; variadic: boolean }[]
  body: Statement[]
  statement: Statement
}

/** One open `.if`. */
interface Condition {
  /** Statements here are assembled. */
  active: boolean
  /** A branch has been taken already, or none may be: `.else` stays off. */
  done: boolean
  sawElse: boolean
  statement: Statement
}

/** Statements waiting to be assembled: the file, an include, a macro's body. */
interface Input {
  statements: readonly Statement[]
  next: number
  /** Open conditions when it began. */
  conditions: number
  depth: number
  /** A macro's body: `.exitm` leaves it. */
  macro: boolean
}

/** A block that is being collected up to its end: a macro definition, a repetition. */
interface Block {
  open: RegExp
  close: RegExp
  nesting: number
  body: Statement[]
  statement: Statement
  finish: (body: Statement[]) => void
  unterminated: string
}

/** A pointer in .eh_frame, with how it is written there (DW_EH_PE_*). */
export interface Pointer {
  encoding: number
  value: Expr
}
/** One procedure between .cfi_startproc and .cfi_endproc. */
export interface Frame {
  start: AsmSymbol
  end: AsmSymbol | null
  /** DW_CFA_* instructions with the place from which they hold. */
  instructions: { at: AsmSymbol; bytes: number[]; own: boolean }[]
  personality: Pointer | null
  lsda: Pointer | null
  signalFrame: boolean
  returnColumn: number
  /** The CFA's offset from its register by now, and what .cfi_remember_state kept. */
  cfaOffset: bigint
  remembered: bigint[]
  statement: Statement
}
interface Cfi {
  open: Frame | null
  frames: Frame[]
  /** .cfi_sections. */
  sections: string[]
}

export interface Assembly {
  source: string
  /** Text or bytes of an included file; null when there is none. */
  readFile: (name: string) => string | Uint8Array | null
  debug: boolean
  discardConstants: boolean
  /** The architecture of the file as a whole, canonical. */
  arch: string
  flags: Flags
  flagStack: Flags[]
  /** e_flags say RVC when code might use it at any time. */
  usedRvc: boolean
  symbols: Map<string, AsmSymbol>
  /** Symbols without a name of their own (`.`, numeric labels, addresses of auipc), in order; and mapping symbols stay apart. */
  anonymous: AsmSymbol[]
  numeric: Map<number, { last: AsmSymbol | null; next: AsmSymbol | null; count: number }>
  sections: Map<string, AsmSection>
  section: AsmSection
  previous: AsmSection | null
  sectionStack: { section: AsmSection; previous: AsmSection | null }[]
  macros: Map<string, Macro>
  macroCount: number
  /** .altmacro is on. */
  altMacro: boolean
  /** Names that `local` has made. */
  localCount: number
  conditions: Condition[]
  inputs: Input[]
  block: Block | null
  /** Statements run so far, against sources that never end. */
  steps: number
  /** The statement being assembled. */
  statement: Statement | null
  ended: boolean
  sourceFile: string | null
  /** Files of `.file N`, or of -g, by number. */
  lineFiles: Map<number, string>
  /** `.loc` waiting for the next instruction. */
  loc: { file: number; line: number; column: number; isStatement: boolean } | null
  /** What one .loc hands on to the next. */
  locState: { isStatement: boolean }
  /** The directory of `.file 0`. */
  lineDirectory: string | null
  cfi: Cfi
  attributes: Map<number, string | number>
  diagnostics: Diagnostic[]
}

/** `plus` and `minus` are an address and perhaps a constant each. */
export interface Difference {
  plus: Expr
  minus: Expr
}
