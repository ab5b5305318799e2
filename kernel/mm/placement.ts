// Which free frame is handed out next. Where pages lie in physical memory decides which of them meet in a cache, so the order is an
// option of the machine: as they come, by chance, or by page colour. Runs for huge pages are found whatever the order.
import { TWO_32 } from '../abi/index.ts'
import { PAGE_SIZE, type FramePlacement } from '../../vm/index.ts'
import { nextU32, seedRandom } from '../random.ts'
import { HUGE_FRAMES } from './limits.ts'
import type { Frames } from './types.ts'

/**
 * `sequential`: lowest first, and what was given back last comes first. `random`: the same, from a shuffled beginning. `coloured`: the
 * colour (frame number modulo the number of colours) goes on by one with every frame, also among those that were given back.
 */
export type { FramePlacement }

export interface PlacementOptions {
  placement?: FramePlacement
  /** Of `coloured`: the pages that fit side by side into one way of the cache that matters. */
  colours?: number
  /** Of `random`. */
  seed?: number
}

/** As many pages as one way of a 2 MiB cache of 8 ways holds. */
const DEFAULT_COLOURS = 64
/**
 * Chance works within windows of 32 MiB, more than the caches of such a machine hold: over all of memory it would soon leave no run for
 * a huge page whole. A machine that is no larger than a window has none for long.
 */
const RANDOM_WINDOW = (32 * 2 ** 20) / PAGE_SIZE
/** Makes the order of frames a stream of its own: the guest's random numbers stay what they are. */
const STREAM = 0x6672_616d

type FreeLists = Pick<Frames, 'freeStacks' | 'freeTops' | 'nextColour'>

/** Every frame but frame 0, in the order in which the placement hands them out. */
export function freeLists(total: number, options: PlacementOptions = {}): FreeLists {
  const colours = options.placement === 'coloured' ? (options.colours ?? DEFAULT_COLOURS) : 1
  if (!(Number.isInteger(colours) && colours >= 1)) throw new Error(`dividing memory into ${colours} page colours`)
  if (colours === 1 && options.placement !== 'random') return inOrder(total)
  const order = new Uint32Array(total - 1)
  for (let i = 0; i < order.length; i++) order[i] = i + 1
  if (options.placement === 'random') shuffle(order, seedRandom((options.seed ?? 0) ^ STREAM))
  const freeStacks = Array.from({ length: colours }, (_, colour) => new Uint32Array(Math.ceil((total - colour) / colours)))
  const lists: FreeLists = { freeStacks, freeTops: freeStacks.map(() => 0), nextColour: 1 % colours }
  for (let i = order.length - 1; i >= 0; i--) pushFree(lists, order[i])
  return lists
}

/** The same where the lowest comes first, without a look at each: machines start so. */
function inOrder(total: number): FreeLists {
  const stack = new Uint32Array(total)
  for (let i = 0; i < total - 1; i++) stack[i] = total - 1 - i
  return { freeStacks: [stack], freeTops: [total - 1], nextColour: 0 }
}

/** Fisher and Yates, window by window. */
function shuffle(order: Uint32Array, words: Uint32Array): void {
  // The first window is short of frame 0.
  for (let start = 0, end = RANDOM_WINDOW - 1; start < order.length; start = end, end += RANDOM_WINDOW) {
    const window = order.subarray(start, end)
    for (let i = window.length - 1; i > 0; i--) {
      const j = Math.floor((nextU32(words) / TWO_32) * (i + 1))
      const frame = window[i]
      window[i] = window[j]
      window[j] = frame
    }
  }
}

/** Takes the next free frame. There must be one. */
export function popFree(frames: FreeLists): number {
  const { freeStacks, freeTops } = frames
  const colours = freeTops.length
  if (colours === 1) return freeStacks[0][--freeTops[0]]
  let colour = frames.nextColour
  // A colour that is used up is passed over.
  while (freeTops[colour] === 0) colour = (colour + 1) % colours
  frames.nextColour = (colour + 1) % colours
  return freeStacks[colour][--freeTops[colour]]
}

export function pushFree(frames: FreeLists, frame: number): void {
  const colours = frames.freeTops.length
  const colour = colours === 1 ? 0 : frame % colours
  frames.freeStacks[colour][frames.freeTops[colour]++] = frame
}

/** True when the 512 frames from `head` on are all free: no one holds them. */
function isFreeRun(frames: Frames, head: number): boolean {
  for (let frame = head; frame < head + HUGE_FRAMES; frame++) if (frames.count[frame] !== 0) return false
  return true
}

const lastHead = (frames: Frames): number => (Math.floor(frames.total / HUGE_FRAMES) - 1) * HUGE_FRAMES

/** How many huge pages free memory has room for as it lies. */
export function countFreeRuns(frames: Frames): number {
  let runs = 0
  for (let head = lastHead(frames); head >= 0; head -= HUGE_FRAMES) if (isFreeRun(frames, head)) runs++
  return runs
}

/** Takes 512 free frames that lie side by side from a multiple of 512 on; answers the first, or -1. The highest: single frames come from below. */
export function takeFreeRun(frames: Frames): number {
  for (let head = lastHead(frames); head >= 0; head -= HUGE_FRAMES) {
    if (!isFreeRun(frames, head)) continue
    const colours = frames.freeTops.length
    for (let i = 0; i < Math.min(colours, HUGE_FRAMES); i++)
      takeFromStack(frames, head, (head + i) % colours, Math.ceil((HUGE_FRAMES - i) / colours))
    return head
  }
  return -1
}

/** Takes the `wanted` frames of the run at `head` that have one colour out of that colour's stack; the rest keep their order. */
function takeFromStack(frames: Frames, head: number, colour: number, wanted: number): void {
  const stack = frames.freeStacks[colour]
  const top = frames.freeTops[colour]
  let to = 0
  let at = 0
  for (let left = wanted; left > 0; at++) {
    if (at === top) throw new Error(`taking the run of frame ${head}: ${left} of its frames are not on the free stack`)
    if (stack[at] >= head && stack[at] < head + HUGE_FRAMES) left--
    else stack[to++] = stack[at]
  }
  stack.copyWithin(to, at, top)
  frames.freeTops[colour] = top - wanted
}
