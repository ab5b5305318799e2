// The modules of the house and who imports whom, read from their texts: what the rules of layers and order are checked on.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SKIPPED = new Set(['node_modules', 'dist', '.git', 'coverage', 'docs', 'programs', 'editors'])

export interface Import {
  /** Of a module of ours, from the root. */
  path: string
  /** As it is written. */
  line: string
  /** Nothing of it is left when the program runs. */
  typeOnly: boolean
}

export interface Module {
  path: string
  /** Without comments. */
  text: string
  imports: Import[]
  /** Names of packages from outside. */
  packages: string[]
}

function* sources(folder: string): Iterable<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* sources(path)
    else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts')) yield path
  }
}

/** Code without comments, so that prose about time or randomness is allowed. */
const withoutComments = (text: string): string => text.replace(/\/\*[^]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1')

/** `{ type A, type B }` brings nothing at run time either. */
const onlyTypes = (clause: string): boolean => {
  if (/^type\s/.test(clause)) return true
  const names = /^\{([^}]*)\}/
    .exec(clause)?.[1]
    ?.split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
  return names !== undefined && names.length > 0 && names.every(name => name.startsWith('type '))
}

function readModule(file: string): Module {
  const text = withoutComments(readFileSync(file, 'utf8'))
  const found = [
    ...[...text.matchAll(/^(?:import|export)\s(?:([^'"`;]*?)\sfrom\s)?['"]([^'"]+)['"]/gm)].map(m => ({
      line: m[2]!,
      typeOnly: onlyTypes(m[1] ?? ''),
    })),
    ...[...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)].map(m => ({ line: m[1]!, typeOnly: true })),
  ]
  const own = found.filter(({ line }) => line.startsWith('.'))
  return {
    path: relative(ROOT, file),
    text,
    imports: own.map(({ line, typeOnly }) => ({ path: relative(ROOT, join(dirname(file), line)), line, typeOnly })),
    packages: found.filter(({ line }) => !line.startsWith('.')).map(({ line }) => line),
  }
}

export const isTest = (path: string): boolean => path.endsWith('.test.ts')
/** Tests and their configurations included. */
export const readAllModules = (): Module[] => [...sources(ROOT)].map(readModule)
/** Without tests: those beside the code may look across the house. */
export const readModules = (): Module[] => readAllModules().filter(({ path }) => !isTest(path) && !path.endsWith('.config.ts'))

/** Groups of modules of which each reaches every other by imports that count (strongly connected components; Tarjan 1972). */
export function cyclesOf(modules: readonly Module[], counts: (line: Import) => boolean): string[][] {
  const byPath = new Map(modules.map(m => [m.path, m]))
  const index = new Map<string, number>()
  const stack: string[] = []
  const cycles: string[][] = []
  const visit = (path: string): number => {
    const own = index.size
    index.set(path, own)
    let lowest = own
    stack.push(path)
    for (const line of byPath.get(path)!.imports) {
      if (!counts(line) || !byPath.has(line.path)) continue
      if (!index.has(line.path)) lowest = Math.min(lowest, visit(line.path))
      else if (stack.includes(line.path)) lowest = Math.min(lowest, index.get(line.path)!)
    }
    if (lowest === own) {
      const group = stack.splice(stack.indexOf(path))
      if (group.length > 1) cycles.push(group.sort())
    }
    return lowest
  }
  for (const path of byPath.keys()) if (!index.has(path)) visit(path)
  return cycles
}
