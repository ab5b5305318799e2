// fcntl(2) as strace prints it: what the third argument is, and what the result means, depends on the command.
import {
  FCNTL,
  FD_CLOEXEC,
  FLOCK_LAYOUT,
  F_ADD_SEALS,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_GETOWN,
  F_GETPIPE_SZ,
  F_GETSIG,
  F_GET_SEALS,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_OFD_SETLKW,
  F_SETFD,
  F_SETFL,
  F_SETLK,
  F_SETLKW,
  F_SETPIPE_SZ,
  LOCK_TYPES,
  SEALS,
  SEEK,
  readStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { fd, pointer } from './args.ts'
import { flagsText, hex, nameOf } from './text.ts'
import { openFlagsText } from './open-flags.ts'

type Show = (k: Kernel, task: Task, raw: number) => string

const lock: Show = (k, task, raw) => {
  const bytes = raw > 0 ? peekUser(k, task, raw, FLOCK_LAYOUT.size) : null
  if (bytes === null) return pointer(raw)
  const { type, whence, start, len, pid } = readStruct(FLOCK_LAYOUT, bytes)
  const owner = pid === 0 ? '' : `, l_pid=${pid}`
  return `{l_type=${nameOf(LOCK_TYPES, type)}, l_whence=${nameOf(SEEK, whence)}, l_start=${BigInt.asIntN(64, start)}, l_len=${BigInt.asIntN(64, len)}${owner}}`
}
const number: Show = (_k, _task, raw) => String(raw | 0)

/** Commands with an argument of their own kind. */
const ARGUMENTS: Readonly<Record<number, Show>> = {
  [F_DUPFD]: number,
  [F_DUPFD_CLOEXEC]: number,
  [F_SETFD]: (_k, _task, raw) => flagsText({ FD_CLOEXEC }, raw >>> 0),
  [F_SETFL]: (_k, _task, raw) => openFlagsText(raw | 0),
  [F_GETLK]: lock,
  [F_SETLK]: lock,
  [F_SETLKW]: lock,
  [F_OFD_GETLK]: lock,
  [F_OFD_SETLK]: lock,
  [F_OFD_SETLKW]: lock,
  [F_SETPIPE_SZ]: number,
  [F_ADD_SEALS]: (_k, _task, raw) => flagsText(SEALS, raw >>> 0),
}

/** Commands without one. */
const BARE: ReadonlySet<number> = new Set([F_GETFD, F_GETFL, F_GETOWN, F_GETSIG, F_GETPIPE_SZ, F_GET_SEALS])
/** These fill the structure in. */
const FILLED: ReadonlySet<number> = new Set([F_GETLK, F_OFD_GETLK])

/** The arguments: on entry as far as they are known, with the result the rest. */
export function fcntlText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  const command = raw[1] | 0
  const show = ARGUMENTS[command] ?? ((_k, _task, value) => hex(value))
  if (result !== undefined) return FILLED.has(command) ? (result < 0 ? pointer(raw[2]) : show(k, task, raw[2])) : ''
  const head = `${fd.show(raw[0], k, task, raw)}, ${nameOf(FCNTL, command)}`
  if (BARE.has(command)) return head
  return FILLED.has(command) ? `${head}, ` : `${head}, ${show(k, task, raw[2])}`
}

export function fcntlAnswer(_k: Kernel, _task: Task, raw: readonly number[], result: number): string {
  const command = raw[1] | 0
  if (command === F_GETFD) return result === 0 ? '0' : `${hex(result)} (flags ${flagsText({ FD_CLOEXEC }, result)})`
  if (command === F_GETFL) return `${hex(result)} (flags ${openFlagsText(result)})`
  if (command === F_GET_SEALS) return result === 0 ? '0' : `${hex(result)} (seals ${flagsText(SEALS, result)})`
  return String(result)
}
