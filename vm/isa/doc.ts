// The manual of the instruction set, written from the tables: it cannot say anything that the machine does not do.
import { csrPrivilege, csrReadOnly, csrs } from './csrs.ts'
import type { Row } from './define.ts'
import { extensionNamed, extensions } from './extensions.ts'
import { defaultIsa } from './isa.ts'
import { profiles } from './profiles.ts'
import { pseudos, symbolPseudos, type Pseudo } from './pseudo.ts'
import { roundingModes } from './registers.ts'
import { allRows } from './rows.ts'

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

/** The instructions that are told of at one extension, though others may bring some of them too. */
const ownRows = (name: string): Row[] => allRows().filter(r => r.extension === name && !r.hint)

function section({ name, title }: { name: string; title: string }): string {
  const own = ownRows(name)
  const short = own.some(r => r.expansion !== null)
  const head = ['Instruction', ...(short ? ['Stands for'] : []), 'Meaning', 'Encoding']
  const line = (row: Row): string[] => [
    code(syntaxOf(row)),
    ...(short ? [code(standsFor(row))] : []),
    row.doc.replaceAll('|', '\\|'),
    code(bitPattern(row)),
  ]
  return `## ${title}\n\n${table(head, own.map(line))}`
}

const extensionLines = (): string[][] =>
  extensions
    .filter(e => !e.mode)
    .map(e => [
      code(e.name.toLowerCase()),
      e.title,
      e.implies.map(name => code(name.toLowerCase())).join(' '),
      defaultIsa.names.has(e.name) ? 'yes' : '',
    ])

const profileLines = (): string[][] =>
  profiles.map(p => [
    code(p.name),
    p.extensions
      .filter(name => extensionNamed(name) !== undefined)
      .map(name => code(name.toLowerCase()))
      .join(' '),
  ])

const PRIVILEGES = ['user', 'supervisor', 'hypervisor', 'machine']

/** Every instruction, pseudo-instruction, rounding mode and CSR, as Markdown. */
export function isaManual(): string {
  const expansionText = (p: Pseudo): string => p.expansion.map(e => `${e.name} ${e.operands.join(', ')}`).join('; ')
  const pseudoLines = [
    ...pseudos().map(p => [code(`${p.name} ${p.syntax}`.trim()), code(expansionText(p))]),
    ...symbolPseudos.map(p => [code(`${p.name} ${p.syntax}`), code(p.expansion)]),
  ]
  const csrLines = csrs.map(c => [
    code(`0x${c.number.toString(16).padStart(3, '0')}`),
    code(c.name),
    PRIVILEGES[csrPrivilege(c.number)],
    c.holds === null ? 'a name only' : csrReadOnly(c.number) ? 'read only' : '',
    c.doc,
  ])
  return (
    [
      '# Instruction set',
      'Made from the instruction table. In an encoding a dot is a bit of an operand; `i`, `s`, `b`, `u`, `j` and `shamt` are immediates. Operands of the assembly text are in the order of the table.',
      `## Extensions\n\nA machine is made with a set of them (\`--isa rv64gc\`, which is the default, and always with \`zicsr\` and \`zicntr\`); an instruction of another is illegal.\n\n${table(['Name', 'Extension', 'Brings', 'By default'], extensionLines())}`,
      `A profile is a name for a set: \`--isa rva22u64\`, or with more behind it, \`rva22u64_zbc\`.\n\n${table(['Profile', 'Extensions'], profileLines())}`,
      ...extensions.filter(e => ownRows(e.name).length > 0).map(section),
      `## Pseudo-instructions\n\n${table(['Written', 'Means'], pseudoLines)}`,
      `## Rounding modes\n\n${table(
        ['Name', 'rm', 'Rounds'],
        roundingModes.map(m => [code(m.name), String(m.number), m.doc]),
      )}`,
      `## Control and status registers\n\n${table(['Number', 'Name', 'Lowest privilege', '', 'Meaning'], csrLines)}`,
    ].join('\n\n') + '\n'
  )
}
