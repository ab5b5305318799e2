// The words after `hartbeat bench`, and their options.
import { availableParallelism } from 'node:os'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { deliver, readBase, readFile, saveResults, type OutputFlags } from './deliver.ts'
import { BenchError, EXIT } from './errors.ts'
import { HOST_BENCHES, HOST_ENGINES, HOST_PEERS, noteOn, runHost, type HostFlags } from './host/index.ts'
import { merge } from './merge.ts'
import { runCommand, type RunFlags, type Surroundings } from './run.ts'
import { SCENARIOS } from './scenarios/index.ts'
import type { Shard } from './types.ts'

const DEFAULT_PRESET = 'u74'
const MOST_JOBS = 256
const MOST_RUNS = 1000
const collect = (value: string, list: string[]): string[] => [...list, value]

function parseShard(text: string): Shard {
  const m = /^(\d+)\/(\d+)$/.exec(text)
  const [index, of] = m ? [Number(m[1]), Number(m[2])] : [0, 0]
  if (!(index >= 1 && index <= of)) throw new InvalidArgumentError('It is i/n with i from 1 to n.')
  return { index, of }
}

/** A whole number from 1 to `most`. */
const counting =
  (most: number) =>
  (text: string): number => {
    const count = Number(text)
    if (!Number.isInteger(count) || count < 1 || count > most) throw new InvalidArgumentError(`It is a whole number from 1 to ${most}.`)
    return count
  }

/** Some of these names, with commas between. */
const someOf =
  (names: readonly string[]) =>
  (text: string): string[] => {
    const chosen = text.split(',')
    if (!chosen.every(name => names.includes(name))) throw new InvalidArgumentError(`It is some of ${names.join(',')}.`)
    return chosen
  }

/** Options of every command that prints results. */
const printing = (command: Command): Command =>
  command
    .addOption(new Option('--json', 'JSON on standard output').conflicts('md'))
    .option('--md', 'markdown on standard output')
    .option('--html <file>', 'write a report as one HTML file too')
    .option('--compare <base.json>', 'show how each cell changed against these results')
    .option('--check', 'exit with status 1 when a claim does not hold')

function listText(): string {
  const name = Math.max(...SCENARIOS.map(s => s.name.length))
  const title = Math.max(...SCENARIOS.map(s => s.title.length))
  const labs = (list: readonly string[]): string => list.map(lab => `programs/labs/${lab}.s`).join(' ')
  return SCENARIOS.map(s => `${s.name.padEnd(name)}  ${s.title.padEnd(title)}  ${labs(s.labs)}\n`).join('')
}

function addRun(bench: Command, done: (status: number) => void, around: () => Surroundings): void {
  printing(bench.command('run [names...]'))
    .description('run scenarios on the timed machine')
    .option('--all', 'all of them')
    .option('--quick', 'fewer cells and rounds')
    .option('--preset <name>', 'the machine', DEFAULT_PRESET)
    .option('--set <key=value>', 'change a constant of the preset; may be repeated', collect, [])
    .addOption(
      new Option('--jobs <n>', 'machines at a time').argParser(counting(MOST_JOBS)).default(availableParallelism(), 'one for each core'),
    )
    .addOption(new Option('--shard <i/n>', 'only this part of the cells, for bench merge').argParser(parseShard))
    .option('--out <file>', 'the results, and the finished cells while it runs (.hartbeat-bench.json holds them otherwise)')
    .option('--resume', 'go on from the finished cells of a run that was interrupted')
    .action(async (names: string[], flags: RunFlags) => done(await runCommand(names, flags, around())))
}

function addMerge(bench: Command, done: (status: number) => void, around: () => Surroundings): void {
  printing(bench.command('merge <files...>'))
    .description('join the results of shards; the same as one run, as JSON unless --md or --out is given')
    .option('--out <file>', 'write the results there and print a report')
    .action((files: string[], flags: OutputFlags & { out?: string }) => {
      const { laboratory, ...output } = around()
      const base = readBase(flags)
      const results = merge(
        files.map(file => ({ file, results: readFile(file) })),
        laboratory,
      )
      if (flags.out !== undefined) saveResults(flags.out, results)
      const json = flags.json ?? (flags.out === undefined && !flags.md && base === undefined)
      done(deliver(results, { ...flags, json }, base, laboratory, output))
    })
}

/** Runs `hartbeat bench WORDS`; answers with the exit status. */
export async function benchCommand(words: readonly string[], around: () => Surroundings, print: (text: string) => void): Promise<number> {
  let status = 0
  const done = (value: number): void => void (status = value)
  const bench = new Command('hartbeat bench')
    .description('what a context switch costs: scenarios on the timed machine, and host-time benches')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'hartbeat: ')) })
  bench
    .command('list')
    .description('the scenarios')
    .action(() => print(listText()))
  addRun(bench, done, around)
  addMerge(bench, done, around)
  bench
    .command('host [what] [rest...]')
    .description(
      `host-time benches: ${Object.entries(HOST_BENCHES)
        .map(([name, { doc }]) => `${name} (${doc})`)
        .join('; ')}`,
    )
    .option('--quick', 'fewer runs and rounds')
    .addOption(new Option('--runs <n>', 'interleaved runs of each').argParser(counting(MOST_RUNS)))
    .addOption(new Option('--engine <name>', 'of engines: which of ours').choices(HOST_ENGINES))
    .addOption(new Option('--peers <names>', `of engines: beside what (${HOST_PEERS.join(',')})`).argParser(someOf(HOST_PEERS)))
    .option('--cold', 'of engines: one short run, the first of its process')
    .option('--json', 'JSON on standard output')
    .action((what: string | undefined, rest: string[], flags: HostFlags) => {
      const { complain, progress, interrupt } = around()
      return runHost(what, rest, flags, { print, note: progress ? noteOn(complain) : () => {}, interrupt })
    })
  for (const command of bench.commands) command.exitOverride().configureOutput(bench.configureOutput())
  try {
    await bench.parseAsync([...words], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage
    if (!(error instanceof BenchError)) throw error
    around().complain(`hartbeat: ${error.message}\n`)
    return error.status
  }
  return status
}
