// `hartbeat bench host [WHAT]`: host-time figures, each beside its peers, run interleaved on the same machine.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nearestName } from '../../vm/index.ts'
import { BenchError, EXIT, usage } from '../errors.ts'
import { ALONE, answer } from './alone.ts'
import { loadBenchmark } from './cycles.ts'
import { benchCompiler, COMPILING_PARTS } from './compiler.ts'
import { compilerText } from './compiler-table.ts'
import { benchEngines, PEERS, type EngineOptions } from './engines.ts'
import { KERNELS } from './kernels.ts'
import { MEASURED_ENGINES } from './one-kernel.ts'
import { OPERATIONS } from './operation.ts'
import { benchOperations } from './operations.ts'
import { guestFolder } from './ours.ts'
import { newPace, type Pace } from './pace.ts'
import { benchPrograms, PROGRAM_NAMES } from './programs.ts'
import { describeHost, HOST_SCHEMA, loadNow, writeHostResults, type HostResults } from './results.ts'
import { benchDebugger } from './debugger.ts'
import { enginesText } from './engine-table.ts'
import { programsText } from './program-table.ts'
import { debuggerText, hostText, operationsText, skippedText, wholeText } from './tables.ts'
import { benchWhole } from './whole.ts'

/** The package: the folder above dist. */
const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..')
const CLEAR = '\r\x1b[K'

type Part = Pick<HostResults, 'skipped' | 'engines' | 'programs' | 'compiler' | 'operations' | 'whole' | 'debugger'>

export interface HostBench {
  doc: string
  /** What may be named after it to measure only that. */
  parts: readonly string[]
  /** Options that mean something to it, besides those that all have. */
  options?: readonly (keyof EngineOptions)[]
  measure(root: string, pace: Pace, only: readonly string[], options: EngineOptions): Promise<Part>
  /** Its table; nothing when it was skipped. */
  text(part: Part): string
}

/** What can be measured in host time. */
export const HOST_BENCHES: Readonly<Record<string, HostBench>> = {
  engines: {
    doc: 'an engine over compiled kernels, beside QEMU with a machine and without, and the host itself',
    parts: Object.keys(KERNELS),
    options: ['engine', 'peers', 'cold'],
    async measure(root, pace, only, options) {
      const { engines, skipped } = await benchEngines(root, pace, only, options)
      return engines === null ? { skipped } : { engines, skipped }
    },
    text: ({ engines }) => (engines === undefined ? '' : enginesText(engines)),
  },
  compiler: {
    doc: 'how soon compiled code is up to speed, how long the machine stands still for it, and what memory that takes',
    parts: COMPILING_PARTS,
    measure: (root, pace, only) => benchCompiler(root, pace, only),
    text: ({ compiler }) => (compiler === undefined ? '' : compilerText(compiler)),
  },
  programs: {
    doc: "Debian's programs from start to end, beside user-mode QEMU over the same root and the host's own",
    parts: PROGRAM_NAMES,
    async measure(root, pace, only) {
      const { programs, skipped } = await benchPrograms(root, pace, only)
      return programs === null ? { skipped } : { programs, skipped }
    },
    text: ({ programs }) => (programs === undefined ? '' : programsText(programs)),
  },
  operations: {
    doc: "the kernel's operations beside the native kernel and qemu-user",
    parts: OPERATIONS.map(op => op.program),
    async measure(root, pace, only) {
      const { rows, skipped } = await benchOperations(root, pace, only)
      const alone = loadBenchmark() === null
      const missing = { bench: 'operations', what: 'benchmark.js', why: 'the package benchmark is not installed' }
      return { operations: rows, skipped: alone ? [...skipped, missing] : skipped }
    },
    text: ({ operations }) => (operations === undefined ? '' : operationsText(operations)),
  },
  whole: {
    doc: 'from the command to an answer, and memory of many processes',
    parts: [],
    measure: (root, pace) => benchWhole(root, pace),
    text: ({ whole }) => (whole === undefined ? '' : wholeText(whole)),
  },
  debugger: {
    doc: 'a debugger attached, recording, and going back',
    parts: [],
    measure: async (root, pace) => ({ debugger: await benchDebugger(root, pace), skipped: [] }),
    text: part => (part.debugger === undefined ? '' : debuggerText(part.debugger)),
  },
}

export interface HostFlags extends Partial<EngineOptions> {
  json?: boolean
  quick?: boolean
  runs?: number
}

const DEFAULTS: EngineOptions = { engine: MEASURED_ENGINES[0], peers: PEERS, cold: false }

export { MEASURED_ENGINES as HOST_ENGINES, PEERS as HOST_PEERS }

/** Where the words go: tests bring their own. */
export interface HostSurroundings {
  print(text: string): void
  /** What is being measured now, for a terminal; empty: nothing any more. */
  note(text: string): void
  interrupt: AbortSignal
}

/** Notes on one line of a terminal that are written over. */
export const noteOn =
  (write: (text: string) => void) =>
  (text: string): void =>
    write(CLEAR + text)

function known(word: string, names: readonly string[], what: string): void {
  if (names.includes(word)) return
  if (names.length === 0) throw usage(`${what} has no part '${word}', or any other`)
  const near = nearestName(word, names)
  throw usage(`there is no ${what} '${word}'${near === null ? `; there are ${names.join(', ')}` : `, did you mean '${near}'?`}`)
}

/** Which benches the words ask for. Throws a usage error for an unknown one. */
export function chosenBenches(what: string | undefined, rest: readonly string[]): HostBench[] {
  if (what === undefined) return Object.values(HOST_BENCHES)
  known(what, Object.keys(HOST_BENCHES), 'host bench')
  const bench = HOST_BENCHES[what]
  for (const word of rest) known(word, bench.parts, `bench host ${what}`)
  return [bench]
}

/** An option that means nothing to a bench that is asked for is a mistake. */
export function checkOptions(what: string | undefined, benches: readonly HostBench[], flags: HostFlags): void {
  for (const option of Object.keys(DEFAULTS) as (keyof EngineOptions)[])
    if (flags[option] !== undefined && !benches.some(b => b.options?.includes(option))) throw usage(`bench host ${what} has no --${option}`)
}

/** What a bench measured. Ctrl-C ends the commands that are being measured too, and then their failure says nothing. */
async function measured(bench: HostBench, root: string, pace: Pace, only: readonly string[], options: EngineOptions): Promise<Part> {
  try {
    return await bench.measure(root, pace, only, options)
  } catch (error) {
    await pace.breathe('')
    throw error
  }
}

/** Measures the benches one after another and prints: a table as each is done, or all of it as JSON. `root` is the package. */
export async function runBenches(
  benches: readonly HostBench[],
  only: readonly string[],
  { json, quick = false, runs, ...options }: HostFlags,
  { print, note, interrupt }: HostSurroundings,
  root: string,
): Promise<void> {
  const pace = newPace(quick, interrupt, note, runs)
  const before = loadNow()
  const parts: Part = { skipped: [] }
  for (const bench of benches) {
    const part = await measured(bench, root, pace, only, { ...DEFAULTS, ...options }).finally(() => note(''))
    Object.assign(parts, part, { skipped: [...parts.skipped, ...part.skipped] })
    if (!json) print(`${bench.text(part)}${skippedText(part.skipped)}\n`)
  }
  const host = describeHost(before)
  print(json ? writeHostResults({ schema: HOST_SCHEMA, host, quick, pairs: pace.pairs, ...parts }) : hostText(host))
}

/** Runs one of them, or all. `rest` names parts of it. Throws a usage error for a name that there is not. */
export async function runHost(
  what: string | undefined,
  rest: readonly string[],
  flags: HostFlags,
  surroundings: HostSurroundings,
): Promise<void> {
  if (what === ALONE) return surroundings.print(answer(rest))
  const benches = chosenBenches(what, rest)
  checkOptions(what, benches, flags)
  if (!existsSync(guestFolder(PACKAGE)))
    throw new BenchError(EXIT.failed, `bench host needs its guest programs, ${guestFolder(PACKAGE)}: run it from the sources`)
  await runBenches(benches, rest, flags, surroundings, PACKAGE)
}
