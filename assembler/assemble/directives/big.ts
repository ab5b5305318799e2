// Numbers of more than 64 bits, where .octa and .insn take them: a literal, perhaps signed or in brackets. All else is an expression.
import { SourceError, type Cursor } from '../cursor.ts'
import { expression } from '../operand-expression.ts'
import { constantOf } from '../value.ts'
import type { Assembly, Expr } from '../state.ts'

const LITERAL = /\s*((?:[-~+(]\s*)*)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)((?:\s*\))*)\s*(?=,|$)/y
const MAX_DIGITS = 400

/** The literal at the cursor as it is, or null when something else stands there. */
function bigLiteral(c: Cursor): bigint | null {
  LITERAL.lastIndex = c.at
  const found = LITERAL.exec(c.text)
  if (!found || found[2].length > MAX_DIGITS) return null
  const [whole, before, digits, after] = found
  if ([...before].filter(ch => ch === '(').length !== after.replaceAll(/\s/g, '').length) return null
  let value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits)
  for (const sign of [...before].reverse()) value = sign === '-' ? -value : sign === '~' ? ~value : value
  c.at += whole.length
  return value
}

/** A literal of any size, else what an expression comes to: a number, or something for later. */
export function bigOrExpression(asm: Assembly, c: Cursor): { value: bigint } | { later: Expr } {
  const literal = bigLiteral(c)
  if (literal !== null) return { value: literal }
  const e = expression(asm, c)
  const known = constantOf(e)
  return known === null ? { later: e } : { value: known }
}

/** A number that is known now. */
export function bigConstant(asm: Assembly, c: Cursor): bigint {
  const start = c.at
  const found = bigOrExpression(asm, c)
  if ('later' in found) throw new SourceError('bad or irreducible absolute expression', start, c.at)
  return found.value
}
