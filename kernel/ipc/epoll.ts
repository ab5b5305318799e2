// epoll(7): a set of open files that is waited for together. Readiness is asked of every member at each wait. Edge-triggered members
// are reported when something woke their queues since they were last reported.
import {
  EEXIST,
  EINVAL,
  ELOOP,
  ENOENT,
  EPERM,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLWAKEUP,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  O_RDWR,
  POLLIN,
  POLLRDNORM,
} from '../abi/index.ts'
import { newQueue, wakeAll, type WaitQueue } from '../sched/index.ts'
import { eventInode, newDescription, opsOf } from '../vfs/index.ts'
import type { EpollItem, FileData, FileDescription, FileOps } from '../vfs/types.ts'
import type { Kernel } from '../kernel.ts'

type EpollData = Extract<FileData, { kind: 'epoll' }>
const ALWAYS = EPOLLERR | EPOLLHUP
const MODIFIERS = EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP
/** What may be asked for together with EPOLLEXCLUSIVE. */
const WITH_EXCLUSIVE = (EPOLLIN | EPOLLOUT | ALWAYS | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE) >>> 0
/** Linux refuses to nest deeper. */
const MAX_NESTING = 5

const dataOf = (file: FileDescription): EpollData => {
  if (file.data?.kind !== 'epoll') throw EINVAL
  return file.data
}

export function makeEpoll(k: Kernel): FileDescription {
  const data: EpollData = { kind: 'epoll', items: new Map(), queue: newQueue() }
  return newDescription('epoll', eventInode(k), null, O_RDWR, data, 'anon_inode:[eventpoll]')
}

/** The nesting below a file, or Infinity when it leads to `target`. */
function nesting(file: FileDescription, target: FileDescription): number {
  if (file === target) return Infinity
  if (file.data?.kind !== 'epoll') return 0
  let deepest = 0
  for (const item of file.data.items.values()) deepest = Math.max(deepest, nesting(item.file, target))
  return deepest + 1
}

/** epoll_ctl(2) on a description that `fd` names. */
export function controlEpoll(
  k: Kernel,
  epoll: FileDescription,
  op: number,
  fd: number,
  file: FileDescription,
  events: number,
  value: bigint,
): void {
  // Regular files and directories are always ready: Linux does not take them.
  if (!opsOf(file).poll) throw EPERM
  const data = dataOf(epoll)
  if (file === epoll) throw EINVAL
  if (op !== EPOLL_CTL_DEL && events & EPOLLEXCLUSIVE) {
    if (op === EPOLL_CTL_MOD || file.kind === 'epoll' || events & ~WITH_EXCLUSIVE) throw EINVAL
  }
  const known = data.items.get(fd)
  const item = known?.file === file ? known : undefined
  if (op === EPOLL_CTL_ADD) {
    if (item) throw EEXIST
    if (file.kind === 'epoll' && nesting(file, epoll) >= MAX_NESTING) throw ELOOP
    data.items.set(fd, { fd, file, events, data: value, seen: -1, disabled: false })
  } else if (op === EPOLL_CTL_MOD) {
    if (!item) throw ENOENT
    if (item.events & EPOLLEXCLUSIVE) throw EINVAL
    data.items.set(fd, { fd, file, events, data: value, seen: -1, disabled: false })
  } else if (op === EPOLL_CTL_DEL) {
    if (!item) throw ENOENT
    data.items.delete(fd)
  } else throw EINVAL
  wakeAll(k, data.queue)
}

/** What holds of a member now, and its queues. */
function ask(k: Kernel, item: EpollItem, queues: WaitQueue[], exclusive: WaitQueue[] | null): { mask: number; wakes: number } {
  const own: WaitQueue[] = []
  const mask = (opsOf(item.file).poll?.(k, item.file, own, null) ?? 0) & ((item.events & ~MODIFIERS) | ALWAYS)
  queues.push(...own)
  if (item.events & EPOLLEXCLUSIVE) exclusive?.push(...own)
  return { mask, wakes: own.reduce((sum, queue) => sum + queue.wakes, 0) }
}

/**
 * Members that are ready, at most `max`; pushes all queues to wait on, and those on which one waiter is enough to `exclusive`.
 * `passedOver`: the caller slept, and if anything happened there meanwhile another was told. Descriptions that were closed drop out.
 */
export function readyItems(
  k: Kernel,
  epoll: FileDescription,
  max: number,
  queues: WaitQueue[],
  report: boolean,
  exclusive: WaitQueue[] | null = null,
  passedOver = false,
): { events: number; data: bigint }[] {
  const data = dataOf(epoll)
  const ready: { events: number; data: bigint }[] = []
  queues.push(data.queue)
  for (const item of [...data.items.values()]) {
    if (item.file.refs <= 0) {
      data.items.delete(item.fd)
      continue
    }
    if (item.disabled || ready.length >= max) continue
    const { mask, wakes } = ask(k, item, queues, exclusive)
    if (passedOver && item.events & EPOLLEXCLUSIVE) item.missed = wakes
    if (mask === 0 || item.missed === wakes || (item.events & EPOLLET && item.seen === wakes)) continue
    ready.push({ events: mask, data: item.data })
    if (!report) continue
    item.seen = wakes
    if (item.events & EPOLLONESHOT) item.disabled = true
    // Reported ones go to the end, so that all get their turn when more are ready than asked for.
    if (data.items.size > max) {
      data.items.delete(item.fd)
      data.items.set(item.fd, item)
    }
  }
  return ready
}

export const epollOps: FileOps = {
  noPosition: true,
  poll(k, file, queues) {
    return readyItems(k, file, 1, queues ?? [], false).length > 0 ? POLLIN | POLLRDNORM : 0
  },
}
