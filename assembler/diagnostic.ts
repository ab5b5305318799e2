// What the assembler and linker have to say to the user, as data. The text form follows GNU (`file:line: Error: message`) and adds the
// source line with a caret and, where one is likely, a suggestion.

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
}

const SEVERITY = { error: 'Error', warning: 'Warning' } as const

/** A diagnostic as text, without a final newline. */
export function formatDiagnostic(d: Diagnostic): string {
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

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean => diagnostics.some(d => d.severity === 'error')

/** A diagnostic about a whole file. */
export function fileDiagnostic(file: string, message: string, severity: Diagnostic['severity'] = 'error'): Diagnostic {
  return { file, line: 0, column: 1, severity, message, source: '', span: 1, suggestion: null, notes: [] }
}

/** Damerau-Levenshtein distance: insertions, deletions, replacements and swaps of neighbours each count 1. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], beforeLast[j - 2] + 1)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]
}

/** `did you mean ...?` when a candidate is close to what was written (a third of its length at most), else null. */
export function didYouMean(written: string, candidates: Iterable<string>): string | null {
  if (!/^\.?[A-Za-z]/.test(written) || written.length < 2) return null
  const limit = Math.max(1, Math.floor(written.length / 3))
  let best: string | null = null
  let bestDistance = limit + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - written.length) >= bestDistance) continue
    const d = distance(written, candidate)
    if (d < bestDistance) {
      best = candidate
      bestDistance = d
    }
  }
  return best === null ? null : `did you mean \`${best}'?`
}
