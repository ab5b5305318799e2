// The library as a web page has it: bundled without Node, run where there is nothing but what every browser has.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOR_A_PAGE = { bundle: true, write: false, metafile: true, logLevel: 'silent', platform: 'browser' } as const

/** Assembles, links, runs and debugs a program; collects what mistakes throw. */
const CONSUMER = `
import { assembler, debug, kernel, vm } from ${JSON.stringify(join(ROOT, 'index.ts'))}

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

const mistakes = {
  'a file that is no ELF': () => kernel.readElf(new Uint8Array(8), 'x'),
  'memory that cannot be': () => vm.createMachine({ ramBytes: -1 }),
  'a program that is not there': () => kernel.spawnInit(kernel.createKernel({ host, ramBytes: 2 ** 24, root: [] }), { path: '/no', argv: ['no'], env: [], stdio: ['null', 'pipe', 'pipe'] }),
  'an archive that is none': () => kernel.readTar(new Uint8Array(2048).fill(65)),
}
const thrown = Object.entries(mistakes).map(([name, make]) => {
  try { make() } catch (error) { return error instanceof Error && error.message !== '' ? 'Error' : name + ': ' + String(error) }
  return name + ': nothing'
})
globalThis.told = { out, stop: stop.kind, end: end.kind, status: kernel.shellStatus(end.status), thrown: thrown.join(', '), doors: Object.keys({ assembler, debug, kernel, vm }).join(' ') }
`

test('bundles for a page without Node, and runs without it', { timeout: 60_000 }, async () => {
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
    thrown: 'Error, Error, Error, Error',
    doors: 'assembler debug kernel vm',
  })
})
