// A machine that runs one bench program and touches nothing of the host.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, formatDiagnostic } from '../../assembler/index.ts'
import { createKernel, spawnInit, type Host, type Kernel, type KernelOptions } from '../../kernel/index.ts'

const noFiles = (): string => 'ENOENT'
const silentHost: Host = {
  write: () => 0,
  readInput: () => new Uint8Array(0),
  files: {
    lstat: noFiles,
    readdir: noFiles,
    readlink: noFiles,
    read: noFiles,
    write: noFiles,
    truncate: noFiles,
    create: noFiles,
    remove: noFiles,
    rename: noFiles,
  },
}

/** Assembles a bench program of bench/host/guest; `root` is the package. */
export function buildProgram(root: string, name: string): Uint8Array {
  const path = join(root, 'bench', 'host', 'guest', `${name}.s`)
  const { image, diagnostics } = build(
    [{ name: path, text: readFileSync(path, 'utf8') }],
    [{ name: 'libhartbeat.a', bytes: readFileSync(join(root, 'dist', 'libhartbeat.a')) }],
    { readFile: file => readFileSync(join(root, 'programs', 'include', file)), undefined: ['_start'] },
  )
  if (image === null) throw new Error(diagnostics.map(formatDiagnostic).join('\n'))
  return image
}

const RAM = 64 << 20

/** A machine about to run the program with one argument. */
export function machineFor(image: Uint8Array, argument: number, options: Partial<KernelOptions> = {}): Kernel {
  const kernel = createKernel({
    ramBytes: RAM,
    ...options,
    host: silentHost,
    root: [{ path: '/program', kind: 'regular', mode: 0o755, data: image }],
  })
  spawnInit(kernel, { path: '/program', argv: ['program', String(argument)], env: [], stdio: ['null', 'null', 'null'] })
  return kernel
}
