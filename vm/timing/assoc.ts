// A set-associative memory of tags: every cache, TLB and walk cache of the timing model is one. Only what is in it matters, never data.
// Plain typed arrays, so that a snapshot is a copy.
import type { Replacement } from './fields.ts'

export interface Assoc {
  sets: number
  ways: number
  replacement: Replacement
  /** By set * ways + way; -1: empty. Tags are exact below 2^53. */
  tags: Float64Array
  /** lru: when last used, by `now[0]`. plru: 1 for the recently used ones of a set (the bit form of pseudo-LRU). */
  marks: Float64Array
  now: Float64Array
  dirty: Uint8Array
  /** random: xorshift state. */
  seed: Int32Array
  /** Where a tag was last seen, by its low bits: large fully associative sets are not searched from the start. */
  hints: Uint16Array
  /** Counts what changes for other entries than the one that is used: while it stays, touching again what was touched changes nothing (not with lru). */
  changes: Float64Array
  /** What the last `place` put out: its tag, -1 for an empty place; and whether it was dirty. */
  out: Float64Array
}

const HINTS = 256
const HINT_MASK = HINTS - 1
const FIRST_SEED = 0x2545f491
/** Sets of so many ways are looked through directly. */
const FEW_WAYS = 8

/** Empty, with room for `entries` tags (a power of two of sets), or null for none. */
export function newAssoc(entries: number, ways: number, replacement: Replacement): Assoc | null {
  if (entries === 0) return null
  return {
    sets: entries / ways,
    ways,
    replacement,
    tags: new Float64Array(entries).fill(-1),
    marks: new Float64Array(entries),
    now: new Float64Array(1),
    dirty: new Uint8Array(entries),
    seed: new Int32Array([FIRST_SEED]),
    hints: new Uint16Array(HINTS),
    changes: new Float64Array(1),
    out: new Float64Array(2),
  }
}

/** Index of a tag, or -1. Low bits of `hash` choose the set; it must be the same for a tag each time. */
export function find(c: Assoc, hash: number, tag: number): number {
  const { tags, ways } = c
  const first = (hash & (c.sets - 1)) * ways
  const last = first + ways
  if (ways <= FEW_WAYS) {
    for (let at = first; at < last; at++) if (tags[at] === tag) return at
    return -1
  }
  const hint = c.hints[hash & HINT_MASK]
  if (hint >= first && hint < last && tags[hint] === tag) return hint
  for (let at = first; at < last; at++) {
    if (tags[at] !== tag) continue
    c.hints[hash & HINT_MASK] = at
    return at
  }
  return -1
}

/** An entry was used. */
export function touch(c: Assoc, at: number): void {
  if (c.replacement === 'lru') c.marks[at] = ++c.now[0]
  else if (c.replacement === 'plru') markRecent(c, at)
}

/** Sets the entry's bit; when that was the last one of its set without, the others lose theirs. */
function markRecent(c: Assoc, at: number): void {
  const { marks, ways } = c
  if (marks[at] === 1) return
  marks[at] = 1
  const first = at - (at % ways)
  for (let i = first; i < first + ways; i++) if (marks[i] === 0) return
  for (let i = first; i < first + ways; i++) if (i !== at) marks[i] = 0
  c.changes[0]++
}

/** Brings a tag in (it must not be there), putting another one out if the set is full; that one is in `out`. Answers its index. */
export function place(c: Assoc, hash: number, tag: number): number {
  const at = victim(c, hash & (c.sets - 1))
  c.out[0] = c.tags[at]
  c.out[1] = c.dirty[at]
  c.tags[at] = tag
  c.dirty[at] = 0
  c.changes[0]++
  if (c.replacement === 'plru') c.marks[at] = 0
  touch(c, at)
  return at
}

function victim(c: Assoc, set: number): number {
  const { tags, marks, ways } = c
  const first = set * ways
  let best = first
  for (let at = first; at < first + ways; at++) {
    if (tags[at] === -1) return at
    if (marks[at] < marks[best]) best = at
  }
  return c.replacement === 'random' ? first + ((next(c) >>> 0) % ways) : best
}

/** xorshift32 (Marsaglia 2003). */
function next(c: Assoc): number {
  let x = c.seed[0]
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  c.seed[0] = x
  return x
}

/** Empties one entry. */
export function drop(c: Assoc, at: number): void {
  c.changes[0]++
  c.tags[at] = -1
  c.marks[at] = 0
  c.dirty[at] = 0
}

export function dropAll(c: Assoc): void {
  c.changes[0]++
  c.tags.fill(-1)
  c.marks.fill(0)
  c.dirty.fill(0)
}

/** Empties the entries whose tag is chosen. */
export function dropWhere(c: Assoc, chosen: (tag: number) => boolean): void {
  for (let at = 0; at < c.tags.length; at++) if (c.tags[at] !== -1 && chosen(c.tags[at])) drop(c, at)
}
