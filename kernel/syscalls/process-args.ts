// How the arguments of process calls look in a trace: argument vectors, wait statuses.
import {
  dumpedCore,
  exitCode,
  ifContinued,
  ifExited,
  ifStopped,
  PATH_MAX,
  PTRACE_EVENTS,
  signalName,
  stopSignalOf,
  SYSCALL_GOOD,
  termSignal,
  TWO_32,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { peekString, pointer, SHOWN_BYTES } from './args.ts'
import type { Arg } from './define.ts'
import { nameOf, quote } from './text.ts'

const POINTER_BYTES = 8
const EVENT_SHIFT = 16
/** strace shows so many strings of a vector. */
const SHOWN_STRINGS = 32
/** Strings counted for the trace before it gives up. */
const COUNTED_STRINGS = 100_000

function peekPointer(k: Kernel, task: Task, at: number): number | null {
  const bytes = peekUser(k, task, at, POINTER_BYTES)
  if (bytes === null) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, POINTER_BYTES)
  return view.getInt32(4, true) * TWO_32 + view.getUint32(0, true)
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

/** `{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP | 0x80}`, or with what a tracer is told of besides: ` | PTRACE_EVENT_FORK<<16`. */
function stoppedText(status: number): string {
  const signal = stopSignalOf(status)
  const event = status >> EVENT_SHIFT
  const good = signal & SYSCALL_GOOD ? ` | 0x${SYSCALL_GOOD.toString(16)}` : ''
  const told = event === 0 ? '' : ` | ${nameOf(PTRACE_EVENTS, event, 'PTRACE_EVENT_')}<<16`
  return `{WIFSTOPPED(s) && WSTOPSIG(s) == ${signalName(signal & ~SYSCALL_GOOD)}${good}}${told}`
}

/** `{WIFEXITED(s) && WEXITSTATUS(s) == 0}` */
function statusText(status: number): string {
  if (ifExited(status)) return `{WIFEXITED(s) && WEXITSTATUS(s) == ${exitCode(status)}}`
  if (ifContinued(status)) return '{WIFCONTINUED(s)}'
  if (ifStopped(status)) return stoppedText(status)
  return `{WIFSIGNALED(s) && WTERMSIG(s) == ${signalName(termSignal(status))}${dumpedCore(status) ? ' && WCOREDUMP(s)' : ''}}`
}

/** wait4's status word, shown when a child was waited for. */
export const statusOut: Arg<number> = {
  type: 'int *',
  plain: 'wide',
  after: true,
  read: raw => raw,
  show(raw, k, task, _all, result) {
    const bytes = raw !== 0 && result !== undefined && result > 0 ? peekUser(k, task, raw, 4) : null
    return bytes === null ? pointer(raw) : `[${statusText(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true))}]`
  },
}
