// Files of a process that are its memory, or tell of it: mem, pagemap, maps and their kin, what was mapped from where (map_files).
import { PAGE_SIZE } from '../../vm/index.ts'
import { CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN, EINVAL, EIO, ENOENT, EPERM, PROT_WRITE } from '../abi/index.ts'
import { findRegion, mapsPiece, numaMapsPiece, pageMap, readSpace, smapsPiece, smapsRollupText, USER_END, writeSpace } from '../mm/index.ts'
import type { Mm, Piece } from '../mm/index.ts'
import { capable } from '../task/index.ts'
import { pathOf } from '../vfs/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { Path } from '../vfs/types.ts'
import { OWNER_ONLY, READ_ONLY, type ProcessFile, type ProcessLink } from './nodes.ts'
import { readInteger } from './numbers.ts'
import type { ProcData } from './types.ts'

/** At most this much at once; a longer transfer comes back for more. */
const PIECE_BYTES = 65536
const ENTRY_BYTES = 8

/** The address space that was there when the file was opened; null once it is gone: the file is empty then. */
const spaceOf = ({ mm }: ProcData): Mm | null => (mm !== null && mm.users > 0 ? mm : null)

const mem: ProcessFile = {
  mode: 0o600,
  inspect: true,
  bytes(k, _reader, data, offset, max) {
    const mm = spaceOf(data)
    if (mm === null || max === 0) return new Uint8Array(0)
    const bytes = readSpace(k, mm, offset, Math.min(max, PIECE_BYTES))
    if (bytes.length === 0) throw EIO
    return bytes
  },
  poke(k, _writer, data, offset, bytes) {
    const mm = spaceOf(data)
    if (mm === null || bytes.length === 0) return 0
    const count = writeSpace(k, mm, offset, bytes)
    if (count === 0) throw EIO
    return count
  },
}

const pagemap: ProcessFile = {
  mode: OWNER_ONLY,
  inspect: true,
  bytes(k, _reader, data, offset, max) {
    if (offset % ENTRY_BYTES !== 0 || max % ENTRY_BYTES !== 0) throw EINVAL
    const mm = spaceOf(data)
    const first = offset / ENTRY_BYTES
    const pages = Math.min(Math.min(max, PIECE_BYTES) / ENTRY_BYTES, USER_END / PAGE_SIZE - first)
    if (mm === null || pages <= 0) return new Uint8Array(0)
    return pageMap(k, mm, first, pages, data.admin)
  },
}

/** Forget the highest resident size so far. The other values of Linux clear marks of accesses that are not kept here, and are refused. */
const RESET_PEAK = 5

const clearRefs: ProcessFile = {
  mode: 0o200,
  write(_k, task, text) {
    if (readInteger(text) !== RESET_PEAK) throw EINVAL
    if (task.mm) task.mm.peakPages = task.mm.anonPages + task.mm.filePages + task.mm.shmemPages
  },
}

/** Constants of other folders may not be there yet while the table is made: `make` calls them later. */
const pieces =
  (make: (k: Kernel, mm: Mm, from: number) => Piece) =>
  (k: Kernel, task: Task, from: number): Piece =>
    task.mm ? make(k, task.mm, from) : { text: '', next: null }

const DUMP_FILTER_MASK = 0x1ff

export const memoryFiles: Readonly<Record<string, ProcessFile>> = {
  maps: { mode: READ_ONLY, inspect: true, piece: pieces((k, mm, from) => mapsPiece(k, mm, from)) },
  smaps: { mode: READ_ONLY, inspect: true, piece: pieces((k, mm, from) => smapsPiece(k, mm, from)) },
  smaps_rollup: { mode: READ_ONLY, inspect: true, text: (k, task) => (task.mm ? smapsRollupText(k, task.mm) : '') },
  numa_maps: { mode: READ_ONLY, inspect: true, piece: pieces((k, mm, from) => numaMapsPiece(k, mm, from)) },
  mem,
  pagemap,
  clear_refs: clearRefs,
  coredump_filter: {
    mode: 0o644,
    only: 'process',
    text: (_k, task) => (task.mm ? `${task.mm.dumpFilter.toString(16).padStart(8, '0')}\n` : ''),
    write(_k, task, text) {
      const filter = readInteger(text, 0, 0xffff_ffff)
      if (task.mm) task.mm.dumpFilter = filter & DUMP_FILTER_MASK
    },
  },
}

// ---- map_files

const RANGE = /^([1-9a-f][0-9a-f]*|0)-([1-9a-f][0-9a-f]*)$/

/** The mapped file of a name such as "400000-401000". ENOENT: no region has just these ends, or it has no file. */
function mappedPath(task: Task, name: string): Path {
  const range = RANGE.exec(name)
  const start = range ? parseInt(range[1], 16) : -1
  const region = task.mm && start >= 0 ? findRegion(task.mm, start) : null
  if (!range || region?.path == null || region.start !== start || region.end !== parseInt(range[2], 16)) throw ENOENT
  return region.path
}

export const mapFileNames = (task: Task): string[] =>
  (task.mm?.regions ?? []).filter(({ path }) => path !== null).map(({ start, end }) => `${start.toString(16)}-${end.toString(16)}`)

/** Permission bits of such a link, as the mapping may be used; null: there is none. */
export function mapFileMode(task: Task, name: string): number | null {
  const region = task.mm ? findRegion(task.mm, parseInt(name, 16)) : null
  if (region?.path == null || mapFileName(region) !== name) return null
  return 0o400 | (region.shared && region.maxProt & PROT_WRITE ? 0o200 : 0)
}
const mapFileName = ({ start, end }: { start: number; end: number }): string => `${start.toString(16)}-${end.toString(16)}`

/** Readable like the links of descriptors; only who may restore processes follows them (Linux proc_map_files_get_link). */
export const mapFileLink = (name: string): ProcessLink => ({
  text: (k, task) => pathOf(k, mappedPath(task, name)),
  jump(_k, task, reader) {
    if (!capable(reader.credentials, CAP_SYS_ADMIN) && !capable(reader.credentials, CAP_CHECKPOINT_RESTORE)) throw EPERM
    return mappedPath(task, name)
  },
})
