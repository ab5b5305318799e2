// Recordings as files: what a machine was made of, and the journal of what came in, a line each. The same build runs it again to the bit,
// on any host; a file that was cut short plays up to the cut.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createKernel,
  isErrno,
  spawnInit,
  type Host,
  type HostFiles,
  type ImageFile,
  type InitOptions,
  type JournalEntry,
  type Kernel,
} from '../kernel/index.ts'
import { usedPages } from '../vm/index.ts'
import { CommandError, EXIT } from './errors.ts'
import { nodeHost } from './host.ts'
import type { MadeOf } from './options.ts'
import { imagePath, ownRoot } from './resources.ts'

const FORMAT = 'hartbeat-recording/1'
const BYTES = '$bytes'

interface Header {
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

/** How a recording ended: the instant, and a word for all of RAM and the registers. */
interface End {
  executed: number
  steps: number
  word: string
}

type Line = { entry: JournalEntry } | { at: Pick<End, 'executed' | 'steps'> } | { end: End }

const here = dirname(fileURLToPath(import.meta.url))

/** Names the build: the command line's own bytes and the programs in its root. */
function buildId(): string {
  const hash = createHash('sha256')
  const code = readdirSync(here).filter(name => /^hartbeat.*\.js$/.test(name))
  for (const path of [...code.sort().map(name => join(here, name)), imagePath]) hash.update(readFileSync(path))
  return hash.digest('hex').slice(0, 16)
}

// Bytes and numbers that JSON does not have.
const encode = (_key: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return { [BYTES]: Buffer.from(value).toString('base64') }
  return value === Infinity ? { $infinity: true } : value
}
function decode(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (BYTES in value) return new Uint8Array(Buffer.from(String(value[BYTES]), 'base64'))
  return '$infinity' in value ? Infinity : value
}

/** All that a run leaves in RAM and registers, as a word. */
function wordOf({ machine }: Kernel): string {
  const hash = createHash('sha256')
  for (const [frame, bytes] of usedPages(machine, machine.framesUsed)) hash.update(`${frame} `).update(bytes)
  for (const { x, pc, f, words } of machine.harts) for (const part of [x, pc, f, words]) hash.update(part)
  return hash.digest('hex').slice(0, 16)
}

/** Does a file begin as recordings do? */
export function isRecording(path: string): boolean {
  try {
    const fd = openSync(path, 'r')
    try {
      const wanted = Buffer.from(`{"format":"${FORMAT.slice(0, FORMAT.indexOf('/'))}`)
      const start = Buffer.alloc(wanted.length)
      return readSync(fd, start, 0, wanted.length, 0) === wanted.length && start.equals(wanted)
    } finally {
      closeSync(fd)
    }
  } catch {
    return false
  }
}

export interface Recorder {
  /** Writes what came in since the last time. */
  flush(): void
  finish(): void
}

/** Begins a recording of a machine whose first process is about to be started as `init` says. */
export function record(path: string, k: Kernel, made: MadeOf, init: InitOptions, command: string): Recorder {
  const own = new Map(ownRoot().map(file => [file.path, file]))
  const root = made.root ?? []
  const usesOwn = root.some(file => own.has(file.path) && file.data?.length === own.get(file.path)?.data?.length)
  const { root: _root, ...rest } = made
  const header: Header = {
    format: FORMAT,
    build: buildId(),
    command,
    made: rest,
    ownRoot: usesOwn,
    files: usesOwn ? root.filter(file => !own.has(file.path)) : [...root],
    init,
  }
  let fd: number
  try {
    fd = openSync(path, 'w')
  } catch (error) {
    throw new CommandError(EXIT.ours, `--record ${path}: ${(error as Error).message}`)
  }
  const write = (line: unknown): void => void writeSync(fd, `${JSON.stringify(line, encode)}\n`)
  write(header)
  let written = 0
  const flush = (): void => {
    const { entries } = k.journal
    for (; written < entries.length; written++) write({ entry: entries[written] } satisfies Line)
    write({ at: { executed: k.state.executed, steps: k.state.steps } } satisfies Line)
  }
  return {
    flush,
    finish() {
      flush()
      write({ end: { executed: k.state.executed, steps: k.state.steps, word: wordOf(k) } } satisfies Line)
      closeSync(fd)
    },
  }
}

/** Thrown where a replayed run asks the host for more than was recorded. */
export class RecordingEnds extends Error {}

const ends = (): never => {
  throw new RecordingEnds('the recording ends here')
}
const noFiles = new Proxy({} as HostFiles, { get: () => ends })
/** What is written goes out again; nothing comes in. */
const replayHost: Host = { write: (stream, bytes) => nodeHost.write(stream, bytes), readInput: ends, files: noFiles }

export interface Recording {
  kernel: Kernel
  command: string
  /** How far it is known to go. */
  last: Pick<End, 'executed' | 'steps'>
  /** null: it was cut short. */
  end: End | null
}

/** The machine of a recording, ready to run it again. Errors say what is wrong with the file, and which build made it. */
export function openRecording(path: string, host: Host = replayHost): Recording {
  const bad = (text: string): never => {
    throw new CommandError(EXIT.notExecutable, `${path}: ${text}`)
  }
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(EXIT.notFound, `${path}: ${(error as Error).message}`)
  }
  const lines = text.split('\n')
  const header = parseLine<Header>(lines[0])
  if (header === null || header.format !== FORMAT) return bad('it is no recording of this program')
  if (header.build !== buildId())
    return bad(`it was recorded by another build of hartbeat (${header.build}; this one is ${buildId()}), which may take another course`)
  const entries: JournalEntry[] = []
  let last = { executed: 0, steps: 0 }
  let end: End | null = null
  for (const raw of lines.slice(1)) {
    const line = parseLine<Line>(raw)
    // A line that was being written when everything stopped.
    if (line === null) break
    if ('entry' in line) entries.push(line.entry)
    else if ('at' in line) last = line.at
    else end = line.end
  }
  try {
    const root = header.ownRoot ? [...ownRoot(), ...header.files] : header.files
    const kernel = createKernel({ ...header.made, root, host, journal: { mode: 'replay', entries, next: 0 } })
    spawnInit(kernel, header.init)
    return { kernel, command: header.command, last: end ?? last, end }
  } catch (error) {
    if (isErrno(error) || error instanceof RecordingEnds) return bad(`its machine cannot be made again: ${error.message}`)
    throw error
  }
}

function parseLine<T>(line: string): T | null {
  try {
    const value: unknown = JSON.parse(line, decode)
    return typeof value === 'object' && value !== null ? (value as T) : null
  } catch {
    return null
  }
}

/** Does a run that came to its recording's end stand where the recorded one stood? In words; null: yes. */
export function endProblem({ kernel, end }: Recording): string | null {
  if (end === null) return null
  const { executed, steps } = kernel.state
  if (executed !== end.executed || steps !== end.steps)
    return `it ended after ${executed} instructions, the recorded run after ${end.executed}`
  return wordOf(kernel) === end.word ? null : 'its memory or registers are not those of the recorded run'
}
