// The manual of system calls, made from their rows: what is there, with what arguments and limits, and what answers ENOSYS.
import { SYSCALL_NAMES } from '../abi/index.ts'
import type { Syscall } from './define.ts'
import { SYSCALLS } from './table.ts'

/** Names of the calls that Linux on riscv64 has and this kernel answers with ENOSYS, by number. */
export const unimplementedCalls = (): string[] =>
  Object.entries(SYSCALL_NAMES)
    .filter(([nr]) => SYSCALLS[Number(nr)] === undefined)
    .map(([, name]) => name)

/** `int dup3(int oldfd, int newfd, int flags)`, without the result's type. */
function prototype({ name, args }: Syscall): string {
  const list = args.map(([argument, { type }]) => (type.endsWith('*') ? `${type}${argument}` : `${type} ${argument}`))
  return `${name}(${list.join(', ') || 'void'})`
}

/** How many of the flags and operations that a call names are done: `12`, `2 of 3`. */
function coverage({ args, refused = {} }: Syscall): string {
  const names = new Set(args.flatMap(([, { names = [] }]) => names))
  for (const name of Object.keys(refused)) names.add(name)
  const done = names.size - Object.keys(refused).length
  return names.size === 0 ? '' : done === names.size ? String(done) : `${done} of ${names.size}`
}

/** What is limited: flags that are refused, by their answers, after whatever else there is to say. */
function limits({ note, refused = {} }: Syscall): string {
  const byAnswer = new Map<string, string[]>()
  for (const [name, answer] of Object.entries(refused)) byAnswer.set(answer, [...(byAnswer.get(answer) ?? []), `\`${name}\``])
  const parts = [...byAnswer].map(([answer, names]) => `${names.join(', ')}: ${answer}.`)
  return [...(note === undefined ? [] : [note]), ...parts].join(' ')
}

/** Markdown: a table of the calls that are there, then the names of those that are not. */
export function syscallDocs(): string {
  const rows = SYSCALLS.filter(row => row !== undefined)
  const lines = [
    '# System calls',
    '',
    `Numbers, names and arguments are those of Linux on riscv64. ${rows.length} calls are there; every other number answers ENOSYS.`,
    '',
    'Flags: of the flags and operations that an argument can name, how many are done.',
    '',
    '| nr | call | flags | limits |',
    '|---:|---|---:|---|',
    ...rows.map(row => `| ${row.nr} | \`${prototype(row)}\` | ${coverage(row)} | ${limits(row)} |`),
    '',
    '## Answered with ENOSYS',
    '',
    unimplementedCalls().join(' '),
    '',
  ]
  return lines.join('\n')
}
