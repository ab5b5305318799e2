// How the arguments of process calls look in a trace: argument vectors, clone's flags, wait statuses.
import {
  CLONE_CHILD_CLEARTID,
  CLONE_CHILD_SETTID,
  CLONE_FLAGS,
  CLONE_PARENT_SETTID,
  CLONE_SETTLS,
  CSIGNAL,
  dumpedCore,
  exitCode,
  ifContinued,
  ifExited,
  ifStopped,
  PATH_MAX,
  signalName,
  stopSignalOf,
  termSignal,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { peekString, pointer, SHOWN_BYTES } from './args.ts'
import type { Arg } from './define.ts'
import { flagsText, quote } from './text.ts'

const POINTER_BYTES = 8
/** strace shows so many strings of a vector. */
const SHOWN_STRINGS = 32
/** Strings counted for the trace before it gives up. */
const COUNTED_STRINGS = 100_000
const HIGH_WORD = 2 ** 32

function peekPointer(k: Kernel, task: Task, at: number): number | null {
  const bytes = peekUser(k, task, at, POINTER_BYTES)
  if (bytes === null) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, POINTER_BYTES)
  return view.getInt32(4, true) * HIGH_WORD + view.getUint32(0, true)
}

/** `["ls", "-l"]` */
export const argv: Arg<number> = {
  type: 'const char *const *',
  read: raw => raw,
  show(raw, k, task) {
    if (raw === 0) return 'NULL'
    const texts: string[] = []
    for (let i = 0; ; i++) {
      const at = peekPointer(k, task, raw + i * POINTER_BYTES)
      if (at === null) return pointer(raw)
      if (at === 0) return `[${texts.join(', ')}]`
      if (i === SHOWN_STRINGS) return `[${texts.join(', ')}, ...]`
      const text = peekString(k, task, at, PATH_MAX)
      texts.push(text === null ? pointer(at) : quote(text, SHOWN_BYTES))
    }
  },
}

/** `0x7ffc12345678 /* 20 vars *\/` */
export const envp: Arg<number> = {
  type: 'char *const *',
  read: raw => raw,
  show(raw, k, task) {
    if (raw === 0) return 'NULL'
    for (let count = 0; count < COUNTED_STRINGS; count++) {
      const at = peekPointer(k, task, raw + count * POINTER_BYTES)
      if (at === null) break
      if (at === 0) return `${pointer(raw)} /* ${count} var${count === 1 ? '' : 's'} */`
    }
    return pointer(raw)
  },
}

const has = (flags: number, flag: number): boolean => Math.floor(flags / flag) % 2 === 1

/** `CLONE_VM|CLONE_VFORK|SIGCHLD` */
export function cloneFlagsText(flags: number): string {
  const signal = flags % (CSIGNAL + 1)
  const names = flagsText(CLONE_FLAGS, flags - signal, '')
  return [names, signal === 0 ? '' : signalName(signal)].filter(text => text !== '').join('|') || '0'
}

/** clone's arguments by name: stack and flags on entry; on exit those that the flags make count (strace's order). */
export function cloneText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  const [flags, stack, parentTid, tls, childTid] = raw
  if (result === undefined) return `child_stack=${pointer(stack)}, flags=${cloneFlagsText(flags >>> 0)}`
  const parts = ['']
  if (has(flags >>> 0, CLONE_PARENT_SETTID)) {
    const bytes = result > 0 ? peekUser(k, task, parentTid, 4) : null
    parts.push(`parent_tid=${bytes === null ? pointer(parentTid) : `[${new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)}]`}`)
  }
  if (has(flags >>> 0, CLONE_SETTLS)) parts.push(`tls=${pointer(tls)}`)
  if (has(flags >>> 0, CLONE_CHILD_SETTID) || has(flags >>> 0, CLONE_CHILD_CLEARTID)) parts.push(`child_tidptr=${pointer(childTid)}`)
  return parts.join(', ')
}

/** `{WIFEXITED(s) && WEXITSTATUS(s) == 0}` */
export function statusText(status: number): string {
  if (ifExited(status)) return `{WIFEXITED(s) && WEXITSTATUS(s) == ${exitCode(status)}}`
  if (ifContinued(status)) return '{WIFCONTINUED(s)}'
  if (ifStopped(status)) return `{WIFSTOPPED(s) && WSTOPSIG(s) == ${signalName(stopSignalOf(status))}}`
  return `{WIFSIGNALED(s) && WTERMSIG(s) == ${signalName(termSignal(status))}${dumpedCore(status) ? ' && WCOREDUMP(s)' : ''}}`
}

/** wait4's status word, shown when a child was waited for. */
export const statusOut: Arg<number> = {
  type: 'int *',
  after: true,
  read: raw => raw,
  show(raw, k, task, _all, result) {
    const bytes = raw !== 0 && result !== undefined && result > 0 ? peekUser(k, task, raw, 4) : null
    return bytes === null ? pointer(raw) : `[${statusText(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true))}]`
  },
}
