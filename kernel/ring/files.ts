// Files that a ring keeps, so that requests name them by their places in its table and not by descriptors.
import { EBADF, EINVAL, ENFILE, ENXIO, IORING_FILE_INDEX_ALLOC, isErrno } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getI32 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { closeFd, fileAt, releaseFile, retainFile } from '../vfs/index.ts'
import type { FileDescription } from '../vfs/types.ts'
import type { RingData } from './types.ts'

const FD_BYTES = 4
const NONE = -1
/** IORING_REGISTER_FILES_SKIP. */
const SKIP = -2

/** What a program's number names, for the table; null: the place stays empty. EBADF, also for a ring. */
export function fileFor(task: Task, fd: number): FileDescription | null {
  if (fd === NONE) return null
  const file = fileAt(task, fd)
  if (file.kind === 'ring') throw EBADF
  return retainFile(file)
}

function put(k: Kernel, ring: RingData, place: number, file: FileDescription | null): void {
  const files = ring.files as (FileDescription | null)[]
  const old = files[place]
  files[place] = file
  if (old) releaseFile(k, old)
}

/** Others for places of the table from `from` on; answers how many. EINVAL, EFAULT, EBADF where none was. */
export function updateFiles(k: Kernel, task: Task, ring: RingData, from: number, at: number, count: number): number {
  if (ring.files === null) throw ENXIO
  if (!(from + count <= ring.files.length)) throw EINVAL
  let done = 0
  try {
    for (; done < count; done++) {
      const fd = getI32(k, task, at + done * FD_BYTES)
      if (fd !== SKIP) put(k, ring, from + done, fileFor(task, fd))
    }
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  return done
}

/** A descriptor that was just opened becomes a place of the table: 1 and more name one, IORING_FILE_INDEX_ALLOC any. ENFILE, ENXIO, EINVAL. */
export function moveToTable(k: Kernel, task: Task, ring: RingData, fd: number, index: number): number {
  const file = retainFile(fileAt(task, fd))
  closeFd(k, task, fd)
  try {
    if (ring.files === null) throw ENXIO
    const any = index === IORING_FILE_INDEX_ALLOC
    const place = any ? ring.files.indexOf(null) : index - 1
    if (any && place < 0) throw ENFILE
    if (place < 0 || place >= ring.files.length) throw EINVAL
    put(k, ring, place, file)
    return any ? place : 0
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

/** Empties a place. ENXIO, EINVAL, EBADF. */
export function closePlace(k: Kernel, ring: RingData, place: number): number {
  if (ring.files === null) throw ENXIO
  if (place >= ring.files.length) throw EINVAL
  if (ring.files[place] === null) throw EBADF
  put(k, ring, place, null)
  return 0
}

export function dropFiles(k: Kernel, ring: RingData): void {
  const { files } = ring
  ring.files = null
  for (const file of files ?? []) if (file) releaseFile(k, file)
}
