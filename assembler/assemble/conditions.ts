// Conditional assembly: which statements between .if and .endif count.
import { accept, acceptName, atEnd, expectString, peek, rest, skipBlanks, SourceError, type Cursor } from './cursor.ts'
import { encodeUtf8 } from '../bytes.ts'
import { report } from './report.ts'
import { isDefined } from './symbols.ts'
import { absolute } from './operand-expression.ts'
import type { Assembly } from './state.ts'

export const isActive = (asm: Assembly): boolean => asm.conditions.at(-1)?.active ?? true

type Test = (asm: Assembly, c: Cursor) => boolean

const compare =
  (test: (n: bigint) => boolean): Test =>
  (asm, c) =>
    test(absolute(asm, c, '.if'))

const defined: Test = (asm, c) => {
  const name = acceptName(c)
  if (!name) throw new SourceError('expected symbol name', c.at, c.at + 1)
  const symbol = asm.symbols.get(name)
  return symbol !== undefined && isDefined(symbol)
}

/** Two texts apart by a comma, in quotes or not, are the same to the letter. */
const sameText: Test = (_asm, c) => {
  const first = oneText(c, /,/)
  if (!accept(c, ',')) throw new SourceError('bad format for ifc or ifnc', c.at, c.at + 1)
  return first === oneText(c, /$/)
}

function oneText(c: Cursor, end: RegExp): string {
  if (peek(c) === "'") {
    const close = c.text.indexOf("'", c.at + 1)
    const stop = close < 0 ? c.text.length : close
    const text = c.text.slice(c.at + 1, stop)
    c.at = stop + 1
    return text
  }
  const stop = c.text.slice(c.at).search(end)
  const text = c.text.slice(c.at, stop < 0 ? c.text.length : c.at + stop)
  c.at += text.length
  return text.trim()
}

const sameString: Test = (_asm, c) => {
  const first = String(expectString(c, encodeUtf8))
  if (!accept(c, ',')) throw new SourceError('expected comma after the first string', c.at, c.at + 1)
  return first === String(expectString(c, encodeUtf8))
}

const blank: Test = (_asm, c) => rest(c) === ''
const not =
  (test: Test): Test =>
  (asm, c) =>
    !test(asm, c)

/** Directives that open a condition. */
const TESTS: Readonly<Record<string, Test>> = {
  '.if': compare(n => n !== 0n),
  '.ifne': compare(n => n !== 0n),
  '.ifeq': compare(n => n === 0n),
  '.ifgt': compare(n => n > 0n),
  '.ifge': compare(n => n >= 0n),
  '.iflt': compare(n => n < 0n),
  '.ifle': compare(n => n <= 0n),
  '.ifdef': defined,
  '.ifndef': not(defined),
  '.ifnotdef': not(defined),
  '.ifb': blank,
  '.ifnb': not(blank),
  '.ifc': sameText,
  '.ifnc': not(sameText),
  '.ifeqs': sameString,
  '.ifnes': not(sameString),
}

function top(asm: Assembly, name: string): Assembly['conditions'][number] {
  const open = asm.conditions.at(-1)
  if (!open || asm.conditions.length <= (asm.inputs.at(-1)?.conditions ?? 0)) throw new SourceError(`"${name}" without matching ".if"`)
  return open
}

/** Whether the statements around the innermost condition count. */
const outerActive = (asm: Assembly): boolean => asm.conditions.at(-2)?.active ?? true

/** Handles the directive if it is about conditions; answers whether it was. Works in skipped text too. */
export function conditional(asm: Assembly, name: string, c: Cursor): boolean {
  const test = TESTS[name]
  if (test) {
    const outer = isActive(asm)
    const condition = { active: false, done: true, sawElse: false, statement: c.statement }
    asm.conditions.push(condition)
    if (!outer) return true
    condition.active = test(asm, c)
    condition.done = condition.active
    return true
  }
  return CLAUSES[name]?.(asm, c) ?? false
}

const CLAUSES: Readonly<Record<string, (asm: Assembly, c: Cursor) => boolean>> = {
  '.else': asm => {
    const open = top(asm, '.else')
    if (open.sawElse) throw new SourceError('duplicate ".else"')
    open.active = outerActive(asm) && !open.done
    open.sawElse = true
    open.done = true
    return true
  },
  '.elseif': (asm, c) => {
    const open = top(asm, '.elseif')
    if (open.sawElse) throw new SourceError('".elseif" after ".else"')
    open.active = false
    if (!outerActive(asm) || open.done) return true
    skipBlanks(c)
    if (atEnd(c)) throw new SourceError('missing expression')
    open.active = absolute(asm, c, '.elseif') !== 0n
    open.done = open.active
    return true
  },
  '.endif': asm => {
    top(asm, '.endif')
    asm.conditions.pop()
    return true
  },
}

/** At the end of a file or macro: conditions that it left open are mistakes, and are closed. */
export function closeConditions(asm: Assembly, keep: number, where: string): void {
  while (asm.conditions.length > keep) {
    const open = asm.conditions.pop()
    report(asm, 'error', open?.statement ?? null, `end of ${where} inside conditional: here is the start of the unterminated conditional`)
  }
}
