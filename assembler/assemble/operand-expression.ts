// Expressions where directives take them: any, or one whose value must be known at once.
import { atEnd, SourceError, type Cursor } from './cursor.ts'
import { parseExpression } from './expression.ts'
import { scopeOf } from './symbols.ts'
import { constantOf } from './value.ts'
import type { Assembly, Expr } from './state.ts'

export const expression = (asm: Assembly, c: Cursor): Expr => parseExpression(c, scopeOf(asm))

/** A value that is known now, as a signed 64-bit number. */
export function absolute(asm: Assembly, c: Cursor, directive?: string): bigint {
  if (atEnd(c)) throw new SourceError('missing expression')
  const start = c.at
  const value = constantOf(expression(asm, c))
  if (value !== null) return value
  const message = directive ? `non-constant expression in "${directive}" statement` : 'bad or irreducible absolute expression'
  throw new SourceError(message, start, c.at)
}

/** A count or size: known now and within limits. */
export function absoluteIn(asm: Assembly, c: Cursor, low: number, high: number, what: string): number {
  const start = c.at
  const value = absolute(asm, c)
  if (value < BigInt(low) || value > BigInt(high)) throw new SourceError(`${what} ${value} is not in ${low}..${high}`, start, c.at)
  return Number(value)
}
