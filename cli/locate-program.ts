// The program that `run` and `trace` were given, as a file for the guest: loaded from the host, assembled and linked (by what is handed
// in, since the assembler is large and seldom needed) when it is a `.s`, or named for the guest to find.
import { readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { foreignMachine, type ImageFile } from '../kernel/index.ts'
import { CommandError, EXIT } from './errors.ts'
import { byteString } from './host.ts'

export interface Program {
  /** Where the guest finds it (a byte string), unless `placed` puts it elsewhere. */
  path: string
  /** To lay over the root; none when the guest has it already. */
  files: ImageFile[]
  /** What machine the host's file of this name is for, when it is another kind: unless the guest has one of its own. */
  foreign?: string
  /** Instead, where the guest has no file of that path. */
  orElse?: Program
}

const EXECUTABLE = 0o755

export interface Finding {
  /** The machine's instruction set, as --isa has it. */
  isa?: string
  /** Takes what the assembler says; default: standard error. */
  tell?: (text: string) => void
}
/** Makes a program of a source file. Errors are CommandErrors. */
export type Assemble = (source: string, options: Finding) => Uint8Array

export const isSource = (name: string): boolean => name.endsWith('.s') || name.endsWith('.S')

/** Finds PROG on the host, or leaves a plain name to the guest's /bin. A source is assembled for the machine's instruction set `isa`. */
export function locateProgram(name: string, assemble: Assemble, { isa, tell }: Finding = {}): Program {
  let directory: boolean
  try {
    directory = statSync(name).isDirectory()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'ENOTDIR')
      throw notReadable(name, error)
    if (name.includes('/') && !name.startsWith('/')) throw new CommandError(EXIT.notFound, `${name}: No such file or directory`)
    return { path: name.includes('/') ? byteString(name) : `/bin/${byteString(name)}`, files: [] }
  }
  if (directory) {
    if (!name.includes('/')) return { path: `/bin/${byteString(name)}`, files: [] }
    throw new CommandError(EXIT.notExecutable, `${name}: Is a directory`)
  }
  const source = isSource(name)
  let data: Uint8Array
  try {
    data = source ? assemble(name, { isa, tell }) : readFileSync(name)
  } catch (error) {
    throw error instanceof CommandError ? error : notReadable(name, error)
  }
  const machine = foreignMachine(data)
  if (name.startsWith('/') && machine !== null) return { path: byteString(name), files: [], foreign: machine }
  // As seen from the guest's root, which is where the first process starts: what a guest does with its own name, and all that depends on
  // that name's length, is the same wherever on the host one works.
  const path = byteString(posix.join('/', source ? name.replace(/\.[sS]$/, '') : name))
  return { path, files: [{ path, kind: 'regular', mode: EXECUTABLE, data }] }
}

function notReadable(name: string, error: unknown): CommandError {
  return new CommandError(EXIT.notExecutable, `${name}: ${(error as Error).message}`)
}
