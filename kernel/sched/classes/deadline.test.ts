// SCHED_DEADLINE in unit time and in whole machines: who is first, when a budget ends and comes back, who is promised what.
import { describe, expect, it, test } from 'vitest'
import { findTask } from '../../task/index.ts'
import { SCHED_DEADLINE, SCHED_FIFO, SIGXCPU, termSignal } from '../../abi/index.ts'
import { subscribe } from '../../events.ts'
import type { Kernel } from '../../kernel.ts'
import { bareKernel, fakeTask } from '../../process/testing.ts'
import type { Task } from '../../state.ts'
import { DATA, runToEnd, start } from '../../testing.ts'
import { newSchedEntity } from '../entity.ts'
import { dequeue, enqueue, makeRunnable, pickNext, putBack, yieldHart } from '../runqueue.ts'
import type { SchedEntity, SchedWanted } from '../types.ts'
import { deadline } from './deadline.ts'

const WANTED: SchedWanted = {
  policy: SCHED_DEADLINE,
  resetOnFork: false,
  priority: 0,
  nice: 0,
  runtime: 2_000_000,
  deadline: 5_000_000,
  period: 10_000_000,
  flags: 0,
  keepParams: false,
}

function promised(k: Kernel, wanted: Partial<SchedWanted> = {}): Task {
  const task = fakeTask(k, { sched: newSchedEntity(2 ** k.state.harts.length - 1) })
  task.sched.policy = SCHED_DEADLINE
  deadline.params.take(task.sched, { ...WANTED, ...wanted }, k.state.time)
  return task
}
const other = (k: Kernel, sched: Partial<SchedEntity> = {}): Task => fakeTask(k, { sched: { ...newSchedEntity(1), ...sched } })

describe('the earliest deadline', () => {
  it('is first, before any priority, and preempts', () => {
    const k = bareKernel()
    const [hart] = k.state.harts
    const tasks = [
      other(k),
      other(k, { policy: SCHED_FIFO, rtPriority: 99 }),
      promised(k, { deadline: 7e6 }),
      promised(k, { deadline: 5e6 }),
    ]
    for (const task of tasks) enqueue(k, hart, task)
    expect([1, 2, 3, 4].map(() => tasks.indexOf(pickNext(k, hart)!))).toEqual([3, 2, 1, 0])
    hart.current = tasks[2]
    hart.resched = false
    makeRunnable(k, promised(k, { deadline: 8e6 }))
    expect(hart.resched).toBe(false)
    makeRunnable(k, tasks[3])
    expect(hart.resched).toBe(true)
  })
  it('goes to the hart whose task is least urgent, and is fetched by one that chooses anew', () => {
    const k = bareKernel({ harts: 3 })
    const [a, b, c] = k.state.harts
    const occupy = (hart: typeof a, task: Task): void => {
      task.sched.hart = hart.id
      enqueue(k, hart, task)
      hart.current = pickNext(k, hart)
    }
    occupy(a, promised(k, { deadline: 5e6 }))
    occupy(b, other(k))
    occupy(c, other(k, { policy: SCHED_FIFO, rtPriority: 5 }))
    const first = promised(k, { deadline: 6e6 })
    makeRunnable(k, first)
    expect([first.sched.hart, b.resched, c.resched]).toEqual([1, true, false])
    const second = promised(k, { deadline: 7e6 })
    makeRunnable(k, second)
    expect([second.sched.hart, c.resched]).toEqual([2, true])
    // Hart 0's task ends: it takes what waits elsewhere, in order.
    a.current = null
    expect([pickNext(k, a), pickNext(k, a), pickNext(k, a)]).toEqual([first, second, null])
  })
})

describe('a budget', () => {
  /** It ran so long, and then its hart asks what now. */
  const runs = (k: Kernel, task: Task, ns: number): void => {
    task.sched.sumExec += ns
    k.state.time += ns
    putBack(k, k.state.harts[0], task)
  }
  it('is held until the period ends, and what was overdrawn is missing in the next', () => {
    const k = bareKernel()
    const task = promised(k)
    runs(k, task, 1_999_999)
    expect([task.sched.held, task.sched.heapIndex]).toEqual([null, 0])
    dequeue(k, task)
    runs(k, task, 101)
    expect([task.sched.held?.until, task.sched.heapIndex, k.state.timers.heap.length]).toEqual([10_000_000, -1, 1])
    k.state.time = 10_000_000
    task.sched.held = null
    makeRunnable(k, task)
    expect([task.sched.heapIndex, task.sched.stopAt - task.sched.sumExec, task.sched.deadline?.end]).toEqual([0, 1_999_900, 15_000_000])
  })
  it('is given up by sched_yield', () => {
    const k = bareKernel()
    const task = promised(k)
    k.state.harts[0].current = task
    runs(k, task, 5)
    dequeue(k, task)
    yieldHart(k, task)
    expect(k.state.harts[0].resched).toBe(true)
    putBack(k, k.state.harts[0], task)
    expect(task.sched.held?.until).toBe(10_000_000)
  })
  // The rule of the constant bandwidth server: what is left may be used up to the deadline if that is no more than its share.
  it.each<[string, Partial<SchedWanted>, number, number, [number, number, number | undefined]]>([
    ['in time', { deadline: 10e6 }, 1e6, 4e6, [1e6, 10e6, undefined]],
    ['too late to use what is left', { deadline: 10e6 }, 1e6, 6e6, [2e6, 16e6, undefined]],
    ['after its deadline', { deadline: 10e6 }, 1e6, 11e6, [2e6, 21e6, undefined]],
    ['too late, where the deadline is before the period ends', {}, 1e6, 3e6, [800_000, 5e6, undefined]],
    ['after that deadline', {}, 1e6, 6e6, [0, 5e6, 10e6]],
    ['in the next period', {}, 1e6, 12e6, [2e6, 17e6, undefined]],
  ])('who wakes %s', (_name, wanted, ran, at, expected) => {
    const k = bareKernel()
    const task = promised(k, wanted)
    task.sched.sumExec += ran
    k.state.time = at
    makeRunnable(k, task)
    const { stopAt, sumExec, held } = task.sched
    expect([stopAt - sumExec, task.sched.deadline?.end, held?.until]).toEqual(expected)
  })
})

// ---- programs

const setAttr = (runtime: number, deadlineNs: number, period: number, flags = 0): string => `
  li s1, ${DATA}
  li t0, 48
  sw t0, 0(s1)
  li t0, 6
  sw t0, 4(s1)
  li t0, ${flags}
  sd t0, 8(s1)
  li t0, ${runtime}
  sd t0, 24(s1)
  li t0, ${deadlineNs}
  sd t0, 32(s1)
  li t0, ${period}
  sd t0, 40(s1)
  li a0, 0
  mv a1, s1
  li a2, 0
  sys 274
  bnez a0, {failed}`
const FORK = `
  li a0, 17
  li a1, 0
  sys 220`
const FAILED = `
failed:
  neg a0, a0
  sys 94`
const SPINS = `
spin:
  j {spin}
${FAILED}`

/** When each task was put on a hart, from the instant at which process 1's first period began. */
function switches(harts: number, source: string, until: number): { k: Kernel; seen: [number, number][] } {
  const { k, run } = start(source, { harts })
  const seen: [number, number][] = []
  let begun = -1
  subscribe(k, ['switch'], event => {
    if (event.kind !== 'switch') return
    const server = findTask(k.state.ns, 1)?.sched.deadline ?? null
    if (begun < 0 && server !== null) begun = server.end - server.deadline
    if (begun >= 0) seen.push([k.state.time - begun, event.to?.pid ?? 0])
  })
  run({ until })
  return { k, seen }
}

test('a program has its runtime in each period, to the nanosecond', () => {
  const { seen } = switches(1, `${FORK}\nbeqz a0, {spin}\n${setAttr(2e6, 5e6, 10e6)}${SPINS}`, 45e6)
  // What a fair task has in between is the rest.
  expect(seen.slice(0, 8)).toEqual([0, 1, 2, 3].flatMap(n => [[n * 10e6 + 2e6, 2], [(n + 1) * 10e6, 1]])) // prettier-ignore
})

test('alone on its hart it is held too', () => {
  const { seen } = switches(1, `${setAttr(3e6, 3e6, 4e6)}${SPINS}`, 11e6)
  expect(seen.slice(0, 4)).toEqual([[3e6, 0], [4e6, 1], [7e6, 0], [8e6, 1]]) // prettier-ignore
})

test('sched_yield ends a period’s work', () => {
  const { seen } = switches(1, `${setAttr(2e6, 5e6, 5e6)}\nagain:\nsys 124\nj {again}\n${FAILED}`, 21e6)
  expect(seen.filter(([, pid]) => pid === 1).map(([at]) => at)).toEqual([5e6, 10e6, 15e6, 20e6])
})

test('its budget’s end is told where it asked for that', () => {
  const { status } = runToEnd(`${setAttr(1e6, 2e6, 2e6, 4)}${SPINS}`)
  expect(termSignal(status)).toBe(SIGXCPU)
})

test('fork is EAGAIN, unless the child is reset', () => {
  const exits = (flags: number): number =>
    runToEnd(`${setAttr(1e6, 2e6, 2e6, flags)}${FORK}\nbltz a0, {failed}\nli a0, 0\nsys 94\n${FAILED}`).status
  expect([exits(0), exits(1)]).toEqual([11 << 8, 0])
})

test('two harts: both of two have what they were promised, and a third what is left; the same each time', () => {
  const source = `${FORK}\nbeqz a0, {one}\n${FORK}\nbeqz a0, {spin}\nj {one}\none:${setAttr(6e6, 10e6, 10e6)}${SPINS}`
  const once = (): unknown => {
    const { k, seen } = switches(2, source, 50e6)
    const had = [1, 2, 3].map(pid => findTask(k.state.ns, pid)!.sched.sumExec)
    for (const pid of [0, 1]) expect(had[pid]).toBeGreaterThan(29e6)
    for (const pid of [0, 1]) expect(had[pid]).toBeLessThan(33e6)
    expect(had[2]).toBeGreaterThan(19e6)
    return [had, seen]
  }
  expect(once()).toEqual(once())
})

test('no more is promised than there is: EBUSY for what does not fit beside what others have', () => {
  const k = bareKernel()
  const [a, b] = [promised(k, { runtime: 6e6, deadline: 10e6 }), other(k)]
  for (const task of [a, b]) k.state.tasks.set(task.id, task)
  const asks = (task: Task, runtime: number) => (): void => deadline.params.admit?.(k, task, { ...WANTED, runtime, deadline: 10e6 })
  // 95 % of one hart: kernel.sched_rt_runtime_us.
  expect(asks(b, 3e6)).not.toThrow()
  expect(asks(b, 4e6)).toThrow()
  // What it has itself is not in its way.
  expect(asks(a, 9e6)).not.toThrow()
})
