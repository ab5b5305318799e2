// Builds everything into dist: the command line, the library and its types, and the root image, made by our own assembler.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { throughDoors } from './build-doors.mjs'
import { joined, splitMap } from './build-merge.mjs'
import { nodeModules } from './build-node.mjs'

mkdirSync('dist', { recursive: true })
for (const old of readdirSync('dist')) if (/^hartbeat-[\w-]+\.js/.test(old)) rmSync(`dist/${old}`)
// What Node compiled of them (cli/compile-cache.ts).
rmSync('dist/compiled', { recursive: true, force: true })

/** What `package.json` exports, and what runs. They share their parts, so that each is there once and a class is one class everywhere. */
const ENTRIES = {
  hartbeat: 'cli/index.ts',
  bench: 'bench/index.ts',
  'bench-worker': 'bench/worker.ts',
  index: 'index.ts',
  vm: 'vm/index.ts',
  kernel: 'kernel/index.ts',
  abi: 'kernel/abi/index.ts',
  assembler: 'assembler/index.ts',
  debugger: 'debugger/index.ts',
  node: 'cli/node.ts',
}

/**
 * What people wait for, and what each of these loads always: that comes in few files (build-merge.mjs). What the package names is told apart
 * too: who imports a part loads no more than that.
 */
const COMMANDS = {
  version: ['cli/index.ts'],
  run: ['cli/main.ts', 'cli/commands/run.ts'],
  as: ['cli/main.ts', 'cli/commands/build.ts'],
  views: ['cli/main.ts', 'cli/commands/views.ts'],
  library: ['index.ts', 'kernel/index.ts'],
  node: ['cli/node.ts'],
  vm: ['vm/index.ts'],
  abi: ['kernel/abi/index.ts'],
  assembler: ['assembler/index.ts'],
}

const common = {
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['node'],
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
}
const ours = { ...common, bundle: true, outdir: 'dist', plugins: [nodeModules, throughDoors] }
// A command's start is for a third reading these files. Names stay, for what a stack says.
const short = { minifyWhitespace: true, minifySyntax: true }
const [parts] = await Promise.all([
  build({
    ...ours,
    ...short,
    entryPoints: ENTRIES,
    external: ['benchmark'],
    // In parts, so that a command loads what it needs.
    splitting: true,
    chunkNames: 'hartbeat-[hash]',
    sourcemap: 'inline',
    metafile: true,
    write: false,
  }),
  build({ ...ours, entryPoints: { 'make-image': 'cli/make-image.ts' } }),
])
const files = new Map(parts.outputFiles.map(({ path, text }) => [basename(path), text]))
const fixed = new Set(Object.keys(ENTRIES).map(name => `${name}.js`))
for (const [name, text] of await joined(files, parts.metafile.outputs, COMMANDS, fixed, { ...common, ...short })) {
  const { code, map } = splitMap(text)
  writeFileSync(`dist/${name}`, code)
  // For whoever reads a stack; not in the package.
  if (map !== '') writeFileSync(`dist/${name}.map`, Buffer.from(map.slice(map.indexOf(',') + 1), 'base64'))
}
chmodSync('dist/hartbeat.js', 0o755)
const { status } = spawnSync(process.execPath, ['dist/make-image.js'], { stdio: 'inherit' })
rmSync('dist/make-image.js')
if (status !== 0) process.exit(status ?? 1)

// Type declarations take seconds: only for a package that is installed or published.
if (process.argv.includes('--types')) {
  rmSync('dist/types', { recursive: true, force: true })
  const types = spawnSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' })
  if (types.status !== 0) process.exit(types.status ?? 1)
}
