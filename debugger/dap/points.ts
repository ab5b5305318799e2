// What an editor wants to stop at, as it says it: places in sources, functions, instructions, bytes, and things that happen. Each becomes
// points of the session, one for every place in memory that it stands for.
import { NO_TASK, type Mm, type Task } from '../../kernel/index.ts'
import {
  addBreakpoint,
  addCatchpoint,
  addWatchpoint,
  removePoint,
  taskById,
  tasksOf,
  type CatchKind,
  type Session,
  type Stop,
  type WatchOptions,
} from '../session/index.ts'
import { fileAt, functionAddressesInSpace, lineAddressesInSpace, linesOf, type DebugFile, type SymbolSpace } from '../symbols/index.ts'
import { evaluateInteger, interpolate, type Where } from './expressions.ts'
import { framesOf, spaceOf, type Sight } from '../motion/index.ts'

export type Goal =
  | { kind: 'source'; path: string; line: number }
  | { kind: 'function'; name: string }
  | { kind: 'instruction'; address: number }
  | { kind: 'data'; watch: WatchOptions }
  | { kind: 'exception'; filter: string; what: CatchKind; words: readonly string[] }

/** A place that a point was made for: addresses mean nothing in other programs. */
interface Site {
  address: number
  file: DebugFile | null
  point: number
}

export interface Wanted {
  id: number
  goal: Goal
  condition: string | null
  hits: HitTest | null
  hitCount: number
  /** A logpoint says this and goes on. */
  log: string | null
  sites: Site[]
  /** The line where it really is. */
  line: number | null
  message: string | null
}

export interface HitTest {
  text: string
  holds(count: number): boolean
}

const HITS: Readonly<Record<string, (n: number) => HitTest['holds']>> = {
  '': n => count => count >= n,
  '==': n => count => count === n,
  '=': n => count => count === n,
  '>': n => count => count > n,
  '>=': n => count => count >= n,
  '<': n => count => count < n,
  '<=': n => count => count <= n,
  '%': n => count => n > 0 && count % n === 0,
}

/** `5` (from the fifth on), `== 5`, `> 5`, `% 5` (every fifth). */
export function hitTest(text: string): HitTest {
  const m = /^\s*(==|>=|<=|[=<>%]?)\s*(\d+)\s*$/.exec(text)
  if (m === null) throw new Error(`a hit count is a number, or ==, >, >=, <, <= or % and a number; it is not '${text}'`)
  return { text, holds: HITS[m[1]](Number(m[2])) }
}

export interface Filter {
  id: string
  label: string
  doc: string
  what: CatchKind
  /** What is caught when the condition names nothing. */
  words: readonly string[]
  byDefault: boolean
}

const filter = (id: string, what: CatchKind, label: string, doc: string): Filter => ({ id, what, label, doc, words: [], byDefault: false })

/** Things that happen, as filters of exceptions. */
export const FILTERS: readonly Filter[] = [
  {
    ...filter('crashes', 'signal', 'Crashes', 'A signal for a mistake of the program: before it is delivered.'),
    words: ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGABRT', 'SIGSYS'],
    byDefault: true,
  },
  filter('signals', 'signal', 'Signals delivered', 'A signal is acted on. Condition: names (SIGINT) or actions (handler, ignore).'),
  filter('signalsSent', 'signalSent', 'Signals sent', 'A signal is sent. Condition: names.'),
  filter('faults', 'fault', 'Page faults', 'Any page fault. Condition: zero, cow, reuse, file, stack, signal, read, write, fetch.'),
  filter('cow', 'cow', 'Copies on write', 'A shared page gets a copy of its own.'),
  filter('fork', 'fork', 'Forks', 'A task is made.'),
  filter('exec', 'exec', 'Execs', 'A program is executed. Condition: its path.'),
  filter('exit', 'exit', 'Exits', 'A task ends.'),
  filter('syscalls', 'syscall', 'System calls', 'A system call begins. Condition: names (openat write).'),
  filter('syscallReturns', 'syscallReturn', 'Returns of system calls', 'A system call returns. Condition: names.'),
  filter('switches', 'switch', 'Context switches', 'A hart goes on with another task. Condition: pids or names, from:PID.'),
  filter('wakes', 'wake', 'Wake-ups', 'A sleeping task wakes up. Condition: pids or names.'),
  filter('schedules', 'schedule', 'Scheduler decisions', 'A hart chooses whom to run. Condition: pids or names.'),
  filter('timers', 'timer', 'Timers', 'A timer expires. Condition: slice, wake, itimer, posixTimer, timerfd, replenish.'),
  filter('tlbMisses', 'tlbMiss', 'TLB misses', 'A translation is not in the TLB.'),
  filter('tlbFlushes', 'tlbFlush', 'TLB flushes', 'Translations are dropped. Condition: ASIDs.'),
]

/** Words of a filter's condition, and behind `if` an expression: `openat write if a0 == 3`. */
export function filterCondition(text: string): { words: string[]; condition: string | null } {
  const [, names, , condition] = /^(.*?)(^|\s+)(?:if\s+(.*))?$/s.exec(text.trim()) ?? ['', text, '', undefined]
  return { words: names.split(/[\s,]+/).filter(word => word !== ''), condition: condition ?? null }
}

/** Paths of the files' sources: how a compiler's name is found on the host. */
export type HostPath = (name: string) => string

/** Names of sources in a space that are the file at a path. */
function namesFor(space: SymbolSpace, path: string, hostPath: HostPath): string[] {
  const names = [...new Set(space.files.flatMap(({ file }) => linesOf(file).files))]
  const exact = names.filter(name => name === path || hostPath(name) === path)
  return exact.length > 0 ? exact : names.filter(name => path.endsWith(`/${name.replace(/^(\.?\/)+/, '')}`))
}

interface Place {
  address: number
  line: number | null
  note: string | null
}

function placesOf(space: SymbolSpace, goal: Goal, hostPath: HostPath): Place[] {
  switch (goal.kind) {
    case 'source':
      return namesFor(space, goal.path, hostPath).flatMap(name =>
        lineAddressesInSpace(space, name, goal.line)
          .filter(found => found.file === name)
          .flatMap(found => found.addresses.map(address => ({ address, line: found.line, note: found.note }))),
      )
    case 'function':
      return functionAddressesInSpace(space, goal.name).map(address => ({ address, line: null, note: null }))
    default:
      return []
  }
}

function* spaces(sight: Sight): Iterable<{ task: Task; space: SymbolSpace }> {
  const seen = new Set<Mm>()
  for (const task of tasksOf(sight.s, null)) {
    if (task.mm === null || seen.has(task.mm)) continue
    seen.add(task.mm)
    yield { task, space: spaceOf(sight, task) }
  }
}

/** Makes points for every place that programs in memory have; those that were made before stay, as time may go back. */
export function resolve(sight: Sight, wanted: Wanted, hostPath: HostPath): void {
  const { s } = sight
  const { goal } = wanted
  const add = (address: number, file: DebugFile | null, point: number): void => void wanted.sites.push({ address, file, point })
  if (goal.kind === 'instruction' || goal.kind === 'data' || goal.kind === 'exception') {
    if (wanted.sites.length > 0) return
    if (goal.kind === 'instruction') add(goal.address, null, addBreakpoint(s, { address: goal.address }).id)
    else if (goal.kind === 'data') add(goal.watch.start, null, addWatchpoint(s, goal.watch).id)
    else add(0, null, addCatchpoint(s, { what: goal.what, filter: goal.words }).id)
    return
  }
  for (const { space } of spaces(sight)) {
    for (const { address, line, note } of placesOf(space, goal, hostPath)) {
      const file = fileAt(space, address)?.file ?? null
      wanted.line ??= line
      wanted.message = note
      if (wanted.sites.some(site => site.address === address && site.file === file)) continue
      add(address, file, addBreakpoint(s, { address }).id)
    }
  }
  if (wanted.sites.length === 0) wanted.message = missing(goal)
}

const missing = (goal: Extract<Goal, { kind: 'source' | 'function' }>): string =>
  goal.kind === 'source'
    ? `no program in memory has code of line ${goal.line} or behind it`
    : `no program in memory has a function ${goal.name}`

/** Lines of a source, in a range, that programs in memory have code of. */
export function linesWithCode(sight: Sight, path: string, first: number, last: number, hostPath: HostPath): number[] {
  const lines = new Set<number>()
  for (const { space } of spaces(sight)) {
    for (const name of namesFor(space, path, hostPath)) {
      for (const { file } of space.files)
        for (const mark of linesOf(file).byFile.get(name) ?? [])
          if (mark.isStatement && mark.line >= first && mark.line <= last) lines.add(mark.line)
    }
  }
  return [...lines].sort((a, b) => a - b)
}

/** Every source that programs in memory have code of, as compilers were given it. */
export const sourcesOf = (sight: Sight): string[] => [
  ...new Set([...spaces(sight)].flatMap(({ space }) => space.files.flatMap(({ file }) => linesOf(file).files))),
]

/** Every ELF file in memory, once for each process. */
export const modulesOf = (sight: Sight): { task: Task; file: DebugFile; start: number; end: number }[] =>
  [...spaces(sight)].flatMap(({ task, space }) => space.files.map(({ file, start, end }) => ({ task, file, start, end })))

/** Takes the points of a wanted one away; it may be resolved again. */
export function forget(s: Session, wanted: Wanted): void {
  for (const { point } of wanted.sites) removePoint(s, point)
  wanted.sites = []
}

/** What a stop at points means: which of the wanted ones it is, and what logpoints have to say. */
export interface Verdict {
  hits: Wanted[]
  output: string[]
  /** Conditions that could not be evaluated: it stops there, and says so. */
  problems: string[]
}

const isHere = (sight: Sight, { address, file }: Site, task: Task): boolean =>
  file === null || fileAt(spaceOf(sight, task), address)?.file === file

/** Judges a stop. Going backwards nothing is counted or said, for it happened already. */
export function judge(sight: Sight, all: Iterable<Wanted>, stop: Stop, backwards: boolean): Verdict {
  const verdict: Verdict = { hits: [], output: [], problems: [] }
  if (!('points' in stop)) return verdict
  const task = taskById(sight.s, stop.task.id === NO_TASK ? sight.s.focus : stop.task)
  const [frame] = task === null ? [] : framesOf(sight, task).frames
  const at: Where | null = task === null || frame === undefined ? null : { task, frame }
  for (const wanted of all) {
    const site = wanted.sites.find(({ point }) => stop.points.includes(point))
    if (site === undefined) continue
    if (stop.kind === 'breakpoint' && task !== null && !isHere(sight, site, task)) continue
    if (!holds(sight, at, wanted, verdict)) continue
    if (backwards) {
      if (wanted.log === null) verdict.hits.push(wanted)
      continue
    }
    wanted.hitCount++
    if (wanted.hits !== null && !wanted.hits.holds(wanted.hitCount)) continue
    if (wanted.log === null) verdict.hits.push(wanted)
    else verdict.output.push(at === null ? wanted.log : interpolate(sight, at, wanted.log))
  }
  return verdict
}

function holds(sight: Sight, at: Where | null, { condition }: Wanted, verdict: Verdict): boolean {
  if (condition === null || at === null) return true
  try {
    return evaluateInteger(sight, at, condition) !== 0n
  } catch (error) {
    verdict.problems.push(`condition '${condition}': ${(error as Error).message}`)
    return true
  }
}
