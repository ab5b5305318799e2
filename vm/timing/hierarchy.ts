// Caches: a line that is not where it is used is brought from the next level, and whoever asked waits. Dirty lines that leave the last
// cache are waited for too: nothing overlaps in this model.
import { drop, find, place, touch, type Assoc } from './assoc.ts'
import { NONE, stall, type Core, type Timing } from './core.ts'
import { C_FETCH, C_WALK, C_WRITE_BACK, COUNTS } from './ledger.ts'
import { forgetLine } from './lines.ts'

/** A line is brought to where it is used; `component` is C_FETCH or C_FETCH + DATA, or C_WALK for reads of the page walk. */
function bringLine(t: Timing, core: Core, line: number, component: number): void {
  // A walk is one component, whatever level answers; the others follow each other by level.
  const step = component === C_WALK ? 0 : 2
  const { l2 } = core
  if (l2 !== null) {
    const at = find(l2, line, line)
    if (at >= 0) {
      touch(l2, at)
      stall(core, component, t.config['l2.latency'])
      return
    }
    core.counts[COUNTS.l2Misses]++
  }
  const { llc } = t
  const inLlc = llc === null ? NONE : find(llc, line, line)
  if (inLlc >= 0) {
    touch(llc as Assoc, inLlc)
    stall(core, component + step, t.config['llc.latency'])
  } else {
    stall(core, component + 2 * step, Math.ceil(t.dram / core.overlap))
    if (llc !== null) {
      core.counts[COUNTS.llcMisses]++
      place(llc, line, line)
      if (llc.out[1] !== 0) writeToMemory(t, core)
    }
  }
  if (l2 !== null) {
    place(l2, line, line)
    if (l2.out[1] !== 0) writeToLlc(t, core, l2.out[0])
  }
}

/** A dirty line left a cache: it is written to the next one that holds it, else to memory, and only that is waited for. */
function writeToL2(t: Timing, core: Core, line: number): void {
  const at = core.l2 === null ? NONE : find(core.l2, line, line)
  if (at >= 0) (core.l2 as Assoc).dirty[at] = 1
  else writeToLlc(t, core, line)
}
function writeToLlc(t: Timing, core: Core, line: number): void {
  const at = t.llc === null ? NONE : find(t.llc, line, line)
  if (at >= 0) (t.llc as Assoc).dirty[at] = 1
  else writeToMemory(t, core)
}
function writeToMemory(t: Timing, core: Core): void {
  core.counts[COUNTS.writebacks]++
  stall(core, C_WRITE_BACK, Math.ceil(t.dram / core.overlap))
}

/** A data access to a physical line through the data cache. Answers the line's place there, -1 without one. */
export function accessData(t: Timing, core: Core, line: number, write: boolean, component: number): number {
  const { l1d } = core
  const alone = t.cores.length === 1
  if (write && !alone) claimLine(t, core, line)
  if (l1d === null) {
    bringLine(t, core, line, component)
    // Where there is no cache at all that was the write itself.
    if (write && (core.l2 !== null || t.llc !== null)) writeToL2(t, core, line)
    return NONE
  }
  let at = find(l1d, line, line)
  if (at >= 0) touch(l1d, at)
  else {
    core.counts[COUNTS.l1dMisses]++
    if (!write && !alone) cleanLine(t, core, line)
    bringLine(t, core, line, component)
    at = place(l1d, line, line)
    if (l1d.out[1] !== 0) writeToL2(t, core, l1d.out[0])
  }
  if (write) l1d.dirty[at] = 1
  return at
}

/** A read, or a fetch of code, finds the line dirty in another hart's data cache: it is written to what both share, and clean and no longer alone there. */
function cleanLine(t: Timing, core: Core, line: number): void {
  for (const other of t.cores) {
    if (other === core || other.l1d === null) continue
    const at = find(other.l1d, line, line)
    if (at < 0 || other.l1d.dirty[at] === 0) continue
    other.l1d.dirty[at] = 0
    forgetLine(t, other, line)
    if (other.l2 === core.l2) writeToL2(t, core, line)
    else writeToLlc(t, core, line)
  }
}

/** A write takes the line away from the other harts' own caches (write-invalidate). */
function claimLine(t: Timing, core: Core, line: number): void {
  const own = core.l1d === null ? NONE : find(core.l1d, line, line)
  // A line that is dirty here is nowhere else.
  if (own >= 0 && (core.l1d as Assoc).dirty[own] !== 0) return
  for (const other of t.cores) {
    if (other === core) continue
    for (const cache of [other.l1d, other.l2]) {
      if (cache === null || cache === core.l2) continue
      const at = find(cache, line, line)
      if (at >= 0) drop(cache, at)
    }
    forgetLine(t, other, line)
  }
}

/** A line of code is fetched through the instruction cache. */
export function fetchLine(t: Timing, core: Core, line: number): void {
  const { l1i } = core
  const at = find(l1i, line, line)
  if (at >= 0) return touch(l1i, at)
  core.counts[COUNTS.l1iMisses]++
  if (t.cores.length > 1) cleanLine(t, core, line)
  bringLine(t, core, line, C_FETCH)
  place(l1i, line, line)
}
