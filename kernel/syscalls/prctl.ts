// What a process says of itself and asks about itself (prctl(2), personality(2)): a row for each operation, checked in Linux's order.
import {
  CAP_SETPCAP,
  CAP_SYS_RESOURCE,
  EINVAL,
  ENAMETOOLONG,
  EPERM,
  MDWE,
  NSIG,
  PERSONALITY,
  PER_MASK,
  PRCTL,
  PR_CAPBSET_DROP,
  PR_CAPBSET_READ,
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAP_AMBIENT_IS_SET,
  PR_CAP_AMBIENT_LOWER,
  PR_CAP_AMBIENT_RAISE,
  PR_GET_AUXV,
  PR_GET_CHILD_SUBREAPER,
  PR_GET_DUMPABLE,
  PR_GET_KEEPCAPS,
  PR_GET_MDWE,
  PR_GET_NAME,
  PR_GET_NO_NEW_PRIVS,
  PR_GET_PDEATHSIG,
  PR_GET_SECCOMP,
  PR_GET_SECUREBITS,
  PR_GET_THP_DISABLE,
  PR_GET_TID_ADDRESS,
  PR_GET_TIMERSLACK,
  PR_GET_TIMING,
  PR_MDWE_NO_INHERIT,
  PR_MDWE_REFUSE_EXEC_GAIN,
  PR_RISCV_SET_ICACHE_FLUSH_CTX,
  PR_RISCV_V,
  PR_RISCV_V_GET_CONTROL,
  PR_RISCV_V_SET_CONTROL,
  PR_SET_CHILD_SUBREAPER,
  PR_SET_DUMPABLE,
  PR_SET_KEEPCAPS,
  PR_SET_MDWE,
  PR_SET_MM,
  PR_SET_NAME,
  PR_SET_NO_NEW_PRIVS,
  PR_SET_PDEATHSIG,
  PR_SET_PTRACER,
  PR_SET_SECCOMP,
  PR_SET_SECUREBITS,
  PR_SET_THP_DISABLE,
  PR_SET_TIMERSLACK,
  PR_SET_TIMING,
  PR_TASK_PERF_EVENTS_DISABLE,
  PR_TASK_PERF_EVENTS_ENABLE,
  SECBITS_ALL,
  SECCOMP_MODES,
  SECBITS_LOCKS,
  SECBIT_KEEP_CAPS,
  SECBIT_KEEP_CAPS_LOCKED,
  SECBIT_NO_CAP_AMBIENT_RAISE,
  TASK_COMM_LEN,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyInString, copyOut, putU32, putU64, type Mm } from '../mm/index.ts'
import { capable, changeCredentials, findTask, hasBit, isCapability } from '../task/index.ts'
import { enable } from '../perf/index.ts'
import { ownParams } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { argument, oneOf, uint } from './args.ts'
import { prctlAnswer, prctlText } from './prctl-text.ts'
import { syscall, type Syscall } from './define.ts'
import { setFilter, setStrict } from './seccomp.ts'
import { flagsText, hex, nameOf } from './text.ts'

/** Arguments 2 to 5 as signed doubles. */
type Prctl = (k: Kernel, task: Task, a: number, b: number, c: number, d: number) => number

const space = (task: Task): Mm => {
  if (task.mm === null) throw new Error(`prctl of task ${task.pid}, which has no address space`)
  return task.mm
}

/** An operation whose arguments from the given one on must be 0. */
const rest =
  (first: 2 | 3 | 4 | 5, run: Prctl): Prctl =>
  (k, task, ...args) => {
    if (args.slice(first - 2).some(value => value !== 0)) throw EINVAL
    return run(k, task, ...args)
  }

const put32 =
  (value: (task: Task) => number): Prctl =>
  (k, task, at) => {
    putU32(k, task, at, value(task))
    return 0
  }

/** Up to 15 bytes: a longer name is cut. */
function copyNameIn(k: Kernel, task: Task, at: number): string {
  try {
    return copyInString(k, task, at, TASK_COMM_LEN)
  } catch (error) {
    if (error !== ENAMETOOLONG) throw error
    return String.fromCharCode(...copyIn(k, task, at, TASK_COMM_LEN - 1))
  }
}

/** Locked bits stay, locks are never taken off. */
function setSecurebits(task: Task, bits: number): number {
  const old = task.credentials.securebits
  const valid = bits >= 0 && bits <= SECBITS_ALL
  const changesLocked = ((old & SECBITS_LOCKS) >> 1) & (old ^ bits)
  if (!valid || changesLocked || old & SECBITS_LOCKS & ~bits || !capable(task.credentials, CAP_SETPCAP)) throw EPERM
  task.credentials = { ...task.credentials, securebits: bits }
  return 0
}

/** Whether vectors may be used, now and after exec. What is on stays on. */
function setVectorControl(k: Kernel, task: Task, word: number): number {
  const { DEFAULT, OFF, ON, CUR_MASK, NEXT_MASK, NEXT_SHIFT, MASK } = PR_RISCV_V
  if (k.machine.isa.vector === null || word < 0 || word > MASK) throw EINVAL
  const current = task.vectorControl & CUR_MASK
  const asked = word & CUR_MASK
  if (asked === OFF && current === ON) throw EPERM
  if (asked > ON || (word & NEXT_MASK) >> NEXT_SHIFT > ON) throw EINVAL
  task.vectorControl = (word & ~CUR_MASK) | (asked === DEFAULT ? current : asked)
  return 0
}

function setKeepCaps(task: Task, on: number): number {
  if (on !== 0 && on !== 1) throw EINVAL
  const { securebits } = task.credentials
  if (securebits & SECBIT_KEEP_CAPS_LOCKED) throw EPERM
  task.credentials = { ...task.credentials, securebits: on ? securebits | SECBIT_KEEP_CAPS : securebits & ~SECBIT_KEEP_CAPS }
  return 0
}

/** Capabilities that outlive an exec of a program without any of its own: never more than are permitted and inheritable. */
const ambient: Prctl = (_k, task, operation, capability, c, d) => {
  const { credentials } = task
  if (operation === PR_CAP_AMBIENT_CLEAR_ALL) {
    if (capability !== 0 || c !== 0 || d !== 0) throw EINVAL
    task.credentials = { ...credentials, capAmbient: 0 }
    return 0
  }
  if (!isCapability(capability) || c !== 0 || d !== 0) throw EINVAL
  const { capAmbient, capPermitted, capInheritable, securebits } = credentials
  const isSet = hasBit(capAmbient, capability)
  if (operation === PR_CAP_AMBIENT_IS_SET) return isSet ? 1 : 0
  if (operation !== PR_CAP_AMBIENT_RAISE && operation !== PR_CAP_AMBIENT_LOWER) throw EINVAL
  const raise = operation === PR_CAP_AMBIENT_RAISE
  const may = hasBit(capPermitted, capability) && hasBit(capInheritable, capability) && !(securebits & SECBIT_NO_CAP_AMBIENT_RAISE)
  if (raise && !may) throw EPERM
  if (raise !== isSet) task.credentials = { ...credentials, capAmbient: capAmbient + (raise ? 1 : -1) * 2 ** capability }
  return 0
}

function dropFromBounding(task: Task, capability: number): number {
  const { credentials } = task
  if (!capable(credentials, CAP_SETPCAP)) throw EPERM
  if (!isCapability(capability)) throw EINVAL
  const { capBounding } = credentials
  if (hasBit(capBounding, capability)) task.credentials = { ...credentials, capBounding: capBounding - 2 ** capability }
  return 0
}

/** Memory-deny-write-execute, once taken, stays as it is. */
function setMdwe(task: Task, bits: number): number {
  if (bits < 0 || bits > (PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT)) throw EINVAL
  if (bits & PR_MDWE_NO_INHERIT && !(bits & PR_MDWE_REFUSE_EXEC_GAIN)) throw EINVAL
  const mm = space(task)
  if (mm.mdwe !== 0 && mm.mdwe !== bits) throw EPERM
  mm.mdwe = bits
  return 0
}

/** Linux keeps room for so many bytes of auxiliary vector. */
const SAVED_AUXV_BYTES = 528

/** Answers how much there is, copies what there is room for. */
function getAuxv(k: Kernel, task: Task, at: number, length: number): number {
  const saved = new Uint8Array(SAVED_AUXV_BYTES)
  saved.set(space(task).auxv.subarray(0, SAVED_AUXV_BYTES))
  copyOut(k, task, at, length < 0 ? saved : saved.subarray(0, length))
  return SAVED_AUXV_BYTES
}

const PR_TIMING_STATISTICAL = 0
/** PR_SET_MM_AUXV, PR_SET_MM_MAP, PR_SET_MM_MAP_SIZE. */
const MM_OPTIONS_WITH_LENGTH: ReadonlySet<number> = new Set([12, 14, 15])

/** The counters that it has descriptors of, whatever they follow. */
function enableCounters(task: Task, on: boolean): number {
  for (const file of task.files?.files ?? []) if (file?.data?.kind === 'perf') enable(file.data, on)
  return 0
}

/** PR_SET_PTRACER_ANY. */
const ANYBODY = -1

/** Operations that are there; others answer EINVAL, as a kernel or machine without them does. */
const PRCTLS: Readonly<Record<number, Prctl>> = {
  [PR_SET_PDEATHSIG](_k, task, signal) {
    if (!(signal >= 0 && signal <= NSIG)) throw EINVAL
    task.parentDeathSignal = signal
    return 0
  },
  [PR_GET_PDEATHSIG]: put32(task => task.parentDeathSignal),
  [PR_GET_DUMPABLE]: (_k, task) => space(task).dumpable,
  [PR_SET_DUMPABLE](_k, task, value) {
    if (value !== 0 && value !== 1) throw EINVAL
    space(task).dumpable = value
    return 0
  },
  [PR_GET_KEEPCAPS]: (_k, task) => (task.credentials.securebits & SECBIT_KEEP_CAPS ? 1 : 0),
  [PR_SET_KEEPCAPS]: (_k, task, on) => setKeepCaps(task, on),
  [PR_GET_TIMING]: () => PR_TIMING_STATISTICAL,
  [PR_SET_TIMING](_k, _task, how) {
    if (how !== PR_TIMING_STATISTICAL) throw EINVAL
    return 0
  },
  [PR_SET_NAME](k, task, at) {
    task.comm = copyNameIn(k, task, at)
    return 0
  },
  [PR_GET_NAME](k, task, at) {
    const name = new Uint8Array(TASK_COMM_LEN)
    for (let i = 0; i < task.comm.length; i++) name[i] = task.comm.charCodeAt(i)
    copyOut(k, task, at, name)
    return 0
  },
  [PR_GET_SECCOMP]: (_k, task) => task.seccomp?.mode ?? 0,
  [PR_SET_SECCOMP](k, task, mode, at) {
    if (mode === SECCOMP_MODES.SECCOMP_MODE_STRICT) return setStrict(task)
    if (mode === SECCOMP_MODES.SECCOMP_MODE_FILTER) return setFilter(k, task, 0, at)
    throw EINVAL
  },
  [PR_CAPBSET_READ](_k, task, capability) {
    if (!isCapability(capability)) throw EINVAL
    return hasBit(task.credentials.capBounding, capability) ? 1 : 0
  },
  [PR_CAPBSET_DROP]: (_k, task, capability) => dropFromBounding(task, capability),
  [PR_GET_SECUREBITS]: (_k, task) => task.credentials.securebits,
  [PR_SET_SECUREBITS]: (_k, task, bits) => setSecurebits(task, bits),
  // Who may trace the process where others' descendants only may (Yama).
  [PR_SET_PTRACER](_k, task, pid) {
    const { group } = task
    delete group.allowedTracer
    if (pid === 0) return 0
    const tracer = pid === ANYBODY ? 'any' : findTask(task.ns, pid)?.group.id
    if (tracer === undefined) throw EINVAL
    group.allowedTracer = tracer
    return 0
  },
  [PR_SET_TIMERSLACK](k, task, ns) {
    if (!ownParams(k, task.sched).urgent) task.timerSlack = ns === 0 ? task.defaultTimerSlack : ns
    return 0
  },
  [PR_GET_TIMERSLACK]: (_k, task) => task.timerSlack,
  [PR_TASK_PERF_EVENTS_DISABLE]: (_k, task) => enableCounters(task, false),
  [PR_TASK_PERF_EVENTS_ENABLE]: (_k, task) => enableCounters(task, true),
  [PR_SET_MM](_k, task, option, _at, length, last) {
    if (last !== 0 || (length !== 0 && !MM_OPTIONS_WITH_LENGTH.has(option))) throw EINVAL
    throw capable(task.credentials, CAP_SYS_RESOURCE) ? EINVAL : EPERM
  },
  [PR_SET_CHILD_SUBREAPER](_k, task, on) {
    task.group.subreaper = on !== 0
    return 0
  },
  [PR_GET_CHILD_SUBREAPER]: put32(task => (task.group.subreaper ? 1 : 0)),
  [PR_SET_NO_NEW_PRIVS]: rest(3, (_k, task, on) => {
    if (on !== 1) throw EINVAL
    changeCredentials(task, { noNewPrivileges: true })
    return 0
  }),
  [PR_GET_NO_NEW_PRIVS]: rest(2, (_k, task) => (task.credentials.noNewPrivileges ? 1 : 0)),
  [PR_GET_TID_ADDRESS](k, task, at) {
    putU64(k, task, at, task.clearChildTid)
    return 0
  },
  [PR_SET_THP_DISABLE]: rest(3, (_k, task, on) => {
    space(task).thpDisabled = on !== 0
    return 0
  }),
  [PR_GET_THP_DISABLE]: rest(2, (_k, task) => (space(task).thpDisabled ? 1 : 0)),
  [PR_CAP_AMBIENT]: ambient,
  [PR_SET_MDWE]: rest(3, (_k, task, bits) => setMdwe(task, bits)),
  [PR_GET_MDWE]: rest(2, (_k, task) => space(task).mdwe),
  [PR_RISCV_V_SET_CONTROL]: (k, task, word) => setVectorControl(k, task, word),
  [PR_RISCV_V_GET_CONTROL](k, task) {
    if (k.machine.isa.vector === null) throw EINVAL
    return task.vectorControl
  },
  // Stores are seen by later fetches on every hart: on or off, of the process or the thread, is the same.
  [PR_RISCV_SET_ICACHE_FLUSH_CTX](_k, _task, on, scope) {
    if ((on !== 0 && on !== 1) || (scope !== 0 && scope !== 1)) throw EINVAL
    return 0
  },
  [PR_GET_AUXV]: rest(4, (k, task, at, length) => getAuxv(k, task, at, length)),
}

/** Only asks. */
const QUERY = 0xffff_ffff
const DOMAINS = { PER_LINUX: 0, PER_LINUX32: 8 } as const
function personalityText(value: number): string {
  if (value === QUERY) return hex(value)
  const domain = nameOf(DOMAINS, value & PER_MASK)
  return value > PER_MASK ? `${domain}|${flagsText(PERSONALITY, value - (value & PER_MASK))}` : domain
}

export const prctlCalls: Syscall[] = [
  syscall(
    92,
    'personality',
    { persona: { ...uint, show: raw => personalityText(raw >>> 0) } },
    (_k, task, { persona }) => {
      const old = task.personality
      if (persona !== QUERY) task.personality = persona
      return old
    },
    {
      note:
        'Any value is kept and answered. READ_IMPLIES_EXEC is honoured; addresses are never randomised, so ADDR_NO_RANDOMIZE changes nothing; ' +
        'nor do the other bits.',
      answer: (_k, _task, _raw, result) => `${result === 0 ? '0' : hex(result)} (${personalityText(result)})`,
    },
  ),
  syscall(
    167,
    'prctl',
    { option: oneOf(PRCTL), arg2: argument, arg3: argument, arg4: argument, arg5: argument },
    (k, task, { option, arg2, arg3, arg4, arg5 }) => {
      const run = PRCTLS[option]
      if (run === undefined) throw EINVAL
      return run(k, task, arg2, arg3, arg4, arg5)
    },
    {
      note:
        `There are ${Object.keys(PRCTLS).length} operations: names, death signals, subreapers, capabilities, dumpability, timer slack, huge pages, ${Object.keys(MDWE)[0]}. ` +
        'Others are refused with EINVAL, as where Linux lacks the option or the machine the feature: speculation, vectors, names of mappings, mergeable pages; PR_SET_MM too.',
      text: prctlText,
      answer: prctlAnswer,
    },
  ),
]
