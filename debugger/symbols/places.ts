// Where breakpoints go: the addresses of a line and of a function, behind prologues, once for each copy that the compiler made.
import { afterPrologue, filesNamed, linesOf, marksOfLine } from './lines.ts'
import { AT } from '../../kernel/abi/dwarf/index.ts'
import { scopesAt, unitAt } from './scopes.ts'
import { symbolAt, symbolsNamed } from './table.ts'
import { treeOf, unitsOf } from './units.ts'
import type { DebugFile, DebugUnits, Entry, Unit } from './model.ts'

export interface LineAddresses {
  /** The line that has code: the one asked for, or the next one that has. */
  line: number
  file: string
  /** One for each copy of its code, in order. */
  addresses: number[]
  /** What to tell the user when it is not the line that was asked for; else null. */
  note: string | null
}

/** Whether the unit says where variables are at every instruction, prologues included: optimized code does. */
function knowsPrologues(units: DebugUnits, unit: Unit): boolean {
  const pending: Entry[] = [treeOf(units, unit)]
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const kind = entry.attributes.get(AT.location)?.kind
    if (kind === 'offset' || kind === 'listIndex') return true
    pending.push(...entry.children)
  }
  return false
}

/** Where to stop for a function at an address of the file: behind its prologue, unless variables can be seen in there as well. */
function body(file: DebugFile, start: number): number {
  const units = unitsOf(file)
  const unit = units && unitAt(units, start)
  if (units && unit && knowsPrologues(units, unit)) return start
  const symbol = symbolAt(file.symbols, start, true)
  return symbol === null || symbol.size === 0 ? start : afterPrologue(linesOf(file), start, symbol.address + symbol.size)
}

/** What tells copies of a line apart: the innermost block or inlined function, else the function. */
function copyOf(file: DebugFile, address: number): string {
  const units = unitsOf(file)
  const scope = units && scopesAt(units, address)[0]
  return scope ? `block ${scope.entry.offset}` : `function ${symbolAt(file.symbols, address, true)?.address ?? 0}`
}

function once(file: DebugFile, addresses: readonly number[]): number[] {
  const found = new Map<string, number>()
  for (const address of addresses) {
    const key = copyOf(file, address)
    if (!found.has(key)) found.set(key, address)
  }
  return [...found.values()]
}

const isFunctionStart = (file: DebugFile, address: number): boolean => {
  const symbol = symbolAt(file.symbols, address, true)
  return symbol !== null && symbol.kind === 'function' && symbol.address === address
}

/**
 * Where breakpoints on a line go, as addresses of the file. A line without code stands for the next one in its source that has some,
 * and `note` says so. A line that opens a function is stopped at behind the prologue.
 * @returns one answer for each source that the name means; none when there is no such source, or no code from that line on
 */
export function addressesOfLine(file: DebugFile, name: string, line: number): LineAddresses[] {
  const table = linesOf(file)
  return filesNamed(table, name).flatMap(path => {
    const found = marksOfLine(table, path, line)
    if (found === null) return []
    const note = found.line === line ? null : `line ${line} of ${path} has no code; the next line that has is ${found.line}`
    const addresses = once(file, found.addresses).map(at => (isFunctionStart(file, at) ? body(file, at) : at))
    return [{ line: found.line, file: path, addresses, note }]
  })
}

/** Where breakpoints on a name go, as addresses of the file: in the bodies of functions, at labels of assembly. */
export function addressesOfFunction(file: DebugFile, name: string): number[] {
  return symbolsNamed(file.symbols, name)
    .filter(s => s.kind === 'function' || s.kind === 'label')
    .map(s => (s.size > 0 ? body(file, s.address) : s.address))
}
