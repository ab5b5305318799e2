// The GNU tools as oracles for the assembler tests: run one of them on texts or bytes in a directory of its own.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from '../spawn.ts'

const PREFIX = 'riscv64-linux-gnu-'

export interface Run {
  status: number
  out: string
  err: string
}

export function run(command: string, args: readonly string[], input?: string | Uint8Array, cwd?: string): Run {
  const r = spawnSync(command, args, { input, cwd, maxBuffer: 1 << 28 })
  return { status: r.status ?? 128, out: r.stdout?.toString('latin1') ?? '', err: r.stderr?.toString('latin1') ?? '' }
}
export const gnu = (tool: string, args: readonly string[], input?: string | Uint8Array): Run => run(PREFIX + tool, args, input)

/** What is missing for these tests, or null. */
export function missingTool(): string | null {
  for (const tool of [`${PREFIX}as`, `${PREFIX}ld`, `${PREFIX}objdump`, `${PREFIX}readelf`, 'qemu-riscv64-static']) {
    if (spawnSync(tool, ['--version']).error) return tool
  }
  return null
}

export interface Workspace {
  path(name: string): string
  write(name: string, data: string | Uint8Array, mode?: number): string
  read(name: string): Uint8Array
  /** A new empty directory inside. */
  directory(): string
  remove(): void
}

export function workspace(): Workspace {
  const dir = mkdtempSync(join(tmpdir(), 'hartbeat-'))
  const path = (name: string): string => join(dir, name)
  return {
    path,
    write: (name, data, mode = 0o644) => {
      writeFileSync(path(name), data, { mode })
      return path(name)
    },
    read: name => readFileSync(path(name)),
    directory: () => mkdtempSync(join(dir, 'in-')),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

/** The object file that GNU as makes of a text, or its complaints. */
export function gnuAssemble(w: Workspace, text: string, args: readonly string[] = []): { object: Uint8Array | null; errors: string } {
  const source = w.write('gnu.s', text)
  rmSync(w.path('gnu.o'), { force: true })
  const r = gnu('as', ['-march=rv64gc', ...args, source, '-o', w.path('gnu.o')])
  return { object: r.status === 0 && existsSync(w.path('gnu.o')) ? w.read('gnu.o') : null, errors: r.err }
}

/** Lines of a tool's output about a file, without those that name the file. */
export function listing(w: Workspace, tool: string, args: readonly string[], bytes: Uint8Array): string[] {
  const path = w.write('listed.o', bytes, 0o755)
  return gnu(tool, [...args, path])
    .out.split('\n')
    .filter(line => !line.includes('listed.o'))
}

const root = new URL('../../', import.meta.url).pathname
const programsDirectory = join(root, 'programs')

/** Every program: one source, or a directory of them. */
export function programs(): { name: string; kind: string; sources: string[] }[] {
  const out: { name: string; kind: string; sources: string[] }[] = []
  for (const kind of ['bin', 'labs']) {
    const dir = join(programsDirectory, kind)
    if (!existsSync(dir)) continue
    for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) {
        const sources = readdirSync(join(dir, entry.name))
          .filter(f => f.endsWith('.s'))
          .sort()
        if (sources.length > 0) out.push({ name: entry.name, kind, sources: sources.map(f => join(dir, entry.name, f)) })
      } else if (entry.name.endsWith('.s')) out.push({ name: entry.name.slice(0, -2), kind, sources: [join(dir, entry.name)] })
    }
  }
  return out
}

export const librarySources = (): string[] =>
  readdirSync(join(programsDirectory, 'lib'))
    .filter(f => f.endsWith('.s'))
    .sort()
    .map(f => join(programsDirectory, 'lib', f))

/** Reads an included file for a source, from its own directory or programs/include. */
export function includesOf(source: string): (name: string) => string | null {
  const dirs = [join(source, '..'), join(programsDirectory, 'include'), join(programsDirectory, 'bin')]
  return name => {
    const found = dirs.map(d => join(d, name)).find(p => existsSync(p))
    return found ? readFileSync(found, 'utf8') : null
  }
}
export const includeFlags = (source: string): string[] => [
  '-I',
  join(source, '..'),
  '-I',
  join(programsDirectory, 'include'),
  '-I',
  join(programsDirectory, 'bin'),
]

/** A small deterministic generator of numbers below n. */
export function random(seed: number): (n: number) => number {
  let state = seed >>> 0 || 1
  return n => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % n
  }
}
