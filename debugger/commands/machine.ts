// The machine and its kernel: `info` with every view, tasks as inferiors and threads, settings.
import { findGroup, regPc, type Task } from '../../kernel/index.ts'
import { readRegister, refTo, taskById, taskByPid, type FollowFork } from '../session/index.ts'
import { formatValue, lineInSpace, localsOf, statementInSpace, symbolInSpace, symbolsInSpace, valueOfVariable } from '../symbols/index.ts'
import { ARGUMENTS, VIEWS, viewByName, ViewError, type ArgumentName, type ViewArguments } from '../views/index.ts'
import { hex } from '../hex.ts'
import { eventsUntil } from './events.ts'
import { baseName, frameOf, inAngles, nameOf, lineOf, reader, selected, spaceOf, valueOf } from './look.ts'
import { matching } from './parse.ts'
import { completeSymbol, resolvePlace, sourceFiles } from './places.ts'
import { pointRows } from './points.ts'
import { assign } from './print.ts'
import { signalRows } from './signals.ts'
import { frameText, isInsideLine, standing } from './stops.ts'
import { vNames, xNames } from '../../vm/index.ts'
import { fail, type Command, type Debugger } from './types.ts'

const words = (text: string): string[] => text.split(/\s+/).filter(word => word !== '')

/** `tlb hart=0 address=sp`, or by order: `walk sp`, `tasks 2`. */
function viewLines(d: Debugger, name: string, text: string): string[] {
  const view = viewByName.get(name) ?? fail(`There is no view "${name}".`)
  const open = view.arguments.filter(argument => ARGUMENTS[argument].kind === 'number')
  // An address comes to mind first.
  const order = [...open].sort((a, b) => Number(b === 'address') - Number(a === 'address'))
  const args: ViewArguments = {}
  const rest: string[] = []
  for (const word of words(text)) {
    const m = /^(\w+)=(.+)$/.exec(word)
    if (m === null) rest.push(word)
    else if (!open.includes(m[1] as ArgumentName)) fail(`The view ${name} has no argument "${m[1]}".`)
    else Object.assign(args, { [m[1]]: Number(valueOf(d, m[2])) })
  }
  rest.forEach((word, i) => {
    const argument = order.filter(one => !Object.hasOwn(args, one) || i < 0)[0] ?? fail(`The view ${name} has no more arguments.`)
    Object.assign(args, { [argument]: Number(valueOf(d, word)) })
  })
  return showView(d, name, args)
}

/** Views that are of one task show the selected one. */
const OF_A_TASK: readonly string[] = ['registers', 'disassemble', 'memory', 'regions', 'walk', 'pagetables', 'signals', 'descriptors']

/** The lines of a view, cut to `width`. Throws a CommandFailure for a name or arguments that the view does not take. */
export function showView(d: Debugger, name: string, args: ViewArguments, width = d.width): string[] {
  const view = viewByName.get(name) ?? fail(`There is no view "${name}".`)
  const task = selected(d)
  try {
    return view.show(
      d.session.k,
      {
        ...(OF_A_TASK.includes(name) ? { pid: task.pid } : {}),
        symbol: address => nameOf(d, task, address),
        line: address => {
          const line = lineOf(d, task, address)
          return line === null ? null : `${baseName(line.file)}:${line.line}`
        },
        events: d.log === null ? [] : eventsUntil(d.log, d.session.k.state.executed),
        ...args,
      },
      width,
    )
  } catch (error) {
    if (error instanceof ViewError) fail(`${error.message[0].toUpperCase()}${error.message.slice(1)}.`)
    throw error
  }
}

const REGISTER_COLUMN = 15
const VALUE_COLUMN = 19

function registerRows(d: Debugger, text: string): string[] {
  const task = selected(d)
  const wanted = words(text).map(word => word.replace(/^\$/, ''))
  if (wanted.length === 1 && wanted[0] === 'vector') return vectorRows(d)
  const names = wanted.length > 0 ? wanted : [...xNames.slice(1), 'pc']
  return names.map(name => {
    if (readRegister(d.session, task, name) === null) fail(`Invalid register \`${name}'`)
    const value = valueOf(d, `$${name}`)
    const natural = name === 'pc' || name === 'ra' ? `${hex(value)}${inAngles(d, task, Number(value))}` : String(value)
    return `${name.padEnd(REGISTER_COLUMN)}${hex(value).padEnd(VALUE_COLUMN)}${natural}`
  })
}

/** v0 to v31, and what vector instructions work on. */
function vectorRows(d: Debugger): string[] {
  const task = selected(d)
  const names = [...vNames, 'vstart', 'vxsat', 'vxrm', 'vcsr', 'vl', 'vtype', 'vlenb']
  return names.flatMap(name => {
    const value = readRegister(d.session, task, name)
    if (value === null && name === vNames[0]) return fail('The program has not used vector registers.')
    return value === null ? [] : [`${name.padEnd(REGISTER_COLUMN)}${hex(value)}`]
  })
}

function threadRows(d: Debugger): string[] {
  const { state } = d.session.k
  const rows = [...state.tasks.values()].map(task => {
    const mark = task.id === d.session.focus.id ? '*' : ' '
    const where =
      task.mm === null ? `(${task.state === 'Z' ? 'zombie' : task === state.init ? 'sleeps in the kernel' : 'exiting'})` : placeOf(d, task)
    return `${mark} ${`${task.group.tgid}.${task.pid}`.padEnd(5)} Thread ${task.pid} "${task.comm}" (${task.state}) ${where}`
  })
  return ['  Id    Target Id              Frame ', ...rows]
}

function placeOf(d: Debugger, task: Task): string {
  const pc = regPc(d.session.k, task)
  const line = lineInSpace(spaceOf(d, task), pc)
  const name = symbolInSpace(spaceOf(d, task), pc, true)?.name ?? '??'
  return line === null ? `${hex(pc)} in ${name} ()` : `${name} () at ${baseName(line.file)}:${line.line}`
}

function inferiorRows(d: Debugger): string[] {
  const groups = [...d.session.k.state.groups.values()]
  const chosen = taskById(d.session, d.session.focus)?.group
  return [
    '  Num  Description       Executable        ',
    ...groups.map(
      group => `${group === chosen ? '*' : ' '} ${String(group.tgid).padEnd(4)} process ${String(group.tgid).padEnd(9)} ${group.exePath}`,
    ),
  ]
}

function lineInfo(d: Debugger, text: string): string[] {
  const place = resolvePlace(d, text)
  const [start] = place.addresses
  const space = spaceOf(d, selected(d))
  const range = statementInSpace(space, start)
  if (place.spot === null || range === null)
    return [`No line number information available for address ${hex(start)}${inAngles(d, selected(d), start)}`]
  const name = (at: number): string => `${hex(at)}${inAngles(d, selected(d), at)}`
  return [
    `Line ${place.spot.line} of "${baseName(place.spot.file)}" starts at address ${name(range.start)} and ends at ${name(range.end)}.`,
  ]
}

function symbolInfo(d: Debugger, text: string): string[] {
  const space = spaceOf(d, selected(d))
  const address = symbolsInSpace(space, text)[0]?.address ?? Number(valueOf(d, text))
  const found = symbolInSpace(space, address)
  if (found === null) return [`No symbol matches ${text}.`]
  const distance = address - found.address
  return [`${found.name}${distance === 0 ? '' : ` + ${distance}`} in section .${found.kind === 'object' ? 'data' : 'text'}`]
}

interface Info {
  name: string
  doc: string
  run(d: Debugger, text: string): string[]
}

/** What gdb has too, then every view. */
export const INFOS: readonly Info[] = [
  { name: 'registers', doc: 'Registers of the selected frame.', run: registerRows },
  { name: 'vector', doc: 'Vector registers, as info registers vector.', run: d => vectorRows(d) },
  { name: 'all-registers', doc: 'All of them, with floating point and CSRs.', run: (d, text) => viewLines(d, 'registers', text) },
  { name: 'breakpoints', doc: 'Breakpoints, watchpoints and catchpoints.', run: d => pointRows(d) },
  { name: 'watchpoints', doc: 'The same list.', run: d => pointRows(d) },
  { name: 'inferiors', doc: 'Processes.', run: d => inferiorRows(d) },
  { name: 'threads', doc: 'Tasks, and where they stand.', run: d => threadRows(d) },
  { name: 'proc', doc: 'The selected process; info proc mappings and info proc status say more.', run: (d, text) => procInfo(d, text) },
  { name: 'symbol', doc: 'What is at an address.', run: symbolInfo },
  { name: 'line', doc: 'Addresses of a source line.', run: lineInfo },
  { name: 'source', doc: 'The source that the program stands in.', run: d => sourceInfo(d) },
  { name: 'sources', doc: 'All sources.', run: d => sourceFiles(d) },
  { name: 'frame', doc: 'The selected frame.', run: d => frameInfo(d) },
  { name: 'locals', doc: 'Local variables of the selected frame, where there is DWARF.', run: d => variables(d, false) },
  { name: 'args', doc: 'Arguments of the selected frame.', run: d => variables(d, true) },
  { name: 'display', doc: 'Expressions shown at stops.', run: d => displayInfo(d) },
  { name: 'dispositions', doc: 'What the debugger does on signals.', run: (d, text) => signalRows(d, words(text)) },
  { name: 'handle', doc: 'The same.', run: (d, text) => signalRows(d, words(text)) },
  ...VIEWS.filter(view => view.name !== 'registers').map(view => ({
    name: view.name,
    doc: view.doc,
    run: (d: Debugger, text: string) => viewLines(d, view.name, text),
  })),
]

function variables(d: Debugger, parameters: boolean): string[] {
  const task = selected(d)
  const source = { space: spaceOf(d, task), frame: frameOf(d), read: reader(d, task) }
  const found = localsOf(source.frame).filter(({ variable }) => variable.parameter === parameters)
  if (found.length === 0) return [parameters ? 'No arguments.' : 'No locals.']
  return found.flatMap(visible => `${visible.variable.name} = ${formatValue(source, valueOfVariable(source, visible), true)}`.split('\n'))
}

function procInfo(d: Debugger, text: string): string[] {
  const task = selected(d)
  const [what = ''] = words(text)
  if (what === 'mappings') return [`process ${task.group.tgid}`, 'Mapped address spaces:', '', ...viewLines(d, 'regions', '')]
  if (what === 'status' || what === 'stat') return showView(d, 'tasks', { pid: task.pid })
  if (what !== '') fail(`Undefined info proc command: "${what}". It is mappings, status or nothing.`)
  return [`process ${task.group.tgid}`, `exe = '${task.group.exePath}'`]
}

function sourceInfo(d: Debugger): string[] {
  const { line } = frameOf(d)
  return line === null ? ['No current source file.'] : [`Current source file is ${line.file}`, `Line ${line.line}`]
}

function frameInfo(d: Debugger): string[] {
  const frame = frameOf(d)
  return [
    `Stack level ${d.frame}, frame at ${frame.cfa === null ? 'an unknown address' : hex(frame.cfa)}:`,
    ` pc = ${hex(frame.pc)}${inAngles(d, selected(d), frame.pc)} ${frameText(frame, isInsideLine(frame))}`,
  ]
}

function displayInfo(d: Debugger): string[] {
  if (d.displays.length === 0) return ['There are no auto-display expressions now.']
  return [
    'Auto-display expressions now in effect:',
    'Num Enb Expression',
    ...d.displays.map(one => `${one.id}:   ${one.enabled ? 'y' : 'n'}  ${one.command === '' ? '' : `/${one.command} `}${one.expression}`),
  ]
}

/** Chooses the task that commands are about. */
function selectTask(d: Debugger, id: number): string[] {
  const task = taskByPid(d.session, id)
  if (task === null || task.mm === null) fail(`Unknown thread ${id}.`)
  d.session.focus = refTo(task)
  d.frame = 0
  d.listed = null
  const [frame, ...rest] = standing(d)
  return [`[Switching to thread ${task.group.tgid}.${id} (${task.comm})]`, `#0  ${frame}`, ...rest]
}

const FOLLOW: readonly FollowFork[] = ['parent', 'child', 'both']

interface Setting {
  doc: string
  set(d: Debugger, value: string): void
  show(d: Debugger): string
}

/** Settings of gdb that mean something here; a few more are taken so that scripts go on, and said to be fixed. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  'follow-fork-mode': {
    doc: 'Whom the debugger follows after a fork: parent, child or both.',
    set: (d, value) => void (d.session.follow = FOLLOW.find(f => f === value) ?? fail(`Undefined item: "${value}".`)),
    show: d => `Debugger response to a program call of fork or vfork is "${d.session.follow}".`,
  },
  width: {
    doc: 'Columns of views.',
    set: (d, value) => void (d.width = Math.max(20, Number(valueOf(d, value)))),
    show: d => `Number of characters gdb thinks are in a line is ${d.width}.`,
  },
  confirm: fixed('off', 'Whether to confirm potentially dangerous operations is off.'),
  pagination: fixed('off', 'State of pagination is off.'),
  'disassemble-next-line': fixed('off', "Debugger's willingness to use disassemble-next-line is off."),
}

function fixed(value: string, text: string): Setting {
  return { doc: text, set: (_, asked) => (asked === value ? undefined : fail(`It can only be ${value}.`)), show: () => text }
}

const INFO_NAMES = INFOS.map(info => info.name)

function info(d: Debugger, text: string): string[] {
  const [word, rest] = [words(text)[0] ?? '', text.trim().replace(/^\S+\s*/, '')]
  if (word === '') return ['List of info subcommands:', '', ...INFOS.map(one => `info ${one.name} -- ${one.doc}`)]
  const short = INFO_SHORT[word]
  const found = matching(INFO_NAMES, short ?? word)
  if (found.length === 0) fail(`Undefined info command: "${word}".  Try "help info".`)
  if (found.length > 1) fail(`Ambiguous info command "${word}": ${found.join(', ')}.`)
  return (INFOS.find(one => one.name === found[0]) as Info).run(d, rest)
}
/** As gdb has them. */
const INFO_SHORT: Readonly<Record<string, string>> = {
  r: 'registers',
  b: 'breakpoints',
  s: 'signals',
  f: 'frame',
  t: 'threads',
  reg: 'registers',
  os: 'tasks',
  pt: 'pagetables',
}

export const MACHINE: readonly Command[] = [
  {
    name: 'info',
    short: ['i', 'inf'],
    group: 'machine',
    usage: 'WHAT [ARGUMENTS]',
    doc: 'Show something; help info lists what. Views take arguments by name (hart=1) or in order, an address first.',
    complete: (d, before, last) => (before.length < 2 ? INFO_NAMES : completeSymbol(d, last)),
    run: (d, { text }) => info(d, text),
  },
  {
    name: 'thread',
    short: ['t'],
    group: 'machine',
    usage: '[TASK]',
    doc: 'Select a task, by its number or PROCESS.TASK.',
    run(d, { text }) {
      if (text === '') return [`[Current thread is ${selected(d).group.tgid}.${selected(d).pid} (${selected(d).comm})]`]
      return selectTask(d, Number(/^\d+\.(\d+)$/.exec(text)?.[1] ?? valueOf(d, text)))
    },
  },
  {
    name: 'inferior',
    group: 'machine',
    usage: '[PROCESS]',
    doc: 'Select the leader of a process, by number.',
    run(d, { text }) {
      if (text === '')
        return [`[Current inferior is ${selected(d).group.tgid} [process ${selected(d).group.tgid}] (${selected(d).group.exePath})]`]
      const id = Number(valueOf(d, text))
      const group = findGroup(d.session.k.state.ns, id) ?? fail(`No inferior number ${id}`)
      return [`[Switching to inferior ${id} [process ${id}] (${group.exePath})]`, ...selectTask(d, group.leader.pid)]
    },
  },
  {
    name: 'set',
    group: 'machine',
    usage: 'SETTING VALUE | [var] LVALUE = EXPRESSION',
    doc: `Change a register ($a0 = 1), memory (*(u8 *)sp = 1), a variable of the debugger, or a setting: ${Object.keys(SETTINGS).join(' ')}.`,
    complete: (_, before) => (before.length < 2 ? Object.keys(SETTINGS) : before[0] === 'follow-fork-mode' ? FOLLOW : []),
    run(d, { text }) {
      const [name, rest] = [words(text)[0] ?? fail('Argument required (expression to compute).'), text.trim().replace(/^\S+\s*/, '')]
      const found = matching(Object.keys(SETTINGS), name)
      if (found.length === 1 && !rest.startsWith('=')) SETTINGS[found[0]].set(d, rest.trim())
      else assign(d, text)
      return []
    },
  },
  {
    name: 'show',
    group: 'machine',
    usage: 'SETTING',
    doc: 'Show a setting.',
    complete: () => Object.keys(SETTINGS),
    run(d, { text }) {
      if (text === 'commands') return d.history.map((line, i) => `    ${i + 1}  ${line}`)
      const found = matching(Object.keys(SETTINGS), text.trim())
      return found.length === 1 ? [SETTINGS[found[0]].show(d)] : fail(`Undefined show command: "${text}".`)
    },
  },
]
