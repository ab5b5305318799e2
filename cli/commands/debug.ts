// `debug PROG`: options of the debugger, which is loaded when it is asked for.
import type { Command } from 'commander'
import type { DebugFlags, Given } from '../debug/index.ts'
import { programOptions } from '../options.ts'
import { command } from './words.ts'

let order = 0
const collect =
  (kind: Given['kind']) =>
  (text: string, list: Given[]): Given[] => [...list, { kind, text, order: order++ }]

export function addDebugCommand(cli: Command, done: (status: number) => void): void {
  programOptions(command(cli, 'debug'))
    .option('--plain', 'lines instead of a screen: for pipes and scripts')
    .option('-x <file>', 'execute the commands of a file; may be repeated', collect('file'), [])
    .option('--ex <command>', 'execute a command (-ex as well); may be repeated', collect('command'), [])
    .option('--batch', 'leave after -x and -ex; standard input is the guest’s')
    .passThroughOptions()
    .action(async (name: string, args: string[], flags: DebugFlags) => {
      const { debug } = await import('../debug/index.ts')
      done(await debug(name, args, flags))
    })
}
