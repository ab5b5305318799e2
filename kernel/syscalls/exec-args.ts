// The strings that execve is given: up to some megabytes, so they are read in pieces. What was read is not read again.
import { E2BIG, ENAMETOOLONG, MAX_ARG_STRLEN } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyInString, getU64 } from '../mm/index.ts'
import { argumentRoom } from '../process/index.ts'
import type { Task } from '../state.ts'
import { blocked, PIECE_BYTES, type Blocked } from './define.ts'

const POINTER_BYTES = 8

/** How far the reading has come. */
interface Reading {
  argv: string[]
  envp: string[]
  argvDone: boolean
  total: number
}

function readString(k: Kernel, task: Task, at: number): string {
  try {
    return copyInString(k, task, at, MAX_ARG_STRLEN)
  } catch (error) {
    throw error === ENAMETOOLONG ? E2BIG : error
  }
}

/** Reads on in a NULL-terminated vector; a NULL vector is an empty one. False: it has come to `stop` bytes before its end. EFAULT, E2BIG. */
function readVector(k: Kernel, task: Task, at: number, texts: string[], reading: Reading, stop: number): boolean {
  while (at !== 0) {
    if (reading.total >= stop) return false
    const string = getU64(k, task, at + texts.length * POINTER_BYTES)
    if (string === 0) return true
    const text = readString(k, task, string)
    texts.push(text)
    reading.total += text.length + 1 + POINTER_BYTES
    if (reading.total > argumentRoom(task)) throw E2BIG
  }
  return true
}

/** argv and envp at two addresses; Blocked: the call goes on with the rest. */
export function readArguments(k: Kernel, task: Task, argv: number, envp: number): { argv: string[]; envp: string[] } | Blocked {
  const before = task.call?.progress.reading as Reading | undefined
  const reading = before ?? { argv: [], envp: [], argvDone: false, total: 0 }
  const stop = reading.total + PIECE_BYTES
  reading.argvDone ||= readVector(k, task, argv, reading.argv, reading, stop)
  if (reading.argvDone && readVector(k, task, envp, reading.envp, reading, stop)) return reading
  return { ...blocked([], null), again: true, progress: { reading } }
}
