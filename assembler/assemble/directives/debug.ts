// Directives for debuggers: files and lines of the source that a compiler started from, comments, call frame information.
// Call frame directives are read and their nesting checked, but no .eh_frame is made: unwinding by table is not supported.
import { encodeUtf8 } from '../../bytes.ts'
import { acceptName, atEnd, expectString, peek, rest, SourceError } from '../cursor.ts'
import { markLine } from '../emit.ts'
import { absoluteIn } from '../operand-expression.ts'
import { emitBytes, sectionNamed } from '../sections.ts'
import type { Directive } from './directive.ts'

const decoder = new TextDecoder()
const text = (bytes: readonly number[]): string => decoder.decode(Uint8Array.from(bytes))
const MAX_LINE = 0x7fffffff

/** `.file "name"` names the source; `.file N "dir" "name" md5 ...` a file for .loc. */
const file: Directive = (asm, c) => {
  if (peek(c) === '"') {
    asm.sourceFile = text(expectString(c, encodeUtf8))
    return
  }
  const number = absoluteIn(asm, c, 0, 0xffff, 'file number')
  let name = text(expectString(c, encodeUtf8))
  if (peek(c) === '"') {
    const directory = name
    name = text(expectString(c, encodeUtf8))
    // File 0 tells where all the others start from.
    if (number === 0) asm.lineDirectory = directory
    else name = `${directory}/${name}`
  }
  if (acceptName(c) === 'md5') rest(c)
  asm.lineFiles.set(number, name)
}

/** `.loc file line column options`: the next instruction comes from there. Of the options only is_stmt has an effect. */
const loc: Directive = (asm, c) => {
  const number = absoluteIn(asm, c, 0, 0xffff, 'file number')
  const line = absoluteIn(asm, c, 0, MAX_LINE, 'line number')
  const column = /[0-9]/.test(peek(c)) ? absoluteIn(asm, c, 0, 0xffff, 'column') : 0
  if (!asm.lineFiles.has(number)) throw new SourceError(`unassigned file number ${number}`)
  let { isStatement } = asm.locState
  while (!atEnd(c)) {
    const name = acceptName(c)
    if (name === null) throw new SourceError('junk after .loc', c.at, c.text.length)
    if (name === 'is_stmt') isStatement = absoluteIn(asm, c, 0, 1, 'is_stmt') === 1
    else if (name === 'view') rest(c)
    else if (name === 'isa' || name === 'discriminator') absoluteIn(asm, c, 0, MAX_LINE, name)
    else if (name !== 'basic_block' && name !== 'prologue_end' && name !== 'epilogue_begin') {
      throw new SourceError(`unknown .loc sub-directive \`${name}'`)
    }
  }
  // One that no instruction has used yet stands for this place all the same.
  if (asm.loc) markLine(asm)
  asm.loc = { file: number, line, column, isStatement }
  asm.locState = { isStatement }
}

const ident: Directive = (asm, c) => {
  const bytes = expectString(c, encodeUtf8)
  const { section } = asm
  asm.section = sectionNamed(asm, '.comment', null)
  if (asm.section.fixed === 0) emitBytes(asm, [0])
  emitBytes(asm, [...bytes, 0])
  asm.section = section
}

export const debug: Readonly<Record<string, Directive>> = {
  '.file': file,
  '.loc': loc,
  '.ident': ident,
}
