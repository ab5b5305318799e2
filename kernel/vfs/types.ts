// The shapes of files: inodes (what is stored), dentries (what it is called), mounts, open file descriptions and descriptor tables.
// All plain data: a snapshot is a copy. Behaviour is in tables keyed by the `kind` fields.
import type { Errno } from '../abi/errno.ts'
import type { Int64 } from '../abi/int64.ts'
import type { HostNode, HostSpace } from '../host.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { Blocked, SyscallResult } from '../waiting.ts'
import type { WaitQueue } from '../sched/types.ts'
import type { HostStream, KmsgData } from '../fs/types.ts'
import type { ProcData, ProcNode } from '../proc/types.ts'
import type { SysData } from '../sysfs/types.ts'
import type { Socket } from '../net/types.ts'
import type { EpollData, EpollItem, EventFdData, InotifyData, MqQueue, Pipe, Segment, SignalFdData, TimerFdData } from '../ipc/types.ts'
import type { PidfdData } from '../process/types.ts'
import type { RingData } from '../ring/types.ts'
import type { PerfEvent } from '../perf/types.ts'
import type { SeccompListener } from '../seccomp/types.ts'
import type { TtyData } from '../tty/types.ts'
import type { FileLocks, FileOwner, FileWatches, Leases } from './lock-types.ts'

export type * from './kind-types.ts'
export type * from './lock-types.ts'

/** `anon`: what stands behind eventfds, epoll and their kin, without a type in st_mode. */
export type FileKind = 'regular' | 'directory' | 'symlink' | 'fifo' | 'chardev' | 'blockdev' | 'socket' | 'anon'

/** Seconds since 1970 and nanoseconds: one double would lose the last digits. */
export interface Timestamp {
  sec: Int64
  nsec: number
}

export type FileSystemKind = 'tmpfs' | 'devtmpfs' | 'devpts' | 'proc' | 'sysfs' | 'host' | 'pipefs' | 'sockfs' | 'anon' | 'mqueue'

/** A superblock. */
export interface FileSystem {
  kind: FileSystemKind
  /** st_dev: (major << 8 | minor); pseudo file systems have major 0. */
  dev: number
  nextIno: number
  /** tmpfs: files that there are, and may be (0: as many as one likes). */
  inodes: number
  maxInodes: number
  readOnly: boolean
  /** First column of /proc/mounts. */
  source: string
  /** host: the host directory its root shows, and whether writes go through to it. */
  hostRoot: string | null
  writeThrough: boolean
}

/** Where a regular file's bytes come from while their page is not in the page cache yet. Frozen and replaced, never changed: snapshots share it. */
export type Backing =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** The host's file (Inode.host). `size`: bytes of it that are its contents; beyond are zeros. */
  | { readonly kind: 'host'; readonly size: number }

/** One entry of an access list: whom it is about (ACL_* tag, and an id for named users and groups), and rwx bits. */
export interface AclEntry {
  readonly tag: number
  readonly perm: number
  readonly id: number
}

export interface Inode {
  fs: FileSystem
  ino: number
  kind: FileKind
  /** 07777: permissions, set-id bits, sticky. */
  mode: number
  uid: number
  gid: number
  nlink: number
  /** It is one of FileSystem.inodes. */
  counted: boolean
  /** O_TMPFILE without O_EXCL: it may get a first name though it has none. */
  linkable?: boolean
  /** Bytes of a regular file; symlink: length of its target. */
  size: number
  atime: Timestamp
  mtime: Timestamp
  ctime: Timestamp
  btime: Timestamp
  /** Regular: page index -> frame. The page cache IS the contents. */
  pages: Map<number, number>
  backing: Backing | null
  /** Open descriptions and mapped regions. At 0 with nlink 0 the pages are freed. */
  refs: number
  /** Descriptions open for writing (exec of such a file: ETXTBSY). */
  writers: number
  /** Descriptions open for reading alone. */
  readers: number
  /** Address spaces whose program it is (an open for writing: ETXTBSY). */
  running: number
  /** host: the host's inode; null for what was made in guest memory. */
  host: HostNode | null
  /** Symlink target. */
  target: string
  /** Device number of a device node (makeDev). */
  rdev: number
  /** FIFO: made by the first open. */
  pipe: Pipe | null
  /** A System V shared memory segment's file. */
  segment: Segment | null
  /** A POSIX message queue. */
  mqueue: MqQueue | null
  /** fcntl and flock locks; null: none ever taken. */
  locks: FileLocks | null
  /** Which generated file this is (proc), and of which task. */
  proc: ProcNode | null
  /** sysfs: its path below /sys. */
  sys: string | null
  /** A standard stream of the host. */
  stream: HostStream | null
  /** memfd seals (F_SEAL_*), where the file system knows them; -1: it is no regular file. */
  seals: number
  /** Leases on it (F_SETLEASE); null: none. */
  leases: Leases | null
  /** Who watches it; null: nobody does. */
  watches: FileWatches | null
  /** Extended attributes by name; null: none was ever set. */
  xattrs: Map<string, Uint8Array> | null
  /** Access lists (acl(5)): the file's own, where it says more than the mode, and what new files below get. */
  acl: readonly AclEntry[] | null
  defaultAcl: readonly AclEntry[] | null
  /** FS_*_FL: immutable, append only, ... (ioctl_iflags(2)). */
  flags: number
  /** How long what is written will live (F_SET_RW_HINT): only remembered. */
  writeHint: number
}

/** A name in a directory. `children` of a directory: null means known to be absent (also: removed from the host's view). */
export interface Dentry {
  name: string
  parent: Dentry | null
  inode: Inode
  children: Map<string, Dentry | null> | null
  /** host: every name the host had when the directory was listed that is not in `children` yet; null: not listed. */
  listed: Set<string> | null
  /** Unlinked (or its process is gone): getcwd says ENOENT, /proc/PID/fd says " (deleted)". */
  deleted: boolean
  /** Number of mounts on it. */
  mounted: number
}

export interface Mount {
  id: number
  /** null for the root mount. */
  parent: Mount | null
  mountpoint: Dentry | null
  root: Dentry
  fs: FileSystem
  readOnly: boolean
}

/** A place in the tree. */
export interface Path {
  mount: Mount
  dentry: Dentry
}

export type FileOpsKind =
  | 'regular'
  | 'directory'
  | 'path'
  | 'pipe'
  | 'null'
  | 'zero'
  | 'full'
  | 'random'
  | 'timing'
  | 'tty'
  | 'ptmx'
  | 'proc'
  | 'sysfs'
  | 'kmsg'
  | 'hostPipe'
  | 'hostFile'
  | 'eventfd'
  | 'epoll'
  | 'timerfd'
  | 'signalfd'
  | 'pidfd'
  | 'mqueue'
  | 'inotify'
  | 'socket'
  | 'seccomp'
  | 'perf'
  | 'ring'

/** An open file description: shared by dup and fork, with its offset. */
export interface FileDescription {
  kind: FileOpsKind
  inode: Inode
  /** null for what has no name (pipes, memfd). */
  path: Path | null
  /** What /proc/PID/fd/N shows for what has no name: `pipe:[123]`, `anon_inode:[eventpoll]`. */
  label: string
  /** O_ACCMODE and status flags (O_APPEND, O_NONBLOCK, O_DIRECTORY, O_PATH, O_LARGEFILE...), as F_GETFL answers. */
  flags: number
  pos: number
  /** Descriptors and mapped regions that hold it. */
  refs: number
  /** open(O_CREAT) made the file. */
  created: boolean
  /** F_SETOWN, F_SETSIG. null: nobody said anything. */
  owner: FileOwner | null
  /** Epolls that watch it, with their items, one for each descriptor that was named; null: none does. */
  epolls: Map<FileDescription, EpollItem[]> | null
  data: FileData | null
}

/** What an open file remembers besides its inode: each room declares that of its kinds. */
export type FileData =
  | DirectoryData
  | EpollData
  | EventFdData
  | InotifyData
  | KmsgData
  | PerfEvent
  | PidfdData
  | RingData
  | ProcData
  | SeccompListener
  | SignalFdData
  | Socket
  | SysData
  | TimerFdData
  | TtyData

/** The names as they were when the listing began. */
export interface DirectoryData {
  kind: 'directory'
  names: string[]
}

/** A process's descriptors. */
export interface FileTable {
  /** Tasks sharing it (CLONE_FILES). */
  refs: number
  files: (FileDescription | null)[]
  /** Close-on-exec bits, 32 descriptors a word. */
  cloexec: number[]
  /** No descriptor below this is free. */
  lowest: number
}

/** Root, working directory and umask (CLONE_FS shares it). */
export interface FsContext {
  refs: number
  root: Path
  cwd: Path
  umask: number
}

/** What is mounted where (mount_namespaces(7)). */
export interface MountNamespace {
  root: Mount
  mounts: Mount[]
  /** How often the mounts changed, and who waits for that (poll of /proc/mounts). */
  mountChanges: { count: number; queue: WaitQueue }
}

export interface Vfs {
  nextMountId: number
  /** Minor device number for the next pseudo file system. */
  nextDev: number
  /** Bytes of all extended attributes. */
  xattrBytes: number
  /** What the epolls of each user watch. */
  epollWatches: Map<number, number>
  /** inotify instances and watches of each user; the last number that tied two ends of a move. */
  inotifyInstances: Map<number, number>
  inotifyWatches: Map<number, number>
  moveCookie: number
  /** Pages of the open pipes of each user, whether they are filled or not. */
  pipePages: Map<number, number>
  /** Inodes that have no directory: pipes, memfd, shared anonymous memory. */
  anon: FileSystem
  pipefs: FileSystem
}

/** Options of `lookup`. */
export interface LookupOptions {
  /** Follow a symbolic link in the last component. Default true. */
  follow?: boolean
  /** AT_EMPTY_PATH: an empty path means dirfd itself. */
  empty?: boolean
  /** RESOLVE_* of openat2. */
  resolve?: number
}

/** Where a new name would go. `dir` is a directory that was found and may be searched; `name` may be '.', '..' or '' (the root). */
export interface ParentPath {
  mount: Mount
  dir: Dentry
  name: string
  trailingSlash: boolean
}

/** Of epolls that were asked in one call: what holds, and how often their queues were woken. */
export type PollRound = Map<FileDescription, { mask: number; wakes: number }>

/** Behaviour of an open file by its kind. What is missing is refused with Linux's errno. */
export interface FileOps {
  /** open(2) found an inode of this kind: may set `data`, or throws to refuse. */
  open?(k: Kernel, task: Task, file: FileDescription): void
  /** open(2) as a whole, for what may have to wait for another: makes the description too. */
  enter?(k: Kernel, task: Task, at: Path, flags: number): FileDescription | Blocked
  /** O_TRUNC: cuts what was opened, or extends it with zeros. Missing: nothing happens. */
  truncate?(k: Kernel, task: Task, inode: Inode, size: number): void
  /**
   * Up to `max` bytes at `offset` (null: at the file's own position, which `consume` advances). The answer may be a view that is
   * only valid until the next kernel action: copy it out at once. An empty array is end of file.
   */
  read?(k: Kernel, task: Task, file: FileDescription, max: number, offset: number | null): Uint8Array | Blocked
  /** It was read from: access times, and who watches. */
  accessed?(k: Kernel, file: FileDescription): void
  /** Called after the bytes of a `read` with offset null reached the program. */
  consume?(k: Kernel, file: FileDescription, count: number): void
  /** A fault ended a read when `moved` of its bytes had reached the program: how many of them count. Missing: all. */
  arrived?(file: FileDescription, moved: number): number
  /**
   * What is read is taken in pieces of so many bytes before the program gets them: the piece that a fault cuts is lost, and no
   * piece beyond it is taken. Missing: what did not reach the program stays.
   */
  readPiece?: number
  /**
   * Writes some or all; the answer is how many bytes, or Blocked when none could be written. The whole call is about `length`
   * bytes, of which `done` were written before. Bytes that cannot be had (a fault) are missing at the end of `bytes`, if need be
   * all: 0 is the answer for "would be taken".
   */
  write?(
    k: Kernel,
    task: Task,
    file: FileDescription,
    bytes: Uint8Array,
    offset: number | null,
    done: number,
    length: number,
  ): number | Blocked
  /** Of the largest message in bytes, where a write is one: it is handed over whole, or if it is larger not at all. 0 or missing: it comes in pieces. */
  message?(file: FileDescription): number
  /** A read that found less goes on until it has so many bytes, or has to end. Missing: 1. */
  least?(file: FileDescription): number
  /** Of the bytes before a fault whole pieces of this size are written: missing 1, Infinity all or nothing. 0: bytes are not looked at. */
  writePiece?: number
  /** writev is a write for each segment, not one of all their bytes (Linux: the kind has write and no write_iter). */
  takesEach?(file: FileDescription): boolean
  /**
   * POLL* bits that hold now; pushes the queues that tell of a change. Missing: always readable and writable. `round`: what was asked
   * already, and whose queues are among them, for what stands for many others. `events`: what is asked for (missing: all), for kinds that
   * tell of reading and of writing by queues of their own.
   */
  poll?(k: Kernel, file: FileDescription, queues: WaitQueue[] | null, task: Task | null, round?: PollRound, events?: number): number
  ioctl?(k: Kernel, task: Task, file: FileDescription, request: number, argument: number): SyscallResult
  /** lseek answers 0 whatever is asked, as /dev/null and event files do. */
  noPosition?: boolean
  /** lseek as a whole, where positions are no numbers of bytes. */
  seek?(k: Kernel, file: FileDescription, offset: number, whence: number): number
  /** Size for SEEK_END; missing: EINVAL. */
  seekEnd?(k: Kernel, file: FileDescription): number
  /** SEEK_DATA and SEEK_HOLE within the file: where data (or else a hole) is from `offset` on; null: no data is left. */
  nextExtent?(k: Kernel, file: FileDescription, offset: number, data: boolean): number | null
  /** lseek has moved the position. */
  sought?(file: FileDescription): void
  /** The entry of a directory at a position (counted from 0); null at the end; undefined when that name is gone by now. */
  entryAt?(k: Kernel, task: Task, file: FileDescription, position: number): DirectoryEntry | null | undefined
  /** What it keeps of kernel memory besides itself: so many of each (mm/kmem.ts), or bytes. */
  holds?(file: FileDescription): Partial<Record<'epollItem' | 'element' | 'bytes', number>>
  /** What /proc/PID/fdinfo/N says besides what all files say: whole lines. */
  fdinfo?(k: Kernel, file: FileDescription): string
  /** What somebody waits for who sleeps on the queue of its data; missing: 'a change of'. */
  waitsFor?: string
  /** How the functions of Linux's that wait to read or write it are called, as /proc/PID/wchan shows them: `pipe_` for `pipe_read`. */
  channel?: string
  /** The same, by the name of the call; null: it waits elsewhere. */
  waitsIn?(file: FileDescription, call: string): string | null
  /** The date was put forward by so many nanoseconds. */
  dateMoved?(k: Kernel, file: FileDescription, forward: Int64): void
  /** A read gives as much as is asked for, so it is worth asking again. Others answer with what they have. */
  fills?: true
  /** A write takes its bytes at once: they may be a view of the program's memory. Missing: they are copied. */
  takesViews?(file: FileDescription): boolean
  /** Its contents are pages of the page cache: bytes move page by page, nothing but a signal that kills cuts that short, and mmap, fallocate,
   * ftruncate and copy_file_range work on it. */
  pagewise?: true
  /** It has something behind it that fsync could wait for. */
  syncs?: true
  /** O_DIRECT may be set. */
  direct?: true
  /** RWF_NOWAIT can be asked of it. */
  noWait?: true
  /** splice can read from it (sendfile too, where there are positions); missing: it cannot. */
  spliceFrom?(file: FileDescription): boolean
  /** Where splice is not to wait, a read of it does not either. */
  spliceNoWait?: true
  /** splice and sendfile can write to it; missing: where there is `write`. */
  spliceTo?(file: FileDescription): boolean
  /** O_ASYNC is heard: the queues that tell of a change (bands: POLL_IN, POLL_OUT). Missing: FIOASYNC is ENOTTY. */
  async?(k: Kernel, file: FileDescription): { queue: WaitQueue; band: number }[]
  /** A file that this one watches (FileDescription.epolls) was closed. */
  forget?(k: Kernel, file: FileDescription, closed: FileDescription): void
  /** A descriptor of it, in that table, is closed; others may be left. */
  closing?(k: Kernel, file: FileDescription, table: FileTable): void
  /** The last reference is gone. */
  release?(k: Kernel, file: FileDescription): void
  /** What mmap maps: an inode with pages, or null for zero-filled memory. Missing: ENODEV. */
  mapTarget?(k: Kernel, file: FileDescription): Inode | null
  /** Where in it a mapping at an offset begins; throws EINVAL. Missing: there. */
  mapOffset?(file: FileDescription, offset: number): number
  /** Positioned reads and writes: refused with this (pipes: ESPIPE). */
  positioned?: Errno
}

/** How directories of one kind of file system find and list names. Names made by the kernel itself are in `children` already. */
export interface DirectoryOps {
  /** Names not (yet) in `children`; null when there is none. */
  lookup?(k: Kernel, task: Task | null, dir: Dentry, name: string): Dentry | null
  /** Has the host say every name (host: `listed`), or answers the entries itself (proc). */
  list?(k: Kernel, task: Task, dir: Dentry): DirectoryEntry[] | null
  /** Text of a symbolic link that is not stored. */
  readlink?(k: Kernel, task: Task, link: Dentry): string
  /** A link that leads to a place without going by its text: /proc/PID/fd/N, exe, cwd, root. */
  jump?(k: Kernel, task: Task, link: Dentry): Path | null
  /** False when names cannot be made or removed here (EPERM, or as Linux's proc: ENOENT on creation). */
  fixed?: Errno
  /** The host is told, when writes go through to it; an errno undoes nothing: it is raised before the tree changes. */
  creating?(k: Kernel, dir: Dentry, name: string, inode: Inode, task: Task): void
  removing?(k: Kernel, dentry: Dentry): void
  renaming?(k: Kernel, dentry: Dentry, to: Dentry, name: string): void
}

/** What a file system has room for, and what statfs(2) calls it. */
export interface FileSystemSpace extends HostSpace {
  type: number
}

/** What a kind of file system does besides its directories. */
export interface FileSystemOps extends DirectoryOps {
  /** For statfs(2). EIO, or what the host says. */
  space(k: Kernel, mount: Mount): FileSystemSpace
  /** What a file of it is opened as; missing or null: what its type says. */
  opens?(inode: Inode): FileOpsKind | null
  /** The kernel makes up what it holds: modes, owners and times are not to be changed, and O_DIRECT means nothing. */
  generated?: true
  /** st_blksize; missing: a page. */
  blockSize?: number
  /** What /proc/mounts calls it; missing: as its kind is called. */
  type?(fs: FileSystem): string
  /** Its names and files are in guest memory, and limited by that. */
  inMemory?: true
  /** Its files are kept by the host: as many as it has. */
  outside?: true
  /** Its files know seals, though only memfd_create makes ones that take any. */
  seals?: true
  /** It keeps file attributes (FS_IOC_SETFLAGS). */
  flags?: true
  /** It keeps extended attributes. */
  xattrs?: true
  /** O_TMPFILE is refused. */
  noTemporary?: Errno
  /** Nobody holds the inode any more, though it may have names: what was kept open outside for it is closed. */
  closed?(k: Kernel, inode: Inode): void
  /** Nothing leads to the inode any more: its pages, or what it has besides, are given back. */
  evict?(k: Kernel, inode: Inode): void
}

export interface DirectoryEntry {
  name: string
  ino: number
  kind: FileKind
}
