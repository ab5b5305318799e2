// Line buffers. A repeated access to the line that was touched last in its set of the data cache, by the same virtual line, is served
// without looking any further. The lines are remembered in the hart's block of the linear memory, where the interpreter compares them.
import * as L from '../layout.ts'
import { NO_LINE, type Core, type Timing } from './core.ts'
import { ASID_SPAN, SUPERPAGE } from './tags.ts'

/** The line buffer of a physical line's set says nothing any more. */
export function forgetLine(t: Timing, core: Core, line: number): void {
  const at = 2 * (line & t.setMask)
  core.readLines[at] = NO_LINE
  core.writeLines[at] = NO_LINE
}

/** All of them: the address space is another one. */
export function forgetLines(core: Core): void {
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
