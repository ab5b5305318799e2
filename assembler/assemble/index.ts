// Source text to a relocatable object file, in passes: read all statements, settle sizes, fill in values, write the file.
import { hasErrors, type Diagnostic } from '../diagnostic.ts'
import { hasExtension, parseArch } from './arch.ts'
import { SourceError } from './cursor.ts'
import { writeLineTable } from './debug-line.ts'
import { numberExpr } from './expression.ts'
import { pushInput } from './input.ts'
import { writeObject } from './object.ts'
import { writeFrames } from './frames.ts'
import { layoutSections } from './relax.ts'
import { report } from './report.ts'
import { checkSymbols, resolveSection } from './resolve.ts'
import { scan } from './scan.ts'
import { kindByName, newSection } from './sections.ts'
import { padCode } from './space.ts'
import { runStatements } from './statement.ts'
import { assign } from './symbols.ts'
import type { Assembly } from './state.ts'

/** How to assemble: the flags of as. */
export interface AssembleOptions {
  /** The text or bytes of a file named by .include or .incbin; null when there is none. Default: there are none. */
  readFile?: (name: string) => string | Uint8Array | null
  /** As -march; default rv64gc. */
  march?: string
  /** As --defsym: symbols with values. */
  defines?: Readonly<Record<string, bigint | number>>
  /** As -g: a line table for the source itself. */
  debug?: boolean
  /** With -g: the directory that file names start from, for debuggers; default `.`. */
  directory?: string
  /** As -mrelax and -mno-relax: whether the linker may shorten code; default true. */
  relax?: boolean
  /** As -fpic: `la` goes through the global offset table. */
  pic?: boolean
  /** Leaves local constants (`.equ`) out of the symbol table, as the linker's option of the same name does. */
  discardConstants?: boolean
}

/** What came of a source. */
export interface AssembleResult {
  /** The relocatable ELF file; null when there are errors. */
  object: Uint8Array | null
  diagnostics: Diagnostic[]
}

const DEFAULT_ARCH = 'rv64gc'

function newAssembly(name: string, options: AssembleOptions, arch: string): Assembly {
  const sections = ['.text', '.data', '.bss'].map(s => newSection(s, kindByName(s)))
  // As GNU as: of the other sections of code each has the boundary that it asks for.
  sections[0].align = hasExtension(arch, 'c') ? 2 : 4
  return {
    source: name,
    readFile: options.readFile ?? (() => null),
    debug: options.debug ?? false,
    discardConstants: options.discardConstants ?? false,
    arch,
    flags: { rvc: hasExtension(arch, 'c'), relax: options.relax ?? true, pic: options.pic ?? false, arch },
    flagStack: [],
    usedRvc: hasExtension(arch, 'c'),
    symbols: new Map(),
    anonymous: [],
    numeric: new Map(),
    sections: new Map(sections.map(s => [s.name, s])),
    section: sections[0],
    previous: null,
    sectionStack: [],
    macros: new Map(),
    macroCount: 0,
    altMacro: false,
    localCount: 0,
    conditions: [],
    inputs: [],
    block: null,
    steps: 0,
    statement: null,
    ended: false,
    sourceFile: null,
    lineFiles: new Map(),
    loc: null,
    locState: { isStatement: true },
    lineDirectory: null,
    cfi: { open: null, frames: [], sections: ['.eh_frame'] },
    attributes: new Map(),
    diagnostics: [],
  }
}

/** The canonical architecture, or a complaint. */
function readArch(march: string): { arch: string; problem: string | null } {
  try {
    return { arch: parseArch(march), problem: null }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return { arch: parseArch(DEFAULT_ARCH), problem: error.message }
  }
}

/**
 * Assembles one source. Never throws for anything in the source: every mistake is a diagnostic, and all of them are reported.
 */
export function assemble(source: { name: string; text: string }, options: AssembleOptions = {}): AssembleResult {
  const { arch, problem } = readArch(options.march ?? DEFAULT_ARCH)
  const asm = newAssembly(source.name, options, arch)
  if (problem) report(asm, 'error', null, problem)
  for (const [name, value] of Object.entries(options.defines ?? {})) assign(asm, name, numberExpr(BigInt(value)), false)
  pushInput(asm, scan(source.name, source.text), false)
  runStatements(asm)
  writeLineTable(asm, asm.lineDirectory ?? options.directory ?? '.')
  checkSymbols(asm)
  padCode(asm)
  const layout = layoutSections(asm)
  writeFrames(asm, layout)
  const resolved = [...asm.sections.values()].map(s => resolveSection(asm, layout, s))
  const object = hasErrors(asm.diagnostics) ? null : writeObject(asm, layout, resolved)
  const failed = hasErrors(asm.diagnostics)
  asm.diagnostics.sort((a, b) => Number(a.line === 0) - Number(b.line === 0))
  return { object: failed ? null : object, diagnostics: asm.diagnostics }
}
