// Archives in the common format of ar (System V and GNU): members by name, and the index that tells which one defines a symbol.
import { readElf, readSymbols, SHN, SHT, STB } from '../../kernel/abi/index.ts'
import { newBytes, putBytes, putString, toBytes, encodeUtf8, alignUp } from '../bytes.ts'
import type { Archive } from './state.ts'

const MAGIC = '!<arch>\n'
const HEADER_SIZE = 60
const decoder = new TextDecoder()

const text = (bytes: Uint8Array, start: number, end: number): string => decoder.decode(bytes.subarray(start, end))

export const isArchive = (bytes: Uint8Array): boolean => bytes.length >= MAGIC.length && text(bytes, 0, MAGIC.length) === MAGIC

interface Member {
  /** Offset of the header. */
  at: number
  name: string
  data: Uint8Array
  next: number
}

/** The archive is damaged. */
export class ArchiveError extends Error {
  override name = 'ArchiveError'
}

function memberAt(name: string, bytes: Uint8Array, at: number, longNames: string): Member | null {
  if (at + HEADER_SIZE > bytes.length) return null
  const raw = text(bytes, at, at + 16).trimEnd()
  const size = Number(text(bytes, at + 48, at + 58).trim())
  if (!Number.isInteger(size) || size < 0 || text(bytes, at + 58, at + 60) !== '`\n')
    throw new ArchiveError(`${name}: malformed archive member at ${at}`)
  const start = at + HEADER_SIZE
  if (start + size > bytes.length) throw new ArchiveError(`${name}: archive member at ${at} is cut short`)
  const long = /^\/(\d+)$/.exec(raw)
  const full = long ? longNames.slice(Number(long[1])).split('\n', 1)[0] : raw
  const plain = raw === '/' || raw === '//' || raw === '/SYM64/' ? raw : full.replace(/\/$/, '')
  return { at, name: plain, data: bytes.subarray(start, start + size), next: start + size + (size % 2) }
}

/** All members, the index and the table of long names included. */
function* members(name: string, bytes: Uint8Array): Generator<Member> {
  let longNames = ''
  for (let at = MAGIC.length; ;) {
    const member = memberAt(name, bytes, at, longNames)
    if (!member) return
    if (member.name === '//') longNames = decoder.decode(member.data)
    yield member
    at = member.next
  }
}

/** The index in the member `/`: a big-endian count, that many offsets, then the names. */
function readIndex(name: string, data: Uint8Array): Map<string, number> {
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  if (data.length < 4) throw new ArchiveError(`${name}: archive index is cut short`)
  const count = view.getUint32(0)
  const index = new Map<string, number>()
  let at = 4 + count * 4
  if (at > data.length) throw new ArchiveError(`${name}: archive index is cut short`)
  for (let i = 0; i < count; i++) {
    const end = data.indexOf(0, at)
    if (end < 0) break
    const symbol = text(data, at, end)
    if (!index.has(symbol)) index.set(symbol, view.getUint32(4 + i * 4))
    at = end + 1
  }
  return index
}

/** Names that an object defines for others. */
function definedBy(name: string, data: Uint8Array): string[] {
  const elf = readElf(data, name)
  const table = elf.sections.find(s => s.type === SHT.SYMTAB)
  if (!table) return []
  return readSymbols(elf, table)
    .filter(s => s.binding !== STB.LOCAL && s.section !== SHN.UNDEF)
    .map(s => s.name)
}

/** @throws ArchiveError or ElfError when it cannot be read */
export function readArchive(name: string, bytes: Uint8Array, whole: boolean, place = 0): Archive {
  const archive: Archive = { name, place, bytes, index: new Map(), loaded: new Set(), longNames: '', whole }
  let hasIndex = false
  for (const member of members(name, bytes)) {
    if (member.name === '//') archive.longNames = decoder.decode(member.data)
    else if (member.name === '/') {
      archive.index = readIndex(name, member.data)
      hasIndex = true
    }
    if (hasIndex && member.name !== '/' && member.name !== '//') break
    if (!hasIndex && member.name[0] !== '/') {
      for (const symbol of definedBy(`${name}(${member.name})`, member.data))
        if (!archive.index.has(symbol)) archive.index.set(symbol, member.at)
    }
  }
  return archive
}

/** The member whose header is at that offset. */
export function archiveMember(archive: Archive, at: number): { name: string; data: Uint8Array } {
  const member = memberAt(archive.name, archive.bytes, at, archive.longNames)
  if (!member) throw new ArchiveError(`${archive.name}: no archive member at ${at}`)
  return { name: `${archive.name}(${member.name})`, data: member.data }
}

/** Offsets of all object members. */
export function memberOffsets(archive: Archive): number[] {
  return [...members(archive.name, archive.bytes)].filter(m => m.name[0] !== '/').map(m => m.at)
}

/** An archive of these objects with an index, as `ar rcsD` writes it: no dates, no owners. */
export function writeArchive(objects: readonly { name: string; bytes: Uint8Array }[]): Uint8Array {
  const header = (name: string, size: number): Uint8Array =>
    encodeUtf8(`${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(size).padEnd(10)}\`\n`)
  let longNames = ''
  const named = objects.map(o => {
    if (o.name.length < 16) return { ...o, name: `${o.name}/` }
    const at = longNames.length
    longNames += `${o.name}/\n`
    return { ...o, name: `/${at}` }
  })
  const symbols = objects.map(o => definedBy(o.name, o.bytes))
  const count = symbols.reduce((n, s) => n + s.length, 0)
  const names = newBytes()
  for (const s of symbols.flat()) putString(names, s)
  const indexSize = alignUp(4 + count * 4 + names.length, 2)
  const longSize = longNames === '' ? 0 : HEADER_SIZE + alignUp(longNames.length, 2)
  let at = MAGIC.length + HEADER_SIZE + indexSize + longSize
  const index = new DataView(new ArrayBuffer(indexSize))
  index.setUint32(0, count)
  let slot = 4
  for (const [i, o] of named.entries()) {
    for (let k = 0; k < symbols[i].length; k++, slot += 4) index.setUint32(slot, at)
    at += HEADER_SIZE + alignUp(o.bytes.length, 2)
  }
  new Uint8Array(index.buffer).set(names.data.subarray(0, names.length), slot)
  const out = newBytes(at)
  putBytes(out, encodeUtf8(MAGIC))
  putBytes(out, header('/', indexSize))
  putBytes(out, new Uint8Array(index.buffer))
  if (longNames !== '') {
    putBytes(out, header('//', alignUp(longNames.length, 2)))
    putBytes(out, encodeUtf8(longNames.padEnd(alignUp(longNames.length, 2), '\n')))
  }
  for (const o of named) {
    putBytes(out, header(o.name, o.bytes.length))
    putBytes(out, o.bytes)
    if (o.bytes.length % 2) putString(out, '')
  }
  return toBytes(out)
}
