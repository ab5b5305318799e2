// Conditions and values as people type them in a debugger: C-like expressions over 64-bit integers, register names, what the machine knows
// of itself, and memory. `a0 == 3 && pid == 4`, `*(u32 *)sp + 8`, `comm == "sh"`.

/** What names and memory mean: of the task that the expression is about. */
export interface Names {
  /** A name's value: registers, pid, tid, executed, time, symbols. null: there is none such. */
  name(text: string): bigint | string | null
  /** `bytes` bytes at an address, little-endian, unsigned. null: not mapped. */
  load(address: bigint, bytes: number): bigint | null
}

type Value = bigint | string

const TOKEN = /\s*(?:(0x[0-9a-fA-F]+|\d+)|("(?:[^"\\]|\\.)*")|(\$?[A-Za-z_.][\w.]*)|(\|\||&&|==|!=|<=|>=|<<|>>|[-+*/%&|^~!<>()]))/y
/** Casts before a dereference: width in bytes and whether signed. */
const TYPES: Readonly<Record<string, readonly [number, boolean]>> = {
  u8: [1, false],
  u16: [2, false],
  u32: [4, false],
  u64: [8, false],
  s8: [1, true],
  s16: [2, true],
  s32: [4, true],
  s64: [8, true],
  char: [1, false],
  short: [2, true],
  int: [4, true],
  long: [8, true],
}
const DEEPEST = 200

/** From the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
]

const i64 = (v: bigint): bigint => BigInt.asIntN(64, v)
const truth = (v: boolean): bigint => (v ? 1n : 0n)

const BINARY: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '||': (a, b) => truth(a !== 0n || b !== 0n),
  '&&': (a, b) => truth(a !== 0n && b !== 0n),
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '<=': (a, b) => truth(a <= b),
  '>': (a, b) => truth(a > b),
  '>=': (a, b) => truth(a >= b),
  '<<': (a, b) => i64(a << (b & 63n)),
  '>>': (a, b) => a >> (b & 63n),
  '+': (a, b) => i64(a + b),
  '-': (a, b) => i64(a - b),
  '*': (a, b) => i64(a * b),
  '/': (a, b) => divide(a, b, (x, y) => x / y),
  '%': (a, b) => divide(a, b, (x, y) => x % y),
}

function divide(a: bigint, b: bigint, op: (a: bigint, b: bigint) => bigint): bigint {
  if (b === 0n) throw new Error('division by zero')
  return i64(op(a, b))
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex
    const m = TOKEN.exec(text)
    if (m === null) throw new Error(`cannot read '${text.slice(at).trim()}' in '${text}'`)
    tokens.push(m[0].trim())
  }
  return tokens
}

/** Value of an expression, signed 64 bits. Throws an Error that can be shown. */
export function evaluateIn(text: string, scope: Names): bigint {
  const tokens = tokensOf(text)
  let at = 0
  let depth = 0
  const peek = (): string | undefined => tokens[at]
  const expect = (token: string): void => {
    if (tokens[at++] !== token) throw new Error(`'${token}' is missing in '${text}'`)
  }
  const integer = (v: Value): bigint => {
    if (typeof v === 'string') throw new Error(`the text "${v}" is no number, in '${text}'`)
    return v
  }

  function level(n: number): Value {
    if (n === LEVELS.length) return unary()
    let left = level(n + 1)
    for (let op = peek(); op !== undefined && LEVELS[n].includes(op); op = peek()) {
      at++
      const right = level(n + 1)
      if (typeof left === 'string' || typeof right === 'string') {
        if (op !== '==' && op !== '!=') throw new Error(`texts are only compared by == and !=, in '${text}'`)
        left = truth((left === right) === (op === '=='))
      } else left = BINARY[op](left, right)
    }
    return left
  }

  function unary(): Value {
    if (++depth > DEEPEST) throw new Error('the expression is nested too deeply')
    try {
      const token = tokens[at++]
      if (token === undefined) throw new Error(`something is missing at the end of '${text}'`)
      if (token === '-') return i64(-integer(unary()))
      if (token === '+') return integer(unary())
      if (token === '~') return ~integer(unary())
      if (token === '!') return truth(integer(unary()) === 0n)
      if (token === '*') return dereference()
      if (token === '(') {
        const inner = level(0)
        expect(')')
        return inner
      }
      if (/^\d/.test(token)) return i64(BigInt(token))
      if (token.startsWith('"')) return token.slice(1, -1).replace(/\\(.)/g, '$1')
      const value = /^\$?[A-Za-z_.]/.test(token) ? scope.name(token.replace(/^\$/, '')) : null
      if (value === null) throw new Error(`no symbol or register '${token}'`)
      return value
    } finally {
      depth--
    }
  }

  /** After a `*`: `(TYPE *) address`, or eight bytes at an address. */
  function dereference(): bigint {
    let [bytes, signed]: readonly [number, boolean] = [8, true]
    const type = tokens[at + 1]
    if (peek() === '(' && type !== undefined && Object.hasOwn(TYPES, type) && tokens[at + 2] === '*' && tokens[at + 3] === ')') {
      ;[bytes, signed] = TYPES[type]
      at += 4
    }
    const address = integer(unary())
    const loaded = scope.load(address, bytes)
    if (loaded === null) throw new Error(`cannot access memory at address 0x${BigInt.asUintN(64, address).toString(16)}`)
    return signed ? BigInt.asIntN(8 * bytes, loaded) : i64(loaded)
  }

  if (tokens.length === 0) throw new Error('the expression is empty')
  const value = integer(level(0))
  if (at < tokens.length) throw new Error(`'${tokens.slice(at).join(' ')}' does not belong in '${text}'`)
  return value
}
