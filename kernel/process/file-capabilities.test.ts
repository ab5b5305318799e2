// security.capability on a program: what exec makes of it, for whom, and when the attribute goes.
import { describe, expect, it } from 'vitest'
import { AT_FDCWD, CAP_NET_RAW, CAP_SYSLOG, O_RDWR, TWO_32 } from '../abi/index.ts'
import type { Inode } from '../vfs/index.ts'
import { lookup } from '../vfs/index.ts'
import { BUFFER, call, fileKernel, outcome } from '../vfs/testing.ts'
import { DATA, program, start } from '../testing.ts'
import { fileCapabilities } from './file-capabilities.ts'

const SETRESUID = 147
const PRCTL = 167
const EXECVE = 221
const EXIT = 94
const PR_SET_NO_NEW_PRIVS = 38
const USER = 1000
const EPERM = 1

const RAW = 2 ** CAP_NET_RAW
const SYSLOG = 2 ** CAP_SYSLOG

const REVISIONS = { 1: 12, 2: 20, 3: 24 } as const

/** struct vfs_cap_data. */
function attribute(permitted: number, { inheritable = 0, effective = true, revision = 2 as 1 | 2 | 3, root = 0 } = {}): Uint8Array {
  const words = [
    revision * 2 ** 24 + (effective ? 1 : 0),
    permitted % TWO_32,
    inheritable % TWO_32,
    Math.floor(permitted / TWO_32),
    Math.floor(inheritable / TWO_32),
    root,
  ]
  const bytes = new Uint8Array(24)
  words.forEach((word, i) => new DataView(bytes.buffer).setUint32(4 * i, word, true))
  return bytes.slice(0, REVISIONS[revision])
}

/** A user who runs /bin/two, which has the attribute; the credentials it starts with, or the errno that exec answered. */
function startedWith(value: Uint8Array, before = '') {
  const two = program(`li a0, 0\nsys ${EXIT}`)
  const source = `
    ${before}
    li a0, ${USER}
    mv a1, a0
    mv a2, a0
    sys ${SETRESUID}
    li a0, ${DATA}
    li t0, 0x6f77742f6e69622f
    sd t0, 0(a0)
    sb zero, 8(a0)
    li a1, 0
    li a2, 0
    sys ${EXECVE}
    neg a0, a0
    sys ${EXIT}`
  const run = start(source, { files: [{ path: '/bin/two', kind: 'regular', mode: 0o755, data: two }] })
  const init = run.k.state.init
  if (!init) throw new Error('there is no first process')
  lookup(run.k, init, AT_FDCWD, '/bin/two').dentry.inode!.xattrs = new Map([['security.capability', value]])
  const result = run.run()
  if (result.kind !== 'halted') throw new Error(result.kind)
  const { capPermitted, capEffective, capAmbient, euid } = init.credentials
  return result.status === 0 ? { capPermitted, capEffective, capAmbient, euid } : result.status >> 8
}

describe('exec', () => {
  const gained = { capPermitted: RAW, capEffective: RAW, capAmbient: 0, euid: USER }
  it('gives what is permitted, and makes it effective where the file says so', () => {
    expect(startedWith(attribute(RAW))).toEqual(gained)
    expect(startedWith(attribute(RAW, { effective: false }))).toEqual({ ...gained, capEffective: 0 })
    expect(startedWith(attribute(RAW + SYSLOG))).toMatchObject({ capPermitted: RAW + SYSLOG })
  })
  it('takes every revision; another user namespace’s is none', () => {
    expect([startedWith(attribute(RAW, { revision: 1 })), startedWith(attribute(RAW, { revision: 3 }))]).toEqual([gained, gained])
    expect(startedWith(attribute(RAW, { revision: 3, root: USER }))).toMatchObject({ capPermitted: 0 })
  })
  it('what is inheritable needs an inheriting caller', () =>
    expect(startedWith(attribute(0, { inheritable: RAW }))).toMatchObject({ capPermitted: 0, capEffective: 0 }))
  it('nothing is gained after no_new_privs', () =>
    expect(
      startedWith(attribute(RAW), `li a0, ${PR_SET_NO_NEW_PRIVS}\nli a1, 1\nli a2, 0\nli a3, 0\nli a4, 0\nsys ${PRCTL}`),
    ).toMatchObject({
      capPermitted: 0,
    }))
  it('EPERM where the bounding set forbids what the file insists on', () => {
    const drop = `li a0, 24\nli a1, ${CAP_NET_RAW}\nli a2, 0\nli a3, 0\nli a4, 0\nsys ${PRCTL}`
    expect(startedWith(attribute(RAW), drop)).toBe(EPERM)
    expect(startedWith(attribute(RAW, { effective: false }), drop)).toMatchObject({ capPermitted: 0 })
  })
})

it('the attribute: its forms, as they are shown, and its end by writes and new owners', () => {
  const { k, task } = fileKernel()
  call(k, task, 'close', call(k, task, 'openat', AT_FDCWD, '/f', 0o100 | O_RDWR, 0o755) as number)
  const inode = (): Inode => lookup(k, task, AT_FDCWD, '/f').dentry.inode as Inode
  const set = (value: Uint8Array) =>
    outcome(k, task, 'lsetxattr', '/f', 'security.capability', String.fromCharCode(...value), value.length, 0)
  const length = () => outcome(k, task, 'lgetxattr', '/f', 'security.capability', BUFFER, 64)
  const strange = attribute(RAW)
  strange[0] |= 2
  expect([set(attribute(RAW, { revision: 1 })), set(strange), set(attribute(RAW).slice(0, 19))]).toEqual(['EINVAL', 'EINVAL', 'EINVAL'])
  expect([set(attribute(RAW)), length(), set(attribute(RAW, { revision: 3 })), length()]).toEqual([0, 20, 0, 20])
  expect([set(attribute(RAW, { revision: 3, root: 7 })), length(), fileCapabilities(inode())]).toEqual([0, 24, null])
  const fd = call(k, task, 'openat', AT_FDCWD, '/f', O_RDWR, 0) as number
  const ends: [string, ...(string | number)[]][] = [
    ['write', fd, 'x', 1],
    ['ftruncate', fd, 0],
    ['fallocate', fd, 0, 0, 10],
    ['fchownat', AT_FDCWD, '/f', -1, -1, 0],
  ]
  for (const [name, ...args] of ends) {
    set(attribute(RAW))
    expect([name, length(), outcome(k, task, name, ...args) !== 'EPERM', length()]).toEqual([name, 20, true, 'ENODATA'])
  }
  set(attribute(RAW))
  expect([outcome(k, task, 'fchmodat', AT_FDCWD, '/f', 0o700), length()]).toEqual([0, 20])
})
