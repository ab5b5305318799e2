// Source text to statements: comments go, `;` and newlines separate, positions stay so that every later complaint can point.

export interface Statement {
  file: string
  /** 1-based. */
  line: number
  /** 0-based column of text[0] in `source`. */
  column: number
  /** One statement without comments and surrounding blanks; never empty. */
  text: string
  /** The whole line it stands in, for messages. */
  source: string
  /** The macro call or block that made this line, if it is not in the file as such. */
  via: Statement | null
}

const SPECIAL = /[#;"'/*]/

/**
 * Splits text into statements. `#` opens a comment up to the end of the line, C comments may span lines, a line that starts with `#` is
 * a comment (preprocessor line markers included).
 * @param firstLine the number of the text's first line
 */
export function scan(file: string, text: string, via: Statement | null = null, firstLine = 1): Statement[] {
  const out: Statement[] = []
  const lines = text.split(/\r?\n/)
  let inComment = false
  for (let i = 0; i < lines.length; i++) {
    const source = lines[i]
    if (!inComment && !SPECIAL.test(source)) {
      push(out, file, firstLine + i, 0, source, source, via)
      continue
    }
    inComment = scanLine(out, file, firstLine + i, source, via, inComment)
  }
  return out
}

function push(out: Statement[], file: string, line: number, start: number, raw: string, source: string, via: Statement | null): void {
  const text = raw.trim()
  if (text) out.push({ file, line, column: start + raw.indexOf(text[0]), text, source, via })
}

/** One line with quotes or comments in it; answers whether a C comment is still open at its end. */
function scanLine(out: Statement[], file: string, line: number, source: string, via: Statement | null, inComment: boolean): boolean {
  let text = ''
  let start = 0
  let at = 0
  while (at < source.length) {
    if (inComment) {
      const end = source.indexOf('*/', at)
      const stop = end < 0 ? source.length : end + 2
      text += ' '.repeat(stop - at)
      at = stop
      inComment = end < 0
      continue
    }
    const c = source[at]
    if (c === '#') break
    if (c === ';') {
      push(out, file, line, start, text, source, via)
      at++
      start = at
      text = ''
      continue
    }
    if (c === '/' && source[at + 1] === '*') {
      inComment = true
      text += '  '
      at += 2
      continue
    }
    const end = c === '"' ? endOfString(source, at) : c === "'" ? endOfCharacter(source, at) : at + 1
    text += source.slice(at, end)
    at = end
  }
  push(out, file, line, start, text, source, via)
  return inComment
}

/** Offset past the string that opens at `at`; the end of the text when it is not closed. */
export function endOfString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return text.length
}

/** Offset past the character constant that opens at `at`: 'x or 'x', with or without a backslash. */
function endOfCharacter(text: string, at: number): number {
  let end = at + (text[at + 1] === '\\' ? 3 : 2)
  if (text[end] === "'") end++
  return Math.min(end, text.length)
}
