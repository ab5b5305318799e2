// The command line: one word for what to do, options with the names that gcc, strace, QEMU and binutils taught people.
import { Command, CommanderError } from 'commander'
import { addBenchCommand } from './commands/bench.ts'
import { addBuildCommands } from './commands/build.ts'
import { addDapCommand } from './commands/dap.ts'
import { addDebugCommand } from './commands/debug.ts'
import { addDocCommand } from './commands/doc.ts'
import { addReplayCommand } from './commands/replay.ts'
import { addRunCommands } from './commands/run.ts'
import { addViewCommands } from './commands/views.ts'
import { CommandError, EXIT } from './errors.ts'
import { normalise } from './gnu-flags.ts'

const VERSION = '0.1.0'

async function main(argv: readonly string[]): Promise<number> {
  let status = 0
  const done = (value: number): void => void (status = value)
  const cli = new Command('hartbeat')
    .description('A whole small computer to open, watch and rewind: RISC-V, a Unix kernel, an assembler.')
    .version(VERSION)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'hartbeat: ')) })
  addRunCommands(cli, done)
  addReplayCommand(cli, done)
  addDebugCommand(cli, done)
  addBuildCommands(cli, done)
  addViewCommands(cli, done)
  addDapCommand(cli)
  addDocCommand(cli)
  addBenchCommand(cli, done)
  for (const command of cli.commands) command.exitOverride().configureOutput(cli.configureOutput())
  try {
    await cli.parseAsync([...argv.slice(0, 2), ...normalise(argv.slice(2))])
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage
    if (error instanceof CommandError) {
      process.stderr.write(`hartbeat: ${error.message}\n`)
      return error.status
    }
    throw error
  }
  return status
}

main(process.argv).then(
  status => {
    process.exitCode = status
  },
  (error: unknown) => {
    process.stderr.write(
      `hartbeat: this is a defect of ours, please report it:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    process.exitCode = EXIT.ours
  },
)
