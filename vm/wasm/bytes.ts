// Writing WebAssembly binaries: opcodes by their names in the specification, LEB128 numbers, and the sections of a module.
// Code is a flat list of bytes; pieces are joined by spreading. Good enough for modules made once at start-up.

export type Code = number[]

/** Opcodes (WebAssembly core specification, binary format of instructions). */
export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCallIndirect: 0x13,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i64Load: 0x29,
  i64Load8S: 0x30,
  i64Load8U: 0x31,
  i64Load16S: 0x32,
  i64Load16U: 0x33,
  i64Load32S: 0x34,
  i64Load32U: 0x35,
  i32Load16U: 0x2f,
  f64Load: 0x2b,
  i32Store: 0x36,
  i64Store: 0x37,
  f64Store: 0x39,
  i32Store16: 0x3b,
  i64Store8: 0x3c,
  i64Store16: 0x3d,
  i64Store32: 0x3e,
  i32Const: 0x41,
  i64Const: 0x42,
  f64Const: 0x44,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32LtS: 0x48,
  i32GtU: 0x4b,
  i32GeU: 0x4f,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64Ne: 0x52,
  i64LtS: 0x53,
  i64LtU: 0x54,
  i64GtS: 0x55,
  i64GtU: 0x56,
  i64LeS: 0x57,
  i64LeU: 0x58,
  i64GeS: 0x59,
  i64GeU: 0x5a,
  f32Eq: 0x5b,
  f32Ne: 0x5c,
  f32Lt: 0x5d,
  f32Le: 0x5f,
  f64Eq: 0x61,
  f64Ne: 0x62,
  f64Lt: 0x63,
  f64Gt: 0x64,
  f64Le: 0x65,
  f64Ge: 0x66,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32Shl: 0x74,
  i32ShrU: 0x76,
  i64Clz: 0x79,
  i64Ctz: 0x7a,
  i64Popcnt: 0x7b,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64DivS: 0x7f,
  i64DivU: 0x80,
  i64RemS: 0x81,
  i64RemU: 0x82,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  i64Rotl: 0x89,
  i64Rotr: 0x8a,
  f32Sqrt: 0x91,
  f32Add: 0x92,
  f32Sub: 0x93,
  f32Mul: 0x94,
  f32Div: 0x95,
  f32Min: 0x96,
  f32Max: 0x97,
  f64Abs: 0x99,
  f64Neg: 0x9a,
  f64Ceil: 0x9b,
  f64Floor: 0x9c,
  f64Trunc: 0x9d,
  f64Nearest: 0x9e,
  f64Sqrt: 0x9f,
  f64Add: 0xa0,
  f64Sub: 0xa1,
  f64Mul: 0xa2,
  f64Div: 0xa3,
  f64Min: 0xa4,
  f64Max: 0xa5,
  f64Copysign: 0xa6,
  i32WrapI64: 0xa7,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
  i64TruncF64S: 0xb0,
  i64TruncF64U: 0xb1,
  f32ConvertI64S: 0xb4,
  f32ConvertI64U: 0xb5,
  f32DemoteF64: 0xb6,
  f64ConvertI32U: 0xb8,
  f64ConvertI64S: 0xb9,
  f64ConvertI64U: 0xba,
  f64PromoteF32: 0xbb,
  i32ReinterpretF32: 0xbc,
  i64ReinterpretF64: 0xbd,
  f32ReinterpretI32: 0xbe,
  f64ReinterpretI64: 0xbf,
  i64Extend32S: 0xc4,
} as const

export const TYPE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, empty: 0x40 } as const

export function unsigned(n: number): Code {
  const out: Code = []
  let rest = n >>> 0
  while (rest > 127) {
    out.push((rest & 127) | 128)
    rest >>>= 7
  }
  out.push(rest)
  return out
}

/** A signed number of 32 bits: most of what is emitted. */
function signed32(n: number): Code {
  const out: Code = []
  let rest = n | 0
  for (;;) {
    const byte = rest & 127
    rest >>= 7
    if ((rest === 0 && !(byte & 64)) || (rest === -1 && byte & 64)) {
      out.push(byte)
      return out
    }
    out.push(byte | 128)
  }
}

function signed64(n: bigint): Code {
  const out: Code = []
  let rest = n
  for (;;) {
    const byte = Number(rest & 127n)
    rest >>= 7n
    if ((rest === 0n && !(byte & 64)) || (rest === -1n && byte & 64)) {
      out.push(byte)
      return out
    }
    out.push(byte | 128)
  }
}

export const i32Const = (n: number): Code => [OP.i32Const, ...signed32(n)]
export const i64Const = (n: bigint | number): Code => [
  OP.i64Const,
  ...(typeof n === 'number' && (n | 0) === n ? signed32(n) : signed64(BigInt.asIntN(64, BigInt(n)))),
]
/** The 8 bytes of a double, least significant first. */
export const f64Const = (n: number): Code => [OP.f64Const, ...new Uint8Array(Float64Array.of(n).buffer)]
export const get = (local: number): Code => [OP.localGet, ...unsigned(local)]
export const set = (local: number): Code => [OP.localSet, ...unsigned(local)]
export const tee = (local: number): Code => [OP.localTee, ...unsigned(local)]
export const br = (depth: number): Code => [OP.br, ...unsigned(depth)]
export const call = (index: number): Code => [OP.call, ...unsigned(index)]
export const brIf = (depth: number): Code => [OP.brIf, ...unsigned(depth)]
/** A load or store at a constant offset, no alignment promised. */
export const mem = (op: number, offset: number): Code => [op, 0, ...unsigned(offset)]

/** Total length of pieces, and their bytes one after another. Long code is kept in pieces: joining arrays by spreading costs milliseconds. */
type Piece = ArrayLike<number>
const lengthOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0)
function write(target: Uint8Array, at: number, pieces: readonly Piece[]): number {
  for (const piece of pieces) {
    target.set(piece, at)
    at += piece.length
  }
  return at
}
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]
const section = (id: number, pieces: readonly Piece[]): Piece[] => [[id, ...unsigned(lengthOf(pieces))], ...pieces]
const name = (text: string): Code => [...unsigned(text.length), ...[...text].map(c => c.charCodeAt(0))]

export interface WasmFunction {
  params: readonly number[]
  results: readonly number[]
  /** Types of the locals after the parameters. */
  locals: readonly number[]
  /** The body without its final `end`, in pieces. */
  code: readonly ArrayLike<number>[]
  export: string
}

/** A function that the module calls, imported as e.NAME. Imports come first in the numbering of functions. */
export interface WasmImport {
  name: string
  params: readonly number[]
  results: readonly number[]
}

const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const FUNCTION_TYPE = 0x60
const FUNCTION_REFERENCE = 0x70

/** A module that imports one memory, of any size, as e.memory, functions, and maybe a table of functions, e.table; and exports its own. Functions' types have their numbers: first those of the imports. */
export function wasmModule(
  functions: readonly WasmFunction[],
  imports: readonly WasmImport[] = [],
  table = false,
): Uint8Array<ArrayBuffer> {
  const types = [...imports, ...functions].map(f => [FUNCTION_TYPE, ...vector(f.params.map(t => [t])), ...vector(f.results.map(t => [t]))])
  const memoryImport = [...name('e'), ...name('memory'), 2, 0, 1]
  const tableImport = table ? [[...name('e'), ...name('table'), 1, FUNCTION_REFERENCE, 0, 0]] : []
  const functionImports = imports.map((f, index) => [...name('e'), ...name(f.name), 0, ...unsigned(index)])
  const bodies: Piece[] = functions.flatMap((f): Piece[] => {
    const locals = vector(f.locals.map(t => [1, t]))
    return [unsigned(locals.length + lengthOf(f.code) + 1), locals, ...f.code, [OP.end]]
  })
  const pieces: Piece[] = [
    [...MAGIC],
    ...section(1, [vector(types)]),
    ...section(2, [vector([memoryImport, ...tableImport, ...functionImports])]),
    ...section(3, [vector(functions.map((_, index) => unsigned(imports.length + index)))]),
    ...section(7, [vector(functions.map((f, index) => [...name(f.export), 0, ...unsigned(imports.length + index)]))]),
    ...section(10, [unsigned(functions.length), ...bodies]),
  ]
  const module = new Uint8Array(lengthOf(pieces))
  write(module, 0, pieces)
  return module
}
