// The package as `npm pack` makes it, installed into an empty folder as anybody would, and used: the examples of README.md and
// docs/library.md compile against its declarations, which must stand alone, and run; every path that it exports is there; the program runs.
// The compiler is the oracle.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { execute, ROOT, workDirectory } from './tools.ts'

const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
const work = workDirectory()
const home = join(work, 'node_modules', 'hartbeat')
/** Bytes of all its files, as npm counts them. */
const MOST_BYTES = 6e6

const CONSUMER = `
import * as assembler from 'hartbeat/assembler'
import * as debug from 'hartbeat/debugger'
import * as kernel from 'hartbeat/kernel'
import { isErrno } from 'hartbeat/abi'
import type { Machine } from 'hartbeat/vm'
import { createSession } from 'hartbeat'
import type { Toolchain } from 'hartbeat/node'
const { image, diagnostics } = assembler.build([{ name: 'a.s', text: '.globl _start; _start: li a7, 93; ecall' }])
if (image === null) throw new Error(diagnostics.map(d => assembler.formatDiagnostic(d)).join())
const host: kernel.Host = { write: () => 0, readInput: () => new Uint8Array(), files: kernel.NO_HOST_FILES }
const k: kernel.Kernel = kernel.createKernel({ host, ramBytes: 2 ** 24, root: [{ path: '/a', kind: 'regular', mode: 0o755, data: image }] })
kernel.spawnInit(k, { path: '/a', argv: ['a'], env: [], stdio: ['null', 'pipe', 'pipe'] })
const session: debug.Session = createSession(k)
const machine: Machine = k.machine
const bytes: number = machine.memory.buffer.byteLength
const stop: string = debug.resume(session).kind
const libraries = (tools: Toolchain): number => tools.libraries.length
declare const console: { log(...values: unknown[]): void }
// @ts-expect-error There is no such thing, so this is no \`any\`.
console.log(stop, bytes > 2 ** 24, debug.noSuchThing, isErrno(1), typeof libraries)
`
/** With nothing but the language: whatever an example uses besides is declared with it. */
const SURROUNDINGS = `
declare const console: { log(...values: unknown[]): void }
declare class TextDecoder { decode(bytes?: Uint8Array): string }
`
const MODES: readonly (readonly string[])[] = [
  ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
]
const STRICT = ['--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--lib', 'es2023', '--types', '', '--outDir', work]

const examplesOf = (path: string): string[] =>
  [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code)
const EXAMPLES = ['README.md', 'docs/library.md'].flatMap(examplesOf)
const printedBy = (code: string): string => [...code.matchAll(/^\s*\/\/ => (.*)$/gm)].map(([, line]) => `${line}\n`).join('')

function* filesBelow(folder: string): Iterable<string> {
  for (const entry of readdirSync(join(home, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else yield path
  }
}

const npm = (args: readonly string[], where: string): string => {
  const { status, stdout, stderr } = execute('npm', args, '', where)
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stdout}${stderr}`)
  return stdout
}

/** Declarations and an installation take the slowest machine so many milliseconds. */
const LONG = 300_000

/** The archive, made now with its declarations, and installed: it depends on nothing, so no registry is asked. */
beforeAll(() => {
  const types = execute(process.execPath, [TSC, '-p', 'tsconfig.types.json'], '', ROOT)
  if (types.status !== 0) throw new Error(types.stdout)
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', work], ROOT)) as { filename: string }[]
  writeFileSync(join(work, 'package.json'), '{ "type": "module" }')
  npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${filename}`], work)
}, LONG)

describe('what is in it', () => {
  test('is what a user needs: no tests, no maps, nothing of the build', () => {
    const files = [...filesBelow('.')]
    for (const wanted of ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/library.md', 'dist/hartbeat.js', 'dist/root.cpio.gz'])
      expect(files).toContain(wanted)
    expect(files).toContain('programs/include/sys.inc')
    expect(files.filter(path => /\.test\.|\.map$|make-image|mutate|sh-cases|\.cases$|^test|^bench/.test(path))).toEqual([])
    expect(files.reduce((sum, path) => sum + statSync(join(home, path)).size, 0)).toBeLessThan(MOST_BYTES)
  })

  test('every path that it exports is there', () => {
    const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
      exports: Record<string, string | Record<string, string>>
    }
    const targets = Object.values(exports).flatMap(target => (typeof target === 'string' ? [target] : Object.values(target)))
    for (const target of targets) expect(statSync(join(home, target)).isFile(), target).toBe(true)
  })
})

test('its program runs', () => {
  const bin = join(work, 'node_modules', '.bin', 'hartbeat')
  expect(execute(bin, ['--version'], '', work).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(execute(bin, ['run', 'sh', '-c', 'echo here; exit 3'], '', work)).toMatchObject({ status: 3, stdout: 'here\n' })
})

test('a strict consumer compiles against it in every way to resolve modules, and runs it', () => {
  const sources = [CONSUMER, ...EXAMPLES.map(code => `${SURROUNDINGS}${code}`)]
  const names = sources.map((text, n) => {
    writeFileSync(join(work, `consumer${n}.ts`), text)
    return `consumer${n}`
  })
  for (const mode of MODES)
    expect(execute(process.execPath, [TSC, ...STRICT, ...mode, ...names.map(name => `${name}.ts`)], '', work).stdout, mode.join(' ')).toBe(
      '',
    )
  const ran = names.map(name => execute(process.execPath, [`${name}.js`], '', work))
  expect(ran[0]).toMatchObject({ stdout: 'halted true undefined false function\n', stderr: '' })
  EXAMPLES.forEach((code, n) => expect(ran[n + 1], code).toMatchObject({ stdout: printedBy(code), stderr: '' }))
})
