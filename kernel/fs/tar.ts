// ustar archives (POSIX.1-1988, with GNU long names and pax path records as tar writes them today): images of a root directory.
import { bytesOf, concatBytes, cString, textOf } from './bytes.ts'
import type { ImageFile } from './image.ts'
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

/** Octal text, or GNU's base 256 when the top bit is set. */
function number(header: Uint8Array, name: Field): number {
  const bytes = field(header, name)
  if (bytes[0] & 0x80) return bytes.subarray(1).reduce((n, byte) => n * 256 + byte, 0)
  const text = cString(bytes).trim()
  return text === '' ? 0 : parseInt(text, 8)
}

/** Sum of all bytes, the checksum field itself counted as spaces. */
function checksum(header: Uint8Array): number {
  const [at, length] = FIELDS.checksum
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= at && i < at + length ? 32 : header[i]
  return sum
}

/** "length key=value\n" records of a pax header. */
function paxRecords(data: Uint8Array): Map<string, string> {
  const records = new Map<string, string>()
  const text = textOf(data)
  for (let at = 0; at < text.length;) {
    const length = parseInt(text.slice(at), 10)
    if (!(length > 0)) break
    const record = text.slice(text.indexOf(' ', at) + 1, at + length - 1)
    const equals = record.indexOf('=')
    records.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return records
}

/** The files of an archive. Throws an Error that says where it is malformed. */
export function readTar(bytes: Uint8Array): ImageFile[] {
  const files: ImageFile[] = []
  let next: { path?: string; link?: string; size?: number } = {}
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK)
    if (header.every(byte => byte === 0)) break
    if (checksum(header) !== number(header, 'checksum')) throw new Error(`reading a tar archive: wrong checksum at offset ${at}`)
    const type = String.fromCharCode(header[FIELDS.type[0]])
    const size = next.size ?? number(header, 'size')
    const kind = KINDS[type]
    const hasData = kind === undefined || (kind === 'regular' && type !== HARD_LINK)
    const data = bytes.subarray(at + BLOCK, at + BLOCK + (hasData ? size : 0))
    if (hasData && data.length < size) throw new Error(`reading a tar archive: the entry at offset ${at} ends beyond the archive`)
    at += BLOCK + (hasData ? Math.ceil(size / BLOCK) * BLOCK : 0)
    if (type === GNU_LONG_NAME) next.path = cString(data)
    else if (type === GNU_LONG_LINK) next.link = cString(data)
    else if (type === PAX) {
      const records = paxRecords(data)
      next = { ...next, path: records.get('path') ?? next.path, link: records.get('linkpath') ?? next.link }
      if (records.has('size')) next.size = Number(records.get('size'))
    } else if (kind) {
      files.push(fileOf(header, kind, type, data, next))
      next = {}
    } else if (type !== PAX_GLOBAL) throw new Error(`reading a tar archive: entry type '${type}' before offset ${at} is not known`)
  }
  return files
}

function fileOf(header: Uint8Array, kind: FileKind, type: string, data: Uint8Array, long: { path?: string; link?: string }): ImageFile {
  const prefix = textOf(field(header, 'magic')) === 'ustar\0' ? cString(field(header, 'prefix')) : ''
  const short = cString(field(header, 'name'))
  const path = long.path ?? (prefix ? `${prefix}/${short}` : short)
  const link = long.link ?? cString(field(header, 'linkname'))
  const file: ImageFile = {
    path,
    // Before ustar a directory was a regular file whose name ends in a slash.
    kind: kind === 'regular' && path.endsWith('/') ? 'directory' : kind,
    mode: number(header, 'mode') & PERMISSIONS,
    uid: number(header, 'uid'),
    gid: number(header, 'gid'),
    mtime: { sec: number(header, 'mtime'), nsec: 0 },
  }
  if (type === HARD_LINK) file.link = link
  else if (file.kind === 'regular') file.data = data
  if (kind === 'symlink') file.target = link
  if (kind === 'chardev' || kind === 'blockdev') file.rdev = (number(header, 'major') << 8) | number(header, 'minor')
  return file
}

const TYPE_OF_KIND: Readonly<Record<FileKind, string>> = {
  regular: '0',
  symlink: '2',
  chardev: '3',
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
      mtime: file.mtime?.sec ?? 0,
      type: file.link !== undefined ? HARD_LINK : TYPE_OF_KIND[file.kind],
      linkname: link,
      magic: 'ustar\x0000',
      major: rdev >> 8,
      minor: rdev & 0xff,
    }
    parts.push(headerOf(header), ...padded(data))
  }
  parts.push(new Uint8Array(2 * BLOCK))
  return concatBytes(parts)
}
