// `hartbeat bench host [WHAT]`: host-time figures, each beside its peers, run interleaved on the same machine.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nearestName } from '../../vm/index.ts'
import { BenchError, EXIT, usage } from '../errors.ts'
import { ALONE, answer } from './alone.ts'
import { loadBenchmark } from './cycles.ts'
import { KERNELS } from './guest.ts'
import { benchInterpreter } from './interpreter.ts'
import { OPERATIONS } from './operation.ts'
import { benchOperations } from './operations.ts'
import { guestFolder } from './ours.ts'
import { newPace, type Pace } from './pace.ts'
import { describeHost, HOST_SCHEMA, loadNow, writeHostResults, type HostResults } from './results.ts'
import { benchDebugger } from './debugger.ts'
import { debuggerText, hostText, interpreterText, operationsText, skippedText, wholeText } from './tables.ts'
import { benchWhole } from './whole.ts'

/** The package: the folder above dist. */
const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..')
const CLEAR = '\r\x1b[K'

type Part = Pick<HostResults, 'skipped' | 'interpreter' | 'operations' | 'whole' | 'debugger'>

export interface HostBench {
  doc: string
  /** What may be named after it to measure only that. */
  parts: readonly string[]
  measure(root: string, pace: Pace, only: readonly string[]): Promise<Part>
  /** Its table; nothing when it was skipped. */
  text(part: Part): string
}

/** What can be measured in host time. */
export const HOST_BENCHES: Readonly<Record<string, HostBench>> = {
  interpreter: {
    doc: 'instructions per second beside QEMU and on the timed machine, by compiled kernels',
    parts: Object.keys(KERNELS),
    async measure(root, pace, only) {
      const { interpreter, skipped } = await benchInterpreter(root, pace, only)
      return interpreter === null ? { skipped } : { interpreter, skipped }
    },
    text: ({ interpreter }) => (interpreter === undefined ? '' : interpreterText(interpreter)),
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

export interface HostFlags {
  json?: boolean
  quick?: boolean
}

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

/** What a bench measured. Ctrl-C ends the commands that are being measured too, and then their failure says nothing. */
async function measured(bench: HostBench, root: string, pace: Pace, only: readonly string[]): Promise<Part> {
  try {
    return await bench.measure(root, pace, only)
  } catch (error) {
    await pace.breathe('')
    throw error
  }
}

/** Measures the benches one after another and prints: a table as each is done, or all of it as JSON. `root` is the package. */
export async function runBenches(
  benches: readonly HostBench[],
  only: readonly string[],
  { json, quick = false }: HostFlags,
  { print, note, interrupt }: HostSurroundings,
  root: string,
): Promise<void> {
  const pace = newPace(quick, interrupt, note)
  const before = loadNow()
  const parts: Part = { skipped: [] }
  for (const bench of benches) {
    const part = await measured(bench, root, pace, only).finally(() => note(''))
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
  if (!existsSync(guestFolder(PACKAGE)))
    throw new BenchError(EXIT.failed, `bench host needs its guest programs, ${guestFolder(PACKAGE)}: run it from the sources`)
  await runBenches(benches, rest, flags, surroundings, PACKAGE)
}
