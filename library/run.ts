// `run`: a program from its start to its end, with all that it wrote. What is not said is bounded, since programs may be anybody's.
import type { Kernel } from '../kernel/index.ts'
import { createMachine, proceed, programFile, programFiles, start } from './machine.ts'
import type { Ending, Limits, MachineOptions, Output, Program, StartOptions } from './machine.ts'
import { statistics, type Statistics } from './statistics.ts'
import { joined, textOf } from './text.ts'

/** What `run` can be told: of the machine, of how the program is started, and how far it may go. */
export interface RunOptions extends MachineOptions, StartOptions {
  /** Where the run ends whatever the program does. What is missing is RUN_LIMITS; Infinity takes a bound away. */
  limits?: Limits & {
    /** Bytes of RAM: all that programs, their files and the kernel's tables may take. As `ramBytes`. */
    memory?: number
  }
  /** Called with the machine before it runs: to subscribe to events, or to trace. */
  onStart?: (k: Kernel) => void
}

/** What came of a program. `status` is its own, or what a shell shows of a signal (128 + its number), or null where it did not end. */
export type RunResult = Ending & {
  /** What it wrote, as text (UTF-8) and as bytes; up to the limit. */
  stdout: string
  stderr: string
  bytes: Readonly<Record<Output, Uint8Array>>
  /** What was counted. */
  stats: Statistics
  /** The machine as it stands: to look into, or to read files from. */
  kernel: Kernel
}

/** The limits of a run that says nothing: some seconds of the host's time, 256 MiB, 16 MiB of output. */
export const RUN_LIMITS = { instructions: 1e9, memory: 256 * 2 ** 20, output: 16 * 2 ** 20, time: Infinity } as const

/**
 * Runs a program on a machine of its own, to its end or a limit. Two calls with the same options have the same result, to the bit.
 * @throws a BuildError for sources with mistakes, a StartError for a program that cannot be executed, an ImageError for files that make no
 * tree. What the program does, and what becomes of it, is never thrown: it is in the result.
 */
export function run(program: Program, options: RunOptions = {}): RunResult {
  const limits = { ...RUN_LIMITS, ...options.limits }
  const pieces: Record<Output, Uint8Array[]> = { stdout: [], stderr: [] }
  let room = limits.output
  const onOutput = (bytes: Uint8Array, stream: Output): void => {
    const piece = bytes.slice(0, Math.max(0, room))
    room -= piece.length
    if (piece.length === 0) return
    pieces[stream].push(piece)
    options.onOutput?.(piece, stream)
  }
  const { path, name, data } = programFile(program, options)
  const k = createMachine({
    ...options,
    ramBytes: options.ramBytes ?? limits.memory,
    files: { ...options.files, ...programFiles(path, data) },
    onOutput,
    // What it writes is ours, whoever answers for the rest.
    host: options.host && { ...options.host, write: (stream, written) => (onOutput(written, stream === 1 ? 'stdout' : 'stderr'), 0) },
  })
  start(k, path, { name, args: options.args, env: options.env, cwd: options.cwd, stdio: options.stdio, init: options.init })
  options.onStart?.(k)
  const ending = proceed(k, limits)
  const bytes = { stdout: joined(pieces.stdout), stderr: joined(pieces.stderr) }
  return { ...ending, stdout: textOf(bytes.stdout), stderr: textOf(bytes.stderr), bytes, stats: statistics(k), kernel: k }
}
