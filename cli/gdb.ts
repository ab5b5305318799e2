// What `--gdb [HOST:]PORT` and its companions say. The socket itself is in gdb-socket.ts, which is loaded when there is to be one.
import { Option, type Command } from 'commander'
import type { GdbView } from '../debugger/index.ts'
import { CommandError, EXIT } from './errors.ts'

export interface GdbFlags {
  gdb?: string
  s?: boolean
  S?: boolean
  gdbView?: GdbView
  record?: string
}

export function gdbOptions(command: Command): Command {
  return command
    .option('--gdb <[host:]port>', 'let gdb or lldb debug the machine: `target remote HOST:PORT` (this host only unless HOST is given)')
    .option('-s', 'as --gdb 1234')
    .option('-S', 'with --gdb: wait for the debugger before the first instruction')
    .addOption(new Option('--gdb-view <view>', 'what gdb sees: processes or harts').choices(['process', 'machine']))
}

export interface GdbPlace {
  host: string
  port: number
  view: GdbView
  /** The machine stands still until somebody comes. */
  wait: boolean
}

const LOOPBACK = '127.0.0.1'
const MOST_PORT = 65535
const QEMU_PORT = '1234'

/** Where the flags want gdb to be listened for; null: nowhere. */
export function gdbPlace(flags: GdbFlags): GdbPlace | null {
  const text = flags.gdb ?? (flags.s ? QEMU_PORT : undefined)
  if (text === undefined) {
    const without = flags.S ? '-S' : flags.gdbView === undefined ? null : '--gdb-view'
    if (without !== null) throw new CommandError(EXIT.usage, `${without}: it needs --gdb`)
    return null
  }
  const m = /^(?:(.*):)?(\d{1,5})$/.exec(text)
  if (m === null || Number(m[2]) > MOST_PORT) throw new CommandError(EXIT.usage, `--gdb ${text}: it is PORT or HOST:PORT`)
  if (flags.record !== undefined) {
    throw new CommandError(EXIT.usage, '--record: not with --gdb, which may change the machine and its past by hand')
  }
  return { host: m[1] || LOOPBACK, port: Number(m[2]), view: flags.gdbView ?? 'process', wait: flags.S ?? false }
}
