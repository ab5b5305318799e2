// Builds everything into dist: the command line, the library and its types, and the root image, made by our own assembler.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs'

mkdirSync('dist', { recursive: true })
for (const old of readdirSync('dist')) if (/^hartbeat-\w+\.js/.test(old)) rmSync(`dist/${old}`)
const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
  // commander is CommonJS: its `require` of Node's modules needs one in an ES module.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
}
await Promise.all([
  // In parts, so that a command loads what it needs, and once.
  build({
    ...common,
    entryPoints: { hartbeat: 'cli/index.ts', bench: 'bench/index.ts', 'bench-worker': 'bench/worker.ts' },
    outdir: 'dist',
    splitting: true,
    chunkNames: 'hartbeat-[hash]',
    // A command's start is for a third reading these files. Names stay, for what a stack says.
    minifyWhitespace: true,
    minifySyntax: true,
    banner: { js: `#!/usr/bin/env node\n${common.banner.js}` },
    sourcemap: true,
  }),
  // The library needs no Node: a web page can have it too.
  build({
    ...common,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    banner: {},
    entryPoints: ['index.ts'],
    outfile: 'dist/index.js',
    sourcemap: true,
  }),
  build({ ...common, entryPoints: ['cli/make-image.ts'], outfile: 'dist/make-image.js' }),
])
chmodSync('dist/hartbeat.js', 0o755)
const { status } = spawnSync(process.execPath, ['dist/make-image.js'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

// Type declarations take seconds: only for a package that is installed or published.
if (process.argv.includes('--types')) {
  const types = spawnSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' })
  if (types.status !== 0) process.exit(types.status ?? 1)
}
