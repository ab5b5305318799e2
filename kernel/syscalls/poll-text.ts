// Waiting calls as strace prints them: what is asked for among the arguments, what was found behind the result.
import { EPOLL, EPOLL_EVENT, POLL, POLLFD, TIMESPEC, readStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { pointer } from './args.ts'
import type { Arg } from './define.ts'
import { flagsText } from './text.ts'

/** strace shows at most this many entries of an array. */
const SHOWN = 32

const structs = (k: Kernel, task: Task, at: number, count: number, bytes: number): Uint8Array | null =>
  at > 0 && count >= 0 ? peekUser(k, task, at, Math.min(count, SHOWN) * bytes) : null

const list = (parts: string[], count: number): string => `[${parts.join(', ')}${count > SHOWN ? ', ...' : ''}]`

/** `[{fd=0, events=POLLIN}]`, or what came of it: `[{fd=0, revents=POLLIN}]`. */
function pollList(k: Kernel, task: Task, at: number, count: number, found: boolean): string {
  const bytes = structs(k, task, at, count, POLLFD.size)
  if (bytes === null) return pointer(at)
  const parts: string[] = []
  for (let offset = 0; offset < bytes.length; offset += POLLFD.size) {
    const { fd, events, revents } = readStruct(POLLFD, bytes, offset)
    if (!found) parts.push(fd < 0 ? `{fd=${fd}}` : `{fd=${fd}, events=${flagsText(POLL, events & 0xffff)}}`)
    else if (revents !== 0) parts.push(`{fd=${fd}, revents=${flagsText(POLL, revents & 0xffff)}}`)
  }
  return list(parts, count)
}

const timespec = (k: Kernel, task: Task, at: number): string | null => {
  const bytes = at > 0 ? peekUser(k, task, at, TIMESPEC.size) : null
  if (bytes === null) return null
  const { sec, nsec } = readStruct(TIMESPEC, bytes)
  return `{tv_sec=${sec}, tv_nsec=${nsec}}`
}

export const timeoutIn: Arg<number> = {
  type: 'struct timespec *',
  read: raw => raw,
  show: (raw, k, task) => timespec(k, task, raw) ?? pointer(raw),
}

export const pollfds: Arg<number> = {
  type: 'struct pollfd *',
  read: raw => raw,
  show: (raw, k, task, all) => pollList(k, task, raw, all[1] >>> 0, false),
}

/** `1 ([{fd=0, revents=POLLIN}], left {tv_sec=0, tv_nsec=5})`. */
export function ppollAnswer(k: Kernel, task: Task, raw: readonly number[], result: number): string {
  if (result === 0) return '0 (Timeout)'
  const left = timespec(k, task, raw[2])
  return `${result} (${pollList(k, task, raw[0], raw[1] >>> 0, true)}${left === null ? '' : `, left ${left}`})`
}

function setText(k: Kernel, task: Task, at: number, count: number): string | null {
  const bytes = at > 0 && count > 0 ? peekUser(k, task, at, Math.ceil(count / 8)) : null
  if (bytes === null) return null
  const numbers: number[] = []
  for (let n = 0; n < count; n++) if (bytes[n >> 3] & (1 << (n & 7))) numbers.push(n)
  return `[${numbers.join(' ')}]`
}

/** fd_set as strace has it: `[0 3 5]`. */
export const fdSet: Arg<number> = {
  type: 'fd_set *',
  read: raw => raw,
  show: (raw, k, task, all) => setText(k, task, raw, all[0] | 0) ?? pointer(raw),
}

/** `1 (in [3], left {tv_sec=0, tv_nsec=5})`. */
export function pselectAnswer(k: Kernel, task: Task, raw: readonly number[], result: number): string {
  if (result === 0) return '0 (Timeout)'
  const parts: string[] = []
  for (const [i, name] of ['in', 'out', 'except'].entries()) {
    const text = setText(k, task, raw[i + 1], raw[0] | 0)
    if (text !== null && text !== '[]') parts.push(`${name} ${text}`)
  }
  const left = timespec(k, task, raw[4])
  if (left !== null) parts.push(`left ${left}`)
  return `${result} (${parts.join(', ')})`
}

const { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD, EPOLL_CLOEXEC: _cloexec, ...EVENTS } = EPOLL
export const EPOLL_OPS = { EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD } as const

const eventText = (bytes: Uint8Array, offset: number): string => {
  const { events, data } = readStruct(EPOLL_EVENT, bytes, offset)
  return `{events=${flagsText(EVENTS, events)}, data={u32=${data & 0xffff_ffffn}, u64=${data}}}`
}

export const epollEvent: Arg<number> = {
  type: 'struct epoll_event *',
  read: raw => raw,
  show: (raw, k, task) => {
    const bytes = structs(k, task, raw, 1, EPOLL_EVENT.size)
    return bytes === null ? pointer(raw) : eventText(bytes, 0)
  },
}

export const epollEvents: Arg<number> = {
  type: 'struct epoll_event *',
  after: true,
  read: raw => raw,
  show: (raw, k, task, _all, result) => {
    const bytes = result === undefined || result < 0 ? null : structs(k, task, raw, result, EPOLL_EVENT.size)
    if (bytes === null) return pointer(raw)
    const parts: string[] = []
    for (let offset = 0; offset < bytes.length; offset += EPOLL_EVENT.size) parts.push(eventText(bytes, offset))
    return list(parts, result ?? 0)
  },
}
