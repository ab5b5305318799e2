// Load averages against Linux's arithmetic, worked out by hand.
import { expect, test } from 'vitest'
import { fileKernel, fileTask } from '../vfs/testing.ts'
import { loadAverages, loadText, passLoad } from './index.ts'

const SECOND = 1e9

function machine() {
  const { k, task } = fileKernel()
  return {
    k,
    task,
    after(seconds: number) {
      k.state.time += seconds * SECOND
      passLoad(k)
      return k.state.load.values.map(loadText).join(' ')
    },
  }
}

test('one busy task for a minute, then none for five', () => {
  const m = machine()
  expect(m.after(5)).toBe('0.00 0.00 0.00')
  // 2048 - 1884 = 164, 34 and 11 of 2048 after the first sample.
  expect(m.after(0.01)).toBe('0.08 0.02 0.01')
  expect(m.after(56)).toBe('0.63 0.18 0.06')
  m.task.state = 'S'
  expect(m.after(300)).toBe('0.00 0.06 0.04')
})

test('sleepers that no signal wakes count, and any time that passes does at once', () => {
  const m = machine()
  fileTask(m.k).state = 'D'
  expect(m.after(1e9)).toBe('2.00 2.00 2.00')
  expect(loadAverages(m.k, 16)).toEqual([2 * 65536, 2 * 65536, 2 * 65536])
})
