// The door of debug information: what the bytes of ELF files say of a program's names, lines, scopes, types and frames.
export { DebugInfoError } from '../../kernel/abi/dwarf/index.ts'
export { openDebugFile } from './sections.ts'
export {
  complete,
  describeAddress,
  symbolAt,
  symbolsNamed,
  type DebugSymbol,
  type SymbolBinding,
  type SymbolKind,
  type SymbolTable,
} from './table.ts'
export { afterPrologue, filesNamed, lineAt, linesOf, rangeAt, statementRange } from './lines.ts'
export { addressesOfFunction, addressesOfLine, type LineAddresses } from './places.ts'
export type { LineProgram, LineRow } from '../../kernel/abi/dwarf/index.ts'
export { unitsOf } from './units.ts'
export { allScopes, globalsOf, globalVariable, scopesAt, typeNamed, type Scope } from './scopes.ts'
export { byteSize, stripped, typeAt } from './types.ts'
export { declaration, typeName, typeText } from './type-names.ts'
export { descriptionAt, framesOf } from './cfi.ts'
export { frameRowAt, frameRows, type CfaRule, type FrameRow, type RegisterRule } from './cfi-rows.ts'
export { locate, type Location } from './expression.ts'
export { addressOfValue, findVariable, localsOf, valueOfVariable, type Value, type ValueSource, type VisibleVariable } from './value.ts'
export { formatValue } from './format.ts'
export { evaluate, printExpression } from './evaluate.ts'
export {
  describeInSpace,
  fileAt,
  functionAddressesInSpace,
  lineAddressesInSpace,
  lineInSpace,
  newSymbolSpace,
  statementInSpace,
  symbolInSpace,
  symbolsInSpace,
  type LoadedFile,
  type SymbolSpace,
} from './space.ts'
export { unwind, type Backtrace, type FrameRegisters, type ReadMemory, type StackFrame } from './unwind.ts'
export { loadSpace, loadTask, type DebugFileCache } from './load.ts'
export { backtraceOf, placeOfTask, taskMemory, taskRegisters } from './task.ts'
export type {
  DebugFile,
  DebugUnits,
  FrameDescription,
  FrameTable,
  LineMark,
  LineRange,
  LineTable,
  Member,
  SourcePlace,
  Type,
  TypeRef,
  Unit,
  Variable,
} from './model.ts'
