// How requests end: their completions go into the ring, or wait for room there; chains go on or are cancelled; who waits is woken.
import {
  ECANCELED,
  ENOMEM,
  IORING_CQE,
  IORING_CQ_EVENTFD_DISABLED,
  IORING_SQ_CQ_OVERFLOW,
  IOSQE,
  isErrno,
  type Errno,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { addKmem, checkKmem, KMEM } from '../mm/index.ts'
import { wakeAll } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { addToEventFd } from '../ipc/index.ts'
import { cancelTimer } from '../time/index.ts'
import { releaseHeld } from '../vfs/index.ts'
import { AT, getWord, putCqe, putWord } from './memory.ts'
import type { RingData, RingRequest } from './types.ts'

/** Completions that the program has not taken yet, those that found no room aside. */
export const readyCount = (k: Kernel, ring: RingData): number => (getWord(k, ring, AT.cqTail) - getWord(k, ring, AT.cqHead)) >>> 0

function put(k: Kernel, ring: RingData, userData: bigint, result: number, flags: number): boolean {
  if (ring.overflow.length > 0 || readyCount(k, ring) >= ring.cqEntries) return false
  return place(k, ring, userData, result, flags)
}

function place(k: Kernel, ring: RingData, userData: bigint, result: number, flags: number): true {
  const tail = getWord(k, ring, AT.cqTail)
  putCqe(k, ring, tail & (ring.cqEntries - 1), userData, result, flags)
  putWord(k, ring, AT.cqTail, tail + 1)
  return true
}

/** What found no room goes in, as far as there is some now. */
export function flushOverflow(k: Kernel, ring: RingData): void {
  if (ring.overflow.length === 0 || ring.file === null) return
  let done = 0
  for (const { userData, result, flags } of ring.overflow) {
    if (readyCount(k, ring) >= ring.cqEntries) break
    place(k, ring, userData, result, flags)
    done++
  }
  ring.overflow.splice(0, done)
  if (ring.overflow.length === 0) putWord(k, ring, AT.sqFlags, getWord(k, ring, AT.sqFlags) & ~IORING_SQ_CQ_OVERFLOW)
}

/** A completion. False: there is neither room nor memory for it. */
export function post(k: Kernel, ring: RingData, userData: bigint, result: number, flags = 0): boolean {
  if (ring.file === null) return false
  ring.completed++
  let posted = true
  if (!put(k, ring, userData, result, flags)) {
    posted = keep(k, ring, userData, result, flags)
    if (!posted) putWord(k, ring, AT.cqOverflow, getWord(k, ring, AT.cqOverflow) + 1)
  }
  for (const request of ring.requests) if (request.target !== null && ring.completed >= request.target) note(k, request)
  const heard = ring.eventfd
  if (heard !== null && (getWord(k, ring, AT.cqFlags) & IORING_CQ_EVENTFD_DISABLED) === 0) addToEventFd(k, heard)
  wakeAll(k, ring.queue)
  return posted
}

function keep(k: Kernel, ring: RingData, userData: bigint, result: number, flags: number): boolean {
  try {
    checkKmem(k, KMEM.element, ENOMEM)
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
  addKmem(k, KMEM.element)
  if (ring.overflow.length === 0) putWord(k, ring, AT.sqFlags, getWord(k, ring, AT.sqFlags) | IORING_SQ_CQ_OVERFLOW)
  ring.overflow.push({ userData, result, flags })
  return true
}

/** It is to be looked at before anybody is back in user mode. */
export function note(k: Kernel, request: RingRequest): void {
  if (request.noted || request.done) return
  request.noted = true
  k.state.ringNotes.push(request)
}

/** Nothing has it looked at any more. */
export function disarm(k: Kernel, request: RingRequest): void {
  for (const queue of request.queues) {
    const left = (queue.watchers ?? []).filter(watcher => !('request' in watcher) || watcher.request !== request)
    queue.watchers = left.length > 0 ? left : null
  }
  request.queues = []
  if (request.timer !== 0) cancelTimer(k, request.timer)
  request.timer = 0
}

/** It is over, with this result. */
export function complete(k: Kernel, request: RingRequest, result: number, flags = 0): void {
  if (request.done) return
  const { ring, sqe, timeout, limits, next } = request
  request.done = true
  if (limits !== null) limits.timeout = null
  disarm(k, request)
  ring.requests.delete(request)
  const failed = request.failed || (result < 0 && !request.excused)
  if (!(sqe.flags & IOSQE.CQE_SKIP_SUCCESS) || failed) post(k, ring, sqe.userData, result, flags)
  releaseHeld(k, request.call)
  if (timeout !== null) {
    timeout.limits = null
    complete(k, timeout, -ECANCELED.code)
  }
  request.next = null
  if (next === null) return
  if (failed && !(sqe.flags & IOSQE.IO_HARDLINK)) cancelChain(k, next, (sqe.flags & IOSQE.CQE_SKIP_SUCCESS) !== 0)
  else note(k, next)
}

/** Who would have come next never begins. `quiet`: nothing is said of it, as nothing would have been of the one that failed. */
export function cancelChain(k: Kernel, first: RingRequest, quiet: boolean): void {
  for (let at: RingRequest | null = first; at !== null;) {
    const { next }: RingRequest = at
    at.done = true
    disarm(k, at)
    if (!quiet) post(k, at.ring, at.sqe.userData, -ECANCELED.code)
    releaseHeld(k, at.call)
    at = next
  }
}

/** Ends what waits: with what it has done, or `errno`. */
export function cancel(k: Kernel, request: RingRequest, errno: Errno = ECANCELED): void {
  const partial = request.partial > 0
  if (partial) request.failed = true
  complete(k, request, partial ? request.partial : -errno.code)
}

/** All that a task (null: anybody) has begun in a ring, or not even that. */
export function cancelAll(k: Kernel, ring: RingData, task: Task | null): void {
  for (const request of ring.deferred.splice(0)) {
    if (task !== null && request.task !== task) ring.deferred.push(request)
    else cancelChain(k, request, false)
  }
  // A chain that goes on when one of it ends is cancelled as well: what comes next is noted, and done with before it runs.
  for (const request of [...ring.requests]) {
    if (task !== null && request.task !== task) continue
    request.failed = true
    cancel(k, request)
  }
  k.state.ringNotes = k.state.ringNotes.filter(request => {
    const goes = request.ring === ring && (task === null || request.task === task)
    if (goes && !request.done) cancelChain(k, request, false)
    return !goes
  })
}

/** A thread ends, or executes another program: what it submitted goes with it. */
export function leaveRings(k: Kernel, task: Task): void {
  for (const ring of k.state.rings) cancelAll(k, ring, task)
}

/** Completions of what goes on say so. */
export const postMore = (k: Kernel, request: RingRequest, result: number, flags = 0): boolean =>
  post(k, request.ring, request.sqe.userData, result, flags | IORING_CQE.F_MORE)
