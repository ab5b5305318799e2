// An instruction set as a machine has it: a set of extensions with all that they imply, read from a string such as rv64gc_zicond, and
// what programs are told of it.
import { csrByNumber } from './csrs.ts'
import { decodeBy, makeDecoder, type Decoded, type Decoder } from './decode.ts'
import type { Row } from './define.ts'
import {
  compareExtensions,
  extensionNamed,
  extensions,
  extensionsWith,
  GENERAL,
  VECTOR_LENGTHS,
  vectorLength,
  type Extension,
} from './extensions.ts'
import { splitIsa } from './isa-string.ts'
import { lazily } from './lazily.ts'
import { profiles } from './profiles.ts'

export interface Isa {
  /** As /proc/cpuinfo has it: `rv64imafdc_zicntr_zicsr_zifencei`. Equal for equal sets. */
  readonly text: string
  readonly extensions: readonly Extension[]
  /** Their names, as the rows have them. */
  readonly names: ReadonlySet<string>
  /** The instructions that are legal, in the order of the manual. */
  readonly rows: ReadonlySet<Row>
  readonly decoder: Decoder
  /** Instructions may begin at any even address; without C at multiples of four only (IALIGN, Unprivileged spec 1.5). */
  readonly parcel: 2 | 4
  /** The misa register: 64 bits wide, a bit for each letter. */
  readonly misa: bigint
  /** AT_HWCAP: the letters that programs may use. */
  readonly hwcap: number
  /** null: it has no vectors. */
  readonly vector: VectorIsa | null
}

/** What of the vector extensions there is. */
export interface VectorIsa {
  /** Bits of a register. */
  vlen: number
  /** Bits of the widest element, of the widest that is a float (0: none), and of the widest whose product has a high half. */
  elen: number
  flen: number
  mulhlen: number
}

function vectorOf(has: ReadonlySet<string>): VectorIsa | null {
  if (!has.has('Zve32x')) return null
  return {
    vlen: Math.max(...VECTOR_LENGTHS.filter(bits => has.has(vectorLength(bits)))),
    elen: has.has('Zve64x') ? 64 : 32,
    flen: has.has('Zve64d') ? 64 : has.has('Zve32f') ? 32 : 0,
    mulhlen: has.has('V') ? 64 : 32,
  }
}

const MXL_64 = 2n << 62n

/** The set of these extensions, with what they imply and what every machine has. */
function isaOf(names: Iterable<string>): Isa {
  const found = new Set<Extension>()
  const add = (name: string): void => {
    const extension = extensionNamed(name)
    if (!extension || found.has(extension)) return
    found.add(extension)
    extension.implies.forEach(add)
  }
  for (const name of names) add(name)
  for (const e of extensions) if (e.mode || (e.sum && e.implies.every(part => found.has(extensionNamed(part)!)))) add(e.name)

  const inOrder = [...found].sort((a, b) => compareExtensions(a.name.toLowerCase(), b.name.toLowerCase()))
  const has = new Set(inOrder.map(e => e.name))
  const lists = new Set(extensions.flatMap(e => (found.has(e) ? [e.rows] : [])))
  const brought = new Set([...lists].flatMap(list => list()))
  const byName = new Map([...brought].flatMap(r => (r.hint ? [] : [[r.name, r] as const])))
  // A compressed instruction takes the extension of what it stands for as well.
  const rows = new Set([...brought].filter(r => (r.also === null || has.has(r.also)) && (!r.expansion || byName.has(r.expansion.name))))
  const letters = (of: readonly Extension[]): number =>
    of.reduce((bits, { name }) => (name.length === 1 ? bits | (1 << (name.charCodeAt(0) - 'A'.charCodeAt(0))) : bits), 0)
  const named = inOrder.filter(e => !e.mode && !e.sum)
  return {
    text: isaText(named.filter(e => e.partOf === null || !has.has(e.partOf)).map(e => e.name.toLowerCase())),
    extensions: inOrder,
    names: has,
    rows,
    decoder: makeDecoder([...rows], byName),
    parcel: has.has('Zca') || has.has('C') ? 2 : 4,
    misa: MXL_64 | BigInt(letters(inOrder)),
    hwcap: letters(named),
    vector: vectorOf(has),
  }
}

const isaText = (names: readonly string[]): string =>
  `rv64${names.filter(n => n.length === 1).join('')}${names.flatMap(n => (n.length > 1 ? [`_${n}`] : [])).join('')}`

/** What machines are made with, unless somebody says otherwise. */
export const defaultIsa: Isa = isaOf([...GENERAL, 'C'])
/** Every extension that there is a row of. */
export const fullIsa: () => Isa = lazily(() => isaOf(extensions.map(e => e.name)))

const known = (): string =>
  extensions
    .filter(e => !e.mode)
    .map(e => e.name.toLowerCase())
    .sort(compareExtensions)
    .join(' ')

/** The set that a string such as `rv64gc_zicond` or `rva22u64` names, or what is wrong with it. */
export function parseIsa(text: string): Isa | string {
  const parts = splitIsa(text)
  if (parts === null) return `${text}: an instruction set begins with rv64, or is a profile: ${profiles.map(p => p.name).join(' ')}`
  for (const { name, version } of parts) {
    const extension = extensionNamed(name)
    if (name !== 'g' && (!extension || extension.mode)) return `${text}: there is no extension ${name} here; there are: ${known()}`
    if (version !== null) return `${text}: the version of ${name} is not to be chosen`
  }
  const [first] = parts
  if (first?.name !== 'i' && first?.name !== 'g') return `${text}: the first extension is i or g`
  const isa = isaOf(parts.flatMap(({ name }) => (name === 'g' ? GENERAL : [name])))
  // Equal sets are one object, so that what is remembered by set is found.
  return isa.text === defaultIsa.text ? defaultIsa : isa
}

/** Whether a machine with these extensions executes the instruction. */
export const isLegal = (isa: Isa, { row, written }: Decoded): boolean => isa.rows.has(written) && isa.rows.has(row)

/** The instruction in a word as a machine with these extensions decodes it; null: it is illegal there. */
export const decodeFor = (isa: Isa, word: number): Decoded | null => decodeBy(isa.decoder, word)

const isVectorCsr = (number: number): boolean => {
  const kind = csrByNumber.get(number)?.holds?.kind
  return kind === 'vector' || kind === 'vlenb'
}

/** Is this an instruction of the machine's that the vector unit has to be on for? */
export function needsVectors(isa: Isa, word: number): boolean {
  const decoded = decodeFor(isa, word)
  if (decoded === null) return false
  const { row, values } = decoded
  return row.extension === 'V' || (row.fields.includes('csr') && isVectorCsr(values.csr))
}

/** The extension that an instruction would need and the set lacks; null: it has all. */
export function lackedExtension(isa: Isa, { row, written }: Decoded): string | null {
  const lacked = [row, written].find(r => !extensionsWith(r).some(e => isa.names.has(e.name)))
  return lacked?.extension ?? (written.also !== null && !isa.names.has(written.also) ? written.also : null)
}

/** The bits of a riscv_hwprobe value: each of an extension, or of several that are all there. */
export function hwprobeBits(isa: Isa, key: number): bigint {
  const there = new Map<number, boolean>()
  for (const { name, hwprobe } of extensions)
    if (hwprobe?.key === key) there.set(hwprobe.bit, (there.get(hwprobe.bit) ?? true) && isa.names.has(name))
  return [...there].reduce((sum, [bit, all]) => (all ? sum | (1n << BigInt(bit)) : sum), 0n)
}
