// Priority inheritance: whom the hart takes next while somebody waits for a lock, over chains, and what undoes it. Numbers are real-time
// priorities; programs/futex-lend.c compares the same with Linux.
import { beforeEach, expect, test } from 'vitest'
import { FUTEX_OPS, SCHED_DEADLINE, SCHED_FIFO, SCHED_OTHER, SCHED_RR } from '../abi/index.ts'
import { futexExit } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { getU32, putU32 } from '../mm/index.ts'
import { classOf } from './class.ts'
import { checkFork, childEntity } from './entity.ts'
import type { Task } from '../state.ts'
import { BUFFER, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'
import { auditLending } from './lending.ts'
import { dequeue, makeRunnable } from './runqueue.ts'
import { sleepOn, wakeTask } from './wait.ts'

const { FUTEX_LOCK_PI, FUTEX_UNLOCK_PI, FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI } = FUTEX_OPS
const [A, B, COND] = [BUFFER, BUFFER + 4, BUFFER + 8]
let k: Kernel
let first: Task
beforeEach(() => {
  ;({ k, task: first } = fileKernel())
})

/** A thread of the first one's, of a real-time priority; 0 shares the processor. */
function thread(priority: number): Task {
  const made = fileTask(k)
  made.mm = first.mm
  const policy = priority > 0 ? SCHED_FIFO : SCHED_OTHER
  Object.assign(made.sched, { policy, rtPriority: priority })
  return made
}
const lock = (task: Task, at: number) => outcome(k, task, 'futex', at, FUTEX_LOCK_PI, 0, 0, 0, 0)
const unlock = (task: Task, at: number) => outcome(k, task, 'futex', at, FUTEX_UNLOCK_PI, 0, 0, 0, 0)
function wait(task: Task, op: number, at: number, second = 0): void {
  const result = call(k, task, 'futex', at, op, 0, 0, second, 0)
  if (typeof result === 'number') throw new Error(`it did not sleep: ${result}`)
  dequeue(k, task)
  sleepOn(k, task, result.queues, result.deadline, true, undefined, result.owner)
  expect([...auditLending(k)]).toEqual([])
}
const waitFor = (task: Task, at: number) => wait(task, FUTEX_LOCK_PI, at)
/** As field 18 of /proc/PID/stat. */
const prio = ({ sched }: Task) => classOf(k, sched).params.priority(sched)
const prios = (...tasks: Task[]) => tasks.map(prio)
const setScheduler = (task: Task, policy: number, priority: number) => {
  putU32(k, first, BUFFER + 0x100, priority)
  expect(outcome(k, first, 'sched_setscheduler', task.pid, policy, BUFFER + 0x100)).toBe(0)
}

test('the owner goes before whoever is less urgent than the one that waits', () => {
  const [low, medium, high] = [thread(10), thread(20), thread(30)]
  const [hart] = k.state.harts
  for (const task of [low, medium]) makeRunnable(k, task)
  expect(lock(low, A)).toBe(0)
  expect(hart.queue[0]).toBe(medium)
  waitFor(high, A)
  expect(hart.queue[0]).toBe(low)
  expect([unlock(low, A), getU32(k, first, A) & 0xffff, hart.queue[0] === high]).toEqual([0, high.pid, true])
  expect(prios(low, medium, high)).toEqual([-11, -21, -31])
})

test('what is lent is lent on along a chain, which closes in no circle; a signal, setscheduler and death undo it', () => {
  const [one, two, three] = [thread(0), thread(5), thread(40)]
  lock(one, A)
  lock(two, B)
  waitFor(two, A)
  waitFor(three, B)
  expect(prios(one, two)).toEqual([-41, -41])
  expect(lock(one, B)).toBe('EDEADLK')
  setScheduler(three, SCHED_RR, 60)
  expect(prios(one, two)).toEqual([-61, -61])
  setScheduler(two, SCHED_FIFO, 70)
  expect(prios(one, two)).toEqual([-71, -71])
  setScheduler(two, SCHED_OTHER, 0)
  expect(prios(one, two)).toEqual([-61, -61])
  // What it was given stays what is answered, and what a child has.
  expect(outcome(k, first, 'sched_getscheduler', one.pid)).toBe(SCHED_OTHER)
  expect(childEntity(k, one.sched)).toMatchObject({ policy: SCHED_OTHER, rtPriority: 0, lent: null, contended: null })
  wakeTask(k, three)
  expect(prios(one, two)).toEqual([20, 20])
  waitFor(three, B)
  futexExit(k, two)
  expect([three.state, prio(one), [...auditLending(k)]]).toEqual(['R', 20, []])
  expect(getU32(k, first, B) & 0x4000_0000).not.toBe(0)
})

test('a deadline is lent too, and its budget holds nobody back', () => {
  const [low, high] = [thread(10), thread(0)]
  Object.assign(high.sched, {
    policy: SCHED_DEADLINE,
    deadline: { runtime: 1e6, deadline: 5e6, period: 5e6, flags: 0, end: 5e6, yielded: false },
  })
  lock(low, A)
  waitFor(high, A)
  expect([low.sched.policy, prio(low), low.sched.deadline?.end]).toEqual([SCHED_DEADLINE, -101, 5e6])
  low.sched.sumExec += 3e6
  makeRunnable(k, low)
  expect([low.sched.held, low.sched.deadline?.end]).toEqual([null, 20e6])
  expect(() => checkFork(k, low.sched)).not.toThrow()
  unlock(low, A)
  expect([low.sched.policy, low.sched.deadline, low.sched.stopAt]).toEqual([SCHED_FIFO, null, Infinity])
})

test('who is moved to a lock lends its owner; a word that says otherwise is refused', () => {
  const [low, high] = [thread(10), thread(30)]
  lock(low, A)
  wait(high, FUTEX_WAIT_REQUEUE_PI, COND, A)
  expect(prio(low)).toBe(-11)
  expect(outcome(k, first, 'futex', COND, FUTEX_CMP_REQUEUE_PI, 1, 0, A, 0)).toBe(1)
  expect([prio(low), ...auditLending(k)]).toEqual([-31])
  const word = getU32(k, first, A)
  for (const other of [0, 9999, first.pid + 1000]) {
    putU32(k, first, A, other)
    expect(lock(thread(1), A)).toBe('EINVAL')
  }
  putU32(k, first, A, word)
  expect([unlock(low, A), prio(low), prio(high)]).toEqual([0, -11, -31])
})
