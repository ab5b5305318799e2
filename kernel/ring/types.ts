// What an io_uring keeps, as plain data: its requests are calls in progress that no task sleeps in.
import type { StructValues } from '../abi/structs.ts'
import type { SQE } from '../abi/ring.ts'
import type { Kernel } from '../kernel.ts'
import type { WaitQueue } from '../sched/types.ts'
import type { SyscallInProgress, Task } from '../state.ts'
import type { Credentials } from '../task/types.ts'
import type { FileDescription } from '../vfs/types.ts'
import type { Blocked } from '../waiting.ts'

export type Sqe = StructValues<(typeof SQE)['members']>

export interface Cqe {
  userData: bigint
  result: number
  flags: number
}

/** Memory of the program that a request may be handed (IORING_OP_PROVIDE_BUFFERS). */
export interface ProvidedBuffer {
  at: number
  length: number
  id: number
}

/** By group: what was provided, or a ring of it in the program's memory (IORING_REGISTER_PBUF_RING). */
export type BufferGroup = { kind: 'list'; buffers: ProvidedBuffer[] } | { kind: 'ring'; at: number; entries: number; head: number }

export interface RingData {
  kind: 'ring'
  entries: number
  cqEntries: number
  /** IORING_SETUP_*. */
  flags: number
  /** IORING_SETUP_R_DISABLED, until it is enabled. */
  disabled: boolean
  /** IORING_SETUP_SINGLE_ISSUER: the only task (by its identity) that may submit; 0: nobody has yet. */
  issuer: number
  /** The open file whose inode's pages the rings are; the ring is gone when that is. */
  file: FileDescription | null
  /** Offsets of the completions and of the array of indices. */
  cqesAt: number
  arrayAt: number
  /** Completions for which there was no room. */
  overflow: Cqe[]
  /** Completions so far: what timeouts count. */
  completed: number
  /** Times that timeouts went off: each ends a wait. */
  timeouts: number
  /** Somebody asked for completions to be left out: nothing can be counted on (IOSQE_IO_DRAIN is refused). */
  skips: boolean
  /** Who waits for completions. */
  queue: WaitQueue
  /** Begun and not done, in that order. */
  requests: Set<RingRequest>
  /** Not begun, for those before them have to end first (IOSQE_IO_DRAIN). */
  deferred: RingRequest[]
  files: (FileDescription | null)[] | null
  buffers: ({ at: number; length: number } | null)[] | null
  groups: Map<number, BufferGroup>
  eventfd: FileDescription | null
  personalities: Map<number, Credentials>
  nextPersonality: number
}

export interface RingRequest {
  ring: RingData
  /** Who submitted it: its memory, descriptors and rights. */
  task: Task
  sqe: Sqe
  /** As a call of the task's that sleeps: what it holds and remembers. */
  call: SyscallInProgress
  done: boolean
  /** Queues that will have it looked at again, and a timer; it is to be looked at. */
  queues: WaitQueue[]
  timer: number
  noted: boolean
  /** Its time is up. */
  due: boolean
  /** What it has done if it is cancelled now. */
  partial: number
  /** Of a chain: who is next, and who cancels it after a time; of such: whom it cancels. */
  next: RingRequest | null
  timeout: RingRequest | null
  limits: RingRequest | null
  /** What is left of it is cancelled with it. */
  failed: boolean
  /** A timeout counts completions up to this; null: it does not. Of several in a row: how many are left, -1: no end. */
  target: number | null
  repeats: number
  /** Nanoseconds from its beginning, each time; -1: it ends at the instant `until`. */
  span: number
  until: number
  /** What it is refused with (an errno's number), or 0: none of its chain begins. */
  refused: number
  /** It has run; its own count and timer are set. */
  begun: boolean
  started: boolean
  /** An error that does not end the chain. */
  excused: boolean
  /** The buffer that it was handed. */
  buffer: ProvidedBuffer | null
  /** Completions are told of while it goes on. */
  multishot: boolean
}

/** An operation: a row. */
export interface RingOp {
  readonly name: string
  /** sqe.fd is a file that it works on. */
  readonly file?: true
  /** Bits of sqe.ioprio that mean something. */
  readonly ioprio?: number
  /** It can be handed a buffer. */
  readonly selects?: true
  /** The call whose body it is. */
  readonly nr?: number
  /** Throws EINVAL, or what its arguments are refused with: nothing has begun. */
  check?(k: Kernel, request: RingRequest): void
  /** Blocked: it goes on when one of the queues is woken; no queue: somebody else ends it. */
  run(k: Kernel, request: RingRequest): number | Blocked
  /** A result that ends the chain though it is none of an error. */
  isShort?(request: RingRequest, result: number): boolean
}
