// Who wakes, who preempts whom, for how long one runs, and what a child takes over (sched(7), the rules of CFS).
import { describe, expect, it } from 'vitest'
import { SCHED_FIFO, SCHED_IDLE, SCHED_OTHER, SCHED_RR } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { bareKernel, fakeTask } from '../process/testing.ts'
import type { Task } from '../state.ts'
import { newCall } from '../waiting.ts'
import { account } from './account.ts'
import { childEntity, newSchedEntity } from './entity.ts'
import { enqueue, makeRunnable, pickNext, reweigh, sliceOf, yieldHart } from './runqueue.ts'
import { nextTimer } from '../time/index.ts'
import type { SchedEntity } from './types.ts'
import { newQueue, sleepOn, stopWaiting, wakeAll, wakeOne, wakeTask } from './wait.ts'

const kernel = (harts = 1): Kernel => bareKernel({ harts })
const BARE = bareKernel()
const task = (sched: Partial<SchedEntity> = {}): Task => fakeTask(BARE, { sched: { ...newSchedEntity(1), ...sched } })

describe('a queue of sleepers', () => {
  const sleepers = (k: Kernel, queue: ReturnType<typeof newQueue>, kinds: string): Task[] =>
    [...kinds].map(kind => {
      const one = task()
      one.call = newCall(0, 0)
      sleepOn(k, one, [queue], Infinity, true, kind === 'x' ? [queue] : undefined)
      return one
    })
  const states = (tasks: Task[]): string => tasks.map(t => t.state).join('')

  it('wakes all, but of those that one is enough for only the first', () => {
    const k = kernel()
    const queue = newQueue()
    const tasks = sleepers(k, queue, 'sxsxx')
    wakeAll(k, queue)
    expect([states(tasks), queue.wakes, queue.waiters]).toEqual(['RRRSS', 1, [tasks[3], tasks[4]]])
    expect(tasks.map(t => t.call?.served)).toEqual([false, true, false, false, false])
    wakeAll(k, queue)
    wakeAll(k, queue)
    expect([states(tasks), queue.wakes, queue.waiters]).toEqual(['RRRRR', 3, []])
  })
  it('wakes one, the first that came', () => {
    const k = kernel()
    const queue = newQueue()
    const tasks = sleepers(k, queue, 'sss')
    wakeOne(k, queue)
    expect([states(tasks), queue.wakes]).toEqual(['RSS', 1])
    wakeOne(k, newQueue())
    expect(states(tasks)).toBe('RSS')
  })
  it('forgets who is taken off it, with the timer, and leaves the others in order', () => {
    const k = kernel()
    const [a, b] = [newQueue(), newQueue()]
    const tasks = [1, 2, 3].map(n => {
      const one = task()
      sleepOn(k, one, [a, b], 100 * n, true)
      return one
    })
    expect(nextTimer(k)).toBe(100)
    stopWaiting(k, tasks[0])
    stopWaiting(k, tasks[1])
    expect([tasks[1].waiting, a.waiters, b.waiters, nextTimer(k), tasks[1].state]).toEqual([null, [tasks[2]], [tasks[2]], 300, 'S'])
  })
  it('leaves a stopped task stopped, though it waits no more', () => {
    const k = kernel()
    const queue = newQueue()
    const [one] = sleepers(k, queue, 's')
    one.state = 'T'
    wakeTask(k, one)
    expect([one.state, one.waiting, k.state.harts[0].queue]).toEqual(['T', null, []])
  })
  it('tells those who watch the file, once for each wake', () => {
    const k = kernel()
    const queue = newQueue()
    queue.watchers = [{ file: {} as never, fd: 5 }]
    wakeAll(k, queue)
    wakeOne(k, queue)
    expect(k.state.asyncNotes.map(({ fd }) => fd)).toEqual([5, 5])
  })
})

describe('a task that becomes runnable', () => {
  const preempts = (running: Partial<SchedEntity>, waking: Partial<SchedEntity>): boolean => {
    const k = kernel()
    const [hart] = k.state.harts
    hart.current = task(running)
    makeRunnable(k, task(waking))
    return hart.resched
  }
  it.each<[string, Partial<SchedEntity>, Partial<SchedEntity>, boolean]>([
    ['with much less time than the running one', { vruntime: 2_000_001 }, { vruntime: 1_000_000 }, true],
    ['with a little less', { vruntime: 2_000_000 }, { vruntime: 1_000_000 }, false],
    ['with more', { vruntime: 0 }, { vruntime: 5_000_000 }, false],
    ['with weight, with a little less', { vruntime: 1_600_000 }, { vruntime: 1_000_000, weight: 2048 }, true],
    ['against time that is not accounted for yet', { vruntime: 0, sumExec: 3_000_000, accounted: 0 }, { vruntime: 1_000_000 }, true],
    ['of real time against a fair one', { vruntime: 0 }, { policy: SCHED_FIFO, rtPriority: 1 }, true],
    ['of higher priority', { policy: SCHED_RR, rtPriority: 5 }, { policy: SCHED_FIFO, rtPriority: 6 }, true],
    ['of the same priority', { policy: SCHED_FIFO, rtPriority: 5 }, { policy: SCHED_FIFO, rtPriority: 5 }, false],
    ['a fair one against real time', { policy: SCHED_FIFO, rtPriority: 1, vruntime: 9e9 }, { vruntime: 0 }, false],
  ])('%s', (_name, running, waking, expected) => expect(preempts(running, waking)).toBe(expected))

  it('is looked for by an idle hart, is not queued twice, and not where it runs already', () => {
    const k = kernel()
    const [hart] = k.state.harts
    const one = task()
    makeRunnable(k, one)
    makeRunnable(k, one)
    expect([hart.resched, hart.queue]).toEqual([true, [one]])
    const running = task()
    hart.current = running
    makeRunnable(k, running)
    expect(hart.queue).toEqual([one])
  })
  it('calls another hart that shall look, and takes its place in that hart’s time', () => {
    const k = kernel(2)
    const [home, other] = k.state.harts
    home.current = task()
    home.minVruntime = 1e9
    other.minVruntime = 5e9
    const one = task({ affinity: 3, vruntime: 1e9 + 7 })
    makeRunnable(k, one)
    expect([one.sched.hart, one.sched.vruntime, other.rescheduleCalls, home.rescheduleCalls, k.state.counts.migrations]).toEqual([
      1,
      5e9 + 7,
      1,
      0,
      1,
    ])
    // One that may not go there stays.
    const bound = task({ affinity: 1, vruntime: 1e9 })
    makeRunnable(k, bound)
    expect(bound.sched.hart).toBe(0)
  })
})

describe('time', () => {
  it('counts by weight, once', () => {
    const [hart] = kernel().state.harts
    const heavy = task({ weight: 2048 }).sched
    heavy.sumExec = 4_000_000
    account(hart, heavy)
    account(hart, heavy)
    expect([heavy.vruntime, hart.minVruntime]).toEqual([2_000_000, 2_000_000])
  })
  it('never lets the floor fall, nor rise above who waits', () => {
    const k = kernel()
    const [hart] = k.state.harts
    enqueue(k, hart, task({ vruntime: 100 }))
    const running = task({ vruntime: 0 }).sched
    running.sumExec = 1000
    account(hart, running)
    expect(hart.minVruntime).toBe(100)
    const late = task({ vruntime: 0 }).sched
    late.sumExec = 1
    account(hart, late)
    expect(hart.minVruntime).toBe(100)
  })
  it('is waited for in the queue, and what was waited is known', () => {
    const k = kernel()
    const [hart] = k.state.harts
    const one = task({ runDelay: 5 })
    k.state.time = 100
    enqueue(k, hart, one)
    k.state.time = 170
    expect(pickNext(k, hart)).toBe(one)
    expect(one.sched.runDelay).toBe(75)
  })
  it.each<[string, Partial<SchedEntity>, number, number]>([
    ['alone', {}, 0, Infinity],
    ['FIFO', { policy: SCHED_FIFO, rtPriority: 1 }, 3, Infinity],
    ['RR', { policy: SCHED_RR, rtPriority: 1 }, 3, 100],
    ['one of two', {}, 1, 3_000_000],
    ['twice the weight', { weight: 2048 }, 1, 4_000_000],
    ['one of many', {}, 30, 750_000],
    ['one of many with a slice of its own', { customSlice: 900_000 }, 30, 900_000],
  ])('of a slice: %s', (_name, sched, waiting, expected) => {
    const k = kernel()
    const [hart] = k.state.harts
    k.state.sysctl.rrSlice = 100
    for (let i = 0; i < waiting; i++) enqueue(k, hart, task())
    expect(sliceOf(k, hart, task(sched).sched)).toBe(expected)
  })
})

it('sched_yield lets everybody who waits go first', () => {
  const k = kernel()
  const [hart] = k.state.harts
  const running = task({ vruntime: 10 })
  hart.current = running
  yieldHart(k, running)
  expect(hart.resched).toBe(false)
  enqueue(k, hart, task({ vruntime: 500 }))
  yieldHart(k, running)
  expect([running.sched.vruntime, hart.resched]).toEqual([500, true])
})

it('a new nice value counts at once, in the queue and for the time to come', () => {
  const k = kernel()
  const [hart] = k.state.harts
  const waiting = task()
  makeRunnable(k, waiting)
  waiting.sched.nice = 5
  reweigh(k, waiting)
  // sched_prio_to_weight of Linux: nice 5 is 335.
  expect([waiting.sched.weight, hart.queueWeight, hart.queue]).toEqual([335, 335, [waiting]])
  const running = task()
  hart.current = running
  hart.resched = false
  running.sched.sumExec = 1024
  running.sched.nice = -5
  reweigh(k, running)
  // What was used before counts by the old weight.
  expect([running.sched.weight, running.sched.vruntime, hart.resched]).toEqual([3121, 1024, true])
})

it.each<[string, Partial<SchedEntity>, Partial<SchedEntity>]>([
  [
    'takes over',
    { policy: SCHED_OTHER, nice: 5, vruntime: 77, affinity: 6, hart: 1 },
    { nice: 5, vruntime: 77, affinity: 6, hart: 1, weight: 335 },
  ],
  ['takes over real time', { policy: SCHED_RR, rtPriority: 9 }, { policy: SCHED_RR, rtPriority: 9 }],
  [
    'is reset from real time',
    { policy: SCHED_RR, rtPriority: 9, resetOnFork: true },
    { policy: SCHED_OTHER, rtPriority: 0, resetOnFork: false },
  ],
  ['is reset from a better nice value', { nice: -5, resetOnFork: true }, { nice: 0, weight: 1024 }],
  ['keeps a worse one', { nice: 5, resetOnFork: true }, { nice: 5 }],
  ['keeps SCHED_IDLE', { policy: SCHED_IDLE, resetOnFork: true }, { policy: SCHED_IDLE, weight: 3 }],
  ['has used nothing', { sumExec: 99, accounted: 99, turns: 4, runDelay: 5 }, { sumExec: 0, accounted: 0, turns: 0, runDelay: 0 }],
])('a child %s', (_name, parent, child) => expect(childEntity(kernel(), { ...newSchedEntity(1), ...parent })).toMatchObject(child))
