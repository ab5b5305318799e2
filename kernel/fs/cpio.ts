// The "newc" cpio archive: what Linux takes as an initramfs (Documentation/driver-api/early-userspace/buffer-format.rst).
// Each entry: 110 bytes of ASCII hex, the name, the contents, both padded to 4 bytes; "TRAILER!!!" ends it.
import { S_IFMT, makeDev, majorOf, minorOf } from '../abi/index.ts'
import { concatBytes } from '../abi/index.ts'
import { bytesOf, cString, textOf } from './bytes.ts'
import { ImageError, type ImageFile } from './image.ts'
import { kindOfMode, typeOfKind } from '../vfs/index.ts'

const MAGIC = '070701'
/** With checksums; they are not verified. */
const MAGIC_CRC = '070702'
const HEADER_BYTES = 110
const FIELDS = [
  'ino',
  'mode',
  'uid',
  'gid',
  'nlink',
  'mtime',
  'filesize',
  'devmajor',
  'devminor',
  'rdevmajor',
  'rdevminor',
  'namesize',
  'check',
] as const
const FIELD_DIGITS = 8
const ALIGN = 4
const TRAILER = 'TRAILER!!!'
const PERMISSIONS = 0o7777

type Header = Record<(typeof FIELDS)[number], number>

const aligned = (n: number): number => Math.ceil(n / ALIGN) * ALIGN

function readHeader(bytes: Uint8Array, at: number): Header {
  if (at + HEADER_BYTES > bytes.length) throw new ImageError(`reading a cpio archive: it ends within the header at offset ${at}`)
  const text = textOf(bytes.subarray(at, at + HEADER_BYTES))
  if (!text.startsWith(MAGIC) && !text.startsWith(MAGIC_CRC))
    throw new ImageError(`reading a cpio archive: no "newc" header at offset ${at}`)
  const header = {} as Header
  FIELDS.forEach((field, i) => {
    const digits = text.slice(MAGIC.length + i * FIELD_DIGITS, MAGIC.length + (i + 1) * FIELD_DIGITS)
    if (!/^[0-9a-fA-F]{8}$/.test(digits)) throw new ImageError(`reading a cpio archive: bad ${field} '${digits}' at offset ${at}`)
    header[field] = parseInt(digits, 16)
  })
  return header
}

/** The files of a newc archive. Throws an ImageError that says where it is malformed. */
export function readCpio(bytes: Uint8Array): ImageFile[] {
  const files: ImageFile[] = []
  // Hard links share an inode number; only the last of them carries the contents.
  const byInode = new Map<string, ImageFile>()
  for (let at = 0; ;) {
    const header = readHeader(bytes, at)
    const nameAt = at + HEADER_BYTES
    const dataAt = aligned(nameAt + header.namesize)
    const end = dataAt + header.filesize
    if (end > bytes.length) throw new ImageError(`reading a cpio archive: the entry at offset ${at} ends beyond the archive`)
    const path = cString(bytes.subarray(nameAt, nameAt + header.namesize))
    if (path === TRAILER) return files
    const data = bytes.subarray(dataAt, end)
    const kind = kindOfMode(header.mode)
    if (!kind) throw new ImageError(`reading a cpio archive: '${path}' is of unknown type 0${(header.mode & S_IFMT).toString(8)}`)
    const file: ImageFile = {
      path,
      kind,
      mode: header.mode & PERMISSIONS,
      uid: header.uid,
      gid: header.gid,
      mtime: { sec: header.mtime, nsec: 0 },
    }
    if (kind === 'symlink') file.target = textOf(data)
    if (kind === 'chardev' || kind === 'blockdev') file.rdev = makeDev(header.rdevmajor, header.rdevminor)
    if (kind === 'regular') {
      const id = `${header.devmajor}:${header.devminor}:${header.ino}`
      const first = header.nlink > 1 ? byInode.get(id) : undefined
      if (first) {
        file.link = first.path
        if (data.length > 0) first.data = data
      } else {
        file.data = data
        byInode.set(id, file)
      }
    }
    files.push(file)
    at = aligned(end)
  }
}

function entry(path: string, header: Partial<Header>, data: Uint8Array): Uint8Array[] {
  const name = bytesOf(`${path}\0`)
  const full: Partial<Header> = { ...header, filesize: data.length, namesize: name.length }
  const head = bytesOf(MAGIC + FIELDS.map(field => (full[field] ?? 0).toString(16).toUpperCase().padStart(FIELD_DIGITS, '0')).join(''))
  const pad = (n: number) => new Uint8Array(aligned(n) - n)
  return [head, name, pad(head.length + name.length), data, pad(data.length)]
}

/** An archive of files; hard links are written as further names of the same inode. */
export function writeCpio(files: readonly ImageFile[]): Uint8Array {
  const parts: Uint8Array[] = []
  const inodes = new Map<string, number>()
  const links = new Map<string, number>()
  for (const file of files) if (file.link !== undefined) links.set(file.link, (links.get(file.link) ?? 1) + 1)
  files.forEach((file, i) => {
    const ino = (file.link !== undefined ? inodes.get(file.link) : undefined) ?? i + 1
    inodes.set(file.path, ino)
    const rdev = file.rdev ?? 0
    const header = {
      ino,
      mode: typeOfKind(file.kind) | file.mode,
      uid: file.uid ?? 0,
      gid: file.gid ?? 0,
      nlink: file.kind === 'directory' ? 2 : (links.get(file.link ?? file.path) ?? 1),
      mtime: Number(file.mtime?.sec ?? 0),
      rdevmajor: majorOf(rdev),
      rdevminor: minorOf(rdev),
    }
    const data =
      file.kind === 'symlink' ? bytesOf(file.target ?? '') : file.link === undefined ? (file.data ?? new Uint8Array(0)) : new Uint8Array(0)
    parts.push(...entry(file.path.replace(/^\/+/, '') || '.', header, data))
  })
  parts.push(...entry(TRAILER, { nlink: 1 }, new Uint8Array(0)))
  return concatBytes(parts)
}
