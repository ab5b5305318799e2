// What the debugger's commands work on: a session, where one looks (task, frame, source line), and what they need of whoever runs
// them. Commands answer lines of text; they know no terminal.
import type { Session, Stop } from '../session/index.ts'
import type { EventLog } from './events.ts'
import type { DebugFileCache } from '../symbols/index.ts'

/** What commands need from outside. */
export interface CommandHost {
  /** Text of a source or script file, or null. */
  readFile(path: string): string | null
  /** Asked between pieces of long runs. False: stop here (Ctrl-C). */
  goOn(): Promise<boolean>
  /** Every task sleeps: waits for something to come in. False or missing: there is nothing that could, or somebody has had enough (Ctrl-C). */
  wait?(): Promise<boolean>
  /** Types bytes on the guest's console, if it has one. */
  type(bytes: Uint8Array): boolean
}

export interface Display {
  id: number
  enabled: boolean
  /** `x/4xw`, `print/x`. */
  command: string
  expression: string
}

/** A place in sources. */
export interface SourceSpot {
  file: string
  line: number
}

export interface Debugger {
  readonly session: Session
  readonly host: CommandHost
  /** The table of commands. */
  readonly commands: readonly Command[]
  /** What happened so far; null: nobody notes it. */
  log: EventLog | null
  cache: DebugFileCache
  /** Texts of sources by path; null: it cannot be read. */
  sources: Map<string, string[] | null>
  /** Of the selected task: 0 is the innermost. */
  frame: number
  /** Did `run` or another command let it execute anything yet? */
  started: boolean
  /** How the first process ended; null while it lives. */
  ended: number | null
  lastStop: Stop | null
  /** Function and file that the last stop showed: within them a step prints the line alone. */
  shown: string
  /** Values of `print`: $1, $2 ... */
  values: bigint[]
  /** What `$name` was set to. */
  variables: Map<string, bigint>
  displays: Display[]
  /** The last line shown by `list`; null: it begins around where the program stands. */
  listed: SourceSpot | null
  /** Where the next `x` goes on, and how it shows. */
  examined: { address: number; format: string }
  /** For every point that has one: where it is, and its condition as it was typed. */
  places: Map<number, { what: string; condition: string | null; file: string | null }>
  history: string[]
  /** Columns of views. */
  width: number
  /** Ended by `quit`: the status asked for. */
  quit: number | null
  /** Nesting of `source`. */
  depth: number
}

export interface Invocation {
  /** Words and all behind the command's name, and its `/FMT`. */
  text: string
  format: string
  /** `next 3`: an integer expression, 1 where none is given. */
  count: () => number
}

export type Answer = string[] | Promise<string[]>

export type CommandGroup = 'running' | 'reverse' | 'points' | 'stack' | 'data' | 'machine' | 'support'

/** A row of the table of commands. */
export interface Command {
  name: string
  /** Other names, among them those short ones that mean this command though others begin alike. */
  short?: readonly string[]
  group: CommandGroup
  /** `[N]`, `LOCATION [if CONDITION]`. */
  usage: string
  /** One sentence; more lines may follow. */
  doc: string
  /** An empty line repeats it (without its arguments: `list` and `x` go on). */
  repeats?: 'same' | 'bare'
  /** What its words complete to. */
  complete?: (d: Debugger, words: readonly string[], last: string) => readonly string[]
  run(d: Debugger, call: Invocation): Answer
}

/** What the user should be told; the command did nothing, or not all. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
}

export function fail(message: string): never {
  throw new CommandFailure(message)
}
