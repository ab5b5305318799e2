// What the kernel may ask of the world outside the machine. The command line, a page and the tests each implement it;
// the kernel reaches it only through the journal (journal.ts), so that a run can be replayed to the bit.
// Byte strings: names and paths are JS strings with one char per byte (latin1), so any file name survives.

export type HostFileKind = 'regular' | 'directory' | 'symlink' | 'fifo' | 'chardev' | 'blockdev' | 'socket'

export interface HostStat {
  kind: HostFileKind
  /** Permission bits only. */
  mode: number
  size: number
  /** Nanoseconds since the epoch. */
  mtime: number
}

/** A host directory tree, by absolute host path. Every answer is a value or an errno name such as 'ENOENT'. */
export interface HostFiles {
  lstat(path: string): HostStat | string
  readdir(path: string): string[] | string
  readlink(path: string): { target: string } | string
  read(path: string, offset: number, length: number): Uint8Array | string
  /** Only for shares given as read-write. */
  write(path: string, offset: number, bytes: Uint8Array): number | string
  truncate(path: string, size: number): 0 | string
  create(path: string, kind: 'regular' | 'directory' | 'symlink', mode: number, target?: string): 0 | string
  remove(path: string, kind: 'regular' | 'directory'): 0 | string
  rename(from: string, to: string): 0 | string
}

export interface Host {
  /** Bytes to the host's standard output (1) or error (2). Output is not journalled: it is a consequence. Or an errno name: 'EPIPE', 'ENOSPC'. */
  write(stream: 1 | 2, bytes: Uint8Array): 0 | string
  /** Next bytes of a standard input that is a pipe or file, waiting for them; an empty array is end of file. Never asked of a terminal. */
  readInput(max: number): Uint8Array
  files: HostFiles
}
