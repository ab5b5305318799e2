// eventfd(2): a 64-bit counter that can be waited for.
import { EAGAIN, EINVAL, ERESTARTSYS, ESPIPE, O_NONBLOCK, O_RDWR, POLLIN, POLLOUT, EFD_NONBLOCK, EFD_SEMAPHORE } from '../abi/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import { blocked } from '../waiting.ts'
import { eventInode, newDescription } from '../vfs/index.ts'
import type { FileDescription, FileOps } from '../vfs/types.ts'
import type { Kernel } from '../kernel.ts'
import type { EventFdData } from './types.ts'

const COUNTER_BYTES = 8
const MAX_COUNT = 2n ** 64n - 2n

const dataOf = (file: FileDescription): EventFdData => {
  if (file.data?.kind !== 'eventfd') throw new Error(`an open ${file.kind} without an event counter`)
  return file.data
}

export function makeEventFd(k: Kernel, count: number, flags: number): FileDescription {
  const data: EventFdData = { kind: 'eventfd', count: BigInt(count), semaphore: (flags & EFD_SEMAPHORE) !== 0, queue: newQueue() }
  return newDescription('eventfd', eventInode(k), null, O_RDWR | (flags & EFD_NONBLOCK), data, 'anon_inode:[eventfd]')
}

/** Once more has something happened; a count that is full stays so. */
export function addToEventFd(k: Kernel, file: FileDescription): void {
  const data = dataOf(file)
  if (data.count < MAX_COUNT) data.count++
  wakeAll(k, data.queue)
}

export const eventOps: FileOps = {
  channel: 'eventfd_',
  fdinfo: (_k, file) => `eventfd-count: ${dataOf(file).count.toString(16).padStart(16)}\n`,
  spliceTo: () => false,
  positioned: ESPIPE,
  noPosition: true,
  readPiece: COUNTER_BYTES,
  arrived: () => 0,
  takesEach: () => true,
  read(_k, _task, file, max) {
    const data = dataOf(file)
    if (max < COUNTER_BYTES) throw EINVAL
    if (data.count === 0n) {
      if (file.flags & O_NONBLOCK) throw EAGAIN
      return blocked([data.queue], ERESTARTSYS)
    }
    const bytes = new Uint8Array(COUNTER_BYTES)
    new DataView(bytes.buffer).setBigUint64(0, data.semaphore ? 1n : data.count, true)
    return bytes
  },
  consume(k, file) {
    const data = dataOf(file)
    data.count = data.semaphore ? data.count - 1n : 0n
    wakeAll(k, data.queue)
  },
  write(k, _task, file, bytes, _offset, _done, length) {
    const data = dataOf(file)
    if (length !== COUNTER_BYTES) throw EINVAL
    if (bytes.length < length) return 0
    const value = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
    if (value > MAX_COUNT) throw EINVAL
    if (value > MAX_COUNT - data.count) {
      if (file.flags & O_NONBLOCK) throw EAGAIN
      return blocked([data.queue], ERESTARTSYS)
    }
    data.count += value
    wakeAll(k, data.queue)
    return COUNTER_BYTES
  },
  poll(_k, file, queues) {
    const data = dataOf(file)
    queues?.push(data.queue)
    return (data.count > 0n ? POLLIN : 0) | (data.count < MAX_COUNT ? POLLOUT : 0)
  },
}
