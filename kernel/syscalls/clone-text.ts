// clone(2) and clone3(2) as strace prints them: flags by name, and of the rest what the flags make count.
import { CLONE_ARGS, CLONE_FLAGS, CSIGNAL, readStruct, signalName } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { pointer } from './args.ts'
import type { Arg } from './define.ts'
import { flagsText } from './text.ts'

const { CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, CLONE_INTO_CGROUP, CLONE_PARENT_SETTID, CLONE_PIDFD, CLONE_SETTLS } = CLONE_FLAGS
const LEAST_BYTES = 64
/** More of a structure is not looked at. */
const MOST_BYTES = 4096

const has = (flags: number, flag: number): boolean => Math.floor(flags / flag) % 2 === 1

/** `CLONE_VM|CLONE_VFORK|SIGCHLD` */
function cloneFlagsText(flags: number): string {
  const signal = flags % (CSIGNAL + 1)
  const names = flagsText(CLONE_FLAGS, flags - signal, '')
  return [names, signal === 0 ? '' : signalName(signal)].filter(text => text !== '').join('|') || '0'
}

/** `[17]`: the number that the call left somewhere. */
function numberAt(k: Kernel, task: Task, at: number): string {
  const bytes = at > 0 ? peekUser(k, task, at, 4) : null
  return bytes === null ? pointer(at) : `[${new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)}]`
}

/** clone's arguments by name: stack and flags on entry; on exit those that the flags make count (strace's order). */
export function cloneText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  const [flags, stack, parentTid, tls, childTid] = raw
  if (result === undefined) return `child_stack=${pointer(stack)}, flags=${cloneFlagsText(flags >>> 0)}`
  const parts = ['']
  if (has(flags >>> 0, CLONE_PARENT_SETTID)) parts.push(`parent_tid=${result > 0 ? numberAt(k, task, parentTid) : pointer(parentTid)}`)
  if (has(flags >>> 0, CLONE_SETTLS)) parts.push(`tls=${pointer(tls)}`)
  if (has(flags >>> 0, CLONE_CHILD_SETTID) || has(flags >>> 0, CLONE_CHILD_CLEARTID)) parts.push(`child_tidptr=${pointer(childTid)}`)
  return parts.join(', ')
}

/** clone3's structure, filled up with zeroes where it is shorter; null: too short, or not to be read. */
function argsAt(k: Kernel, task: Task, at: number, length: number): { args: ReturnType<typeof readArgs>; rest: Uint8Array } | null {
  const bytes = at > 0 && length >= LEAST_BYTES ? peekUser(k, task, at, Math.min(length, MOST_BYTES)) : null
  if (bytes === null) return null
  const whole = new Uint8Array(CLONE_ARGS.size)
  whole.set(bytes.subarray(0, CLONE_ARGS.size))
  return { args: readArgs(whole), rest: bytes.subarray(CLONE_ARGS.size) }
}
const readArgs = (bytes: Uint8Array) => readStruct(CLONE_ARGS, bytes)

function threadIds(k: Kernel, task: Task, at: number, count: number): string {
  const bytes = at > 0 && count * 4 <= MOST_BYTES ? peekUser(k, task, at, count * 4) : null
  if (bytes === null) return pointer(at)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return `[${Array.from({ length: count }, (_, i) => view.getInt32(i * 4, true)).join(', ')}]`
}

const hexBytes = (bytes: Uint8Array): string => Array.from(bytes, byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')

function structText(k: Kernel, task: Task, raw: readonly number[]): string {
  const found = argsAt(k, task, raw[0], raw[1])
  if (found === null) return pointer(raw[0])
  const { args: a, rest } = found
  const parts = [`flags=${flagsText(CLONE_FLAGS, a.flags, '0', 'CLONE_')}`]
  if (has(a.flags, CLONE_PIDFD)) parts.push(`pidfd=${pointer(a.pidfd)}`)
  if (has(a.flags, CLONE_CHILD_SETTID) || has(a.flags, CLONE_CHILD_CLEARTID)) parts.push(`child_tid=${pointer(a.childTid)}`)
  if (has(a.flags, CLONE_PARENT_SETTID)) parts.push(`parent_tid=${pointer(a.parentTid)}`)
  parts.push(`exit_signal=${a.exitSignal === 0 ? '0' : signalName(a.exitSignal)}`)
  parts.push(`stack=${pointer(a.stack)}`, `stack_size=${a.stackSize === 0 ? '0' : pointer(a.stackSize)}`)
  if (has(a.flags, CLONE_SETTLS)) parts.push(`tls=${pointer(a.tls)}`)
  if (a.setTid !== 0 || a.setTidSize !== 0)
    parts.push(`set_tid=${threadIds(k, task, a.setTid, a.setTidSize)}`, `set_tid_size=${a.setTidSize}`)
  if (has(a.flags, CLONE_INTO_CGROUP)) parts.push(`cgroup=${a.cgroup}`)
  if (rest.some(byte => byte !== 0)) parts.push(`/* bytes ${CLONE_ARGS.size}..${CLONE_ARGS.size + rest.length - 1} */ "${hexBytes(rest)}"`)
  return `{${parts.join(', ')}}`
}

/** clone3's: on exit what it left behind, and the size. */
export function clone3Text(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  if (result === undefined) return structText(k, task, raw)
  const args = result > 0 ? argsAt(k, task, raw[0], raw[1])?.args : undefined
  const left: string[] = []
  if (args && has(args.flags, CLONE_PIDFD)) left.push(`pidfd=${numberAt(k, task, args.pidfd)}`)
  if (args && has(args.flags, CLONE_PARENT_SETTID)) left.push(`parent_tid=${numberAt(k, task, args.parentTid)}`)
  return `${left.length === 0 ? '' : ` => {${left.join(', ')}}`}, ${raw[1]}`
}

export const cloneArgs: Arg<number> = {
  type: 'struct clone_args *',
  read: raw => raw,
  show: (_raw, k, task, all) => structText(k, task, all),
}
