// The engine of io_uring. A request runs as a call of the task that submitted it; where that would sleep, the request watches the queues
// instead, and runs again when one of them is woken. So whatever a call can do, a request can.
import {
  EAGAIN,
  EBADF,
  EEXIST,
  EINTR,
  EINVAL,
  ENOBUFS,
  EOPNOTSUPP,
  IORING_CQE,
  IORING_CQE_BUFFER_SHIFT,
  IORING_OPS,
  IORING_OP_LAST,
  IORING_SETUP,
  IOSQE,
  IOSQE_ALL,
  isErrno,
  O_NONBLOCK,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, KMEM } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { nominalCall, passNominal } from '../timing/index.ts'
import { fileAt, retainFile } from '../vfs/index.ts'
import type { FileDescription } from '../vfs/types.ts'
import { newCall, type Blocked } from '../waiting.ts'
import { giveBack, takeBuffer } from './buffers.ts'
import { cancelChain, complete, disarm, note } from './complete.ts'
import { AT, getWord, putWord, readSqe } from './memory.ts'
import { OWN_OPS } from './own.ts'
import { startTimer } from './timeouts.ts'
import type { RingData, RingOp, RingRequest, Sqe } from './types.ts'

const { IORING_OP_LINK_TIMEOUT } = IORING_OPS
/** Signals' own errnos begin here: a request is not interrupted. */
const RESTARTS = 512
const REQUEST_BYTES = KMEM.call + 4 * KMEM.element
/** So many are looked at before others are heard. */
const MOST_NOTES = 4096

export const ringOp = (k: Kernel, opcode: number): RingOp | undefined => k.kinds.ringOps[opcode] ?? OWN_OPS[opcode]

const newRequest = (ring: RingData, task: Task, sqe: Sqe, time: number): RingRequest => ({
  ring,
  task,
  sqe,
  call: newCall(0, time),
  done: false,
  queues: [],
  timer: 0,
  noted: false,
  due: false,
  partial: 0,
  next: null,
  timeout: null,
  limits: null,
  failed: false,
  target: null,
  repeats: 0,
  span: 0,
  until: 0,
  begun: false,
  refused: 0,
  started: false,
  excused: false,
  buffer: null,
  multishot: false,
})

/** io_init_req: what is wrong with a submission before anything begins. */
function checkRequest(k: Kernel, request: RingRequest, head: RingRequest | null): void {
  const { ring, sqe } = request
  const row = ringOp(k, sqe.opcode)
  if (sqe.opcode >= IORING_OP_LAST || sqe.flags & ~IOSQE_ALL) throw EINVAL
  if (sqe.flags & IOSQE.BUFFER_SELECT && row?.selects !== true) throw EOPNOTSUPP
  if (sqe.flags & IOSQE.CQE_SKIP_SUCCESS) ring.skips = true
  if (sqe.flags & IOSQE.IO_DRAIN && ring.skips) throw EOPNOTSUPP
  if (row === undefined) throw EOPNOTSUPP
  if (sqe.ioprio !== 0 && row.ioprio === undefined) throw EINVAL
  if (sqe.personality !== 0 && !ring.personalities.has(sqe.personality)) throw EINVAL
  if (sqe.opcode === IORING_OP_LINK_TIMEOUT && (head === null || lastOf(head).sqe.opcode === IORING_OP_LINK_TIMEOUT)) throw EINVAL
  row.check?.(k, request)
}

const lastOf = (request: RingRequest): RingRequest => {
  let last = request
  while (last.next !== null) last = last.next
  return last
}

/** Takes up to `count` submissions; answers how many. EEXIST: another task's ring; EAGAIN: no memory for one. */
export function submit(k: Kernel, task: Task, ring: RingData, count: number): number {
  if (ring.flags & IORING_SETUP.IORING_SETUP_SINGLE_ISSUER) {
    ring.issuer ||= task.id
    if (ring.issuer !== task.id) throw EEXIST
  }
  const head = getWord(k, ring, AT.sqHead)
  const there = Math.min(count, ring.entries, (getWord(k, ring, AT.sqTail) - head) >>> 0)
  let done = 0
  let chain: RingRequest | null = null
  try {
    while (done < there) {
      chargeKmem(k, REQUEST_BYTES, EAGAIN)
      const sqe = readSqe(k, ring, head + done)
      done++
      if (sqe === null) {
        putWord(k, ring, AT.sqDropped, getWord(k, ring, AT.sqDropped) + 1)
        putWord(k, ring, AT.sqHead, head + done)
        return finishSubmit(k, chain, done - 1)
      }
      const request = newRequest(ring, task, sqe, k.state.time)
      request.refused = refusal(k, request, chain)
      const links = (sqe.flags & (IOSQE.IO_LINK | IOSQE.IO_HARDLINK)) !== 0
      if (chain !== null) lastOf(chain).next = request
      if (links) chain ??= request
      else {
        begin(k, chain ?? request)
        chain = null
        // As Linux, who stops where one is refused that ends its chain.
        if (request.refused !== 0 && !(ring.flags & IORING_SETUP.IORING_SETUP_SUBMIT_ALL)) break
      }
    }
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  putWord(k, ring, AT.sqHead, head + done)
  return finishSubmit(k, chain, done)
}

function finishSubmit(k: Kernel, chain: RingRequest | null, done: number): number {
  if (chain !== null) begin(k, chain)
  runNotes(k)
  return done
}

function refusal(k: Kernel, request: RingRequest, head: RingRequest | null): number {
  try {
    checkRequest(k, request, head)
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.code
  }
}

/** One of a chain is refused: it says why, all others are cancelled. */
function failChain(k: Kernel, first: RingRequest): void {
  for (let at: RingRequest | null = first; at !== null;) {
    const { next }: RingRequest = at
    at.next = null
    if (at.refused !== 0) complete(k, at, -at.refused)
    else cancelChain(k, at, false)
    at = next
  }
}

const someOf = (first: RingRequest, is: (request: RingRequest) => boolean): boolean => {
  for (let at: RingRequest | null = first; at !== null; at = at.next) if (is(at)) return true
  return false
}
const drains = (first: RingRequest): boolean => someOf(first, ({ sqe }) => (sqe.flags & IOSQE.IO_DRAIN) !== 0)

/** A request, or the first of a chain, may begin: unless others have to end before. */
function begin(k: Kernel, request: RingRequest): void {
  const { ring, sqe } = request
  if (someOf(request, ({ refused }) => refused !== 0)) return failChain(k, request)
  if ((drains(request) && ring.requests.size > 0) || ring.deferred.length > 0) ring.deferred.push(request)
  // It is begun by somebody else: when this submission is over.
  else if (sqe.flags & IOSQE.ASYNC) {
    ring.requests.add(request)
    note(k, request)
  } else run(k, request)
}

/** The file that a request names, when it begins. EBADF. */
function holdFile(request: RingRequest): void {
  const { ring, task, sqe, call } = request
  let file: FileDescription | null
  if (sqe.flags & IOSQE.FIXED_FILE) {
    file = ring.files?.[sqe.fd >>> 0] ?? null
    if (file === null) throw EBADF
  } else file = fileAt(task, sqe.fd)
  call.files.push({ fd: sqe.fd, file: retainFile(file) })
}

/** Begins a request, or goes on with it. */
function run(k: Kernel, request: RingRequest): void {
  const { ring, task, sqe, call } = request
  const row = ringOp(k, sqe.opcode) as RingOp
  const first = !request.begun
  request.begun = true
  ring.requests.add(request)
  if (first) {
    call.nr = row.nr ?? -1
    const limit = request.next
    if (limit?.sqe.opcode === IORING_OP_LINK_TIMEOUT) {
      request.next = limit.next
      limit.next = null
      request.timeout = limit
      limit.limits = request
    }
    if (row.nr !== undefined && task.onHart >= 0) passNominal(k, k.state.harts[task.onHart], task, nominalCall(row.nr))
  }
  disarmQueues(k, request)
  let result: number | Blocked
  try {
    if (first && row.file) holdFile(request)
    result = asCall(request, () => attempt(k, request, row))
  } catch (error) {
    if (!isErrno(error)) throw error
    result = error.code >= RESTARTS ? -EINTR.code : -error.code
  }
  if (request.done) return
  if (typeof result === 'number') {
    const bid = request.buffer
    if (result >= 0 && row.isShort?.(request, result)) request.failed = true
    complete(k, request, result, bid === null ? 0 : IORING_CQE.F_BUFFER | (bid.id << IORING_CQE_BUFFER_SHIFT))
    return
  }
  wait(request, result)
  const { timeout } = request
  if (timeout !== null && timeout.timer === 0) {
    ring.requests.add(timeout)
    startTimer(k, timeout)
  }
}

function disarmQueues(k: Kernel, request: RingRequest): void {
  if (request.queues.length === 0) return
  const { timer } = request
  request.timer = 0
  disarm(k, request)
  request.timer = timer
}

/** With the buffer that it is to be handed, given back where it has to wait. ENOBUFS. */
function attempt(k: Kernel, request: RingRequest, row: RingOp): number | Blocked {
  const { ring, task, sqe } = request
  if (sqe.flags & IOSQE.BUFFER_SELECT && !request.multishot) {
    request.buffer = takeBuffer(k, task, ring, sqe.bufIndex)
    if (request.buffer === null) throw ENOBUFS
  }
  let result: number | Blocked
  try {
    do {
      result = row.run(k, request)
      if (typeof result === 'object') remember(request, result)
    } while (typeof result === 'object' && result.again)
  } catch (error) {
    returnBuffer(request)
    throw error
  }
  if (typeof result === 'object') returnBuffer(request)
  return result
}

function returnBuffer(request: RingRequest): void {
  if (request.buffer === null) return
  giveBack(request.ring, request.sqe.bufIndex, request.buffer)
  request.buffer = null
}

/** As a call that sleeps remembers. */
function remember({ call }: RingRequest, { progress, kept, held }: Blocked): void {
  if (progress !== undefined) call.progress = progress
  if (kept !== undefined) call.kept = kept
  for (const file of held ?? []) call.files.push({ fd: -1, file })
}

/** The task's own call, and who it acts as, stand aside meanwhile. */
function asCall<T>({ ring, task, sqe, call }: RingRequest, action: () => T): T {
  const { call: own, credentials } = task
  // Whether its files are to be waited for is for the request to say.
  const waited = call.files.filter(({ file }) => file.flags & O_NONBLOCK)
  for (const { file } of waited) file.flags &= ~O_NONBLOCK
  task.call = call
  task.credentials = ring.personalities.get(sqe.personality) ?? credentials
  try {
    return action()
  } finally {
    for (const { file } of waited) file.flags |= O_NONBLOCK
    task.call = own
    if (sqe.personality !== 0) task.credentials = credentials
  }
}

function wait(request: RingRequest, { queues, partial }: Blocked): void {
  request.partial = partial ?? 0
  request.queues = [...new Set(queues)]
  for (const queue of request.queues) {
    queue.watchers ??= []
    // Who came last is told first, as Linux has it.
    queue.watchers.unshift({ request })
  }
}

/** Goes on with requests whose queues were woken, whose time is up, or whose turn it is. */
export function runNotes(k: Kernel): void {
  const { state } = k
  for (let i = 0; i < MOST_NOTES && state.ringNotes.length > 0; i++) {
    const request = state.ringNotes.shift() as RingRequest
    request.noted = false
    if (request.done) continue
    run(k, request)
    if (state.ringNotes.length === 0) for (const ring of state.rings) beginDeferred(k, ring)
  }
  for (const ring of state.rings) beginDeferred(k, ring)
}

function beginDeferred(k: Kernel, ring: RingData): void {
  while (ring.deferred.length > 0) {
    const [first] = ring.deferred
    if (drains(first) && ring.requests.size > 0) return
    ring.deferred.shift()
    run(k, first)
  }
}
