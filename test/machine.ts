// A machine for whole-system tests: the built programs as its root, its streams as strings, the invariants checked after every run.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import {
  NO_HOST_FILES,
  checkInvariants,
  createKernel,
  newJournal,
  readCpio,
  runKernel,
  shellStatus,
  spawnInit,
  zombies,
  type Host,
  type ImageFile,
  type Kernel,
  type KernelOptions,
  type RunOptions,
  type RunResult,
  type Stdio,
} from '../kernel/index.ts'
import { usedPages } from '../vm/index.ts'

const IMAGE = new URL('../dist/root.cpio', import.meta.url)
const MIB = 2 ** 20
const TEST_RAM = 32 * MIB
/** More than any test needs: a program that hangs fails instead. */
const LIMIT = 400_000_000

if (!existsSync(IMAGE)) throw new Error('there is no dist/root.cpio: run `npm run build` first')
/** The root file system with the programs in /bin and /labs. */
export const BUILT_ROOT: readonly ImageFile[] = readCpio(readFileSync(IMAGE))

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))

/** A host whose standard input is a string and whose outputs are collected. */
export interface Streams extends Host {
  out: string
  err: string
}

export function streams(stdin = ''): Streams {
  let at = 0
  const input = bytesOf(stdin)
  return {
    out: '',
    err: '',
    write(stream, bytes) {
      if (stream === 1) this.out += latin1(bytes)
      else this.err += latin1(bytes)
      return 0
    },
    readInput: max => input.slice(at, (at += Math.min(max, input.length - at))),
    readInputAt: (offset, max) => input.slice(offset, offset + max),
    inputSize: () => input.length,
    files: NO_HOST_FILES,
  }
}

export interface TestOptions extends Partial<Omit<KernelOptions, 'host' | 'root'>> {
  stdin?: string
  env?: readonly string[]
  cwd?: string
  /** Laid over the root. */
  files?: readonly ImageFile[]
  /** What the standard streams are; pipes unless said otherwise. */
  stdio?: readonly [Stdio, Stdio, Stdio]
  /** The first process is a real init, which the command runs under. */
  init?: boolean
}

export interface TestMachine {
  kernel: Kernel
  host: Streams
}

const ENVIRONMENT = ['PATH=/bin', 'HOME=/', 'USER=root', 'LOGNAME=root']

/** A machine whose first process is about to run `argv`. Throws the Errno of a program that cannot be executed. */
export function start(argv: readonly string[], options: TestOptions = {}): TestMachine {
  const { stdin, env, cwd, files, stdio, init, ...rest } = options
  const host = streams(stdin)
  const kernel = createKernel({
    ramBytes: TEST_RAM,
    debug: true,
    journal: newJournal(),
    ...rest,
    host,
    root: [...BUILT_ROOT, ...(files ?? [])],
  })
  const command = init === true ? ['/bin/init', ...argv] : argv
  const path = command[0].includes('/') ? command[0] : `/bin/${command[0]}`
  spawnInit(kernel, {
    path,
    argv: command,
    env: [...ENVIRONMENT, ...(env ?? [])],
    cwd,
    stdio: stdio ?? ['pipe', 'pipe', 'pipe'],
    protected: init,
  })
  return { kernel, host }
}

export interface Ran {
  /** As a shell has it: the exit status, or 128 + signal. */
  status: number
  stdout: string
  stderr: string
  kernel: Kernel
}

/** Lets the first process run to its end; it must come to one, and leave the machine sound and without zombies. */
export function finish({ kernel, host }: TestMachine, limits: RunOptions = {}): Ran {
  const result: RunResult = runKernel(kernel, { maxInstructions: LIMIT, ...limits })
  if (result.kind !== 'halted') {
    const tasks = [...kernel.state.tasks.values()].map(t => `${t.pid} ${t.comm} ${t.state}`)
    throw new Error(`the machine did not halt (${result.kind}); tasks: ${tasks.join(', ')}; output: ${host.out}${host.err}`)
  }
  expectSound(kernel)
  return { status: shellStatus(result.status), stdout: host.out, stderr: host.err, kernel }
}

/** Throws with everything that is inconsistent, and with every zombie that nobody waited for. */
export function expectSound(kernel: Kernel): void {
  const left = zombies(kernel).filter(group => group !== kernel.state.main?.group)
  const problems = [...checkInvariants(kernel), ...left.map(group => `process ${group.tgid} (${group.leader.comm}) is still a zombie`)]
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

/** Runs one program as the first process. */
export const run = (argv: readonly string[], options: TestOptions = {}): Ran => finish(start(argv, options))

/** Runs a shell script under init. */
export const shell = (script: string, options: TestOptions = {}): Ran => run(['/bin/sh', '-c', script], { init: true, ...options })

/** What `boot` does with standard input that is no terminal: init runs a shell that reads it. */
export const boot = (stdin: string, options: TestOptions = {}): Ran => run([], { init: true, stdin, ...options })

/** Memory as one word. */
export function memoryWord({ machine }: Kernel): string {
  const hash = createHash('sha256')
  for (const [frame, bytes] of usedPages(machine)) {
    if (frame >= machine.framesUsed) throw new Error(`frame ${frame} is not zero, and nobody said that it was written`)
    hash.update(`${frame} `).update(bytes)
  }
  return hash.digest('hex')
}

/** Everything of a machine that a run determines, as one word: two equal runs end with equal ones. */
export function fingerprint(kernel: Kernel): string {
  const { machine, state } = kernel
  const hash = createHash('sha256')
  hash.update(JSON.stringify([state.time, state.executed, state.counts, state.halted, state.random]))
  for (const hart of machine.harts) for (const part of [hart.x, hart.pc, hart.f, hart.words, hart.counters]) hash.update(part)
  hash.update(memoryWord(kernel))
  return hash.digest('hex').slice(0, 16)
}
