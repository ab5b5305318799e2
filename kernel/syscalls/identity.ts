// User and group ids (credentials(7)).
import { CAP_SETGID, EINVAL, EPERM, NGROUPS_MAX } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, putU32 } from '../mm/index.ts'
import { capable, changeCredentials, setAllIds, setFsId, setId, setRealEffective } from '../task/index.ts'
import type { Task } from '../state.ts'
import { address, id, int } from './args.ts'
import { syscall, type Syscall } from './define.ts'

const GID_BYTES = 4

const getter = (nr: number, name: string, field: 'uid' | 'euid' | 'gid' | 'egid'): Syscall =>
  syscall(nr, name, {}, (_k, task) => task.credentials[field])

function putThree(k: Kernel, task: Task, at: readonly number[], values: readonly number[]): number {
  at.forEach((address, i) => putU32(k, task, address, values[i]))
  return 0
}

function getGroups(k: Kernel, task: Task, count: number, list: number): number {
  const { groups } = task.credentials
  if (count < 0) throw EINVAL
  if (count === 0) return groups.length
  if (count < groups.length) throw EINVAL
  copyOut(k, task, list, new Uint8Array(Uint32Array.from(groups).buffer))
  return groups.length
}

function setGroups(k: Kernel, task: Task, count: number, list: number): number {
  if (!capable(task.credentials, CAP_SETGID)) throw EPERM
  if (count < 0 || count > NGROUPS_MAX) throw EINVAL
  const bytes = copyIn(k, task, list, count * GID_BYTES).slice()
  changeCredentials(task, { groups: [...new Uint32Array(bytes.buffer)].sort((a, b) => a - b) })
  return 0
}

export const identityCalls: Syscall[] = [
  getter(174, 'getuid', 'uid'),
  getter(175, 'geteuid', 'euid'),
  getter(176, 'getgid', 'gid'),
  getter(177, 'getegid', 'egid'),
  syscall(143, 'setregid', { rgid: id, egid: id }, (_k, task, { rgid, egid }) => done(setRealEffective(task, 'group', rgid, egid))),
  syscall(144, 'setgid', { gid: id }, (_k, task, { gid }) => done(setId(task, 'group', gid))),
  syscall(145, 'setreuid', { ruid: id, euid: id }, (_k, task, { ruid, euid }) => done(setRealEffective(task, 'user', ruid, euid))),
  syscall(146, 'setuid', { uid: id }, (_k, task, { uid }) => done(setId(task, 'user', uid))),
  syscall(147, 'setresuid', { ruid: id, euid: id, suid: id }, (_k, task, { ruid, euid, suid }) =>
    done(setAllIds(task, 'user', ruid, euid, suid)),
  ),
  syscall(148, 'getresuid', { ruid: address, euid: address, suid: address }, (k, task, { ruid, euid, suid }) => {
    const c = task.credentials
    return putThree(k, task, [ruid, euid, suid], [c.uid, c.euid, c.suid])
  }),
  syscall(149, 'setresgid', { rgid: id, egid: id, sgid: id }, (_k, task, { rgid, egid, sgid }) =>
    done(setAllIds(task, 'group', rgid, egid, sgid)),
  ),
  syscall(150, 'getresgid', { rgid: address, egid: address, sgid: address }, (k, task, { rgid, egid, sgid }) => {
    const c = task.credentials
    return putThree(k, task, [rgid, egid, sgid], [c.gid, c.egid, c.sgid])
  }),
  syscall(151, 'setfsuid', { uid: id }, (_k, task, { uid }) => setFsId(task, 'user', uid)),
  syscall(152, 'setfsgid', { gid: id }, (_k, task, { gid }) => setFsId(task, 'group', gid)),
  syscall(158, 'getgroups', { size: int, list: address }, (k, task, { size, list }) => getGroups(k, task, size, list)),
  syscall(159, 'setgroups', { size: int, list: address }, (k, task, { size, list }) => setGroups(k, task, size, list)),
]

/** Calls that answer 0 when they do not throw. */
function done(_: void): number {
  return 0
}
