// What /proc tells of an address space: maps, smaps, and the numbers of statm and status.
import { PAGE_SIZE, PTE_V } from '../../vm/index.ts'
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Inode } from '../vfs/types.ts'
import { FRAME_DIRTY, FRAME_SHMEM, USE_ANON, USE_CACHE } from './frames.ts'
import { isThpEligible } from './huge.ts'
import { HUGE_FRAMES, HUGE_PAGE, USER_END } from './limits.ts'
import { allSpaces } from './pagecache.ts'
import { eachLeaf, frameOf, PTE_HUGE } from './pagetable.ts'
import { regionIndex } from './regions.ts'
import type { Mm, Region } from './types.ts'

/** Column where the name begins (fs/proc/task_mmu.c: 25 + 6 * sizeof(void *) - 1). */
const NAME_COLUMN = 73
const KIB = 1024

const hex = (n: number, width: number): string => n.toString(16).padStart(width, '0')

/** The four letters: what may be done, and p for private or s for shared. */
export const permissionText = (region: Region): string =>
  (region.prot & PROT_READ ? 'r' : '-') +
  (region.prot & PROT_WRITE ? 'w' : '-') +
  (region.prot & PROT_EXEC ? 'x' : '-') +
  (region.shared ? 's' : 'p')

/** What /proc/PID/maps calls a region: a path, `[heap]`, `[stack]`, `[vdso]`, or nothing. */
export function regionName(k: Kernel, mm: Mm, region: Region): string {
  if (region.label) return region.label
  if (region.path) return k.mappedFiles.name(k, region.path).replaceAll('\n', '\\012')
  if (region.inode) return '/dev/zero (deleted)'
  if (mm.brk > mm.brkStart && region.start <= mm.brk && region.end >= mm.brkStart) return '[heap]'
  if (region.start <= mm.startStack && region.end >= mm.startStack) return '[stack]'
  return ''
}

/** The file that a region maps. One that is labelled (the vDSO) maps none, whatever holds its pages. */
export const regionFile = ({ inode, label }: Region): Inode | null => (label.startsWith('[') ? null : inode)

/** One line of maps, without its newline. */
export function regionLine(k: Kernel, mm: Mm, region: Region): string {
  const inode = regionFile(region)
  const dev = inode === null ? 0 : inode.fs.dev
  const offset = inode === null ? 0 : region.offset
  const range = `${hex(region.start, 8)}-${hex(region.end, 8)} ${permissionText(region)} ${hex(offset, 8)}`
  const line = `${range} ${hex(Math.floor(dev / 256), 2)}:${hex(dev % 256, 2)} ${inode === null ? 0 : inode.ino} `
  const name = regionName(k, mm, region)
  return name === '' ? line : line.padEnd(NAME_COLUMN) + name
}

/** A part of a long text about the regions of an address space: from the one at address `from` on, and where the rest begins (null: that was all). */
export interface Piece {
  text: string
  next: number | null
}

/** So many regions make a piece. */
const PIECE_REGIONS = 64

function piece(mm: Mm, from: number, make: (region: Region) => string): Piece {
  const first = regionIndex(mm, from)
  const last = Math.min(first + PIECE_REGIONS, mm.regions.length)
  let text = ''
  for (let i = first; i < last; i++) text += make(mm.regions[i])
  return { text, next: last < mm.regions.length ? mm.regions[last - 1].end : null }
}

/** All pieces joined. */
function whole(make: (from: number) => Piece): string {
  let text = ''
  for (let from: number | null = 0; from !== null;) {
    const part = make(from)
    text += part.text
    from = part.next
  }
  return text
}

/** /proc/PID/maps. */
export const mapsPiece = (k: Kernel, mm: Mm, from: number): Piece => piece(mm, from, region => regionLine(k, mm, region) + '\n')
export const mapsText = (k: Kernel, mm: Mm): string => whole(from => mapsPiece(k, mm, from))

/** How the pages of one region are held; bytes. */
export interface Holdings {
  rss: number
  pss: number
  sharedClean: number
  sharedDirty: number
  privateClean: number
  privateDirty: number
  anonymous: number
  pssDirty: number
  pssAnon: number
  pssFile: number
  pssShmem: number
  /** Of `anonymous`, in transparent huge pages; and what MAP_HUGETLB has, which is part of nothing else here. */
  anonymousHuge: number
  sharedHugetlb: number
  privateHugetlb: number
}

const nothingHeld = (): Holdings => ({
  rss: 0,
  pss: 0,
  sharedClean: 0,
  sharedDirty: 0,
  privateClean: 0,
  privateDirty: 0,
  anonymous: 0,
  pssDirty: 0,
  pssAnon: 0,
  pssFile: 0,
  pssShmem: 0,
  anonymousHuge: 0,
  sharedHugetlb: 0,
  privateHugetlb: 0,
})

/** How the pages of a region are held now, in bytes. */
export function regionHoldings(k: Kernel, mm: Mm, region: Region): Holdings {
  const sum = nothingHeld()
  eachLeaf(k, mm, region.start, region.end, (_va, _at, entry) => {
    if (!(entry & PTE_V)) return
    const frame = frameOf(entry)
    if (region.hugetlb) sum[mappingsOf(k, region, frame) > 1 ? 'sharedHugetlb' : 'privateHugetlb'] += HUGE_PAGE
    else if (entry & PTE_HUGE) {
      sum.anonymousHuge += HUGE_PAGE
      for (let i = 0; i < HUGE_FRAMES; i++) addFrame(k, region, frame + i, sum)
    } else addFrame(k, region, frame, sum)
  })
  return sum
}

/** How many entries map a frame: the reference of the cache that holds shared pages maps nothing. */
const mappingsOf = (k: Kernel, region: Region, frame: number): number => {
  const { count, use } = k.state.frames
  return count[frame] - (use[frame] === USE_CACHE || (region.hugetlb && region.shared) ? 1 : 0)
}

function addFrame(k: Kernel, region: Region, frame: number, sum: Holdings): void {
  const frames = k.state.frames
  const use = frames.use[frame]
  if (use !== USE_ANON && use !== USE_CACHE) return
  const mappings = mappingsOf(k, region, frame)
  const dirty = use === USE_ANON || (frames.flags[frame] & FRAME_DIRTY) !== 0
  sum.rss += PAGE_SIZE
  sum.pss += PAGE_SIZE / mappings
  sum[use === USE_ANON ? 'pssAnon' : frames.flags[frame] & FRAME_SHMEM ? 'pssShmem' : 'pssFile'] += PAGE_SIZE / mappings
  if (dirty) sum.pssDirty += PAGE_SIZE / mappings
  if (use === USE_ANON) sum.anonymous += PAGE_SIZE
  if (mappings > 1) sum[dirty ? 'sharedDirty' : 'sharedClean'] += PAGE_SIZE
  else sum[dirty ? 'privateDirty' : 'privateClean'] += PAGE_SIZE
}

/** Pages of 4 KiB in transparent huge pages that are mapped whole somewhere (Linux NR_ANON_THPS). */
export function anonymousHugePages(k: Kernel): number {
  const heads = new Set<number>()
  for (const mm of allSpaces(k)) {
    eachLeaf(k, mm, 0, USER_END, (_va, _at, entry) => {
      if (entry & PTE_HUGE && k.state.frames.use[frameOf(entry)] === USE_ANON) heads.add(frameOf(entry))
    })
  }
  return heads.size * HUGE_FRAMES
}

const field = (name: string, bytes: number): string => `${`${name}:`.padEnd(16)}${String(Math.floor(bytes / KIB)).padStart(8)} kB\n`

/** Rows of an smaps record that a holding gives, in Linux's order; what this kernel does not have is 0. */
function holdingRows(sum: Holdings, byKind = ''): string {
  return (
    field('Rss', sum.rss) +
    field('Pss', sum.pss) +
    field('Pss_Dirty', sum.pssDirty) +
    byKind +
    field('Shared_Clean', sum.sharedClean) +
    field('Shared_Dirty', sum.sharedDirty) +
    field('Private_Clean', sum.privateClean) +
    field('Private_Dirty', sum.privateDirty) +
    field('Referenced', sum.rss) +
    field('Anonymous', sum.anonymous) +
    field('KSM', 0) +
    field('LazyFree', 0) +
    field('AnonHugePages', sum.anonymousHuge) +
    field('ShmemPmdMapped', 0) +
    field('FilePmdMapped', 0) +
    field('Shared_Hugetlb', sum.sharedHugetlb) +
    field('Private_Hugetlb', sum.privateHugetlb) +
    field('Swap', 0) +
    field('SwapPss', 0)
  )
}

function vmFlags(region: Region): string {
  const flags = [
    [region.prot & PROT_READ, 'rd'],
    [region.prot & PROT_WRITE, 'wr'],
    [region.prot & PROT_EXEC, 'ex'],
    [region.shared, 'sh'],
    [region.maxProt & PROT_READ, 'mr'],
    [region.maxProt & PROT_WRITE, 'mw'],
    [region.maxProt & PROT_EXEC, 'me'],
    [region.shared, 'ms'],
    [region.growsDown, 'gd'],
    [region.locked, 'lo'],
    [region.dontFork, 'dc'],
    [region.hugetlb, 'de'],
    [!region.shared && region.prot & PROT_WRITE && !region.noReserve && !region.hugetlb, 'ac'],
    [region.noReserve, 'nr'],
    [region.hugetlb, 'ht'],
    [region.wipeOnFork, 'wf'],
    [region.dontDump, 'dd'],
    [region.thp === 'huge', 'hg'],
    [region.thp === 'small', 'nh'],
  ] as const
  return flags.map(([on, name]) => (on ? `${name} ` : '')).join('')
}

function smapsRecord(k: Kernel, mm: Mm, region: Region): string {
  const sum = regionHoldings(k, mm, region)
  const unit = region.hugetlb ? HUGE_PAGE : PAGE_SIZE
  return (
    `${regionLine(k, mm, region)}\n` +
    field('Size', region.end - region.start) +
    field('KernelPageSize', unit) +
    field('MMUPageSize', unit) +
    holdingRows(sum) +
    field('Locked', region.locked ? sum.pss : 0) +
    `THPeligible:           ${isThpEligible(k, mm, region) ? 1 : 0}\nVmFlags: ${vmFlags(region)}\n`
  )
}

/** /proc/PID/smaps. */
export const smapsPiece = (k: Kernel, mm: Mm, from: number): Piece => piece(mm, from, region => smapsRecord(k, mm, region))
export const smapsText = (k: Kernel, mm: Mm): string => whole(from => smapsPiece(k, mm, from))

/** One line of numa_maps: all memory is in node 0. */
function numaLine(k: Kernel, mm: Mm, region: Region): string {
  const { rss, anonymous, sharedHugetlb, privateHugetlb } = regionHoldings(k, mm, region)
  const unit = region.hugetlb ? HUGE_PAGE : PAGE_SIZE
  const pages = (region.hugetlb ? sharedHugetlb + privateHugetlb : rss) / unit
  const anon = region.hugetlb ? pages : anonymous / unit
  const name = regionName(k, mm, region)
  const place = region.path ? ` file=${name.replaceAll(/[ \t\\]/g, c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)}` : ''
  const kind = name === '[heap]' ? ' heap' : name === '[stack]' ? ' stack' : region.hugetlb ? ' huge' : ''
  const held = pages === 0 ? '' : `${anon > 0 ? ` anon=${anon} dirty=${anon}` : ''}${pages > anon ? ` mapped=${pages}` : ''} N0=${pages}`
  return `${hex(region.start, 8)} default${place}${kind}${held}${pages === 0 ? '' : ` kernelpagesize_kB=${unit / KIB}`}\n`
}

/** /proc/PID/numa_maps. */
export const numaMapsPiece = (k: Kernel, mm: Mm, from: number): Piece => piece(mm, from, region => numaLine(k, mm, region))

/** /proc/PID/smaps_rollup: the sums. */
export function smapsRollupText(k: Kernel, mm: Mm): string {
  const total = nothingHeld()
  for (const region of mm.regions) {
    const sum = regionHoldings(k, mm, region)
    for (const key of Object.keys(total) as (keyof Holdings)[]) total[key] += sum[key]
  }
  const first = mm.regions[0]
  const last = mm.regions.at(-1)
  const range = `${hex(first?.start ?? 0, 8)}-${hex(last?.end ?? 0, 8)} ---p 00000000 00:00 0 `
  // Of a single region they would tell nothing new.
  const byKind = field('Pss_Anon', total.pssAnon) + field('Pss_File', total.pssFile) + field('Pss_Shmem', total.pssShmem)
  return `${range.padEnd(NAME_COLUMN)}[rollup]\n${holdingRows(total, byKind)}${field('Locked', mm.lockedPages * PAGE_SIZE)}`
}

/** Numbers of /proc/PID/{statm,status,stat}: pages, by Linux's definitions. */
export interface MmStatistics {
  size: number
  peakSize: number
  resident: number
  peakResident: number
  anon: number
  file: number
  shmem: number
  hugetlb: number
  locked: number
  /** Private writable pages that are no stack (VmData), stack pages, pages of the program's code, other executable pages, page tables. */
  data: number
  stack: number
  code: number
  library: number
  tables: number
}

/** What the regions of an address space are, in pages: the lines of /proc/PID/status. */
export function mmStatistics(mm: Mm): MmStatistics {
  let data = 0
  let stack = 0
  let executable = 0
  for (const region of mm.regions) {
    const pages = (region.end - region.start) / PAGE_SIZE
    if (region.growsDown) stack += pages
    else if (region.prot & PROT_WRITE && !region.shared) data += pages
    else if (region.prot & PROT_EXEC && !(region.prot & PROT_WRITE)) executable += pages
  }
  const code = Math.min(executable, Math.ceil(mm.endCode / PAGE_SIZE) - Math.floor(mm.startCode / PAGE_SIZE))
  return {
    size: mm.totalPages,
    peakSize: mm.peakTotalPages,
    resident: mm.anonPages + mm.filePages + mm.shmemPages,
    peakResident: mm.peakPages,
    anon: mm.anonPages,
    file: mm.filePages,
    shmem: mm.shmemPages,
    hugetlb: mm.hugetlbPages,
    locked: mm.lockedPages,
    data,
    stack,
    code,
    library: executable - code,
    tables: mm.tablePages,
  }
}
