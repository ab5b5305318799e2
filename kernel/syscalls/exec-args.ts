// The strings that execve is given: up to some megabytes, so they are read in pieces. What was read is not read again.
import { E2BIG, ENAMETOOLONG, ENOMEM, MAX_ARG_STRLEN } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, copyInString, getU64 } from '../mm/index.ts'
import { argumentRoom } from '../process/index.ts'
import type { ReadingArguments } from '../process/types.ts'
import type { Task } from '../state.ts'
import { goOnWith, keptOr, PIECE_BYTES, progressOf, type Blocked } from '../waiting.ts'

const POINTER_BYTES = 8

function readString(k: Kernel, task: Task, at: number): string {
  try {
    return copyInString(k, task, at, MAX_ARG_STRLEN)
  } catch (error) {
    throw error === ENAMETOOLONG ? E2BIG : error
  }
}

/** Reads on in a NULL-terminated vector; a NULL vector is an empty one. False: it has come to `stop` bytes before its end. EFAULT, E2BIG. */
function readVector(k: Kernel, task: Task, at: number, texts: string[], from: number, reading: ReadingArguments, stop: number): boolean {
  while (at !== 0) {
    if (reading.total >= stop) return false
    const string = getU64(k, task, at + (texts.length - from) * POINTER_BYTES)
    if (string === 0) return true
    const text = readString(k, task, string)
    texts.push(text)
    reading.total += text.length + 1 + POINTER_BYTES
    if (reading.total > argumentRoom(task)) throw E2BIG
  }
  return true
}

/**
 * argv and envp at two addresses; Blocked: the call goes on with the rest. What was read counts as the kernel's memory while others run.
 * ENOMEM where there is no room for it.
 */
export function readArguments(k: Kernel, task: Task, argv: number, envp: number): { argv: string[]; envp: string[] } | Blocked {
  const texts = keptOr<string[]>(task, () => [])
  const reading = progressOf(task, 'exec') ?? { call: 'exec', args: -1, total: 0 }
  const start = reading.total
  const stop = start + PIECE_BYTES
  if (reading.args < 0 && readVector(k, task, argv, texts, 0, reading, stop)) reading.args = texts.length
  const { args } = reading
  if (args >= 0 && readVector(k, task, envp, texts, args, reading, stop)) return { argv: texts.slice(0, args), envp: texts.slice(args) }
  chargeKmem(k, reading.total - start, ENOMEM)
  return { ...goOnWith(reading), kept: texts }
}
