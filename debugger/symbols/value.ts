// The values of a program's variables: where one is, by its location and the frame; its bytes; and its parts, by `.`, `->`, `[]`, `*`.
import { unsignedOf } from '../little-endian.ts'
import { REG } from '../../vm/index.ts'
import { hex } from '../hex.ts'
import { AT, type AttributeValue, DebugInfoError } from '../../kernel/abi/dwarf/index.ts'
import { compute, locate, OPTIMIZED_OUT, toAddress, type ExpressionContext, type Location } from './expression.ts'
import { ET, PT } from '../../kernel/abi/index.ts'
import { readLocations } from './ranges.ts'
import { globalVariable, scopesAt, type Scope } from './scopes.ts'
import type { LoadedFile, SymbolSpace } from './space.ts'
import { attempt } from './sections.ts'
import { symbolsNamed } from './table.ts'
import { byteSize } from './types.ts'
import { entryAt, indexedAddress, unitsOf } from './units.ts'
import type { FrameRegisters, ReadMemory, StackFrame } from './unwind.ts'
import type { DebugUnits, TypeRef, Unit, Variable } from './model.ts'

export interface Value {
  units: DebugUnits
  type: TypeRef
  location: Location
  /** null: they cannot be had, and `problem` says why. */
  bytes: Uint8Array | null
  problem: string | null
  /** Of a bit field: which bits of `bytes`. */
  bits: { size: number; offset: number } | null
}

/** What values are read from. */
export interface ValueSource {
  space: SymbolSpace
  frame: StackFrame
  read: ReadMemory
}

/** More of one value is never fetched. */
const MAX_BYTES = 2 ** 20

export const cannotAccess = (address: number): string => `Cannot access memory at address ${hex(address)}`

const nothing = (what: string) => (): never => {
  throw new DebugInfoError(what)
}

/** tp points at the block of the program itself (psABI, "Thread Local Storage"); where those of shared objects are only libc knows. */
function threadBlock(frame: StackFrame, { file: { elf } }: LoadedFile): bigint {
  const isProgram = elf.header.type === ET.EXEC || elf.segments.some(p => p.type === PT.INTERP)
  if (!isProgram) throw new DebugInfoError('<unsupported: thread-local storage of a shared object>')
  return frame.registers[REG.tp] ?? nothing('tp is not known')()
}

/** Where the symbol table has a global that its unit only declares: what another unit or a piece of assembly defines, or a thread's own. */
function locateSymbol(source: ValueSource, loaded: LoadedFile, name: string): Location {
  for (const { file, bias } of [loaded, ...source.space.files]) {
    const symbol = symbolsNamed(file.symbols, name).find(s => s.kind !== 'function')
    if (symbol === undefined) continue
    if (symbol.kind !== 'tls') return { kind: 'memory', address: symbol.address + bias }
    try {
      return { kind: 'memory', address: toAddress(threadBlock(source.frame, loaded)) + symbol.address }
    } catch (error) {
      if (!(error instanceof DebugInfoError)) throw error
      return { kind: 'lost', reason: error.message }
    }
  }
  return { kind: 'lost', reason: OPTIMIZED_OUT }
}

/** The expression of a location at an address of the file; null: it is nowhere there. */
function expressionAt(units: DebugUnits, unit: Unit, location: AttributeValue, address: number): Uint8Array | null {
  if (location.kind === 'block') return location.bytes
  return readLocations(units, unit, location).find(l => address >= l.start && address < l.end)?.expression ?? null
}

function contextFor(
  source: Omit<ValueSource, 'space'>,
  loaded: LoadedFile,
  units: DebugUnits,
  unit: Unit,
  scope: Scope | null,
): ExpressionContext {
  const { frame, read } = source
  const at = frame.lookup - loaded.bias
  const cfa = (): bigint => (frame.cfa === null ? nothing('the frame address is not known')() : BigInt(frame.cfa))
  const context: ExpressionContext = {
    section: 'a location',
    bias: loaded.bias,
    registers: frame.registers,
    readMemory: read,
    cfa,
    frameBase: nothing('the frame base is not known'),
    indexed: index => indexedAddress(units, unit, index),
    called: offset => {
      const location = entryAt(units, unit.offset + offset)?.attributes.get(AT.location)
      return (location && expressionAt(units, unit, location, at)) ?? new Uint8Array(0)
    },
    threadBlock: () => threadBlock(frame, loaded),
  }
  const base = scope?.frameBase
  if (!base) return context
  return {
    ...context,
    frameBase: () => {
      const bytes = expressionAt(units, unit, base, at)
      return bytes === null ? nothing('the frame base is not known')() : compute(bytes, context)
    },
  }
}

function littleEndian(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let rest = BigInt.asUintN(size * 8, value)
  for (let i = 0; i < size; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn)
  return bytes
}

/** Bytes at a location, or the reason why they cannot be had. */
function fetch(location: Location, size: number, registers: FrameRegisters, read: ReadMemory): Uint8Array | string {
  if (!(size >= 0 && size <= MAX_BYTES)) return `<a value of ${size} bytes>`
  switch (location.kind) {
    case 'memory':
      return (size === 0 ? new Uint8Array(0) : read(location.address, size)) ?? cannotAccess(location.address)
    case 'register': {
      const value = registers[location.register]
      return value === null || value === undefined ? '<not saved>' : littleEndian(value, size)
    }
    case 'value':
      return littleEndian(location.value, size)
    case 'bytes': {
      const bytes = new Uint8Array(size)
      bytes.set(location.bytes.subarray(0, size))
      return bytes
    }
    case 'pieces':
      return fetchPieces(location, size, registers, read)
    case 'lost':
      return location.reason
  }
}

function fetchPieces(
  whole: Extract<Location, { kind: 'pieces' }>,
  size: number,
  registers: FrameRegisters,
  read: ReadMemory,
): Uint8Array | string {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const piece of whole.pieces) {
    if (at >= size) break
    const part = fetch(piece.location, Math.min(piece.size, size - at), registers, read)
    if (typeof part === 'string') return part
    bytes.set(part, at)
    at += piece.size
  }
  return bytes
}

export function valueAt(source: Pick<ValueSource, 'frame' | 'read'>, units: DebugUnits, type: TypeRef, location: Location): Value {
  const fetched = fetch(location, byteSize(units, type), source.frame.registers, source.read)
  const problem = typeof fetched === 'string' ? fetched : null
  return { units, type, location, bytes: typeof fetched === 'string' ? null : fetched, problem, bits: null }
}

function constantLocation(constant: AttributeValue): Location {
  if (constant.kind === 'constant') return { kind: 'value', value: constant.value }
  if (constant.kind === 'block') return { kind: 'bytes', bytes: constant.bytes }
  return { kind: 'lost', reason: OPTIMIZED_OUT }
}

/** Where a variable is in a frame of its function. `loaded` is the file that declares it. */
function locateVariable(source: ValueSource, loaded: LoadedFile, units: DebugUnits, variable: Variable, scope: Scope | null): Location {
  const { unit, location, constant, name } = variable
  if (location === null) {
    if (constant) return constantLocation(constant)
    return scope === null ? locateSymbol(source, loaded, name) : { kind: 'lost', reason: OPTIMIZED_OUT }
  }
  const bytes = attempt(loaded.file, () => expressionAt(units, unit, location, source.frame.lookup - loaded.bias))
  if (bytes === null) return { kind: 'lost', reason: OPTIMIZED_OUT }
  return locate(bytes, contextFor(source, loaded, units, unit, scope))
}

export interface VisibleVariable {
  variable: Variable
  scope: Scope | null
  loaded: LoadedFile
  units: DebugUnits
}

/** Variables that a frame sees, innermost scope first; those of outer scopes that are hidden by name are among them. */
export function localsOf(frame: StackFrame): VisibleVariable[] {
  const { loaded } = frame
  const units = loaded && unitsOf(loaded.file)
  if (!loaded || !units) return []
  return scopesAt(units, frame.lookup - loaded.bias).flatMap(scope => scope.variables.map(variable => ({ variable, scope, loaded, units })))
}

/** The variable that a name means in a frame: a local, else a global of its file, else one of another file. */
export function findVariable(space: SymbolSpace, frame: StackFrame, name: string): VisibleVariable | null {
  const local = localsOf(frame).find(v => v.variable.name === name)
  if (local) return local
  const files = frame.loaded ? [frame.loaded, ...space.files.filter(f => f !== frame.loaded)] : space.files
  for (const loaded of files) {
    const units = unitsOf(loaded.file)
    const variable = units && globalVariable(units, name, loaded === frame.loaded ? frame.lookup - loaded.bias : null)
    if (variable) return { variable, scope: null, loaded, units }
  }
  return null
}

/** The value of a variable in a frame. */
export function valueOfVariable(source: ValueSource, visible: VisibleVariable): Value {
  const { variable, scope, loaded, units } = visible
  return valueAt(source, units, variable.type, locateVariable(source, loaded, units, variable, scope))
}

export const addressOfValue = (value: Value): number | null => (value.location.kind === 'memory' ? value.location.address : null)
/** The bits of a pointer as an address. */
export const pointerOf = (bytes: Uint8Array): number => toAddress(unsignedOf(bytes))
