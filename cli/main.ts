// The command line: one word for what to do, options with the names that gcc, strace, QEMU and binutils taught people.
import { Command, CommanderError } from 'commander'
import { CommandError, commandErrorText, EXIT, hostProblem } from './errors.ts'
import { normalise } from './gnu-flags.ts'
import { command, COMMANDS, type CommandName } from './commands/words.ts'
import { VERSION } from './version.ts'

type Done = (status: number) => void
/** The modules of commands, with the words that they are for: only the one that is asked for is loaded. */
const MODULES: readonly { words: readonly CommandName[]; add(cli: Command, done: Done): Promise<void> }[] = [
  { words: ['run', 'boot', 'trace'], add: async (cli, done) => (await import('./commands/run.ts')).addRunCommands(cli, done) },
  { words: ['replay'], add: async (cli, done) => (await import('./commands/replay.ts')).addReplayCommand(cli, done) },
  { words: ['debug'], add: async (cli, done) => (await import('./commands/debug.ts')).addDebugCommand(cli, done) },
  { words: ['as', 'ld'], add: async (cli, done) => (await import('./commands/build.ts')).addBuildCommands(cli, done) },
  { words: ['objdump', 'readelf', 'nm'], add: async (cli, done) => (await import('./commands/views.ts')).addViewCommands(cli, done) },
  { words: ['dap'], add: async cli => (await import('./commands/dap.ts')).addDapCommand(cli) },
  { words: ['conform'], add: async (cli, done) => (await import('./commands/conform.ts')).addConformCommand(cli, done) },
  { words: ['compat'], add: async (cli, done) => (await import('./commands/compat.ts')).addCompatCommand(cli, done) },
  { words: ['doc'], add: async cli => (await import('./commands/doc.ts')).addDocCommand(cli) },
  { words: ['bench'], add: async (cli, done) => (await import('./commands/bench.ts')).addBenchCommand(cli, done) },
]

/** As commander has it, for a command whose options are not there. */
const termOf = (name: string): string => (name in COMMANDS ? `${name} ${COMMANDS[name as CommandName].usage}` : `${name} [command]`)

async function main(argv: readonly string[]): Promise<number> {
  let status = 0
  const done: Done = value => void (status = value)
  const cli = new Command('hartbeat')
    .description('A whole small computer to open, watch and rewind: RISC-V, a Unix kernel, an assembler.')
    .version(VERSION)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'hartbeat: ')) })
  const asked = argv[2] === 'help' ? argv[3] : argv[2]
  const wanted = MODULES.find(({ words }) => words.some(word => word === asked))
  if (wanted !== undefined) await wanted.add(cli, done)
  else {
    // The help of all, or a word that is none.
    cli.configureHelp({ subcommandTerm: one => termOf(one.name()) })
    for (const name of Object.keys(COMMANDS) as CommandName[]) command(cli, name)
  }
  for (const one of cli.commands) one.exitOverride().configureOutput(cli.configureOutput())
  try {
    await cli.parseAsync([...argv.slice(0, 2), ...normalise(argv.slice(2))])
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage
    if (error instanceof CommandError) {
      process.stderr.write(`hartbeat: ${commandErrorText(error, process.env)}\n`)
      return error.status
    }
    throw error
  }
  return status
}

/** Does what the arguments of this process say, and leaves its status behind. */
export async function begin(): Promise<void> {
  // Whoever read our output has gone: end as a program does that SIGPIPE kills.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit(EXIT.brokenPipe)
    })
  }
  try {
    process.exitCode = await main(process.argv)
  } catch (error) {
    const problem = hostProblem(error)
    if (problem !== null) process.stderr.write(`hartbeat: ${problem}\n`)
    else
      process.stderr.write(
        `hartbeat: this is a defect of ours, please report it:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      )
    process.exitCode = EXIT.ours
  }
}
