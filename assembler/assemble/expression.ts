// Expressions as GNU as reads them: 64-bit integers, all operators with its own ranks, labels, `.`, and numeric labels 1b and 1f.
import { accept, acceptName, peek, readCharacter, skipBlanks, SourceError, type Cursor } from './cursor.ts'
import { encodeUtf8 } from '../bytes.ts'
import type { AsmSymbol, Expr, UnaryOperator } from './state.ts'

/** What an expression may refer to. */
export interface Scope {
  symbol(name: string): AsmSymbol
  /** A label at the current place. */
  here(): AsmSymbol
  /** The label `n:` before ('b') or after ('f') this place; null when there is none before. */
  numeric(n: number, direction: 'b' | 'f'): AsmSymbol | null
  warn(message: string): void
}

/** Operators with their ranks; a higher rank binds tighter, equal ranks go from left to right (gas manual, Infix Operators). */
const RANKS: Readonly<Record<string, number>> = {
  '*': 5,
  '/': 5,
  '%': 5,
  '<<': 5,
  '>>': 5,
  '|': 4,
  '&': 4,
  '^': 4,
  '!': 4,
  '+': 3,
  '-': 3,
  '==': 2,
  '=': 2,
  '!=': 2,
  '<>': 2,
  '<': 2,
  '>': 2,
  '<=': 2,
  '>=': 2,
  '&&': 1,
  '||': 0,
}
const MAX_DEPTH = 200
const SIXTY_FOUR = 64n

export const numberExpr = (value: bigint): Expr => ({ kind: 'number', value: BigInt.asIntN(64, value) })
export const symbolExpr = (symbol: AsmSymbol): Expr => ({ kind: 'symbol', symbol })
export const addExpr = (left: Expr, right: Expr): Expr => binary('+', left, right)
export const subtractExpr = (left: Expr, right: Expr): Expr => binary('-', left, right)

const truth = (b: boolean): bigint => (b ? 1n : 0n)
const mask = (b: boolean): bigint => (b ? -1n : 0n)
const shift = (a: bigint, b: bigint, by: (a: bigint, b: bigint) => bigint): bigint => (b < 0n || b >= SIXTY_FOUR ? 0n : by(a, b))

/** The operators on constants: signed 64-bit, `>>` shifts zeros in, comparisons answer 0 or -1, `&&` and `||` 0 or 1; a zero divisor counts as 1. */
export const OPERATIONS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '*': (a, b) => a * b,
  '/': (a, b) => a / (b || 1n),
  '%': (a, b) => a % (b || 1n),
  '<<': (a, b) => shift(a, b, (x, n) => x << n),
  '>>': (a, b) => shift(BigInt.asUintN(64, a), b, (x, n) => x >> n),
  '|': (a, b) => a | b,
  '&': (a, b) => a & b,
  '^': (a, b) => a ^ b,
  '!': (a, b) => a | ~b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '==': (a, b) => mask(a === b),
  '=': (a, b) => mask(a === b),
  '!=': (a, b) => mask(a !== b),
  '<>': (a, b) => mask(a !== b),
  '<': (a, b) => mask(a < b),
  '>': (a, b) => mask(a > b),
  '<=': (a, b) => mask(a <= b),
  '>=': (a, b) => mask(a >= b),
  '&&': (a, b) => truth(a !== 0n && b !== 0n),
  '||': (a, b) => truth(a !== 0n || b !== 0n),
}
export const UNARY: Readonly<Record<UnaryOperator, (a: bigint) => bigint>> = { '-': a => -a, '~': a => ~a, '!': a => truth(a === 0n) }

function binary(operator: string, left: Expr, right: Expr): Expr {
  if (left.kind === 'number' && right.kind === 'number') return numberExpr(OPERATIONS[operator](left.value, right.value))
  return { kind: 'binary', operator, left, right }
}

/** The infix operator at the cursor, not taken; longest first. */
function infixAt(c: Cursor): string | null {
  skipBlanks(c)
  const two = c.text.slice(c.at, c.at + 2)
  if (two in RANKS) return two
  // GNU as drops blanks between operators: `! =` is an inequality, and `!!` its exclusive or.
  const spread = two[0] === '!' ? /^!\s*[=!]/.exec(c.text.slice(c.at)) : null
  if (spread) return spread[0]
  const one = c.text[c.at] ?? ''
  return one in RANKS && one !== '=' ? one : null
}

/** The operator that a spelling with blanks or two `!` means. */
const plain = (operator: string): string => (operator in RANKS ? operator : operator.endsWith('=') ? '!=' : '^')
const rankOf = (operator: string): number => RANKS[plain(operator)]

/** Parses an expression; the cursor stops at the first thing that cannot continue it. */
export function parseExpression(c: Cursor, scope: Scope, rank = 0, depth = 0): Expr {
  if (depth > MAX_DEPTH) throw new SourceError('expression is nested too deeply', c.at, c.text.length)
  let left = parseOperand(c, scope, depth)
  for (;;) {
    const operator = infixAt(c)
    if (operator === null || rankOf(operator) < rank) return left
    c.at += operator.length
    const start = c.at
    const right = parseExpression(c, scope, rankOf(operator) + 1, depth + 1)
    if (right.kind === 'number') checkRight(operator, right.value, scope)
    left = binary(plain(operator), left, right)
    if (c.at === start) throw new SourceError('missing operand', start, start + 1)
  }
}

function checkRight(operator: string, right: bigint, scope: Scope): void {
  if ((operator === '/' || operator === '%') && right === 0n) scope.warn('division by zero')
  if ((operator === '<<' || operator === '>>') && (right < 0n || right >= SIXTY_FOUR)) {
    scope.warn(`shift count out of range (${right} is not between 0 and 63)`)
  }
}

function parseOperand(c: Cursor, scope: Scope, depth: number): Expr {
  const first = peek(c)
  const start = c.at
  if (first === '(') {
    c.at++
    const inner = parseExpression(c, scope, 0, depth + 1)
    if (!accept(c, ')')) throw new SourceError("missing ')'", start, c.text.length)
    return inner
  }
  if (first === '-' || first === '~' || first === '!' || first === '+') {
    c.at++
    if (depth > MAX_DEPTH) throw new SourceError('expression is nested too deeply', c.at, c.text.length)
    const operand = parseOperand(c, scope, depth + 1)
    if (first === '+') return operand
    return operand.kind === 'number' ? numberExpr(UNARY[first](operand.value)) : { kind: 'unary', operator: first, operand }
  }
  if (first >= '0' && first <= '9') return parseNumber(c, scope)
  if (first === "'") return parseCharacter(c)
  if (first === '.' && !/[\w.$]/.test(c.text[c.at + 1] ?? '')) {
    c.at++
    return symbolExpr(scope.here())
  }
  const name = acceptName(c)
  if (name === null || name === '') throw new SourceError('missing operand', start, start + 1)
  return reduce(scope.symbol(name))
}

/** A symbol that stands for a number is replaced by it. (A `.set` that changes a symbol makes a new one, so uses keep what they saw.) */
function reduce(symbol: AsmSymbol): Expr {
  return symbol.value?.kind === 'number' && !symbol.lazy ? symbol.value : symbolExpr(symbol)
}

const NUMBER = /0[xX][0-9a-fA-F]+|0[bB][01]+(?![0-9fb])|[0-9]+/y
const LARGEST = (1n << 64n) - 1n

function parseNumber(c: Cursor, scope: Scope): Expr {
  NUMBER.lastIndex = c.at
  const start = c.at
  const text = NUMBER.exec(c.text)?.[0] ?? ''
  c.at += text.length
  const direction = c.text[c.at]
  const decimal = /^[0-9]+$/.test(text)
  if (decimal && (direction === 'b' || direction === 'f') && !/[\w.$]/.test(c.text[c.at + 1] ?? '')) {
    c.at++
    const label = scope.numeric(Number(text), direction)
    if (!label) throw new SourceError(`backward ref to unknown label "${text}:"`, start, c.at)
    return symbolExpr(label)
  }
  if (/[\w.$]/.test(direction ?? '') || (decimal && /^0[0-9]*[89]/.test(text))) {
    while (/[\w.$]/.test(c.text[c.at] ?? '')) c.at++
    throw new SourceError(`bad number \`${c.text.slice(start, c.at)}'`, start, c.at)
  }
  const octal = decimal && text.length > 1 && text[0] === '0'
  const value = BigInt(octal ? `0o${text.slice(1)}` : text.toLowerCase())
  if (value > LARGEST) scope.warn('bignum truncated to 8 bytes')
  return numberExpr(value)
}

function parseCharacter(c: Cursor): Expr {
  const { bytes, next } = readCharacter(c.text, c.at + 1, encodeUtf8)
  if (bytes.length === 0) throw new SourceError('empty character constant', c.at, c.at + 1)
  c.at = Math.min(next, c.text.length)
  if (c.text[c.at] === "'") c.at++
  return numberExpr(BigInt(bytes[0]))
}
