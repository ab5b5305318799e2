// ustar archives (POSIX.1-1988, with GNU long names and pax path records as tar writes them today): images of a root directory.
import { majorOf, makeDev, minorOf } from '../abi/index.ts'
import { concatBytes } from '../abi/index.ts'
import { bytesOf, cString, textOf } from './bytes.ts'
import { ImageError, type ImageFile } from './image.ts'
import type { FileKind } from '../vfs/types.ts'

const BLOCK = 512
const PERMISSIONS = 0o7777

/** Where each field of a header is: [offset, length]. */
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  linkname: [157, 100],
  magic: [257, 6],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const
type Field = keyof typeof FIELDS

/** Type flags that are files of their own. */
const KINDS: Readonly<Record<string, FileKind>> = {
  '0': 'regular',
  '\0': 'regular',
  '7': 'regular',
  '1': 'regular',
  '2': 'symlink',
  '3': 'chardev',
  '4': 'blockdev',
  '5': 'directory',
  '6': 'fifo',
}
const HARD_LINK = '1'
const GNU_LONG_NAME = 'L'
const GNU_LONG_LINK = 'K'
const PAX = 'x'
const PAX_GLOBAL = 'g'

const field = (header: Uint8Array, name: Field): Uint8Array => header.subarray(FIELDS[name][0], FIELDS[name][0] + FIELDS[name][1])

const bad = (at: number, text: string): never => {
  throw new ImageError(`reading a tar archive: the entry at offset ${at}: ${text}`)
}

/** Largest value of each number; only a time may lie before 1970. */
const MOST: Partial<Record<Field, number>> = { uid: 0xffff_ffff, gid: 0xffff_ffff, major: 0xfff, minor: 0xfffff, mode: 0xffff_ffff }

/** Octal text, or GNU's base 256 (two's complement) when the top bit is set. `at`: of the header, for what is said of a bad one. */
function number(header: Uint8Array, name: Field, at: number): number {
  const bytes = field(header, name)
  let value: number
  if (bytes[0] & 0x80) {
    // The mark is not part of the number; the bit below it is its sign.
    value = bytes[0] & 0x40 ? -1 : 0
    value = value * 0x40 + (bytes[0] & 0x3f)
    for (const byte of bytes.subarray(1)) value = value * 256 + byte
  } else {
    const text = cString(bytes).trim()
    if (!/^[0-7]*$/.test(text)) bad(at, `its ${name} is '${text}', which is no octal number`)
    value = text === '' ? 0 : parseInt(text, 8)
  }
  const least = name === 'mtime' ? -MOST_SECONDS : 0
  const most = name === 'mtime' ? MOST_SECONDS : (MOST[name] ?? Number.MAX_SAFE_INTEGER)
  if (!(value >= least && value <= most)) bad(at, `its ${name} is out of range`)
  return value
}

/** A year that no clock here shows. */
const MOST_SECONDS = 2 ** 40

/** Sum of all bytes, the checksum field itself counted as spaces. */
function checksum(header: Uint8Array): number {
  const [at, length] = FIELDS.checksum
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= at && i < at + length ? 32 : header[i]
  return sum
}

/** "length key=value\n" records of a pax header, whose header is at `at`. */
function paxRecords(data: Uint8Array, at: number): Map<string, string> {
  const records = new Map<string, string>()
  const text = textOf(data)
  const record = /(\d{1,10}) /y
  for (let from = 0; from < text.length;) {
    record.lastIndex = from
    const [start, digits] = record.exec(text) ?? ['', '0']
    const end = from + Number(digits)
    const equals = text.indexOf('=', from)
    const keyAt = from + start.length
    if (start === '' || end > text.length || text[end - 1] !== '\n' || equals < keyAt || equals >= end) bad(at, 'a pax record is malformed')
    records.set(text.slice(keyAt, equals), text.slice(equals + 1, end - 1))
    from = end
  }
  return records
}

/** What the entries before a file said about it, which its own header has no room for. */
interface Extended {
  path?: string
  link?: string
  size?: number
  uid?: number
  gid?: number
}

function extend(next: Extended, data: Uint8Array, at: number): Extended {
  const records = paxRecords(data, at)
  const numberOf = (key: 'size' | 'uid' | 'gid'): number | undefined => {
    const text = records.get(key)
    if (text === undefined) return next[key]
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Infinity
    return value <= (MOST[key] ?? Number.MAX_SAFE_INTEGER) ? value : bad(at, `its ${key} is '${text}'`)
  }
  return {
    path: records.get('path') ?? next.path,
    link: records.get('linkpath') ?? next.link,
    size: numberOf('size'),
    uid: numberOf('uid'),
    gid: numberOf('gid'),
  }
}

/** The files of an archive. Throws an ImageError that says where it is malformed. */
export function readTar(bytes: Uint8Array): ImageFile[] {
  const files: ImageFile[] = []
  let next: Extended = {}
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK)
    if (header.every(byte => byte === 0)) break
    if (checksum(header) !== number(header, 'checksum', at)) throw new ImageError(`reading a tar archive: wrong checksum at offset ${at}`)
    const type = String.fromCharCode(header[FIELDS.type[0]])
    const kind = KINDS[type]
    const hasData = kind === undefined || (kind === 'regular' && type !== HARD_LINK)
    // What a pax header says of the size is about the file, not about further headers before it.
    const size = hasData ? ((kind === undefined ? undefined : next.size) ?? number(header, 'size', at)) : 0
    const data = bytes.subarray(at + BLOCK, at + BLOCK + size)
    if (data.length < size) throw new ImageError(`reading a tar archive: the entry at offset ${at} ends beyond the archive`)
    if (type === GNU_LONG_NAME) next.path = cString(data)
    else if (type === GNU_LONG_LINK) next.link = cString(data)
    else if (type === PAX) next = extend(next, data, at)
    else if (kind) {
      files.push(fileOf(header, kind, type, data, next, at))
      next = {}
    } else if (type !== PAX_GLOBAL) bad(at, `its type '${type}' is not known`)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return files
}

function fileOf(header: Uint8Array, kind: FileKind, type: string, data: Uint8Array, long: Extended, at: number): ImageFile {
  const prefix = textOf(field(header, 'magic')) === 'ustar\0' ? cString(field(header, 'prefix')) : ''
  const short = cString(field(header, 'name'))
  const path = long.path ?? (prefix ? `${prefix}/${short}` : short)
  const link = long.link ?? cString(field(header, 'linkname'))
  const file: ImageFile = {
    path,
    // Before ustar a directory was a regular file whose name ends in a slash.
    kind: kind === 'regular' && path.endsWith('/') ? 'directory' : kind,
    mode: number(header, 'mode', at) & PERMISSIONS,
    uid: long.uid ?? number(header, 'uid', at),
    gid: long.gid ?? number(header, 'gid', at),
    mtime: { sec: number(header, 'mtime', at), nsec: 0 },
  }
  if (type === HARD_LINK) file.link = link
  else if (file.kind === 'regular') file.data = data
  if (kind === 'symlink') file.target = link
  if (kind === 'chardev' || kind === 'blockdev') file.rdev = makeDev(number(header, 'major', at), number(header, 'minor', at))
  return file
}

const TYPE_OF_KIND: Readonly<Record<FileKind, string>> = {
  regular: '0',
  symlink: '2',
  chardev: '3',
  anon: '0',
  blockdev: '4',
  directory: '5',
  fifo: '6',
  socket: '0',
}

function headerOf(values: Partial<Record<Field, string | number>>): Uint8Array {
  const header = new Uint8Array(BLOCK)
  for (const [name, value] of Object.entries(values) as [Field, string | number][]) {
    const [at, length] = FIELDS[name]
    header.set(bytesOf(typeof value === 'number' ? value.toString(8).padStart(length - 1, '0') : value).subarray(0, length), at)
  }
  header.set(bytesOf(`${checksum(header).toString(8).padStart(6, '0')}\0 `), FIELDS.checksum[0])
  return header
}

const padded = (data: Uint8Array): Uint8Array[] => [data, new Uint8Array(Math.ceil(data.length / BLOCK) * BLOCK - data.length)]

function longName(type: string, name: string): Uint8Array[] {
  const data = bytesOf(`${name}\0`)
  return [
    headerOf({ name: '././@LongLink', mode: 0o644, uid: 0, gid: 0, size: data.length, mtime: 0, type, magic: 'ustar ' }),
    ...padded(data),
  ]
}

/** An archive of files. Sockets cannot be archived (as with tar); names over 100 bytes get GNU long-name entries. */
export function writeTar(files: readonly ImageFile[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const file of files) {
    if (file.kind === 'socket') continue
    const bare = file.path.replace(/^\/+/, '') || '.'
    const path = file.kind === 'directory' && !bare.endsWith('/') ? `${bare}/` : bare
    const link = (file.link ?? file.target ?? '').replace(file.link !== undefined ? /^\/+/ : /^$/, '')
    const data = file.kind === 'regular' && file.link === undefined ? (file.data ?? new Uint8Array(0)) : new Uint8Array(0)
    if (path.length > FIELDS.name[1]) parts.push(...longName(GNU_LONG_NAME, path))
    if (link.length > FIELDS.linkname[1]) parts.push(...longName(GNU_LONG_LINK, link))
    const rdev = file.rdev ?? 0
    const header = {
      name: path,
      mode: file.mode,
      uid: file.uid ?? 0,
      gid: file.gid ?? 0,
      size: data.length,
      mtime: Number(file.mtime?.sec ?? 0),
      type: file.link !== undefined ? HARD_LINK : TYPE_OF_KIND[file.kind],
      linkname: link,
      magic: 'ustar\x0000',
      major: majorOf(rdev),
      minor: minorOf(rdev),
    }
    parts.push(headerOf(header), ...padded(data))
  }
  parts.push(new Uint8Array(2 * BLOCK))
  return concatBytes(parts)
}
