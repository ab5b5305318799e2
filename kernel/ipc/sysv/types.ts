// System V IPC as plain data: what an IPC namespace has, its segments, semaphore sets and message queues, and who waits at them.
import type { Int64 } from '../../abi/int64.ts'
import type { TaskId } from '../../ids.ts'
import type { WaitQueue } from '../../sched/types.ts'
import type { Task } from '../../state.ts'
import type { MqState } from '../types.ts'
import type { FileSystem, Inode } from '../../vfs/types.ts'

/** What every object has (struct kern_ipc_perm). */
export interface IpcObject {
  id: number
  /** A number that programs agreed on; 0 (IPC_PRIVATE): it is found by its id alone. */
  key: number
  uid: number
  gid: number
  cuid: number
  cgid: number
  mode: number
  /** Seconds since 1970 of its last change. */
  ctime: Int64
  /** IPC_RMID: nobody finds it any more. */
  removed: boolean
}

/** The objects of one kind. An id is a place and a count that goes up whenever places begin anew, so that ids repeat late. */
export interface IpcTable<T extends IpcObject> {
  /** By place. */
  objects: Map<number, T>
  keys: Map<number, T>
  /** Place that is tried next, the last one given out, and the count. */
  next: number
  last: number
  sequence: number
}

/** A shared memory segment: a file in memory without a name, which regions map. */
export interface Segment extends IpcObject {
  size: number
  /** What maps of it say, by its first key. */
  label: string
  inode: Inode
  atime: Int64
  dtime: Int64
  cpid: number
  lpid: number
  /** Whoever made it, while it lives: with kernel.shm_rmid_forced the segment goes after it. */
  creator: TaskId | null
  hugetlb: boolean
}

/** Calls that wait for one semaphore alone: to change it, and for zero. First come, first served. */
export interface SemaphoreLists {
  changers: SemWaiter[]
  zeroes: SemWaiter[]
}

export interface SemOperation {
  num: number
  op: number
  flags: number
}

/** A call of semop that sleeps. */
export interface SemWaiter {
  task: Task
  pid: number
  operations: readonly SemOperation[]
  undo: SemUndo | null
  alters: boolean
  /** What it answers: a number once it is done (0, or a negative errno); null: it waits. */
  outcome: number | null
  /** Which of its operations it waits for. */
  blocking: number
  queue: WaitQueue
}

export interface SemaphoreSet extends IpcObject, SemaphoreLists {
  /** By semaphore: its value, and the process that last changed it. */
  values: Uint16Array
  pids: Int32Array
  /** Of semaphores that somebody waits for, or did. */
  lists: Map<number, SemaphoreLists>
  otime: Int64
  /**
   * How many calls of several operations wait: in the set's own lists; while there are some, single ones that change values wait there too, in
   * one order.
   */
  complex: number
  /** What processes want undone in this set when they end. */
  undos: SemUndo[]
}

/** What a process's end undoes in one set, by semaphore. */
export interface SemUndo {
  set: SemaphoreSet
  adjust: Int16Array
}

/** Those of a process, or of several tasks (CLONE_SYSVSEM): the newest first. */
export interface SemUndoList {
  refs: number
  undos: SemUndo[]
}

export interface Message {
  type: Int64
  bytes: Uint8Array
}

/** A call of msgrcv that sleeps. */
export interface MessageReceiver {
  task: Task
  type: Int64
  mode: MessageMode
  /** Longest message that it takes. */
  most: number
  /** Once it is over: the message, or a negative errno. */
  outcome: Message | number | null
  queue: WaitQueue
}

/** Which messages: any, those of a type, of all others, of types up to one (the lowest first), or the one at a place. */
export type MessageMode = 'any' | 'equal' | 'other' | 'upTo' | 'place'

export interface MessageQueue extends IpcObject {
  messages: Message[]
  bytes: number
  /** Most bytes, and most messages, in it. */
  maxBytes: number
  stime: Int64
  rtime: Int64
  lspid: number
  lrpid: number
  receivers: MessageReceiver[]
  /** Who waits for room. */
  senders: WaitQueue
}

/** kernel.shmmax and its like: an IPC namespace has its own. */
export interface IpcLimits {
  shmmax: bigint
  shmall: bigint
  shmmni: number
  shmRmidForced: number
  /** semmsl, semmns, semopm, semmni. */
  sem: [number, number, number, number]
  msgmax: number
  msgmnb: number
  msgmni: number
  /** kernel.{shm,sem,msg}_next_id: the id that the next object gets; -1: any. */
  nextIds: { shm: number; sem: number; msg: number }
}

/** What tasks find by keys and ids (ipc_namespaces(7)). */
export interface IpcNamespace {
  shm: IpcTable<Segment>
  sem: IpcTable<SemaphoreSet>
  msg: IpcTable<MessageQueue>
  /** Pages in all segments; semaphores in all sets. */
  shmPages: number
  semaphores: number
  limits: IpcLimits
  /** Where segments' files are; made with the first. */
  fs: FileSystem | null
  /** POSIX message queues. */
  mqueue: MqState
}

/** semop sleeps. */
export interface SemWaiting {
  call: 'semop'
  waiter: SemWaiter
  set: SemaphoreSet
}

/** msgrcv sleeps. */
export interface MessageWaiting {
  call: 'msgrcv'
  receiver: MessageReceiver
  from: MessageQueue
}

/** msgsnd waits for room. */
export interface MessageSending {
  call: 'msgsnd'
  queue: MessageQueue
}
