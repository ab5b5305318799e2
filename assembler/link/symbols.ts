// One symbol per global name: which definition counts, and what the linker itself defines.
import { STB, STT, STV } from '../../kernel/abi/index.ts'
import type { Definition, InputFile, Link, LinkSymbol, OutputSection } from './state.ts'

export function newLinkSymbol(name: string, file: InputFile | null): LinkSymbol {
  return {
    name,
    file,
    kind: 'undefined',
    section: null,
    output: null,
    value: 0n,
    size: 0,
    type: STT.NOTYPE,
    binding: STB.GLOBAL,
    visibility: STV.DEFAULT,
    got: -1,
    gotTls: -1,
    gotGd: -1,
  }
}

/** How strong a claim on the name is: a definition beats common space, that a weak definition, that a mere use. */
function strength(s: LinkSymbol): number {
  if (s.kind === 'undefined') return 0
  if (s.binding === STB.WEAK) return 1
  return s.kind === 'common' ? 2 : 3
}

/**
 * Enters a global symbol of a file; answers the one that stands for the name, in which a stronger definition replaces what was there.
 */
export function resolve(link: Link, symbol: LinkSymbol): LinkSymbol {
  const old = link.globals.get(symbol.name)
  if (!old) {
    link.globals.set(symbol.name, symbol)
    return symbol
  }
  const visibility = mergeVisibility(old.visibility, symbol.visibility)
  const [before, now] = [strength(old), strength(symbol)]
  if (before === 3 && now === 3) {
    // --defsym has the last word.
    if (old.file === null) return old
    link.duplicates.push({ first: definition(old), again: definition(symbol) })
    symbol.section?.symbols.push(symbol)
  }
  if (now > before) {
    const { got, gotTls, gotGd } = old
    Object.assign(old, symbol, { got, gotTls, gotGd })
    symbol.section?.symbols.push(old)
  } else if (before === 2 && now === 2) {
    // Common space: the largest size and alignment asked for.
    old.size = Math.max(old.size, symbol.size)
    if (symbol.value > old.value) old.value = symbol.value
  } else if (before === 0 && now === 0 && symbol.binding !== STB.WEAK) {
    old.binding = symbol.binding
    if (old.file === null) old.file = symbol.file
  }
  old.visibility = visibility
  return old
}

const definition = ({ name, file, section, value }: LinkSymbol): Definition => ({
  name,
  file,
  section,
  offset: section ? Number(value) : 0,
})

/** The most restrictive of two visibilities (gABI, st_other): internal, hidden, protected, default. */
function mergeVisibility(a: number, b: number): number {
  if (a === STV.DEFAULT) return b
  if (b === STV.DEFAULT) return a
  return Math.min(a, b)
}

/** A symbol made by the linker; one that the input defines stays as it is. Answers the symbol that counts. */
export function provide(link: Link, name: string, output: OutputSection | null, value: bigint, onlyIfUsed: boolean): LinkSymbol | null {
  const old = link.globals.get(name)
  if (old && old.kind !== 'undefined' && old.kind !== 'output') return old
  if (!old && onlyIfUsed) return null
  const symbol = old ?? newLinkSymbol(name, null)
  symbol.kind = 'output'
  symbol.output = output
  symbol.value = value
  symbol.binding = STB.GLOBAL
  link.globals.set(name, symbol)
  return symbol
}

/** The address of a symbol once sections have theirs; `addend` only picks the piece of a merged section. 0 when it is undefined. */
export function addressOf(symbol: LinkSymbol, addend = 0n): bigint {
  if (symbol.kind === 'absolute') return symbol.value
  if (symbol.kind === 'output') return symbol.value + BigInt(symbol.output?.address ?? 0)
  const { section } = symbol
  if (symbol.kind !== 'section' || !section?.output) return 0n
  const base = BigInt(section.output.address)
  if (section.pieces === null) return base + BigInt(section.offset) + symbol.value
  // A section symbol names a piece by its addend, any other symbol by its own value.
  if (symbol.type === STT.SECTION) return base + BigInt(mergedOffset(section.pieces, Number(symbol.value + addend))) - addend
  return base + BigInt(mergedOffset(section.pieces, Number(symbol.value)))
}

/** Where an offset of a mergeable input section went in its output section. */
function mergedOffset(pieces: readonly { start: number; at: number }[], offset: number): number {
  let low = 0
  let high = pieces.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (pieces[middle].start <= offset) low = middle
    else high = middle - 1
  }
  const piece = pieces[low]
  return piece ? piece.at + offset - piece.start : offset
}
