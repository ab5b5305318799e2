// Waiting for several files at once: ppoll, pselect6, epoll. Each asks every file what holds now; when nothing does, the task sleeps on
// all their queues and asks again when woken. The deadline of the first run is kept, so that waking in between does not stretch it.
import {
  EBADF,
  EINTR,
  EINVAL,
  EPOLL_CLOEXEC,
  EPOLL_CTL_DEL,
  EPOLL_EVENT,
  ERESTARTNOHAND,
  NANOSECONDS,
  O_PATH,
  POLLERR,
  POLLFD,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
  RLIMIT_NOFILE,
  SIGSET_BYTES,
  TIMESPEC,
  I64_MAX,
  isErrno,
  most64,
  readStruct,
  writeStruct,
  type Int64,
} from '../abi/index.ts'
import { controlEpoll, makeEpoll, readyItems } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getBig, getU64 } from '../mm/index.ts'
import type { WaitQueue } from '../sched/index.ts'
import { alarmAt, later, untilInstant, toTimespec } from '../time/index.ts'
import { restoreMask, setTemporaryMask } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { getIoFile, installFd, opsOf, releaseFile, retainFile, type FileDescription, type PollRound } from '../vfs/index.ts'
import { address, fd, flags, int, oneOf, size, uint } from './args.ts'
import { blocked, goesOn, keeping, keptOr, progressOf, type SyscallResult } from '../waiting.ts'
import { syscall, type Syscall } from './define.ts'
import { EPOLL_OPS, epollEvent, epollEvents, fdSet, pollfds, ppollAnswer, pselectAnswer, timeoutIn } from './poll-text.ts'
import { nanoseconds, timeIn } from './times.ts'

/** What a file without a poll function is: always ready (regular files, directories, /dev/null). */
const ALWAYS_READY = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM
/** Reported whether asked for or not. */
const UNASKED = POLLERR | POLLHUP

const pollFile = (k: Kernel, file: FileDescription, { queues, round }: Waited, task: Task, events?: number): number =>
  opsOf(k, file).poll?.(k, file, queues, task, round, events) ?? ALWAYS_READY

/** A timespec as nanoseconds; null pointer: Infinity. EINVAL for a bad one. */
export const readTimeout = (k: Kernel, task: Task, at: number): Int64 =>
  at === 0 ? Infinity : nanoseconds(timeIn(readStruct(TIMESPEC, copyIn(k, task, at, TIMESPEC.size))))

/** These waits end in seconds and nanoseconds: at 2^63 - 1 seconds (timespec64_add_safe). */
const LAST = I64_MAX * BigInt(NANOSECONDS)

/** The instant the wait ends: what the first run computed, or now + timeout. */
const deadlineOf = (k: Kernel, task: Task, timeout: Int64): Int64 =>
  progressOf(task, 'wait')?.deadline ?? later(k.state.time, timeout, LAST)

/**
 * Linux writes back what is left of the timeout, unless there was none or it was zero. False: it could not (read-only memory), which
 * is no error.
 */
function putRemaining(k: Kernel, task: Task, at: number, timeout: Int64, deadline: Int64): boolean {
  if (at === 0 || timeout === 0) return true
  const left = most64(0, untilInstant(deadline, k.state.time))
  try {
    copyOut(k, task, at, writeStruct(TIMESPEC, toTimespec(left)))
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
  return true
}

/**
 * Runs a wait under the mask that ppoll and its kin were given. Afterwards the old one is back, unless it sleeps or a signal ends it: then
 * the mask still holds when it goes on.
 */
export function underMask(k: Kernel, task: Task, at: number, bytes: number, run: () => SyscallResult): SyscallResult {
  if (at === 0 && !goesOn(task)) return run()
  if (!goesOn(task)) {
    if (bytes !== SIGSET_BYTES) throw EINVAL
    setTemporaryMask(task, getBig(k, task, at))
  }
  let sleeps = false
  try {
    const result = run()
    sleeps = typeof result === 'object'
    return result
  } finally {
    if (!sleeps) restoreMask(task)
  }
}

/**
 * poll and select with nothing ready: sleep; null when the time is up. A signal comes before that, however short the time. When one
 * has come, what is left of the time goes to the program, whose call, if it is made again (after a stop), waits that long and no
 * longer: time spent stopped does not count.
 */
function wait(k: Kernel, task: Task, { queues, files }: Waited, tmo: number, timeout: Int64, deadline: Int64): SyscallResult | null {
  if (!task.signalPending) {
    if (deadline <= k.state.time) return null
    // Once on each queue, however often it was named.
    const sleep = blocked(queues.length > 1 ? [...new Set(queues)] : queues, ERESTARTNOHAND, alarmAt(deadline))
    const held = goesOn(task) ? undefined : hold(files)
    return { ...sleep, progress: { call: 'wait', deadline }, held }
  }
  const written = putRemaining(k, task, tmo, timeout, deadline)
  return { ...blocked(queues, written ? ERESTARTNOHAND : EINTR, alarmAt(deadline)), progress: null }
}

/** What is waited for: all queues, and the files that they belong to. Names repeat. */
interface Waited {
  queues: WaitQueue[]
  files: FileDescription[]
  round: PollRound
  /** So many of either are looked through for repetitions. */
  most: number
}
const newWaited = (): Waited => ({ queues: [], files: [], round: new Map(), most: 64 })

/** A list of a hundred thousand that names one file stays as small as that. */
function noteFile(waited: Waited, file: FileDescription): void {
  waited.files.push(file)
  const { queues, files } = waited
  if (queues.length <= waited.most && files.length <= waited.most) return
  waited.queues = [...new Set(queues)]
  waited.files = [...new Set(files)]
  waited.most = 2 * Math.max(waited.most, waited.queues.length, waited.files.length)
}

/** Whoever closes one of them meanwhile does not end it: its queue is what the call sleeps on (fs/select.c, poll_get_entry). */
const hold = (files: FileDescription[]): FileDescription[] => (files.length > 1 ? [...new Set(files)] : files).map(retainFile)

/** A descriptor that only names a place (O_PATH) is none that could be waited for. */
function fileToPoll(task: Task, number: number): FileDescription | null {
  const file = task.files?.files[number]
  return file === undefined || file === null || file.flags & O_PATH ? null : file
}

// ---- poll

function ppoll(k: Kernel, task: Task, fds: number, count: number, tmo: number): SyscallResult {
  // Interrupted, the whole call is made again: then everything is read once more.
  const kept = keptOr(task, () => {
    const timeout = readTimeout(k, task, tmo)
    if (count > task.group.rlimits.soft[RLIMIT_NOFILE]) throw EINVAL
    return { timeout, bytes: copyIn(k, task, fds, count * POLLFD.size) }
  })
  const { timeout, bytes } = kept
  const deadline = deadlineOf(k, task, timeout)
  const view = new DataView(bytes.buffer)
  const waited = newWaited()
  let ready = 0
  for (let at = 0; at < bytes.length; at += POLLFD.size) {
    const number = view.getInt32(at, true)
    const events = view.getUint16(at + 4, true)
    let revents = 0
    if (number >= 0) {
      const file = fileToPoll(task, number)
      revents = file ? pollFile(k, file, waited, task, events) & (events | UNASKED) : POLLNVAL
      if (file) noteFile(waited, file)
    }
    view.setUint16(at + 6, revents, true)
    if (revents !== 0) ready++
  }
  if (ready === 0) {
    const sleep = wait(k, task, waited, tmo, timeout, deadline)
    if (sleep !== null) return keeping(sleep, task.signalPending ? null : kept)
  }
  copyOut(k, task, fds, bytes)
  putRemaining(k, task, tmo, timeout, deadline)
  return ready
}

// ---- select

/** Which poll bits make a descriptor ready in each of the three sets (fs/select.c). */
const SELECT_BITS = [POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR, POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR, POLLPRI]
const FD_SET_WORD = 8
const POINTER_BYTES = 8

/** How many descriptors a table has room for that has had this many: bits beyond it are not looked at (fs/file.c). */
function tableSize(count: number): number {
  let size = 64
  while (size < count) size *= 2
  return size
}

function pselect(k: Kernel, task: Task, count: number, sets: readonly number[], tmo: number): SyscallResult {
  if (count < 0) throw EINVAL
  const limit = Math.min(count, tableSize(task.files?.files.length ?? 0))
  const bytes = Math.ceil(limit / (8 * FD_SET_WORD)) * FD_SET_WORD
  const kept = keptOr(task, () => {
    const timeout = readTimeout(k, task, tmo)
    return { timeout, asked: sets.map(at => (at === 0 ? null : copyIn(k, task, at, bytes))) }
  })
  const { timeout, asked } = kept
  const deadline = deadlineOf(k, task, timeout)
  const found = sets.map(() => new Uint8Array(bytes))
  const waited = newWaited()
  let ready = 0
  for (let number = 0; number < limit; number++) {
    const byte = number >> 3
    const bit = 1 << (number & 7)
    if (!asked.some(set => set && set[byte] & bit)) continue
    const file = fileToPoll(task, number)
    // Closed while the call slept: it is told at once, in every set (EPOLLNVAL).
    if (!file && !goesOn(task)) throw EBADF
    const mask = file ? pollFile(k, file, waited, task) : -1
    if (file) noteFile(waited, file)
    asked.forEach((set, i) => {
      if (!set || !(set[byte] & bit) || !(mask & SELECT_BITS[i])) return
      found[i][byte] |= bit
      ready++
    })
  }
  if (ready === 0) {
    const sleep = wait(k, task, waited, tmo, timeout, deadline)
    if (sleep !== null) return keeping(sleep, task.signalPending ? null : kept)
  }
  sets.forEach((at, i) => {
    if (at !== 0) copyOut(k, task, at, found[i])
  })
  putRemaining(k, task, tmo, timeout, deadline)
  return ready
}

// ---- epoll

const MAX_EVENTS = Math.floor(0x7fff_ffff / EPOLL_EVENT.size)
const NS_PER_MS = 1e6

function epollWait(k: Kernel, task: Task, number: number, events: number, max: number, timeout: Int64): SyscallResult {
  const file = getIoFile(task, number)
  if (max <= 0 || max > MAX_EVENTS) throw EINVAL
  const deadline = deadlineOf(k, task, timeout)
  const queues: WaitQueue[] = []
  const exclusive: WaitQueue[] = []
  const ready = readyItems(k, file, max, queues, true, exclusive, task.call !== null && !task.call.served)
  if (ready.length === 0) {
    if (deadline <= k.state.time) return 0
    // epoll_wait is never restarted (signal(7)).
    return {
      ...blocked(queues, EINTR, alarmAt(deadline)),
      progress: { call: 'wait', deadline },
      exclusive: exclusive.length > 0 ? exclusive : undefined,
    }
  }
  ready.forEach((event, i) => copyOut(k, task, events + i * EPOLL_EVENT.size, writeStruct(EPOLL_EVENT, event)))
  return ready.length
}

export const pollCalls: Syscall[] = [
  syscall(20, 'epoll_create1', { flags: flags({ EPOLL_CLOEXEC }) }, (k, task, { flags: how }) => {
    if (how & ~EPOLL_CLOEXEC) throw EINVAL
    const file = makeEpoll(k, task)
    try {
      return installFd(k, task, file, how !== 0)
    } catch (e) {
      releaseFile(k, file)
      throw e
    }
  }),
  syscall(21, 'epoll_ctl', { epfd: fd, op: oneOf(EPOLL_OPS), fd, event: epollEvent }, (k, task, { epfd, op, fd, event }) => {
    const given = op === EPOLL_CTL_DEL ? { events: 0, data: 0n } : readStruct(EPOLL_EVENT, copyIn(k, task, event, EPOLL_EVENT.size))
    controlEpoll(k, getIoFile(task, epfd), op, fd, getIoFile(task, fd), given.events, given.data)
    return 0
  }),
  syscall(
    22,
    'epoll_pwait',
    { epfd: fd, events: epollEvents, maxevents: int, timeout: int, sigmask: address, sigsetsize: size },
    (k, task, a) =>
      underMask(k, task, a.sigmask, a.sigsetsize, () =>
        epollWait(k, task, a.epfd, a.events, a.maxevents, a.timeout < 0 ? Infinity : a.timeout * NS_PER_MS),
      ),
  ),
  syscall(
    441,
    'epoll_pwait2',
    { epfd: fd, events: epollEvents, maxevents: int, timeout: timeoutIn, sigmask: address, sigsetsize: size },
    (k, task, a) =>
      underMask(k, task, a.sigmask, a.sigsetsize, () => epollWait(k, task, a.epfd, a.events, a.maxevents, readTimeout(k, task, a.timeout))),
  ),
  syscall(
    72,
    'pselect6',
    { nfds: int, readfds: fdSet, writefds: fdSet, exceptfds: fdSet, timeout: timeoutIn, sigmask: address },
    (k, task, a) => {
      // The sixth argument points to a mask's address and size.
      const mask = a.sigmask === 0 || goesOn(task) ? 0 : getU64(k, task, a.sigmask)
      const bytes = mask === 0 ? 0 : getU64(k, task, a.sigmask + POINTER_BYTES)
      return underMask(k, task, mask, bytes, () => pselect(k, task, a.nfds, [a.readfds, a.writefds, a.exceptfds], a.timeout))
    },
    { answer: pselectAnswer },
  ),
  syscall(
    73,
    'ppoll',
    { fds: pollfds, nfds: uint, timeout: timeoutIn, sigmask: address, sigsetsize: size },
    (k, task, a) => underMask(k, task, a.sigmask, a.sigsetsize, () => ppoll(k, task, a.fds, a.nfds, a.timeout)),
    { answer: ppollAnswer },
  ),
]
