// Breakpoints, watchpoints and catchpoints as the user asks for them, and their list.
import {
  addBreakpoint,
  addCatchpoint,
  addWatchpoint,
  type Breakpoint,
  type CatchKind,
  enablePoint,
  evaluateIn,
  type Point,
  processOf,
  removePoint,
  type Scope,
  setCondition,
  setIgnore,
} from '../session/index.ts'
import { findTask, SYSCALL_NAMES } from '../../kernel/index.ts'
import { hex } from '../hex.ts'
import { baseName, selected, spaceOf, valueOf } from './look.ts'
import { completeSymbol, resolvePlace, withoutSymbols } from './places.ts'
import { fail, type Answer, type Command, type Debugger } from './types.ts'

/** `LOCATION [inferior N|all] [if CONDITION]`, in gdb's order of words. */
interface Asked {
  location: string
  scope: Scope
  condition: string | null
}

const IF = /(?:^|\s)if(?=[\s(])/
const SCOPE = /(?:^|\s)(?:(inferior|process|thread)\s+(\d+)|(all))\s*$/

function readAsked(d: Debugger, text: string): Asked {
  const at = IF.exec(text)
  const condition = at === null ? null : text.slice(at.index + at[0].length).trim()
  const rest = at === null ? text : text.slice(0, at.index)
  const scope = SCOPE.exec(rest)
  const location = (scope === null ? rest : rest.slice(0, scope.index)).trim()
  if (condition === '') fail('Argument required (a condition).')
  return { location, scope: scopeOf(d, scope), condition }
}

function scopeOf(d: Debugger, found: RegExpExecArray | null): Scope {
  if (found?.[3] !== undefined || (found === null && d.session.follow === 'both')) return null
  if (found === null) return processOf(selected(d))
  const id = Number(found[2])
  const task = findTask(d.session.k.state.ns, id)
  if (task === null) fail(`Unknown ${found[1]} ${id}.`)
  return processOf(task)
}

/** A condition that can be read at all, for the session. */
function checked(d: Debugger, condition: string | null): string | null {
  if (condition === null) return null
  const resolved = withoutSymbols(d, condition)
  try {
    evaluateIn(resolved, { name: name => (name === 'comm' ? '' : nameIsKnown(d, name) ? 0n : null), load: () => 0n })
  } catch (error) {
    fail((error as Error).message)
  }
  return resolved
}

const nameIsKnown = (d: Debugger, name: string): boolean => {
  valueOf(d, name)
  return true
}

function breakAt(d: Debugger, text: string, temporary: boolean): string[] {
  const { location, scope, condition } = readAsked(d, text)
  const place = resolvePlace(d, location)
  const resolved = checked(d, condition)
  const lines: string[] = []
  for (const address of place.addresses) {
    const point = addBreakpoint(d.session, {
      address,
      spec: location === '' ? hex(address) : location,
      scope,
      condition: resolved,
      temporary,
    })
    d.places.set(point.id, { what: place.what, condition, file: place.file })
    const where = place.spot === null ? '' : `: file ${baseName(place.spot.file)}, line ${place.spot.line}.`
    lines.push(`${temporary ? 'Temporary breakpoint' : 'Breakpoint'} ${point.id} at ${hex(address)}${where}`)
  }
  return lines
}

const TYPE_BYTES: Readonly<Record<string, number>> = {
  u8: 1,
  s8: 1,
  char: 1,
  u16: 2,
  s16: 2,
  short: 2,
  u32: 4,
  s32: 4,
  int: 4,
  u64: 8,
  s64: 8,
  long: 8,
}
const TYPED = /^\*\s*\(\s*(\w+)\s*\*\s*\)\s*(.+)$/
const WORD_BYTES = 8

/** What an expression names in memory: `*(u8 *)0x1000`, `*ADDRESS`, a symbol, `-l ADDRESS[, BYTES]`. */
function watchedBytes(d: Debugger, text: string): { start: number; bytes: number } {
  const typed = TYPED.exec(text)
  if (typed !== null) return { start: Number(valueOf(d, typed[2])), bytes: TYPE_BYTES[typed[1]] ?? fail(`No type "${typed[1]}".`) }
  const sized = /^(?:-l(?:ocation)?\s+)?\*?(.+?)\s*,\s*(\d+)$/.exec(text)
  if (sized !== null) return { start: Number(valueOf(d, sized[1])), bytes: Number(sized[2]) }
  if (text.startsWith('*')) return { start: Number(valueOf(d, text.slice(1))), bytes: WORD_BYTES }
  const { files } = spaceOf(d, selected(d))
  const symbol = files.flatMap(f => (f.file.symbols.byName.get(text) ?? []).map(s => ({ ...s, address: s.address + f.bias })))[0]
  if (symbol === undefined) fail(`No symbol "${text}" in current context.`)
  return { start: symbol.address, bytes: symbol.size > 0 && symbol.size <= WORD_BYTES ? symbol.size : symbol.size === 0 ? 4 : WORD_BYTES }
}

const WATCH_NAMES = {
  write: 'Hardware watchpoint',
  read: 'Hardware read watchpoint',
  access: 'Hardware access (read/write) watchpoint',
} as const

function watch(d: Debugger, text: string, access: keyof typeof WATCH_NAMES): string[] {
  const physical = /^phys\s+/.exec(text)
  const { location, scope, condition } = readAsked(d, physical === null ? text : text.slice(physical[0].length))
  if (location === '') fail('Argument required (expression to compute).')
  const { start, bytes } = physical === null ? watchedBytes(d, location) : physicalBytes(d, location)
  const resolved = checked(d, condition)
  const point = addWatchpoint(d.session, {
    start,
    bytes,
    access,
    spec: location,
    scope: physical === null ? scope : null,
    condition: resolved,
    physical: physical !== null,
  })
  d.places.set(point.id, { what: location, condition, file: null })
  return [`${WATCH_NAMES[access]} ${point.id}: ${location}`]
}

function physicalBytes(d: Debugger, text: string): { start: number; bytes: number } {
  const m = /^(.+?)(?:\s*,\s*(\d+))?$/.exec(text)
  return { start: Number(valueOf(d, m?.[1] ?? text)), bytes: Number(m?.[2] ?? WORD_BYTES) }
}

/** What can be caught, by the words of the command. */
export const CATCHES: Readonly<Record<string, { what: CatchKind; say(words: readonly string[]): string; doc: string }>> = {
  syscall: { what: 'syscall', say: words => syscallText('syscall', words), doc: 'calls of the system, by name or number' },
  return: { what: 'syscallReturn', say: words => syscallText('return of syscall', words), doc: 'their returns' },
  fork: { what: 'fork', say: () => 'fork', doc: 'fork, vfork and clone' },
  vfork: { what: 'fork', say: () => 'vfork', doc: 'the same' },
  exec: { what: 'exec', say: () => 'exec', doc: 'a program that is executed' },
  exit: { what: 'exit', say: () => 'exit', doc: 'the end of a task' },
  signal: {
    what: 'signal',
    say: words => `signal${words.length > 0 ? ` ${words.join(' ')}` : ''}`,
    doc: 'a signal that is acted on, by name',
  },
  sent: { what: 'signalSent', say: words => `signal sent ${words.join(' ')}`.trim(), doc: 'a signal that is sent' },
  fault: {
    what: 'fault',
    say: words => `fault ${words.join(' ')}`.trim(),
    doc: 'page faults: zero cow reuse file stack spurious signal, read write fetch',
  },
  cow: { what: 'cow', say: () => 'copy-on-write', doc: 'a page that is copied on write' },
  switch: { what: 'switch', say: words => `context switch ${words.join(' ')}`.trim(), doc: 'a context switch: to a task, or from:TASK' },
  wake: { what: 'wake', say: words => `wake-up ${words.join(' ')}`.trim(), doc: 'a task that wakes up' },
  schedule: { what: 'schedule', say: words => `schedule ${words.join(' ')}`.trim(), doc: 'a choice of the scheduler' },
  timer: { what: 'timer', say: words => `timer ${words.join(' ')}`.trim(), doc: 'timers: slice wake itimer posixTimer timerfd replenish' },
  tlb: { what: 'tlbMiss', say: () => 'TLB miss', doc: 'a TLB miss' },
  flush: { what: 'tlbFlush', say: () => 'TLB flush', doc: 'a TLB flush' },
}

function syscallText(what: string, words: readonly string[]): string {
  if (words.length === 0) return `any ${what}`
  const number = (word: string): string => Object.entries(SYSCALL_NAMES).find(([, name]) => name === word)?.[0] ?? '?'
  const named = words.map(word => `'${SYSCALL_NAMES[Number(word)] ?? word}' [${/^\d+$/.test(word) ? word : number(word)}]`)
  return `${what}${words.length > 1 ? 's' : ''} ${named.join(' ')}`
}

function catchIt(d: Debugger, text: string, temporary: boolean): string[] {
  const asked = readAsked(d, text)
  const [kind, ...words] = asked.location.split(/\s+/)
  const row = Object.hasOwn(CATCHES, kind) ? CATCHES[kind] : fail(`What to catch: ${Object.keys(CATCHES).join(' ')}.`)
  if (row.what === 'syscall' || row.what === 'syscallReturn') for (const word of words) checkCall(word)
  const explicit = SCOPE.test(IF.test(text) ? text.slice(0, text.search(IF)) : text)
  const condition = checked(d, asked.condition)
  const point = addCatchpoint(d.session, { what: row.what, filter: words, scope: explicit ? asked.scope : null, condition, temporary })
  d.places.set(point.id, { what: row.say(words), condition: asked.condition, file: null })
  return [`${temporary ? 'Temporary catchpoint' : 'Catchpoint'} ${point.id} (${row.say(words)})`]
}

function checkCall(word: string): void {
  if (!/^\d+$/.test(word) && !Object.values(SYSCALL_NAMES).includes(word)) fail(`Unknown syscall name '${word}'.`)
}

const pointOf = (d: Debugger, word: string): Point =>
  (/^\d+$/.test(word) ? d.session.points.get(Number(word)) : undefined) ?? fail(`No breakpoint number ${word}.`)

const numbersOf = (d: Debugger, text: string): Point[] =>
  text
    .split(/[\s,]+/)
    .filter(word => word !== '')
    .flatMap(word => {
      const range = /^(\d+)-(\d+)$/.exec(word)
      if (range === null) return [pointOf(d, word)]
      return [...d.session.points.values()].filter(p => p.id >= Number(range[1]) && p.id <= Number(range[2]))
    })

const KINDS = { write: 'hw watchpoint', read: 'read watchpoint', access: 'acc watchpoint' } as const

export function pointRows(d: Debugger): string[] {
  const points = [...d.session.points.values()]
  if (points.length === 0) return ['No breakpoints or watchpoints.']
  const lines = ['Num     Type           Disp Enb Address            What']
  for (const point of points) {
    const type = point.kind === 'breakpoint' ? 'breakpoint' : point.kind === 'watchpoint' ? KINDS[point.access] : 'catchpoint'
    const address = point.kind === 'breakpoint' ? `0x${point.address.toString(16).padStart(16, '0')}` : ''
    const place = d.places.get(point.id)
    const scope = point.scope === null ? '' : ` inf ${point.scope.pid}${d.session.k.state.groups.has(point.scope.id) ? '' : ' (ended)'}`
    const what = `${place?.what ?? ''}${point.kind === 'breakpoint' ? scope : ''}`
    lines.push(
      `${String(point.id).padEnd(7)} ${type.padEnd(14)} ${point.temporary ? 'del ' : 'keep'} ${point.enabled ? 'y' : 'n'}   ${address.padEnd(18)} ${what}`.trimEnd(),
    )
    if (place?.condition) lines.push(`\tstop only if ${place.condition}`)
    if (point.hits > 0) lines.push(`\t${point.kind} already hit ${point.hits} time${point.hits === 1 ? '' : 's'}`)
    if (point.ignore > 0) lines.push(`\tignore next ${point.ignore} hits`)
  }
  return lines
}

/** Enabled or not breakpoints in a range of addresses: what lists mark. */
export const breakpointsIn = (d: Debugger, start: number, end: number): Breakpoint[] =>
  [...d.session.points.values()].filter(
    (p): p is Breakpoint => p.kind === 'breakpoint' && p.id > 0 && p.address >= start && p.address < end,
  )

const row = (name: string, short: readonly string[], usage: string, doc: string, run: (d: Debugger, text: string) => Answer): Command => ({
  name,
  short,
  group: 'points',
  usage,
  doc,
  complete: (d, _, last) => completeSymbol(d, last),
  run: (d, { text }) => run(d, text),
})
const WHERE = '[LOCATION] [inferior N|all] [if CONDITION]'

const onAll = (d: Debugger, text: string, change: (id: number) => void): string[] => {
  const points = text.trim() === '' ? [...d.session.points.values()] : numbersOf(d, text)
  for (const point of points) change(point.id)
  return []
}

export const POINTS: readonly Command[] = [
  row('break', ['b', 'br', 'brea'], WHERE, 'Stop before an instruction: LINE, FILE:LINE, FUNCTION, *ADDRESS.', (d, text) =>
    breakAt(d, text, false),
  ),
  row('tbreak', ['tb'], WHERE, 'The same, once.', (d, text) => breakAt(d, text, true)),
  row('hbreak', ['hb'], WHERE, 'The same as break: all are of hardware here.', (d, text) => breakAt(d, text, false)),
  row('watch', ['wa'], '[phys] EXPRESSION[, BYTES] [if CONDITION]', 'Stop when bytes of memory have changed.', (d, text) =>
    watch(d, text, 'write'),
  ),
  row('rwatch', [], '[phys] EXPRESSION[, BYTES]', 'Stop when bytes of memory have been read.', (d, text) => watch(d, text, 'read')),
  row('awatch', [], '[phys] EXPRESSION[, BYTES]', 'Stop when bytes of memory have been read or written.', (d, text) =>
    watch(d, text, 'access'),
  ),
  {
    ...row(
      'catch',
      ['cat'],
      'KIND [WORD...] [inferior N] [if CONDITION]',
      `Stop when something happens: ${Object.keys(CATCHES).join(' ')}.`,
      (d, text) => catchIt(d, text, false),
    ),
    complete: (_, words) =>
      words.length < 2 ? Object.keys(CATCHES) : ['syscall', 'return'].includes(words[0]) ? Object.values(SYSCALL_NAMES) : [],
  },
  { ...row('tcatch', [], 'KIND [WORD...]', 'The same, once.', (d, text) => catchIt(d, text, true)), complete: () => Object.keys(CATCHES) },
  row('delete', ['d', 'del'], '[N...]', 'Remove points, all of them without numbers.', (d, text) =>
    onAll(d, text, id => {
      removePoint(d.session, id)
      d.places.delete(id)
    }),
  ),
  row('clear', ['cl'], 'LOCATION', 'Remove the breakpoints at a location.', (d, text) => {
    const { addresses } = resolvePlace(d, text)
    const found = addresses.flatMap(address => breakpointsIn(d, address, address + 1))
    if (found.length === 0) fail(`No breakpoint at ${text}.`)
    for (const point of found) removePoint(d.session, point.id)
    return [`Deleted breakpoint${found.length > 1 ? 's' : ''} ${found.map(p => p.id).join(' ')} `]
  }),
  row('enable', ['en'], '[N...]', 'Let points stop again.', (d, text) => onAll(d, text, id => void enablePoint(d.session, id, true))),
  row('disable', ['dis', 'disa'], '[N...]', 'Keep points, but do not stop at them.', (d, text) =>
    onAll(d, text, id => void enablePoint(d.session, id, false)),
  ),
  row('condition', ['cond'], 'N [CONDITION]', 'Let a point stop only if a condition holds; or always again.', (d, text) => {
    const m = /^(\S+)\s*(.*)$/.exec(text.trim()) ?? fail('Argument required (breakpoint number).')
    const point = pointOf(d, m[1])
    const condition = m[2] === '' ? null : m[2]
    setCondition(d.session, point.id, checked(d, condition))
    const place = d.places.get(point.id)
    if (place !== undefined) place.condition = condition
    return condition === null ? [`Breakpoint ${point.id} now unconditional.`] : []
  }),
  row('ignore', ['ig'], 'N COUNT', 'Pass over the next so many stops of a point.', (d, text) => {
    const [word = '', ...rest] = text.trim().split(/\s+/)
    if (word === '') fail('Argument required (a breakpoint number).')
    const point = pointOf(d, word)
    const count = Math.max(
      0,
      rest.length > 0 ? Number(valueOf(d, rest.join(' '))) : fail('Second argument (specified ignore-count) is missing.'),
    )
    setIgnore(d.session, point.id, count)
    if (count === 0) return [`Will stop next time breakpoint ${point.id} is reached.`]
    return [`Will ignore next ${count} crossing${count === 1 ? '' : 's'} of breakpoint ${point.id}.`]
  }),
]
