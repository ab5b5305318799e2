// The package as npm would pack it, laid where an importer finds it, and compiled against by a strict consumer that has neither the DOM
// nor Node's types: its declarations must stand alone. The compiler is the oracle.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { execute, ROOT, workDirectory } from './tools.ts'

const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
const work = workDirectory()

const CONSUMER = `
import { assembler, debug, kernel, vm } from 'hartbeat'
const { image, diagnostics } = assembler.build([{ name: 'a.s', text: '.globl _start; _start: li a7, 93; ecall' }])
if (image === null) throw new Error(diagnostics.map(d => assembler.formatDiagnostic(d)).join())
const host: kernel.Host = { write: () => 0, readInput: () => new Uint8Array(), files: kernel.NO_HOST_FILES }
const k: kernel.Kernel = kernel.createKernel({ host, ramBytes: 2 ** 24, root: [{ path: '/a', kind: 'regular', mode: 0o755, data: image }] })
kernel.spawnInit(k, { path: '/a', argv: ['a'], env: [], stdio: ['null', 'pipe', 'pipe'] })
const session: debug.Session = debug.createSession(k)
const machine: vm.Machine = k.machine
const bytes: number = machine.memory.buffer.byteLength
const stop: string = debug.resume(session).kind
declare const console: { log(...values: unknown[]): void }
// @ts-expect-error There is no such thing, so this is no \`any\`.
console.log(stop, bytes > 2 ** 24, debug.noSuchThing)
`
const MODES: readonly (readonly string[])[] = [
  ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
]
const STRICT = ['--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--lib', 'es2023', '--types', '']

/** Lays out what \`npm pack\` would put in the archive, with declarations made now. */
function install(): void {
  const types = execute(process.execPath, [TSC, '-p', 'tsconfig.types.json'], '', ROOT)
  if (types.status !== 0) throw new Error(types.stdout)
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'], { cwd: ROOT, encoding: 'utf8' })
  const [{ files }] = JSON.parse(packed.stdout) as { files: { path: string }[] }[]
  const home = join(work, 'node_modules', 'hartbeat')
  for (const { path } of files) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    cpSync(join(ROOT, path), join(home, path))
  }
}

test('a strict consumer compiles against the package, and runs it', () => {
  install()
  writeFileSync(join(work, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(work, 'consumer.ts'), CONSUMER)
  for (const mode of MODES)
    expect(execute(process.execPath, [TSC, ...STRICT, ...mode, 'consumer.ts'], '', work).stdout, mode.join(' ')).toBe('')
  const ran = execute(process.execPath, ['consumer.js'], '', work)
  expect(ran).toMatchObject({ stdout: 'halted true undefined\n', stderr: '' })
})
