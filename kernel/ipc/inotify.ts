// inotify(7): an open file whose reads tell what happened to the files and directories that it watches (fs/notify/inotify of Linux).
import {
  EAGAIN,
  EEXIST,
  EINVAL,
  EMFILE,
  ENOMEM,
  ENOSPC,
  ERESTARTSYS,
  FIONREAD,
  ENOTTY,
  IN_ALL_EVENTS,
  IN_EXCL_UNLINK,
  IN_IGNORED,
  IN_ISDIR,
  IN_MASK_ADD,
  IN_MASK_CREATE,
  IN_NONBLOCK,
  IN_ONESHOT,
  IN_Q_OVERFLOW,
  IN_UNMOUNT,
  isErrno,
  majorOf,
  minorOf,
  O_NONBLOCK,
  O_RDONLY,
  POLLIN,
  POLLRDNORM,
  POLL_IN,
  ESPIPE,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, KMEM, putU32 } from '../mm/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { blocked } from '../waiting.ts'
import { eventInode, forgetIfUnwatched, newDescription, watchesOf } from '../vfs/index.ts'
import type { FileDescription, FileOps, Inode } from '../vfs/types.ts'
import type { InotifyData, InotifyEvent, InotifyWatch } from './types.ts'

/** struct inotify_event without its name, which is padded to as many bytes. */
const EVENT_BYTES = 16
const LONGEST_NAME = 256
/** What a watch keeps of a mask besides events. */
const KEPT = IN_ALL_EVENTS | IN_UNMOUNT | IN_EXCL_UNLINK | IN_ONESHOT

const isInotify = ({ data }: FileDescription): boolean => data?.kind === 'inotify'

/** EINVAL: it is something else. */
export function inotifyOf(file: FileDescription): InotifyData {
  if (!isInotify(file) || file.data?.kind !== 'inotify') throw EINVAL
  return file.data
}

function addTo(counts: Map<number, number>, user: number, change: number): void {
  const now = (counts.get(user) ?? 0) + change
  if (now === 0) counts.delete(user)
  else counts.set(user, now)
}

/** inotify_init1(2). EMFILE: the user has as many as he may. */
export function makeInotify(k: Kernel, task: Task, flags: number): FileDescription {
  const { inotifyInstances } = k.state.vfs
  const user = task.credentials.uid
  if ((inotifyInstances.get(user) ?? 0) >= k.state.sysctl.inotifyUserInstances) throw EMFILE
  addTo(inotifyInstances, user, 1)
  const data: InotifyData = {
    kind: 'inotify',
    user,
    watches: new Map(),
    nextWatch: 1,
    events: [],
    most: k.state.sysctl.inotifyQueuedEvents,
    queue: newQueue(),
  }
  return newDescription('inotify', eventInode(k), null, O_RDONLY | (flags & IN_NONBLOCK), data, 'anon_inode:inotify')
}

/** inotify_add_watch(2): of one that is there the mask is replaced, or added to. EEXIST, ENOSPC, ENOMEM. */
export function addWatch(k: Kernel, file: FileDescription, inode: Inode, mask: number): number {
  const instance = inotifyOf(file)
  const known = inode.watches?.queues.find(watch => watch.instance === instance)
  if (known) {
    if (mask & IN_MASK_CREATE) throw EEXIST
    known.mask = (mask & IN_MASK_ADD ? known.mask : 0) | (mask & KEPT)
    return known.wd
  }
  const { inotifyWatches } = k.state.vfs
  if ((inotifyWatches.get(instance.user) ?? 0) >= k.state.sysctl.inotifyUserWatches) throw ENOSPC
  chargeKmem(k, KMEM.watch, ENOMEM)
  addTo(inotifyWatches, instance.user, 1)
  const watch: InotifyWatch = { instance, wd: instance.nextWatch++, mask: mask & KEPT, inode }
  instance.watches.set(watch.wd, watch)
  watchesOf(inode).queues.push(watch)
  return watch.wd
}

/** inotify_rm_watch(2). EINVAL. */
export function removeWatch(k: Kernel, file: FileDescription, wd: number): void {
  const watch = inotifyOf(file).watches.get(wd)
  if (!watch) throw EINVAL
  endWatch(k, watch)
}

/** A watch ends: because it was removed, or its file is. */
export function endWatch(k: Kernel, watch: InotifyWatch): void {
  const { instance, inode, wd } = watch
  enqueue(k, instance, { wd, mask: IN_IGNORED, cookie: 0, name: '' })
  forget(k, watch)
  instance.watches.delete(wd)
  forgetIfUnwatched(inode)
}

/** On the side of what it watches. */
function forget(k: Kernel, { instance, inode }: InotifyWatch): void {
  if (inode.watches) inode.watches.queues = inode.watches.queues.filter(other => other.instance !== instance)
  addTo(k.state.vfs.inotifyWatches, instance.user, -1)
}

const isSame = (a: InotifyEvent | undefined, b: InotifyEvent): boolean =>
  a !== undefined && a.wd === b.wd && a.mask === b.mask && a.name === b.name && !(b.mask & IN_IGNORED)

/** An event like the one before it is the same; one for which there is no room is an overflow, of which one is told of at a time. */
function enqueue(k: Kernel, instance: InotifyData, event: InotifyEvent): void {
  const { events, most } = instance
  const last = events.at(-1)
  if (isSame(last, event)) return
  const overflow: InotifyEvent = { wd: -1, mask: IN_Q_OVERFLOW, cookie: 0, name: '' }
  let told = event
  if (events.length >= most || !isCharged(k, event)) {
    if (last?.mask === IN_Q_OVERFLOW) return
    told = overflow
  }
  events.push(told)
  wakeAll(k, instance.queue)
}

function isCharged(k: Kernel, { name }: InotifyEvent): boolean {
  try {
    chargeKmem(k, KMEM.element + name.length, ENOMEM)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
}

/** Something that a watch is for happened. */
export function queueEvent(k: Kernel, watch: InotifyWatch, mask: number, cookie: number, name: string): void {
  enqueue(k, watch.instance, { wd: watch.wd, mask: mask & (IN_ALL_EVENTS | IN_ISDIR), cookie, name })
  if (watch.mask & IN_ONESHOT) endWatch(k, watch)
}

/** Bytes of its name, with zeroes behind. */
const nameBytes = ({ name }: InotifyEvent): number => (name === '' ? 0 : Math.ceil((name.length + 1) / EVENT_BYTES) * EVENT_BYTES)
const sizeOf = (event: InotifyEvent): number => EVENT_BYTES + nameBytes(event)

function put(view: DataView, at: number, event: InotifyEvent): void {
  view.setInt32(at, event.wd, true)
  view.setUint32(at + 4, event.mask >>> 0, true)
  view.setUint32(at + 8, event.cookie, true)
  view.setUint32(at + 12, nameBytes(event), true)
  for (let i = 0; i < event.name.length; i++) view.setUint8(at + EVENT_BYTES + i, event.name.charCodeAt(i))
}

/** How many of the first events take up so many bytes. */
function countIn(events: readonly InotifyEvent[], bytes: number): { count: number; bytes: number } {
  let count = 0
  let taken = 0
  while (count < events.length && taken + sizeOf(events[count]) <= bytes) taken += sizeOf(events[count++])
  return { count, bytes: taken }
}

const dataOf = (file: FileDescription): InotifyData => {
  if (file.data?.kind !== 'inotify') throw new Error(`an open ${file.kind} that watches nothing`)
  return file.data
}

/** A device number as the kernel has it inside: 20 bits of minor. */
const insideDevice = (dev: number): number => majorOf(dev) * 2 ** 20 + minorOf(dev)

export const inotifyFileOps: FileOps = {
  channel: 'inotify_',
  positioned: ESPIPE,
  noPosition: true,
  readPiece: EVENT_BYTES + LONGEST_NAME,
  read(_k, _task, file, max) {
    const { events, queue } = dataOf(file)
    if (events.length === 0) {
      if (file.flags & O_NONBLOCK) throw EAGAIN
      return blocked([queue], ERESTARTSYS)
    }
    const { count, bytes: length } = countIn(events, max)
    if (count === 0) throw EINVAL
    const bytes = new Uint8Array(length)
    const view = new DataView(bytes.buffer)
    let at = 0
    for (const event of events.slice(0, count)) {
      put(view, at, event)
      at += sizeOf(event)
    }
    return bytes
  },
  arrived: (file, moved) => countIn(dataOf(file).events, moved).bytes,
  consume(_k, file, bytes) {
    const { events } = dataOf(file)
    events.splice(0, countIn(events, bytes).count)
  },
  poll(_k, file, queues) {
    const { events, queue } = dataOf(file)
    queues?.push(queue)
    return events.length > 0 ? POLLIN | POLLRDNORM : 0
  },
  async: (_k, file) => [{ queue: dataOf(file).queue, band: POLL_IN }],
  ioctl(k, task, file, request, argument) {
    if (request !== FIONREAD) throw ENOTTY
    putU32(
      k,
      task,
      argument,
      dataOf(file).events.reduce((sum, event) => sum + sizeOf(event), 0),
    )
    return 0
  },
  fdinfo(_k, file) {
    const hex = (value: number): string => value.toString(16)
    return [...dataOf(file).watches.values()]
      .reverse()
      .map(
        ({ wd, mask, inode }) =>
          `inotify wd:${hex(wd)} ino:${hex(inode.ino)} sdev:${hex(insideDevice(inode.fs.dev))} mask:${hex(mask & KEPT)} ignored_mask:0 \n`,
      )
      .join('')
  },
  holds(file) {
    const { events } = dataOf(file)
    return { element: events.length, bytes: events.reduce((sum, { name }) => sum + name.length, 0) }
  },
  release(k, file) {
    const instance = dataOf(file)
    for (const watch of instance.watches.values()) {
      forget(k, watch)
      forgetIfUnwatched(watch.inode)
    }
    instance.watches.clear()
    addTo(k.state.vfs.inotifyInstances, instance.user, -1)
  },
}
