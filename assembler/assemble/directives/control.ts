// Directives about the text itself: macros, repetition, other files, messages.
import { encodeUtf8 } from '../../bytes.ts'
import { defineMacro, exitMacro, irp, rept } from '../blocks.ts'
import { accept, atEnd, expectName, expectString, rest, SourceError, type Cursor } from '../cursor.ts'
import { pushInput } from '../input.ts'
import { absoluteIn } from '../operand-expression.ts'
import { report, warn } from '../report.ts'
import { scan } from '../scan.ts'
import { emitBytes, mapAs, MAX_SECTION_BYTES } from '../sections.ts'
import type { Assembly } from '../state.ts'
import type { Directive } from './directive.ts'

const decoder = new TextDecoder()
const text = (bytes: readonly number[]): string => decoder.decode(Uint8Array.from(bytes))

function readIncluded(asm: Assembly, c: Cursor): { name: string; contents: string | Uint8Array } {
  const start = c.at
  const name = text(expectString(c, encodeUtf8))
  const contents = asm.readFile(name)
  if (contents === null) throw new SourceError(`can't open ${name} for reading: No such file or directory`, start, c.at)
  return { name, contents }
}

const include: Directive = (asm, c) => {
  const { name, contents } = readIncluded(asm, c)
  pushInput(asm, scan(name, typeof contents === 'string' ? contents : decoder.decode(contents)), false)
}

/** `.incbin "file", skip, count` */
const incbin: Directive = (asm, c) => {
  const { contents } = readIncluded(asm, c)
  const bytes = typeof contents === 'string' ? encodeUtf8(contents) : contents
  const skip = accept(c, ',') ? absoluteIn(asm, c, 0, bytes.length, 'skip') : 0
  const count = accept(c, ',') ? absoluteIn(asm, c, 0, MAX_SECTION_BYTES, 'count') : bytes.length - skip
  mapAs(asm, 'data')
  emitBytes(asm, bytes.subarray(skip, skip + count))
}

const message =
  (severity: 'error' | 'warning', fallback: string): Directive =>
  (asm, c) => {
    const words = atEnd(c) ? fallback : text(expectString(c, encodeUtf8))
    report(asm, severity, c.statement, words)
  }

const stray =
  (words: string): Directive =>
  (asm, c) => {
    rest(c)
    warn(asm, words)
  }

const ignored: Directive = (_asm, c) => void rest(c)

export const control: Readonly<Record<string, Directive>> = {
  '.macro': defineMacro,
  '.endm': stray('.endm encountered without preceding .macro'),
  '.endr': stray('.endr encountered without preceding .rept, .irp, or .irpc'),
  '.exitm': asm => exitMacro(asm),
  '.purgem': (asm, c) => {
    const name = expectName(c)
    if (!asm.macros.delete(name)) throw new SourceError(`Attempt to purge non-existing macro \`${name}'`)
  },
  '.altmacro': asm => void (asm.altMacro = true),
  '.noaltmacro': asm => void (asm.altMacro = false),
  '.rept': rept,
  '.rep': rept,
  '.irp': (asm, c) => irp(asm, c, false),
  '.irpc': (asm, c) => irp(asm, c, true),
  '.include': include,
  '.incbin': incbin,
  '.error': message('error', '.error directive invoked in source file'),
  '.err': message('error', '.err encountered'),
  '.warning': message('warning', '.warning directive invoked in source file'),
  '.print': ignored,
  '.title': ignored,
  '.sbttl': ignored,
  '.list': ignored,
  '.nolist': ignored,
  '.end': asm => void (asm.ended = true),
}
