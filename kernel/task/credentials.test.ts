// setuid(2), setreuid(2), setresuid(2), setfsuid(2): which ids come out, privileged and not, by the tables of those pages.
import { describe, expect, test } from 'vitest'
import { isErrno } from '../abi/index.ts'
import { newMm } from '../mm/index.ts'
import { bareKernel, fakeTask } from '../process/testing.ts'
import type { Task } from '../state.ts'
import { inGroup, mayAttach, NO_ID, rootCredentials, setAllIds, setFsId, setId, setRealEffective, type IdFamily } from './credentials.ts'
import type { Credentials } from './types.ts'

const BARE = bareKernel()
const task = (credentials: Partial<Credentials>): Task =>
  fakeTask(BARE, { credentials: { ...rootCredentials(), ...credentials }, mm: newMm(BARE), parentDeathSignal: 9 })
const NONE = { capEffective: 0, capPermitted: 0 }
const user = (uid: number, euid: number, suid: number): Partial<Credentials> => ({
  ...NONE,
  uid,
  euid,
  suid,
  fsuid: euid,
  gid: uid,
  egid: euid,
  sgid: suid,
  fsgid: euid,
})
const ROOT: Partial<Credentials> = {}

function after(start: Partial<Credentials>, family: IdFamily, change: (task: Task) => unknown): string {
  const t = task(start)
  try {
    change(t)
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.name
  }
  const c = t.credentials
  return (family === 'user' ? [c.uid, c.euid, c.suid, c.fsuid] : [c.gid, c.egid, c.sgid, c.fsgid]).join(' ')
}

describe.each(['user', 'group'] as const)('%s ids', family => {
  test.each<[string, Partial<Credentials>, (t: Task) => unknown, string]>([
    ['setuid by root sets all', ROOT, t => setId(t, family, 5), '5 5 5 5'],
    ['setuid to the real id', user(1, 2, 3), t => setId(t, family, 1), '1 1 3 1'],
    ['setuid to the saved id', user(1, 2, 3), t => setId(t, family, 3), '1 3 3 3'],
    ['setuid to the effective id', user(1, 2, 3), t => setId(t, family, 2), 'EPERM'],
    ['setuid to another', user(1, 2, 3), t => setId(t, family, 4), 'EPERM'],
    ['setuid to -1', ROOT, t => setId(t, family, NO_ID), 'EINVAL'],
    ['setreuid by root', ROOT, t => setRealEffective(t, family, 5, 6), '5 6 6 6'],
    ['setreuid of the real one', user(1, 2, 3), t => setRealEffective(t, family, 2, NO_ID), '2 2 2 2'],
    ['setreuid of the effective one to the real', user(1, 2, 3), t => setRealEffective(t, family, NO_ID, 1), '1 1 3 1'],
    ['setreuid of the effective one to the saved', user(1, 2, 3), t => setRealEffective(t, family, NO_ID, 3), '1 3 3 3'],
    ['setreuid swaps', user(1, 2, 2), t => setRealEffective(t, family, 2, 1), '2 1 1 1'],
    ['setreuid of the real one to the saved', user(1, 2, 3), t => setRealEffective(t, family, 3, NO_ID), 'EPERM'],
    ['setreuid of the effective one to another', user(1, 2, 3), t => setRealEffective(t, family, NO_ID, 4), 'EPERM'],
    ['setreuid of nothing', user(1, 2, 3), t => setRealEffective(t, family, NO_ID, NO_ID), '1 2 3 2'],
    ['setresuid by root', ROOT, t => setAllIds(t, family, 5, 6, 7), '5 6 7 6'],
    ['setresuid of any to any of the three', user(1, 2, 3), t => setAllIds(t, family, 3, 1, 2), '3 1 2 1'],
    ['setresuid of some', user(1, 2, 3), t => setAllIds(t, family, NO_ID, NO_ID, 1), '1 2 1 2'],
    ['setresuid to another', user(1, 2, 3), t => setAllIds(t, family, 1, 2, 4), 'EPERM'],
    ['setfsuid by root', ROOT, t => setFsId(t, family, 5), '0 0 0 5'],
    ['setfsuid to a known one', user(1, 2, 3), t => setFsId(t, family, 3), '1 2 3 3'],
    ['setfsuid to another', user(1, 2, 3), t => setFsId(t, family, 4), '1 2 3 2'],
  ])('%s', (_name, start, change, expected) => expect(after(start, family, change)).toBe(expected))

  test('setfsuid answers the old one either way', () => {
    const t = task(user(1, 2, 3))
    expect([setFsId(t, family, 9), setFsId(t, family, 1), setFsId(t, family, NO_ID)]).toEqual([2, 2, 1])
  })
})

test('who takes on another identity may not be dumped, and loses the signal of a parent that ends; who keeps his does not', () => {
  const changed = (start: Partial<Credentials>, change: (t: Task) => unknown): unknown[] => {
    const t = task(start)
    change(t)
    return [t.mm?.dumpable, t.parentDeathSignal]
  }
  expect(changed(ROOT, t => setId(t, 'user', 5))).toEqual([0, 0])
  expect(changed(user(1, 1, 2), t => setId(t, 'user', 2))).toEqual([0, 0])
  expect(changed(user(1, 1, 2), t => setFsId(t, 'group', 2))).toEqual([0, 0])
  expect(changed(user(1, 1, 2), t => setId(t, 'user', 1))).toEqual([1, 9])
  expect(changed(user(1, 1, 2), t => setAllIds(t, 'user', 2, 1, 1))).toEqual([1, 9])
})

test('capabilities follow the user ids: gone with the last 0, back in effect with an effective 0', () => {
  const t = task(ROOT)
  const all = t.credentials.capPermitted
  const has = (): boolean[] => [t.credentials.capPermitted === all, t.credentials.capEffective === all]
  setAllIds(t, 'user', NO_ID, 5, NO_ID)
  expect(has()).toEqual([true, false])
  setAllIds(t, 'user', NO_ID, 0, NO_ID)
  expect(has()).toEqual([true, true])
  setAllIds(t, 'user', 5, 5, 5)
  expect([t.credentials.capPermitted, t.credentials.capEffective]).toEqual([0, 0])
})

test('groups: the effective one and the others, not the real one', () => {
  const { credentials } = task({ ...user(1, 2, 3), groups: [7, 8] })
  expect([1, 2, 3, 7, 8, 9].map(gid => inGroup(credentials, gid))).toEqual([false, true, false, true, true, false])
})

test('who may look into whom', () => {
  const target = (credentials: Partial<Credentials>, dumpable = 1): Task => Object.assign(task(credentials), { mm: { dumpable } })
  const by = (credentials: Partial<Credentials>, whom: Task): boolean => mayAttach(task(credentials), whom)
  expect(by(ROOT, target(user(1, 1, 1), 0))).toBe(true)
  expect(by(user(1, 1, 1), target(user(1, 1, 1)))).toBe(true)
  expect(by(user(1, 1, 1), target(user(1, 1, 1), 0))).toBe(false)
  for (const id of ['uid', 'euid', 'suid', 'gid', 'egid', 'sgid']) {
    expect([id, by(user(1, 1, 1), target({ ...user(1, 1, 1), [id]: 2 }))]).toEqual([id, false])
  }
  // The asker's real ids count, not the effective ones.
  expect(by(user(2, 1, 1), target(user(1, 1, 1)))).toBe(false)
  expect(by(user(1, 2, 2), target(user(1, 1, 1)))).toBe(true)
  expect(by(user(1, 1, 1), target({ ...user(1, 1, 1), capPermitted: 1 }))).toBe(false)
})
