// Symbols: found by name, defined as labels or values, and the numeric labels that may be defined again and again.
import { STB } from '../../kernel/abi/index.ts'
import { SourceError } from './cursor.ts'
import { warn } from './report.ts'
import { placeHere } from './sections.ts'
import { newSymbol } from './symbol.ts'
import { evaluate, fixedDistance, isConstant } from './value.ts'
import type { Scope } from './expression.ts'
import { numberExpr } from './expression.ts'
import type { Assembly, AsmSymbol, Expr } from './state.ts'

/** Names that begin so stay out of the object file unless a relocation needs them. */
export const LOCAL_PREFIX = '.L'
/** The name GNU as gives to labels that it makes up, such as the address of an auipc. */
const MADE_UP_NAME = '.L0 '

export const isDefined = (s: AsmSymbol): boolean => s.place !== null || s.value !== null || s.common !== null

/** The symbol of that name, made when it is new. */
export function symbolNamed(asm: Assembly, name: string): AsmSymbol {
  const found = asm.symbols.get(name)
  if (found) return found
  const symbol = newSymbol(name)
  symbol.statement = asm.statement
  asm.symbols.set(name, symbol)
  return symbol
}

function define(asm: Assembly, symbol: AsmSymbol): void {
  symbol.place = placeHere(asm)
  symbol.statement = asm.statement
}

export function defineLabel(asm: Assembly, name: string): void {
  const symbol = symbolNamed(asm, name)
  if (isDefined(symbol)) throw new SourceError(`symbol \`${name}' is already defined`, 0, name.length)
  define(asm, symbol)
}

/** `n:` */
export function defineNumeric(asm: Assembly, n: number): void {
  const entry = numericEntry(asm, n)
  const symbol = entry.next ?? numericSymbol(asm, n, entry)
  define(asm, symbol)
  entry.last = symbol
  entry.next = null
}

type Numeric = { last: AsmSymbol | null; next: AsmSymbol | null; count: number }

function numericEntry(asm: Assembly, n: number): Numeric {
  const found = asm.numeric.get(n)
  if (found) return found
  const entry: Numeric = { last: null, next: null, count: 0 }
  asm.numeric.set(n, entry)
  return entry
}

/** GNU as names the k-th label `n:` `.Ln^Bk`, with a control character that no source can write. */
function numericSymbol(asm: Assembly, n: number, entry: Numeric): AsmSymbol {
  entry.count++
  const symbol = newSymbol(`${LOCAL_PREFIX}${n}\x02${entry.count}`)
  symbol.statement = asm.statement
  asm.anonymous.push(symbol)
  return symbol
}

/** A label without a name at the current place. */
export function madeUpLabel(asm: Assembly): AsmSymbol {
  const symbol = newSymbol(MADE_UP_NAME)
  define(asm, symbol)
  asm.anonymous.push(symbol)
  return symbol
}

/**
 * `.set name, e`: a new value. Earlier uses keep the value that they saw: they hold the old symbol.
 * @param once `.equiv`: a symbol that has a value already is a mistake
 */
export function assign(asm: Assembly, name: string, e: Expr, once: boolean, lazy = false): void {
  const old = symbolNamed(asm, name)
  if (old.place || old.common || (once && old.value)) throw new SourceError(`symbol \`${name}' is already defined`)
  let symbol = old
  if (old.value) {
    symbol = { ...old, used: false }
    asm.symbols.set(name, symbol)
    old.binding = STB.LOCAL
  }
  symbol.statement = asm.statement
  symbol.lazy = lazy
  symbol.value = lazy ? e : settled(e)
}

/** The value as a number where it is one by now. */
function settled(e: Expr): Expr {
  if (e.kind === 'number') return e
  const v = evaluateOrNull(e)
  return v !== null && isConstant(v) ? numberExpr(v.constant) : e
}

function evaluateOrNull(e: Expr): ReturnType<typeof evaluate> | null {
  try {
    return evaluate(e, fixedDistance)
  } catch (error) {
    if (error instanceof SourceError) return null
    throw error
  }
}

/** What the expressions of this assembly refer to. */
export function scopeOf(asm: Assembly): Scope {
  return {
    symbol: name => symbolNamed(asm, name),
    here: () => madeUpLabel(asm),
    numeric: (n, direction) => {
      const entry = numericEntry(asm, n)
      if (direction === 'b') return entry.last
      entry.next ??= numericSymbol(asm, n, entry)
      return entry.next
    },
    warn: message => warn(asm, message),
  }
}
