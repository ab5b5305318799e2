// What a view is: plain data about a stopped machine and, made from that data alone, lines of text. One source for the terminal
// debugger, gdb's tables and monitor, DAP and the web page. A view changes nothing, whatever it looks at.
import type { Kernel } from '../../kernel/index.ts'
import type { Machine } from '../../vm/index.ts'
import type { Target } from '../target/index.ts'
import type { TimelineEvent } from '../events/index.ts'

/** What a view may be asked about. All are optional; which of them a view looks at is in its row. */
export interface ViewArguments {
  /** A task by its number; missing: the one that runs, or else the first. Where a view is about all tasks: only this one. */
  pid?: number
  hart?: number
  /** A virtual address. */
  address?: number
  /** How many bytes, instructions or rows. */
  count?: number
  /** Bytes of a word of memory: 1, 2, 4 or 8. */
  size?: number
  /** A frame of RAM by its number. */
  frame?: number
  /** An earlier answer of the same view: what differs is marked. */
  before?: unknown
  /** Name of an address, `main+0x10`. */
  symbol?: (address: number) => string | null
  /** Source line of an address, `cow.s:12`. */
  line?: (address: number) => string | null
  /** What happened, oldest first (events.ts). */
  events?: readonly TimelineEvent[]
}

export type ArgumentName = keyof ViewArguments

/** What faces tell of an argument. Those of kind `host` come from the debugger, not from what somebody types. */
export const ARGUMENTS: Readonly<Record<ArgumentName, { kind: 'number' | 'host'; doc: string }>> = {
  pid: { kind: 'number', doc: 'a task; the running one unless given' },
  hart: { kind: 'number', doc: 'a hart' },
  address: { kind: 'number', doc: 'a virtual address' },
  count: { kind: 'number', doc: 'how many bytes, instructions or rows' },
  size: { kind: 'number', doc: 'bytes of a word: 1, 2, 4 or 8' },
  frame: { kind: 'number', doc: 'a frame of RAM' },
  before: { kind: 'host', doc: 'an earlier answer, to mark what changed' },
  symbol: { kind: 'host', doc: 'names of addresses' },
  line: { kind: 'host', doc: 'source lines of addresses' },
  events: { kind: 'host', doc: 'recorded events' },
}

/** A row of the table of views. `data` answers what JSON can carry; `text` knows nothing but that and a width in columns. */
export interface View<D> {
  name: string
  /** One sentence. */
  doc: string
  arguments: readonly ArgumentName[]
  data(k: Kernel, args: ViewArguments): D
  /** The same of a machine alone, by its harts. Missing: the view is about what an operating system has. */
  bare?(machine: Machine, args: ViewArguments): D
  text(data: D, width: number): string[]
}

/** A view as faces have it, whose type of data need not be known: what `data` answers is only handed on to `text`. */
export interface AnyView<D = unknown> extends View<D> {
  text(data: D, width?: number): string[]
  /** Both at once. */
  show(k: Kernel, args?: ViewArguments, width?: number): string[]
  /** The data of whatever is debugged. NoSystem: a machine alone has none. */
  dataOf(target: Target, args?: ViewArguments): D
}

/** A mistake of whoever asks: no such task, an address that is none. The message is for them. */
export class ViewError extends Error {
  override readonly name = 'ViewError'
}

export const DEFAULT_WIDTH = 80
