// For tests of the whole kernel: programs written as lines of assembly, run from nothing to their end.
import { createKernel, type KernelOptions } from './boot.ts'
import { spawnInit } from './first.ts'
import type { ImageFile } from './fs/index.ts'
import type { Host } from './host.ts'
import { newJournal } from './journal.ts'
import type { Kernel } from './kernel.ts'
import { assembleLines } from './lines-testing.ts'
import { runKernel, type RunOptions, type RunResult } from './loop.ts'

/** Programs are loaded here; DATA is a page-aligned area of zeroes that they may use. */
export const CODE = 0x10000
export const DATA = 0x40000
export const DATA_BYTES = 0x20000
const EHDR_BYTES = 64
const PHDR_BYTES = 56

/** A static ELF executable of the code and the data area. */
function elf(code: readonly number[]): Uint8Array {
  const headers = EHDR_BYTES + 2 * PHDR_BYTES
  const bytes = new Uint8Array(4096 + 4 * code.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  const half = (at: number, value: number): void => view.setUint16(at, value, true)
  const double = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true)
  half(16, 2)
  half(18, 243)
  view.setUint32(20, 1, true)
  double(24, CODE)
  double(32, EHDR_BYTES)
  half(52, EHDR_BYTES)
  half(54, PHDR_BYTES)
  half(56, 2)
  const segment = (n: number, flags: number, offset: number, address: number, fileSize: number, memorySize: number): void => {
    const at = EHDR_BYTES + n * PHDR_BYTES
    view.setUint32(at, 1, true)
    view.setUint32(at + 4, flags, true)
    ;[offset, address, address, fileSize, memorySize, 4096].forEach((value, i) => double(at + 8 + 8 * i, value))
  }
  segment(0, 5, 4096, CODE, 4 * code.length, 4 * code.length)
  segment(1, 6, 0, DATA, 0, DATA_BYTES)
  code.forEach((word, i) => view.setUint32(4096 + 4 * i, word, true))
  if (headers > 4096) throw new Error('making an ELF file: the headers do not fit')
  return bytes
}

/** A program of the lines that assembleLines takes. */
export const program = (source: string): Uint8Array => elf(assembleLines(source, CODE).words)

export interface Run {
  k: Kernel
  /** Standard output and error so far. */
  output(): string
  run(options?: RunOptions): RunResult
}

export interface TestOptions extends Partial<KernelOptions> {
  /** Further files. */
  files?: readonly ImageFile[]
  argv?: readonly string[]
  /** Which file to start; default the program itself, /bin/test. */
  path?: string
  /** What standard input gives. */
  input?: string
  /** It is a program of `run`'s, under the kernel's own init. */
  underInit?: boolean
}

const NO_FILES = new Proxy({} as Host['files'], { get: () => () => 'ENOENT' })

/** A machine with the program as its first process, not yet run. */
export function start(source: string | Uint8Array, options: TestOptions = {}): Run {
  let text = ''
  let input = Uint8Array.from(options.input ?? '', c => c.charCodeAt(0))
  const host: Host = {
    write(_stream, bytes) {
      text += String.fromCharCode(...bytes)
      return 0
    },
    readInput(max) {
      const bytes = input.slice(0, max)
      input = input.slice(max)
      return bytes
    },
    files: NO_FILES,
  }
  const data = typeof source === 'string' ? program(source) : source
  const root = [{ path: '/bin/test', kind: 'regular', mode: 0o755, data } as const, ...(options.files ?? [])]
  const k = createKernel({ host, ramBytes: 16 * 2 ** 20, debug: true, journal: newJournal(), ...options, root })
  spawnInit(k, {
    path: options.path ?? '/bin/test',
    argv: options.argv ?? ['test'],
    env: [],
    stdio: ['pipe', 'pipe', 'pipe'],
    underInit: options.underInit,
  })
  return { k, output: () => text, run: run => runKernel(k, { maxInstructions: 100_000_000, ...run }) }
}

/** Runs a program to its end; answers the wait status (and fails when it does not end). */
export function runToEnd(source: string | Uint8Array, options: TestOptions = {}): Run & { status: number } {
  const started = start(source, options)
  const result = started.run()
  if (result.kind !== 'halted') throw new Error(`running a test program: ${result.kind} after ${started.k.state.executed} instructions`)
  return { ...started, status: result.status }
}
