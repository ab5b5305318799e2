// Identities against numbers: a pid is given out again, what was told by it must not take its new bearer for the former one.
import { expect, test } from 'vitest'
import { clonePlain } from '../clone.ts'
import { enrol, strikeOff } from '../process/newborn.ts'
import { reapGroup } from '../process/reap.ts'
import { bareKernel, fakeTask } from '../process/testing.ts'
import { findGroup, findTask } from './find.ts'

test('a number that is given out again has another bearer', () => {
  const k = bareKernel()
  const [first, second] = [fakeTask(k), fakeTask(k)]
  enrol(k, first)
  enrol(k, second)
  reapGroup(k, second.group, false)
  k.state.ns.pid.last = first.pid
  const third = fakeTask(k)
  enrol(k, third)
  expect([third.pid, findTask(k.state.ns, third.pid), findGroup(third.ns, third.pid)]).toEqual([second.pid, third, third.group])
  expect(third.id).toBeGreaterThan(second.id)
  expect([k.state.tasks.get(second.id), k.state.groups.get(second.group.id)]).toEqual([undefined, undefined])
})

test('only a process’s leader stands for it', () => {
  const k = bareKernel()
  const leader = fakeTask(k)
  enrol(k, leader)
  const thread = fakeTask(k, { group: leader.group })
  enrol(k, thread)
  expect([findGroup(k.state.ns, leader.pid), findGroup(k.state.ns, thread.pid)]).toEqual([leader.group, null])
  strikeOff(k, thread)
  expect([findTask(k.state.ns, thread.pid), leader.group.threads.length]).toEqual([null, 2])
})

test('a copy of the state shares its namespaces as the state does', () => {
  const k = bareKernel()
  for (let i = 0; i < 2; i++) enrol(k, fakeTask(k))
  const copy = clonePlain(k.state)
  const [first, second] = copy.tasks.values()
  expect([first.ns === second.ns, first.ns === copy.ns, first.ns === k.state.ns]).toEqual([true, true, false])
  copy.ns.uts.hostname = 'other'
  expect([first.ns.uts.hostname, k.state.ns.uts.hostname]).toEqual(['other', 'hartbeat'])
})
