// Following other tasks (ptrace(2)): a row for each request, checked in Linux's order. What riscv's Linux lacks is EIO, as there: single
// steps (a debugger puts breakpoints), PEEKUSER and GETREGS (GETREGSET has the registers), breakpoints of the hardware.
import { REG } from '../../vm/index.ts'
import {
  AUDIT_ARCH_RISCV64,
  CAP_SYS_ADMIN,
  CAP_SYS_PTRACE,
  EFAULT,
  EINVAL,
  EIO,
  EPERM,
  ESRCH,
  NSIG,
  PTRACE,
  PTRACE_EVENT_STOP,
  PTRACE_O_SUSPEND_SECCOMP,
  PTRACE_OPTIONS,
  PTRACE_PEEKSIGINFO_ARGS,
  PTRACE_PEEKSIGINFO_SHARED,
  readStruct,
  RSEQ_CONFIGURATION,
  SIGKILL,
  SIGSET_BYTES,
  SYSCALL_INFO_HEAD,
  SYSCALL_INFO_OPS,
  writeStruct,
  type Int64,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getBig, putBig, putU64, readSpace, writeSpace } from '../mm/index.ts'
import {
  attach,
  detach,
  isFiltered,
  letGo,
  sendAfterStop,
  signalOf,
  traceMe,
  tracedGeneral,
  tracedResult,
  type Tracer,
  type TraceStop,
} from '../process/index.ts'
import {
  encodeSigInfo,
  interrupt,
  KERNEL_ONLY,
  killInfo,
  killPending,
  recalcSignalPending,
  sendToTask,
  SIGINFO_BYTES,
  wakeListener,
} from '../signal/index.ts'
import type { Task } from '../state.ts'
import { capable, findTask, regBig } from '../task/index.ts'
import { address, offset, pid as pidArg } from './args.ts'
import { syscall, type Syscall } from './define.ts'
import { ptraceText, request as requestArg } from './ptrace-text.ts'
import { putFilter, putFilterMetadata } from './filters-told.ts'
import { getRegset, setRegset } from './regset.ts'
import { readSigInfo } from './signal-args.ts'

const WORD_BYTES = 8
const ALL_OPTIONS = Object.values(PTRACE_OPTIONS).reduce((all, bit) => all | bit, 0)

interface Ask {
  k: Kernel
  /** Who asks. */
  by: Task
  task: Task
  tracer: Tracer
  /** At which it stands; null only for requests that ask about one that runs. */
  stop: TraceStop | null
  addr: number
  data: Int64
}
type Request = (ask: Ask) => number

/** data as an address. */
const place = ({ data }: Ask): number => (typeof data === 'number' ? data : Infinity)

/** EINVAL, EPERM: options that there are not, or that take privileges. */
function checkOptions({ credentials, seccomp, tracer }: Task, options: Int64): number {
  if (options < 0 || options > ALL_OPTIONS || Number(options) & ~ALL_OPTIONS) throw EINVAL
  const bits = Number(options)
  if (bits & PTRACE_O_SUSPEND_SECCOMP) {
    if (!capable(credentials, CAP_SYS_ADMIN)) throw EPERM
    if (seccomp !== null || (tracer !== null && tracer.options & PTRACE_O_SUSPEND_SECCOMP)) throw EPERM
  }
  return bits
}

/** Who took on other rights is not looked into by those who traced it before, without CAP_SYS_PTRACE (ptrace_access_vm). */
const mayAccess = ({ by, task: { mm } }: Ask): boolean => mm !== null && (mm.dumpable === 1 || capable(by.credentials, CAP_SYS_PTRACE))

const peek: Request = ask => {
  const { k, by, task, addr } = ask
  const bytes = mayAccess(ask) && task.mm ? readSpace(k, task.mm, addr, WORD_BYTES) : new Uint8Array(0)
  if (bytes.length < WORD_BYTES) throw EIO
  copyOut(k, by, place(ask), bytes)
  return 0
}

const poke: Request = ask => {
  const { k, task, addr, data } = ask
  const bytes = new Uint8Array(WORD_BYTES)
  new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, BigInt(data)), true)
  if (!mayAccess(ask) || !task.mm || writeSpace(k, task.mm, addr, bytes) < WORD_BYTES) throw EIO
  return 0
}

/** It goes on, stopping at calls or not; with a signal where it stood before one, or stands at a call. */
const resume =
  (calls: boolean): Request =>
  ({ k, by, task, tracer, stop, data }) => {
    if (data < 0 || data > NSIG || stop === null) throw EIO
    tracer.calls = calls
    const signal = Number(data)
    if (stop.at === 'entry' || stop.at === 'exit') sendAfterStop(k, task, signal)
    letGo(k, task, stop.at === 'delivery' ? signalOf(by, task, signal) : null)
    return 0
  }

const none: Request = () => {
  throw EIO
}

/** Up to `nr` of the signals that wait. */
const peekSigInfo: Request = ask => {
  const { k, by, task, addr } = ask
  const { off, flags, nr } = readStruct(PTRACE_PEEKSIGINFO_ARGS, copyIn(k, by, addr, PTRACE_PEEKSIGINFO_ARGS.size))
  if (flags & ~PTRACE_PEEKSIGINFO_SHARED || nr < 0) throw EINVAL
  const { queue } = flags & PTRACE_PEEKSIGINFO_SHARED ? task.group.pending : task.pending
  let done = 0
  try {
    for (let at = Number(off); done < nr && at < queue.length; at++, done++)
      copyOut(k, by, place(ask) + done * SIGINFO_BYTES, encodeSigInfo(queue[at]))
  } catch (error) {
    if (error !== EFAULT || done === 0) throw error
  }
  return done
}

const HEAD = SYSCALL_INFO_HEAD.size
const ARGUMENTS = 6
const { PTRACE_SYSCALL_INFO_NONE, PTRACE_SYSCALL_INFO_ENTRY, PTRACE_SYSCALL_INFO_EXIT, PTRACE_SYSCALL_INFO_SECCOMP } = SYSCALL_INFO_OPS
/** Bytes of each, as Linux counts them: up to the end of the last member. */
const INFO_BYTES: Readonly<Record<number, number>> = {
  [PTRACE_SYSCALL_INFO_NONE]: HEAD,
  [PTRACE_SYSCALL_INFO_ENTRY]: HEAD + (1 + ARGUMENTS) * WORD_BYTES,
  [PTRACE_SYSCALL_INFO_EXIT]: HEAD + WORD_BYTES + 1,
  [PTRACE_SYSCALL_INFO_SECCOMP]: HEAD + (1 + ARGUMENTS) * WORD_BYTES + 4,
}
const MAX_ERRNO = 4095n

/** Of stops at calls only those that say so (PTRACE_O_TRACESYSGOOD). */
function infoOp({ at, code }: TraceStop): number {
  if (code === 0x85) return at === 'entry' ? PTRACE_SYSCALL_INFO_ENTRY : PTRACE_SYSCALL_INFO_EXIT
  return isFiltered({ code } as TraceStop) ? PTRACE_SYSCALL_INFO_SECCOMP : PTRACE_SYSCALL_INFO_NONE
}

const syscallInfo: Request = ask => {
  const { k, by, task, stop, addr } = ask
  if (stop === null) throw ESRCH
  const op = infoOp(stop)
  const general = new DataView(tracedGeneral(k, task).buffer)
  const [ip, sp] = [general.getBigUint64(0, true), general.getBigUint64(REG.sp * WORD_BYTES, true)]
  const bytes = new Uint8Array(HEAD + (2 + ARGUMENTS) * WORD_BYTES)
  bytes.set(writeStruct(SYSCALL_INFO_HEAD, { op, arch: AUDIT_ARCH_RISCV64, ip, sp }))
  const view = new DataView(bytes.buffer, HEAD)
  if (op === PTRACE_SYSCALL_INFO_EXIT) {
    const result = tracedResult(k, task, stop)
    view.setBigInt64(0, result, true)
    bytes[HEAD + WORD_BYTES] = result < 0n && result >= -MAX_ERRNO ? 1 : 0
  } else if (op !== PTRACE_SYSCALL_INFO_NONE) {
    view.setBigInt64(0, regBig(k, task, REG.a7), true)
    for (let i = 0; i < ARGUMENTS; i++) view.setBigInt64((1 + i) * WORD_BYTES, regBig(k, task, REG.a0 + i), true)
    if (op === PTRACE_SYSCALL_INFO_SECCOMP) view.setUint32((1 + ARGUMENTS) * WORD_BYTES, stop.message, true)
  }
  const size = INFO_BYTES[op]
  copyOut(k, by, place(ask), bytes.subarray(0, Math.min(size, addr < 0 ? size : addr)))
  return size
}

/** Requests of a tracer that it stands still for. */
const REQUESTS: Readonly<Record<number, Request>> = {
  [PTRACE.PTRACE_PEEKTEXT]: peek,
  [PTRACE.PTRACE_PEEKDATA]: peek,
  [PTRACE.PTRACE_POKETEXT]: poke,
  [PTRACE.PTRACE_POKEDATA]: poke,
  [PTRACE.PTRACE_CONT]: resume(false),
  [PTRACE.PTRACE_SYSCALL]: resume(true),
  [PTRACE.PTRACE_SINGLESTEP](ask) {
    if (ask.data >= 0 && ask.data <= NSIG) ask.tracer.calls = false
    throw EIO
  },
  [PTRACE.PTRACE_KILL]({ k, by, task }) {
    sendToTask(k, by, task, killInfo(SIGKILL, by))
    return 0
  },
  [PTRACE.PTRACE_DETACH]({ k, by, task, stop, data }) {
    if (data < 0 || data > NSIG) throw EIO
    const signal = Number(data)
    detach(k, task, signalOf(by, task, signal))
    if (stop?.at === 'entry' || stop?.at === 'exit') sendAfterStop(k, task, signal)
    return 0
  },
  [PTRACE.PTRACE_SETOPTIONS]({ by, tracer, data }) {
    tracer.options = checkOptions(by, data)
    return 0
  },
  [PTRACE.PTRACE_GETEVENTMSG](ask) {
    putU64(ask.k, ask.by, place(ask), ask.stop?.message ?? 0)
    return 0
  },
  [PTRACE.PTRACE_GETSIGINFO](ask) {
    if (!ask.stop?.info) throw EINVAL
    copyOut(ask.k, ask.by, place(ask), encodeSigInfo(ask.stop.info))
    return 0
  },
  [PTRACE.PTRACE_SETSIGINFO](ask) {
    const bytes = copyIn(ask.k, ask.by, place(ask), SIGINFO_BYTES)
    if (!ask.stop?.info) throw EINVAL
    const signal = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)
    ask.stop.info = readSigInfo(ask.k, ask.by, place(ask), signal)
    return 0
  },
  [PTRACE.PTRACE_GETREGSET]: ask => getRegset(ask.k, ask.by, ask.task, ask.addr, place(ask)),
  [PTRACE.PTRACE_SETREGSET]: ask => setRegset(ask.k, ask.by, ask.task, ask.addr, place(ask)),
  [PTRACE.PTRACE_INTERRUPT]({ k, task, tracer }) {
    if (!tracer.seized) throw EIO
    if (task.state === 'Z' || task.state === 'X') throw ESRCH
    tracer.trap = true
    wakeListener(k, task, tracer)
    interrupt(k, task)
    return 0
  },
  [PTRACE.PTRACE_LISTEN]({ k, task, tracer, stop }) {
    if (!tracer.seized || stop === null || stop.code >> 8 !== PTRACE_EVENT_STOP) throw EIO
    tracer.listening = true
    if (tracer.notify) wakeListener(k, task, tracer)
    return 0
  },
  [PTRACE.PTRACE_PEEKSIGINFO]: peekSigInfo,
  [PTRACE.PTRACE_GETSIGMASK](ask) {
    if (ask.addr !== SIGSET_BYTES) throw EINVAL
    putBig(ask.k, ask.by, place(ask), ask.task.savedMask ?? ask.task.blocked)
    return 0
  },
  [PTRACE.PTRACE_SETSIGMASK](ask) {
    if (ask.addr !== SIGSET_BYTES) throw EINVAL
    ask.task.blocked = getBig(ask.k, ask.by, place(ask)) & ~KERNEL_ONLY
    ask.task.savedMask = null
    recalcSignalPending(ask.task)
    return 0
  },
  [PTRACE.PTRACE_GET_SYSCALL_INFO]: syscallInfo,
  [PTRACE.PTRACE_SECCOMP_GET_FILTER]: ask => putFilter(ask.k, ask.by, ask.task, ask.addr, place(ask)),
  [PTRACE.PTRACE_SECCOMP_GET_METADATA]: ask => putFilterMetadata(ask.k, ask.by, ask.task, ask.addr, place(ask)),
  [PTRACE.PTRACE_GET_RSEQ_CONFIGURATION](ask) {
    const { rseq } = ask.task
    const bytes = writeStruct(RSEQ_CONFIGURATION, {
      pointer: rseq?.at ?? 0,
      size: rseq?.length ?? 0,
      signature: rseq?.signature ?? 0,
      flags: 0,
      pad: 0,
    })
    copyOut(ask.k, ask.by, place(ask), bytes.subarray(0, ask.addr < 0 ? bytes.length : ask.addr))
    return bytes.length
  },
}

/** These may be asked of one that runs. */
const ANYTIME: readonly number[] = [PTRACE.PTRACE_KILL, PTRACE.PTRACE_INTERRUPT]

/** The task that the caller traces and, but for a few requests, that stands still for it. ESRCH. */
function traceeOf(by: Task, task: Task, request: number): Pick<Ask, 'tracer' | 'stop'> {
  const { tracer } = task
  if (tracer === null || tracer.by !== by) throw ESRCH
  const stop = task.state === 't' && !tracer.listening && !killPending(task) ? tracer.stop : null
  if (stop === null && !ANYTIME.includes(request)) throw ESRCH
  return { tracer, stop }
}

function ptrace(k: Kernel, by: Task, request: number, pid: number, addr: number, data: Int64): number {
  if (request === PTRACE.PTRACE_TRACEME) {
    traceMe(k, by)
    return 0
  }
  const task = pid > 0 ? findTask(by.ns, pid) : null
  if (task === null) throw ESRCH
  if (request === PTRACE.PTRACE_ATTACH) attach(k, by, task, 0, false)
  else if (request === PTRACE.PTRACE_SEIZE) {
    if (addr !== 0 || data < 0 || data > ALL_OPTIONS || Number(data) & ~ALL_OPTIONS) throw EIO
    attach(k, by, task, checkOptions(by, data), true)
  } else return (REQUESTS[request] ?? none)({ k, by, task, ...traceeOf(by, task, request), addr, data })
  return 0
}

export const ptraceCalls: Syscall[] = [
  syscall(
    117,
    'ptrace',
    { request: requestArg, pid: pidArg, addr: address, data: { ...offset, type: 'void *' } },
    (k, task, a) => ptrace(k, task, a.request, a.pid, a.addr, a.data),
    {
      note:
        'As on riscv there are no single steps, PEEKUSER, GETREGS, SYSEMU (EIO): debuggers use breakpoints and GETREGSET (NT_PRSTATUS, ' +
        'NT_FPREGSET, NT_RISCV_VECTOR). Not there: configuration of user dispatch (EIO).',
      text: ptraceText,
    },
  ),
]
