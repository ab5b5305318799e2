// What the kernel keeps for programs lies in the host's memory, but the guest pays for it: whole pages of it come off the frames that can
// be given out. Making something adds to the charge; nothing takes off it one by one: now and then everything is counted anew, which is
// exact, and cannot be got wrong by a way out that was forgotten.
import { PAGE_SIZE } from '../../vm/index.ts'
import { ENOMEM, type Errno } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { SyscallInProgress, Task } from '../state.ts'
import type { Dentry, FileDescription, FileTable, Inode } from '../vfs/types.ts'
import type { SeccompFilter } from '../seccomp/types.ts'
import type { Credentials } from '../task/types.ts'
import { failsNow } from './fail.ts'
import { reclaim, roomForFiles } from './frames.ts'
import type { Kmem, Mm } from './types.ts'

/** Bytes that one takes on the host, rounded up (measured with 100,000 of each). */
export const KMEM = {
  task: 6144,
  process: 6144,
  call: 1024,
  credentials: 512,
  signal: 256,
  timer: 512,
  table: 512,
  /** A descriptor, also one between others that is not used. */
  slot: 16,
  description: 512,
  epollItem: 512,
  watch: 256,
  /** Besides its description and payload. */
  key: 512,
  /** What is kept of a task that is traced. */
  tracer: 512,
  inode: 1024,
  /** Besides its name. */
  dentry: 384,
  directory: 512,
  /** A page of a file, besides the page. */
  page: 48,
  pipe: 1536,
  lock: 384,
  socket: 1536,
  /** What is left of a connection. */
  timeWait: 768,
  /** A message in a socket's queue, besides its bytes. */
  message: 256,
  space: 2048,
  region: 320,
  tty: 4096,
  /** A queue that a task sleeps on, and it in the queue. */
  queue: 24,
  /** A file that a call holds. */
  held: 64,
  /** An element of a list or text that is kept: a descriptor to poll, a name, a group. */
  element: 64,
} as const

/** What is gone may be charged still, up to this part of RAM. */
const LATE_PART = 8

export const newKmem = (): Kmem => ({ live: 0, since: 0, given: 0 })

const setPages = (k: Kernel): void => {
  const { kmem, frames } = k.state
  frames.kmem = Math.max(0, Math.ceil((kmem.live + kmem.since - kmem.given) / PAGE_SIZE))
}

/**
 * Bytes that kernel objects may still take. A part of memory is left to programs: half of what files leave, so that where files have filled
 * theirs a process can still be made to remove them.
 */
const roomForKernel = ({ state: { frames } }: Kernel): number =>
  (frames.freeCount - frames.kmem - Math.floor(frames.fileReserve / 2)) * PAGE_SIZE

/** So many bytes are made for a program. */
export function addKmem(k: Kernel, bytes: number): void {
  k.state.kmem.since += bytes
  setPages(k)
}

/** ... unless there is no room for them: then `errno` is thrown. */
export function chargeKmem(k: Kernel, bytes: number, errno: Errno): void {
  checkKmem(k, bytes, errno)
  addKmem(k, bytes)
}

/** Is there room for so many bytes, of which what is kept in the end will be added? Else `errno` is thrown. */
export function checkKmem(k: Kernel, bytes: number, errno: Errno): void {
  if (k.state.failing !== null && failsNow(k)) throw errno
  const { kmem, frames } = k.state
  if (kmem.since * LATE_PART > frames.total * PAGE_SIZE || (kmem.since > 0 && roomForKernel(k) < bytes)) countKmem(k)
  while (roomForKernel(k) < bytes) if (reclaim(k) === 0) throw errno
}

/** Counts everything; what there is at boot was the host's to give. */
export function countKmem(k: Kernel, boot = false): void {
  const { kmem } = k.state
  kmem.live = liveKmem(k)
  kmem.since = 0
  if (boot) kmem.given = kmem.live
  setPages(k)
}

/** Makes sure that a file in memory may take a frame more. ENOMEM when it may not. */
export function checkRoomForFiles(k: Kernel): void {
  if (k.state.failing !== null && failsNow(k)) throw ENOMEM
  if (roomForFiles(k.state.frames) > 0 || reclaim(k) > 0) return
  if (releaseKmem(k) === 0 || roomForFiles(k.state.frames) === 0) throw ENOMEM
}

/** Pages that were charged for what is gone. */
export function releaseKmem(k: Kernel): number {
  const { frames, kmem } = k.state
  if (kmem.since === 0) return 0
  const before = frames.kmem
  countKmem(k)
  return before - frames.kmem
}

type Kind = keyof typeof KMEM

/** What several may hold. */
type Counted = FileTable | FileDescription | Inode | Mm | Credentials | SeccompFilter

/** What has been seen already, how many of each kind, and the sum. */
interface Count {
  bytes: number
  objects: Record<Kind, number>
  seen: Set<Counted>
}

const noObjects = (): Record<Kind, number> => Object.fromEntries(Object.keys(KMEM).map(kind => [kind, 0])) as Record<Kind, number>

function add(count: Count, kind: Kind, objects: number): void {
  count.bytes += objects * KMEM[kind]
  count.objects[kind] += objects
}

export const liveKmem = (k: Kernel): number => countLive(k).bytes

/** What slabinfo(5) calls them. */
const SLABS: Readonly<Partial<Record<Kind, string>>> = {
  task: 'task_struct',
  process: 'signal_cache',
  credentials: 'cred_jar',
  signal: 'sigqueue',
  timer: 'posix_timers_cache',
  table: 'files_cache',
  slot: 'kmalloc-16',
  description: 'filp',
  epollItem: 'eventpoll_epi',
  watch: 'dnotify_struct',
  inode: 'inode_cache',
  dentry: 'dentry',
  directory: 'dentry_children',
  page: 'radix_tree_node',
  pipe: 'pipe_inode_info',
  lock: 'file_lock_cache',
  space: 'mm_struct',
  region: 'vm_area_struct',
  tty: 'tty_struct',
}

/** Kinds of objects, how many there are of each, and the bytes that one takes. */
export function kmemObjects(k: Kernel): { name: string; count: number; size: number }[] {
  const { objects } = countLive(k)
  return (Object.entries(SLABS) as [Kind, string][]).map(([kind, name]) => ({ name, count: objects[kind], size: KMEM[kind] }))
}

function countLive(k: Kernel): Count {
  const { state } = k
  const count: Count = { bytes: state.vfs.xattrBytes, objects: noObjects(), seen: new Set() }
  for (const task of state.tasks.values()) countTask(k, count, task)
  for (const group of state.groups.values()) {
    const timers = (group.posixTimers?.size ?? 0) + (group.cpuTimers?.length ?? 0)
    add(count, 'process', 1)
    add(count, 'signal', group.pending.queue.length)
    add(count, 'timer', timers)
  }
  for (const { description, payload, links } of state.keys.byId.values()) {
    add(count, 'key', 1)
    add(count, 'element', links?.size ?? 0)
    count.bytes += description.length + payload.length
  }
  for (const tty of state.ttys) if (tty) add(count, 'tty', 1)
  count.bytes += k.kinds.bytesUnderway(k)
  for (const file of k.kinds.underway(k)) countDescription(k, count, file)
  countIpc(k, count)
  countNames(k, count)
  return count
}

const isNew = (count: Count, what: Counted): boolean => {
  if (count.seen.has(what)) return false
  count.seen.add(what)
  return true
}

function countTask(k: Kernel, count: Count, task: Task): void {
  const { credentials, files, mm, call } = task
  add(count, 'task', 1)
  if (task.tracer !== null) add(count, 'tracer', 1)
  for (let filter = task.seccomp?.filter ?? null; filter !== null && isNew(count, filter); filter = filter.prev)
    add(count, 'element', filter.program.length)
  add(count, 'signal', task.pending.queue.length)
  if (isNew(count, credentials)) {
    add(count, 'credentials', 1)
    add(count, 'slot', credentials.groups.length)
  }
  if (files && isNew(count, files)) {
    add(count, 'table', 1)
    add(count, 'slot', files.files.length)
    for (const file of files.files) if (file) countDescription(k, count, file)
  }
  if (mm && isNew(count, mm)) {
    add(count, 'space', 1)
    add(count, 'region', mm.regions.length)
    if (mm.aio) for (const { room } of mm.aio.values()) add(count, 'element', room)
    for (const { inode } of mm.regions) if (inode) countInode(k, count, inode)
  }
  if (task.waiting) add(count, 'queue', task.waiting.queues.length)
  if (call) {
    count.bytes += callBytes(call)
    for (const { file } of call.files) countDescription(k, count, file)
  }
}

/** A call that sleeps, with the lists that it read and the files that it holds. */
export function callBytes({ values, kept, files }: SyscallInProgress): number {
  let bytes = KMEM.call + files.length * KMEM.held + listBytes(kept)
  for (const name in values) bytes += listBytes(values[name])
  return bytes
}

/** Lists, texts and bytes, also as members of a record or a list. */
function listBytes(value: unknown, inside = false): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (inside) return 0
  let bytes = Array.isArray(value) ? value.length * KMEM.element : 0
  for (const member of Object.values(value)) bytes += listBytes(member, true)
  return bytes
}

/** System V objects: what each is, and its messages, values and what is to be undone. */
function countIpc(k: Kernel, count: Count): void {
  const { shm, sem, msg } = k.state.ns.ipc
  add(count, 'inode', shm.objects.size + sem.objects.size + msg.objects.size)
  for (const { inode } of shm.objects.values()) countInode(k, count, inode)
  for (const { values, undos } of sem.objects.values()) {
    count.bytes += values.length * SEMAPHORE_BYTES
    add(count, 'element', undos.length)
    for (const { adjust } of undos) count.bytes += adjust.byteLength
  }
  for (const { bytes, messages } of msg.objects.values()) {
    count.bytes += bytes
    add(count, 'element', messages.length)
  }
}
/** A value, and the process that last changed it. */
const SEMAPHORE_BYTES = 8

function countDescription(k: Kernel, count: Count, file: FileDescription): void {
  if (!isNew(count, file)) return
  add(count, 'description', 1)
  const held = k.kinds.files[file.kind].holds?.(file)
  if (held !== undefined) {
    add(count, 'epollItem', held.epollItem ?? 0)
    add(count, 'element', held.element ?? 0)
    count.bytes += held.bytes ?? 0
  }
  countInode(k, count, file.inode)
}

function countInode(k: Kernel, count: Count, inode: Inode): void {
  if (k.kinds.fileSystems[inode.fs.kind].outside || !isNew(count, inode)) return
  const { pipe, locks, leases, watches, target, pages } = inode
  count.bytes += target.length
  add(count, 'inode', 1)
  add(count, 'page', pages.size)
  if (pipe) {
    count.bytes += pipe.ring.length
    add(count, 'pipe', 1)
  }
  if (locks) add(count, 'lock', locks.count + locks.flocks.size)
  if (leases) add(count, 'lock', leases.held.size)
  if (watches) add(count, 'watch', watches.signals.size + watches.queues.length)
}

function countNames(k: Kernel, count: Count): void {
  const left: Dentry[] = []
  for (const { fs, root } of k.state.ns.mnt.mounts) if (k.kinds.fileSystems[fs.kind].inMemory) left.push(root)
  for (let dentry = left.pop(); dentry; dentry = left.pop()) {
    count.bytes += dentry.name.length
    add(count, 'dentry', 1)
    countInode(k, count, dentry.inode)
    if (!dentry.children) continue
    add(count, 'directory', 1)
    for (const child of dentry.children.values()) if (child) left.push(child)
  }
}
