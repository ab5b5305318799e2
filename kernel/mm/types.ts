// Memory as the kernel's plain data: physical frames with their counts, address spaces with their regions, and ASIDs.
// Page tables themselves are bytes in guest RAM; here is only what they do not say.
import type { Kernel } from '../kernel.ts'
import type { WaitQueue } from '../sched/types.ts'
import type { Inode, Path } from '../vfs/types.ts'

/** What a frame holds: an index into FRAME_USES (frames.ts). */
export type FrameUse = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** Physical memory, one slot per frame. Frame 0 is the first page of RAM. */
export interface Frames {
  total: number
  /**
   * References: one per PTE that maps it, one for the page cache that holds it, one for a kernel use. 0: free. A huge page's entry is
   * a reference to each of its 512 frames, so that splitting it moves no count.
   */
  count: Uint32Array
  /** FrameUse of each. */
  use: Uint8Array
  /** FRAME_DIRTY: a page of a file whose bytes differ from where it was read from. */
  flags: Uint8Array
  /** For a page table: how many of its 512 entries are valid. */
  entries: Uint16Array
  /** Free frames, a stack for each page colour (one in all unless frames are handed out by colour), and how many are on each. */
  freeStacks: Uint32Array[]
  freeTops: number[]
  /** The colour whose turn it is. */
  nextColour: number
  freeCount: number
  /** How many frames each use has, by FrameUse. */
  used: number[]
  /** The one page of zeroes behind every untouched anonymous page that was only read. */
  zero: number
  /** A page of the cache that someone is reading through a view just now, or -1: not given back. */
  pinned: number
  /** Files whose clean pages may be given back when frames run out: those with something to read them from again. */
  reclaimable: Set<Inode>
  /** Who pays for each that is not free: a place in `payers`. */
  payer: Uint16Array
  /** MACHINE is the first. */
  payers: Payer[]
  /** Frames that are free and not to be given out: the kernel's objects take as much (kmem.ts). */
  kmem: number
  /** Free frames that files in memory leave to programs (vm.min_free_kbytes). */
  fileReserve: number
  /** A frame was asked for and there was none: somebody has to die before it is tried again (process/oom.ts). */
  starved: boolean
}

/** Somebody whom frames are charged to: the machine as a whole; later also the groups of processes that it is divided among. */
export interface Payer {
  /** Frames it pays for now. */
  frames: number
}

/** Bytes of kernel objects: when they were last counted, made since then, and at boot. */
export interface Kmem {
  live: number
  since: number
  given: number
}

/** Address-space numbers. They run up to `limit`; then a new generation starts and every TLB is emptied. */
export interface Asids {
  generation: number
  /** The next number of this generation. 0 is never given to a program. */
  next: number
  limit: number
}

/** A run of pages that a program may touch in one way (Linux's vma). Pages are [start, end). */
export interface Region {
  start: number
  end: number
  /** PROT_* now, and the most that mprotect may give (a shared mapping of a file opened read-only can never be written). */
  prot: number
  maxProt: number
  /** Writes reach the file (or the other mappers); else the first write to a page makes a private copy. */
  shared: boolean
  /** What untouched pages hold: a file from `offset` bytes on; null: zeroes. The region holds a reference on it. */
  inode: Inode | null
  offset: number
  /** For the name in /proc/PID/maps: where the file was opened, or a fixed label such as `[vdso]`. */
  path: Path | null
  label: string
  /** A stack: faults just below it extend it. */
  growsDown: boolean
  /** Private pages may exist here. Only of interest where there is an inode: then a fork must copy this region's entries. */
  hasPrivate: boolean
  /** mlock; madvise: MADV_DONTFORK, MADV_WIPEONFORK, MADV_DONTDUMP; MAP_NORESERVE. */
  locked: boolean
  dontFork: boolean
  wipeOnFork: boolean
  dontDump: boolean
  noReserve: boolean
  /** MAP_HUGETLB: nothing but huge pages; it begins and ends at multiples of them. */
  hugetlb: boolean
  /** madvise(MADV_HUGEPAGE), madvise(MADV_NOHUGEPAGE), or what the machine's policy says. */
  thp: 'policy' | 'huge' | 'small'
}

/**
 * When anonymous memory gets huge pages unasked (/sys/kernel/mm/transparent_hugepage/enabled on Linux): wherever one fits, where
 * madvise(MADV_HUGEPAGE) wants them, or nowhere.
 */
export type ThpPolicy = 'always' | 'madvise' | 'never'

/** A context of io_setup(2), called by the address of its ring. */
export interface AioContext {
  /** Operations it was made for. */
  most: number
  /** Results that there is room for. */
  room: number
  /** Bytes of the ring. */
  length: number
  /** What was done and nobody asked for yet, the oldest first. */
  events: { data: bigint; object: number; result: number }[]
  queue: WaitQueue
}

/** One address space: shared by the threads of a process, and by a vfork child until it execs. */
export interface Mm {
  /** Frame of the top-level page table. */
  root: number
  /** Tasks (and others) that hold it. */
  users: number
  /** Who pays for its private frames and its tables: a place in Frames.payers. A fork's and a new program's is the same. */
  payer: number
  /** Sorted by address, never overlapping. */
  regions: Region[]
  /** Number and generation it was given in; a number of an older generation is void. */
  asid: number
  asidGeneration: number
  /** Harts whose TLB may hold entries of it in this generation: bit (hart mod 32). */
  harts: number
  /** Pages mapped now, by kind; what getrusage and /proc show. */
  anonPages: number
  filePages: number
  shmemPages: number
  /** Pages of 4 KiB in MAP_HUGETLB's huge pages: not part of the resident set (Linux keeps them apart too). */
  hugetlbPages: number
  peakPages: number
  /** Pages in all regions, and the most there ever were. */
  totalPages: number
  peakTotalPages: number
  lockedPages: number
  tablePages: number
  /** mlockall(MCL_FUTURE): every new region is locked. */
  lockFuture: boolean
  /** prctl: 1 a core may be dumped and others of its user may look into it, 0 not; no huge pages; PR_MDWE_*. */
  dumpable: number
  thpDisabled: boolean
  mdwe: number
  /** membarrier(2): MEMBARRIER_CMD_REGISTER_* bits that were asked for. */
  barriers: number
  /** io_setup: contexts by their ids; null: none was made. */
  aio: Map<number, AioContext> | null
  /** The heap: [brkStart, brk). */
  brkStart: number
  brk: number
  /** mmap hands out addresses downwards from here. */
  mmapBase: number
  /** Between here and mmapBase no gap is larger than `freeHole` (bytes): where the search for a free place begins. Infinity: nothing is known. */
  freeBelow: number
  freeHole: number
  /** Base of the vDSO (its sigreturn code is at a fixed offset). */
  vdso: number
  /** For /proc/PID/{stat,cmdline,environ,auxv,exe}; exec fills them in. */
  startCode: number
  endCode: number
  startData: number
  endData: number
  startStack: number
  argStart: number
  argEnd: number
  envStart: number
  envEnd: number
  auxv: Uint8Array
  exe: Inode | null
  exePath: Path | null
  /** What a core dump holds (core(5)): /proc/PID/coredump_filter. */
  dumpFilter: number
}

/** How a fault that is the program's own ends: the signal and its si_code. SIGKILL stands for out of memory. */
export interface FaultSignal {
  readonly signal: number
  readonly code: number
}

/** What mapRegion makes. Page-aligned; replaces whatever was mapped there. The caller has checked permissions. */
export interface RegionSpec {
  start: number
  /** Bytes. */
  length: number
  prot: number
  maxProt?: number
  shared?: boolean
  inode?: Inode | null
  /** Bytes into the file, page-aligned. */
  offset?: number
  path?: Path | null
  label?: string
  growsDown?: boolean
  noReserve?: boolean
  hugetlb?: boolean
  thp?: Region['thp']
}

/**
 * What memory asks of the files that it maps: a row of operations that the top hands in, since files stand on memory and not the other
 * way round.
 */
export interface MappedFileOps {
  /** One region or address space more, or less, holds the file. */
  retain(k: Kernel, inode: Inode): void
  release(k: Kernel, inode: Inode): void
  /** It was stored to through a mapping. */
  modified(k: Kernel, inode: Inode): void
  /**
   * What the file holds at `offset` where nothing is cached, zeros behind its end. EIO when the host does not give it.
   */
  fill(k: Kernel, inode: Inode, offset: number, into: Uint8Array): void
  /** Passes bytes on to where the file comes from, if it does. EIO. */
  write(k: Kernel, inode: Inode, offset: number, bytes: Uint8Array): void
  /** The path by which it was mapped, as it is now. */
  name(k: Kernel, path: Path): string
}

/** Buffers for bytes that pass through the kernel's hands (passing.ts). */
export interface Passing {
  /** By length. */
  readonly small: readonly Uint8Array[]
  readonly large: Uint8Array
}

/** Bytes in order. */
export interface ByteRing {
  /** Its length is a power of two and grows as it fills, so that an idle one costs little. */
  ring: Uint8Array
  /** Where the next byte is, and how many there are. */
  head: number
  used: number
}
