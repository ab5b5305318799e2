// Byte-range locks and whole-file locks: how ranges of one owner are cut and joined, what stands in whose way (fcntl(2), flock(2)).
import { beforeEach, describe, expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_RDWR } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { newCall } from '../waiting.ts'
import { sleepOn } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { conflictingLock, dropRecordLocks, locksOf, setFlock, setRecordLock, wouldDeadlock, type LockOwner } from './locks.ts'
import { eachLock } from './lock-list.ts'
import { getFile } from './table.ts'
import { call, fileKernel, fileTask } from './testing.ts'
import type { FileDescription, FileTable, Inode, LockWish, RecordLock } from './types.ts'

let k: Kernel
let task: Task
let other: Task
let inode: Inode
const open = (t: Task): FileDescription => getFile(t, call(k, t, 'openat', AT_FDCWD, '/f', O_CREAT | O_RDWR, 0o644) as number)
beforeEach(() => {
  ;({ k, task } = fileKernel())
  other = fileTask(k)
  inode = open(task).inode
})

const mine = (): LockOwner => task.files as FileTable
const theirs = (): LockOwner => other.files as FileTable
const lock = (start: number, end: number, write: boolean, owner = mine()): LockWish => ({
  owner,
  start,
  end,
  write,
  pid: 1,
})
const set = (start: number, end: number, kind: 'r' | 'w' | 'u', owner = mine()): void =>
  setRecordLock(k, inode, { owner, start, end }, kind === 'u' ? null : lock(start, end, kind === 'w', owner))
const held = (owner = mine()): string =>
  [...eachLock(locksOf(inode).all)]
    .filter(l => l.owner === owner)
    .map(l => `${l.write ? 'w' : 'r'}${l.start}-${l.end}`)
    .join(' ')

describe('ranges of one owner', () => {
  test.each<[string, [number, number, 'r' | 'w' | 'u'][], string]>([
    ['stand side by side', [[0, 5, 'w'], [7, 9, 'w']], 'w0-5 w7-9'],
    ['join where they touch', [[0, 5, 'w'], [5, 9, 'w']], 'w0-9'],
    ['join where they touch from above', [[5, 9, 'w'], [0, 5, 'w']], 'w0-9'],
    ['join over several', [[0, 2, 'r'], [4, 6, 'r'], [8, 9, 'r'], [1, 8, 'r']], 'r0-9'],
    ['do not join when of different kinds', [[0, 5, 'r'], [5, 9, 'w']], 'r0-5 w5-9'],
    ['are cut by an unlock in the middle', [[0, 9, 'w'], [3, 5, 'u']], 'w0-3 w5-9'],
    ['lose their beginning', [[2, 9, 'w'], [0, 5, 'u']], 'w5-9'],
    ['lose their end', [[2, 9, 'w'], [5, 20, 'u']], 'w2-5'],
    ['are gone as a whole', [[2, 4, 'w'], [5, 6, 'r'], [0, 9, 'u']], ''],
    ['change their kind in the middle', [[0, 9, 'r'], [3, 5, 'w']], 'r0-3 w3-5 r5-9'],
    ['change back and join again', [[0, 9, 'r'], [3, 5, 'w'], [3, 5, 'r']], 'r0-9'],
    ['are not touched by an unlock beside them', [[3, 5, 'w'], [0, 3, 'u'], [5, 9, 'u']], 'w3-5'],
  ])('%s', (_name, steps, expected) => {
    for (const [start, end, kind] of steps) set(start, end, kind)
    expect(held()).toBe(expected)
  }) // prettier-ignore
})

test.each<['r' | 'w', [number, number], boolean, boolean]>([
  ['w', [0, 5], false, false],
  ['w', [5, 6], false, true],
  ['w', [9, 10], false, true],
  ['w', [10, 11], false, false],
  ['r', [0, 20], false, false],
  ['r', [0, 20], true, true],
  ['r', [9, 10], true, true],
])('a lock %s of [5, 10) and a wish for %j, to write: %s', (kind, [start, end], write, conflicts) => {
  set(5, 10, kind, theirs())
  expect(conflictingLock(inode, lock(start, end, write)) !== null).toBe(conflicts)
  expect(conflictingLock(inode, lock(start, end, write, theirs()))).toBe(null)
})

test('another owner’s ranges are neither cut nor joined', () => {
  set(0, 5, 'r', theirs())
  set(5, 9, 'r')
  set(0, 9, 'u')
  expect([held(), held(theirs())]).toEqual(['', 'r0-5'])
  set(3, 9, 'r')
  dropRecordLocks(k, inode, mine())
  expect([held(), held(theirs())]).toEqual(['', 'r0-5'])
})

test('an unlock wakes those who wait, and closing any descriptor unlocks', () => {
  const waits = (): Task => {
    const sleeper = fileTask(k)
    sleepOn(k, sleeper, [locksOf(inode).queue], Infinity, true)
    return sleeper
  }
  set(0, 5, 'w')
  const [first, fd] = [waits(), call(k, task, 'openat', AT_FDCWD, '/f', O_RDWR, 0) as number]
  expect(first.state).toBe('S')
  set(1, 2, 'u')
  expect(first.state).toBe('R')
  const second = waits()
  call(k, task, 'close', fd)
  expect([second.state, held()]).toEqual(['R', ''])
})

test('circles of any length are found, chains without an end are none', () => {
  const tasks = [task, other, fileTask(k), fileTask(k)]
  const owner = (n: number): FileTable => tasks[n].files as FileTable
  tasks.forEach((_, n) => set(10 * n, 10 * n + 5, 'w', owner(n)))
  const wait = (n: number, forWhom: number): void => {
    const wanted = lock(10 * forWhom, 10 * forWhom + 5, true, owner(n))
    tasks[n].call = { ...newCall(0, 0), progress: { call: 'lock', inode, wanted } }
  }
  const blocker = (n: number): RecordLock => [...eachLock(locksOf(inode).all)].find(l => l.owner === owner(n))!
  expect(wouldDeadlock(k, owner(0), blocker(1))).toBe(false)
  wait(1, 2)
  wait(2, 3)
  expect(wouldDeadlock(k, owner(0), blocker(1))).toBe(false)
  wait(3, 0)
  expect([wouldDeadlock(k, owner(0), blocker(1)), wouldDeadlock(k, owner(0), blocker(3))]).toEqual([true, true])
  // A circle that the asker is not part of is not its own.
  wait(3, 1)
  expect(wouldDeadlock(k, owner(0), blocker(1))).toBe(false)
})

test('flock: shared by many, exclusive alone, changed by its holder; a failed change gives up the old one', () => {
  const [a, b] = [open(task), open(task)]
  expect([setFlock(k, a, false), setFlock(k, b, false)]).toEqual([true, true])
  expect([setFlock(k, a, true), [...locksOf(inode).flocks.keys()]]).toEqual([false, [b]])
  expect([setFlock(k, b, true), setFlock(k, a, false), setFlock(k, b, null), setFlock(k, a, true), setFlock(k, b, false)]).toEqual([
    true,
    false,
    true,
    true,
    false,
  ])
  expect([setFlock(k, a, false), setFlock(k, b, false)]).toEqual([true, true])
})

test('a thousand locks in any order are what a list of bytes says they are, and lie in order', () => {
  const SIZE = 4000
  const owners = [mine(), theirs(), open(task)]
  const bytes = owners.map(() => new Uint8Array(SIZE))
  let seed = 7
  const below = (n: number): number => (seed = (seed * 48271) % 2147483647) % n
  for (let step = 0; step < 4000; step++) {
    const who = below(3)
    const start = below(SIZE - 1)
    const end = Math.min(SIZE, start + 1 + below(step % 500 === 0 ? SIZE : 3))
    const kind = 'rwwu'[below(4)] as 'r' | 'w' | 'u'
    const isIn = (other: number, need: number): boolean => other !== who && bytes[other].subarray(start, end).some(byte => byte >= need)
    const stands = kind !== 'u' && owners.some((_, other) => isIn(other, kind === 'w' ? 1 : 2))
    if (kind !== 'u') expect(conflictingLock(inode, lock(start, end, kind === 'w', owners[who])) !== null).toBe(stands)
    if (stands) continue
    set(start, end, kind, owners[who])
    bytes[who].fill('urw'.indexOf(kind), start, end)
  }
  const expected = (list: Uint8Array): string => {
    const runs: string[] = []
    for (let at = 0; at < SIZE;) {
      let end = at
      while (end < SIZE && list[end] === list[at]) end++
      if (list[at] > 0) runs.push(`${'urw'[list[at]]}${at}-${end}`)
      at = end
    }
    return runs.join(' ')
  }
  owners.forEach((owner, i) => expect(held(owner)).toBe(expected(bytes[i])))
  const all = [...eachLock(locksOf(inode).all)]
  expect(all.every((l, i) => i === 0 || all[i - 1].start <= l.start)).toBe(true)
  expect([all.length, locksOf(inode).owned.size]).toEqual([locksOf(inode).count, 3])
  expect(all.length).toBeGreaterThan(600)
  for (const owner of owners) dropRecordLocks(k, inode, owner)
  expect([locksOf(inode).all, locksOf(inode).count, locksOf(inode).owned.size]).toEqual([[], 0, 0])
})
