// The relocations of the RISC-V ELF psABI, one row each: what value they stand for and how it is stored. The assembler writes them,
// the linker applies them, objdump and readelf print their names.
import { encodeField, fieldSpec, type FieldName } from '../vm/isa/index.ts'
import { R_RISCV, type RelocationName } from '../kernel/abi/index.ts'

/**
 * What is stored. absolute: S + A. pcrel: S + A - P. got, tlsGd, tlsIe: address of the table entry of S, + A - P. low: the value that the
 * relocation at the address S computed (PCREL_LO12 names the auipc). tprel: S + A - thread pointer. dtprel: S + A within the module's
 * thread-local block. relax, align: notes to the linker. dynamic: only in linked files.
 */
type RelocationValue =
  'none' | 'absolute' | 'pcrel' | 'got' | 'tlsGd' | 'tlsIe' | 'low' | 'tprel' | 'dtprel' | 'relax' | 'align' | 'dynamic'

/** Writes the value at an offset; answers false when it does not fit. */
type Store = (view: DataView, at: number, value: bigint) => boolean

export interface RelocationRow {
  number: number
  name: string
  value: RelocationValue
  /** Bytes that it may touch. */
  size: number
  store: Store
}

const nothing: Store = () => true

function getData(view: DataView, at: number, size: number): bigint {
  if (size === 1) return BigInt(view.getUint8(at))
  if (size === 2) return BigInt(view.getUint16(at, true))
  if (size === 4) return BigInt(view.getUint32(at, true))
  return view.getBigUint64(at, true)
}
function setData(view: DataView, at: number, size: number, value: bigint): void {
  if (size === 1) view.setUint8(at, Number(value & 0xffn))
  else if (size === 2) view.setUint16(at, Number(value & 0xffffn), true)
  else if (size === 4) view.setUint32(at, Number(value & 0xffffffffn), true)
  else view.setBigUint64(at, BigInt.asUintN(64, value), true)
}

/** Fits as a signed or as an unsigned number of that many bits. */
const fits = (value: bigint, bits: number): boolean => value >= -(1n << BigInt(bits - 1)) && value < 1n << BigInt(bits)

const data =
  (size: number): Store =>
  (view, at, value) => {
    setData(view, at, size, value)
    return size === 8 || fits(value, size * 8)
  }
const combine =
  (size: number, operation: (old: bigint, value: bigint) => bigint): Store =>
  (view, at, value) => {
    setData(view, at, size, operation(getData(view, at, size), value))
    return true
  }
const add = (size: number): Store => combine(size, (old, v) => old + v)
const sub = (size: number): Store => combine(size, (old, v) => old - v)
const set = (size: number): Store => combine(size, (_old, v) => v)
const six = (operation: (old: bigint, v: bigint) => bigint): Store => combine(1, (old, v) => (old & 0xc0n) | (operation(old, v) & 0x3fn))

/** A ULEB128 number keeps the length that it has: of an address it holds the low bits, until the other one is taken away. */
const uleb =
  (operation: (old: bigint, value: bigint) => bigint): Store =>
  (view, at, value) => {
    let old = 0n
    let length = 0
    let more = true
    while (more && at + length < view.byteLength) {
      const byte = view.getUint8(at + length)
      old |= BigInt(byte & 0x7f) << BigInt(7 * length++)
      more = byte >= 0x80 && length < MAX_ULEB_BYTES
    }
    let rest = BigInt.asUintN(64, operation(old, value))
    for (let i = 0; i < length; i++, rest >>= 7n) view.setUint8(at + i, Number(rest & 0x7fn) | (i < length - 1 ? 0x80 : 0))
    return !more
  }
const MAX_ULEB_BYTES = 10

/** The instruction bits that a field takes. */
function bitsOf(field: FieldName): number {
  let mask = 0
  for (const [lsb, width] of fieldSpec(field).parts) mask |= (2 ** width - 1) << lsb
  return mask
}

/** Puts a value in a field of the instruction there, which is 2 or 4 bytes long. */
function setField(view: DataView, at: number, length: 2 | 4, field: FieldName, value: number): boolean {
  const bits = encodeField(value, field)
  const old = length === 2 ? view.getUint16(at, true) : view.getUint32(at, true)
  const word = (old & ~bitsOf(field)) | (bits ?? 0)
  if (length === 2) view.setUint16(at, word & 0xffff, true)
  else view.setUint32(at, word >>> 0, true)
  return bits !== null
}

const field =
  (name: FieldName, length: 2 | 4 = 4): Store =>
  (view, at, value) =>
    setField(view, at, length, name, Number(value))

/** The upper 20 bits, rounded so that a signed low part completes them. */
const highPart = (value: bigint): bigint => ((value + 0x800n) >> 12n) << 12n
const lowPart = (value: bigint): number => Number(BigInt.asIntN(12, value))

const high: Store = (view, at, value) => {
  const upper = highPart(value)
  setField(view, at, 4, 'u', Number(BigInt.asIntN(32, upper)))
  return BigInt.asIntN(32, upper) === upper
}
const low =
  (name: 'i' | 's'): Store =>
  (view, at, value) =>
    setField(view, at, 4, name, lowPart(value))
/** auipc and the jalr after it. */
const pair: Store = (view, at, value) => {
  const ok = high(view, at, value)
  return low('i')(view, at + 4, value) && ok
}
/** c.lui cannot hold 0: the linker never makes one that would need it. */
const compressedHigh: Store = (view, at, value) => setField(view, at, 2, 'clui', Number(BigInt.asIntN(32, highPart(value))))

const definitions: readonly (readonly [RelocationName, RelocationValue, number, Store])[] = [
  ['NONE', 'none', 0, nothing],
  [32, 'absolute', 4, data(4)],
  [64, 'absolute', 8, data(8)],
  ['RELATIVE', 'dynamic', 8, nothing],
  ['COPY', 'dynamic', 0, nothing],
  ['JUMP_SLOT', 'dynamic', 8, nothing],
  ['TLS_DTPMOD32', 'dynamic', 4, nothing],
  ['TLS_DTPMOD64', 'dynamic', 8, nothing],
  ['TLS_DTPREL32', 'dtprel', 4, data(4)],
  ['TLS_DTPREL64', 'dtprel', 8, data(8)],
  ['TLS_TPREL32', 'tprel', 4, data(4)],
  ['TLS_TPREL64', 'tprel', 8, data(8)],
  ['BRANCH', 'pcrel', 4, field('b')],
  ['JAL', 'pcrel', 4, field('j')],
  ['CALL', 'pcrel', 8, pair],
  ['CALL_PLT', 'pcrel', 8, pair],
  ['GOT_HI20', 'got', 4, high],
  ['TLS_GOT_HI20', 'tlsIe', 4, high],
  ['TLS_GD_HI20', 'tlsGd', 4, high],
  ['PCREL_HI20', 'pcrel', 4, high],
  ['PCREL_LO12_I', 'low', 4, low('i')],
  ['PCREL_LO12_S', 'low', 4, low('s')],
  ['HI20', 'absolute', 4, high],
  ['LO12_I', 'absolute', 4, low('i')],
  ['LO12_S', 'absolute', 4, low('s')],
  ['TPREL_HI20', 'tprel', 4, high],
  ['TPREL_LO12_I', 'tprel', 4, low('i')],
  ['TPREL_LO12_S', 'tprel', 4, low('s')],
  ['TPREL_ADD', 'none', 4, nothing],
  ['ADD8', 'absolute', 1, add(1)],
  ['ADD16', 'absolute', 2, add(2)],
  ['ADD32', 'absolute', 4, add(4)],
  ['ADD64', 'absolute', 8, add(8)],
  ['SUB8', 'absolute', 1, sub(1)],
  ['SUB16', 'absolute', 2, sub(2)],
  ['SUB32', 'absolute', 4, sub(4)],
  ['SUB64', 'absolute', 8, sub(8)],
  ['GNU_VTINHERIT', 'none', 0, nothing],
  ['GNU_VTENTRY', 'none', 0, nothing],
  ['ALIGN', 'align', 0, nothing],
  ['RVC_BRANCH', 'pcrel', 2, field('cb', 2)],
  ['RVC_JUMP', 'pcrel', 2, field('cj', 2)],
  ['RVC_LUI', 'absolute', 2, compressedHigh],
  ['GPREL_I', 'none', 4, nothing],
  ['GPREL_S', 'none', 4, nothing],
  ['TPREL_I', 'tprel', 4, field('i')],
  ['TPREL_S', 'tprel', 4, field('s')],
  ['RELAX', 'relax', 0, nothing],
  ['SUB6', 'absolute', 1, six((old, v) => old - v)],
  ['SET6', 'absolute', 1, six((_old, v) => v)],
  ['SET8', 'absolute', 1, set(1)],
  ['SET16', 'absolute', 2, set(2)],
  ['SET32', 'absolute', 4, set(4)],
  ['32_PCREL', 'pcrel', 4, data(4)],
  ['IRELATIVE', 'dynamic', 8, nothing],
  ['PLT32', 'pcrel', 4, data(4)],
  ['SET_ULEB128', 'absolute', 1, uleb((_old, v) => v)],
  ['SUB_ULEB128', 'absolute', 1, uleb((old, v) => old - v)],
]

/** By number; undefined for numbers that the psABI does not define. */
export const relocationRows: ReadonlyMap<number, RelocationRow> = new Map(
  definitions.map(([name, value, size, store]) => [R_RISCV[name], { number: R_RISCV[name], name: `R_RISCV_${name}`, value, size, store }]),
)

export const relocationName = (type: number): string => relocationRows.get(type)?.name ?? `R_RISCV_${type}`
