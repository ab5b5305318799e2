// What pipes and the files that tell of events are, as plain data.
export type * from './sysv/types.ts'
import type { Int64 } from '../abi/int64.ts'
import type { ByteRing } from '../mm/types.ts'
import type { WaitQueue } from '../sched/types.ts'
import type { Task, ThreadGroup } from '../state.ts'
import type { FileDescription, Inode, Timestamp } from '../vfs/types.ts'

/** A ring of bytes that grows as it fills, how they lie in page buffers, and who waits at either end. */
export interface Pipe extends ByteRing {
  /** Of page buffers together: there is room while fewer than capacity / 4096 are in use. */
  capacity: number
  /** Whose pages it counts against: the user that made it. -1: nobody's, it is not open. */
  user: number
  /** Bytes left in each buffer in use, the oldest first; PIPE_PACKET marks one that is a packet (O_DIRECT). */
  buffers: number[]
  /** Where the bytes of the newest buffer end in its page: behind that there is room to add. */
  end: number
  readers: number
  writers: number
  /** Opens so far, of each end: a FIFO's open waits for the other end to be opened even if it is closed again at once. */
  readerOpens: number
  writerOpens: number
  readable: WaitQueue
  writable: WaitQueue
}

export interface EventFdData {
  kind: 'eventfd'
  count: bigint
  semaphore: boolean
  queue: WaitQueue
}

export interface EpollItem {
  epoll: FileDescription
  fd: number
  file: FileDescription
  events: number
  data: bigint
  /** EPOLLET: how often its queues had been woken when it was last reported, -1 never. EPOLLONESHOT: disabled once reported. */
  seen: number
  disabled: boolean
  /** EPOLLEXCLUSIVE: up to this count of wakes it was others who were told. */
  missed?: number
}

/** Its items (each is in its file's `epolls` too), and the user whom they count against. */
export interface EpollData {
  kind: 'epoll'
  items: Set<EpollItem>
  user: number
  queue: WaitQueue
}

export interface TimerFdData {
  kind: 'timerfd'
  clock: number
  /** An instant of guest time (ns), 0 when disarmed. */
  expires: Int64
  interval: Int64
  timer: number
  queue: WaitQueue
  /** Set for a date; a change of the date then ends it (TFD_TIMER_CANCEL_ON_SET); that has happened, and nobody was told. */
  dated: boolean
  cancels: boolean
  cancelled: boolean
}

export interface SignalFdData {
  kind: 'signalfd'
  mask: bigint
}

/** When a wait gives up (ns, Infinity: never). `date`: that is when the clock shows this, which moves when the clock is set. */
export interface FutexTimeout {
  deadline: number
  date: Timestamp | null
}

/** Sleeps on a word of memory. */
export interface FutexWaiting extends FutexTimeout {
  call: 'futexWait'
  key: string
  bitset: number
  woken: boolean
  /** It waits to be moved to a lock, at an address. */
  target: { lock: string; address: number } | null
}

/** Sleeps on several words. */
export interface FutexWaitingAny extends FutexTimeout {
  call: 'futexWaitv'
  entries: { key: string }[]
  /** Which of them was woken; -1: none yet. */
  woken: number
}

/** Sleeps until it owns the lock in a word of memory. */
export interface FutexLocking extends FutexTimeout {
  call: 'futexLock'
  lock: string
  address: number
  granted: boolean
}

/** open(2) of a FIFO: opens of the other end that there had been. */
export interface FifoOpening {
  call: 'fifo'
  opens: number
}

export interface MqAttributes {
  maxmsg: number
  msgsize: number
}

export interface MqMessage {
  priority: number
  bytes: Uint8Array
}

/** Who is told of a message in an empty queue, and how (mq_notify(2)). */
export interface MqNotification {
  group: ThreadGroup
  /** SIGEV_SIGNAL or SIGEV_NONE. */
  notify: number
  signal: number
  value: bigint
}

/** A POSIX message queue (ipc/mqueue.ts). */
export interface MqQueue extends MqAttributes {
  /** Whose limit it counts against, and by how much. */
  user: number
  reserved: number
  /** The highest priority first, the oldest of it first. */
  messages: MqMessage[]
  /** In the messages together. */
  bytes: number
  notify: MqNotification | null
  receivers: MqWaiter[]
  senders: MqWaiter[]
  /** Polls sleep here. */
  changed: WaitQueue
}

/** A call that waits for a message, or with one for room. */
export interface MqWaiter {
  task: Task
  message: MqMessage | null
  done: boolean
  queue: WaitQueue
}

/** mq_timedsend or mq_timedreceive sleeps. */
export interface MqWaiting {
  call: 'mq'
  waiter: MqWaiter
  from: MqQueue
}

/** What the queues of an IPC namespace are bounded by (fs.mqueue.*), and how many there are. */
export interface MqState {
  count: number
  /** Bytes reserved by each user's queues. */
  userBytes: Map<number, number>
  msgDefault: number
  msgMax: number
  msgsizeDefault: number
  msgsizeMax: number
  queuesMax: number
  /** Of the queue that mq_open makes just now. */
  wanted: MqAttributes | null
}

export interface InotifyEvent {
  wd: number
  mask: number
  /** The two ends of a move have the same. */
  cookie: number
  name: string
}

/** A file or directory that an inotify watches: IN_* bits. The inode knows it too (Inode.watches). */
export interface InotifyWatch {
  instance: InotifyData
  wd: number
  mask: number
  inode: Inode
}

export interface InotifyData {
  kind: 'inotify'
  /** Whose instances and watches it counts among. */
  user: number
  watches: Map<number, InotifyWatch>
  nextWatch: number
  /** Not read yet, the oldest first; at most so many. */
  events: InotifyEvent[]
  most: number
  queue: WaitQueue
}
