// `.word b - a` with labels of code: GNU as leaves it to the linker (R_RISCV_ADD and SUB), which may still move them. Only the plain form
// counts: within other operators, and through `.set`, a distance is the number that it is now.
import { addExpr, subtractExpr } from './expression.ts'
import { SourceError } from './cursor.ts'
import { isCode } from './sections.ts'
import { evaluate, isConstant, type Distance } from './value.ts'
import type { AsmSection, Difference, Expr, Value } from './state.ts'

const unknown: Distance = () => null

/** The value without any distance; null when there is none. */
function valueOf(e: Expr, keepAliases = false): Value | null {
  try {
    return evaluate(e, unknown, keepAliases)
  } catch (error) {
    if (error instanceof SourceError) return null
    throw error
  }
}

/** The expression as a difference of two addresses; null when it is anything else. */
export function asDifference(e: Expr): Difference | null {
  if (e.kind !== 'binary' || (e.operator !== '+' && e.operator !== '-')) return null
  const [left, right] = [valueOf(e.left), valueOf(e.right)]
  if (right && isConstant(right)) {
    const d = asDifference(e.left)
    return d && { plus: (e.operator === '+' ? addExpr : subtractExpr)(d.plus, e.right), minus: d.minus }
  }
  if (left && isConstant(left) && e.operator === '+') {
    const d = asDifference(e.right)
    return d && { plus: addExpr(d.plus, e.left), minus: d.minus }
  }
  const simple = (v: Value | null): boolean => v !== null && v.plus !== null && v.minus === null
  return e.operator === '-' && simple(left) && simple(right) ? { plus: e.left, minus: e.right } : null
}

const sectionOf = (e: Expr): AsmSection | null => valueOf(e)?.plus?.place?.section ?? null

/** The value of a difference that the linker has to know, null when it is a number already: of one label, or of labels of data. */
export function linkedDifference({ plus, minus }: Difference): Value | null {
  const [v, w] = [valueOf(plus, true), valueOf(minus, true)]
  const section = sectionOf(plus)
  if (!v || !w || v.minus || w.minus || v.plus === w.plus) return null
  if (section === null || section !== sectionOf(minus) || !isCode(section)) return null
  return { constant: v.constant - w.constant, plus: v.plus, minus: w.plus }
}
