// Recordings as files: what a machine was made of, and the journal of what came in, a line each. The same build runs it again to the bit,
// on any host; a file that was cut short plays up to the cut.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createKernel,
  entriesOf,
  ImageError,
  isErrno,
  JournalProblem,
  newJournal,
  NO_HOST_FILES,
  spawnInit,
  type Host,
  type InitOptions,
  type Journal,
  type Kernel,
} from '../kernel/index.ts'
import { usedPages } from '../vm/index.ts'
import { CommandError, EXIT } from './errors.ts'
import { nodeHost } from './host.ts'
import {
  FORMAT,
  isEnd,
  isEntry,
  isHeader,
  isInstant,
  lineOf,
  linesOf,
  parseLine,
  type End,
  type Header,
  type Instant,
  type Line,
  type MadeOf,
} from './recording-format.ts'
import { ownImage, ownRoot, preparedLoop } from './resources.ts'
import { temporarySpill } from './spill.ts'

const here = dirname(fileURLToPath(import.meta.url))

/** Names the build: the command line's own bytes and the programs in its root. */
function buildId(): string {
  const hash = createHash('sha256')
  const code = readdirSync(here).filter(name => /^hartbeat.*\.js$/.test(name))
  for (const name of code.sort()) hash.update(readFileSync(join(here, name)))
  hash.update(ownImage())
  return hash.digest('hex').slice(0, 16)
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
  /** Brings the file up to now. */
  flush(): void
  finish(): void
}

/** What has come in is written in pieces of this many characters. */
const WRITE_AT = 1 << 16

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
  const failed = (error: unknown): never => {
    throw new CommandError(EXIT.ours, `--record ${path}: ${(error as Error).message}`)
  }
  let fd = -1
  let waiting = ''
  const writeOut = (): void => {
    try {
      for (let left = Buffer.from(waiting); left.length > 0;) left = left.subarray(writeSync(fd, left))
    } catch (error) {
      failed(error)
    }
    waiting = ''
  }
  const write = (line: Header | Line): void => {
    waiting += lineOf(line)
    if (waiting.length >= WRITE_AT) writeOut()
  }
  try {
    fd = openSync(path, 'w')
  } catch (error) {
    failed(error)
  }
  write(header)
  // What came in before, while the machine was made.
  for (const entry of entriesOf(k.journal)) write({ entry })
  k.journal.keeps = false
  k.journal.sink = entry => write({ entry })
  const flush = (): void => {
    write({ at: { executed: k.state.executed, steps: k.state.steps } })
    writeOut()
  }
  return {
    flush,
    finish() {
      flush()
      write({ end: { executed: k.state.executed, steps: k.state.steps, word: wordOf(k) } })
      writeOut()
      closeSync(fd)
    },
  }
}

const nothing = (): Uint8Array => new Uint8Array(0)
/** What is written goes out again. The journal is sealed, so nothing else is asked; and who looks past it (a debugger) finds no files. */
const replayHost: Host = { write: (stream, bytes) => nodeHost.write(stream, bytes), readInput: nothing, files: NO_HOST_FILES }

export interface Recording {
  kernel: Kernel
  command: string
  /** How far it is known to go. */
  last: Instant
  /** null: it was cut short. */
  end: End | null
}

/** Takes entries of the file as the run comes to them. */
function readEntries(path: string, lines: Iterator<Buffer>): (journal: Journal) => boolean {
  let number = 1
  return journal => {
    for (;;) {
      const next = lines.next()
      if (next.done === true) return false
      number++
      if (!startsWith(next.value, ENTRY)) {
        // A line that was being written when everything stopped is the end.
        if (!startsWith(next.value, AT) && !startsWith(next.value, END)) return false
        continue
      }
      const line = parseLine(next.value.toString())
      if (line === null) return false
      const { entry } = line
      if (!isEntry(entry)) throw new CommandError(EXIT.notExecutable, `${path}: the recording is damaged: line ${number} is no entry`)
      journal.entries.push(entry)
      return true
    }
  }
}

const [ENTRY, AT, END] = ['{"entry":', '{"at":', '{"end":'].map(start => Buffer.from(start))
const startsWith = (line: Buffer, start: Buffer): boolean => line.subarray(0, start.length).equals(start)

/** Where a recording ends: the last lines that say so. */
function endOf(lines: Iterable<Buffer>): Pick<Recording, 'last' | 'end'> {
  let last: Instant = { executed: 0, steps: 0 }
  for (const raw of lines) {
    if (startsWith(raw, ENTRY)) continue
    const line = parseLine(raw.toString())
    if (isInstant(line?.at)) last = line.at
    else if (isEnd(line?.end)) return { last: line.end, end: line.end }
    else break
  }
  return { last, end: null }
}

/** The machine of a recording, ready to run it again. It reaches nothing of the host but `write`. Errors say what is wrong with the file. */
export function openRecording(path: string, write = replayHost.write, build = buildId()): Recording {
  const bad = (text: string): never => {
    throw new CommandError(EXIT.notExecutable, `${path}: ${text}`)
  }
  let lines: Iterator<Buffer>
  let first: Buffer
  let ending: Pick<Recording, 'last' | 'end'>
  try {
    const [all, again] = [linesOf(path)[Symbol.iterator](), linesOf(path)[Symbol.iterator]()]
    again.next()
    ending = endOf({ [Symbol.iterator]: () => again })
    lines = all
    const begun = all.next()
    first = begun.done === true ? Buffer.alloc(0) : begun.value
  } catch (error) {
    throw new CommandError(EXIT.notFound, `${path}: ${(error as Error).message}`)
  }
  const header = parseLine(first.toString())
  if (header === null || header.format !== FORMAT) return bad('it is no recording of this program')
  if (header.build !== build)
    return bad(
      `it was recorded by another build of hartbeat (${String(header.build)}; this one is ${build}), which may take another course`,
    )
  if (!isHeader(header)) return bad('the recording is damaged: its first line does not say what the machine was made of')
  const journal: Journal = { ...newJournal(false, temporarySpill()), mode: 'replay', sealed: true, more: readEntries(path, lines) }
  try {
    const root = header.ownRoot ? [...ownRoot(), ...header.files] : header.files
    const kernel = createKernel({ ...header.made, root, host: { ...replayHost, write }, journal, loop: preparedLoop(), debug: false })
    spawnInit(kernel, header.init)
    return { kernel, command: header.command, ...ending }
  } catch (error) {
    if (error instanceof CommandError) throw error
    const cause = error instanceof JournalProblem || error instanceof ImageError || isErrno(error) ? undefined : error
    throw new CommandError(EXIT.notExecutable, `${path}: its machine cannot be made again: ${(error as Error).message}`, cause)
  }
}

/** Does a run that came to its recording's end stand where the recorded one stood? In words; null: yes. */
export function endProblem({ kernel, end }: Recording): string | null {
  if (end === null) return null
  const { executed, steps } = kernel.state
  if (executed !== end.executed || steps !== end.steps)
    return `it ended after ${executed} instructions and ${steps} steps, the recorded run after ${end.executed} and ${end.steps}`
  return wordOf(kernel) === end.word ? null : 'its memory or registers are not those of the recorded run'
}
