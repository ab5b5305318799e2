// The argument types that rows of every family share. A type says how a raw register becomes a value, and how strace shows it.
import { AT_FDCWD, int64, PATH_MAX, readStruct, signalName, TWO_32, wild, type Int64, type StructValues } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyInString, peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import type { Arg } from './define.ts'
import { flagsText, hex, nameOf, prefixOf, quote } from './text.ts'

/** int: signed 32 bits. */
export const int: Arg<number> = { type: 'int', word: true, plain: 'int', read: raw => raw, show: raw => String(raw | 0) }
/** unsigned int. */
export const uint: Arg<number> = { type: 'unsigned int', word: true, plain: 'uint', read: raw => raw >>> 0, show: raw => String(raw >>> 0) }
/** Signed 64 bits of which only sign and limits matter: beyond 2^53 rounded, which every file's largest size is far below. */
export const long: Arg<number> = { type: 'long', plain: 'wide', read: raw => raw, show: raw => String(raw), showWide: String }
/** off_t, exactly. */
export const offset: Arg<Int64> = {
  type: 'off_t',
  plain: 'wide',
  read: raw => raw,
  wide: int64,
  show: raw => String(raw),
  showWide: String,
}
/** What is an int, a number or an address by another argument. */
export const argument: Arg<number> = {
  type: 'long',
  plain: 'wide',
  read: raw => raw,
  wide: (_high, low) => wild(low),
  show: raw => String(raw),
}
/** size_t: beyond 2^53, past any limit, it is kept to whole pages, rounded up; 2^64 is what wraps around when it is so rounded. */
export const size: Arg<number> = {
  type: 'size_t',
  plain: 'wide',
  read: raw => (raw < 0 ? raw + 2 ** 64 : raw),
  wide: (high, low) => Number(((BigInt.asUintN(64, BigInt(high) << 32n) | BigInt(low >>> 0)) + 4095n) & ~4095n),
  showWide: value => String(BigInt.asUintN(64, value)),
  show: raw => (raw < 0 ? (BigInt(raw) + 2n ** 64n).toString() : String(raw)),
}
/** A file descriptor. */
export const fd: Arg<number> = {
  type: 'int',
  word: true,
  plain: 'int',
  descriptor: true,
  read: raw => raw,
  show: raw => String(raw | 0),
}
/** A directory descriptor of the *at calls. */
export const dirfd: Arg<number> = {
  type: 'int',
  word: true,
  plain: 'int',
  descriptor: true,
  read: raw => raw,
  show: raw => ((raw | 0) === AT_FDCWD ? 'AT_FDCWD' : String(raw | 0)),
}
export const pid: Arg<number> = { type: 'pid_t', word: true, plain: 'int', read: raw => raw, show: raw => String(raw | 0) }
/** uid_t, gid_t: -1 shows as -1. */
export const id: Arg<number> = { type: 'uid_t', word: true, read: raw => raw >>> 0, show: raw => (raw === -1 ? '-1' : String(raw >>> 0)) }
/** A user address the handler reads or writes by itself; 0 is NULL. Wild values stay wild and meet EFAULT in usercopy. */
export const address: Arg<number> = {
  type: 'void *',
  plain: 'wide',
  read: raw => raw,
  wide: (_high, low) => wild(low),
  show: raw => pointer(raw),
}
/** mode_t, octal. */
export const mode: Arg<number> = {
  type: 'mode_t',
  word: true,
  read: raw => raw & 0o7777,
  show: raw => `0${(raw >>> 0).toString(8)}`.replace(/^00$/, '000'),
}
export const signal: Arg<number> = {
  type: 'int',
  word: true,
  plain: 'int',
  read: raw => raw,
  show: raw => (raw === 0 ? '0' : signalName(raw | 0)),
}

/** Text of a register that no number holds. */
export const wideText = (arg: Arg<unknown>, value: bigint): string => arg.showWide?.(value) ?? `0x${BigInt.asUintN(64, value).toString(16)}`

/** Address as strace prints it. */
export const pointer = (raw: number): string => (raw === 0 ? 'NULL' : hex(raw))

/** A file name: a byte string of less than PATH_MAX (ENAMETOOLONG), EFAULT when unreadable. */
export const path: Arg<string> = {
  type: 'const char *',
  named: true,
  read: (raw, k, task) => copyInString(k, task, raw, PATH_MAX),
  show: (raw, k, task) => {
    const text = peekString(k, task, raw, PATH_MAX)
    return text === null ? pointer(raw) : quote(text, PATH_MAX)
  },
}

/** A name that is read when it is asked for: after another one was looked up. */
export const laterPath: Arg<() => string> = {
  type: path.type,
  named: true,
  read: (raw, k, task) => () => path.read(raw, k, task),
  show: path.show,
}

/** A name that may be NULL. */
export const pathOrNull: Arg<string | null> = {
  type: 'const char *',
  named: true,
  read: (raw, k, task) => (raw === 0 ? null : path.read(raw, k, task)),
  show: path.show,
}

/** The NUL-terminated string at an address without disturbing anything, null when it cannot be read now. */
export function peekString(k: Kernel, task: Task, at: number, max: number): string | null {
  let text = ''
  while (text.length < max) {
    // Byte strings lie on any boundary: read up to the end of each page.
    const length = Math.min(max - text.length, 4096 - ((at + text.length) % 4096))
    const bytes = at > 0 ? peekUser(k, task, at + text.length, length) : null
    if (bytes === null) return null
    for (const byte of bytes) {
      if (byte === 0) return text
      text += String.fromCharCode(byte)
    }
  }
  return text
}

/** Bits of a table: `flags(OPEN_FLAGS)`. What the table does not name shows as a hex rest. `zero` is the text for 0. */
export const flags = (table: Readonly<Record<string, number>>, zero = '0', type = 'int', prefix = prefixOf(table)): Arg<number> => ({
  type,
  word: true,
  plain: 'uint',
  names: zero === '0' ? Object.keys(table) : [zero, ...Object.keys(table)],
  read: raw => raw >>> 0,
  show: raw => flagsText(table, raw >>> 0, zero, prefix),
})

/** One value of a table: `oneOf(CLOCKS)`. */
export const oneOf = (table: Readonly<Record<string, number>>, type = 'int'): Arg<number> => ({
  type,
  word: true,
  plain: 'int',
  names: Object.keys(table),
  read: raw => raw,
  show: raw => nameOf(table, raw | 0),
})

/** Bytes of the program that the call takes: shown from memory, `length` being the index of the argument that counts them. */
export const bytesIn = (length: number): Arg<number> => ({
  type: 'const void *',
  plain: 'wide',
  read: raw => raw,
  show: (raw, k, task, all) => bufferText(k, task, raw, all[length] as number),
})

/** Bytes that the call fills: shown when it returned, as many as the result says. */
export const bytesOut: Arg<number> = {
  type: 'void *',
  plain: 'wide',
  after: true,
  read: raw => raw,
  show: (raw, k, task, _all, result) => (result === undefined || result < 0 ? pointer(raw) : bufferText(k, task, raw, result)),
}

/** strace shows at most this many bytes of a buffer. */
export const SHOWN_BYTES = 32

function bufferText(k: Kernel, task: Task, at: number, length: number): string {
  if (!(length >= 0 && length < TWO_32)) return pointer(at)
  const bytes = peekUser(k, task, at, Math.min(length, SHOWN_BYTES + 1))
  if (bytes === null) return pointer(at)
  return quote(String.fromCharCode(...bytes), SHOWN_BYTES)
}

type AnyLayout = Parameters<typeof readStruct>[0]

/** Text of one structure's values. */
export type StructText<L extends AnyLayout> = (values: StructValues<L['members']>) => string

/** A structure that the call reads; null where the pointer is NULL. EFAULT. */
export const structIn = <L extends AnyLayout>(
  layout: L,
  text: StructText<L>,
  type = 'const void *',
): Arg<StructValues<L['members']> | null> => ({
  type,
  read: (raw, k, task) => (raw === 0 ? null : (readStruct(layout, copyIn(k, task, raw, layout.size)) as StructValues<L['members']>)),
  show: (raw, k, task) => structText(k, task, raw, layout, text),
})

/** A structure that the call fills: its address for the handler, its values for the trace once the call succeeded. */
export const structOut = <L extends AnyLayout>(layout: L, text: StructText<L>, type = 'void *'): Arg<number> => ({
  type,
  plain: 'wide',
  after: true,
  read: raw => raw,
  show: (raw, k, task, _all, result) => (result === undefined || result < 0 ? pointer(raw) : structText(k, task, raw, layout, text)),
})

function structText<L extends AnyLayout>(k: Kernel, task: Task, at: number, layout: L, text: StructText<L>): string {
  const bytes = at > 0 ? peekUser(k, task, at, layout.size) : null
  return bytes === null ? pointer(at) : text(readStruct(layout, bytes) as StructValues<L['members']>)
}
