// The library as a web page has it: bundled without Node, run where there is nothing but what every browser has.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { spawnSync } from '../spawn.ts'
import { build as buildProgram, createMachine, proceed, run, start, statistics } from '../../index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOR_A_PAGE = { bundle: true, write: false, metafile: true, logLevel: 'silent', platform: 'browser' } as const

/** Assembles, links, runs and debugs a program, by the library's names and by those of its folders; collects what mistakes throw. */
const CONSUMER = `
import * as library from ${JSON.stringify(join(ROOT, 'index.ts'))}
${['assembler', 'debugger', 'kernel', 'vm', 'kernel/abi'].map(folder => `import * as ${folder === 'debugger' ? 'debug' : basename(folder)} from ${JSON.stringify(join(ROOT, folder, 'index.ts'))}`).join('\n')}

const text = '_start: li a0, 1; la a1, hello; li a2, 6; li a7, 64; ecall; li a0, 7; li a7, 93; ecall; .data; hello: .ascii "hello\\\\n"'
const { image, diagnostics } = assembler.build([{ name: 'hello.s', text }])
if (image === null) throw new Error(diagnostics.map(d => assembler.formatDiagnostic(d)).join('\\n'))
let out = ''
const host = { write: (stream, bytes) => ((out += String.fromCharCode(...bytes)), 0), readInput: () => new Uint8Array(), files: kernel.NO_HOST_FILES }
const k = kernel.createKernel({ host, ramBytes: 2 ** 24, root: [{ path: '/hello', kind: 'regular', mode: 0o755, data: image }] })
kernel.spawnInit(k, { path: '/hello', argv: ['hello'], env: [], stdio: ['null', 'pipe', 'pipe'] })
const s = debug.createSession(k)
debug.addCatchpoint(s, { what: 'syscall', filter: ['write'] })
const stop = debug.resume(s)
debug.closeSession(s)
const end = kernel.runKernel(k)

const again = library.run(text, { name: 'hello' })

const mistakes = {
  'a file that is no ELF': () => kernel.readElf(new Uint8Array(8), 'x'),
  'memory that cannot be': () => vm.createMachine({ ramBytes: -1 }),
  'a program that is not there': () => kernel.spawnInit(kernel.createKernel({ host, ramBytes: 2 ** 24, root: [] }), { path: '/no', argv: ['no'], env: [], stdio: ['null', 'pipe', 'pipe'] }),
  'a source with mistakes': () => library.run('_start: nonsense'),
  'a program that is none': () => library.run(new Uint8Array(64)),
  'an archive that is none': () => kernel.readTar(new Uint8Array(2048).fill(65)),
}
const thrown = Object.entries(mistakes).map(([name, make]) => {
  try { make() } catch (error) { return error instanceof Error && error.message !== '' ? 'Error' : name + ': ' + String(error) }
  return name + ': nothing'
})
globalThis.told = { out, stop: stop.kind, end: end.kind, status: kernel.shellStatus(end.status), thrown: thrown.join(', '), again: [again.stdout, again.status], same: library.createSession === debug.createSession && abi.ElfError === library.ElfError }
`

test('bundles for a page without Node, and runs without it', async () => {
  const { outputFiles, metafile } = await build({
    ...FOR_A_PAGE,
    format: 'iife',
    stdin: { contents: CONSUMER, resolveDir: ROOT, loader: 'js' },
  })
  // Without Node's platform an import of a module of its would have been an error; what stays outside is listed here.
  const outside = Object.values(metafile.inputs).flatMap(input => input.imports.filter(i => i.external === true).map(i => i.path))
  expect(outside).toEqual([])
  const page = createContext({ TextEncoder, TextDecoder, structuredClone })
  runInContext(outputFiles[0].text, page)
  expect(page.told).toEqual({
    out: 'hello\n',
    stop: 'catchpoint',
    end: 'halted',
    status: 7,
    thrown: 'Error, Error, Error, Error, Error, Error',
    again: ['hello\n', 7],
    same: true,
  })
})

test('what the build made for a page imports nothing of Node, nor does anything that it shares', async () => {
  const dist = join(ROOT, 'dist')
  const seen = new Set<string>()
  const outside: string[] = []
  const visit = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    const text = readFileSync(join(dist, name), 'utf8')
    for (const [, from] of text.matchAll(/(?:\bfrom|\bimport) ?\(?"([^"]+)"/g)) {
      if (from.startsWith('./')) visit(from.slice(2))
      else if (/^(node:|[a-z@])[\w:@/.-]*$/.test(from)) outside.push(`${name}: ${from}`)
    }
  }
  for (const entry of ['index.js', 'vm.js', 'kernel.js', 'abi.js', 'assembler.js', 'debugger.js']) visit(entry)
  expect(seen.size).toBeGreaterThan(6)
  expect(outside).toEqual([])
})

test('the same program has the same result twice, up to its limits', () => {
  const text = '_start: li a0, 1; la a1, t; li a2, 4; li a7, 64; ecall; j _start; .data; t: .ascii "abc\\n"'
  const limits = { output: 10, instructions: 1e6 }
  const heard: string[] = []
  const [first, second] = [1, 2].map(() => run(text, { limits, onOutput: bytes => void heard.push(String(bytes.length)) }))
  expect(first).toMatchObject({ reason: 'output', status: null, signal: null, stdout: 'abc\nabc\nab' })
  expect({ ...second, kernel: null }).toEqual({ ...first, kernel: null })
  expect(heard.join(' ')).toBe('4 4 2 4 4 2')
  expect(run('_start: li a0, 0; lw a0, 0(a0)')).toMatchObject({ reason: 'signal', status: 139, signal: 'SIGSEGV' })
  expect(run('_start: li a7, 73; li a0, 0; li a1, 0; li a2, 0; li a3, 0; ecall')).toMatchObject({ reason: 'idle', status: null })
  expect(() => run({ path: '/none' })).toThrow(expect.objectContaining({ name: 'StartError', code: 'ENOENT' }))
  expect(() => run(text, { limits: { memory: -1 } })).toThrow(Error)
})

test('a machine in portions is the machine in one go', () => {
  const { image } = buildProgram([
    { name: 'a.s', text: '_start: li t0, 3000; 1: addi t0, t0, -1; bnez t0, 1b; li a0, 9; li a7, 93; ecall' },
  ])
  const begin = () => {
    const k = createMachine({ ramBytes: 2 ** 24, files: { '/a': { data: image ?? '', mode: 0o755 } } })
    start(k, '/a')
    return k
  }
  const [whole, parts] = [begin(), begin()]
  const end = proceed(whole)
  let count = 0
  let ending = proceed(parts, { instructions: 700 })
  for (; ending.reason === 'instructions'; count++) ending = proceed(parts, { instructions: 700 })
  expect([ending, count]).toEqual([end, 8])
  expect(statistics(parts)).toEqual(statistics(whole))
  expect(() => start(parts, '/a')).toThrow('there is one already')
})

// The doors of the folders are gone through when it is built (build-doors.mjs): else `run` would load whatever a door has.
test('a command loads what it needs: `run` no assembler, and nothing of the debugger', () => {
  const dist = join(ROOT, 'dist')
  const text = (name: string): string => readFileSync(join(dist, name), 'utf8')
  const chunks = readdirSync(dist).filter(name => /^hartbeat-[\w-]+\.js$/.test(name))
  const loaded = new Set<string>()
  const load = (name: string): void => {
    if (loaded.has(name)) return
    loaded.add(name)
    for (const [, next] of text(name).matchAll(/(?:from|import)\s*"\.\/(hartbeat-[\w-]+\.js)"/g)) load(next)
  }
  const [run] = chunks.filter(name => /function addRunCommands\b/.test(text(name)))
  load(run)
  const has = (words: string): boolean => [...loaded].some(name => text(name).includes(words))
  const there = ['function runKernel(', 'didYouMean(', 'Unknown syscall name'].map(has)
  expect(there).toEqual([true, false, false])
  const bytes = [...loaded].reduce((sum, name) => sum + statSync(join(dist, name)).size, 0)
  // All of the kernel, whatever it has: io_uring and the way out of the network are 110,000 of these.
  expect(bytes).toBeLessThan(1.85e6)
})

test('who imports what the package names starts nothing', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { default: string }>
  }
  const places = Object.values(exports).flatMap(place => (typeof place === 'string' ? [] : [place.default]))
  const script = `for (const place of ${JSON.stringify(places)}) await import(place)`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' })
  expect({ status, stdout, stderr, count: places.length > 5 }).toEqual({ status: 0, stdout: '', stderr: '', count: true })
})
