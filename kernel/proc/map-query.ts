// PROCMAP_QUERY (uapi linux/fs.h): one region of /proc/PID/maps as a structure, with the build id of the file that it maps.
import {
  E2BIG,
  EINVAL,
  ELF_MAGIC,
  ENAMETOOLONG,
  ENOENT,
  ESRCH,
  isErrno,
  noteAligned,
  PATH_MAX,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  PT,
  readStruct,
  SIZEOF_EHDR,
  SIZEOF_PHDR,
  struct,
  writeStruct,
} from '../abi/index.ts'
import { copyIn, copyOut, getBig, HUGE_PAGE, regionFile, regionIndex, regionName, type Mm } from '../mm/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { Inode } from '../vfs/types.ts'
import { bytesOf, readInode } from '../fs/index.ts'

type Region = Mm['regions'][number]

export const PROCMAP_QUERY = 0xc068_6611

const QUERY = struct({
  size: 'big',
  queryFlags: 'big',
  queryAddr: 'big',
  start: 'big',
  end: 'big',
  flags: 'big',
  pageSize: 'big',
  offset: 'big',
  inode: 'big',
  devMajor: 'u32',
  devMinor: 'u32',
  nameSize: 'u32',
  buildIdSize: 'u32',
  nameAddr: 'u64',
  buildIdAddr: 'u64',
})
/** A caller's structure has this much at least: up to the address. */
const LEAST_BYTES = 24

const VMA_SHARED = 8
const PERMISSIONS = [
  [1, PROT_READ],
  [2, PROT_WRITE],
  [4, PROT_EXEC],
] as const
const COVERING_OR_NEXT = 0x10
const FILE_BACKED = 0x20
const KNOWN_FLAGS = 0x3fn

const flagsOf = ({ prot, shared }: Region): number =>
  PERMISSIONS.reduce((all, [flag, permission]) => (prot & permission ? all | flag : all), shared ? VMA_SHARED : 0)

/** The region at an address, or with COVERING_OR_NEXT the first from there on, that is as the flags say. ENOENT. */
function find(mm: Mm, address: number, flags: number): Region {
  const wanted = flags & (COVERING_OR_NEXT - 1)
  for (let i = regionIndex(mm, address); i < mm.regions.length; i++) {
    const region = mm.regions[i]
    const fits = (flagsOf(region) & wanted) === wanted && (!(flags & FILE_BACKED) || regionFile(region) !== null)
    if (fits && (flags & COVERING_OR_NEXT || region.start <= address)) return region
    if (!(flags & COVERING_OR_NEXT)) break
  }
  throw ENOENT
}

const NT_GNU_BUILD_ID = 3
const GNU = 0x0055_4e47
const MOST_NOTES = 65536
const MOST_ID_BYTES = 20

/** The note of an ELF file that names its build; null: it has none that can be read. Program headers must lie in its first page. */
function buildId(k: Kernel, inode: Inode): Uint8Array | null {
  const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const head = readInode(k, inode, 0, PAGE_SIZE)
  const view = viewOf(head)
  if (head.length < SIZEOF_EHDR || view.getUint32(0, true) !== ELF_MAGIC || head[4] !== 2) return null
  const [at, count] = [Number(view.getBigUint64(32, true)), view.getUint16(56, true)]
  if (at + count * SIZEOF_PHDR > head.length) return null
  for (let i = 0; i < count; i++) {
    const header = at + i * SIZEOF_PHDR
    if (view.getUint32(header, true) !== PT.NOTE) continue
    const notes = readInode(
      k,
      inode,
      Number(view.getBigUint64(header + 8, true)),
      Math.min(Number(view.getBigUint64(header + 32, true)), MOST_NOTES),
    )
    const id = idIn(notes, viewOf(notes))
    if (id !== null) return id
  }
  return null
}

function idIn(notes: Uint8Array, view: DataView): Uint8Array | null {
  for (let at = 0; at + 12 <= notes.length;) {
    const [nameBytes, bytes, type] = [0, 4, 8].map(offset => view.getUint32(at + offset, true))
    const data = at + 12 + noteAligned(nameBytes)
    const isId = type === NT_GNU_BUILD_ID && nameBytes === 4 && at + 16 <= notes.length && view.getUint32(at + 12, true) === GNU
    if (isId && bytes > 0 && bytes <= MOST_ID_BYTES && data + bytes <= notes.length) return notes.slice(data, data + bytes)
    at = data + noteAligned(bytes)
  }
  return null
}

function buildIdOf(k: Kernel, inode: Inode | null): Uint8Array | null {
  try {
    return inode?.kind === 'regular' ? buildId(k, inode) : null
  } catch (error) {
    if (!isErrno(error)) throw error
    return null
  }
}

/** `about`: whose map it is. EFAULT, E2BIG, EINVAL, ESRCH, ENOENT, ENAMETOOLONG. */
export function queryMap(k: Kernel, task: Task, about: Task, argument: number): number {
  const size = getBig(k, task, argument)
  if (size > PAGE_SIZE) throw E2BIG
  if (size < LEAST_BYTES) throw EINVAL
  const given = copyIn(k, task, argument, Number(size))
  if (given.subarray(QUERY.size).some(byte => byte !== 0)) throw E2BIG
  const bytes = new Uint8Array(QUERY.size)
  bytes.set(given.subarray(0, QUERY.size))
  const query = readStruct(QUERY, bytes)
  if (query.queryFlags & ~KNOWN_FLAGS) throw EINVAL
  if ((query.nameSize !== 0) !== (query.nameAddr !== 0) || (query.buildIdSize !== 0) !== (query.buildIdAddr !== 0)) throw EINVAL
  const { mm } = about
  if (mm === null) throw ESRCH
  const region = find(mm, Number(query.queryAddr), Number(query.queryFlags))
  const inode = regionFile(region)
  const id = query.buildIdSize === 0 ? null : buildIdOf(k, inode)
  if (id !== null && query.buildIdSize < id.length) throw ENAMETOOLONG
  const name = query.nameSize === 0 ? '' : regionName(k, mm, region)
  if (name !== '' && name.length + 1 > Math.min(query.nameSize, PATH_MAX)) throw ENAMETOOLONG
  const nameSize = name === '' ? 0 : name.length + 1
  if (nameSize > 0) copyOut(k, task, query.nameAddr, bytesOf(`${name}\0`))
  if (id !== null) copyOut(k, task, query.buildIdAddr, id)
  const answer = writeStruct(QUERY, {
    ...query,
    start: BigInt(region.start),
    end: BigInt(region.end),
    flags: BigInt(flagsOf(region)),
    pageSize: BigInt(region.hugetlb ? HUGE_PAGE : PAGE_SIZE),
    offset: BigInt(inode === null ? 0 : region.offset),
    inode: BigInt(inode?.ino ?? 0),
    devMajor: inode === null ? 0 : inode.fs.dev >>> 8,
    devMinor: inode === null ? 0 : inode.fs.dev & 0xff,
    nameSize,
    buildIdSize: id?.length ?? 0,
  })
  copyOut(k, task, argument, answer.subarray(0, Number(size)))
  return 0
}
