// `--core FILE`: the core dump of the program that was asked for, as a file of the host, whatever limits the guest has. The machine is
// only looked at: what is run, recorded and replayed is the same with it and without.
import { accessSync, closeSync, constants, ftruncateSync, openSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { PAGE_SIZE } from '../vm/index.ts'
import { coreFile, corePage, peekFile, type CoreSpan, type Kernel, type Mm, type SigInfo, type Task } from '../kernel/index.ts'
import { CommandError, EXIT } from './errors.ts'

/** It holds all that the program had in memory: for its owner alone. */
const CORE_MODE = 0o600
/** Pages that are written at once. */
const CHUNK_PAGES = 256

/** Refuses a place where no file could be written, before anything has run. */
export function checkCorePlace(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK)
  } catch (error) {
    throw new CommandError(EXIT.usage, `--core ${path}: ${(error as Error).message}`)
  }
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new CommandError(EXIT.usage, `--core ${path}: it is no regular file`)
}

function writeAll(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
}

/** Memory page by page; pages side by side in one write, and none for those that were never touched. */
function writeSpan(fd: number, k: Kernel, mm: Mm, { start, end, offset }: CoreSpan): void {
  const chunk = new Uint8Array(CHUNK_PAGES * PAGE_SIZE)
  let filled = 0
  let chunkAt = offset
  const flush = (): void => {
    writeAll(fd, chunk.subarray(0, filled), chunkAt)
    filled = 0
  }
  for (let va = start; va < end; va += PAGE_SIZE) {
    const bytes = corePage(k, mm, va, (inode, at) => peekFile(k, inode, at, PAGE_SIZE))
    if (bytes === null || filled === chunk.length) flush()
    if (bytes === null) continue
    if (filled === 0) chunkAt = offset + va - start
    chunk.fill(0, filled + bytes.length, filled + PAGE_SIZE)
    chunk.set(bytes, filled)
    filled += PAGE_SIZE
  }
  flush()
}

/** Writes the core dump of a task that stands before the signal that ends it; answers the line to be said about it. */
export function writeCoreDump(k: Kernel, task: Task, info: SigInfo, path: string): string {
  const { mm } = task
  const shape = coreFile(k, task, info)
  if (mm === null || shape === null) return ''
  try {
    const fd = openSync(path, 'w', CORE_MODE)
    try {
      writeAll(fd, shape.head, 0)
      for (const span of shape.spans) writeSpan(fd, k, mm, span)
      ftruncateSync(fd, shape.size)
    } finally {
      closeSync(fd)
    }
    return `hartbeat: core dumped to ${path}\n`
  } catch (error) {
    return `hartbeat: --core ${path}: ${(error as Error).message}\n`
  }
}
