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

/** Markdown: a table of the calls that are there, then the names of those that are not. */
export function syscallDocs(): string {
  const rows = SYSCALLS.filter(row => row !== undefined)
  const lines = [
    '# System calls',
    '',
    `Numbers, names and arguments are those of Linux on riscv64. ${rows.length} calls are there; every other number answers ENOSYS.`,
    '',
    '| nr | call | limits |',
    '|---:|---|---|',
    ...rows.map(row => `| ${row.nr} | \`${prototype(row)}\` | ${row.note ?? ''} |`),
    '',
    '## Answered with ENOSYS',
    '',
    unimplementedCalls().join(' '),
    '',
  ]
  return lines.join('\n')
}
