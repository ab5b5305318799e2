// futex(2) as strace prints it: which arguments there are, and what they mean, depends on the operation.
import {
  FUTEX_BITSET_MATCH_ANY,
  FUTEX_CLOCK_REALTIME,
  FUTEX_CMP_REQUEUE,
  FUTEX_CMP_REQUEUE_PI,
  FUTEX_FD,
  FUTEX_LOCK_PI,
  FUTEX_LOCK_PI2,
  FUTEX_OPS,
  FUTEX_PRIVATE_FLAG,
  FUTEX_REQUEUE,
  FUTEX_TRYLOCK_PI,
  FUTEX_UNLOCK_PI,
  FUTEX_WAIT,
  FUTEX_WAIT_BITSET,
  FUTEX_WAIT_REQUEUE_PI,
  FUTEX_WAKE,
  FUTEX_WAKE_BITSET,
  FUTEX_WAKE_COMPARISONS,
  FUTEX_WAKE_OP,
  FUTEX_WAKE_OPS,
  TIMESPEC,
  readStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { pointer } from './args.ts'
import type { Arg } from './define.ts'
import { nameOf, plainHex } from './text.ts'
import { timespecText } from './times.ts'

const COMMAND = 0x7f
/** Operations that Linux lets the real-time clock measure. */
const TIMED = new Set<number>([FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_WAIT_REQUEUE_PI, FUTEX_LOCK_PI2])

/** strace's table has names for the combinations that exist, so any other is a bare number. */
function operationText(op: number): string {
  const clock = op & FUTEX_CLOCK_REALTIME
  const command = op & ~(FUTEX_CLOCK_REALTIME | FUTEX_PRIVATE_FLAG)
  if (command > COMMAND || !Object.values(FUTEX_OPS).some(n => n === command) || (clock && !TIMED.has(command)))
    return `${plainHex(op >>> 0)} /* FUTEX_??? */`
  return nameOf(FUTEX_OPS, command) + (op & FUTEX_PRIVATE_FLAG ? '_PRIVATE' : '') + (clock ? '|FUTEX_CLOCK_REALTIME' : '')
}

export const futexOperation: Arg<number> = { type: 'int', word: true, plain: 'int', read: raw => raw, show: operationText }

type Show = (k: Kernel, task: Task, raw: readonly number[]) => string

const value: Show = (_k, _task, raw) => String(raw[2] >>> 0)
const timeout: Show = (k, task, raw) => {
  const bytes = raw[3] > 0 ? peekUser(k, task, raw[3], TIMESPEC.size) : null
  return bytes === null ? pointer(raw[3]) : timespecText(readStruct(TIMESPEC, bytes))
}
const count: Show = (_k, _task, raw) => String(raw[3] >>> 0)
const second: Show = (_k, _task, raw) => pointer(raw[4])
const compared: Show = (_k, _task, raw) => String(raw[5] >>> 0)
const bitset: Show = (_k, _task, raw) => (raw[5] >>> 0 === FUTEX_BITSET_MATCH_ANY ? 'FUTEX_BITSET_MATCH_ANY' : plainHex(raw[5] >>> 0))

const SHIFTED = 8
/** A field of FUTEX_WAKE_OP's last argument: its name, or its number marked as unknown. */
function wakeField(table: Readonly<Record<string, number>>, n: number, shift: number, prefix: string): string {
  const name = Object.keys(table).find(key => table[key] === n)
  return name === undefined ? `${plainHex(n)}<<${shift} /* ${prefix}??? */` : `${name}<<${shift}`
}
const wakeOperation: Show = (_k, _task, raw) => {
  const code = raw[5] >>> 0
  const operation = code >>> 28
  return [
    ...(operation & SHIFTED ? ['FUTEX_OP_OPARG_SHIFT<<28'] : []),
    wakeField(FUTEX_WAKE_OPS, operation & ~SHIFTED, 28, 'FUTEX_OP_'),
    `${plainHex((code >>> 12) & 0xfff)}<<12`,
    wakeField(FUTEX_WAKE_COMPARISONS, (code >>> 24) & 15, 24, 'FUTEX_OP_CMP_'),
    plainHex(code & 0xfff),
  ].join('|')
}

/** The arguments that count for an operation, after address and operation. */
const REST: Readonly<Record<number, readonly Show[]>> = {
  [FUTEX_WAIT]: [value, timeout],
  [FUTEX_WAKE]: [value],
  [FUTEX_FD]: [value],
  [FUTEX_REQUEUE]: [value, count, second],
  [FUTEX_CMP_REQUEUE]: [value, count, second, compared],
  [FUTEX_WAKE_OP]: [value, count, second, wakeOperation],
  [FUTEX_LOCK_PI]: [timeout],
  [FUTEX_UNLOCK_PI]: [],
  [FUTEX_TRYLOCK_PI]: [],
  [FUTEX_WAIT_BITSET]: [value, timeout, bitset],
  [FUTEX_WAKE_BITSET]: [value, bitset],
  [FUTEX_WAIT_REQUEUE_PI]: [value, timeout, second],
  [FUTEX_CMP_REQUEUE_PI]: [value, count, second, compared],
  [FUTEX_LOCK_PI2]: [timeout],
}
const UNKNOWN: readonly Show[] = [value, timeoutAddress, second, (_k, _task, raw) => plainHex(raw[5] >>> 0)]
function timeoutAddress(_k: Kernel, _task: Task, raw: readonly number[]): string {
  return plainHex(raw[3])
}

export function futexText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  if (result !== undefined) return ''
  const rest = REST[raw[1] & COMMAND] ?? UNKNOWN
  return [pointer(raw[0]), operationText(raw[1] | 0), ...rest.map(show => show(k, task, raw))].join(', ')
}
