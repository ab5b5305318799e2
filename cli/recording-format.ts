// What stands in a recording's file: lines of JSON. Whoever made the file, what is taken from it has the shape that the kernel relies on;
// else it is refused in words.
import { closeSync, openSync, readSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { SHARING, type ImageFile, type InitOptions, type JournalEntry, type KernelOptions } from '../kernel/index.ts'
import { ENGINE_NAMES, PAGE_SIZE, parseIsa, resolvePreset, type Preset } from '../vm/index.ts'

/** Everything that a machine is made of but the host. */
export type MadeOf = Omit<KernelOptions, 'host' | 'journal' | 'loop'>

export const FORMAT = 'hartbeat-recording/2'
const BYTES = '$bytes'

export interface Header {
  format: string
  /** Of the program that recorded: another one might take another course. */
  build: string
  command: string
  made: Omit<MadeOf, 'root'>
  /** The root is our own programs, with these files over it; else the files are all of it. */
  ownRoot: boolean
  files: ImageFile[]
  init: InitOptions
}

export type Instant = Record<'executed' | 'steps', number>

/** How a recording ended: the instant, and a word for all of RAM and the registers. */
export interface End extends Instant {
  word: string
}

export type Line = { entry: JournalEntry } | { at: Instant } | { end: End }

/** Bytes and numbers that JSON does not have. What the value was before its own toJSON: a Buffer has one. */
function encode(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const given = this[key]
  if (given instanceof Uint8Array) return { [BYTES]: Buffer.from(given).toString('base64') }
  return value === Infinity ? { $infinity: true } : value
}
function decode(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Object.hasOwn(value, BYTES)) {
    const text = (value as Record<string, unknown>)[BYTES]
    return typeof text === 'string' ? new Uint8Array(Buffer.from(text, 'base64')) : null
  }
  return Object.hasOwn(value, '$infinity') ? Infinity : value
}

export const lineOf = (line: Header | Line): string => `${JSON.stringify(line, encode)}\n`

/** null: no line of ours. */
export function parseLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line, decode)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

const CHUNK = 1 << 16
const NEWLINE = 10

/** The lines of a file, one after the other: of a long one only the line at hand is in memory. */
export function* linesOf(path: string): Iterable<Buffer> {
  const fd = openSync(path, 'r')
  try {
    let parts: Buffer[] = []
    for (;;) {
      const chunk = Buffer.alloc(CHUNK)
      const count = readSync(fd, chunk, 0, CHUNK, null)
      if (count === 0) break
      let start = 0
      for (let end = chunk.indexOf(NEWLINE); end >= 0 && end < count; end = chunk.indexOf(NEWLINE, start)) {
        yield Buffer.concat([...parts, chunk.subarray(start, end)])
        parts = []
        start = end + 1
      }
      parts.push(chunk.subarray(start, count))
    }
    const last = Buffer.concat(parts)
    if (last.length > 0) yield last
  } finally {
    closeSync(fd)
  }
}

type Check = (value: unknown) => boolean

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
const text: Check = value => typeof value === 'string'
const bool: Check = value => typeof value === 'boolean'
const bytes: Check = value => value instanceof Uint8Array
const whole =
  (min: number, max: number): Check =>
  value =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
const count = whole(0, Number.MAX_SAFE_INTEGER)
const instant: Check = value => value === Infinity || (Number.isFinite(value) && (value as number) >= 0)
const finite: Check = value => Number.isFinite(value)
const oneOf =
  (...values: readonly unknown[]): Check =>
  value =>
    values.includes(value)
const list =
  (of: Check): Check =>
  value =>
    Array.isArray(value) && value.every(of)
const maybe =
  (of: Check): Check =>
  value =>
    value === undefined || of(value)
const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  value =>
    isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]))
const either =
  (...checks: readonly Check[]): Check =>
  value =>
    checks.some(check => check(value))

const fileKind = oneOf('regular', 'directory', 'symlink', 'fifo', 'chardev', 'blockdev', 'socket')
const mode = whole(0, 0o7777)
const id = whole(0, 0xffff_ffff)
/** A name of one file in a directory, as no host has another. */
const fileName: Check = value => typeof value === 'string' && !/^\.{0,2}$|[/\0]/.test(value)

const imageFile = shape({
  path: text,
  kind: fileKind,
  mode,
  uid: maybe(id),
  gid: maybe(id),
  mtime: maybe(shape({ sec: finite, nsec: whole(0, 999_999_999) })),
  data: maybe(bytes),
  target: maybe(text),
  link: maybe(text),
  rdev: maybe(id),
})

/** What a preset's name and overrides make, and nothing else. */
function timingPreset(value: unknown): boolean {
  const { name, overrides } = (value ?? {}) as Partial<Preset>
  if (typeof name !== 'string' || !list(text)(overrides)) return false
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(resolvePreset(name, overrides), encode), decode), value)
  } catch {
    return false
  }
}

const RAM_MAX = 3 * 2 ** 30
const machine: Readonly<Record<string, Check>> = {
  ramBytes: value => whole(2 ** 20, RAM_MAX)(value) && (value as number) % PAGE_SIZE === 0,
  harts: whole(1, 32),
  engine: maybe(oneOf(...ENGINE_NAMES)),
  isa: maybe(value => typeof value === 'string' && typeof parseIsa(value) !== 'string'),
  seed: maybe(id),
  policy: maybe(oneOf(...SHARING.map(row => row.name))),
  thp: maybe(oneOf('never', 'always', 'madvise')),
  frames: maybe(oneOf('sequential', 'random', 'coloured')),
  hostRoot: maybe(text),
  shares: maybe(list(shape({ host: text, guest: text, writable: bool }))),
  network: maybe(oneOf('none', 'host')),
  clock: maybe(oneOf('virtual', 'real')),
  // In nanoseconds, which a double holds but about.
  epoch: maybe(whole(0, 2 ** 63)),
  window: maybe(shape({ rows: whole(0, 0xffff), columns: whole(0, 0xffff) })),
  timing: maybe(shape({ preset: timingPreset, start: either(instant, oneOf('boot', 'mark')) })),
}

const stream = oneOf('console', 'pipe', 'regular', 'null')
const header = shape({
  build: text,
  command: text,
  // Options that a later row may add: words and numbers are as harmless as the command line's.
  made: value => shape(machine)(value) && Object.entries(value as object).every(([name, v]) => name in machine || typeof v !== 'object'),
  ownRoot: bool,
  files: list(imageFile),
  init: shape({
    path: text,
    argv: list(text),
    env: list(text),
    cwd: maybe(text),
    stdio: value => Array.isArray(value) && value.length === 3 && value.every(stream),
    protected: maybe(bool),
    controls: maybe(bool),
    underInit: maybe(bool),
  }),
})

/** A host's answer, or the name of an errno. */
const answer = (check: Check): Check => either(text, check)
const stat = answer(shape({ id: text, kind: fileKind, mode, size: count, mtime: finite }))
const done = answer(oneOf(0))

const number = whole(-0x7fff_ffff, 0x7fff_ffff)
const port = whole(0, 0xffff)
const BYTES_MOST = 1 << 18
const networkBytes: Check = value => value instanceof Uint8Array && value.length <= BYTES_MOST
/** Dotted, or 32 hexadecimal digits; '' where it does not matter. */
const address: Check = value =>
  typeof value === 'string' && /^(?:[\da-f]{32}|(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}|)$/.test(value)
const networkEvent = either(
  shape({ what: oneOf('arrive'), id: number, port }),
  shape({ what: oneOf('connected', 'ended'), id: number }),
  shape({ what: oneOf('bytes'), id: number, bytes: networkBytes }),
  shape({ what: oneOf('took'), id: number, count }),
  shape({ what: oneOf('closed'), id: number, error: text }),
  shape({ what: oneOf('datagram'), id: number, address, port, bytes: networkBytes }),
  shape({ what: oneOf('flow'), id: number, port, bytes: networkBytes }),
  shape({ what: oneOf('lost') }),
)

/** What each kind of entry holds. Of a kind that is not here the kernel checks itself what it takes. */
const ENTRY_DATA: Readonly<Record<string, Check>> = {
  stdin: bytes,
  'stdin.at': bytes,
  'stdin.size': count,
  'host.root': stat,
  'host.lookup': stat,
  'host.create': stat,
  'host.readdir': answer(list(fileName)),
  'host.readlink': answer(shape({ target: text })),
  'host.space': answer(shape({ bsize: count, blocks: count, bfree: count, bavail: count, files: count, ffree: count })),
  'host.read': answer(bytes),
  'host.write': answer(count),
  'host.open': done,
  'host.close': done,
  'host.truncate': done,
  'host.remove': done,
  'host.rename': done,
  incoming: either(
    shape({ kind: oneOf('input'), bytes, idle: bool }),
    shape({ kind: oneOf('endOfInput', 'continue'), idle: bool }),
    shape({ kind: oneOf('resize'), rows: whole(0, 0xffff), columns: whole(0, 0xffff), idle: bool }),
    shape({ kind: oneOf('clock'), time: finite, idle: bool }),
    shape({ kind: oneOf('network'), event: networkEvent, idle: bool }),
  ),
}

const entry = shape({ time: instant, executed: count, steps: count, kind: text })
const at = shape({ executed: count, steps: count })
const end = shape({ executed: count, steps: count, word: text })

export const isHeader = (value: unknown): value is Header => header(value)
export const isEntry = (value: unknown): value is JournalEntry =>
  entry(value) &&
  (!Object.hasOwn(ENTRY_DATA, (value as JournalEntry).kind) || ENTRY_DATA[(value as JournalEntry).kind]((value as JournalEntry).data))
export const isInstant = (value: unknown): value is Instant => at(value)
export const isEnd = (value: unknown): value is End => end(value)
