// Line buffers. A repeated access to the line that was touched last in its set of the data cache, by the same virtual line, is served
// without looking any further. The lines are remembered in the hart's block of the linear memory, where the interpreter compares them.
import * as L from '../layout.ts'
import { NO_LINE, NONE, type Core, type Timing } from './core.ts'
import { ASID_SPAN, SUPERPAGE } from './tags.ts'

/** The line buffer of a physical line's set says nothing any more. */
export function forgetLine(t: Timing, core: Core, line: number): void {
  const at = 2 * (line & t.setMask)
  core.readLines[at] = NO_LINE
  core.writeLines[at] = NO_LINE
}

/** Changes in what fetches look at; `misses`: those of the engine's fetch TLB, after which an address may lead elsewhere, whatever the model was told. */
const fetchChanges = ({ l1i, itlb }: Core, misses: number): number => l1i.changes[0] + itlb.changes[0] + misses

/** The line at virtual {lo, hi} was fetched, and nothing happened since: fetching it again does nothing as long as nothing else changes. */
export function noteFetch(t: Timing, core: Core, misses: number, lo: number, hi: number): void {
  // By last use, the order in which lines are used is the state.
  if (t.config.replacement === 'lru') return
  checkFetches(core, misses)
  const at = 2 * ((lo >>> t.lineShift) % L.FETCH_LINES)
  core.fetchLines[at] = lo
  core.fetchLines[at + 1] = hi
  core.fetchedAt = fetchChanges(core, misses)
}

/** The notes go if what they say may be no longer so. */
export function checkFetches(core: Core, misses: number): void {
  if (core.fetchedAt !== fetchChanges(core, misses)) forgetFetches(core)
}

function forgetFetches(core: Core): void {
  if (core.fetchedAt === NONE) return
  core.fetchLines.fill(NO_LINE)
  core.fetchedAt = NONE
}

/** All of them: the address space is another one. */
export function forgetLines(core: Core): void {
  forgetFetches(core)
  core.readLines.fill(NO_LINE)
  core.writeLines.fill(NO_LINE)
}

/** Those of a page whose translation left the data TLB. */
export function forgetPage(t: Timing, core: Core, tag: number): void {
  const { readLines, writeLines } = core
  if (tag % ASID_SPAN >= SUPERPAGE) return forgetLines(core)
  const page = tag % 2 ** 20
  for (let at = 0; at <= 2 * t.setMask; at += 2) {
    if (readLines[at] >>> L.PAGE_SHIFT !== page) continue
    readLines[at] = NO_LINE
    writeLines[at] = NO_LINE
  }
}
