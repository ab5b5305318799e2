// Programs from sources: assembled and linked with our library.
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { build, formatDiagnostics, hasErrors } from '../assembler/index.ts'
import { CommandError, EXIT } from './errors.ts'
import { locateProgram, type Finding, type Program } from './locate-program.ts'
import { confinedReader, libraryArchive } from './resources.ts'
import { chosenIsa } from './sizes.ts'

const toStandardError = (text: string): void => void process.stderr.write(text)

/** Assembles and links a source with our library. Diagnostics go to standard error (or wherever `tell` takes them); errors end the command. */
export function assembleProgram(source: string, { isa, tell = toStandardError }: Finding = {}): Uint8Array {
  const { image, diagnostics } = build([{ name: source, text: readFileSync(source, 'utf8') }], [libraryArchive()], {
    readFile: confinedReader([dirname(source)]),
    debug: true,
    undefined: ['_start'],
    march: chosenIsa(isa),
  })
  if (diagnostics.length > 0) tell(formatDiagnostics(diagnostics))
  if (image === null || hasErrors(diagnostics)) throw new CommandError(EXIT.notExecutable, `${source}: not assembled`)
  return image
}

/** `locateProgram`, with the assembler. */
export const findProgram = (name: string, options: Finding = {}): Program => locateProgram(name, assembleProgram, options)
