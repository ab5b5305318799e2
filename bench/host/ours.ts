// Bench programs on our machine: assembled once, started on a kernel of their own, run to the end or a number of rounds at a time.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, formatDiagnostic } from '../../assembler/index.ts'
import { createKernel, NO_HOST_FILES, runKernel, spawnInit, type Host, type Kernel } from '../../kernel/index.ts'

const RAM_BYTES = 64 << 20
const RUNNABLE = 0o755
/** The file that a program may exec. */
export const OTHER_PROGRAM = '/nothing'

/** Output goes nowhere, nothing comes in. */
export const silentHost: Host = {
  write: () => 0,
  readInput: () => new Uint8Array(0),
  files: NO_HOST_FILES,
}

/** Where the bench's guest programs lie in the package. */
export const guestFolder = (root: string): string => join(root, 'bench', 'host', 'guest')

/** Assembles a bench program to an ELF file; `root` is the package. */
export function buildProgram(root: string, name: string): Uint8Array {
  const path = join(guestFolder(root), `${name}.s`)
  const { image, diagnostics } = build(
    [{ name: path, text: readFileSync(path, 'utf8') }],
    [{ name: 'libhartbeat.a', bytes: readFileSync(join(root, 'dist', 'libhartbeat.a')) }],
    { readFile: file => readFileSync(join(root, 'programs', 'include', file)), undefined: ['_start'] },
  )
  if (image === null) throw new Error(diagnostics.map(formatDiagnostic).join('\n'))
  return image
}

export interface Programs {
  image: Uint8Array
  /** Lies at OTHER_PROGRAM. */
  other: Uint8Array
}

/** A fresh machine about to run the program's first instruction. */
export function start({ image, other }: Programs, argv: readonly string[]): Kernel {
  const kernel = createKernel({
    host: silentHost,
    ramBytes: RAM_BYTES,
    root: [
      { path: '/program', kind: 'regular', mode: RUNNABLE, data: image },
      { path: OTHER_PROGRAM, kind: 'regular', mode: RUNNABLE, data: other },
    ],
  })
  spawnInit(kernel, { path: '/program', argv: ['program', ...argv], env: [], stdio: ['null', 'null', 'null'] })
  return kernel
}

/** Runs to the program's end, which must be a good one. Answers with the instructions it took. */
export function finish(kernel: Kernel): number {
  const before = kernel.state.executed
  const result = runKernel(kernel)
  if (result.kind !== 'halted' || result.status !== 0) throw new Error(`a bench program ended with ${JSON.stringify(result)}`)
  return kernel.state.executed - before
}

/** Runs so many instructions of a program that goes on for longer. */
export function advance(kernel: Kernel, instructions: number): void {
  const result = runKernel(kernel, { maxInstructions: instructions })
  if (result.kind !== 'budget') throw new Error(`a bench program that goes on and on came to ${JSON.stringify(result)}`)
}
