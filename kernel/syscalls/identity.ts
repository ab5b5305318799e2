// User and group ids, and capabilities (credentials(7), capabilities(7)).
import {
  CAP_DATA,
  CAP_HEADER,
  CAP_SETGID,
  EFAULT,
  EINVAL,
  EPERM,
  LINUX_CAPABILITY_VERSION_3,
  NGROUPS_MAX,
  readStruct,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, putU32 } from '../mm/index.ts'
import { capable, changeCredentials, setAllIds, setFsId, setId, setRealEffective, taskByPid, type Credentials } from '../process/index.ts'
import type { Task } from '../state.ts'
import { address, id, int } from './args.ts'
import { syscall, type Syscall } from './define.ts'

const WORD = 2 ** 32
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

/** Reads the header; an unknown version is answered with the one to use, and EINVAL. */
function capHeader(k: Kernel, task: Task, at: number): number {
  const { version, pid } = readStruct(CAP_HEADER, copyIn(k, task, at, CAP_HEADER.size))
  if (version !== LINUX_CAPABILITY_VERSION_3) {
    putU32(k, task, at, LINUX_CAPABILITY_VERSION_3)
    throw EINVAL
  }
  if (pid < 0) throw EINVAL
  return pid
}

const high = (set: number): number => Math.floor(set / WORD)

function capget(k: Kernel, task: Task, header: number, data: number): number {
  const who: Credentials = taskByPid(k, task, capHeader(k, task, header)).credentials
  if (data === 0) return 0
  const half = (part: (set: number) => number): Uint8Array =>
    writeStruct(CAP_DATA, { effective: part(who.capEffective), permitted: part(who.capPermitted), inheritable: part(who.capInheritable) })
  copyOut(
    k,
    task,
    data,
    half(set => set % WORD),
  )
  copyOut(k, task, data + CAP_DATA.size, half(high))
  return 0
}

const isSubset = (set: number, of: number): boolean => (BigInt(set) & ~BigInt(of)) === 0n

function capset(k: Kernel, task: Task, header: number, data: number): number {
  const pid = capHeader(k, task, header)
  if (pid !== 0 && pid !== task.pid) throw EPERM
  if (data === 0) throw EFAULT
  const low = readStruct(CAP_DATA, copyIn(k, task, data, CAP_DATA.size))
  const top = readStruct(CAP_DATA, copyIn(k, task, data + CAP_DATA.size, CAP_DATA.size))
  const known = 2 ** 41 - 1
  const both = (name: 'effective' | 'permitted' | 'inheritable'): number => {
    const set = BigInt(top[name]) * BigInt(WORD) + BigInt(low[name])
    return Number(set & BigInt(known))
  }
  const old = task.credentials
  const now = { capEffective: both('effective'), capPermitted: both('permitted'), capInheritable: both('inheritable') }
  if (!isSubset(now.capPermitted, old.capPermitted) || !isSubset(now.capEffective, now.capPermitted)) throw EPERM
  changeCredentials(task, now)
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
  syscall(90, 'capget', { hdrp: address, datap: address }, (k, task, { hdrp, datap }) => capget(k, task, hdrp, datap), {
    note: 'Version 3 of the header only.',
  }),
  syscall(91, 'capset', { hdrp: address, datap: address }, (k, task, { hdrp, datap }) => capset(k, task, hdrp, datap), {
    note: 'Version 3 of the header only; there are no ambient capabilities.',
  }),
]

/** Calls that answer 0 when they do not throw. */
function done(_: void): number {
  return 0
}
