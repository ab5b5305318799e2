// prctl(2), personality(2), capget(2), capset(2): refusals and what stays. The same cases run on Linux: test/oracle/programs/process.c.
import { expect, test } from 'vitest'
import {
  CAP_CHOWN,
  CAP_KILL,
  CAP_SETPCAP,
  PRCTL,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAP_AMBIENT_IS_SET,
  PR_CAP_AMBIENT_RAISE,
  READ_IMPLIES_EXEC,
} from '../abi/index.ts'
import { copyOut, getU32, putU32 } from '../mm/index.ts'
import { ALL_CAPABILITIES, changeCredentials, setAllIds } from '../task/index.ts'
import { BUFFER, fileKernel, outcome } from '../vfs/testing.ts'

function setup() {
  const { k, task } = fileKernel()
  const prctl = (name: keyof typeof PRCTL, ...rest: number[]): number | string =>
    outcome(k, task, 'prctl', PRCTL[name], ...[0, 1, 2, 3].map(i => rest[i] ?? 0))
  const capset = (effective: number, permitted: number, inheritable: number, version = 0x20080522, pid = 0): number | string => {
    const words = Uint32Array.of(version, pid, effective, permitted, inheritable, 0, 0, 0)
    copyOut(k, task, BUFFER, new Uint8Array(words.buffer))
    return outcome(k, task, 'capset', BUFFER, BUFFER + 8)
  }
  return { k, task, prctl, capset }
}

test('arguments that mean nothing must be zero', () => {
  const { prctl } = setup()
  expect(prctl('PR_SET_NO_NEW_PRIVS', 1, 0, 0, 1)).toBe('EINVAL')
  expect(prctl('PR_SET_NO_NEW_PRIVS', 0)).toBe('EINVAL')
  expect(prctl('PR_GET_NO_NEW_PRIVS', 1)).toBe('EINVAL')
  expect(prctl('PR_SET_THP_DISABLE', 1, 1)).toBe('EINVAL')
  expect(prctl('PR_GET_THP_DISABLE', 0, 0, 0, 1)).toBe('EINVAL')
  expect(prctl('PR_GET_MDWE', 1)).toBe('EINVAL')
  expect(prctl('PR_SET_MDWE', 2)).toBe('EINVAL')
  expect(prctl('PR_GET_AUXV', BUFFER, 8, 1)).toBe('EINVAL')
  expect(prctl('PR_SET_MM', 1, 4096, 0, 1)).toBe('EINVAL')
  expect(prctl('PR_GET_SECCOMP', 1, 2, 3, 4)).toBe(0)
})

test('what is set is kept', () => {
  const { prctl, task } = setup()
  expect([prctl('PR_GET_DUMPABLE'), prctl('PR_SET_DUMPABLE', 2), prctl('PR_SET_DUMPABLE', 0), prctl('PR_GET_DUMPABLE')]).toEqual([
    1,
    'EINVAL',
    0,
    0,
  ])
  expect([prctl('PR_SET_TIMERSLACK', 77), prctl('PR_GET_TIMERSLACK')]).toEqual([0, 77])
  expect([prctl('PR_SET_TIMERSLACK', -1), prctl('PR_GET_TIMERSLACK')]).toEqual([0, -1])
  expect([prctl('PR_SET_TIMERSLACK', 0), prctl('PR_GET_TIMERSLACK')]).toEqual([0, 50_000])
  expect([prctl('PR_SET_THP_DISABLE', 1), prctl('PR_GET_THP_DISABLE'), task.mm?.thpDisabled]).toEqual([0, 1, true])
  expect([prctl('PR_SET_MDWE', 1), prctl('PR_GET_MDWE'), prctl('PR_SET_MDWE', 0), prctl('PR_SET_MDWE', 1)]).toEqual([0, 1, 'EPERM', 0])
  expect(prctl('PR_GET_AUXV', BUFFER, 16)).toBe(528)
})

test('MDWE: nothing becomes executable', () => {
  const { prctl, k, task } = setup()
  const page = outcome(k, task, 'mmap', 0, 4096, 3, 0x22, -1, 0) as number
  expect(prctl('PR_SET_MDWE', 1)).toBe(0)
  expect(outcome(k, task, 'mmap', 0, 4096, 7, 0x22, -1, 0)).toBe('EACCES')
  expect(outcome(k, task, 'mprotect', page, 4096, 5)).toBe('EACCES')
  expect(outcome(k, task, 'mprotect', page, 4096, 1)).toBe(0)
})

test('personality is kept and READ_IMPLIES_EXEC has its effect', () => {
  const { k, task } = setup()
  const persona = (value: number): number | string => outcome(k, task, 'personality', value)
  expect([persona(0x40000), persona(-1), persona(READ_IMPLIES_EXEC), persona(-1)]).toEqual([0, 0x40000, 0x40000, READ_IMPLIES_EXEC])
  const page = outcome(k, task, 'mmap', 0, 4096, 1, 0x22, -1, 0) as number
  expect(task.mm?.regions.find(region => region.start === page)?.prot).toBe(5)
})

test('securebits: locks hold', () => {
  const { prctl, task } = setup()
  expect([prctl('PR_SET_SECUREBITS', 0x30), prctl('PR_GET_KEEPCAPS'), prctl('PR_SET_KEEPCAPS', 0)]).toEqual([0, 1, 'EPERM'])
  expect([prctl('PR_SET_SECUREBITS', 0x20), prctl('PR_SET_SECUREBITS', 0x10), prctl('PR_SET_SECUREBITS', 0x33)]).toEqual([
    'EPERM',
    'EPERM',
    0,
  ])
  expect(prctl('PR_SET_SECUREBITS', 0x100033)).toBe('EPERM')
  changeCredentials(task, { capEffective: 0 })
  expect(prctl('PR_SET_SECUREBITS', 0x33)).toBe('EPERM')
})

test('KEEPCAPS: the permitted set outlives the last of root, the effective one does not', () => {
  const { prctl, task } = setup()
  expect([prctl('PR_SET_KEEPCAPS', 2), prctl('PR_SET_KEEPCAPS', 1)]).toEqual(['EINVAL', 0])
  setAllIds(task, 'user', 1000, 1000, 1000)
  expect(task.credentials).toMatchObject({ capPermitted: ALL_CAPABILITIES, capEffective: 0 })
  expect(task.mm?.dumpable).toBe(0)
})

test('the bounding set and the ambient set', () => {
  const { prctl, task, capset } = setup()
  expect([prctl('PR_CAPBSET_READ', CAP_KILL), prctl('PR_CAPBSET_READ', 41), prctl('PR_CAPBSET_DROP', 41)]).toEqual([1, 'EINVAL', 'EINVAL'])
  expect([prctl('PR_CAPBSET_DROP', CAP_KILL), prctl('PR_CAPBSET_READ', CAP_KILL)]).toEqual([0, 0])
  expect(prctl('PR_CAP_AMBIENT', PR_CAP_AMBIENT_RAISE, CAP_CHOWN)).toBe('EPERM')
  expect(capset(3, 3, 1)).toBe(0)
  expect(prctl('PR_CAP_AMBIENT', PR_CAP_AMBIENT_RAISE, CAP_CHOWN)).toBe(0)
  expect(prctl('PR_CAP_AMBIENT', PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 1)).toBe('EINVAL')
  expect(prctl('PR_CAP_AMBIENT', PR_CAP_AMBIENT_IS_SET, CAP_CHOWN)).toBe(1)
  expect(prctl('PR_CAP_AMBIENT', PR_CAP_AMBIENT_CLEAR_ALL, 1)).toBe('EINVAL')
  // Without CAP_SETPCAP now.
  expect(prctl('PR_CAPBSET_DROP', 64)).toBe('EPERM')
  expect(capset(3, 3, 0)).toBe(0)
  expect(task.credentials.capAmbient).toBe(0)
})

test('capget and capset: versions, targets, what may be raised', () => {
  const { k, task, capset } = setup()
  const header = (version: number, pid: number): void => {
    putU32(k, task, BUFFER, version)
    putU32(k, task, BUFFER + 4, pid)
  }
  header(7, 0)
  expect(outcome(k, task, 'capget', BUFFER, BUFFER + 8)).toBe('EINVAL')
  expect(getU32(k, task, BUFFER)).toBe(0x20080522)
  header(7, 0)
  expect(outcome(k, task, 'capget', BUFFER, 0)).toBe(0)
  header(0x19980330, 0)
  putU32(k, task, BUFFER + 20, 0xeeee)
  expect(outcome(k, task, 'capget', BUFFER, BUFFER + 8)).toBe(0)
  expect([getU32(k, task, BUFFER + 8), getU32(k, task, BUFFER + 20)]).toEqual([0xffff_ffff, 0xeeee])
  header(0x20071026, -1)
  expect(outcome(k, task, 'capget', BUFFER, BUFFER + 8)).toBe('EINVAL')
  header(0x20071026, 9999)
  expect(outcome(k, task, 'capget', BUFFER, BUFFER + 8)).toBe('ESRCH')
  expect(capset(0, 0, 0, 0x20080522, 9999)).toBe('EPERM')
  expect(outcome(k, task, 'capset', 0, BUFFER)).toBe('EFAULT')
  expect([capset(0, 0xff, 0), capset(0x100, 0xff, 0), capset(0, 0x1ff, 0), capset(0, 0xff, 0x1ff)]).toEqual([0, 'EPERM', 'EPERM', 'EPERM'])
  expect([capset(2 ** CAP_SETPCAP, 0xff, 0)]).toEqual(['EPERM'])
})
