// The debugger on a machine of its own: a screen of panes on a terminal, lines for pipes and scripts.
import { readFileSync } from 'node:fs'
import { createSession, newDebugger } from '../../debugger/index.ts'
import { shellStatus, type Host, type Kernel } from '../../kernel/index.ts'
import { start } from '../commands/run.ts'
import { CommandError, EXIT } from '../errors.ts'
import { byteString, nodeHost } from '../host.ts'
import type { Network } from '../network.ts'
import { makeMachine, openNetwork, type MachineFlags } from '../options.ts'
import { findProgram } from '../program.ts'
import { isRecording, openRecording } from '../recording.ts'
import { debugPlainly, type Given } from './plain.ts'
import { debugOnScreen, type Output } from './screen.ts'

export type { Given }

export interface DebugFlags extends MachineFlags {
  plain?: boolean
  batch?: boolean
  /** Commands and files of commands, in their order. */
  x: Given[]
  ex: Given[]
}

interface Machine {
  kernel: Kernel
  /** It has a console, on which `input` types. */
  console: boolean
}

/** A fresh machine with the program before its first instruction; or a recording, which runs as it ran. */
function machineOf(
  name: string,
  args: readonly string[],
  flags: DebugFlags,
  host: Host,
  screen: boolean,
  network: Network | null,
): Machine {
  if (flags.clock === 'real')
    throw new CommandError(EXIT.usage, 'debug: --clock real: time stands still while the debugger does, so it is virtual')
  if (isRecording(name)) {
    if (args.length > 0) throw new CommandError(EXIT.usage, `debug ${name}: a recording takes no arguments`)
    return { kernel: openRecording(name, host.write).kernel, console: false }
  }
  const program = findProgram(name, flags)
  const run = makeMachine({ ...flags, clock: 'virtual' }, program, host, false, network)
  if (screen) run.stdio = ['console', 'console', 'console']
  // Standard input has the debugger's commands, unless there are none to come.
  else if (flags.batch !== true || run.stdio[0] === 'console') run.stdio[0] = 'null'
  start(run, [name, ...args].map(byteString), false, flags)
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

export async function debug(name: string, args: readonly string[], flags: DebugFlags): Promise<number> {
  const given = [...flags.x, ...flags.ex].sort((a, b) => a.order - b.order)
  const network = isRecording(name) ? null : await openNetwork(flags)
  try {
    if (network !== null) for (const line of await network.listen()) process.stderr.write(`hartbeat: ${line}\n`)
    return await debugWith(network, given, name, args, flags)
  } finally {
    await network?.close()
  }
}

async function debugWith(
  network: Network | null,
  given: Given[],
  name: string,
  args: readonly string[],
  flags: DebugFlags,
): Promise<number> {
  const plain = flags.plain === true || flags.batch === true || !process.stdin.isTTY || !process.stdout.isTTY
  if (plain) {
    const { kernel } = machineOf(name, args, flags, nodeHost, false, network)
    const d = newDebugger(createSession(kernel), { readFile, goOn: () => Promise.resolve(true), type: () => false })
    const status = await debugPlainly(d, given, { batch: flags.batch === true }, network)
    return status ?? (d.ended === null ? 0 : shellStatus(d.ended))
  }
  const output: Output = { write: () => {} }
  const machine = machineOf(name, args, flags, hostWith(output), true, network)
  return debugOnScreen(machine.kernel, { readFile, given, output, title: [name, ...args].join(' '), console: machine.console, network })
}
