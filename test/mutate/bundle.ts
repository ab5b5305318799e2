// The tests near a fault as one bundle that has the fault in it: the tree itself is never changed, so several faults are tried side by side.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { withFault, type Fault } from './fault.ts'

/** Puts the fault into its file as that is loaded; each module keeps its own `import.meta.url`. */
const seeded = (root: string, fault: Fault): Plugin => ({
  name: 'seeded',
  setup(building) {
    building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      let text = await readFile(path, 'utf8')
      const isFaulty = path === join(root, fault.file)
      if (isFaulty) text = withFault(fault, text)
      else if (!text.includes('import.meta.url')) return undefined
      return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' }
    })
  },
})

/**
 * Bundles the row's near tests with its fault into `folder`, each with a file that vitest can run: it only imports the bundle, which
 * Node then loads as it is. False: with the fault it is no program.
 */
export async function bundleNear(root: string, fault: Fault, folder: string): Promise<boolean> {
  try {
    await build({
      entryPoints: fault.near.map(path => join(root, path)),
      outbase: root,
      outdir: join(folder, 'bundle'),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      logLevel: 'silent',
      plugins: [seeded(root, fault)],
    })
    for (const [n, path] of fault.near.entries()) {
      const bundle = join(folder, 'bundle', path.replace(/\.ts$/, '.mjs'))
      await writeFile(join(folder, `${n}.test.js`), `await import(${JSON.stringify(bundle)})\n`)
    }
    return true
  } catch {
    return false
  }
}
