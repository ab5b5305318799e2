// What is sent along with a message on the level of sockets (SCM_RIGHTS, SCM_CREDENTIALS): read and checked before anything is sent
// (net/core/scm.c).
import {
  CAP_SETGID,
  CAP_SETUID,
  CAP_SYS_ADMIN,
  EINVAL,
  EPERM,
  ESRCH,
  readStruct,
  SCM_CREDENTIALS,
  SCM_MAX_FD,
  SCM_RIGHTS,
  SOL_SOCKET,
  UCRED,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { capable, findTask } from '../task/index.ts'
import type { Task } from '../state.ts'
import { fileAt } from '../vfs/index.ts'
import type { FileDescription } from '../vfs/types.ts'
import type { ControlBytes, OutgoingControl, SentCredentials } from './types.ts'

const FD_BYTES = 4

/** EBADF for a descriptor that is none, EINVAL for too many. */
function filesOf(task: Task, bytes: Uint8Array, had: number): FileDescription[] {
  const count = Math.floor(bytes.length / FD_BYTES)
  if (had + count > SCM_MAX_FD) throw EINVAL
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return Array.from({ length: count }, (_, i) => fileAt(task, view.getInt32(i * FD_BYTES, true)))
}

/** EPERM: it is not who it says. ESRCH: there is no such process. */
function credentialsIn(task: Task, bytes: Uint8Array): SentCredentials {
  if (bytes.length !== UCRED.size) throw EINVAL
  const { pid, uid, gid } = readStruct(UCRED, bytes)
  const { credentials } = task
  const mayBe = (id: number, own: readonly number[], capability: number): boolean => own.includes(id) || capable(credentials, capability)
  const { uid: real, euid, suid, gid: group, egid, sgid } = credentials
  if (
    (pid !== task.group.tgid && !capable(credentials, CAP_SYS_ADMIN)) ||
    !mayBe(uid, [real, euid, suid], CAP_SETUID) ||
    !mayBe(gid, [group, egid, sgid], CAP_SETGID)
  )
    throw EPERM
  const named = findTask(task.ns, pid)
  if (named === null) throw ESRCH
  return { group: named.group, pid, uid, gid }
}

export function readControl(_k: Kernel, task: Task, messages: readonly ControlBytes[]): OutgoingControl {
  const files: FileDescription[] = []
  let credentials: SentCredentials | null = null
  for (const { level, type, bytes } of messages) {
    if (level !== SOL_SOCKET) continue
    if (type === SCM_RIGHTS) files.push(...filesOf(task, bytes, files.length))
    else if (type === SCM_CREDENTIALS) credentials = credentialsIn(task, bytes)
    else throw EINVAL
  }
  return { files, credentials }
}
