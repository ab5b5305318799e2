// Keys and keyrings, call by call. The same beside Linux, and more: test/oracle/programs/keys.c.
import { expect, test } from 'vitest'
import { KEYCTL } from '../abi/index.ts'
import { rootCredentials } from '../task/index.ts'
import { fileKernel, fileTask, outcome } from '../vfs/testing.ts'

const [SESSION, THREAD, USER] = [-3, -1, -4]

function setup() {
  const { k, task } = fileKernel()
  const add = (type: string, name: string, payload: string, ring: number): number | string =>
    outcome(k, task, 'add_key', type, name, payload === '' ? 0 : payload, payload.length, ring)
  const keyctl = (operation: keyof typeof KEYCTL, ...args: (number | string)[]): number | string =>
    outcome(k, task, 'keyctl', KEYCTL[operation], ...args, ...Array<number>(4 - args.length).fill(0))
  return { k, task, add, keyctl }
}

test('a key is added once, found from the session, and gone with its last link', () => {
  const { k, task, add, keyctl } = setup()
  const key = add('user', 'a', 'hello', SESSION)
  expect(add('user', 'a', 'again', SESSION)).toBe(key)
  expect(keyctl('KEYCTL_READ', key, 0, 0)).toBe(5)
  expect(outcome(k, task, 'request_key', 'user', 'a', 0, 0)).toBe(key)
  expect([keyctl('KEYCTL_UNLINK', key, SESSION), outcome(k, task, 'request_key', 'user', 'a', 0, 0)]).toEqual([0, 'ENOKEY'])
})

test('what is refused', () => {
  const { add, keyctl } = setup()
  const key = add('user', 'a', 'x', SESSION) as number
  const ring = add('keyring', 'r', '', SESSION) as number
  expect([
    add('nosuch', 'a', 'x', SESSION),
    add('.user', 'a', 'x', SESSION),
    add('user', '', 'x', SESSION),
    add('user', 'b', '', SESSION),
  ]).toEqual([...['ENODEV', 'EPERM', 'EINVAL', 'EINVAL']])
  expect([add('keyring', 'r', 'x', SESSION), add('logon', 'a', 'x', SESSION), add('user', 'b', 'x', key)]).toEqual([
    'EINVAL',
    'EINVAL',
    'ENOTDIR',
  ])
  expect([keyctl('KEYCTL_LINK', ring, ring), keyctl('KEYCTL_GET_KEYRING_ID', THREAD, 0), keyctl('KEYCTL_DH_COMPUTE')]).toEqual([
    ...['EDEADLK', 'ENOKEY', 'EOPNOTSUPP'],
  ])
  expect([keyctl('KEYCTL_REVOKE', key), keyctl('KEYCTL_READ', key, 0, 0)]).toEqual([0, 'EKEYREVOKED'])
})

test('a user has so many keys, and others do not see them', () => {
  const { k, task, add, keyctl } = setup()
  const other = fileTask(k)
  task.credentials = { ...rootCredentials(), uid: 1000, euid: 1000, fsuid: 1000, capEffective: 0 }
  other.credentials = { ...task.credentials, uid: 1001, fsuid: 1001 }
  const key = add('user', 'mine', 'x', USER)
  expect(outcome(k, other, 'keyctl', KEYCTL.KEYCTL_DESCRIBE, key, 0, 0, 0)).toBe('EACCES')
  let made = 0
  while (typeof add('user', `k${made}`, 'x', USER) === 'number') made++
  // Its two keyrings and the first one count too.
  expect([made, add('user', 'more', 'x', USER), keyctl('KEYCTL_CLEAR', USER), add('user', 'room', 'x', USER)]).toEqual([
    ...[197, 'EDQUOT', 0],
    expect.any(Number),
  ])
})
