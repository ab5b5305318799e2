// Leases (fcntl(2), F_SETLEASE): who holds one is told before somebody else's open or truncate takes effect, and has a while to give it
// up. Until then the other one waits.
import { CAP_LEASE, EACCES, EAGAIN, EINVAL, ERESTARTSYS, F_OWNER_PID, F_RDLCK, F_UNLCK, F_WRLCK, POLL_MSG } from '../abi/index.ts'
import { capable } from '../task/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import { blocked, type Blocked } from '../waiting.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { setOwner } from './async.ts'
import { isReadable, isWritable } from './open-mode.ts'
import type { FileDescription, Inode, Lease } from './types.ts'

const NS_PER_SECOND = 1e9

/** F_SETLEASE. EACCES: not the owner; EINVAL: no regular file; EAGAIN: open elsewhere in a way that goes against it. */
export function setLease(k: Kernel, task: Task, file: FileDescription, fd: number, type: number): void {
  const { inode } = file
  if (type !== F_RDLCK && type !== F_WRLCK && type !== F_UNLCK) throw EINVAL
  if (task.credentials.fsuid !== inode.uid && !capable(task.credentials, CAP_LEASE)) throw EACCES
  if (inode.kind !== 'regular') throw EINVAL
  expireLeases(k, inode)
  const own = inode.leases?.held.get(file)
  if (type === F_UNLCK) {
    if (!own) throw EAGAIN
    return change(k, inode, own, F_UNLCK)
  }
  checkOpens(file, type)
  const others = (inode.leases?.held.size ?? 0) - (own ? 1 : 0)
  if (others > 0 && type === F_WRLCK) throw EAGAIN
  if (inode.leases?.breaking) for (const lease of inode.leases.held.values()) if (lease !== own && lease.breakTo === F_UNLCK) throw EAGAIN
  if (own) return change(k, inode, own, type)
  inode.leases ??= { held: new Map(), breaking: false, queue: newQueue() }
  inode.leases.held.set(file, { file, pid: task.group.tgid, fd, type, breakTo: null, deadline: Infinity })
  if (!file.owner?.id) setOwner(file, task, F_OWNER_PID, task.group.tgid)
}

/** A read lease bears no writers, a write lease nobody else at all. */
function checkOpens(file: FileDescription, type: number): void {
  const { writers, readers } = file.inode
  const ownWriters = isWritable(file) ? 1 : 0
  const ownReaders = ownWriters === 0 && isReadable(file) ? 1 : 0
  if (type === F_RDLCK ? writers > 0 : writers !== ownWriters || readers !== ownReaders) throw EAGAIN
}

/** F_GETLEASE: the type held, or what it is being broken to. */
export function getLease(k: Kernel, file: FileDescription): number {
  expireLeases(k, file.inode)
  const own = file.inode.leases?.held.get(file)
  return own ? (own.breakTo ?? own.type) : F_UNLCK
}

function change(k: Kernel, inode: Inode, lease: Lease, type: number): void {
  const leases = inode.leases
  if (!leases) return
  if (type === F_UNLCK) {
    leases.held.delete(lease.file)
    // With the lease goes whom it named.
    lease.file.owner = null
  } else Object.assign(lease, { type, breakTo: null, deadline: Infinity })
  wakeAll(k, leases.queue)
  if (leases.held.size === 0) inode.leases = null
}

/** Takes what its holder did not give up in time. */
function expireLeases(k: Kernel, inode: Inode): void {
  if (!inode.leases?.breaking) return
  for (const lease of [...inode.leases.held.values()])
    if (lease.breakTo !== null && lease.deadline <= k.state.time) change(k, inode, lease, lease.breakTo)
}

/**
 * Somebody is about to open the file, or to truncate it: tells whoever holds a lease that goes against that. EAGAIN when the caller does not
 * wait; Blocked until the lease is given up or its time is over; null: nothing is in the way.
 */
export function breakLeases(k: Kernel, inode: Inode, writes: boolean, waits: boolean): Blocked | null {
  if (inode.leases === null) return null
  expireLeases(k, inode)
  const inTheWay = [...(inode.leases?.held.values() ?? [])].filter(lease => writes || lease.type === F_WRLCK)
  if (!inode.leases || inTheWay.length === 0) return null
  for (const lease of inTheWay) {
    if (lease.breakTo === F_UNLCK || (!writes && lease.breakTo !== null)) continue
    inode.leases.breaking = true
    lease.breakTo = writes ? F_UNLCK : F_RDLCK
    lease.deadline = k.state.time + k.state.sysctl.leaseBreakTime * NS_PER_SECOND
    k.kinds.tell(k, lease.file, lease.fd, POLL_MSG)
  }
  if (!waits) throw EAGAIN
  return blocked(
    [inode.leases.queue],
    ERESTARTSYS,
    inTheWay.reduce((least, { deadline }) => Math.min(least, deadline), Infinity),
  )
}

/** The description is gone. */
export function dropLease(k: Kernel, file: FileDescription): void {
  const own = file.inode.leases?.held.get(file)
  if (own) change(k, file.inode, own, F_UNLCK)
}
