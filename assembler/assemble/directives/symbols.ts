// Directives about symbols: binding, visibility, type, size, value, common blocks.
import { STB, STO_RISCV_VARIANT_CC, STT, STV } from '../../../kernel/abi/index.ts'
import { accept, acceptName, expectName, peek, SourceError, type Cursor } from '../cursor.ts'
import { isPowerOfTwo } from '../../bytes.ts'
import { absoluteIn, expression } from '../operand-expression.ts'
import { MAX_SECTION_BYTES, emitFill, sectionNamed } from '../sections.ts'
import { align } from '../space.ts'
import { assign, defineLabel, isDefined, symbolNamed } from '../symbols.ts'
import { list } from './data.ts'
import type { Assembly, AsmSymbol } from '../state.ts'
import type { Directive } from './directive.ts'

const each =
  (change: (symbol: AsmSymbol) => void): Directive =>
  (asm, c) => {
    if (peek(c) === '') throw new SourceError('expected symbol name')
    list(c, () => change(symbolNamed(asm, expectName(c))))
  }

const bind = (binding: number): Directive =>
  each(symbol => {
    // .weak outlives .globl, whatever their order.
    if (binding !== STB.GLOBAL || symbol.binding !== STB.WEAK) symbol.binding = binding
    symbol.bound = true
  })

const hide = (visibility: number): Directive => each(symbol => void (symbol.visibility = visibility))

const comma = (c: Cursor, what: string): void => {
  if (!accept(c, ',')) throw new SourceError(`expected comma after ${what}`, c.at, c.at + 1)
}

const set =
  (once: boolean, lazy = false): Directive =>
  (asm, c) => {
    const name = expectName(c)
    comma(c, 'symbol name')
    if (peek(c) === '') throw new SourceError('missing expression')
    const value = expression(asm, c)
    if (name === '.') throw new SourceError('use .org to move the location counter')
    assign(asm, name, value, once, lazy)
  }

const TYPES: Readonly<Record<string, number>> = {
  function: STT.FUNC,
  STT_FUNC: STT.FUNC,
  object: STT.OBJECT,
  STT_OBJECT: STT.OBJECT,
  tls_object: STT.TLS,
  STT_TLS: STT.TLS,
  common: STT.COMMON,
  STT_COMMON: STT.COMMON,
  notype: STT.NOTYPE,
  STT_NOTYPE: STT.NOTYPE,
  gnu_indirect_function: STT.GNU_IFUNC,
  STT_GNU_IFUNC: STT.GNU_IFUNC,
}

/** `.type name, @function`; the type may stand after `@`, `%`, in quotes, or alone. */
const type: Directive = (asm, c) => {
  const symbol = symbolNamed(asm, expectName(c))
  accept(c, ',')
  const start = c.at
  if (!accept(c, '@') && !accept(c, '%')) accept(c, '#')
  const name = acceptName(c) ?? ''
  if (name === 'gnu_unique_object') {
    symbol.type = STT.OBJECT
    symbol.binding = STB.GNU_UNIQUE
    symbol.bound = true
  } else if (name in TYPES) symbol.type = TYPES[name]
  else throw new SourceError(`unrecognized symbol type "${name}"`, start, c.at)
}

const size: Directive = (asm, c) => {
  const symbol = symbolNamed(asm, expectName(c))
  comma(c, 'name in .size directive')
  symbol.size = expression(asm, c)
}

function commonSize(asm: Assembly, c: Cursor): number {
  comma(c, 'symbol name')
  return absoluteIn(asm, c, 0, MAX_SECTION_BYTES, 'size')
}

/** Space for a local common symbol, in .bss. */
function allocate(asm: Assembly, name: string, bytes: number, boundary: number): void {
  const { section } = asm
  asm.section = sectionNamed(asm, '.bss', null)
  try {
    align(asm, boundary, null, 1, 0)
    defineLabel(asm, name)
    emitFill(asm, bytes, 0)
  } finally {
    asm.section = section
  }
  const symbol = symbolNamed(asm, name)
  symbol.type = STT.OBJECT
  symbol.size = { kind: 'number', value: BigInt(bytes) }
}

/** The alignment that a common block of that size gets when none is given. */
const naturalAlign = (bytes: number): number => Math.min(8, 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)))))

function readAlign(asm: Assembly, c: Cursor, bytes: number): number {
  if (!accept(c, ',')) return naturalAlign(bytes)
  const start = c.at
  const boundary = absoluteIn(asm, c, 1, 2 ** 31, 'alignment')
  if (!isPowerOfTwo(boundary)) throw new SourceError('alignment not a power of 2', start, c.at)
  return boundary
}

const comm: Directive = (asm, c) => {
  const name = expectName(c)
  const bytes = commonSize(asm, c)
  const boundary = readAlign(asm, c, bytes)
  const symbol = symbolNamed(asm, name)
  if (symbol.place || symbol.value) throw new SourceError(`symbol \`${name}' is already defined`)
  if (symbol.bound && symbol.binding === STB.LOCAL) {
    allocate(asm, name, bytes, boundary)
    return
  }
  if (symbol.common && symbol.common.size !== bytes)
    throw new SourceError(`size of "${name}" is already ${symbol.common.size}; not changed to ${bytes}`)
  symbol.common = { size: bytes, align: boundary }
  symbol.type = STT.OBJECT
  if (!symbol.bound) symbol.binding = STB.GLOBAL
}

const lcomm: Directive = (asm, c) => {
  const name = expectName(c)
  const bytes = commonSize(asm, c)
  const boundary = readAlign(asm, c, bytes)
  if (isDefined(symbolNamed(asm, name))) throw new SourceError(`symbol \`${name}' is already defined`)
  allocate(asm, name, bytes, boundary)
}

export const symbols: Readonly<Record<string, Directive>> = {
  '.globl': bind(STB.GLOBAL),
  '.global': bind(STB.GLOBAL),
  '.weak': bind(STB.WEAK),
  '.local': bind(STB.LOCAL),
  '.hidden': hide(STV.HIDDEN),
  '.internal': hide(STV.INTERNAL),
  '.protected': hide(STV.PROTECTED),
  '.set': set(false),
  '.equ': set(false),
  '.equiv': set(true),
  '.eqv': set(true, true),
  '.type': type,
  '.size': size,
  '.comm': comm,
  '.common': comm,
  '.lcomm': lcomm,
  '.variant_cc': each(symbol => void (symbol.other |= STO_RISCV_VARIANT_CC)),
}
