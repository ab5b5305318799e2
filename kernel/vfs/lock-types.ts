// What processes have agreed on about a file: record locks, flock, leases, who watches it and who is told of it. All plain data.
import type { Int64 } from '../abi/int64.ts'
import type { InotifyWatch } from '../ipc/types.ts'
import type { WaitQueue } from '../sched/types.ts'
import type { FileDescription, FileTable, Inode } from './types.ts'

/** F_RDLCK or F_WRLCK on an open description; `fd` is what the signal says. */
export interface Lease {
  file: FileDescription
  /** The process that took it. */
  pid: number
  fd: number
  type: number
  /** What it shall become, by `deadline` (ns): F_UNLCK, F_RDLCK. null: nobody minds it. */
  breakTo: number | null
  deadline: number
}

/** Of a file. `breaking`: somebody was asked to give one up. */
export interface Leases {
  held: Map<FileDescription, Lease>
  breaking: boolean
  queue: WaitQueue
}

/** What one process wants to be told of a directory: DN_* bits; `fd` is what the signal says. */
export interface DirectoryWatch {
  table: FileTable
  fd: number
  events: number
}

/** By signals (F_NOTIFY), by open file and descriptor table; and by events that are read (inotify). */
export interface FileWatches {
  signals: Map<FileDescription, DirectoryWatch[]>
  queues: InotifyWatch[]
}

/** Who is told of an open file's events by a signal, and by which. */
export interface FileOwner {
  /** F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP. */
  type: 0 | 1 | 2
  /** Thread, process or process group; 0: nobody. */
  id: number
  /** Of who named it: as whom the signal is sent. */
  uid: number
  euid: number
  /** 0: SIGIO, without saying what happened. */
  signal: number
}

/** A lock that somebody asks for. POSIX record locks belong to a descriptor table, OFD locks to a description. End is exclusive; Infinity: to the end. */
export interface LockWish {
  owner: FileTable | FileDescription
  pid: number
  write: boolean
  start: Int64
  end: Int64
}

/** Waits for a record lock: so circles of those who wait for each other are found. */
export interface LockWaiting {
  call: 'lock'
  inode: Inode
  wanted: LockWish
}

/** One that is held; `order` tells those apart that start at the same place. */
export interface RecordLock extends LockWish {
  order: number
}

/** Locks by start (vfs/lock-list.ts); `end` and `writeEnd`: how far those of the block reach, and those for writing (-1: there is none). */
export interface LockBlock {
  locks: RecordLock[]
  end: Int64
  writeEnd: Int64
}
export type LockList = LockBlock[]

export interface FileLocks {
  /** Of everybody, how many, and of each owner that has some. */
  all: LockList
  count: number
  owned: Map<LockWish['owner'], LockList>
  /** RecordLock.order of the next one. */
  next: number
  /** flock: who holds it, whether for writing, and which process took it. */
  flocks: Map<FileDescription, { write: boolean; pid: number }>
  queue: WaitQueue
}
