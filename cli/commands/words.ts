// The commands by their words, in the order of the help: what it says of each without loading what any of them is made of.
import type { Command } from 'commander'

interface Words {
  usage: string
  /** One line of the help. */
  about: string
}

export const COMMANDS = {
  run: {
    usage: '[options] <program> [args...]',
    about: 'run a program: an ELF file, a script or a .s of the host, or a name in the guest',
  },
  boot: { usage: '[options] [command...]', about: 'boot to a shell (or run a command under init)' },
  trace: { usage: '[options] <program> [args...]', about: 'run a program and show its system calls as strace does' },
  replay: { usage: '[options] <file>', about: 'run a recording (run --record FILE) again, to the bit' },
  debug: {
    usage: '[options] <program> [args...]',
    about: 'run a program, or a recording, in the debugger: stop, look, and step backwards',
  },
  as: { usage: '[options] <file>', about: 'assemble (GNU syntax) to an object file' },
  ld: { usage: '[options] <files...>', about: 'link objects and archives to an executable' },
  objdump: { usage: '[options] <files...>', about: 'disassemble and show sections, symbols, contents' },
  readelf: { usage: '[options] <files...>', about: 'show the structure of ELF files' },
  nm: { usage: '[options] <files...>', about: 'list symbols' },
  dap: { usage: '[options]', about: 'debug in an editor: the Debug Adapter Protocol on standard streams, or on a port' },
  conform: { usage: '[options] <dir>', about: 'run conformance tests (bare ELF files with tohost), each on a fresh machine' },
  compat: { usage: '[options] <log>', about: 'what of the system calls in a log of strace is not there' },
  doc: { usage: '[options] <topic> [preset]', about: 'print a manual made from the tables' },
  bench: { usage: '[words...]', about: 'measure: list, run, merge, host' },
} satisfies Readonly<Record<string, Words>>

export type CommandName = keyof typeof COMMANDS

/** A command of that name without options and action. One whose arguments are declared by itself says so. */
export function command(cli: Command, name: CommandName, ownArguments = false): Command {
  const { usage, about } = COMMANDS[name]
  const args = ownArguments ? '' : usage.replace(/^\[options\] ?/, '')
  return cli.command(`${name} ${args}`.trimEnd()).description(about)
}
