// The manual of the instruction set, written from the tables: it cannot say anything that the machine does not do.
import { csrPrivilege, csrReadOnly, csrs } from './csrs.ts'
import type { Row } from './define.ts'
import { pseudos, symbolPseudos } from './pseudo.ts'
import { roundingModes } from './registers.ts'
import { rows } from './rows.ts'

const EXTENSIONS: readonly { name: string; title: string }[] = [
  { name: 'I', title: 'RV64I: base integer instructions' },
  { name: 'M', title: 'M: multiply and divide' },
  { name: 'A', title: 'A: atomics' },
  { name: 'F', title: 'F: single-precision floating point' },
  { name: 'D', title: 'D: double-precision floating point' },
  { name: 'C', title: 'C: compressed instructions' },
  { name: 'Zicsr', title: 'Zicsr: control and status registers' },
  { name: 'Zifencei', title: 'Zifencei: instruction-fetch fence' },
  { name: 'S', title: 'Privileged instructions' },
]

const code = (text: string): string => '`' + text.replaceAll('|', '\\|') + '`'
const table = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n')

/** The fixed bits of a row, a dot for each operand bit. */
export function bitPattern({ mask, match, length }: Row): string {
  const bits = Array.from({ length: length * 8 }, (_, n) => length * 8 - 1 - n)
  return bits.map(bit => ((mask >>> bit) & 1 ? String((match >>> bit) & 1) : '.')).join('')
}

const suffixes = (row: Row): string => (row.fields.includes('aq') ? '[.aq][.rl]' : '')
const optionalRm = (row: Row): string => (row.fields.includes('rm') ? '[, rm]' : '')
const syntaxOf = (row: Row): string => `${row.name}${suffixes(row)} ${row.syntax}${optionalRm(row)}`.trim()
const standsFor = ({ expansion }: Row): string => (expansion ? `${expansion.name} ${expansion.operands.join(', ')}` : '')

function section({ name, title }: { name: string; title: string }): string {
  const own = rows.filter(r => r.extension === name && !r.hint)
  const short = name === 'C'
  const head = ['Instruction', ...(short ? ['Stands for'] : []), 'Meaning', 'Encoding']
  const line = (row: Row): string[] => [
    code(syntaxOf(row)),
    ...(short ? [code(standsFor(row))] : []),
    row.doc.replaceAll('|', '\\|'),
    code(bitPattern(row)),
  ]
  return `## ${title}\n\n${table(head, own.map(line))}`
}

const PRIVILEGES = ['user', 'supervisor', 'hypervisor', 'machine']

/** Every instruction, pseudo-instruction, rounding mode and CSR, as Markdown. */
export function isaManual(): string {
  const expansionText = (p: (typeof pseudos)[number]): string => p.expansion.map(e => `${e.name} ${e.operands.join(', ')}`).join('; ')
  const pseudoLines = [
    ...pseudos.map(p => [code(`${p.name} ${p.syntax}`.trim()), code(expansionText(p))]),
    ...symbolPseudos.map(p => [code(`${p.name} ${p.syntax}`), code(p.expansion)]),
  ]
  const csrLines = csrs.map(c => [
    code(`0x${c.number.toString(16).padStart(3, '0')}`),
    code(c.name),
    PRIVILEGES[csrPrivilege(c.number)],
    csrReadOnly(c.number) ? 'read only' : '',
    c.doc,
  ])
  return (
    [
      '# Instruction set',
      'Made from the instruction table. In an encoding a dot is a bit of an operand; `i`, `s`, `b`, `u`, `j` and `shamt` are immediates. Operands of the assembly text are in the order of the table.',
      ...EXTENSIONS.map(section),
      `## Pseudo-instructions\n\n${table(['Written', 'Means'], pseudoLines)}`,
      `## Rounding modes\n\n${table(
        ['Name', 'rm', 'Rounds'],
        roundingModes.map(m => [code(m.name), String(m.number), m.doc]),
      )}`,
      `## Control and status registers\n\n${table(['Number', 'Name', 'Lowest privilege', '', 'Meaning'], csrLines)}`,
    ].join('\n\n') + '\n'
  )
}
