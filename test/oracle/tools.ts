// The oracles: a cross compiler and QEMU's user mode; and our machine, as the command line runs it. Tests skip, loudly, what is missing.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { spawnSync } from '../spawn.ts'

export const GCC = 'riscv64-linux-gnu-gcc'
export const QEMU = 'qemu-riscv64-static'
export const CROSS_ROOT = '/usr/riscv64-linux-gnu'
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CLI = join(ROOT, 'dist', 'hartbeat.js')
const TIMEOUT = 120_000

/** True when every tool is there; otherwise says on the console what is skipped. */
export function have(...tools: readonly string[]): boolean {
  const missing = tools.filter(tool => (tool.startsWith('/') ? !existsSync(tool) : spawnSync(tool, ['--version']).error !== undefined))
  if (missing.length > 0) console.warn(`SKIPPED, as there is no ${missing.join(', ')}`)
  return missing.length === 0
}

const [MAJOR, MINOR] = release().split('.').map(Number)
/** Is the host a Linux that is no older than the one that we are (6.12)? */
export const IS_NEW_LINUX = process.platform === 'linux' && (MAJOR > 6 || (MAJOR === 6 && MINOR >= 12))

const TRIES = 3
/** What a program prints on the host, where its processes wait for each other by time: on a busy host they may come in another order, and are asked again. */
export function saidOnHost<T>(ask: () => T, isRight: (said: T) => boolean): T {
  let said = ask()
  for (let n = 1; n < TRIES && !isRight(said); n++) said = ask()
  return said
}

/** A directory that is removed after the tests of the file. */
export function workDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hartbeat-oracle-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export interface Outcome {
  /** 128 + signal when one ended it. */
  status: number | null
  stdout: string
  stderr: string
}

const SIGNALS: Readonly<Record<string, number>> = {
  SIGTERM: 15,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGABRT: 6,
  SIGILL: 4,
  SIGFPE: 8,
  SIGBUS: 7,
  SIGPIPE: 13,
}

export function execute(command: string, args: readonly string[], input = '', cwd?: string): Outcome {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    input,
    cwd,
    encoding: 'latin1',
    timeout: TIMEOUT,
    maxBuffer: 2 ** 28,
  })
  if (error !== undefined) throw error
  return { status: signal === null ? status : 128 + (SIGNALS[signal] ?? 0), stdout, stderr }
}

export const hartbeat = (args: readonly string[], input = ''): Outcome => execute(process.execPath, [CLI, ...args], input)

/** Compiles C; throws with the compiler's message. */
export function compile(source: string, output: string, ...flags: readonly string[]): string {
  const { status, stderr } = execute(GCC, ['-O2', '-o', output, source, ...flags])
  if (status !== 0) throw new Error(stderr)
  return output
}
