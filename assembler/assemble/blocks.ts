// Blocks of statements that are kept and then assembled any number of times: macros, .rept, .irp, .irpc.
import { accept, acceptName, atEnd, cursorOf, peek, rest, skipBlanks, SourceError, type Cursor } from './cursor.ts'
import { MAX_STEPS, pushInput } from './input.ts'
import { absolute } from './operand-expression.ts'
import { report } from './report.ts'
import { endOfString, scan, type Statement } from './scan.ts'
import type { Assembly, Macro } from './state.ts'

const LABELS = String.raw`^(?:[\w.$]+\s*:\s*)*`
const MACRO = { open: new RegExp(`${LABELS}\\.macro\\b`, 'i'), close: new RegExp(`${LABELS}\\.endm\\b`, 'i') }
const REPEAT = { open: new RegExp(`${LABELS}\\.(rept|irpc?|rep)\\b`, 'i'), close: new RegExp(`${LABELS}\\.endr\\b`, 'i') }

/** A statement while a block is open: kept, until the one that closes it. */
export function collect(asm: Assembly, statement: Statement): void {
  const { block } = asm
  if (!block) return
  if (block.open.test(statement.text)) block.nesting++
  else if (block.close.test(statement.text) && block.nesting-- === 0) {
    asm.block = null
    asm.statement = block.statement
    block.finish(block.body)
    return
  }
  block.body.push(statement)
}

/** At the end of a file: a block that is still open is a mistake. */
export function closeBlock(asm: Assembly): void {
  if (asm.block) report(asm, 'error', asm.block.statement, asm.block.unterminated)
  asm.block = null
}

/** The values of a body's parameters. */
type Arguments = ReadonlyMap<string, string>

/** The body with `\name` replaced by its argument, `\()` by nothing and `\@` by the number of the call. */
function substitute(asm: Assembly, body: readonly Statement[], given: Arguments, count: number, via: Statement): Statement[] {
  const out: Statement[] = []
  const values = new Map(given)
  for (const s of body) {
    if (asm.altMacro && LOCALS.test(s.text)) {
      for (const name of s.text.replace(LOCALS, '').split(/[\s,]+/)) if (name !== '') values.set(name, localName(asm))
      continue
    }
    if (!s.text.includes('\\') && !asm.altMacro) {
      out.push({ ...s, via })
      continue
    }
    const text = s.text.replace(asm.altMacro ? ALTERNATE : PLAIN, (whole: string, ...groups: unknown[]) => {
      // After the groups come numbers and the text.
      const [name, joined, bare] = groups.map(g => (typeof g === 'string' ? g : undefined))
      if (asm.altMacro && name === undefined) return values.get(joined ?? bare ?? '') ?? whole
      if (name === undefined) return whole
      if (name === '()') return ''
      if (name === '@') return String(count)
      const value = values.get(name)
      if (value !== undefined) return value
      // `.` may be part of a name, or follow it.
      const dot = name.indexOf('.')
      const head = dot < 0 ? undefined : values.get(name.slice(0, dot))
      return head === undefined ? whole : head + name.slice(dot)
    })
    for (const made of scan(s.file, text, via, s.line)) out.push(made)
  }
  return out
}

const PLAIN = /\\(\(\)|@|[A-Za-z_$][\w$.]*)/g
/** With .altmacro a name alone stands for its argument, and `&` joins (gas manual, Altmacro). */
const ALTERNATE = /\\(\(\)|@|[A-Za-z_$][\w$.]*)|&([A-Za-z_$.][\w$.]*)&?|(?<![\w$.])([A-Za-z_$.][\w$.]*)(?:&(?![A-Za-z_$.]))?/g
const LOCALS = /^local\s+/i
const localName = (asm: Assembly): string => `.LL${(++asm.localCount).toString(16).padStart(4, '0')}`

/** Text in `<>`, which may nest, or in quotes: `!` takes the next character as it is. */
function alternateString(c: Cursor): string {
  const open = c.text[c.at]
  const close = open === '<' ? '>' : open
  let depth = 1
  let text = ''
  for (c.at++; c.at < c.text.length; c.at++) {
    const ch = c.text[c.at]
    if (ch === '!' && c.at + 1 < c.text.length) text += c.text[++c.at]
    else if (ch === close && --depth === 0) break
    else {
      if (ch === open) depth++
      text += ch
    }
  }
  c.at = Math.min(c.at + 1, c.text.length)
  return open === '<' ? text : `"${text}"`
}

/** An argument as .altmacro has it: `%expression` is its value, `<text>` its text. */
function alternateArgument(asm: Assembly, c: Cursor): string | null {
  const first = c.text[c.at]
  if (first === '%') {
    c.at++
    return String(absolute(asm, c))
  }
  return first === '<' || first === '"' || first === "'" ? alternateString(c) : null
}

const isWord = (c: string | undefined): boolean => c !== undefined && /[\w.$"'\\%]/.test(c)

/** One macro argument: up to a comma, or to a blank between two words. Quotes around it go away. */
function argument(asm: Assembly, c: Cursor): string {
  skipBlanks(c)
  const { text } = c
  const special = asm.altMacro ? alternateArgument(asm, c) : null
  if (special !== null) return special
  if (text[c.at] === '"') {
    const end = endOfString(text, c.at)
    const inner = text.slice(c.at + 1, text[end - 1] === '"' && end - 1 > c.at ? end - 1 : end)
    c.at = end
    return inner
  }
  const start = c.at
  let depth = 0
  while (c.at < text.length) {
    const ch = text[c.at]
    if (ch === '(') depth++
    else if (ch === ')') depth--
    else if (ch === ',' && depth <= 0) break
    else if (ch === '"') {
      c.at = endOfString(text, c.at)
      continue
    } else if (ch === "'") {
      c.at += text[c.at + 1] === '\\' ? 3 : 2
      if (text[c.at] === "'") c.at++
      continue
    } else if (/\s/.test(ch) && depth <= 0) {
      const after = /\S/.exec(text.slice(c.at))
      const next = after ? text[c.at + after.index] : undefined
      if (next === undefined || (isWord(text[c.at - 1]) && (isWord(next) || next === '('))) break
    }
    c.at++
  }
  c.at = Math.min(c.at, text.length)
  return text.slice(start, c.at).trim()
}

function endOfArgument(c: Cursor): void {
  skipBlanks(c)
  accept(c, ',')
}

/** `.macro name p, q=default, r:req, s:vararg` */
export function defineMacro(asm: Assembly, c: Cursor): void {
  const { statement } = c
  const name = acceptName(c)
  if (!name) throw new SourceError('Missing macro name', c.at, c.at + 1)
  const macro: Macro = { name, parameters: [], body: [], statement }
  accept(c, ',')
  while (!atEnd(c)) macro.parameters.push(parameter(asm, c))
  asm.block = {
    ...MACRO,
    nesting: 0,
    body: [],
    statement,
    unterminated: `unexpected end of file in macro \`${name}' definition`,
    finish: body => {
      if (asm.macros.has(name)) throw new SourceError(`Macro \`${name}' was already defined`)
      macro.body = body
      asm.macros.set(name, macro)
    },
  }
}

function parameter(asm: Assembly, c: Cursor): Macro['parameters'][number] {
  const start = c.at
  accept(c, '\\')
  const name = acceptName(c)
  if (!name) throw new SourceError('expected a parameter name', start, start + 1)
  const p = { name, fallback: '', required: false, variadic: false }
  if (accept(c, ':')) {
    const kind = acceptName(c)
    if (kind !== 'req' && kind !== 'vararg') throw new SourceError(`\`${kind ?? ''}' is not a valid parameter qualifier`, start, c.at)
    p.required = kind === 'req'
    p.variadic = kind === 'vararg'
  }
  if (accept(c, '=')) p.fallback = argument(asm, c)
  endOfArgument(c)
  return p
}

/** A call: the body follows as if it stood here. */
export function callMacro(asm: Assembly, macro: Macro, c: Cursor): void {
  const values = new Map(macro.parameters.map(p => [p.name, '']))
  const given = new Set<string>()
  let position = 0
  while (!atEnd(c)) {
    const start = c.at
    const keyword = /^([A-Za-z_$][\w$.]*)\s*=(?!=)/.exec(c.text.slice(c.at))
    let p = keyword && macro.parameters.find(x => x.name === keyword[1])
    if (p && keyword) c.at += keyword[0].length
    else p = macro.parameters[position++]
    if (!p) throw new SourceError('too many positional arguments', start, c.text.length)
    const value = p.variadic ? rest(c) : argument(asm, c)
    if (value !== '') given.add(p.name)
    values.set(p.name, value)
    endOfArgument(c)
    if (c.at === start) throw new SourceError('bad macro argument', start, c.text.length)
  }
  for (const p of macro.parameters) {
    if (given.has(p.name)) continue
    if (p.required) throw new SourceError(`Missing value for required parameter \`${p.name}' of macro \`${macro.name}'`)
    values.set(p.name, p.fallback)
  }
  pushInput(asm, substitute(asm, macro.body, values, asm.macroCount++, c.statement), true)
}

/** Leaves the innermost macro and what it holds open. */
export function exitMacro(asm: Assembly): void {
  const input = asm.inputs.findLast(i => i.macro)
  if (!input) throw new SourceError('.exitm outside of a macro')
  input.next = input.statements.length
  asm.inputs.length = asm.inputs.indexOf(input) + 1
  asm.conditions.length = input.conditions
}

function repeat(asm: Assembly, c: Cursor, expand: (body: Statement[]) => Statement[], unterminated: string): void {
  asm.block = { ...REPEAT, nesting: 0, body: [], statement: c.statement, unterminated, finish: body => pushInput(asm, expand(body), false) }
}

function checkSize(body: readonly Statement[], times: number): void {
  if (body.length * times > MAX_STEPS) throw new SourceError(`the repeated block comes to more than ${MAX_STEPS} statements`)
}

export function rept(asm: Assembly, c: Cursor): void {
  const count = Number(absolute(asm, c))
  if (count < 0) report(asm, 'warning', c.statement, 'negative count for .rept - ignored')
  repeat(
    asm,
    c,
    body => {
      checkSize(body, count)
      const out: Statement[] = []
      if (body.length > 0) for (let i = 0; i < count; i++) for (const s of body) out.push(s)
      return out
    },
    'REPT without ENDR',
  )
}

/** `.irp p, a, b, c` takes the values one by one, `.irpc p, abc` letter by letter. */
export function irp(asm: Assembly, c: Cursor, letters: boolean): void {
  accept(c, '\\')
  const name = acceptName(c)
  if (!name) throw new SourceError('missing model parameter', c.at, c.at + 1)
  accept(c, ',')
  const values: string[] = []
  if (letters) values.push(...(peek(c) === '"' ? argument(asm, c) : rest(c)))
  while (!atEnd(c)) {
    const start = c.at
    values.push(argument(asm, c))
    endOfArgument(c)
    if (c.at === start) throw new SourceError('bad argument', start, c.text.length)
  }
  if (values.length === 0) values.push('')
  repeat(
    asm,
    c,
    body => {
      checkSize(body, values.length)
      return values.flatMap(v => substitute(asm, body, new Map([[name, v]]), asm.macroCount, cursorOf(c.statement).statement))
    },
    `${letters ? 'IRPC' : 'IRP'} without ENDR`,
  )
}
