// An address space from its making to its end: tasks share one by holding references, and the last one to go frees everything.
import { PR_MDWE_NO_INHERIT } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { forgetMm } from './asid.ts'
import { allocFrame, MACHINE, USE_TABLE } from './frames.ts'
import { USER_END } from './limits.ts'
import { writeBackLast } from './pagecache.ts'
import { freeTables, zapRange } from './pagetable.ts'
import type { Mm } from './types.ts'

/** Room that the mmap area leaves for the stack unless the caller of newMm sets mmapBase: Linux's least gap, 128 MiB. */
const STACK_ROOM = 0x800_0000

/** Anonymous memory, ELF headers and private huge pages: Linux's default. */
const DUMP_FILTER = 0x33
const NO_AUXV = new Uint8Array(0)

/** An empty address space with one holder, whose frames `payer` pays for. exec fills in the layout. ENOMEM. */
export function newMm(k: Kernel, payer = MACHINE): Mm {
  return {
    root: allocFrame(k, USE_TABLE, true, payer),
    users: 1,
    payer,
    regions: [],
    asid: 0,
    asidGeneration: 0,
    harts: 0,
    anonPages: 0,
    filePages: 0,
    shmemPages: 0,
    hugetlbPages: 0,
    peakPages: 0,
    totalPages: 0,
    peakTotalPages: 0,
    lockedPages: 0,
    dumpFilter: DUMP_FILTER,
    tablePages: 1,
    lockFuture: false,
    dumpable: 1,
    thpDisabled: false,
    mdwe: 0,
    barriers: 0,
    aio: null,
    brkStart: 0,
    brk: 0,
    mmapBase: USER_END - STACK_ROOM,
    freeBelow: Infinity,
    freeHole: 0,
    vdso: 0,
    startCode: 0,
    endCode: 0,
    startData: 0,
    endData: 0,
    startStack: 0,
    argStart: 0,
    argEnd: 0,
    envStart: 0,
    envEnd: 0,
    auxv: NO_AUXV,
    exe: null,
    exePath: null,
  }
}

/** What prctl and /proc said of a space, as its copy for a child and the space of the next program have it (Linux's mmf_init_flags). */
export function inheritFlags(mm: Mm, from: Mm): void {
  mm.dumpable = from.dumpable
  mm.dumpFilter = from.dumpFilter
  mm.thpDisabled = from.thpDisabled
  mm.mdwe = from.mdwe & PR_MDWE_NO_INHERIT ? 0 : from.mdwe
}

/** One more holder. */
export function retainMm(mm: Mm): Mm {
  mm.users++
  return mm
}

/** One holder less; the last one's going frees pages, tables and regions. A hart that still names it in satp must switch before it runs user code. */
export function releaseMm(k: Kernel, mm: Mm): void {
  if (--mm.users > 0) return
  if (mm.users < 0) throw new Error(`releasing the address space with root frame ${mm.root}, which nobody holds`)
  forgetMm(k, mm)
  // Entries under its ASID may stay in TLBs: no one is given that number again before every TLB is emptied.
  for (const region of mm.regions) {
    if (region.shared) writeBackLast(k, region)
    zapRange(k, mm, region.start, region.end)
    if (region.inode) k.mappedFiles.release(k, region.inode)
  }
  freeTables(k, mm)
  mm.regions = []
  if (mm.exe) {
    mm.exe.running--
    k.mappedFiles.release(k, mm.exe)
  }
  mm.exe = null
}

/** Records that the regions grew (or shrank) by so many pages. */
export function countTotal(mm: Mm, pages: number): void {
  mm.totalPages += pages
  if (mm.totalPages > mm.peakTotalPages) mm.peakTotalPages = mm.totalPages
}
