// The translation lookaside buffers: one for reads, one for writes and one for fetches, direct mapped, each entry tagged with
// the virtual page and a key that stands for (ASID, privilege, SUM, MXR). So address spaces coexist, and one comparison both
// finds the page and checks that it may be used. An entry is what the walk said when it was filled: the kernel that changes a
// PTE and forgets to flush sees the old translation, as on hardware. A write entry implies that D is set in its PTE.
import { csrHigh, csrLow } from './csr-storage.ts'
import * as L from './layout.ts'
import { PTE_G, SATP_MODE_SV48, SSTATUS_MXR, SSTATUS_SUM, TWO_32 } from './isa/index.ts'
import { isDevice } from './physical.ts'
import { markPage } from './marks.ts'
import type { Access, DebugState, Hart, Machine, TlbKeys, Watch } from './state.ts'
import { timeFlush } from './timing/index.ts'
import { newTranslation, translate, type Translation, type WalkMode } from './walk.ts'

// An entry's info word: the low 8 flags of the leaf PTE, its level, and the ASID it was filled under.
const INFO_FLAGS = 0xff
const INFO_LEVEL_SHIFT = 8
const INFO_LEVEL = 3
const INFO_ASID_SHIFT = 16
const PAGE_MASK = ~(L.PAGE_SIZE - 1)

/**
 * Flipped in the high word of a tag whose page a debugger watches, or of a write entry of a page that is code: no address matches it, so
 * fast engines leave each access to the page to the slow path, where the entry is found all the same. Addresses have bits 62 and 63 alike.
 */
const WATCHED = 1 << 30
/** The high word of the address in a tag. */
const plainHigh = (tagHi: number): number => (tagHi < 0 ? tagHi | WATCHED : tagHi & ~WATCHED)

// By access. Not tables: the host is slow at finding a member by a name that changes.
const tlbOf = (access: Access): number => (access === 'read' ? L.HART.tlbRead : access === 'write' ? L.HART.tlbWrite : L.HART.tlbFetch)
const missesOf = (access: Access): number =>
  access === 'read' ? L.COUNTERS.readMisses : access === 'write' ? L.COUNTERS.writeMisses : L.COUNTERS.fetchMisses

// ---- naming address-space contexts

const MODE_USER_BIT = 1
const MODE_SUM_BIT = 2
const MODE_MXR_BIT = 4
const ASID_BITS = 16
const ASIDS = 1 << ASID_BITS
const CONTEXT_BARE = 8 * ASIDS

export const createTlbKeys = (): TlbKeys => ({
  next: 1,
  names: [],
  contexts: new Uint32Array(L.TLB_KEYS),
  superpages: false,
})

const nameOf = (keys: TlbKeys, context: number): number => keys.names[context >>> ASID_BITS]?.[context & (ASIDS - 1)] ?? 0

/** Gives a context the next name; the caller has seen that there is one. */
export function nameContext(keys: TlbKeys, context: number): number {
  const name = keys.next++
  const ofMode = (keys.names[context >>> ASID_BITS] ??= new Uint16Array(ASIDS))
  ofMode[context & (ASIDS - 1)] = name
  keys.contexts[name] = context
  return name
}

/** No context has a name any more; what TLBs hold under the old ones is the caller's to empty. */
export function forgetNames(keys: TlbKeys): void {
  for (let name = 1; name < keys.next; name++) {
    const context = keys.contexts[name]
    keys.names[context >>> ASID_BITS]![context & (ASIDS - 1)] = 0
  }
  keys.next = 1
}

const asidOf = (machine: Machine, hart: Hart): number => (csrHigh(machine, hart, 'satp') >>> 12) & 0xffff

/** Frame of the root page table that satp names (may lie outside RAM). */
export function rootFrame(machine: Machine, hart: Hart): number {
  const high = csrHigh(machine, hart, 'satp') & 0xfff
  const low = csrLow(machine, hart, 'satp') >>> 0
  return (high === 0 ? low : high * TWO_32 + low) - L.RAM_PPN
}

const isBare = (machine: Machine, hart: Hart): boolean =>
  hart.words[L.WORD_PRIVILEGE] === L.PRIVILEGE_M || csrHigh(machine, hart, 'satp') >>> 28 !== SATP_MODE_SV48

function contextOf(machine: Machine, hart: Hart): number {
  if (isBare(machine, hart)) return CONTEXT_BARE
  const status = csrLow(machine, hart, 'mstatus')
  const user = hart.words[L.WORD_PRIVILEGE] === L.PRIVILEGE_U
  const bits = (user ? MODE_USER_BIT : 0) | (!user && status & SSTATUS_SUM ? MODE_SUM_BIT : 0) | (status & SSTATUS_MXR ? MODE_MXR_BIT : 0)
  return bits * ASIDS + asidOf(machine, hart)
}

/** Brings the hart's TLB key up to date: call after satp, the privilege, SUM or MXR changed. */
export function refreshTlbKey(machine: Machine, hart: Hart): void {
  const keys = machine.keys
  const context = contextOf(machine, hart)
  let name = nameOf(keys, context)
  if (name === 0) {
    if (keys.next === L.TLB_KEYS) renameAll(machine)
    name = nameContext(keys, context)
  }
  machine.i32[(hart.base + L.HART.tlbKey) >> 2] = name
}

/** Out of names: forget them all, and every translation with them. Harts other than the caller's get a new name here. */
function renameAll(machine: Machine): void {
  const keys = machine.keys
  forgetNames(keys)
  for (const hart of machine.harts) {
    emptyTlbs(machine, hart)
    const context = contextOf(machine, hart)
    machine.i32[(hart.base + L.HART.tlbKey) >> 2] = nameOf(keys, context) || nameContext(keys, context)
  }
}

// ---- lookups and refills

const currentMode: WalkMode = { user: true, sum: false, mxr: false }
const scratch: Translation = newTranslation()

/** Walks for the address {lo, hi} under the hart's current satp and privilege; sets A and D; does not touch the TLB. The result is a shared record. */
export function translateNow(machine: Machine, hart: Hart, lo: number, hi: number, access: Access): Translation {
  if (isBare(machine, hart)) {
    const frame = (lo >>> L.PAGE_SHIFT) - L.RAM_PPN
    const inRam = hi === 0 && frame >= 0 && frame < machine.ramBytes / L.PAGE_SIZE
    scratch.outcome = inRam ? 'ok' : hi === 0 && isDevice(machine, frame) ? 'device' : 'accessFault'
    scratch.frame = frame
    scratch.level = 0
    scratch.flags = INFO_FLAGS
    return scratch
  }
  const status = csrLow(machine, hart, 'mstatus')
  currentMode.user = hart.words[L.WORD_PRIVILEGE] === L.PRIVILEGE_U
  currentMode.sum = (status & SSTATUS_SUM) !== 0
  currentMode.mxr = (status & SSTATUS_MXR) !== 0
  return translate(machine, rootFrame(machine, hart), lo, hi, access, currentMode, scratch)
}

const entryAt = (hart: Hart, access: Access, lo: number): number =>
  (hart.base + tlbOf(access) + ((lo >>> L.PAGE_SHIFT) & (L.TLB_ENTRIES - 1)) * L.TLB_ENTRY_BYTES) >> 2

/** Index (in i32 units) of the entry that translates the address, or -1. */
export function tlbProbe(machine: Machine, hart: Hart, lo: number, hi: number, access: Access): number {
  const at = entryAt(hart, access, lo)
  const key = machine.i32[(hart.base + L.HART.tlbKey) >> 2]
  if (machine.i32[at] !== ((lo & PAGE_MASK) | key)) return -1
  const tagHi = machine.i32[at + 1]
  return tagHi === hi || tagHi === (hi ^ WATCHED) ? at : -1
}

/**
 * A miss: walks and fills the entry. Answers 'ok', the fault, or 'device' (such pages are in no TLB). For fetches the addend is where the engine keeps the frame's code. No
 * address matches the write entry of a frame that is code, so a store to code is always seen.
 */
export function tlbFill(machine: Machine, hart: Hart, lo: number, hi: number, access: Access): Translation['outcome'] {
  return tlbFillFrom(machine, hart, lo, hi, access, translateNow(machine, hart, lo, hi, access))
}

/** The same, by what the walk said already. */
export function tlbFillFrom(
  machine: Machine,
  hart: Hart,
  lo: number,
  hi: number,
  access: Access,
  { outcome, frame, level, flags }: Translation,
): Translation['outcome'] {
  hart.counters[missesOf(access)]++
  if (outcome !== 'ok') return outcome
  const addend = access === 'fetch' ? machine.engine.enter(frame) : (machine.layout.ram + frame * L.PAGE_SIZE - (lo & PAGE_MASK)) | 0
  const at = entryAt(hart, access, lo)
  const i32 = machine.i32
  if (i32[at] !== 0) hart.counters[L.COUNTERS.evictions]++
  i32[at] = (lo & PAGE_MASK) | i32[(hart.base + L.HART.tlbKey) >> 2]
  i32[at + 1] = hi
  if (machine.visited !== null && access !== 'read') machine.visited[(lo >>> L.PAGE_SHIFT) % VISITED_BYTES] |= VISITED[access]
  if (machine.debug !== null) noteFill(machine, machine.debug, hart, at, lo, hi, access, frame)
  if (access === 'fetch') hart.fetchFrames[(lo >>> L.PAGE_SHIFT) & (L.TLB_ENTRIES - 1)] = frame
  if (access === 'write') {
    if (machine.engine.isCode(frame)) i32[at + 1] = hi ^ WATCHED
    if (machine.written !== null) machine.written[frame] = 1
  }
  i32[at + 2] = addend
  i32[at + 3] = (flags & INFO_FLAGS) | (level << INFO_LEVEL_SHIFT) | (asidOf(machine, hart) << INFO_ASID_SHIFT)
  if (level > 0) machine.keys.superpages = true
  return 'ok'
}

/** Offset in the linear memory of the address under an entry found by tlbProbe (reads and writes). */
export const hostAddress = (machine: Machine, entry: number, lo: number): number => (lo + machine.i32[entry + 2]) >>> 0

/** Offset in the linear memory of code: of an address that the fetch TLB has, whose entry leads to what the engine made of it. */
export const fetchAddress = (machine: Machine, hart: Hart, lo: number): number =>
  machine.layout.ram + hart.fetchFrames[(lo >>> L.PAGE_SHIFT) & (L.TLB_ENTRIES - 1)] * L.PAGE_SIZE + (lo & ~PAGE_MASK)

// ---- visited pages

/** Pages share a byte of Machine.visited with those that have the same low bits. */
export const VISITED_BYTES = 8192
const VISITED = { fetch: 1, write: 2 } as const

/** Does Machine.visited, or a copy of it, say that a page (its address) was found by such a TLB? So it may for one that was not. */
export const accessIn = (visited: Uint8Array, page: number, access: 'fetch' | 'write'): boolean =>
  (visited[((page | 0) >>> L.PAGE_SHIFT) % VISITED_BYTES] & VISITED[access]) !== 0

/** Is a page in such a TLB of a hart's block, in whatever address space? */
export function blockHolds(block: Uint8Array, page: number, access: 'fetch' | 'write'): boolean {
  const lo = page | 0
  const view = new DataView(block.buffer, block.byteOffset)
  const at = tlbOf(access) + ((lo >>> L.PAGE_SHIFT) % L.TLB_ENTRIES) * L.TLB_ENTRY_BYTES
  const tag = view.getInt32(at, true)
  return tag !== 0 && (tag & PAGE_MASK) === lo && plainHigh(view.getInt32(at + 4, true)) === (Math.floor(page / TWO_32) | 0)
}

// ---- watched pages

const overlapsPage = (watch: Watch, page: number): boolean => watch.start < page + L.PAGE_SIZE && watch.end > page

function isWatched(debug: DebugState, access: Access, page: number, frame: number): boolean {
  if (access === 'fetch') return false
  return debug.watches.some(
    w => (access === 'read' ? w.reads : w.writes) && overlapsPage(w, w.physical ? L.RAM_BASE + frame * L.PAGE_SIZE : page),
  )
}

function noteFill(
  machine: Machine,
  debug: DebugState,
  hart: Hart,
  at: number,
  lo: number,
  hi: number,
  access: Access,
  frame: number,
): void {
  const page = hi * TWO_32 + ((lo & PAGE_MASK) >>> 0)
  if (isWatched(debug, access, page, frame)) machine.i32[at + 1] = hi ^ WATCHED
  if (access === 'fetch') markPage(machine, debug, page, frame)
  if (debug.tlbMisses) debug.hit = { kind: 'tlbMiss', hart: hart.id, va: hi * TWO_32 + (lo >>> 0), bytes: 0, access }
}

/** Brings every entry in line with what is watched, and what is code, now. */
export function watchEntries(machine: Machine): void {
  const { i32, debug } = machine
  for (const hart of machine.harts) {
    for (const access of ['read', 'write'] as const) {
      const first = (hart.base + tlbOf(access)) >> 2
      for (let at = first; at < first + L.TLB_BYTES / 4; at += L.TLB_ENTRY_BYTES / 4) {
        if (i32[at] === 0) continue
        const hi = plainHigh(i32[at + 1])
        const lo = i32[at] & PAGE_MASK
        const frame = (((i32[at + 2] + lo) >>> 0) - machine.layout.ram) / L.PAGE_SIZE
        const isCode = access === 'write' && machine.engine.isCode(frame)
        const watched = isCode || (debug !== null && isWatched(debug, access, hi * TWO_32 + (lo >>> 0), frame))
        i32[at + 1] = watched ? hi ^ WATCHED : hi
      }
    }
  }
}

/** The bytes of a hart's block without marks of watched pages: for snapshots. */
export function unwatch(bytes: Uint8Array): void {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  for (let at = L.HART.tlbRead >> 2; at < (L.HART.tlbRead + 3 * L.TLB_BYTES) >> 2; at += L.TLB_ENTRY_BYTES / 4) {
    if (words[at] !== 0) words[at + 1] = plainHigh(words[at + 1])
  }
}

/** Frames that some write entry leads to now: programs write them without a miss. */
export function writableFrames(machine: Machine): Set<number> {
  const { i32, layout, harts } = machine
  const frames = new Set<number>()
  for (const { base } of harts) {
    const first = (base + L.HART.tlbWrite) >> 2
    for (let at = first; at < first + L.TLB_BYTES / 4; at += L.TLB_ENTRY_BYTES / 4)
      if (i32[at] !== 0) frames.add((((i32[at + 2] + (i32[at] & PAGE_MASK)) >>> 0) - layout.ram) / L.PAGE_SIZE)
  }
  return frames
}

// ---- flushes

function emptyTlbs(machine: Machine, hart: Hart): void {
  machine.bytes.fill(0, hart.base + L.HART.tlbRead, hart.base + L.HART.tlbRead + 3 * L.TLB_BYTES)
}

/**
 * sfence.vma in its four forms (Privileged spec 4.2.1): a null address means all, a null ASID every address space.
 * With an ASID, global entries stay.
 */
export function tlbFlush(machine: Machine, hart: Hart, va: number | null, asid: number | null): void {
  if (machine.timing !== null) timeFlush(machine.timing, machine.timing.cores[hart.id], va, asid)
  if (va === null) {
    hart.counters[asid === null ? L.COUNTERS.flushAll : L.COUNTERS.flushAsid]++
    if (asid === null) emptyTlbs(machine, hart)
    else dropEntries(machine, hart, info => info >>> INFO_ASID_SHIFT === asid && !(info & PTE_G))
    return
  }
  hart.counters[asid === null ? L.COUNTERS.flushPage : L.COUNTERS.flushPageAsid]++
  const lo = va | 0
  const hi = Math.floor(va / TWO_32) | 0
  if (machine.keys.superpages) {
    dropEntries(
      machine,
      hart,
      (info, tagLo, tagHi) =>
        (asid === null || (info >>> INFO_ASID_SHIFT === asid && !(info & PTE_G))) && sameLeaf(info, tagLo, tagHi, lo, hi),
    )
    return
  }
  const { i32 } = machine
  dropPage(i32, entryAt(hart, 'read', lo), lo, hi, asid)
  dropPage(i32, entryAt(hart, 'write', lo), lo, hi, asid)
  dropPage(i32, entryAt(hart, 'fetch', lo), lo, hi, asid)
}

function dropPage(i32: Int32Array, at: number, lo: number, hi: number, asid: number | null): void {
  if ((i32[at] & PAGE_MASK) !== (lo & PAGE_MASK) || plainHigh(i32[at + 1]) !== hi) return
  const info = i32[at + 3]
  if (asid === null || (info >>> INFO_ASID_SHIFT === asid && !(info & PTE_G))) i32[at] = i32[at + 1] = 0
}

/** True when an entry came from the leaf that maps {lo, hi}: a large page's parts go together. */
function sameLeaf(info: number, tagLo: number, tagHi: number, lo: number, hi: number): boolean {
  const level = (info >>> INFO_LEVEL_SHIFT) & INFO_LEVEL
  const shift = L.PAGE_SHIFT + 9 * level
  if (shift >= 32) return true
  return tagHi === hi && tagLo >>> shift === lo >>> shift
}

function dropEntries(machine: Machine, hart: Hart, drop: (info: number, tagLo: number, tagHi: number) => boolean): void {
  const i32 = machine.i32
  const first = (hart.base + L.HART.tlbRead) >> 2
  const end = first + (3 * L.TLB_BYTES) / 4
  for (let at = first; at < end; at += L.TLB_ENTRY_BYTES / 4) {
    if (i32[at] !== 0 && drop(i32[at + 3], i32[at], plainHigh(i32[at + 1]))) i32[at] = i32[at + 1] = 0
  }
}

/** A valid entry, for views and invariants. */
export interface TlbEntry {
  access: Access
  index: number
  /** Page address, as a double. */
  va: number
  asid: number
  flags: number
  level: number
  /** Frame of RAM. */
  frame: number
  /** True when the entry belongs to the context that the hart is in now. */
  current: boolean
}

/** Every valid entry of a hart's TLBs. */
export function tlbEntries(machine: Machine, hart: Hart): TlbEntry[] {
  const entries: TlbEntry[] = []
  const key = machine.i32[(hart.base + L.HART.tlbKey) >> 2]
  for (const access of ['read', 'write', 'fetch'] as const) {
    for (let index = 0; index < L.TLB_ENTRIES; index++) {
      const at = ((hart.base + tlbOf(access)) >> 2) + (index * L.TLB_ENTRY_BYTES) / 4
      const [tagLo, tagHi, addend, info] = machine.i32.subarray(at, at + 4)
      if (tagLo === 0) continue
      const page = tagLo & PAGE_MASK
      const frame = access === 'fetch' ? hart.fetchFrames[index] : (((addend + page) >>> 0) - machine.layout.ram) / L.PAGE_SIZE
      entries.push({
        access,
        index,
        va: plainHigh(tagHi) * TWO_32 + (page >>> 0),
        asid: info >>> INFO_ASID_SHIFT,
        flags: info & INFO_FLAGS,
        level: (info >>> INFO_LEVEL_SHIFT) & INFO_LEVEL,
        frame,
        current: (tagLo & ~PAGE_MASK) === key,
      })
    }
  }
  return entries
}

/** A frame becomes code: from now on no address matches the write entries, on every hart, that lead to it. */
export function catchWrites(machine: Machine, frame: number): void {
  const { i32 } = machine
  const target = (machine.layout.ram + frame * L.PAGE_SIZE) | 0
  for (const hart of machine.harts) {
    const first = (hart.base + L.HART.tlbWrite) >> 2
    for (let at = first; at < first + L.TLB_BYTES / 4; at += L.TLB_ENTRY_BYTES / 4) {
      if (i32[at] !== 0 && ((i32[at + 2] + (i32[at] & PAGE_MASK)) | 0) === target) i32[at + 1] = plainHigh(i32[at + 1]) ^ WATCHED
    }
  }
}

/** Is this write entry kept from matching for nothing, because its frame is code no more? Then it matches again. */
export function releaseWrite(machine: Machine, entry: number, lo: number): boolean {
  const { i32, layout, debug } = machine
  const high = plainHigh(i32[entry + 1])
  if (debug?.looks || i32[entry + 1] === high) return false
  if (machine.engine.isCode((hostAddress(machine, entry, lo & PAGE_MASK) - layout.ram) / L.PAGE_SIZE)) return false
  i32[entry + 1] = high
  return true
}

/** Drops the fetch entries, on every hart, that lead to a frame; null: all of them. */
export function dropFetches(machine: Machine, frame: number | null): void {
  const { i32 } = machine
  for (const { base, fetchFrames } of machine.harts) {
    for (let index = 0, at = (base + L.HART.tlbFetch) >> 2; index < L.TLB_ENTRIES; index++, at += L.TLB_ENTRY_BYTES / 4) {
      if (i32[at] !== 0 && (frame === null || fetchFrames[index] === frame)) i32[at] = i32[at + 1] = 0
    }
  }
}
