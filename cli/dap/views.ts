// Requests of our own: the debugger's views, instants of the recording, and who wrote something last.
import {
  ARGUMENTS,
  firstInstant,
  lastInstant,
  searchWrite,
  now,
  viewByName,
  VIEWS,
  dap,
  type Instant,
  type Task,
  type ViewArguments,
} from '../../debugger/index.ts'
import { findTask } from '../../kernel/index.ts'
import { whileStopped, request, type Requests } from './adapter.ts'
import { frameOf, referenced, taskOf, type Debuggee } from './debuggee.ts'
import { searched, visit } from './run.ts'

/** JSON has no Infinity: after everything that the kernel does before the next instruction, `steps` is missing. */
const instantBody = ({ executed, steps }: Instant): { executed: number; steps?: number } =>
  steps === Infinity ? { executed } : { executed, steps }

const NUMBERS = Object.entries(ARGUMENTS).flatMap(([name, { kind }]) => (kind === 'number' ? [name as keyof ViewArguments] : []))

/** Arguments of a view that an editor may give, checked; names of addresses come from the task's files. */
function argumentsOf(d: Debuggee, given: Readonly<Record<string, unknown>>): ViewArguments {
  const args: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (!NUMBERS.includes(name as keyof ViewArguments)) throw new Error(`there is no argument '${name}': they are ${NUMBERS.join(', ')}`)
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (typeof number !== 'number' || !Number.isFinite(number)) throw new Error(`${name}: '${String(value)}' is no number`)
    args[name] = number
  }
  const task = findTask(d.sight.s.k.state.ns, Number(args.pid ?? d.sight.s.focus.pid))
  const names = task === null ? {} : dap.namesFor(d.sight, task)
  return { pid: d.sight.s.focus.pid, ...args, ...names }
}

function viewOf(name: unknown): (typeof VIEWS)[number] {
  const view = viewByName.get(String(name))
  if (view === undefined) throw new Error(`there is no view '${String(name)}': they are ${VIEWS.map(v => v.name).join(', ')}`)
  return view
}

/** Views that are about all tasks show all of them unless one is named. */
function dataOf(d: Debuggee, name: unknown, given: Readonly<Record<string, unknown>>): { view: (typeof VIEWS)[number]; data: unknown } {
  const view = viewOf(name)
  const args = argumentsOf(d, given)
  if (given.pid === undefined && !ONE_TASK.includes(view.name)) delete args.pid
  return { view, data: view.data(d.sight.s.k, args) }
}
const ONE_TASK: readonly string[] = ['registers', 'disassemble', 'memory', 'regions', 'walk', 'tables']

const SHOWN_WIDTH = 100

/** `view walk address=0x10100`, typed in the console. Without a name: all there are. */
export function showView(d: Debuggee, text: string): string {
  const [name, ...words] = text.trim().split(/\s+/)
  if (name === '') return VIEWS.map(view => `${view.name.padEnd(12)} ${view.doc}`).join('\n')
  const given = Object.fromEntries(
    words.map(word => {
      const at = word.indexOf('=')
      if (at < 1) throw new Error(`'${word}': an argument is NAME=NUMBER`)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
  const { view, data } = dataOf(d, name, given)
  return view.text(data, SHOWN_WIDTH).join('\n')
}

interface LastWriteArguments {
  /** What was written: an expression in a frame, or a memory reference; physical: an address of RAM. */
  expression?: string
  frameId?: number
  memoryReference?: string
  bytes?: number
  physical?: boolean
}

const WORD = 8
const MOST_BYTES = 4096

function bytesAsked(d: Debuggee, args: LastWriteArguments): { address: number; bytes: number; task: Task } {
  if (args.memoryReference !== undefined) {
    const { task, address } = referenced(d, args.memoryReference)
    return { address, bytes: args.bytes ?? WORD, task }
  }
  if (typeof args.expression !== 'string') throw new Error("lastWrite: an 'expression' or a 'memoryReference' is needed")
  const { task: id, level } = frameOf(d, args.frameId)
  const task = taskOf(d, id)
  const { address, value } = dap.evaluateText(d.sight, { task, frame: dap.frameAt(d.sight, task, level) }, args.expression)
  if (address === null) throw new Error(`${args.expression} is not in memory`)
  return { address, bytes: args.bytes ?? value?.bytes?.length ?? WORD, task }
}

export const ownRequests: Requests = {
  'hartbeat/views': request(() => ({
    views: VIEWS.map(({ name, doc, arguments: names }) => ({
      name,
      doc,
      arguments: names.filter(one => NUMBERS.includes(one)).map(one => ({ name: one, doc: ARGUMENTS[one].doc })),
    })),
  })),
  'hartbeat/view': whileStopped<{ name: string; arguments?: Record<string, unknown>; width?: number }>(
    (_, d, { name, arguments: given, width }) => {
      const { view, data } = dataOf(d, name, given ?? {})
      return { name: view.name, data, text: view.text(data, width) }
    },
  ),
  'hartbeat/now': whileStopped((_, d) => {
    const { s } = d.sight
    if (s.timeline === null) return { now: instantBody(now(s)) }
    return { now: instantBody(now(s)), first: instantBody(firstInstant(s)), last: instantBody(lastInstant(s)) }
  }),
  'hartbeat/goto': whileStopped<{ executed: number; steps?: number }>((a, d, { executed, steps }) => {
    if (!Number.isSafeInteger(executed) || executed < 0) throw new Error("goto: 'executed' is a count of instructions")
    if (steps !== undefined && (!Number.isSafeInteger(steps) || steps < 0))
      throw new Error("goto: 'steps' is a count of what the kernel did")
    if (d.sight.s.timeline === null) throw new Error('nothing is recorded, so there is no way back')
    a.afterwards(() => visit(a, d, { executed, steps: steps ?? Infinity }))
  }),
  'hartbeat/lastWrite': whileStopped<LastWriteArguments>((_, d, args) => {
    const { s } = d.sight
    const what = bytesAsked(d, args)
    if (!Number.isInteger(what.bytes) || what.bytes < 1 || what.bytes > MOST_BYTES)
      throw new Error(`bytes: a whole number from 1 to ${MOST_BYTES}`)
    if (s.timeline === null) throw new Error('nothing is recorded, so there is no way back')
    return searched(d, searchWrite(s, { ...what, physical: args.physical === true })).then(({ write }) => ({
      write: write === null ? null : { ...write, task: write.task.pid, instant: instantBody(write.instant) },
    }))
  }),
}
