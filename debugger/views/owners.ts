// The reverse map: which addresses, tables, files and saved registers a frame of RAM belongs to. Counted from the page tables up,
// as the kernel's own audit does, so it shows what is and not what was meant.
import { leafSize, PAGE_SIZE, PTE_V, pteFlagsText } from '../../vm/index.ts'
import { allInodes, eachLeaf, frameOf, HUGE_FRAMES, PTE_HUGE, USER_END, vectorFrame, type Kernel, type Mm } from '../../kernel/index.ts'
import { spaces } from './ask.ts'
import { inodeName, inodeNames } from './names.ts'

/** A page of a program that a frame holds. */
export interface Mapping {
  /** The tasks that share the address space. */
  pids: number[]
  va: number
  /** DA-UXWRV. */
  flags: string
  /** 1 where it is a part of a huge page. */
  level: number
  valid: boolean
}

/** What holds a frame: together they are its count. */
export type Owner =
  | ({ kind: 'page' } & Mapping)
  | { kind: 'table'; pids: number[]; level: number; va: number; bytes: number }
  | { kind: 'cache'; file: string; index: number }
  | { kind: 'registers'; pids: number[] }
  | { kind: 'zero page' }

const ROOT_LEVEL = 3
const FRAME_WORDS = PAGE_SIZE / 4
const ENTRIES = 512

/** Every page of every program that maps a frame of [first, first + frames). */
export function mappingsOf(k: Kernel, first: number, frames = 1): Mapping[] {
  const found: Mapping[] = []
  for (const [mm, tasks] of spaces(k)) {
    eachLeaf(k, mm, 0, USER_END, (va, _at, entry) => {
      const head = frameOf(entry)
      const length = entry & PTE_HUGE ? HUGE_FRAMES : 1
      if (head >= first + frames || head + length <= first) return
      const into = Math.max(0, first - head)
      found.push({
        pids: tasks.map(t => t.pid),
        va: va + into * PAGE_SIZE,
        flags: pteFlagsText(entry),
        level: length === 1 ? 0 : 1,
        valid: (entry & PTE_V) !== 0,
      })
    })
  }
  return found
}

/** Calls back for every page table of an address space, the root first. */
function eachTable(k: Kernel, mm: Mm, visit: (table: number, level: number, va: number) => void): void {
  const down = (table: number, level: number, va: number): void => {
    visit(table, level, va)
    if (level === 0) return
    for (let i = 0; i < ENTRIES; i++) {
      const entry = k.machine.ram32[table * FRAME_WORDS + i * 2]
      if (entry !== 0 && !(entry & PTE_HUGE)) down(frameOf(entry), level - 1, va + i * leafSize(level))
    }
  }
  down(mm.root, ROOT_LEVEL, 0)
}

/** Everything that holds a frame. */
export function ownersOf(k: Kernel, frame: number): Owner[] {
  const owners: Owner[] = mappingsOf(k, frame).map(mapping => ({ kind: 'page', ...mapping }))
  for (const [mm, tasks] of spaces(k)) {
    eachTable(k, mm, (table, level, va) => {
      if (table === frame) owners.push({ kind: 'table', pids: tasks.map(t => t.pid), level, va, bytes: ENTRIES * leafSize(level) })
    })
  }
  const names = inodeNames(k)
  for (const inode of allInodes(k)) {
    for (const [index, page] of inode.pages) if (page === frame) owners.push({ kind: 'cache', file: inodeName(names, inode), index })
  }
  if (k.state.trapFrames.taken.has(frame)) {
    const pids = [...k.state.tasks.values()].filter(t => t.state !== 'Z' && Math.floor(t.trapFrame / PAGE_SIZE) === frame).map(t => t.pid)
    owners.push({ kind: 'registers', pids })
  }
  if (k.state.trapFrames.vectors.has(frame)) {
    owners.push({ kind: 'registers', pids: [...k.state.tasks.values()].filter(t => vectorFrame(k, t) === frame).map(t => t.pid) })
  }
  if (frame === k.state.frames.zero) owners.push({ kind: 'zero page' })
  return owners
}
