// Help, scripts, history and the way out.
import { execute } from './execute.ts'
import { valueOf } from './look.ts'
import { INFOS } from './machine.ts'
import { findCommand } from './parse.ts'
import { CATCHES } from './points.ts'
import { CommandFailure, fail, type Command, type CommandGroup, type Debugger } from './types.ts'

const GROUPS: Readonly<Record<CommandGroup, string>> = {
  running: 'Running the program',
  reverse: 'Going back in time, and causes',
  points: 'Making the program stop at certain points',
  stack: 'Sources and the stack',
  data: 'Examining data',
  machine: 'The machine and its kernel',
  support: 'Support facilities',
}

function help(commands: readonly Command[], text: string): string[] {
  if (text === '') {
    return (Object.keys(GROUPS) as CommandGroup[]).flatMap(group => [
      `${GROUPS[group]}:`,
      ...commands
        .filter(c => c.group === group)
        .map(c => `  ${[c.name, ...(c.short ?? [])].join(', ').padEnd(26)} ${c.doc.split('\n')[0]}`),
    ])
  }
  const [word] = text.split(/\s+/)
  const command = findCommand(commands, word)
  const more: Readonly<Record<string, () => string[]>> = {
    info: () => INFOS.map(one => `info ${one.name} -- ${one.doc}`),
    catch: () => Object.entries(CATCHES).map(([name, row]) => `catch ${name} -- ${row.doc}`),
  }
  return [
    [command.name, ...(command.short ?? [])].join(', '),
    command.doc,
    `Usage: ${`${command.name} ${command.usage}`.trim()}`,
    ...(more[command.name]?.() ?? []),
  ]
}

const DEEPEST = 10

async function source(d: Debugger, path: string): Promise<string[]> {
  if (path === '') fail('source command requires file name of file to source.')
  if (d.depth >= DEEPEST) fail('Scripts are nested too deeply.')
  const script = d.host.readFile(path) ?? fail(`${path}: No such file or directory.`)
  const lines: string[] = []
  d.depth++
  try {
    for (const [i, line] of script.split('\n').entries()) {
      if (d.quit !== null) break
      const answer = await execute(d, line)
      lines.push(...answer.lines)
      // A script ends at its first mistake.
      if (answer.failed)
        throw new CommandFailure([...lines.slice(0, -1), `${path}:${i + 1}: Error in sourced command file:`, lines.at(-1) ?? ''].join('\n'))
    }
  } finally {
    d.depth--
  }
  return lines
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', '"': '"' }

export const SUPPORT: readonly Command[] = [
  {
    name: 'help',
    short: ['h'],
    group: 'support',
    usage: '[COMMAND]',
    doc: 'List the commands, or explain one.',
    complete: d => d.commands.map(c => c.name),
    run: (d, { text }) => help(d.commands, text),
  },
  {
    name: 'source',
    group: 'support',
    usage: 'FILE',
    doc: 'Execute the commands of a file.',
    run: (d, { text }) => source(d, text),
  },
  {
    name: 'echo',
    group: 'support',
    usage: 'TEXT',
    doc: 'Print a text.',
    run: (_, { text }) =>
      text
        .replace(/\\(.)/g, (whole, c: string) => ESCAPES[c] ?? whole)
        .replace(/\n$/, '')
        .split('\n'),
  },
  {
    name: 'input',
    group: 'support',
    usage: 'TEXT',
    doc: 'Type a line on the console of the guest (\\n, \\t and \\xHH are characters; a line end is added).',
    run(d, { text }) {
      const typed = `${text}\n`.replace(/\\x([0-9a-fA-F]{2})|\\(.)/g, (whole, code: string | undefined, c: string) =>
        code === undefined ? (ESCAPES[c] ?? whole) : String.fromCharCode(Number.parseInt(code, 16)),
      )
      if (!d.host.type(Uint8Array.from(typed, c => c.charCodeAt(0) & 0xff)))
        fail('The guest has no console: its input is a file or a pipe.')
      return []
    },
  },
  {
    name: 'complete',
    group: 'support',
    usage: 'LINE',
    doc: 'List what a line could go on as.',
    run: (d, { text }) => completions(d, text),
  },
  {
    name: 'quit',
    short: ['q', 'exit'],
    group: 'support',
    usage: '[STATUS]',
    doc: 'Leave the debugger.',
    run(d, { text }) {
      d.quit = text === '' ? 0 : Number(valueOf(d, text)) & 0xff
      return []
    },
  },
]

/** Whole lines that a line could become. */
export function completions(d: Debugger, line: string): string[] {
  const m = /^(\s*)([A-Za-z][\w-]*)(\s+)([^]*)$/.exec(line)
  if (m === null) {
    const word = line.trim()
    return matchingAll(
      d.commands.map(c => c.name),
      word,
    )
  }
  let command: Command
  try {
    command = findCommand(d.commands, m[2])
  } catch (error) {
    if (error instanceof CommandFailure) return []
    throw error
  }
  const words = m[4].split(/\s+/)
  const last = words[words.length - 1]
  const stem = line.slice(0, line.length - last.length)
  try {
    return [...(command.complete?.(d, words, last) ?? [])].filter(word => word.startsWith(last)).map(word => stem + word)
  } catch (error) {
    // Symbols of a program that has ended.
    if (error instanceof CommandFailure) return []
    throw error
  }
}

const matchingAll = (names: readonly string[], prefix: string): string[] => names.filter(name => name.startsWith(prefix)).sort()
