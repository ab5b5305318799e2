// The shape of a core file: an ELF header, notes, and a segment for each region, of which so much is there as coredump_filter says
// (core(5), Linux's fs/coredump.c vma_dump_size). Asking changes nothing: a debugger asks too.
import { PAGE_SIZE } from '../../vm/index.ts'
import {
  concatBytes,
  DUMP,
  ELF_MAGIC,
  ELFCLASS64,
  ELFDATA2LSB,
  EM_RISCV,
  ET,
  EV_CURRENT,
  PF,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  PT,
  SIZEOF_EHDR,
  SIZEOF_PHDR,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { eachLeaf, findRegion, frameOf, HUGE_PAGE, peekPte, PTE_HUGE, type Mm, type Region } from '../mm/index.ts'
import type { SigInfo } from '../signal/types.ts'
import type { Task } from '../state.ts'
import type { Inode } from '../vfs/types.ts'
import { coreNotes } from './core-notes.ts'
import type { CoreSpan } from './types.ts'

export interface CoreFile {
  /** Headers and notes: the file's first bytes. */
  head: Uint8Array
  spans: CoreSpan[]
  /** Bytes of the whole file. */
  size: number
}

/** e_phnum has 16 bits, and 0xffff means another thing. Where there are more regions the highest ones are left out. */
const MOST_SEGMENTS = 0xfffe
const NOTE_ALIGN = 4
const ANY_EXEC = 0o111

/** Is there more to it than what its file holds, or than nothing at all? */
function hasOwnPages(k: Kernel, mm: Mm, region: Region): boolean {
  if (region.inode !== null) return region.hasPrivate
  let found = false
  eachLeaf(k, mm, region.start, region.end, () => {
    found = true
  })
  return found
}

/** Byte from which on there is nothing behind a file but pages in memory. */
const backedBytes = ({ backing }: Inode): number => (backing === null ? 0 : backing.kind === 'bytes' ? backing.bytes.length : backing.size)

/**
 * The pages of [start, end) of a region that are there, as runs in order. Looks at what there is and not at every address: a region may
 * be terabytes, of which a few pages were touched.
 */
function runsOf(k: Kernel, mm: Mm, region: Region, start: number, end: number): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  const add = (from: number, to: number): void => {
    const last = found.at(-1)
    if (last?.end === from) last.end = to
    else found.push({ start: from, end: to })
  }
  const { inode } = region
  if (inode !== null) {
    const place = region.start - region.offset
    const backed = Math.min(end, place + Math.ceil(Math.min(backedBytes(inode), inode.size) / PAGE_SIZE) * PAGE_SIZE)
    if (backed > start) add(start, backed)
    for (const index of inode.pages.keys()) {
      const va = place + index * PAGE_SIZE
      if (va >= start && va >= backed && va < end) add(va, va + PAGE_SIZE)
    }
  }
  eachLeaf(k, mm, start, end, (va, _at, entry) => {
    if (frameOf(entry) === k.state.frames.zero) return
    add(Math.max(va, start), Math.min(va + (entry & PTE_HUGE ? HUGE_PAGE : PAGE_SIZE), end))
  })
  if (inode !== null) found.sort((a, b) => a.start - b.start)
  const runs: { start: number; end: number }[] = []
  for (const run of found) {
    const last = runs.at(-1)
    if (last !== undefined && run.start <= last.end) last.end = Math.max(last.end, run.end)
    else runs.push(run)
  }
  return runs
}

/** How many bytes of a region are dumped. */
function dumpedBytes(k: Kernel, mm: Mm, region: Region): number {
  const whole = region.end - region.start
  const wants = (kind: number): boolean => (mm.dumpFilter & kind) !== 0
  if (region.label === '[vdso]' || region.label === '[vvar]') return whole
  if (region.dontDump) return 0
  if (region.hugetlb) return wants(region.shared ? DUMP.HUGETLB_SHARED : DUMP.HUGETLB_PRIVATE) ? whole : 0
  if (region.shared) return wants(region.inode?.nlink === 0 ? DUMP.ANON_SHARED : DUMP.MAPPED_SHARED) ? whole : 0
  if (wants(DUMP.ANON_PRIVATE) && hasOwnPages(k, mm, region)) return whole
  const { inode } = region
  if (inode === null) return 0
  if (wants(DUMP.MAPPED_PRIVATE)) return whole
  const isHeader = wants(DUMP.ELF_HEADERS) && region.offset === 0 && (region.prot & PROT_READ) !== 0
  return isHeader && ((inode.mode & ANY_EXEC) !== 0 || startsAsElf(k, inode)) ? PAGE_SIZE : 0
}

/** A library need not be executable. Its first page is in memory wherever it was loaded from. */
function startsAsElf(k: Kernel, inode: Inode): boolean {
  const frame = inode.pages.get(0)
  return frame !== undefined && k.machine.ram32[(frame * PAGE_SIZE) >> 2] === ELF_MAGIC
}

const flagsOf = ({ prot }: Region): number => (prot & PROT_READ ? PF.R : 0) | (prot & PROT_WRITE ? PF.W : 0) | (prot & PROT_EXEC ? PF.X : 0)

interface Segment {
  type: number
  flags: number
  offset: number
  vaddr: number
  fileSize: number
  memorySize: number
  align: number
}

function headers(segments: readonly Segment[]): Uint8Array {
  const bytes = new Uint8Array(SIZEOF_EHDR + segments.length * SIZEOF_PHDR)
  const view = new DataView(bytes.buffer)
  const put64 = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true)
  view.setUint32(0, ELF_MAGIC, true)
  bytes.set([ELFCLASS64, ELFDATA2LSB, EV_CURRENT], 4)
  view.setUint16(16, ET.CORE, true)
  view.setUint16(18, EM_RISCV, true)
  view.setUint32(20, EV_CURRENT, true)
  put64(32, SIZEOF_EHDR)
  view.setUint16(52, SIZEOF_EHDR, true)
  view.setUint16(54, SIZEOF_PHDR, true)
  view.setUint16(56, segments.length, true)
  segments.forEach(({ type, flags, offset, vaddr, fileSize, memorySize, align }, i) => {
    const at = SIZEOF_EHDR + i * SIZEOF_PHDR
    view.setUint32(at, type, true)
    view.setUint32(at + 4, flags, true)
    ;[offset, vaddr, 0, fileSize, memorySize, align].forEach((value, n) => put64(at + 8 + 8 * n, value))
  })
  return bytes
}

/** The core file of a process that `task` brings down by `info`, but for the bytes of its memory (corePage). Null: it has no memory. */
export function coreFile(k: Kernel, task: Task, info: SigInfo): CoreFile | null {
  const { mm } = task
  if (mm === null) return null
  const notes = concatBytes(coreNotes(k, task, mm, info))
  const regions = mm.regions.slice(0, MOST_SEGMENTS - 1)
  const notesAt = SIZEOF_EHDR + (regions.length + 1) * SIZEOF_PHDR
  const segments: Segment[] = [
    { type: PT.NOTE, flags: 0, offset: notesAt, vaddr: 0, fileSize: notes.length, memorySize: 0, align: NOTE_ALIGN },
  ]
  const spans: CoreSpan[] = []
  let offset = Math.ceil((notesAt + notes.length) / PAGE_SIZE) * PAGE_SIZE
  for (const region of regions) {
    const fileSize = dumpedBytes(k, mm, region)
    const { start, end } = region
    segments.push({ type: PT.LOAD, flags: flagsOf(region), offset, vaddr: start, fileSize, memorySize: end - start, align: PAGE_SIZE })
    for (const run of fileSize > 0 ? runsOf(k, mm, region, start, start + fileSize) : [])
      spans.push({ ...run, offset: offset + run.start - start })
    offset += fileSize
  }
  return { head: concatBytes([headers(segments), notes]), spans, size: offset }
}

/** Bytes of a page of a file, from a byte offset on; null where there are none. */
export type PageOfFile = (inode: Inode, offset: number) => Uint8Array | null

/** A page of an address space for its core file; null: it is left as a hole, and reads as zeroes. */
export function corePage(k: Kernel, mm: Mm, va: number, pageOfFile: PageOfFile): Uint8Array | null {
  const entry = peekPte(k, mm, va)
  if (entry !== 0) {
    const frame = frameOf(entry)
    return frame === k.state.frames.zero ? null : k.machine.ram.subarray(frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)
  }
  const region = findRegion(mm, va)
  const inode = region?.inode
  if (!region || !inode) return null
  const offset = va - region.start + region.offset
  if (offset >= inode.size || (inode.backing === null && !inode.pages.has(offset / PAGE_SIZE))) return null
  return pageOfFile(inode, offset)
}
