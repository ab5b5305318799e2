// The kernel's Host over Node: standard streams, and directories that were given. Paths are byte strings (one char a byte), so
// they go to the file system as buffers and any name survives.
import * as fs from 'node:fs'
import type { Host, HostFileKind, HostFiles, HostStat } from '../kernel/index.ts'

const bytes = (path: string): Buffer => Buffer.from(path, 'latin1')
const text = (buffer: Buffer): string => buffer.toString('latin1')
/** A host path as a byte string. */
export const byteString = (path: string): string => text(Buffer.from(path, 'utf8'))

const KINDS: readonly [HostFileKind, (s: fs.Stats | fs.BigIntStats) => boolean][] = [
  ['regular', s => s.isFile()],
  ['directory', s => s.isDirectory()],
  ['symlink', s => s.isSymbolicLink()],
  ['fifo', s => s.isFIFO()],
  ['socket', s => s.isSocket()],
  ['chardev', s => s.isCharacterDevice()],
]
const kindOf = (s: fs.Stats | fs.BigIntStats): HostFileKind => KINDS.find(([, is]) => is(s))?.[0] ?? 'blockdev'

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code
/** Runs a file operation; a failure is its errno's name, as the kernel wants it. */
function attempt<T>(what: () => T): T | string {
  try {
    return what()
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    return code
  }
}

function withFile<T>(path: string, flags: number, use: (fd: number) => T): T {
  const fd = fs.openSync(bytes(path), flags)
  try {
    return use(fd)
  } finally {
    fs.closeSync(fd)
  }
}

const hostFiles: HostFiles = {
  lstat: path =>
    attempt((): HostStat => {
      const s = fs.lstatSync(bytes(path), { bigint: true })
      return { kind: kindOf(s), mode: Number(s.mode & 0o7777n), size: Number(s.size), mtime: Number(s.mtimeNs) }
    }),
  readdir: path => attempt(() => fs.readdirSync(bytes(path), { encoding: 'buffer' }).map(text)),
  readlink: path => attempt(() => ({ target: text(fs.readlinkSync(bytes(path), { encoding: 'buffer' })) })),
  read: (path, offset, length) =>
    attempt(() =>
      withFile(path, fs.constants.O_RDONLY, fd => {
        const buffer = new Uint8Array(length)
        return buffer.slice(0, fs.readSync(fd, buffer, 0, length, offset))
      }),
    ),
  write: (path, offset, data) => attempt(() => withFile(path, fs.constants.O_WRONLY, fd => fs.writeSync(fd, data, 0, data.length, offset))),
  truncate: (path, size) => attempt(() => (fs.truncateSync(bytes(path), size), 0 as const)),
  create: (path, kind, mode, target) =>
    attempt(() => {
      if (kind === 'directory') fs.mkdirSync(bytes(path), mode)
      else if (kind === 'symlink') fs.symlinkSync(bytes(target ?? ''), bytes(path))
      else fs.closeSync(fs.openSync(bytes(path), fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_WRONLY, mode))
      return 0 as const
    }),
  remove: (path, kind) => attempt(() => (kind === 'directory' ? fs.rmdirSync(bytes(path)) : fs.unlinkSync(bytes(path)), 0 as const)),
  rename: (from, to) => attempt(() => (fs.renameSync(bytes(from), bytes(to)), 0 as const)),
}

const RETRY_MS = 1
/** Sleeps without the event loop: only for a descriptor that somebody made non-blocking. */
const pause = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS)

/** Writes everything, or answers why not (EPIPE, ENOSPC, EIO ...). */
function writeAll(fd: number, data: Uint8Array): 0 | string {
  for (let at = 0; at < data.length;) {
    try {
      at += fs.writeSync(fd, data, at, data.length - at)
    } catch (error) {
      const code = codeOf(error)
      if (code === undefined) throw error
      if (code !== 'EAGAIN') return code
      pause()
    }
  }
  return 0
}

function readSome(max: number): Uint8Array {
  const buffer = new Uint8Array(max)
  for (;;) {
    try {
      return buffer.slice(0, fs.readSync(0, buffer, 0, max, null))
    } catch (error) {
      const code = codeOf(error)
      if (code === 'EOF' || code === 'EISDIR') return buffer.slice(0, 0)
      if (code !== 'EAGAIN') throw error
      pause()
    }
  }
}

export const nodeHost: Host = { write: (stream, data) => writeAll(stream, data), readInput: readSome, files: hostFiles }

/** Linux's numbers of /dev/null. */
const NULL_DEVICE = { major: 1, minor: 3 }
const isNullDevice = (rdev: number): boolean => rdev >> 8 === NULL_DEVICE.major && (rdev & 0xff) === NULL_DEVICE.minor

/** What kind of file a standard stream of ours is: a device that is no terminal passes bytes like a pipe. A closed one is as good as /dev/null. */
export function streamKind(fd: 0 | 1 | 2): 'terminal' | 'pipe' | 'regular' | 'null' {
  let s: fs.Stats
  try {
    s = fs.fstatSync(fd)
  } catch {
    return 'null'
  }
  if (s.isFile()) return 'regular'
  if (s.isCharacterDevice() && isTerminal(fd)) return 'terminal'
  return s.isCharacterDevice() && isNullDevice(s.rdev) ? 'null' : 'pipe'
}
const isTerminal = (fd: 0 | 1 | 2): boolean =>
  (fd === 1 ? process.stdout.isTTY : fd === 2 ? process.stderr.isTTY : process.stdin.isTTY) === true
