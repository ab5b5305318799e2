// What an epoll watches, as the watched file sees it too: when that is closed nobody watches it any more.
import type { Kernel } from '../kernel.ts'
import type { FileDescription } from '../vfs/types.ts'
import type { EpollItem } from './types.ts'

/** The epolls of a user watch so many more; the answer is how many. */
function count(k: Kernel, { data }: FileDescription, change: 1 | -1): void {
  if (data?.kind !== 'epoll') return
  const { epollWatches } = k.state.vfs
  const now = (epollWatches.get(data.user) ?? 0) + change
  if (now === 0) epollWatches.delete(data.user)
  else epollWatches.set(data.user, now)
}

export const findEpollItem = (epoll: FileDescription, file: FileDescription, fd: number): EpollItem | undefined =>
  file.epolls?.get(epoll)?.find(item => item.fd === fd)

/** EPOLL_CTL_ADD: both the epoll and the file know of the item. */
export function addEpollItem(k: Kernel, item: EpollItem): void {
  const { epoll, file } = item
  if (epoll.data?.kind !== 'epoll') return
  epoll.data.items.add(item)
  file.epolls ??= new Map()
  const others = file.epolls.get(epoll)
  if (others) others.push(item)
  else file.epolls.set(epoll, [item])
  count(k, epoll, 1)
}

/** Forgets an item on both sides. */
export function dropEpollItem(k: Kernel, item: EpollItem): void {
  const { epoll, file } = item
  if (epoll.data?.kind === 'epoll') epoll.data.items.delete(item)
  const others = (file.epolls?.get(epoll) ?? []).filter(other => other !== item)
  if (others.length > 0) file.epolls?.set(epoll, others)
  else file.epolls?.delete(epoll)
  if (file.epolls?.size === 0) file.epolls = null
  count(k, epoll, -1)
}
