// Builds everything into dist: the command line, the library and its types, and the root image, made by our own assembler.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { throughDoors } from './build-doors.mjs'
import { nodeModules } from './build-node.mjs'

mkdirSync('dist', { recursive: true })
for (const old of readdirSync('dist')) if (/^hartbeat-\w+\.js/.test(old)) rmSync(`dist/${old}`)
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

const common = {
  bundle: true,
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['node'],
  format: 'esm',
  target: 'node20',
  outdir: 'dist',
  logLevel: 'warning',
  plugins: [nodeModules, throughDoors],
}
await Promise.all([
  build({
    ...common,
    entryPoints: ENTRIES,
    external: ['benchmark'],
    // In parts, so that a command loads what it needs.
    splitting: true,
    chunkNames: 'hartbeat-[hash]',
    // A command's start is for a third reading these files. Names stay, for what a stack says.
    minifyWhitespace: true,
    minifySyntax: true,
    // For whoever reads a stack; not in the package.
    sourcemap: 'external',
  }),
  build({ ...common, entryPoints: { 'make-image': 'cli/make-image.ts' } }),
])
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
