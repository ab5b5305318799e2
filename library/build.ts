// A program from sources in memory, with the mistakes in them as an error.
import { build, formatDiagnostics, type AssembleOptions, type Diagnostic, type LinkInput } from '../assembler/index.ts'

/** A source file: its name is for messages, for `.include` and for debuggers. */
export interface Source {
  name: string
  text: string
}

/** What a program is made from besides its sources. */
export interface BuildSettings {
  /** Files that `.include` and `.incbin` find, by name; or a function that answers them. Default: there are none. */
  include?: Readonly<Record<string, string | Uint8Array>> | AssembleOptions['readFile']
  /** Archives and objects to link with; of an archive only what is needed. */
  libraries?: readonly LinkInput[]
  /** The instruction set that they are assembled for, as the machine has it. Default: rv64gc. */
  isa?: string
}

/** Sources with mistakes. The message is what `as` and `ld` would print; `diagnostics` has it as data. */
export class BuildError extends Error {
  override name = 'BuildError'
  readonly diagnostics: readonly Diagnostic[]
  constructor(diagnostics: Iterable<Diagnostic>) {
    const all = [...diagnostics]
    super(formatDiagnostics(all).trimEnd())
    this.diagnostics = all
  }
}

const readerOf = (include: BuildSettings['include']): AssembleOptions['readFile'] =>
  typeof include === 'object' ? name => (Object.hasOwn(include, name) ? include[name] : null) : include

/** The ELF file of some sources, with line tables for debuggers. Throws a BuildError. */
export function buildProgram(sources: readonly Source[], { include, libraries, isa }: BuildSettings): Uint8Array {
  const { image, diagnostics } = build(sources, libraries, { readFile: readerOf(include), debug: true, march: isa, undefined: ['_start'] })
  if (image === null) throw new BuildError(diagnostics)
  return image
}
