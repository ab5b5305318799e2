// Mapping an ELF image: every PT_LOAD segment is a private mapping of its file, what lies beyond its bytes is zero. Nothing is read
// now: the pages come with the first touch.
import { PAGE_SIZE } from '../../vm/index.ts'
import { EINVAL, ENOEXEC, ENOMEM, ET, PF, PROT_EXEC, PROT_READ, PROT_WRITE, PT, isErrno, type Segment } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { MMAP_MIN, USER_END, clearUser, findFree, mapRegion, pageDown, pageUp, type Mm } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { MAX_FILE_BYTES } from '../fs/index.ts'
import type { Image } from './program.ts'

/** Where position-independent programs go: two thirds up the address space (Linux ELF_ET_DYN_BASE, without randomisation). */
export const PIE_BASE = 0x5555_5555_4000

export interface Loaded {
  /** Added to every address in the file. */
  bias: number
  entry: number
  /** Lowest address of the image. */
  base: number
  /** First address behind its last segment, zeros included, rounded up to a page. */
  end: number
}

const protOf = ({ flags }: Segment): number =>
  (flags & PF.R ? PROT_READ : 0) | (flags & PF.W ? PROT_WRITE : 0) | (flags & PF.X ? PROT_EXEC : 0)

const loadsOf = (image: Image): Segment[] => image.segments.filter(s => s.type === PT.LOAD && s.memorySize > 0)

/** What mmap would refuse: EINVAL, ENOMEM. */
function checkSegment(segment: Segment, bias: number): void {
  const start = segment.vaddr + bias
  if (segment.fileSize > segment.memorySize || segment.vaddr % PAGE_SIZE !== segment.offset % PAGE_SIZE) throw EINVAL
  if (segment.offset > MAX_FILE_BYTES || segment.fileSize > MAX_FILE_BYTES) throw EINVAL
  if (start < MMAP_MIN || start + segment.memorySize > USER_END) throw ENOMEM
}

/** Where to put an image: as linked, or for position-independent ones at PIE_BASE (programs) or wherever there is room (linkers). */
function chooseBias(mm: Mm, image: Image, loads: readonly Segment[], isProgram: boolean): number {
  if (image.header.type === ET.EXEC) return 0
  const low = pageDown(Math.min(...loads.map(s => s.vaddr)))
  const span = pageUp(Math.max(...loads.map(s => s.vaddr + s.memorySize))) - low
  if (span > USER_END) throw ENOMEM
  const align = Math.max(PAGE_SIZE, ...loads.map(s => (Number.isInteger(Math.log2(s.align)) && s.align < USER_END ? s.align : PAGE_SIZE)))
  if (isProgram) return PIE_BASE - (PIE_BASE % align) - low
  const room = findFree(mm, span + align - PAGE_SIZE)
  if (room < 0) throw ENOMEM
  return Math.ceil(room / align) * align - low
}

/** Maps an image into `mm`, which `task` builds. `isProgram`: has an interpreter of its own, so it goes to PIE_BASE. */
export function loadImage(k: Kernel, task: Task, mm: Mm, image: Image, isProgram: boolean): Loaded {
  const loads = loadsOf(image)
  if (loads.length === 0) throw ENOEXEC
  const bias = chooseBias(mm, image, loads, isProgram)
  let base = Infinity
  let end = 0
  for (const segment of loads) {
    checkSegment(segment, bias)
    loadSegment(k, task, mm, image, segment, bias)
    base = Math.min(base, pageDown(segment.vaddr + bias))
    end = Math.max(end, pageUp(segment.vaddr + segment.memorySize + bias))
    noteExtent(mm, segment, bias)
  }
  return { bias, entry: image.header.entry + bias, base, end }
}

function loadSegment(k: Kernel, task: Task, mm: Mm, image: Image, segment: Segment, bias: number): void {
  const start = segment.vaddr + bias
  const prot = protOf(segment)
  const fileEnd = start + segment.fileSize
  const filePages = segment.fileSize === 0 ? pageDown(start) : pageUp(fileEnd)
  const end = pageUp(start + segment.memorySize)
  if (segment.fileSize > 0) {
    const { inode, path } = image
    mapRegion(k, mm, { start: pageDown(start), length: filePages - pageDown(start), prot, inode, path, offset: pageDown(segment.offset) })
  }
  if (end > filePages) mapRegion(k, mm, { start: filePages, length: end - filePages, prot })
  if (segment.memorySize > segment.fileSize && segment.fileSize > 0 && fileEnd < filePages) zeroTail(k, task, mm, fileEnd, filePages, prot)
}

/** The rest of the last page of the file belongs to .bss. A segment that is not writable keeps what the file has there. */
function zeroTail(k: Kernel, task: Task, mm: Mm, from: number, to: number, prot: number): void {
  try {
    clearUser(k, task, from, to - from, mm)
  } catch (error) {
    if (!isErrno(error) || prot & PROT_WRITE) throw error
  }
}

/** For /proc/PID/stat: the code and data of the program (the last image loaded here that is asked about it is the program). */
function noteExtent(mm: Mm, segment: Segment, bias: number): void {
  const start = segment.vaddr + bias
  if (segment.flags & PF.X) {
    mm.startCode = mm.startCode === 0 ? start : Math.min(mm.startCode, start)
    mm.endCode = Math.max(mm.endCode, start + segment.fileSize)
  }
  mm.startData = Math.max(mm.startData, start)
  mm.endData = Math.max(mm.endData, start + segment.fileSize)
}
