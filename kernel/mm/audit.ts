// Counts everything again from the page tables up and compares: for tests and debug builds, after any instruction.
import { PAGE_SIZE, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, tlbEntries } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Dentry, Inode } from '../vfs/index.ts'
import { FRAME_SHMEM, FRAME_USES, USE_ANON, USE_CACHE, USE_FREE, USE_KERNEL, USE_TABLE } from './frames.ts'
import { allSpaces } from './pagecache.ts'
import { eachLeaf, frameOf, peekPte } from './pagetable.ts'
import { findRegion } from './regions.ts'
import type { Mm } from './types.ts'

const PERMISSIONS = PTE_R | PTE_W | PTE_X | PTE_U
const ROOT_LEVEL = 3
const ENTRIES = 512

/** What is wrong with frames, address spaces and TLBs, one sentence each; empty when nothing is. */
export function auditMemory(k: Kernel): string[] {
  const problems: string[] = []
  const expected = new Uint32Array(k.state.frames.total)
  expected[k.state.frames.zero] = 1
  for (const mm of allSpaces(k)) auditSpace(k, mm, expected, problems)
  for (const inode of allInodes(k)) for (const frame of inode.pages.values()) expected[frame]++
  for (const frame of k.state.trapFrames.taken.keys()) expected[frame]++
  auditFrames(k, expected, problems)
  auditTlbs(k, problems)
  return problems
}

function auditFrames(k: Kernel, expected: Uint32Array, problems: string[]): void {
  const frames = k.state.frames
  const used = FRAME_USES.map(() => 0)
  for (let frame = 0; frame < frames.total; frame++) {
    used[frames.use[frame]]++
    const name = `frame ${frame} (${FRAME_USES[frames.use[frame]]})`
    if (frames.count[frame] !== expected[frame]) problems.push(`${name} has count ${frames.count[frame]} and ${expected[frame]} holders`)
    if ((frames.use[frame] === USE_FREE) !== (frames.count[frame] === 0)) problems.push(`${name} has count ${frames.count[frame]}`)
  }
  const free = new Set<number>()
  for (let i = 0; i < frames.freeCount; i++) {
    const frame = frames.freeStack[i]
    if (frames.use[frame] !== USE_FREE || free.has(frame)) problems.push(`frame ${frame} is on the free stack wrongly`)
    free.add(frame)
  }
  if (free.size !== used[USE_FREE]) problems.push(`${free.size} frames are on the free stack, ${used[USE_FREE]} are free`)
  FRAME_USES.forEach((use, i) => {
    if (used[i] !== frames.used[i]) problems.push(`${used[i]} frames are ${use}, counted are ${frames.used[i]}`)
  })
}

function auditSpace(k: Kernel, mm: Mm, expected: Uint32Array, problems: string[]): void {
  const frames = k.state.frames
  const name = `the address space of root ${mm.root}`
  let total = 0
  let previous = 0
  for (const region of mm.regions) {
    if (region.start < previous || region.end <= region.start) problems.push(`${name}: region at ${region.start} is out of order`)
    previous = region.end
    total += (region.end - region.start) / PAGE_SIZE
  }
  if (total !== mm.totalPages) problems.push(`${name}: regions have ${total} pages, counted are ${mm.totalPages}`)
  let tables = 0
  const countTables = (table: number, level: number): void => {
    tables++
    expected[table]++
    if (frames.use[table] !== USE_TABLE) problems.push(`${name}: page table in frame ${table}, which is ${FRAME_USES[frames.use[table]]}`)
    let entries = 0
    for (let i = 0; i < ENTRIES; i++) {
      const entry = k.machine.ram32[table * 1024 + i * 2]
      if (entry === 0) continue
      entries++
      if (level > 0) countTables(frameOf(entry), level - 1)
    }
    if (entries !== frames.entries[table])
      problems.push(`${name}: table ${table} has ${entries} entries, counted are ${frames.entries[table]}`)
  }
  countTables(mm.root, ROOT_LEVEL)
  if (tables !== mm.tablePages) problems.push(`${name}: ${tables} page tables, counted are ${mm.tablePages}`)
  auditLeaves(k, mm, name, expected, problems)
}

function auditLeaves(k: Kernel, mm: Mm, name: string, expected: Uint32Array, problems: string[]): void {
  const frames = k.state.frames
  let anon = 0
  let file = 0
  let shmem = 0
  eachLeaf(k, mm, 0, 2 ** 47, (va, _at, entry) => {
    const frame = frameOf(entry)
    const where = `${name}: page 0x${va.toString(16)}`
    if (frame < 0 || frame >= frames.total) {
      problems.push(`${where} maps frame ${frame}, which is not in RAM`)
      return
    }
    expected[frame]++
    const use = frames.use[frame]
    if (use === USE_ANON) anon++
    else if (use === USE_CACHE && frames.flags[frame] & FRAME_SHMEM) shmem++
    else if (use === USE_CACHE) file++
    else if (use === USE_FREE || use === USE_TABLE || use === USE_KERNEL)
      problems.push(`${where} maps frame ${frame}, which is ${FRAME_USES[use]}`)
    const region = findRegion(mm, va)
    if (region === null) problems.push(`${where} is mapped outside of every region`)
    else if (entry & PTE_W && !region.shared && (use !== USE_ANON || frames.count[frame] !== 1)) {
      problems.push(`${where} is private, writable, and its frame ${frame} has count ${frames.count[frame]}`)
    }
  })
  if (anon !== mm.anonPages || file !== mm.filePages || shmem !== mm.shmemPages) {
    problems.push(`${name}: ${anon}+${file}+${shmem} pages are mapped, counted are ${mm.anonPages}+${mm.filePages}+${mm.shmemPages}`)
  }
}

/** Every valid TLB entry under a live ASID must be what a walk of that address space would give now. */
function auditTlbs(k: Kernel, problems: string[]): void {
  const byAsid = new Map<number, Mm>()
  for (const mm of allSpaces(k)) {
    if (mm.asidGeneration !== k.state.asids.generation) continue
    if (byAsid.has(mm.asid)) problems.push(`two address spaces have ASID ${mm.asid}`)
    byAsid.set(mm.asid, mm)
  }
  for (const hart of k.machine.harts) {
    for (const entry of tlbEntries(k.machine, hart)) {
      const mm = byAsid.get(entry.asid)
      if (mm === undefined) continue
      const leaf = peekPte(k, mm, entry.va)
      const right = (leaf & PTE_V) !== 0 && frameOf(leaf) === entry.frame && (leaf & PERMISSIONS) === (entry.flags & PERMISSIONS)
      if (!right) problems.push(`hart ${hart.id}: stale ${entry.access} TLB entry for 0x${entry.va.toString(16)} of ASID ${entry.asid}`)
    }
  }
}

/** Every inode that a name, a descriptor, a mapping or a task's directory leads to. */
function allInodes(k: Kernel): Set<Inode> {
  const inodes = new Set<Inode>(k.state.frames.reclaimable).add(k.state.vdso)

  const seen = new Set<Dentry>()
  // A list, not recursion: directories may be nested deeper than our stack.
  const dentries = k.state.vfs.mounts.map(mount => mount.root)
  for (const task of k.state.tasks.values()) {
    for (const file of task.files?.files ?? []) if (file) inodes.add(file.inode)
    if (task.fs) dentries.push(task.fs.root.dentry, task.fs.cwd.dentry)
  }
  for (let dentry = dentries.pop(); dentry; dentry = dentries.pop()) {
    if (seen.has(dentry)) continue
    seen.add(dentry)
    inodes.add(dentry.inode)
    if (dentry.children) for (const child of dentry.children.values()) if (child) dentries.push(child)
  }
  for (const mm of allSpaces(k)) {
    if (mm.exe) inodes.add(mm.exe)
    for (const region of mm.regions) if (region.inode) inodes.add(region.inode)
  }
  return inodes
}
