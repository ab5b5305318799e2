// Guest programs that tests bring along as assembly, built by our own assembler.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, formatDiagnostic } from '../assembler/index.ts'
import type { ImageFile } from '../kernel/index.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FOLDERS = ['programs/include'].map(folder => join(ROOT, folder))

/** An executable from a source file, by its path in the repository, or from a text. Throws with the diagnostics. */
export function assembled(name: string, text?: string): Uint8Array {
  const source = text ?? readFileSync(join(ROOT, name), 'utf8')
  const find = (file: string): Uint8Array | null => {
    const path = [join(ROOT, dirname(name)), ...FOLDERS].map(folder => join(folder, file)).find(candidate => existsSync(candidate))
    return path === undefined ? null : readFileSync(path)
  }
  const { image, diagnostics } = build([{ name, text: source }], [], { readFile: find })
  if (image === null) throw new Error(diagnostics.map(d => formatDiagnostic(d)).join('\n'))
  return image
}

const EXECUTABLE = 0o755
/** A program to lay over a machine's root. */
export const program = (path: string, data: Uint8Array): ImageFile => ({ path, kind: 'regular', mode: EXECUTABLE, data })
