// What the assembler and linker have to say to the user, as data. The text form follows GNU (`file:line: Error: message`) and adds the
// source line with a caret and, where one is likely, a suggestion.

import { nearestName } from '../vm/isa/index.ts'

/** A mistake or a warning, and where it is. */
export interface Diagnostic {
  /** The source or object file; '' when about none. */
  file: string
  /** 1-based; 0 when about the file as a whole. */
  line: number
  /** 1-based column of the first character that is at fault. */
  column: number
  severity: 'error' | 'warning'
  message: string
  /** The source line as the assembler saw it (inside a macro: after substitution); '' when there is none. */
  source: string
  /** Characters that are at fault, at least 1. */
  span: number
  suggestion: string | null
  /** Where the line came from: the macro call, the start of the open block. */
  notes: readonly { file: string; line: number; message: string }[]
  /** The linker's: where in which object; null for others. */
  object: ObjectPlace | null
}

/** A place of an object file, which may come from a line of a source or not. */
export interface ObjectPlace {
  /** The object, or `archive(member)`. */
  name: string
  /** The function or label before the place. */
  within: string | null
  /** `(.text+0x20)`; '' where the line alone says it. */
  at: string
}

const SEVERITY = { error: 'Error', warning: 'Warning' } as const

/** A diagnostic as text, without a final newline. */
export function formatDiagnostic(d: Diagnostic): string {
  if (d.object) return `${leadOf(d.object)}${objectText(d, d.object)}`
  const place = d.line > 0 ? `${d.file}:${d.line}: ` : d.file ? `${d.file}: ` : ''
  const lines = [`${place}${SEVERITY[d.severity]}: ${d.message}`]
  if (d.source.trim()) {
    const number = String(d.line)
    const lead = d.source.slice(0, d.column - 1).replace(/[^\t]/g, ' ')
    const caret = '^' + '~'.repeat(Math.max(0, Math.min(d.span, d.source.length - d.column + 1) - 1))
    lines.push(`  ${number} | ${d.source}`)
    lines.push(`  ${' '.repeat(number.length)} | ${lead}${caret}${d.suggestion ? ` ${d.suggestion}` : ''}`)
  } else if (d.suggestion) {
    lines.push(`  ${d.suggestion}`)
  }
  for (const note of d.notes) lines.push(`${note.file}:${note.line}:  Info: ${note.message}`)
  return lines.join('\n')
}

/** As GNU ld has it: a line that names the object and the function, where one is known. */
const leadOf = (o: ObjectPlace): string => (o.within === null ? '' : `${o.name}: in function \`${o.within}':\n`)

function objectText(d: Diagnostic, o: ObjectPlace): string {
  const parts = [o.within === null ? o.name : '', d.file, d.line > 0 ? String(d.line) : '', o.at].filter(part => part !== '')
  return `${parts.join(':')}: ${d.severity === 'warning' ? 'warning: ' : ''}${d.message}`
}

/** Several diagnostics as text, a final newline after each. The function that complaints of the linker are in is named where it changes. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  let last = ''
  return diagnostics
    .map(d => {
      const lead = d.object ? `${leadOf(d.object)}${d.file}` : ''
      const told = lead === last
      last = lead
      return `${d.object && told ? objectText(d, d.object) : formatDiagnostic(d)}\n`
    })
    .join('')
}

/** Whether any is an error: then there is no object or image. */
export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean => diagnostics.some(d => d.severity === 'error')

/** A diagnostic about a whole file. */
export function fileDiagnostic(file: string, message: string, severity: Diagnostic['severity'] = 'error'): Diagnostic {
  return { file, line: 0, column: 1, severity, message, source: '', span: 1, suggestion: null, notes: [], object: null }
}

/** `did you mean ...?` when a candidate is close to what was written, else null. */
export function didYouMean(written: string, candidates: Iterable<string>): string | null {
  const nearest = nearestName(written, candidates)
  return nearest === null ? null : `did you mean \`${nearest}'?`
}
