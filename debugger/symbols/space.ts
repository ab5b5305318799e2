// The files mapped into one address space, and what their tables say of its addresses. A file's own addresses are moved by its bias:
// 0 for an executable at fixed addresses, where it was loaded for the rest.
import { lineAt, linesOf, statementRange } from './lines.ts'
import { addressesOfFunction, addressesOfLine, type LineAddresses } from './places.ts'
import { describeAddress, firstIndex, symbolAt, symbolsNamed, type DebugSymbol } from './table.ts'
import type { DebugFile, SourcePlace } from './model.ts'

export interface LoadedFile {
  file: DebugFile
  /** Added to the file's addresses. */
  bias: number
  /** Mapped addresses, [start, end). */
  start: number
  end: number
}

/** By address; the program itself is one of them. */
export interface SymbolSpace {
  files: LoadedFile[]
}

/** A space of files at these biases: each reaches as far as its segments or sections do. */
export function newSymbolSpace(files: readonly { file: DebugFile; bias: number }[]): SymbolSpace {
  const loaded = files.map(({ file, bias }) => {
    const { areas } = file.symbols
    return { file, bias, start: bias + (areas[0]?.start ?? 0), end: bias + areas.reduce((end, a) => Math.max(end, a.end), 0) }
  })
  return { files: loaded.sort((a, b) => a.start - b.start) }
}

/** The file that an address is in, or null. */
export function fileAt(space: SymbolSpace, address: number): LoadedFile | null {
  const { files } = space
  const found = files[firstIndex(files.length, i => files[i].start > address) - 1]
  return found !== undefined && address < found.end ? found : null
}

/** The symbol that an address belongs to, with its address in the running program; null when there is none. */
export function symbolInSpace(space: SymbolSpace, address: number, functions = false): DebugSymbol | null {
  const loaded = fileAt(space, address)
  const symbol = loaded && symbolAt(loaded.file.symbols, address - loaded.bias, functions)
  return symbol && { ...symbol, address: symbol.address + loaded.bias }
}

/** `main+12`, or null. */
export function describeInSpace(space: SymbolSpace, address: number): string | null {
  const loaded = fileAt(space, address)
  return loaded && describeAddress(loaded.file.symbols, address - loaded.bias)
}

/** Every symbol of a name, with its address in the running program: those of the first files first. */
export function symbolsInSpace(space: SymbolSpace, name: string): DebugSymbol[] {
  return space.files.flatMap(({ file, bias }) => symbolsNamed(file.symbols, name).map(s => ({ ...s, address: s.address + bias })))
}

/** The source line of an address, or null. */
export function lineInSpace(space: SymbolSpace, address: number): SourcePlace | null {
  const loaded = fileAt(space, address)
  return loaded && lineAt(linesOf(loaded.file), address - loaded.bias)
}

/** Addresses of the running program around `address` that are of one line (see statementRange), or null. */
export function statementInSpace(space: SymbolSpace, address: number): { start: number; end: number; place: SourcePlace } | null {
  const loaded = fileAt(space, address)
  const found = loaded && statementRange(linesOf(loaded.file), address - loaded.bias)
  return found && { ...found, start: found.start + loaded.bias, end: found.end + loaded.bias }
}

/** Where the code of a line begins in the running program, over all files (see addressesOfLine). */
export function lineAddressesInSpace(space: SymbolSpace, name: string, line: number): LineAddresses[] {
  return space.files.flatMap(({ file, bias }) =>
    addressesOfLine(file, name, line).map(found => ({ ...found, addresses: found.addresses.map(at => at + bias) })),
  )
}

/** Where breakpoints on a name go in the running program, over all files. */
export function functionAddressesInSpace(space: SymbolSpace, name: string): number[] {
  return space.files.flatMap(({ file, bias }) => addressesOfFunction(file, name).map(at => at + bias))
}
