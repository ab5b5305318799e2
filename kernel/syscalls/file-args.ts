// How file calls' arguments look in a trace: iovec arrays, structures the call fills, descriptor pairs.
import { IOVEC, readStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { pointer, SHOWN_BYTES } from './args.ts'
import type { Arg } from './define.ts'
import { quote } from './text.ts'

/** Pieces that strace shows of an iovec array. */
const SHOWN_SEGMENTS = 16

/** `[{iov_base="hi\n", iov_len=3}]`; `left` limits what was really transferred. */
export function vectorText(k: Kernel, task: Task, at: number, count: number, left: number): string {
  const bytes = at > 0 && count > 0 ? peekUser(k, task, at, Math.min(count, SHOWN_SEGMENTS) * IOVEC.size) : null
  if (bytes === null) return pointer(at)
  const parts: string[] = []
  for (let i = 0; i < bytes.length / IOVEC.size; i++) {
    const { base, length } = readStruct(IOVEC, bytes, i * IOVEC.size)
    const shown = Math.min(length, left)
    left -= shown
    const content = peekUser(k, task, base, Math.min(shown, SHOWN_BYTES + 1))
    parts.push(`{iov_base=${content === null ? pointer(base) : quote(String.fromCharCode(...content), SHOWN_BYTES)}, iov_len=${length}}`)
  }
  return `[${parts.join(', ')}${count > SHOWN_SEGMENTS ? ', ...' : ''}]`
}

/** Index of iovcnt, where it is the argument behind that of read and write's length. */
const COUNT = 2

export const vectorIn: Arg<number> = {
  type: 'const struct iovec *',
  read: raw => raw,
  show: (raw, k, task, all) => vectorText(k, task, raw, all[COUNT], Infinity),
}

/** Ranges of memory that the call does not look into, or another's; `count` is the index of how many there are. */
export const rangesAt = (count: number): Arg<number> => ({
  ...vectorIn,
  show(raw, k, task, all) {
    if (all[count] === 0) return '[]'
    const bytes = raw > 0 ? peekUser(k, task, raw, Math.min(all[count], SHOWN_SEGMENTS) * IOVEC.size) : null
    if (bytes === null) return pointer(raw)
    const parts = Array.from({ length: bytes.length / IOVEC.size }, (_, i) => readStruct(IOVEC, bytes, i * IOVEC.size))
    const text = parts.map(({ base, length }) => `{iov_base=${pointer(base)}, iov_len=${length}}`).join(', ')
    return `[${text}${all[count] > SHOWN_SEGMENTS ? ', ...' : ''}]`
  },
})
export const rangesIn = rangesAt(COUNT)

export const vectorOut: Arg<number> = {
  type: 'struct iovec *',
  after: true,
  read: raw => raw,
  show: (raw, k, task, all, result) => (result === undefined || result < 0 ? pointer(raw) : vectorText(k, task, raw, all[COUNT], result)),
}

/** Structures of getdents64: strace says only how many. */
export const direntsOut: Arg<number> = {
  type: 'struct linux_dirent64 *',
  after: true,
  read: raw => raw,
  show: (raw, k, task, _all, result) => {
    if (result === undefined || result < 0) return pointer(raw)
    const bytes = peekUser(k, task, raw, result)
    let count = 0
    for (let at = 0; bytes !== null && at < result; at += bytes[at + DIRENT_LENGTH] | (bytes[at + DIRENT_LENGTH + 1] << 8)) count++
    return `${pointer(raw)} /* ${count} entries */`
  },
}
/** Offset of d_reclen. */
const DIRENT_LENGTH = 16

/** An offset that the call reads and writes back: `[10]`. */
export const offsetPointer: Arg<number> = {
  type: 'off_t *',
  read: raw => raw,
  show: (raw, k, task) => {
    const bytes = raw > 0 ? peekUser(k, task, raw, 8) : null
    return bytes === null ? pointer(raw) : `[${new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true)}]`
  },
}

/** int[2] that pipe2 fills. */
export const descriptorPair: Arg<number> = {
  type: 'int *',
  after: true,
  read: raw => raw,
  show: (raw, k, task, _all, result) => {
    const bytes = result === undefined || result < 0 ? null : peekUser(k, task, raw, 8)
    if (bytes === null) return pointer(raw)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return `[${view.getInt32(0, true)}, ${view.getInt32(4, true)}]`
  },
}
