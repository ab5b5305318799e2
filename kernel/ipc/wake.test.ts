// Who wakes up, in which order and how many (futex(2)): sleepers of one address space on two words.
import { beforeEach, expect, test } from 'vitest'
import { FUTEX_OPS } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getU32, putU32 } from '../mm/index.ts'
import { sleepOn } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { BUFFER, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

const { FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET, FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP } = FUTEX_OPS
const PRIVATE = 0x80
const [FIRST, SECOND] = [BUFFER, BUFFER + 4]

let k: Kernel
let task: Task
let sleepers: Task[]
beforeEach(() => {
  ;({ k, task } = fileKernel())
  sleepers = []
})

/** A thread more that sleeps on a word. */
function sleep(at: number, bitset = -1, op = bitset === -1 ? FUTEX_WAIT : FUTEX_WAIT_BITSET): void {
  const sleeper = fileTask(k)
  sleeper.mm = task.mm
  const result = call(k, sleeper, 'futex', at, op | PRIVATE, getU32(k, task, at), 0, 0, bitset)
  if (typeof result === 'number') throw new Error(`it did not sleep: ${result}`)
  sleepOn(k, sleeper, result.queues, result.deadline, true)
  sleepers.push(sleeper)
}
/** Numbers of the sleepers that are awake now. */
const awake = (): number[] => sleepers.flatMap((t, i) => (t.state === 'R' ? [i] : []))
const futex = (op: number, at: number, value: number, second = 0, to = 0, third = 0) =>
  outcome(k, task, 'futex', at, op | PRIVATE, value, second, to, third)

test.each([
  [1, 1, [0]],
  [2, 2, [0, 1]],
  [3, 3, [0, 1, 2]],
  [4, 4, [0, 1, 2, 3]],
  [2 ** 31 - 1, 4, [0, 1, 2, 3]],
  // Linux wakes one for a count of 0.
  [0, 1, [0]],
])('a wake of %i wakes %i, the longest waiting first', (count, answer, who) => {
  for (let i = 0; i < 4; i++) sleep(FIRST)
  sleep(SECOND)
  expect([futex(FUTEX_WAKE, FIRST, count), awake()]).toEqual([answer, who])
})

test('bits choose who wakes', () => {
  for (const bitset of [1, 2, 3, 4]) sleep(FIRST, bitset)
  expect([futex(FUTEX_WAKE_BITSET, FIRST, 9, 0, 0, 8), awake()]).toEqual([0, []])
  expect([futex(FUTEX_WAKE_BITSET, FIRST, 1, 0, 0, 2), awake()]).toEqual([1, [1]])
  expect([futex(FUTEX_WAKE_BITSET, FIRST, 9, 0, 0, 2), awake()]).toEqual([1, [1, 2]])
  expect([futex(FUTEX_WAKE, FIRST, 9), awake()]).toEqual([2, [0, 1, 2, 3]])
})

test.each([
  [1, 1, 2, [0], [0, 1], [0, 1, 2, 3]],
  [2, 9, 4, [0, 1], [0, 1, 2, 3], [0, 1, 2, 3]],
  [1, 0, 1, [0], [0], [0, 1, 2, 3]],
])('requeue: wakes %i and moves %i', (wake, move, answer, first, second, last) => {
  for (let i = 0; i < 4; i++) sleep(FIRST)
  expect([futex(FUTEX_CMP_REQUEUE, FIRST, wake, move, SECOND, 1), awake()]).toEqual(['EAGAIN', []])
  expect([futex(FUTEX_CMP_REQUEUE, FIRST, wake, move, SECOND, 0), awake()]).toEqual([answer, first])
  futex(FUTEX_WAKE, SECOND, 9)
  expect(awake()).toEqual(second)
  futex(FUTEX_WAKE, FIRST, 9)
  expect(awake()).toEqual(last)
  expect(k.state.futexes.size).toBe(0)
})

test('requeue without a comparison', () => {
  for (let i = 0; i < 3; i++) sleep(FIRST)
  putU32(k, task, FIRST, 5)
  expect([futex(FUTEX_REQUEUE, FIRST, 1, 1, SECOND), awake()]).toEqual([2, [0]])
})

// op << 28 | cmp << 24 | oparg << 12 | cmparg (futex(2), FUTEX_WAKE_OP)
const encode = (op: number, comparison: number, operand: number, argument: number): number =>
  ((op << 28) | (comparison << 24) | ((operand & 0xfff) << 12) | (argument & 0xfff)) >>> 0

test.each<[string, number, number, number]>([
  ['set', encode(0, 0, 7, 5), 7, 2],
  ['add', encode(1, 0, 7, 5), 12, 2],
  ['or', encode(2, 0, 2, 5), 7, 2],
  ['andn', encode(3, 0, 4, 5), 1, 2],
  ['xor', encode(4, 0, 1, 5), 4, 2],
  ['add of a negative number', encode(1, 0, -1, 5), 4, 2],
  ['a shifted bit', encode(8, 0, 4, 5), 16, 2],
  ['not equal', encode(1, 1, 1, 5), 6, 1],
  ['less', encode(1, 2, 1, 6), 6, 2],
  ['not less', encode(1, 2, 1, 5), 6, 1],
  ['at most', encode(1, 3, 1, 5), 6, 2],
  ['greater', encode(1, 4, 1, 5), 6, 1],
  ['greater than a negative number', encode(1, 4, 1, -1), 6, 2],
  ['at least', encode(1, 5, 1, 5), 6, 2],
  ['unequal', encode(0, 0, 1, 4), 1, 1],
])('wake and change: %s', (_name, operation, after, answer) => {
  putU32(k, task, SECOND, 5)
  for (const at of [FIRST, FIRST, SECOND, SECOND]) sleep(at)
  expect(futex(FUTEX_WAKE_OP, FIRST, 1, 1, SECOND, operation)).toBe(answer)
  expect([getU32(k, task, SECOND), awake()]).toEqual([after, answer === 2 ? [0, 2] : [0]])
})
