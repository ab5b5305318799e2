// The symbols of a running process: every ELF file that its address space maps, found through the kernel without changing anything.
import {
  ElfError,
  pathOf,
  peekFile,
  peekMm,
  PF,
  PROT_EXEC,
  PT,
  type Inode,
  type Kernel,
  type Mm,
  type Region,
  type Segment,
  type Task,
} from '../../kernel/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { openDebugFile } from './sections.ts'
import { newSymbolSpace, type SymbolSpace } from './space.ts'
import type { DebugFile } from './model.ts'

/** Files read so far; null: it is no ELF file. The caller owns it, and may keep it over snapshots and time travel. */
export type DebugFileCache = Map<string, DebugFile | null>

/** Larger files are not read for their symbols. */
const MAX_FILE_BYTES = 2 ** 29
const VDSO_LABEL = '[vdso]'

/** A file by what it is and when it changed: a copy of the kernel's state has other inodes for the same files. */
const keyOf = ({ fs, ino, size, mtime }: Inode): string => `${fs.dev}:${ino}:${size}:${mtime.sec}.${mtime.nsec}`

function opened(bytes: Uint8Array | null, name: string): DebugFile | null {
  if (bytes === null) return null
  try {
    return openDebugFile(bytes, name)
  } catch (error) {
    if (!(error instanceof ElfError)) throw error
    return null
  }
}

function readRegion(k: Kernel, mm: Mm, region: Region, inode: Inode): DebugFile | null {
  // The vDSO is a file inside of the kernel's: its region is all of it.
  if (region.label === VDSO_LABEL) return opened(peekMm(k, mm, region.start, region.end - region.start).slice(), VDSO_LABEL)
  if (inode.kind !== 'regular' || inode.size > MAX_FILE_BYTES) return null
  return opened(peekFile(k, inode, 0, inode.size), region.path ? pathOf(k, region.path) : '(nameless)')
}

const pageOf = (n: number): number => n - (n % PAGE_SIZE)

/** What was added to the file's addresses where a region maps it; null when no segment is there. */
function biasOf(segments: readonly Segment[], region: Region, offset: number): number | null {
  const fits = (p: Segment): boolean => p.type === PT.LOAD && offset >= pageOf(p.offset) && offset < p.offset + Math.max(p.fileSize, 1)
  const code = segments.find(p => fits(p) && p.flags & PF.X) ?? segments.find(fits)
  return code === undefined ? null : region.start - (pageOf(code.vaddr) + (offset - pageOf(code.offset)))
}

/**
 * The files that an address space maps for execution, with their tables and where they were loaded.
 * @param cache of files by what they are; those that are new are added
 */
export function loadSpace(k: Kernel, mm: Mm, cache: DebugFileCache): SymbolSpace {
  const found: { file: DebugFile; bias: number }[] = []
  for (const region of mm.regions) {
    const { inode } = region
    if (inode === null || !(region.prot & PROT_EXEC)) continue
    const vdso = region.label === VDSO_LABEL
    const key = vdso ? VDSO_LABEL : keyOf(inode)
    let file = cache.get(key)
    if (file === undefined) cache.set(key, (file = readRegion(k, mm, region, inode)))
    if (file === null) continue
    const bias = biasOf(file.elf.segments, region, vdso ? 0 : region.offset)
    if (bias !== null && !found.some(f => f.file === file && f.bias === bias)) found.push({ file, bias })
  }
  return newSymbolSpace(found)
}

/** The symbols of a task's address space; none once it has exited. */
export const loadTask = (k: Kernel, task: Task, cache: DebugFileCache): SymbolSpace =>
  task.mm === null ? newSymbolSpace([]) : loadSpace(k, task.mm, cache)
