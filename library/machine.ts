// A machine with its kernel, made of what is in memory: files by path, input, and somebody to tell of output. Nothing of the host's is
// reached unless it is handed in.
import {
  createKernel,
  exitCode,
  hostInput,
  ifExited,
  isErrno,
  NO_HOST_FILES,
  piecesIn,
  runKernel,
  shellStatus,
  signalName,
  spawnInit,
  termSignal,
  workOf,
  type Host,
  type ImageFile,
  type InitOptions,
  type Kernel,
  type KernelOptions,
} from '../kernel/index.ts'
import { DEFAULT_ENV } from './environment.ts'
import { imageOf, type FileMap } from './files.ts'
import { buildProgram, type BuildSettings, type Source } from './build.ts'
import { byteString, bytesOf } from './text.ts'

/** Which of the two streams: standard output or standard error. */
export type Output = 'stdout' | 'stderr'

/** What a machine is made of. All of it is optional: an empty root, 256 MiB, one hart, and a clock that does not wait. */
export interface MachineOptions extends Omit<KernelOptions, 'host' | 'root'> {
  /** Files of the root by absolute path. They lie over those of `root`. */
  files?: FileMap
  /** The root file system, as `readTar`, `readCpio` or `hartbeat/node`'s `ownRoot` answer it. */
  root?: readonly ImageFile[]
  /** What programs read from standard input; then it ends. Text is UTF-8. Default: it is empty. */
  stdin?: string | Uint8Array
  /** Told of everything that programs write to the host's streams, as it is written: copy the bytes if you keep them. */
  onOutput?: (bytes: Uint8Array, stream: Output) => void
  /** Instead of `stdin` and `onOutput`: all that the kernel may ask of the world outside, as `hartbeat/node`'s `nodeHost` has it. */
  host?: Host
}

/** The host of a machine that has nothing but memory. */
function memoryHost({ stdin = '', onOutput }: MachineOptions): Host {
  const input = bytesOf(stdin)
  let at = 0
  return {
    write: (stream, bytes) => (onOutput?.(bytes, stream === 1 ? 'stdout' : 'stderr'), 0),
    readInput: max => input.slice(at, (at += Math.min(max, input.length - at))),
    readInputAt: (offset, max) => input.slice(offset, offset + max),
    inputSize: () => input.length,
    files: NO_HOST_FILES,
  }
}

/**
 * Makes a machine with its file systems mounted and no process yet; `start` gives it one. The answer is a plain record: `machine` is the
 * hardware, `state` all that the kernel knows.
 * @throws an Error when the options make no machine, an ImageError for files that make no tree
 */
export function createMachine(options: MachineOptions = {}): Kernel {
  const { files, root, host, hostRoot, shares } = options
  return createKernel({
    ...options,
    host: host ?? memoryHost(options),
    root: [...(root ?? []), ...imageOf(files ?? {})],
    hostRoot: hostRoot === undefined ? undefined : byteString(hostRoot),
    shares: shares?.map(share => ({ ...share, host: byteString(share.host), guest: byteString(share.guest) })),
  })
}

/**
 * What to execute: bytes of an ELF file or a script; the text of an assembly source (or several sources), which is assembled and linked;
 * or the path of a file that the machine has.
 */
export type Program = Uint8Array | string | readonly Source[] | { path: string }

/** How the first process is started. */
export interface StartOptions extends BuildSettings {
  /** What the program is called: argv[0] and, unless it has a path, where it lies. Default 'program', or the last name of the path. */
  name?: string
  /** Arguments behind argv[0]. */
  args?: readonly string[]
  /** The environment. Default: PATH, HOME, USER and LOGNAME, as a login shell of root's has them. */
  env?: Readonly<Record<string, string>>
  /** The working directory; default '/'. */
  cwd?: string
  /** Where the standard streams lead: 'pipe' to `stdin` and `onOutput`, 'console' to a terminal (see `sendInput`). Default: pipes. */
  stdio?: InitOptions['stdio']
  /** It is process 1 itself, and an init: what it has no handler for does nothing to it. Default: process 2, as a shell would start it. */
  init?: boolean
}

/** The first program cannot be executed. `code` is execve's errno: 'ENOENT', 'ENOEXEC', 'EACCES', ... */
export class StartError extends Error {
  override name = 'StartError'
  readonly code: string
  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

const EXECUTABLE = 0o755

const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** A program as a file of the root, where it is one of its own. */
export function programFile(program: Program, options: StartOptions): { path: string; name: string; data: Uint8Array | null } {
  if (typeof program === 'object' && 'path' in program)
    return { path: program.path, name: options.name ?? lastName(program.path), data: null }
  const name = options.name ?? 'program'
  const path = `/${lastName(name)}`
  if (program instanceof Uint8Array) return { path, name, data: program }
  return { path, name, data: buildProgram(typeof program === 'string' ? [{ name: `${name}.s`, text: program }] : program, options) }
}

/** The file of `programFile`, for `MachineOptions.files`. */
export const programFiles = (path: string, data: Uint8Array | null): FileMap =>
  data === null ? {} : { [path]: { data, mode: EXECUTABLE } }

/**
 * Starts a file of the machine's as its first process. When that ends, the machine halts.
 * @throws a StartError when it cannot be executed, an Error when there is a first process already
 */
export function start(k: Kernel, path: string, options: Omit<StartOptions, keyof BuildSettings> = {}): void {
  const name = options.name ?? lastName(path)
  try {
    spawnInit(k, {
      path: byteString(path),
      argv: [name, ...(options.args ?? [])].map(byteString),
      env: Object.entries(options.env ?? DEFAULT_ENV).map(([key, value]) => byteString(`${key}=${value}`)),
      cwd: options.cwd === undefined ? undefined : byteString(options.cwd),
      stdio: options.stdio ?? ['pipe', 'pipe', 'pipe'],
      protected: options.init ?? false,
      underInit: !options.init,
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new StartError(error.name, `${path}: ${error.message}`, error)
  }
}

/** Keys typed on the machine's console, for programs that were started with `stdio: ['console', ...]`; '\\x03' is Ctrl-C. */
export const sendInput = (k: Kernel, keys: string | Uint8Array): void => hostInput(k, bytesOf(keys))

/** How far a run may go from where it is. What is missing has no bound. */
export interface Limits {
  /** Instructions of all harts together; a piece of a long system call counts as 100,000. */
  instructions?: number
  /** Guest time in nanoseconds: instructions take it, and sleeping does. */
  time?: number
  /** Bytes to the host's streams; the run ends soon after. */
  output?: number
}

/** Why a machine stands still. */
export type Ending =
  /** The first process ended by itself, with this status (0..255). */
  | { reason: 'exit'; status: number; signal: null }
  /** A signal killed it: `signal` is its name, `status` what a shell shows (128 + its number). */
  | { reason: 'signal'; status: number; signal: string }
  /** A limit; another call goes on. */
  | { reason: 'instructions' | 'time' | 'output'; status: null; signal: null }
  /** Every process sleeps: for input (`sendInput`), or for ever. */
  | { reason: 'idle'; status: null; signal: null }
  /** A subscriber set `Kernel.pause`; another call goes on. */
  | { reason: 'paused'; status: null; signal: null }

const stands = (reason: Exclude<Ending['reason'], 'exit' | 'signal'>): Ending => ({ reason, status: null, signal: null })

/** A wait status in the words of `Ending`. */
const endingOf = (status: number): Ending =>
  ifExited(status)
    ? { reason: 'exit', status: exitCode(status), signal: null }
    : { reason: 'signal', status: shellStatus(status), signal: signalName(termSignal(status)) }

/** Runs a machine until it halts, has nothing to do, or comes to a limit. The same limits in other portions are the same run. */
export function proceed(k: Kernel, limits: Limits = {}): Ending {
  const { instructions = Infinity, time = Infinity, output = Infinity } = limits
  const end = { work: workOf(k.state) + instructions, time: k.state.time + time, output: k.outputBytes + output }
  for (;;) {
    const work = end.work - workOf(k.state)
    if (k.outputBytes >= end.output) return stands('output')
    if (work <= 0) return stands('instructions')
    const result = runKernel(k, {
      maxInstructions: work,
      maxPieces: piecesIn(work),
      until: end.time,
      maxOutput: end.output - k.outputBytes,
    })
    switch (result.kind) {
      case 'halted':
        return endingOf(result.status)
      case 'paused':
        return stands('paused')
      case 'idle':
        return stands('idle')
      case 'budget':
        if (k.state.time >= end.time) return stands('time')
    }
  }
}
