// Loads and stores that leave the loop although their pages are in the TLB: they go on into the next page, or write to code. They are
// made here from what their instruction does, without the reference engine.
import { bytesStored } from '../code-frames.ts'
import { decodeFor, type FField, type FieldName, type ImmField, type Row, type Sem, type Width, type XField } from '../isa/index.ts'
import * as L from '../layout.ts'
import type { Hart, Machine } from '../state.ts'
import { fetchAddress, hostAddress, tlbProbe } from '../tlb.ts'

/** What an instruction does that does nothing but load or store a register. */
interface Access {
  kind: 'read' | 'write'
  bytes: Width
  signed: boolean
  /** The floating-point register of that number; `boxed`: loaded bits stand in ones. */
  float: boolean
  boxed: boolean
  register: number
  /** Of the instruction. */
  length: number
}

/** By instruction word; null for those that do something else. */
export interface Accesses {
  known: Map<number, Access | null>
  /** The bytes of one access, and the same as words. */
  bytes: Uint8Array
  words: Int32Array
  view: DataView
}
const REMEMBERED = 4096

export function createAccesses(): Accesses {
  const buffer = new ArrayBuffer(8)
  return { known: new Map(), bytes: new Uint8Array(buffer), words: new Int32Array(buffer), view: new DataView(buffer) }
}

/** A value of a meaning that is only listened to. */
type Heard = { loaded: { bytes: Width; signed: boolean } | null; field: FieldName | null }
const OTHER: Heard = { loaded: null, field: null }

/** Listens to a meaning: what it loads or stores, if that is all that it does. */
function listen(row: Row, values: Readonly<Record<'rd' | 'rs2', number>>, length: number): Access | null {
  const made: Access[] = []
  let other = false
  const anything = (): Heard => {
    other = true
    return OTHER
  }
  const quietly = (): Heard => OTHER
  const read = (field: FieldName): Heard => ({ loaded: null, field })
  const target =
    (float: boolean, boxed: boolean) =>
    (_f: XField | FField, { loaded }: Heard): void => {
      if (loaded === null) other = true
      else made.push({ kind: 'read', ...loaded, float, boxed, register: values.rd, length })
    }
  const words: Partial<Sem<Heard, Heard>> = {
    x: (f: XField) => read(f),
    f: (f: FField) => read(f),
    imm: (_f: ImmField) => OTHER,
    add: quietly,
    let: v => v,
    fpOn() {},
    load: (bytes, signed) => ({ loaded: { bytes, signed }, field: null }),
    store(bytes, _address, { field }) {
      if (field !== 'rs2' && field !== 'frs2') other = true
      else made.push({ kind: 'write', bytes, signed: false, float: field === 'frs2', boxed: false, register: values.rs2, length })
    },
    setX: target(false, false),
    setF: target(true, false),
    setF32: target(true, true),
  }
  row.meaning?.(new Proxy(words, { get: (own, word) => Reflect.get(own, word) ?? anything }) as Sem<Heard, Heard>)
  return other || made.length !== 1 ? null : made[0]
}

/** What the instruction at pc does, which is in the fetch TLB. */
function accessAt(machine: Machine, hart: Hart, { known }: Accesses): Access | null {
  const [lo] = hart.pc
  const at = fetchAddress(machine, hart, lo)
  const low = machine.view.getUint16(at, true)
  const long = (low & 3) === 3
  if (long && (lo & (L.PAGE_SIZE - 1)) === L.PAGE_SIZE - 2) return null
  const word = long ? machine.view.getInt32(at, true) : low
  let access = known.get(word)
  if (access === undefined) {
    if (known.size === REMEMBERED) known.clear()
    const decoded = decodeFor(machine.isa, word)
    access = decoded === null ? null : listen(decoded.row, decoded.values, decoded.length)
    known.set(word, access)
  }
  return access
}

/** Makes the access of the instruction at pc, to {lo, hi}, and goes on behind it. Answers its kind; null: it is the reference engine's, and nothing happened. */
export function makeAccess(
  machine: Machine,
  hart: Hart,
  accesses: Accesses,
  kind: 'read' | 'write',
  lo: number,
  hi: number,
): string | null {
  if (machine.debug?.looks || machine.timing !== null || tlbProbe(machine, hart, hart.pc[0], hart.pc[1], 'fetch') < 0) return null
  const access = accessAt(machine, hart, accesses)
  if (access === null || access.kind !== kind || (access.float && hart.words[L.WORD_FS] === L.FS_OFF)) return null
  const { bytes } = access
  const last = (lo + bytes - 1) | 0
  const crosses = (lo & (L.PAGE_SIZE - 1)) + bytes > L.PAGE_SIZE
  const first = tlbProbe(machine, hart, lo, hi, kind)
  const second = crosses ? tlbProbe(machine, hart, last, last >>> 0 < lo >>> 0 ? (hi + 1) | 0 : hi, kind) : first
  if (first < 0 || second < 0) return null
  const from = hostAddress(machine, first, lo)
  const inFirst = crosses ? L.PAGE_SIZE - (lo & (L.PAGE_SIZE - 1)) : bytes
  const rest = hostAddress(machine, second, last) - (bytes - 1)
  if (kind === 'read') {
    for (let n = 0; n < bytes; n++) accesses.bytes[n] = machine.bytes[(n < inFirst ? from : rest) + n]
    take(hart, access, accesses)
    hart.counters[L.COUNTERS.loads]++
  } else {
    give(hart, access, accesses)
    for (let n = 0; n < bytes; n++) machine.bytes[(n < inFirst ? from : rest) + n] = accesses.bytes[n]
    bytesStored(machine, from, inFirst)
    if (crosses) bytesStored(machine, rest + inFirst, bytes - inFirst)
    hart.counters[L.COUNTERS.stores]++
  }
  goOn(hart, access.length)
  return crosses ? 'access across pages' : 'store to code'
}

/** The low word of what was loaded. */
function lowWord(bytes: Width, signed: boolean, { words, view }: Accesses): number {
  if (bytes === 1) return signed ? view.getInt8(0) : view.getUint8(0)
  if (bytes === 2) return signed ? view.getInt16(0, true) : view.getUint16(0, true)
  return words[0]
}

/** Loaded bytes to their register. */
function take(hart: Hart, { bytes, signed, float, boxed, register }: Access, accesses: Accesses): void {
  const low = lowWord(bytes, signed, accesses)
  if (float) hart.words[L.WORD_FS] = L.FS_DIRTY
  else if (register === 0) return
  const registers = float ? hart.f : hart.x
  registers[2 * register] = low
  registers[2 * register + 1] = bytes === 8 ? accesses.words[1] : boxed || (signed && low < 0) ? -1 : 0
}

function give(hart: Hart, { float, register }: Access, { words }: Accesses): void {
  const registers = float ? hart.f : hart.x
  words[0] = registers[2 * register]
  words[1] = registers[2 * register + 1]
}

function goOn(hart: Hart, length: number): void {
  const next = (hart.pc[0] >>> 0) + length
  hart.pc[0] = next | 0
  if (next > 0xffff_ffff) hart.pc[1]++
  hart.counters[L.COUNTERS.instret]++
}
