// Every view, on every program there is, at instants that nobody chose: none throws, none changes anything, all of it is plain data,
// and no line is wider than asked for.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { EVENT_KINDS, recordEvent, ViewError, VIEWS, type TimelineEvent, type ViewArguments } from '../../debugger/index.ts'
import { runKernel, subscribe, type Kernel } from '../../kernel/index.ts'
import { randomNumbers } from '../../vm/index.ts'
import { BUILT_ROOT, fingerprint, start, type TestOptions } from '../machine.ts'
import { amount, FULL, PATIENCE, SEED, some } from './size.ts'

const MIB = 2 ** 20
const INSTANTS = amount(2, 20)
/** Instructions up to which instants are drawn: programs start, allocate, fork and sleep in them. */
const SPAN = 400_000
const WIDTHS = [80, 40]
const MOST_EVENTS = 200
/** Tasks that a view is asked about at an instant: of more, so many are drawn. */
const MOST_TASKS = 12

const paths = BUILT_ROOT.filter(file => file.kind === 'regular' && /^\/?(bin|labs)\//.test(file.path)).map(file =>
  file.path.replace(/^\/?/, '/'),
)

/** All of a machine: fingerprint's choice, and whatever else a view could disturb, such as TLBs. */
const machineOf = (k: Kernel): string[] => [
  fingerprint(k),
  createHash('sha256').update(k.machine.bytes.subarray(0, k.machine.layout.engine)).digest('hex'),
]
/**
 * The kernel's records as one word, value by value in the order they lie: equal numbers can be stored in more than one way, so their
 * serialized bytes would not do.
 */
function recordsOf(k: Kernel): string {
  const hash = createHash('sha256')
  const seen = new Map<object, number>()
  // A list, not recursion: records refer to each other in long chains.
  const rest: unknown[] = [k.state]
  while (rest.length > 0) {
    const value = rest.pop()
    if (typeof value !== 'object' || value === null) {
      hash.update(`${typeof value} ${String(value)};`)
      continue
    }
    const known = seen.get(value)
    hash.update(`#${known ?? seen.size};`)
    if (known !== undefined) continue
    seen.set(value, seen.size)
    if (ArrayBuffer.isView(value)) hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    else if (value instanceof Map) rest.push(...[...value].flat())
    else if (value instanceof Set) rest.push(...value)
    else rest.push(...Object.entries(value).flat())
  }
  return hash.digest('hex')
}

/** What each view is asked at an instant: about nothing in particular, about each task, and about an address, frame and hart. */
function questions(
  k: Kernel,
  random: (below: number) => number,
  events: readonly TimelineEvent[],
  before: Map<string, unknown>,
  name: string,
): ViewArguments[] {
  const all = [...k.state.tasks.values()]
  const tasks = all.length <= MOST_TASKS ? all : Array.from({ length: MOST_TASKS }, () => all[random(all.length)])
  const regions = tasks.flatMap(task => (task.mm?.regions ?? []).map(region => ({ pid: task.pid, region })))
  const { pid, region } = regions[random(Math.max(1, regions.length))] ?? { pid: undefined, region: undefined }
  const address = region && region.start + random(region.end - region.start)
  const symbol = (at: number): string | null => (at % 8 === 0 ? `f+${at % 64}` : null)
  return [
    { events },
    ...tasks.map(task => ({ pid: task.pid, events })),
    { pid, address, symbol, line: symbol, size: 4 },
    { pid, address: address === undefined ? undefined : random(2 ** 30) * 2 ** 17, count: 1 + random(100) },
    { frame: random(k.state.frames.total), count: 1 + random(30) },
    { hart: random(k.state.harts.length), before: before.get(name) },
  ]
}

/** A view may refuse: a dead task has no memory. Then it says so to the one who asked. */
function look(k: Kernel, name: string, args: ViewArguments, before: Map<string, unknown>): boolean {
  const view = VIEWS.find(v => v.name === name)
  if (view === undefined) throw new Error(`there is no view ${name}`)
  try {
    const data = view.data(k, args)
    before.set(name, data)
    expect(JSON.parse(JSON.stringify(data)), name).toEqual(data)
    for (const width of WIDTHS) {
      const lines = view.text(data, width)
      for (const line of lines) expect(line.length, `${name}: ${line}`).toBeLessThanOrEqual(width)
    }
    return true
  } catch (error) {
    if (!(error instanceof ViewError)) throw error
    return false
  }
}

const cases: readonly { title: string; argv: readonly string[]; options: TestOptions }[] = [
  ...some(paths, 1).map(path => ({ title: path, argv: [path], options: {} })),
  {
    title: 'a pipeline under init',
    argv: ['/bin/sh', '-c', 'seq 3000 | sort -r | head -n 3; sleep 1 & cat /proc/1/maps | wc; wait'],
    options: { init: true },
  },
  {
    title: 'four harts',
    argv: ['/bin/sh', '-c', 'for i in 1 2 3 4 5; do (seq 500 | sort | tail -n 1; sleep 0.01) & done; wait'],
    options: { init: true, harts: 4 },
  },
  { title: 'the reference engine', argv: ['/labs/cow', '3'], options: { engine: 'reference' } },
  { title: 'huge pages', argv: ['/labs/fork-size', '1'], options: { thp: 'always' } },
]

test('programs are there', () => expect(paths.length).toBeGreaterThan(60))

test.each(cases)(
  '$title',
  ({ title, argv, options }) => {
    const random = randomNumbers(SEED + title.length * 1000 + title.charCodeAt(title.length - 1))
    const { kernel } = start(argv, { stdin: 'one\ntwo\nthree\n', ramBytes: 16 * MIB, debug: FULL, ...options })
    const events: TimelineEvent[] = []
    subscribe(kernel, EVENT_KINDS, (event, k) => {
      events.push(recordEvent(k, event))
      if (events.length > MOST_EVENTS) events.shift()
    })
    const before = new Map<string, unknown>()
    const instants = Array.from({ length: INSTANTS }, () => random(SPAN)).sort((a, b) => a - b)
    const answered = new Set<string>()
    for (const instant of instants) {
      if (instant > kernel.state.executed) runKernel(kernel, { maxInstructions: instant - kernel.state.executed })
      const was = machineOf(kernel)
      const records = recordsOf(kernel)
      for (const { name } of VIEWS) {
        for (const args of questions(kernel, random, events, before, name)) if (look(kernel, name, args, before)) answered.add(name)
      }
      expect(machineOf(kernel)).toEqual(was)
      expect(recordsOf(kernel)).toBe(records)
    }
    // Refusing everything would be easy.
    if (kernel.state.tasks.size > 0 && kernel.state.halted === null) expect([...answered].sort()).toEqual(VIEWS.map(v => v.name).sort())
  },
  PATIENCE,
)
