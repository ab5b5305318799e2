// What the kernel may ask of the world outside the machine. The command line, a page and the tests each implement it;
// the kernel reaches it only through the journal (journal.ts), so that a run can be replayed to the bit.
// Byte strings: names and paths are JS strings with one char per byte (latin1), so any file name survives.

export type HostFileKind = 'regular' | 'directory' | 'symlink' | 'fifo' | 'chardev' | 'blockdev' | 'socket'

export interface HostStat {
  /** Which inode it is, as the host tells inodes apart: opaque, and the same for as long as the file exists. */
  id: string
  kind: HostFileKind
  /** 07777 bits. */
  mode: number
  size: number
  /** Nanoseconds since the epoch. */
  mtime: number
}

/**
 * An inode of the host below a directory that was given to the guest. Plain and frozen, so that snapshots hold it: it says what the file
 * is, not that it is open. The host opens what has this identity and nothing else, wherever names or links lead meanwhile.
 */
export interface HostNode {
  /** The directory that was given, by its host path. */
  readonly root: string
  /** Where it was last seen: names below the root with '/' between them; '' is the root itself. */
  readonly path: string
  /** HostStat.id. */
  readonly id: string
}

/** What the host's file system has, in blocks of `bsize` bytes, and how many files (statfs(2)). */
export interface HostSpace {
  bsize: number
  blocks: number
  bfree: number
  bavail: number
  files: number
  ffree: number
}

/**
 * Host directories that were given to the guest. Every answer is a value or an errno name: 'ENOENT'; 'ESTALE' for an inode that is not
 * where it was and is not open any more. Names are single names. No link is followed, and nothing but regular files and directories is opened.
 */
export interface HostFiles {
  /** The directory that the user named, through whatever links lead to it. Only what lies below one that was asked for here is reached at all. */
  root(path: string): HostStat | string
  lookup(dir: HostNode, name: string): HostStat | string
  readdir(dir: HostNode): string[] | string
  readlink(dir: HostNode, name: string): { target: string } | string
  /** Of the file system that the directory is in. */
  space(dir: HostNode): HostSpace | string
  /**
   * The guest begins to use a regular file; `first`: and did not yet. From then on its bytes can be had although its name goes away, as far
   * as the host has descriptors for that.
   */
  open(file: HostNode, writable: boolean, first: boolean): 0 | string
  /** The guest has no use for it now. */
  close(file: HostNode): 0
  read(file: HostNode, offset: number, length: number): Uint8Array | string
  /** From here on: only for shares given as read-write. */
  write(file: HostNode, offset: number, bytes: Uint8Array): number | string
  truncate(file: HostNode, size: number): 0 | string
  create(dir: HostNode, name: string, kind: 'regular' | 'directory' | 'symlink', mode: number, target?: string): HostStat | string
  /** Takes a name away if it is still that inode's. */
  remove(dir: HostNode, name: string, node: HostNode, kind: 'regular' | 'directory'): 0 | string
  /** Gives the inode another name, if the first one is still its own. */
  rename(from: HostNode, name: string, node: HostNode, to: HostNode, newName: string): 0 | string
}

/**
 * What the kernel tells the host of the network: connections and datagrams that lead out of the machine, by numbers. Numbers of what the
 * guest began are positive, of what came in from outside negative. Addresses are texts: dotted (IPv4), or 32 hexadecimal digits.
 */
export type NetworkCommand =
  | { what: 'connect'; id: number; address: string; port: number }
  /** A connection from outside has been taken: its bytes are wanted. */
  | { what: 'open'; id: number }
  | { what: 'bytes'; id: number; bytes: Uint8Array }
  /** So many bytes that came have been read: there is room for as many. */
  | { what: 'taken'; id: number; count: number }
  /** Nothing follows in this direction. */
  | { what: 'end'; id: number }
  /** The connection is broken off, or was refused. */
  | { what: 'reset'; id: number }
  /** `connected`: nothing but answers of this address is wanted, and its errors are. */
  | { what: 'datagram'; id: number; address: string; port: number; bytes: Uint8Array; connected: boolean }
  /** Of datagrams: nobody waits for answers any more. */
  | { what: 'close'; id: number }
  /** The machine has gone back: nothing of what was open is. */
  | { what: 'forget' }

/** What comes of the network, each through the journal. Errors are names of errnos. */
export type NetworkEvent =
  /** Somebody connects to a published port of the guest. */
  | { what: 'arrive'; id: number; port: number }
  | { what: 'connected'; id: number }
  | { what: 'bytes'; id: number; bytes: Uint8Array }
  /** So many bytes of those that were told have left. */
  | { what: 'took'; id: number; count: number }
  | { what: 'ended'; id: number }
  | { what: 'closed'; id: number; error: string }
  | { what: 'datagram'; id: number; address: string; port: number; bytes: Uint8Array }
  /** A datagram for a published port; answers to it have the number. */
  | { what: 'flow'; id: number; port: number; bytes: Uint8Array }
  /** Everything that led out is gone. */
  | { what: 'lost' }

/** Bytes that may come over a connection before the guest has read them ('taken'). */
export const NETWORK_WINDOW = 1 << 18

/** The world outside of a machine, as whoever made the machine answers for it. */
export interface Host {
  /** Bytes to the host's standard output (1) or error (2). Output is not journalled: it is a consequence. Or an errno name: 'EPIPE', 'ENOSPC'. */
  write(stream: 1 | 2, bytes: Uint8Array): 0 | string
  /** Next bytes of a standard input that is a pipe or file, waiting for them; an empty array is end of file. Never asked of a terminal. */
  readInput(max: number): Uint8Array
  /** Of a standard input that is a file (Stdio 'regular'): bytes from a place on, counted from where `readInput` began. Without it there are none. */
  readInputAt?(offset: number, max: number): Uint8Array
  /** And how many there are in all, from there. */
  inputSize?(): number
  files: HostFiles
  /** The way out of the machine's network; missing: there is none. Like output, what is told is a consequence, and is told once. */
  network?: { tell(command: NetworkCommand): void }
}

const refuse = (): string => 'EIO'

/** A host that has no files: every question is refused. */
export const NO_HOST_FILES: HostFiles = {
  root: refuse,
  lookup: refuse,
  readdir: refuse,
  readlink: refuse,
  space: refuse,
  open: refuse as () => 'EIO',
  close: () => 0,
  read: refuse,
  write: refuse,
  truncate: refuse as () => 'EIO',
  create: refuse,
  remove: refuse as () => 'EIO',
  rename: refuse as () => 'EIO',
}
