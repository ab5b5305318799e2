// Counts everything again from the page tables up and compares: for tests and debug builds, after any instruction.
import { PAGE_SIZE, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, tlbEntries } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Dentry, Inode } from '../vfs/types.ts'
import { FRAME_SHMEM, FRAME_USES, ownsRun, USE_ANON, USE_CACHE, USE_FREE, USE_HUGETLB, USE_TABLE, USE_ZERO } from './frames.ts'
import { HUGE_FRAMES, HUGE_PAGE } from './limits.ts'
import { allSpaces } from './pagecache.ts'
import { eachLeaf, frameOf, peekPte, PTE_HUGE } from './pagetable.ts'
import { findRegion } from './regions.ts'
import type { FrameUse, Mm, Region } from './types.ts'

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
  for (const frame of k.state.trapFrames.vectors) expected[frame]++
  auditFrames(k, expected, problems)
  auditTlbs(k, problems)
  return problems
}

function auditFrames(k: Kernel, expected: Uint32Array, problems: string[]): void {
  const frames = k.state.frames
  const used = FRAME_USES.map(() => 0)
  const paid = frames.payers.map(() => 0)
  for (let frame = 0; frame < frames.total; frame++) {
    used[frames.use[frame]]++
    if (frames.use[frame] !== USE_FREE) paid[frames.payer[frame]]++
    const count = frames.count[frame]
    if (count === expected[frame] && (frames.use[frame] === USE_FREE) === (count === 0)) continue
    problems.push(`frame ${frame} (${FRAME_USES[frames.use[frame]]}) has count ${count} and ${expected[frame]} holders`)
  }
  const seen = new Uint8Array(frames.total)
  const colours = frames.freeTops.length
  let free = 0
  frames.freeTops.forEach((top, colour) => {
    const stack = frames.freeStacks[colour]
    for (let at = 0; at < top; at++) {
      const frame = stack[at]
      const right = frames.use[frame] === USE_FREE && frame % colours === colour && seen[frame] === 0
      if (!right) problems.push(`frame ${frame} is on the free stack of colour ${colour} wrongly`)
      else free++
      seen[frame] = 1
    }
  })
  if (free !== used[USE_FREE] || free !== frames.freeCount) {
    problems.push(`${free} frames are on the free stacks, ${used[USE_FREE]} are free, counted are ${frames.freeCount}`)
  }
  frames.payers.forEach((payer, i) => {
    if (paid[i] !== payer.frames) problems.push(`payer ${i} pays for ${paid[i]} frames, counted are ${payer.frames}`)
  })
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
      if (level > 0 && !(entry & PTE_HUGE)) countTables(frameOf(entry), level - 1)
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
  let hugetlb = 0
  eachLeaf(k, mm, 0, 2 ** 47, (va, _at, entry) => {
    const head = frameOf(entry)
    const huge = (entry & PTE_HUGE) !== 0
    const where = `${name}: ${huge ? 'huge page' : 'page'} 0x${va.toString(16)}`
    if (head < 0 || head + (huge ? HUGE_FRAMES : 1) > frames.total) {
      problems.push(`${where} maps frame ${head}, which is not in RAM`)
      return
    }
    for (let frame = head; frame < head + (huge ? HUGE_FRAMES : 1); frame++) {
      expected[frame]++
      const use = frames.use[frame]
      if (use === USE_ANON) anon++
      else if (use === USE_HUGETLB && huge) hugetlb++
      else if (use === USE_CACHE && frames.flags[frame] & FRAME_SHMEM) shmem++
      else if (use === USE_CACHE) file++
      else if (use !== USE_ZERO) problems.push(`${where} maps frame ${frame}, which is ${FRAME_USES[use]}`)
    }
    const region = findRegion(mm, va)
    if (region === null) problems.push(`${where} is mapped outside of every region`)
    else if (huge) auditHugeLeaf(k, region, va, entry, where, problems)
    else if (region.hugetlb) problems.push(`${where} is small, in a mapping of huge pages`)
    else if (entry & PTE_W && !region.shared && (frames.use[head] !== USE_ANON || frames.count[head] !== 1)) {
      problems.push(`${where} is private, writable, and its frame ${head} has count ${frames.count[head]}`)
    }
  })
  const counted = [mm.anonPages, mm.filePages, mm.shmemPages, mm.hugetlbPages].join('+')
  if ([anon, file, shmem, hugetlb].join('+') !== counted) {
    problems.push(`${name}: ${anon}+${file}+${shmem}+${hugetlb} pages are mapped, counted are ${counted}`)
  }
}

/** A huge leaf maps 512 frames of one kind from a multiple of 512 on, lies within its region, and is writable only where it is alone. */
function auditHugeLeaf(k: Kernel, region: Region, va: number, entry: number, where: string, problems: string[]): void {
  const { use } = k.state.frames
  const head = frameOf(entry)
  const kind: FrameUse = region.hugetlb ? USE_HUGETLB : USE_ANON
  if (va % HUGE_PAGE !== 0 || head % HUGE_FRAMES !== 0) problems.push(`${where} maps frame ${head}: not aligned`)
  if (va + HUGE_PAGE > region.end) problems.push(`${where} reaches beyond its region`)
  if (use.subarray(head, head + HUGE_FRAMES).some(u => u !== kind))
    problems.push(`${where} maps frames that are not all ${FRAME_USES[kind]}`)
  if (entry & PTE_W && !region.shared && !ownsRun(k, head)) problems.push(`${where} is private, writable, and shared`)
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
      const level = leaf & PTE_HUGE ? 1 : 0
      const right =
        (leaf & PTE_V) !== 0 &&
        frameOf(leaf) === entry.frame &&
        (leaf & PERMISSIONS) === (entry.flags & PERMISSIONS) &&
        entry.level === level
      if (!right) problems.push(`hart ${hart.id}: stale ${entry.access} TLB entry for 0x${entry.va.toString(16)} of ASID ${entry.asid}`)
    }
  }
}

/** Every inode that a name, a descriptor, a mapping or a task's directory leads to. */
export function allInodes(k: Kernel): Set<Inode> {
  const inodes = new Set<Inode>(k.state.frames.reclaimable).add(k.state.vdso)
  for (const { inode } of k.state.ns.ipc.shm.objects.values()) inodes.add(inode)

  const seen = new Set<Dentry>()
  // A list, not recursion: directories may be nested deeper than our stack.
  const dentries = k.state.ns.mnt.mounts.map(mount => mount.root)
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
