// Tests as esbuild bundles them, for `npm test`: modules need not be fetched one by one for each file, and what they import from each other
// is a variable, as in what is shipped, where vitest's own loader has a getter. `npx vitest` runs the sources.
import { readdirSync } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin as EsbuildPlugin } from 'esbuild'
import type { Plugin } from 'vitest/config'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Below node_modules: what is there vitest leaves to Node. A folder for each run, by the number of its process. */
const CACHE = join(ROOT, 'node_modules', '.cache', 'hartbeat-tests')
const PLACE = join(CACHE, String(process.pid))
const SKIPPED = new Set(['node_modules', 'dist', '.git'])

function* tests(folder: string): Iterable<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* tests(path)
    else if (entry.name.endsWith('.test.ts')) yield path
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Each module keeps its own `import.meta.url`. */
const ownUrl: EsbuildPlugin = {
  name: 'own-url',
  setup(building) {
    building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!text.includes('import.meta.url')) return undefined
      return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' }
    })
  },
}

/**
 * For the processes that run tests: a machine's memory lies outside of the heap, and each new one makes V8 collect. That on one thread
 * takes half the time of several that wait for each other.
 */
export const WORKER_FLAGS = ['--single-threaded-gc']

/** Bundles every test, with what they share in common; answers the plugin that gives vitest the bundle for the source. */
export async function bundledTests(): Promise<Plugin> {
  await mkdir(CACHE, { recursive: true })
  for (const old of await readdir(CACHE)) if (!isRunning(Number(old))) await rm(join(CACHE, old), { recursive: true, force: true })
  await build({
    entryPoints: [...tests(ROOT)],
    outbase: ROOT,
    outdir: PLACE,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins: [ownUrl],
  })
  return {
    name: 'bundled-tests',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith('.test.ts')) return null
      return `await import(${JSON.stringify(join(PLACE, relative(ROOT, id)).replace(/\.ts$/, '.mjs'))})`
    },
  }
}
