// `debug PROG`: the debugger, as a screen of panes on a terminal, as lines for pipes and scripts.
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { createSession, newDebugger, type CommandHost } from '../../debugger/index.ts'
import { shellStatus, type Host, type Kernel } from '../../kernel/index.ts'
import { debugPlainly, type Given } from '../debug/plain.ts'
import { debugOnScreen } from '../debug/screen.ts'
import { CommandError, EXIT } from '../errors.ts'
import { byteString, nodeHost } from '../host.ts'
import { machineOptions, makeMachine, type MachineFlags } from '../options.ts'
import { findProgram } from '../program.ts'
import { isRecording, openRecording } from '../recording.ts'
import { start } from './run.ts'

interface DebugFlags extends MachineFlags {
  plain?: boolean
  batch?: boolean
  /** Commands and files of commands, in their order. */
  x: Given[]
  ex: Given[]
}

/** Where the guest's output goes: out at once, or into a pane. */
export interface Output {
  write(stream: 1 | 2, bytes: Uint8Array): void
}

interface Machine {
  kernel: Kernel
  /** It has a console, on which `input` types. */
  console: boolean
}

/** A fresh machine with the program before its first instruction; or a recording, which runs as it ran. */
function machineOf(name: string, args: readonly string[], flags: DebugFlags, host: Host, screen: boolean): Machine {
  if (isRecording(name)) {
    if (args.length > 0) throw new CommandError(EXIT.usage, `debug ${name}: a recording takes no arguments`)
    return { kernel: openRecording(name, host).kernel, console: false }
  }
  const program = findProgram(name)
  const run = makeMachine({ ...flags, clock: 'virtual' }, program.files, host)
  if (screen) run.stdio = ['console', 'console', 'console']
  // Standard input has the debugger's commands, unless there are none to come.
  else if (flags.batch !== true) run.stdio[0] = 'null'
  else if (run.stdio[0] === 'console') run.stdio[0] = 'null'
  start(run, program, [name, ...args].map(byteString), false, flags)
  return { kernel: run.kernel, console: run.stdio[0] === 'console' }
}

const readFile = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** The same host, whose output goes where we say. */
const hostWith = (output: Output): Host => ({
  ...nodeHost,
  write(stream, bytes) {
    output.write(stream, bytes)
    return 0
  },
})

async function debug(name: string, args: readonly string[], flags: DebugFlags): Promise<number> {
  const given = [...flags.x, ...flags.ex].sort((a, b) => a.order - b.order)
  const plain = flags.plain === true || flags.batch === true || !process.stdin.isTTY || !process.stdout.isTTY
  const host: Omit<CommandHost, 'goOn' | 'type'> = { readFile }
  if (plain) {
    const { kernel } = machineOf(name, args, flags, nodeHost, false)
    const d = newDebugger(createSession(kernel), { ...host, goOn: () => Promise.resolve(true), type: () => false })
    const status = await debugPlainly(d, given, { batch: flags.batch === true })
    return status ?? (d.ended === null ? 0 : shellStatus(d.ended))
  }
  const output: Output = { write: () => {} }
  const { kernel } = machineOf(name, args, flags, hostWith(output), true)
  return debugOnScreen(kernel, { readFile, given, output, title: [name, ...args].join(' ') })
}

let order = 0
const collect =
  (kind: Given['kind']) =>
  (text: string, list: Given[]): Given[] => [...list, { kind, text, order: order++ }]

export function addDebugCommand(cli: Command, done: (status: number) => void): void {
  machineOptions(cli.command('debug <program> [args...]'))
    .description('run a program, or a recording, in the debugger: stop, look, and step backwards')
    .option('--plain', 'lines instead of a screen: for pipes and scripts')
    .option('-x <file>', 'execute the commands of a file; may be repeated', collect('file'), [])
    .option('--ex <command>', 'execute a command (-ex as well); may be repeated', collect('command'), [])
    .option('--batch', 'leave after -x and -ex; standard input is the guest’s')
    .passThroughOptions()
    .action(async (name: string, args: string[], flags: DebugFlags) => done(await debug(name, args, flags)))
}
