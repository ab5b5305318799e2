// Snapshots of a recording. What changed since the last one is kept: pages of RAM, and the kernel's tables of frames in chunks like pages;
// the rest of the state is small and kept whole.
import {
  cloneCounted,
  clonePlain,
  rewindJournal,
  USE_KERNEL,
  USE_TABLE,
  workOf,
  type Kernel,
  type KernelState,
} from '../../kernel/index.ts'
import { noteDifference, PAGE_SIZE, restoreHarts, snapshotHarts, takeWritten, usedPages, type HartsSnapshot } from '../../vm/index.ts'
import type { Instant } from './instant.ts'
import { both, visitedNow, type Visited } from './visited.ts'

/** A moment that can be gone back to. */
export interface Point {
  instant: Instant
  /** Guest nanoseconds. */
  time: number
  /** How much had been done (workOf). */
  work: number
  state: KernelState
  /** How many objects that is. */
  objects: number
  harts: HartsSnapshot
  journalNext: number
  outputBytes: number
  /** Something was changed by hand here: running the past again does not make it, so whoever comes by goes on from this point. */
  changed?: boolean
  /** On the way from here to the next point; null: there is none, and it is what the machine notes. */
  visited: Visited | null
}

/** What some bytes were from a point on; null: zeroes. */
interface Version {
  point: number
  bytes: Uint8Array | null
}

export interface Store {
  points: Point[]
  /** By frame; and by chunk of the kernel's tables of frames (TABLES), numbered on behind. Oldest first. */
  pages: Map<number, Version[]>
  /** Bytes of all versions. */
  bytes: number
  /** The point that memory goes on from: what was not written since is as it was there. */
  base: number
  /** Signals were delivered since the newest point. */
  signals: boolean
}

type FrameTable = 'count' | 'use' | 'flags' | 'entries' | 'payer'
const TABLES: readonly FrameTable[] = ['count', 'use', 'flags', 'entries', 'payer']
const NOTHING = new Uint8Array(0)

export const newStore = (): Store => ({ points: [], pages: new Map(), bytes: 0, base: 0, signals: false })

/** Views of the kernel's tables of frames as bytes. */
function tablesOf(k: Kernel): Uint8Array[] {
  const { frames } = k.state
  const tables = [...TABLES.map(name => frames[name]), ...frames.freeStacks]
  return tables.map(table => new Uint8Array(table.buffer, table.byteOffset, table.byteLength))
}

/** The state without the tables of frames, which are versioned. */
function cloneState(k: Kernel): { copy: KernelState; objects: number } {
  const { frames } = k.state
  const empty = { count: new Uint32Array(0), use: NOTHING, flags: NOTHING, entries: new Uint16Array(0), payer: new Uint16Array(0) }
  k.state.frames = { ...frames, ...empty, freeStacks: frames.freeStacks.map(() => new Uint32Array(0)) }
  try {
    return cloneCounted(k.state)
  } finally {
    k.state.frames = frames
  }
}

/** Adds a version of some bytes at the newest point, unless they are what they were. */
function keep(store: Store, id: number, now: Uint8Array): void {
  const versions = store.pages.get(id)
  const before = versions?.at(-1)?.bytes ?? null
  if (isSame(before, now)) return
  const version = { point: store.points.length, bytes: copyOf(store, before, now) }
  if (versions === undefined) store.pages.set(id, [version])
  else versions.push(version)
}

/** What to keep of some bytes that are not what they were before. */
function copyOf(store: Store, before: Uint8Array | null, now: Uint8Array): Uint8Array | null {
  // Where there were zeroes, something else is now.
  if (before !== null && isSame(null, now)) return null
  store.bytes += now.length
  return now.slice()
}

/** Word by word: what is looked at are pages and tables of words. */
function isSame(kept: Uint8Array | null, now: Uint8Array): boolean {
  const words = wordsOf(now)
  if (kept === null) {
    for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false
  } else {
    const old = wordsOf(kept)
    for (let i = 0; i < words.length; i++) if (words[i] !== old[i]) return false
  }
  for (let i = words.length * WORD; i < now.length; i++) if (now[i] !== (kept === null ? 0 : kept[i])) return false
  return true
}

const WORD = 4
/** The whole words at the start of some bytes, which begin at a word's border. */
const wordsOf = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / WORD))

const frameBytesOf = (k: Kernel, frame: number): Uint8Array => k.machine.ram.subarray(frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)

/** Frames that the kernel writes without saying so: page tables and saved registers. */
function kernelFrames(k: Kernel): number[] {
  const { use } = k.state.frames
  const frames: number[] = []
  for (let frame = 0; frame < k.machine.framesUsed; frame++) if (use[frame] === USE_TABLE || use[frame] === USE_KERNEL) frames.push(frame)
  return frames
}

/** `used`: of the tables only what is about frames that were ever given out; nothing else changes after the first point. */
function eachChunk(k: Kernel, visit: (id: number, chunk: Uint8Array) => void, used = false): void {
  const { total } = k.state.frames
  let id = total
  for (const [n, table] of tablesOf(k).entries()) {
    const end = used && n < TABLES.length ? (table.length / total) * k.machine.framesUsed : table.length
    for (let at = 0; at < end; at += PAGE_SIZE) visit(id + at / PAGE_SIZE, table.subarray(at, Math.min(at + PAGE_SIZE, table.length)))
    id += Math.ceil(table.length / PAGE_SIZE)
  }
}

/** Takes a point now. The first one looks at all of RAM that was ever given out, the others at what was written. */
export function takePoint(k: Kernel, store: Store, instant: Instant): Point {
  const written = takeWritten(k.machine)
  if (store.points.length === 0) for (const [frame, bytes] of usedPages(k.machine, k.machine.framesUsed)) keep(store, frame, bytes)
  else for (const frame of new Set([...written, ...kernelFrames(k)])) keep(store, frame, frameBytesOf(k, frame))
  eachChunk(k, (id, chunk) => keep(store, id, chunk), store.points.length > 0)
  const before = store.points.at(-1)
  if (before !== undefined) before.visited = visitedNow(k.machine, store.signals)
  noteAnew(k, store)
  const point = pointNow(k, instant)
  store.base = store.points.push(point) - 1
  return point
}

function pointNow(k: Kernel, instant: Instant): Point {
  const { copy, objects } = cloneState(k)
  return {
    instant,
    time: k.state.time,
    work: workOf(k.state),
    state: copy,
    objects,
    harts: snapshotHarts(k.machine),
    journalNext: k.journal.next,
    outputBytes: k.outputBytes,
    visited: null,
  }
}

function noteAnew(k: Kernel, store: Store): void {
  k.machine.visited?.fill(0)
  store.signals = false
}

/** What programs came to from a point to the next one, or to now. */
export const visitedFrom = (k: Kernel, store: Store, index: number): Visited =>
  store.points[index].visited ?? visitedNow(k.machine, store.signals)

/** A point is the newest one: what was come to from there is among what the machine notes. */
function openPoint({ machine }: Kernel, store: Store, index: number): void {
  const point = store.points[index]
  if (point.visited === null || machine.visited === null) return
  const { pages, signals } = both(point.visited, visitedNow(machine, store.signals))
  machine.visited.set(pages)
  store.signals = signals
  point.visited = null
}

/**
 * Puts a point behind another, where the machine stands now after running from that. What it has that the next one does not is said of the
 * next one too, if there is one: until now it took that from the one before.
 */
export function insertPoint(k: Kernel, store: Store, index: number, instant: Instant): void {
  for (const versions of store.pages.values()) for (const version of versions) if (version.point >= index) version.point++
  const place = (id: number, now: Uint8Array): void => {
    const versions = store.pages.get(id) ?? []
    const before = versionAt(versions, index)
    if (isSame(before, now)) return
    const bytes = copyOf(store, before, now)
    const at = versions.findIndex(version => version.point > index)
    const next = at < 0 ? versions.length : at
    const isLast = index === store.points.length
    const kept: Version[] = isLast || versions[next]?.point === index + 1 ? [] : [{ point: index + 1, bytes: before }]
    for (const version of kept) store.bytes += version.bytes?.length ?? 0
    versions.splice(next, 0, { point: index, bytes }, ...kept)
    store.pages.set(id, versions)
  }
  for (const frame of new Set([...takeWritten(k.machine), ...kernelFrames(k)])) place(frame, frameBytesOf(k, frame))
  eachChunk(k, place, true)
  // Whichever of the two came to what.
  const visited = visitedFrom(k, store, index - 1)
  const isNewest = index === store.points.length
  store.points.splice(index, 0, { ...pointNow(k, instant), visited: isNewest ? null : visited })
  store.points[index - 1].visited = visited
  store.base = index
}

/** The version of some bytes at a point. */
function versionAt(versions: readonly Version[], point: number): Uint8Array | null {
  for (let i = versions.length - 1; i >= 0; i--) if (versions[i].point <= point) return versions[i].bytes
  return null
}

/** Makes the machine and the kernel what they were at a point. The journal replays from there. */
export function restorePoint(k: Kernel, store: Store, index: number): void {
  const point = store.points[index]
  const now = new Set([...takeWritten(k.machine), ...kernelFrames(k)])
  // What was written since, and what is different there from the point that memory went on from.
  const from = Math.min(store.base, index)
  for (const [id, versions] of store.pages) if (id < k.state.frames.total && versions[versions.length - 1].point > from) now.add(id)
  const { frames } = k.state
  const state = clonePlain(point.state)
  const { count, use, flags, entries, payer, freeStacks } = frames
  Object.assign(state.frames, { count, use, flags, entries, payer, freeStacks })
  k.state = state
  const set = (target: Uint8Array, bytes: Uint8Array | null): void => {
    if (bytes === null) target.fill(0)
    else target.set(bytes)
  }
  eachChunk(k, (id, chunk) => set(chunk, versionAt(store.pages.get(id) ?? [], index)))
  const { engine } = k.machine
  for (const frame of new Set([...now, ...kernelFrames(k)])) {
    const bytes = versionAt(store.pages.get(frame) ?? [], index)
    const target = frameBytesOf(k, frame)
    // What was made of code that is the same there is good there.
    if (engine.isCode(frame) && !isSame(bytes, target)) engine.forget(frame)
    set(target, bytes)
  }
  restoreHarts(k.machine, point.harts)
  rewindJournal(k, point.journalNext)
  k.outputBytes = point.outputBytes
  // All that was written just now is as the point has it; what programs can write from here on counts again.
  takeWritten(k.machine)
  store.base = index
}

/** Forgets every point after one: history goes on differently from there. */
export function dropAfter(k: Kernel, store: Store, index: number): void {
  store.points.length = index + 1
  openPoint(k, store, index)
  for (const [id, versions] of store.pages) {
    const kept = versions.filter(version => version.point <= index)
    if (kept.length === versions.length) continue
    for (const version of versions.slice(kept.length)) store.bytes -= version.bytes?.length ?? 0
    if (kept.length === 0) store.pages.delete(id)
    else store.pages.set(id, kept)
  }
}

function forgetLast(k: Kernel, store: Store, isBase: boolean): void {
  const index = store.points.length - 1
  for (const [id, versions] of store.pages)
    if (isBase && id < k.state.frames.total && versions[versions.length - 1].point === index) noteDifference(k.machine, id)
  dropAfter(k, store, index - 1)
  if (isBase) store.base--
}

/** Forgets one point: what it has that the next one took from it is said of the next one, if there is one. */
export function forgetPoint(k: Kernel, store: Store, index: number): void {
  const isBase = store.base === index
  if (index === store.points.length - 1) {
    forgetLast(k, store, isBase)
    return
  }
  const [gone] = store.points.splice(index, 1)
  const from = store.points[index - 1]
  if (from?.visited && gone.visited) from.visited = both(from.visited, gone.visited)
  for (const [id, versions] of store.pages) {
    const at = versions.findIndex(version => version.point >= index)
    if (at < 0) continue
    const isOwn = versions[at].point === index
    // Memory goes on from the point before now, and from what this one had.
    if (isBase && isOwn && id < k.state.frames.total) noteDifference(k.machine, id)
    const isReplaced = isOwn && versions[at + 1]?.point === index + 1
    if (isReplaced) store.bytes -= versions.splice(at, 1)[0].bytes?.length ?? 0
    for (let i = isOwn && !isReplaced ? at + 1 : at; i < versions.length; i++) versions[i].point--
  }
  // -1: from one that is gone, which all others may differ from.
  if (store.base >= index) store.base--
}
