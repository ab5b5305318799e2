// The machine that a launch request asks for: the program found or assembled, its streams tied to the editor, its first process made.
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import type { DebugProtocol } from '@vscode/debugprotocol'
import { SHARING, type Host, type Kernel } from '../../kernel/index.ts'
import { ENGINE_NAMES } from '../../vm/index.ts'
import { start } from '../commands/run.ts'
import { byteString, nodeHost } from '../host.ts'
import { makeMachine, type MachineFlags } from '../options.ts'
import { findProgram } from '../program.ts'
import { packageRoot } from '../resources.ts'

/** What an editor's launch configuration may say (editors/vscode/package.json has it as a schema). */
export interface LaunchArguments extends DebugProtocol.LaunchRequestArguments {
  program: string
  args?: string[]
  /** The guest's directory that the program starts in. */
  cwd?: string
  env?: Record<string, string>
  stopOnEntry?: boolean
  /** Stop when the machine has come to its end, so that one can go back. */
  stopAtEnd?: boolean
  harts?: number
  memory?: number | string
  root?: string
  share?: string[]
  engine?: MachineFlags['engine']
  seed?: number
  isa?: string
  policy?: string
  thp?: MachineFlags['thp']
  timing?: string
  set?: string[]
  /** Text for standard input, or a host file with it; none: end of file at once. */
  stdin?: string
  stdinFile?: string
  /** false: there is no way back, and it runs a little faster. */
  record?: boolean
}

type Check = (value: unknown) => boolean
const text: Check = value => typeof value === 'string'
const flag: Check = value => typeof value === 'boolean'
const count: Check = value => typeof value === 'number' && Number.isInteger(value) && value >= 0
const texts: Check = value => Array.isArray(value) && value.every(text)
const record: Check = value => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(text)
const oneOf =
  (...words: string[]): Check =>
  value =>
    words.includes(value as string)

const POLICIES = SHARING.map(row => row.name)

/** Every argument, what it must be, and that in words. */
export const LAUNCH_CHECKS: Readonly<Record<keyof Omit<LaunchArguments, 'noDebug' | '__restart'>, readonly [Check, string]>> = {
  program: [text, 'a path'],
  args: [texts, 'a list of texts'],
  cwd: [text, 'a directory of the guest'],
  env: [record, 'an object of texts'],
  stopOnEntry: [flag, 'true or false'],
  stopAtEnd: [flag, 'true or false'],
  harts: [count, 'a whole number'],
  memory: [value => text(value) || count(value), 'MiB, or a text with K, M or G behind the number'],
  root: [text, 'a directory or an image'],
  share: [texts, 'a list of HOST:GUEST[:rw]'],
  engine: [oneOf(...ENGINE_NAMES), ENGINE_NAMES.join(', ')],
  seed: [count, 'a whole number'],
  isa: [text, 'an instruction set, such as rv64gc'],
  policy: [oneOf(...POLICIES), POLICIES.join(', ')],
  thp: [oneOf('always', 'madvise', 'never'), 'always, madvise or never'],
  timing: [text, 'the name of a preset'],
  set: [texts, 'a list of KEY=VALUE'],
  stdin: [text, 'a text'],
  stdinFile: [text, 'a path'],
  record: [flag, 'true or false'],
}

/** Launch arguments as they came, or an Error that says what is wrong with them. */
export function checkedLaunch(given: unknown): LaunchArguments {
  const args = (given ?? {}) as Record<string, unknown>
  if (args.program === undefined) throw new Error("launch: 'program' is missing: a .s, an ELF file, or a name in the guest")
  for (const [name, [holds, wanted]] of Object.entries(LAUNCH_CHECKS)) {
    if (args[name] !== undefined && !holds(args[name])) throw new Error(`launch: '${name}' is ${wanted}`)
  }
  if (args.stdin !== undefined && args.stdinFile !== undefined) throw new Error("launch: 'stdin' and 'stdinFile' exclude each other")
  return args as unknown as LaunchArguments
}

function inputOf({ stdin, stdinFile }: LaunchArguments): Uint8Array {
  if (stdinFile === undefined) return Buffer.from(stdin ?? '', 'utf8')
  try {
    return readFileSync(stdinFile)
  } catch (error) {
    throw new Error(`stdinFile ${stdinFile}: ${(error as Error).message}`, { cause: error })
  }
}

/** Streams of the guest: standard input from the launch arguments, output to whoever shows it. */
function hostFor(input: Uint8Array, output: (stream: 1 | 2, bytes: Uint8Array) => void): Host {
  let at = 0
  return {
    files: nodeHost.files,
    readInput: max => input.slice(at, (at += Math.min(max, input.length - at))),
    write(stream, bytes) {
      output(stream, bytes)
      return 0
    },
  }
}

const flagsOf = (a: LaunchArguments): MachineFlags => ({
  m: String(a.memory ?? 256),
  smp: String(a.harts ?? 1),
  env: Object.entries(a.env ?? {}).map(([name, value]) => `${name}=${value}`),
  root: a.root,
  share: a.share ?? [],
  publish: [],
  net: 'none',
  clock: 'virtual',
  engine: a.engine ?? ENGINE_NAMES[0],
  seed: String(a.seed ?? 0),
  timing: a.timing,
  timingFrom: 'boot',
  set: a.set ?? [],
  policy: a.policy,
  thp: a.thp,
  isa: a.isa,
})

/** A machine about to execute its first program's first instruction. Errors are in words; what the assembler says is told. */
export function launch(a: LaunchArguments, output: (stream: 1 | 2, bytes: Uint8Array) => void, tell: (text: string) => void): Kernel {
  const program = findProgram(a.program, { isa: a.isa, tell })
  const flags = flagsOf(a)
  const run = makeMachine(flags, program, hostFor(inputOf(a), output), true)
  run.cwd = a.cwd === undefined ? undefined : byteString(a.cwd)
  start(run, [a.program, ...(a.args ?? [])].map(byteString), false, flags)
  return run.kernel
}

/** How names of sources that compilers were given are found on the host; itself where there is no such file. */
export function sourceFinder(a: LaunchArguments): (name: string) => string {
  const known = new Map<string, string>()
  const folders = [dirname(resolve(a.program)), process.cwd(), packageRoot, join(packageRoot, 'programs', 'include')]
  const find = (name: string): string => {
    if (isAbsolute(name)) return name
    const places = [...folders.map(folder => join(folder, name)), join(folders[0], basename(name))]
    return places.find(existsSync) ?? name
  }
  return name => {
    const found = known.get(name) ?? find(name)
    known.set(name, found)
    return found
  }
}
