// What an expression comes to: a constant, or a constant plus one address, minus one. Before addresses are known only the distance of
// two labels with nothing of variable size between them is; afterwards all distances within a section are.
import { SourceError } from './cursor.ts'
import { OPERATIONS, UNARY } from './expression.ts'
import type { AsmSymbol, Expr, Place, Value } from './state.ts'

/** The distance a - b of two places of one section, or null when it is not known (yet, or because the linker may change it). */
export type Distance = (a: Place, b: Place) => bigint | null

/** Operators and `.set` symbols inside each other. */
const MAX_DEPTH = 1000

/** What is known while reading. */
export const fixedDistance: Distance = (a, b) =>
  a.section === b.section && a.gaps === b.gaps && a.slack === b.slack ? BigInt(a.fixed - b.fixed) : null

const constant = (value: bigint): Value => ({ constant: BigInt.asIntN(64, value), plus: null, minus: null })
export const isConstant = (v: Value): boolean => v.plus === null && v.minus === null

function sectionName(v: Value): string {
  if (isConstant(v)) return '*ABS*'
  return (v.plus ?? v.minus)?.place?.section.name ?? '*UND*'
}

function invalid(operator: string, a: Value, b: Value): never {
  throw new SourceError(`invalid operands (${sectionName(a)} and ${sectionName(b)} sections) for \`${operator}'`)
}

function sum(a: Value, b: Value, operator: string, distance: Distance): Value {
  const plus = [a.plus, b.plus].filter(s => s !== null)
  const minus = [a.minus, b.minus].filter(s => s !== null)
  let total = a.constant + b.constant
  for (let i = plus.length - 1; i >= 0; i--) {
    for (let j = minus.length - 1; j >= 0; j--) {
      const p = plus[i]
      const m = minus[j]
      const between = p === m ? 0n : p.place && m.place ? distance(p.place, m.place) : null
      if (between === null) continue
      total += between
      plus.splice(i, 1)
      minus.splice(j, 1)
      break
    }
  }
  if (plus.length > 1 || minus.length > 1) invalid(operator, a, b)
  return { constant: BigInt.asIntN(64, total), plus: plus[0] ?? null, minus: minus[0] ?? null }
}

const negate = (v: Value): Value => ({ constant: -v.constant, plus: v.minus, minus: v.plus })

/**
 * Evaluates an expression.
 * @param keepAliases a symbol set to an address in this file stays itself, for relocations; otherwise it is looked through
 * @throws SourceError when it is not of the form constant + plus - minus
 */
export function evaluate(e: Expr, distance: Distance, keepAliases = false, depth = 0): Value {
  if (depth > MAX_DEPTH) throw new SourceError('expression is nested too deeply')
  if (e.kind === 'number') return constant(e.value)
  if (e.kind === 'symbol') return ofSymbol(e.symbol, distance, keepAliases, depth)
  if (e.kind === 'unary') {
    const v = evaluate(e.operand, distance, keepAliases, depth + 1)
    if (e.operator === '-') return negate(v)
    if (!isConstant(v)) invalid(e.operator, v, v)
    return constant(UNARY[e.operator](v.constant))
  }
  const a = evaluate(e.left, distance, keepAliases, depth + 1)
  const b = evaluate(e.right, distance, keepAliases, depth + 1)
  if (e.operator === '+') return sum(a, b, '+', distance)
  if (e.operator === '-') return sum(a, negate(b), '-', distance)
  if (isConstant(a) && isConstant(b)) return constant(OPERATIONS[e.operator](a.constant, b.constant))
  if (!/[<>=]/.test(e.operator) || e.operator === '<<' || e.operator === '>>') invalid(e.operator, a, b)
  const difference = sum(a, negate(b), e.operator, distance)
  if (!isConstant(difference)) invalid(e.operator, a, b)
  return constant(OPERATIONS[e.operator](difference.constant, 0n))
}

function ofSymbol(symbol: AsmSymbol, distance: Distance, keepAliases: boolean, depth: number): Value {
  if (symbol.value === null) return { constant: 0n, plus: symbol, minus: null }
  if (symbol.visiting) throw new SourceError(`symbol definition loop encountered at \`${symbol.name}'`)
  symbol.visiting = true
  try {
    const v = evaluate(symbol.value, distance, keepAliases, depth + 1)
    const isPlace = v.plus !== null && v.minus === null && (v.plus.place !== null || v.plus.value !== null)
    return keepAliases && isPlace ? { constant: 0n, plus: symbol, minus: null } : v
  } finally {
    symbol.visiting = false
  }
}

/** The expression as a number, or null when it is none (yet). */
export function constantOf(e: Expr, distance: Distance = fixedDistance): bigint | null {
  if (e.kind === 'number') return e.value
  const v = evaluate(e, distance)
  return isConstant(v) ? v.constant : null
}
