// An io_uring as an open file: what is mapped of it, when it can be read, what closing it ends.
import { EINVAL, ESPIPE, O_RDWR, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { KMEM } from '../mm/index.ts'
import { newQueue } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { eventInode, installFd, newDescription, releaseFile } from '../vfs/index.ts'
import type { FileDescription, FileOps } from '../vfs/types.ts'
import { cancelAll, readyCount } from './complete.ts'
import { dropFiles } from './files.ts'
import { AT, CQE_BYTES, getWord, makePages, mappedPart, putWord } from './memory.ts'
import type { RingData } from './types.ts'

const LABEL = 'anon_inode:[io_uring]'

const dataOf = ({ data }: FileDescription): RingData => {
  if (data?.kind !== 'ring') throw EINVAL
  return data
}

/** A ring and its descriptor. ENOMEM, EMFILE. */
export function openRing(
  k: Kernel,
  task: Task,
  entries: number,
  cqEntries: number,
  flags: number,
  disabled: boolean,
): { ring: RingData; fd: number } {
  const ring: RingData = {
    kind: 'ring',
    entries,
    cqEntries,
    flags,
    disabled,
    issuer: 0,
    file: null,
    cqesAt: AT.cqes,
    arrayAt: AT.cqes + cqEntries * CQE_BYTES,
    overflow: [],
    completed: 0,
    timeouts: 0,
    skips: false,
    queue: newQueue(),
    requests: new Set(),
    deferred: [],
    files: null,
    buffers: null,
    groups: new Map(),
    eventfd: null,
    personalities: new Map(),
    nextPersonality: 1,
  }
  const file = newDescription('ring', eventInode(k), null, O_RDWR, ring, LABEL)
  ring.file = file
  k.state.rings.add(ring)
  try {
    makePages(k, file.inode, cqEntries, entries)
    putWord(k, ring, AT.sqMask, entries - 1)
    putWord(k, ring, AT.cqMask, cqEntries - 1)
    putWord(k, ring, AT.sqEntries, entries)
    putWord(k, ring, AT.cqEntries, cqEntries)
    return { ring, fd: installFd(k, task, file, true) }
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

const held = (ring: RingData): number => {
  let buffers = ring.buffers?.length ?? 0
  for (const group of ring.groups.values()) buffers += group.kind === 'list' ? group.buffers.length : 1
  return buffers + ring.overflow.length + (ring.files?.length ?? 0) + ring.personalities.size
}

export const ringFileOps: FileOps = {
  positioned: ESPIPE,
  waitsFor: 'a completion of',
  mapTarget: (_k, file) => file.inode,
  mapOffset(file, offset) {
    const part = mappedPart(dataOf(file), offset)
    if (part === null) throw EINVAL
    return part.at
  },
  poll(k, file, queues) {
    const ring = dataOf(file)
    queues?.push(ring.queue)
    const full = (getWord(k, ring, AT.sqTail) - getWord(k, ring, AT.sqHead)) >>> 0 >= ring.entries
    const ready = readyCount(k, ring) > 0 || ring.overflow.length > 0
    return (full ? 0 : POLLOUT | POLLWRNORM) | (ready ? POLLIN | POLLRDNORM : 0)
  },
  holds: file => {
    const ring = dataOf(file)
    return { element: held(ring) + 4 * ring.requests.size, bytes: ring.requests.size * KMEM.call }
  },
  fdinfo(k, file) {
    const ring = dataOf(file)
    const word = (at: number): number => getWord(k, ring, at)
    const rows: [string, string | number][] = [
      ['SqMask', `0x${(ring.entries - 1).toString(16)}`],
      ['SqHead', word(AT.sqHead)],
      ['SqTail', word(AT.sqTail)],
      ['CachedSqHead', word(AT.sqHead)],
      ['CqMask', `0x${(ring.cqEntries - 1).toString(16)}`],
      ['CqHead', word(AT.cqHead)],
      ['CqTail', word(AT.cqTail)],
      ['CachedCqTail', word(AT.cqTail)],
      ['SQEs', (word(AT.sqTail) - word(AT.sqHead)) >>> 0],
      ['CQEs', readyCount(k, ring)],
      ['SqThread', -1],
      ['SqThreadCpu', -1],
      ['UserFiles', ring.files?.length ?? 0],
      ['UserBufs', ring.buffers?.length ?? 0],
    ]
    return rows.map(([name, value]) => `${name}:\t${value}\n`).join('')
  },
  release(k, file) {
    const ring = dataOf(file)
    cancelAll(k, ring, null)
    k.state.rings.delete(ring)
    ring.file = null
    dropFiles(k, ring)
    const { eventfd } = ring
    ring.eventfd = null
    if (eventfd !== null) releaseFile(k, eventfd)
  },
}

/** Files that rings hold, as often as they do: no descriptor leads to them. */
export function* filesOfRings(k: Kernel): Iterable<FileDescription> {
  for (const ring of k.state.rings) {
    for (const file of ring.files ?? []) if (file) yield file
    if (ring.eventfd) yield ring.eventfd
    for (const first of [...ring.requests, ...ring.deferred])
      for (let at: typeof first | null = first; at !== null; at = at.next) for (const { file } of at.call.files) yield file
  }
}
