// The order in which free frames are handed out, and that runs for huge pages are found in every order.
import { expect, test } from 'vitest'
import { allocFrame, HUGE_FRAMES, releaseFrame, USE_ANON, USE_HUGETLB, type FramePlacement } from './index.ts'
import { allocRun, releaseRun } from './frames.ts'
import { countFreeRuns } from './placement.ts'
import { expectSound, memoryKernel } from './testing.ts'

const FRAMES = 4096
const placements: FramePlacement[] = ['sequential', 'random', 'coloured']

const take = (k: ReturnType<typeof memoryKernel>, n: number): number[] => Array.from({ length: n }, () => allocFrame(k, USE_ANON))

test('sequential: lowest first, and what was given back last comes first', () => {
  const k = memoryKernel({ frames: FRAMES })
  expect(take(k, 4)).toEqual([1, 2, 3, 4])
  for (const frame of [2, 4, 1]) releaseFrame(k, frame)
  expect(take(k, 5)).toEqual([1, 4, 2, 5, 6])
})

test('random: by the seed, every frame once', () => {
  const order = (seed: number): number[] => take(memoryKernel({ frames: FRAMES, placement: 'random', seed }), FRAMES - 1)
  const first = order(1)
  expect(order(1)).toEqual(first)
  expect(order(2)).not.toEqual(first)
  expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: FRAMES - 1 }, (_, i) => i + 1))
  const steps = first.filter((frame, i) => frame === first[i - 1] + 1).length
  expect(steps).toBeLessThan(FRAMES / 100)
})

test('random: chance stays within 32 MiB, so that the rest of memory keeps its runs', () => {
  const k = memoryKernel({ frames: 4 * 8192, placement: 'random', seed: 3 })
  expect(Math.max(...take(k, 8191))).toBe(8191)
  expect(countFreeRuns(k.state.frames)).toBe((3 * 8192) / HUGE_FRAMES)
})

test.each([64, 5])('coloured: the next of %i colours each time, also among frames that came back', colours => {
  const k = memoryKernel({ frames: FRAMES, placement: 'coloured', colours })
  const frames = take(k, 1000)
  for (const [i, frame] of frames.entries()) expect(frame % colours).toBe((i + 1) % colours)
  for (const frame of frames.filter((_, i) => i % 7 === 0)) releaseFrame(k, frame)
  const next = take(k, 500)
  for (const [i, frame] of next.entries()) expect(frame % colours).toBe((1001 + i) % colours)
})

test('coloured: a colour that is used up is passed over, and all of memory can be had', () => {
  const k = memoryKernel({ frames: 100, placement: 'coloured', colours: 64 })
  expect(new Set(take(k, 99)).size).toBe(99)
  expect(() => allocFrame(k, USE_ANON)).toThrow(expect.objectContaining({ name: 'ENOMEM' }))
})

test.each([0, 1.5])('%d colours make no machine', colours => {
  expect(() => memoryKernel({ placement: 'coloured', colours })).toThrow('page colours')
})

test.each(placements)('%s: runs are aligned, highest first, until none is left; the order of single frames stays', placement => {
  const k = memoryKernel({ frames: FRAMES, placement, seed: 5, colours: 48 })
  const plain = memoryKernel({ frames: FRAMES, placement, seed: 5, colours: 48 })
  const runs = countFreeRuns(k.state.frames)
  expect(runs).toBe(FRAMES / HUGE_FRAMES - 1)
  const heads = Array.from({ length: runs + 1 }, () => allocRun(k, USE_HUGETLB))
  expect(heads).toEqual([7, 6, 5, 4, 3, 2, 1].map(n => n * HUGE_FRAMES).concat(-1))
  // Only the lowest block is left: its frames come in the order in which they would have come.
  if (placement !== 'coloured') expect(take(k, 511)).toEqual(take(plain, FRAMES - 1).filter(frame => frame < HUGE_FRAMES))
  else expect(new Set(take(k, 511)).size).toBe(511)
  for (const head of heads.slice(0, -1)) releaseRun(k, head)
  expect(countFreeRuns(k.state.frames)).toBe(runs)
  expect(allocRun(k, USE_HUGETLB)).toBe(7 * HUGE_FRAMES)
})

test('a run with a single frame taken is no run', () => {
  const k = memoryKernel({ frames: 1024 })
  const run = allocRun(k, USE_ANON)
  releaseRun(k, run)
  expectSound(k)
  const singles = take(k, 300)
  expect(countFreeRuns(k.state.frames)).toBe(0)
  expect(allocRun(k, USE_ANON)).toBe(-1)
  for (const frame of singles) releaseFrame(k, frame)
  expect(countFreeRuns(k.state.frames)).toBe(1)
  expectSound(k)
})
