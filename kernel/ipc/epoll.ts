// epoll(7): a set of open files that is waited for together. Readiness is asked of every member at each wait. Edge-triggered members
// are reported when something woke their queues since they were last reported.
import {
  EEXIST,
  EINVAL,
  ENOENT,
  ENOSPC,
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
import type { FileDescription, FileOps, PollRound } from '../vfs/types.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { addEpollItem, dropEpollItem, findEpollItem } from './epoll-items.ts'
import type { EpollData, EpollItem } from './types.ts'
import { checkNesting, checkPaths } from './epoll-graph.ts'

const ALWAYS = EPOLLERR | EPOLLHUP
const MODIFIERS = EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP
/** What may be asked for together with EPOLLEXCLUSIVE. */
const WITH_EXCLUSIVE = (EPOLLIN | EPOLLOUT | ALWAYS | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE) >>> 0

const dataOf = (file: FileDescription): EpollData => {
  if (file.data?.kind !== 'epoll') throw EINVAL
  return file.data
}

export function makeEpoll(k: Kernel, task: Task): FileDescription {
  const data: EpollData = { kind: 'epoll', items: new Set(), user: task.credentials.uid, queue: newQueue() }
  return newDescription('epoll', eventInode(k), null, O_RDWR, data, 'anon_inode:[eventpoll]')
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
  if (!opsOf(k, file).poll) throw EPERM
  const data = dataOf(epoll)
  if (file === epoll) throw EINVAL
  if (op !== EPOLL_CTL_DEL && events & EPOLLEXCLUSIVE) {
    if (op === EPOLL_CTL_MOD || file.kind === 'epoll' || events & ~WITH_EXCLUSIVE) throw EINVAL
  }
  const item = findEpollItem(epoll, file, fd)
  if (op === EPOLL_CTL_ADD) {
    if (file.kind === 'epoll') checkNesting(epoll, file)
    if (item) throw EEXIST
    add(k, epoll, data, { epoll, fd, file, events, data: value, seen: -1, disabled: false })
  } else if (op === EPOLL_CTL_MOD) {
    if (!item) throw ENOENT
    if (item.events & EPOLLEXCLUSIVE) throw EINVAL
    Object.assign(item, { events, data: value, seen: -1, disabled: false })
  } else if (op === EPOLL_CTL_DEL) {
    if (!item) throw ENOENT
    dropEpollItem(k, item)
  } else throw EINVAL
  wakeAll(k, data.queue)
}

/** ENOSPC: the user watches as much as is allowed. EINVAL: too many ways lead from a file up to epolls. */
function add(k: Kernel, epoll: FileDescription, data: EpollData, item: EpollItem): void {
  if ((k.state.vfs.epollWatches.get(data.user) ?? 0) >= k.state.sysctl.epollUserWatches) throw ENOSPC
  addEpollItem(k, item)
  // Where nobody watches the epoll and it watches no other, there is one more direct way.
  if (epoll.epolls === null && item.file.kind !== 'epoll') return
  try {
    checkPaths(item.file)
  } catch (error) {
    dropEpollItem(k, item)
    throw error
  }
}

/** What holds of a file now, and how often its queues were woken; they are pushed. An epoll is asked once in a round. */
function ask(k: Kernel, file: FileDescription, queues: WaitQueue[], round: PollRound, events = -1): { mask: number; wakes: number } {
  const known = round.get(file)
  if (known) return known
  const from = queues.length
  const mask =
    file.kind !== 'epoll'
      ? (opsOf(k, file).poll?.(k, file, queues, null, undefined, events) ?? 0)
      : readyItems(k, file, 1, queues, false, null, false, round).length > 0
        ? POLLIN | POLLRDNORM
        : 0
  let wakes = 0
  for (let i = from; i < queues.length; i++) wakes += queues[i].wakes
  const asked = { mask, wakes }
  if (file.kind === 'epoll') round.set(file, asked)
  return asked
}

/**
 * Members that are ready, at most `max`; pushes all queues to wait on, and those on which one waiter is enough to `exclusive`.
 * `passedOver`: the caller slept, and if anything happened there meanwhile another was told.
 */
export function readyItems(
  k: Kernel,
  epoll: FileDescription,
  max: number,
  queues: WaitQueue[],
  report: boolean,
  exclusive: WaitQueue[] | null = null,
  passedOver = false,
  round: PollRound = new Map(),
): { events: number; data: bigint }[] {
  const data = dataOf(epoll)
  const ready: EpollItem[] = []
  const answers: { events: number; data: bigint }[] = []
  queues.push(data.queue)
  for (const item of data.items) {
    if (ready.length >= max) break
    if (item.disabled) continue
    const from = queues.length
    const { mask, wakes } = ask(k, item.file, queues, round, item.events)
    if (item.events & EPOLLEXCLUSIVE) {
      for (let i = from; i < queues.length; i++) exclusive?.push(queues[i])
      if (passedOver) item.missed = wakes
    }
    const events = mask & ((item.events & ~MODIFIERS) | ALWAYS)
    if (events === 0 || item.missed === wakes || (item.events & EPOLLET && item.seen === wakes)) continue
    ready.push(item)
    answers.push({ events, data: item.data })
    if (!report) continue
    item.seen = wakes
    if (item.events & EPOLLONESHOT) item.disabled = true
  }
  // Reported ones go to the end, so that all get their turn when more are ready than asked for.
  if (report && data.items.size > max) {
    for (const item of ready) {
      data.items.delete(item)
      data.items.add(item)
    }
  }
  return answers
}

const hex = (value: number | bigint, width: number): string => value.toString(16).padStart(width)

export const epollOps: FileOps = {
  // Of its own it has only the parameters of busy polling.
  ioctl() {
    throw EINVAL
  },
  holds: ({ data }) => ({ epollItem: data?.kind === 'epoll' ? data.items.size : 0 }),
  fdinfo: (_k, file) =>
    [...dataOf(file).items]
      .map(({ fd, events, data }) => `tfd: ${String(fd).padStart(8)} events: ${hex(events >>> 0, 8)} data: ${hex(data, 16)}\n`)
      .join(''),
  noPosition: true,
  poll: (k, file, queues, _task, round = new Map()) => ask(k, file, queues ?? [], round).mask,
  forget(k, epoll, closed) {
    for (const item of [...(closed.epolls?.get(epoll) ?? [])]) dropEpollItem(k, item)
  },
  release(k, file) {
    for (const item of dataOf(file).items) dropEpollItem(k, item)
  },
}
