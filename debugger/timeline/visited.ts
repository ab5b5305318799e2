// What programs came to between two points: pages that they ran and wrote, and whether signals were delivered. Where a search looks for what
// cannot have happened there, that part of the past need not be run again. It may say too much, never too little.
import { accessIn, PAGE_SIZE, tlbHolds, type HartsSnapshot, type Machine } from '../../vm/index.ts'

/** Of the way from a point to the next one. */
export interface Visited {
  /** As Machine.visited. */
  readonly pages: Uint8Array
  readonly signals: boolean
}

/** What a search looks for. */
export interface Sought {
  /** Addresses that are run. */
  readonly places: readonly number[]
  /** Bytes, [start, end), that are written by programs. */
  readonly written: readonly { start: number; end: number }[]
  readonly signals: boolean
}

/** Pages of one watchpoint that are looked up; more are taken to be there. */
const PAGES_MOST = 64

const either = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, n) => byte | b[n])

/** One way after another. */
export const both = (one: Visited, other: Visited): Visited => ({
  pages: either(one.pages, other.pages),
  signals: one.signals || other.signals,
})

/** What was come to since the newest point. */
export const visitedNow = ({ visited }: Machine, signals: boolean): Visited => ({ pages: (visited as Uint8Array).slice(), signals })

/** Can what is sought have happened on the way from a point, where these were the harts? */
export function canHold({ pages, signals }: Visited, harts: HartsSnapshot, sought: Sought): boolean {
  if (sought.signals && signals) return true
  const has = (page: number, access: 'fetch' | 'write'): boolean => accessIn(pages, page, access) || tlbHolds(harts, page, access)
  if (sought.places.some(address => has(Math.floor(address / PAGE_SIZE) * PAGE_SIZE, 'fetch'))) return true
  return sought.written.some(({ start, end }) => {
    const first = Math.floor(start / PAGE_SIZE) * PAGE_SIZE
    if (end - first > PAGES_MOST * PAGE_SIZE) return true
    for (let page = first; page < end; page += PAGE_SIZE) if (has(page, 'write')) return true
    return false
  })
}
