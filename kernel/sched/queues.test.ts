import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SCHED_FIFO } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { bareKernel, fakeTask } from '../process/testing.ts'
import type { Task } from '../state.ts'
import { newSchedEntity } from './entity.ts'
import { dequeue, enqueue, makeRunnable, pickNext, sliceOf } from './runqueue.ts'
import { nextTimer } from '../time/index.ts'
import type { SchedEntity } from './types.ts'
import { newQueue, sleepOn, wakeAll, wakeTask } from './wait.ts'

const kernel = (harts = 1): Kernel => bareKernel({ harts })
const BARE = bareKernel()
const task = (sched: Partial<SchedEntity> = {}): Task => fakeTask(BARE, { sched: { ...newSchedEntity(1), ...sched } })

describe('a runqueue', () => {
  it('hands out real-time tasks by priority, then the others by virtual runtime, equals in order', () => {
    const entity = fc.record({ rtPriority: fc.constantFrom(0, 0, 0, 1, 50), vruntime: fc.integer({ min: 0, max: 5 }) })
    fc.assert(
      fc.property(fc.array(entity, { maxLength: 40 }), fc.array(fc.nat(39), { maxLength: 10 }), (entities, removed) => {
        const k = kernel()
        const [hart] = k.state.harts
        const tasks = entities.map(e => task({ ...e, policy: e.rtPriority > 0 ? SCHED_FIFO : 0 }))
        for (const t of tasks) enqueue(k, hart, t)
        const gone = new Set(removed.map(i => tasks[i]).filter(t => t !== undefined))
        for (const t of gone) dequeue(k, t)
        const expected = tasks
          .filter(t => !gone.has(t))
          .sort(({ sched: a }, { sched: b }) => {
            if (a.rtPriority !== b.rtPriority) return b.rtPriority - a.rtPriority
            return (a.rtPriority > 0 ? 0 : a.vruntime - b.vruntime) || a.order - b.order
          })
        for (const t of expected) expect(pickNext(k, hart)).toBe(t)
        expect(pickNext(k, hart)).toBe(null)
        expect(hart.queueWeight).toBe(0)
      }),
    )
  })
  it('gives a long sleeper some credit, not all it slept', () => {
    const k = kernel()
    k.state.harts[0].minVruntime = 1e9
    const sleeper = task()
    makeRunnable(k, sleeper)
    expect(sleeper.sched.vruntime).toBe(1e9 - 3e6)
  })
  it('cuts slices by weight', () => {
    const k = kernel()
    const [hart] = k.state.harts
    const running = task()
    expect(sliceOf(k, hart, running.sched)).toBe(Infinity)
    enqueue(k, hart, task())
    expect(sliceOf(k, hart, running.sched)).toBe(3_000_000)
    for (let i = 0; i < 30; i++) enqueue(k, hart, task())
    expect(sliceOf(k, hart, running.sched)).toBe(750_000)
  })
  it('puts tasks on the least busy hart they may use, and an idle hart takes waiting ones', () => {
    const k = kernel(2)
    const [first, second] = k.state.harts
    const tasks = [task({ affinity: 3 }), task({ affinity: 3 }), task({ affinity: 1 }), task({ affinity: 1 })]
    for (const t of tasks) makeRunnable(k, t)
    expect([first.queue.length, second.queue.length]).toEqual([3, 1])
    expect(pickNext(k, second)).toBe(tasks[1])
    expect(pickNext(k, second)).toBe(tasks[0])
    expect(pickNext(k, second)).toBe(null)
  })
})

describe('sleepers', () => {
  it('wake from any of their queues, once, and leave the others', () => {
    const k = kernel()
    const [a, b] = [newQueue(), newQueue()]
    const sleeper = task()
    sleepOn(k, sleeper, [a, b], 100, true)
    expect(sleeper.state).toBe('S')
    wakeAll(k, b)
    expect([sleeper.state, a.waiters, b.waiters, nextTimer(k)]).toEqual(['R', [], [], Infinity])
    wakeAll(k, a)
    wakeTask(k, sleeper)
    expect(k.state.harts[0].queue).toEqual([sleeper])
  })
  it('that cannot be interrupted are in state D', () => {
    const k = kernel()
    const sleeper = task()
    sleepOn(k, sleeper, [], Infinity, false)
    expect(sleeper.state).toBe('D')
  })
})
