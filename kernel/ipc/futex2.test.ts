// futex_waitv and the futex2 calls: the first of several words ends the wait, scopes are kept apart, none is woken for a count of 0.
import { beforeEach, expect, test } from 'vitest'
import type { Kernel } from '../kernel.ts'
import { putU32, putU64 } from '../mm/index.ts'
import { sleepOn } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { BUFFER, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

const [A, B, C, LIST] = [BUFFER, BUFFER + 4, BUFFER + 8, BUFFER + 64]
const [U32, PRIVATE] = [2, 0x82]
let k: Kernel
let task: Task
const run = (name: string, ...args: number[]) => outcome(k, task, name, ...args)
beforeEach(() => {
  ;({ k, task } = fileKernel())
  for (const [i, at] of [A, B, C].entries()) putU32(k, task, at, i + 1)
})

/** An array of struct futex_waitv. */
function list(...waiters: [value: number, at: number, flags: number][]): number {
  waiters.forEach(([value, at, flags], i) => [value, at, flags].forEach((word, j) => putU64(k, task, LIST + 24 * i + 8 * j, word)))
  return LIST
}
function sleeper(name: string, ...args: number[]): Task {
  const thread = fileTask(k)
  thread.mm = task.mm
  const wait = call(k, thread, name, ...args)
  if (typeof wait === 'number') throw new Error(`it did not sleep: ${wait}`)
  sleepOn(k, thread, wait.queues, wait.deadline, true)
  return thread
}
const isAwake = ({ state }: Task) => state === 'R'

test('the word that is woken is told; a moved one counts where it is', () => {
  const any = () => sleeper('futex_waitv', list([1, A, PRIVATE], [2, B, PRIVATE], [3, C, U32]), 3, 0, 0, 1)
  const first = any()
  expect([
    run('futex_wake', B, 0xffff_ffff, 9, U32),
    run('futex_wake', B, 4, 9, PRIVATE),
    outcome(k, first, 'futex_waitv', LIST, 3, 0, 0, 1),
  ]).toEqual([0, 1, 1])
  const second = any()
  expect(run('futex_requeue', list([1, A, PRIVATE], [0, LIST, PRIVATE]), 0, 0, 9)).toBe(1)
  expect([run('futex_wake', A, 1, 9, PRIVATE), isAwake(second), run('futex_wake', LIST, 1, 9, PRIVATE), isAwake(second)]).toEqual([
    0,
    false,
    1,
    true,
  ])
  expect(outcome(k, second, 'futex_waitv', LIST, 3, 0, 0, 1)).toBe(0)
  expect(k.state.futexes.size).toBe(0)
})

test('queues that nobody waits at are forgotten', () => {
  for (let i = 0; i < 1000; i++) {
    putU32(k, task, BUFFER + 0x100 + 4 * i, 0)
    expect(run('futex_wait', BUFFER + 0x100 + 4 * i, 0, 1, PRIVATE, 0, 1)).toBe('blocked')
    task.call = null
  }
  expect(k.state.futexes.size).toBeLessThan(130)
})

test('refusals', () => {
  expect([run('futex_waitv', LIST, 0, 0, 0, 1), run('futex_waitv', LIST, 129, 0, 0, 1), run('futex_waitv', LIST, 1, 1, 0, 1)]).toEqual(
    Array(3).fill('EINVAL'),
  )
  expect(run('futex_waitv', list([1, A, U32], [9, B, U32]), 2, 0, 0, 1)).toBe('EAGAIN')
  expect([run('futex_waitv', list([1, A, 1]), 1, 0, 0, 1), run('futex_waitv', list([1, 8, U32]), 1, 0, 0, 1)]).toEqual(['EINVAL', 'EFAULT'])
  const waiter = sleeper('futex_wait', A, 1, 4, PRIVATE, 0, 1)
  expect([run('futex_wake', A, 4, 0, PRIVATE), run('futex_wake', A, 8, 1, PRIVATE), isAwake(waiter)]).toEqual([0, 0, false])
  expect([run('futex_wake', A, 12, 1, PRIVATE), isAwake(waiter)]).toEqual([1, true])
  expect([
    run('futex_wait', A, 1, 0, U32, 0, 1),
    run('futex_wait', A, 2 ** 32, 1, U32, 0, 1),
    run('futex_wait', A, 2, 1, U32, 0, 1),
  ]).toEqual(['EINVAL', 'EINVAL', 'EAGAIN'])
})
