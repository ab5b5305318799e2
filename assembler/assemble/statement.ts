// Runs the statements of a source one by one: labels, assignments, directives, macro calls, instructions.
import { didYouMean } from '../diagnostic.ts'
import { callMacro, closeBlock, collect } from './blocks.ts'
import { closeConditions, conditional, isActive } from './conditions.ts'
import { cursorOf, expectEnd, skipBlanks, SourceError, type Cursor } from './cursor.ts'
import { directives } from './directives/index.ts'
import { assembleInstruction } from './instruction.ts'
import { MAX_STEPS } from './input.ts'
import { expression } from './operand-expression.ts'
import { report, reportError } from './report.ts'
import { assign, defineLabel, defineNumeric } from './symbols.ts'
import { organise } from './space.ts'
import type { Statement } from './scan.ts'
import type { Assembly } from './state.ts'

/** Assembles everything on the input stack. Mistakes become diagnostics; the next statement goes on. */
export function runStatements(asm: Assembly): void {
  while (asm.inputs.length > 0 && !asm.ended) {
    const input = asm.inputs[asm.inputs.length - 1]
    if (input.next >= input.statements.length) {
      asm.inputs.pop()
      if (!input.macro && !asm.block) closeConditions(asm, input.conditions, 'file')
      continue
    }
    if (++asm.steps > MAX_STEPS) {
      report(asm, 'error', asm.statement, `more than ${MAX_STEPS} statements`)
      return
    }
    run(asm, input.statements[input.next++])
  }
  closeBlock(asm)
  closeConditions(asm, 0, 'file')
}

function run(asm: Assembly, statement: Statement): void {
  if (!asm.block) asm.statement = statement
  try {
    if (asm.block) collect(asm, statement)
    else execute(asm, statement)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    reportError(asm, asm.statement, error)
  }
}

const CONDITIONAL = /^\.(?:if|else|endif)/i
const NUMERIC_LABEL = /([0-9]+)\s*:/y
const LABEL_OR_ASSIGNMENT = /([A-Za-z_.$\u0080-\uffff][\w.$\u0080-\uffff]*)\s*(:|==?(?!=))/y
const WORD = /[^\s"'(,]+/y

function match(pattern: RegExp, c: Cursor): RegExpExecArray | null {
  pattern.lastIndex = c.at
  return pattern.exec(c.text)
}

function execute(asm: Assembly, statement: Statement): void {
  const c = cursorOf(statement)
  if (!isActive(asm)) {
    if (CONDITIONAL.test(statement.text)) operation(asm, c)
    return
  }
  for (;;) {
    skipBlanks(c)
    const numeric = match(NUMERIC_LABEL, c)
    if (numeric) {
      c.at += numeric[0].length
      defineNumeric(asm, Number(numeric[1]))
      continue
    }
    const named = match(LABEL_OR_ASSIGNMENT, c)
    if (!named) break
    c.at += named[0].length
    if (named[2] !== ':') {
      assignment(asm, c, named[1], named[2] === '==')
      return
    }
    label(asm, named[1])
  }
  if (c.at < c.text.length) operation(asm, c)
}

/** A label that cannot be defined does not hide what stands behind it. */
function label(asm: Assembly, name: string): void {
  try {
    defineLabel(asm, name)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    reportError(asm, asm.statement, error)
  }
}

function assignment(asm: Assembly, c: Cursor, name: string, once: boolean): void {
  if (c.text.slice(c.at).trim() === '') throw new SourceError('missing expression')
  const value = expression(asm, c)
  expectEnd(c)
  if (name === '.') organise(asm, value, 0)
  else assign(asm, name, value, once)
}

function operation(asm: Assembly, c: Cursor): void {
  const start = c.at
  const word = match(WORD, c)?.[0]
  if (word === undefined)
    throw new SourceError(`junk at end of line, first unrecognized character is \`${c.text[start]}'`, start, c.text.length)
  c.at += word.length
  skipBlanks(c)
  if (word[0] !== '.') {
    const macro = asm.macros.get(word)
    if (macro) callMacro(asm, macro, c)
    else assembleInstruction(asm, c, word, start)
    return
  }
  const name = word.toLowerCase()
  if (conditional(asm, name, c)) return
  const directive = directives.get(name)
  if (directive) {
    directive(asm, c, name)
    if (!asm.block) expectEnd(c)
    return
  }
  const macro = asm.macros.get(word)
  if (macro) callMacro(asm, macro, c)
  else
    throw new SourceError(
      `unknown pseudo-op: \`${word}'`,
      start,
      c.at,
      name === '.asciiz' ? "did you mean `.asciz'?" : didYouMean(name, directives.keys()),
    )
}
