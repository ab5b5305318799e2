// The kernel's Host over Node: standard streams, and directories that were given (host-files.ts). Paths are byte strings (one char a
// byte), so any name survives.
import * as fs from 'node:fs'
import type { Host } from '../kernel/index.ts'
import { newHostFiles } from './host-files.ts'

/** A host path as a byte string. */
export const byteString = (path: string): string => Buffer.from(path, 'utf8').toString('latin1')

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code
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

function readSome(max: number, position: number | null): Uint8Array {
  const buffer = new Uint8Array(max)
  for (;;) {
    try {
      return buffer.slice(0, fs.readSync(0, buffer, 0, max, position))
    } catch (error) {
      const code = codeOf(error)
      // Nothing is beyond what Node can count.
      if (code === 'EOF' || code === 'EISDIR' || code === 'ERR_OUT_OF_RANGE') return buffer.slice(0, 0)
      if (code !== 'EAGAIN') throw error
      pause()
    }
  }
}

/** Where standard input stood when we began, as Linux tells it; elsewhere a file is taken to stand at its beginning. */
function startOfInput(): number {
  try {
    return Number(/^pos:\s*(\d+)/m.exec(fs.readFileSync('/proc/self/fdinfo/0', 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

export function newNodeHost(): Host {
  let start = -1
  /** Before the first read moves it. */
  const begun = (): number => (start < 0 ? (start = startOfInput()) : start)
  return {
    write: (stream, data) => writeAll(stream, data),
    readInput: max => (begun(), readSome(max, null)),
    readInputAt: (offset, max) => readSome(max, begun() + offset),
    inputSize: () => Math.max(0, fs.fstatSync(0).size - begun()),
    files: newHostFiles(),
  }
}

export const nodeHost: Host = newNodeHost()

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
