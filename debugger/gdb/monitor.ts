// `monitor COMMAND`: what this machine can show and do that gdb has no word for. A command is a row; the tables of `info os` are too.
import type { Task } from '../../kernel/index.ts'
import { frameAddress } from '../../vm/index.ts'
import { beginMotion, firstInstant, lastInstant, searchWrite } from '../motion/index.ts'
import { evaluate, now, type Instant } from '../session/index.ts'
import { hex } from '../hex.ts'
import { MOST_CONDITIONS, setConditionAt } from './points.ts'
import { TABLES, tableByName, tableText } from './tables.ts'
import { regionsView, ViewError, walkView } from '../views/index.ts'
import { currentThread, moverOf, taskOf } from './threads.ts'
import type { GdbServer } from './types.ts'

interface Command {
  name: string
  usage: string
  doc: string
  /** What to show; null: it is shown when it is done. */
  run(g: GdbServer, args: string): string | null
}

/** A mistake of whoever types: the message is for them. */
class MonitorError extends Error {
  override name = 'MonitorError'
}
const refuse = (text: string): never => {
  throw new MonitorError(text)
}

/** What a view shows, or why it shows nothing. */
function seen<T>(look: () => T): T {
  try {
    return look()
  } catch (error) {
    if (error instanceof ViewError) return refuse(error.message)
    throw error
  }
}

const instantText = ({ executed, steps }: Instant): string => `${executed}:${steps === Infinity ? 'end' : steps}`

function currentTask(g: GdbServer): Task {
  return taskOf(g, currentThread(g)) ?? refuse('there is no task to look at')
}

/** The value of what somebody typed. */
function valueOf(g: GdbServer, text: string): bigint {
  const task = currentTask(g)
  try {
    return evaluate(g.session, task, text)
  } catch (error) {
    return refuse((error as Error).message)
  }
}

/** An address, as an expression over registers and numbers. */
const addressOf = (g: GdbServer, text: string): number => Number(BigInt.asUintN(64, valueOf(g, text)))

function pageTable(g: GdbServer, args: string): string {
  const task = currentTask(g)
  const address = addressOf(g, args)
  const { steps } = seen(() => walkView.data(g.session.k, { pid: task.pid, address }))
  const lines = steps.map(({ level, table, index, flags, frame }) => {
    const target = frame === null ? 0 : frameAddress(frame)
    return `level ${level}: entry ${index} of the table in frame ${table}: ${[...flags].reverse().join('')} ${hex(target)}`
  })
  return [`${hex(address)} of ${task.pid} (${task.comm}):`, ...lines].join('\n') + '\n'
}

const STALE = "type `maintenance flush register-cache': gdb still shows the registers of before\n"

function parseInstant(text: string): Instant {
  const m = /^(\d+)(?::(\d+|end))?$/.exec(text.trim())
  if (m === null) return refuse(`'${text}' is no instant: it is INSTRUCTIONS or INSTRUCTIONS:STEPS, as \`monitor when' says`)
  return { executed: Number(m[1]), steps: m[2] === undefined || m[2] === 'end' ? Infinity : Number(m[2]) }
}

function go(g: GdbServer, args: string): null {
  const instant = parseInstant(args)
  g.queue = []
  g.passing = g.signal = null
  g.lastStop = ''
  g.going = {
    kind: 'asked',
    motion: beginMotion(moverOf(g), 'instant', { instant }),
    answer({ kind }) {
      const where = kind === 'historyEnd' ? 'the recording ends here' : kind === 'interrupted' ? 'interrupted on the way' : 'here'
      return `${where}: ${instantText(now(g.session))}\n${STALE}`
    },
  }
  return null
}

const WORD = 8
const MOST_BYTES = 4096
const LONGEST_CONDITION = 1000

function why(g: GdbServer, args: string): null {
  const task = currentTask(g)
  const [where, bytes] = args.split(',')
  const address = addressOf(g, where)
  const count = bytes === undefined ? WORD : addressOf(g, bytes)
  if (count < 1 || count > MOST_BYTES) refuse(`BYTES: 1 to ${MOST_BYTES}`)
  g.going = {
    kind: 'asked',
    motion: searchWrite(g.session, { address, bytes: count, physical: false, task }),
    answer(found) {
      if (found.kind !== 'written') return 'interrupted\n'
      if (found.write === null) return `nobody wrote ${count} bytes at ${hex(address)} since the recording began\n`
      const { text, instant } = found.write
      return `${hex(address)}: ${text}\nat ${instantText(instant)} (monitor goto ${instantText(instant)})\n`
    },
  }
  return null
}

function condition(g: GdbServer, args: string): string {
  const m = /^(\S+)(?:\s+(.+))?$/.exec(args.trim())
  if (m === null) return refuse('usage: condition ADDRESS [EXPRESSION]')
  const address = addressOf(g, m[1])
  const text = m[2] ?? null
  if (text !== null && text.length > LONGEST_CONDITION) return refuse('the condition is too long')
  if (text !== null && g.conditions.size >= MOST_CONDITIONS) return refuse('there are too many conditions')
  if (text !== null) valueOf(g, text)
  setConditionAt(g, address, text)
  return text === null ? `${hex(address)}: no condition\n` : `${hex(address)}: stops if ${text}\n`
}

function when(g: GdbServer): string {
  const { state } = g.session.k
  const recorded = `recorded from ${instantText(firstInstant(g.session))} to ${instantText(lastInstant(g.session))}`
  return `instant ${instantText(now(g.session))} (instructions:steps of the kernel), ${state.time} ns; ${recorded}\n`
}

function help(): string {
  const own = COMMANDS.map(({ name, usage, doc }) => [`${name}${usage && ' '}${usage}`, doc])
  const tables = TABLES.map(({ name, doc }) => [name, doc])
  return [...own, ...tables].map(([words, doc]) => `${words.padEnd(34)} ${doc}\n`).join('')
}

const COMMANDS: readonly Command[] = [
  { name: 'help', usage: '', doc: 'These commands', run: help },
  { name: 'when', usage: '', doc: 'The instant, and how far the recording goes', run: when },
  { name: 'goto', usage: 'INSTRUCTIONS[:STEPS]', doc: 'Go to an instant, back or forth', run: go },
  { name: 'why', usage: 'ADDRESS[,BYTES]', doc: 'Who wrote these bytes last', run: why },
  { name: 'pt', usage: 'ADDRESS', doc: 'Walk the page table of the current process', run: pageTable },
  {
    name: 'maps',
    usage: '',
    doc: 'Regions of the current process',
    run(g) {
      const { regions } = seen(() => regionsView.data(g.session.k, { pid: currentTask(g).pid }))
      return regions.map(({ line }) => `${line}\n`).join('')
    },
  },
  {
    name: 'ps',
    usage: '',
    doc: 'The process table',
    run(g) {
      const table = tableByName('procs')
      return table === undefined ? '' : tableText(table, g.session.k)
    },
  },
  { name: 'condition', usage: 'ADDRESS [EXPRESSION]', doc: 'Breakpoints there stop only if, decided here', run: condition },
]

/** Runs a command line; whatever is wrong with it is the answer. */
export function monitor(g: GdbServer, line: string): string | null {
  const [, name, args] = /^\s*(\S*)\s*(.*)$/s.exec(line) ?? ['', '', '']
  const command = COMMANDS.find(one => one.name === (name || 'help'))
  const table = tableByName(name)
  try {
    if (command !== undefined) return command.run(g, args)
  } catch (error) {
    if (error instanceof MonitorError) return `${error.message}\n`
    throw error
  }
  if (table !== undefined) return tableText(table, g.session.k)
  return `no monitor command '${name}': try \`monitor help'\n`
}
