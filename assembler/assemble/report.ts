// Diagnostics of an assembly: where the statement stands, and through which macro calls it came to be.
import type { Diagnostic } from '../diagnostic.ts'
import type { SourceError } from './cursor.ts'
import type { Statement } from './scan.ts'
import type { Assembly } from './state.ts'

/** More errors than this are not collected: the file is not assembly, or a macro runs wild. */
const MAX_DIAGNOSTICS = 1000

function notesOf(statement: Statement): Diagnostic['notes'] {
  const notes: { file: string; line: number; message: string }[] = []
  for (let s = statement.via; s && notes.length < 20; s = s.via)
    notes.push({ file: s.file, line: s.line, message: 'macro invoked from here' })
  return notes
}

/** Adds a diagnostic about a part of a statement's text (offsets), or all of it. */
export function report(
  asm: Assembly,
  severity: Diagnostic['severity'],
  statement: Statement | null,
  message: string,
  start: number | null = null,
  end: number | null = null,
  suggestion: string | null = null,
): void {
  if (asm.diagnostics.length >= MAX_DIAGNOSTICS) return
  if (!statement) {
    asm.diagnostics.push({
      file: asm.source,
      line: 0,
      column: 1,
      severity,
      message,
      source: '',
      span: 1,
      suggestion,
      notes: [],
      object: null,
    })
    return
  }
  const from = start ?? 0
  const { file, line, source, text } = statement
  const column = statement.column + from + 1
  const span = Math.max(1, (end ?? text.length) - from)
  asm.diagnostics.push({ file, line, column, severity, message, source, span, suggestion, notes: notesOf(statement), object: null })
}

export function reportError(asm: Assembly, statement: Statement | null, e: SourceError): void {
  report(asm, 'error', statement, e.message, e.start, e.end, e.suggestion)
}

export function warn(asm: Assembly, message: string, start: number | null = null, end: number | null = null): void {
  report(asm, 'warning', asm.statement, message, start, end)
}
