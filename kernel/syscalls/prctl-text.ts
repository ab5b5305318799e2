// prctl(2) as strace prints it: each operation has its own arguments, and only those are shown.
import {
  CAP_AMBIENT_OPS,
  CAPABILITIES,
  MCE_KILL,
  MCE_KILL_POLICY,
  PATH_MAX,
  PIDTYPES,
  PR_SCHED_CORE_OPS,
  PR_SET_MM_OPS,
  PR_SPEC_FEATURES,
  PR_SPEC_STATES,
  PR_SYS_DISPATCH,
  PR_TSC,
  PR_UNALIGN,
  PRCTL,
  PRCTL_VMA,
  SECBITS,
  SECCOMP_MODES,
  signalName,
  SUID_DUMP,
  TASK_COMM_LEN,
  TWO_32,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { peekString, pointer } from './args.ts'
import { flagsText, hex, nameOf, plainHex, quote } from './text.ts'

/** Text of the argument `i` (1 is the one after the operation). */
type Show = (raw: number, k: Kernel, task: Task, all: readonly number[]) => string
type Names = Readonly<Record<string, number>>

interface Row {
  args: readonly Show[]
  /** The last argument is filled in by the call: shown with the result. */
  filled?: Show
  /** What stands in brackets after the result. */
  answer?: (result: number) => string
}

const INT_BYTES = 4
const POINTER_BYTES = 8

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const unsigned: Show = raw => BigInt.asUintN(64, BigInt(raw)).toString()
const signed: Show = raw => String(raw)
const int: Show = raw => String(raw | 0)
const bits: Show = raw => plainHex(raw)
const where: Show = raw => pointer(raw)
const rest = (count: number): Show[] => Array.from({ length: count }, () => bits)
const one =
  (table: Names, prefix: string): Show =>
  raw =>
    nameOf(table, raw, prefix)
/** Of an unsigned int. */
const oneWord =
  (table: Names, prefix: string): Show =>
  raw =>
    nameOf(table, raw >>> 0, prefix)
const some =
  (table: Names, prefix: string): Show =>
  raw =>
    flagsText(table, raw, '0', prefix)
const someWord =
  (table: Names, prefix: string): Show =>
  raw =>
    flagsText(table, raw >>> 0, '0', prefix)
/** Behind a pointer. */
const behind =
  (length: number, text: (view: DataView) => string): Show =>
  (raw, k, task) => {
    const bytes = raw > 0 ? peekUser(k, task, raw, length) : null
    return bytes === null ? pointer(raw) : text(viewOf(bytes))
  }

const capability = one(CAPABILITIES, 'CAP_')
const signal: Show = (raw, ...rest) => (raw >= 0 && raw < TWO_32 ? (raw === 0 ? '0' : signalName(raw)) : unsigned(raw, ...rest))
const intOut = behind(INT_BYTES, view => `[${view.getInt32(0, true)}]`)
const name: Show = (raw, k, task) => {
  const text = raw > 0 ? peekString(k, task, raw, TASK_COMM_LEN) : null
  return text === null ? pointer(raw) : quote(text, TASK_COMM_LEN - 1)
}
const nameOut: Show = (raw, k, task) => {
  const text = raw > 0 ? peekString(k, task, raw, TASK_COMM_LEN) : null
  return text === null ? pointer(raw) : quote(text, TASK_COMM_LEN)
}
const label: Show = (raw, k, task) => {
  const text = raw > 0 ? peekString(k, task, raw, PATH_MAX) : null
  return text === null ? pointer(raw) : quote(text, PATH_MAX)
}

const bare: Row = { args: [] }
const value = (show: Show): Row => ({ args: [show] })
const out = (filled: Show): Row => ({ args: [], filled })
const all: Row = { args: rest(4) }

const dumpable = one(SUID_DUMP, 'SUID_DUMP_')
const secure = some(SECBITS, 'SECBIT_')
const { PR_SPEC_PRCTL: _prctl, ...SETTABLE } = PR_SPEC_STATES
const speculation = (n: number): string => (n === 0 ? 'PR_SPEC_NOT_AFFECTED' : flagsText(PR_SPEC_STATES, n))
const named = (table: Names) => (result: number) => Object.keys(table).find(key => table[key] === result) ?? ''

const ROWS: Readonly<Partial<Record<keyof typeof PRCTL, Row>>> = {
  PR_SET_PDEATHSIG: value(signal),
  PR_GET_PDEATHSIG: out(intOut),
  PR_GET_DUMPABLE: { args: [], answer: named(SUID_DUMP) },
  PR_SET_DUMPABLE: value(dumpable),
  PR_GET_UNALIGN: out(behind(INT_BYTES, view => `[${flagsText(PR_UNALIGN, view.getUint32(0, true), '0', 'PR_UNALIGN_')}]`)),
  PR_SET_UNALIGN: value(someWord(PR_UNALIGN, 'PR_UNALIGN_')),
  PR_GET_KEEPCAPS: bare,
  PR_SET_KEEPCAPS: value(unsigned),
  PR_GET_FPEMU: out(intOut),
  PR_SET_FPEMU: value(unsigned),
  PR_GET_FPEXC: out(intOut),
  PR_SET_FPEXC: value(unsigned),
  PR_GET_TIMING: bare,
  PR_SET_TIMING: value(unsigned),
  PR_SET_NAME: value(name),
  PR_GET_NAME: out(nameOut),
  PR_GET_ENDIAN: out(intOut),
  PR_SET_ENDIAN: value(unsigned),
  PR_GET_SECCOMP: bare,
  PR_CAPBSET_READ: value(capability),
  PR_CAPBSET_DROP: value(capability),
  PR_GET_TSC: out(behind(INT_BYTES, view => `[${nameOf(PR_TSC, view.getUint32(0, true), 'PR_TSC_')}]`)),
  PR_SET_TSC: value(oneWord(PR_TSC, 'PR_TSC_')),
  PR_GET_SECUREBITS: { args: [], answer: n => (n === 0 ? '' : flagsText(SECBITS, n)) },
  PR_SET_SECUREBITS: value(secure),
  PR_SET_TIMERSLACK: value(signed),
  PR_GET_TIMERSLACK: bare,
  PR_GET_FP_MODE: bare,
  PR_SVE_SET_VL: value(bits),
  PR_SVE_GET_VL: bare,
  PR_SME_SET_VL: value(bits),
  PR_SME_GET_VL: bare,
  PR_TASK_PERF_EVENTS_DISABLE: bare,
  PR_TASK_PERF_EVENTS_ENABLE: bare,
  PR_MCE_KILL_GET: { args: rest(4), answer: named(MCE_KILL_POLICY) },
  PR_SET_MM: { args: [oneWord(PR_SET_MM_OPS, 'PR_SET_MM_'), ...rest(3)] },
  PR_SET_CHILD_SUBREAPER: value(unsigned),
  PR_GET_CHILD_SUBREAPER: out(intOut),
  PR_SET_NO_NEW_PRIVS: { args: [unsigned, ...rest(3)] },
  PR_GET_NO_NEW_PRIVS: all,
  PR_GET_TID_ADDRESS: out(behind(POINTER_BYTES, view => `[${pointer(Number(view.getBigInt64(0, true)))}]`)),
  PR_SET_THP_DISABLE: { args: [unsigned, ...rest(3)] },
  PR_GET_THP_DISABLE: all,
  PR_GET_SPECULATION_CTRL: { args: [one(PR_SPEC_FEATURES, 'PR_SPEC_')], answer: speculation },
  PR_SET_IO_FLUSHER: { args: [unsigned, ...rest(3)] },
  PR_GET_IO_FLUSHER: all,
  PR_SET_SYSCALL_USER_DISPATCH: { args: [one(PR_SYS_DISPATCH, 'PR_SYS_DISPATCH_'), bits, bits, where] },
  PR_SCHED_CORE: {
    args: [oneWord(PR_SCHED_CORE_OPS, 'PR_SCHED_CORE_'), int, raw => `${plainHex(raw >>> 0)} /* ${pidType(raw)} */`, where],
  },
  PR_SET_PTRACER: value((raw, ...rest) => (raw === -1 ? 'PR_SET_PTRACER_ANY' : int(raw, ...rest))),
}

const pidType = (raw: number): string => Object.keys(PIDTYPES).find(key => PIDTYPES[key as keyof typeof PIDTYPES] === raw) ?? 'PIDTYPE_???'

/** Operations whose arguments depend on the first of them. */
const BY_FIRST: Readonly<Partial<Record<keyof typeof PRCTL, (first: number) => Row>>> = {
  PR_SET_SECCOMP(first) {
    const mode = one(SECCOMP_MODES, 'SECCOMP_MODE_')
    if (first === SECCOMP_MODES.SECCOMP_MODE_STRICT) return { args: [mode] }
    return { args: first === SECCOMP_MODES.SECCOMP_MODE_FILTER ? [mode, filter] : [mode, ...rest(3)] }
  },
  PR_MCE_KILL: first => ({
    args: [one(MCE_KILL, 'PR_MCE_KILL_'), first === MCE_KILL.PR_MCE_KILL_SET ? one(MCE_KILL_POLICY, 'PR_MCE_KILL_') : bits, ...rest(2)],
  }),
  PR_CAP_AMBIENT(first) {
    const takesOne = first > 0 && first < CAP_AMBIENT_OPS.PR_CAP_AMBIENT_CLEAR_ALL
    return { args: [one(CAP_AMBIENT_OPS, 'PR_CAP_AMBIENT_'), takesOne ? capability : bits, ...rest(2)] }
  },
  PR_SET_SPECULATION_CTRL: first => ({
    args: [one(PR_SPEC_FEATURES, 'PR_SPEC_'), named(PR_SPEC_FEATURES)(first) === '' ? bits : one(SETTABLE, 'PR_SPEC_')],
  }),
  PR_SET_VMA: first => ({
    args: [one(PRCTL_VMA, 'PR_SET_VMA_'), ...(first === PRCTL_VMA.PR_SET_VMA_ANON_NAME ? [where, unsigned, label] : rest(3))],
  }),
}

const SOCK_FPROG_BYTES = 16
const filter = behind(SOCK_FPROG_BYTES, view => {
  return `{len=${view.getUint16(0, true)}, filter=${pointer(Number(view.getBigInt64(POINTER_BYTES, true)))}}`
})

const NAMES = new Map(Object.entries(PRCTL).map(([key, n]) => [n as number, key as keyof typeof PRCTL]))

function rowOf(raw: readonly number[]): Row {
  const key = NAMES.get(raw[0] >>> 0)
  if (key === undefined) return all
  return BY_FIRST[key]?.(raw[1]) ?? ROWS[key] ?? all
}

export function prctlText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  const { args, filled } = rowOf(raw)
  if (result !== undefined) return filled === undefined ? '' : result < 0 ? pointer(raw[1]) : filled(raw[1], k, task, raw)
  const head = [nameOf(PRCTL, raw[0] >>> 0, 'PR_'), ...args.map((show, i) => show(raw[i + 1], k, task, raw))].join(', ')
  return filled === undefined ? head : `${head}, `
}

/** Results that are hexadecimal numbers where they are not 0. */
const IN_HEX: ReadonlySet<number> = new Set([PRCTL.PR_GET_SECUREBITS, PRCTL.PR_GET_SPECULATION_CTRL])

export function prctlAnswer(_k: Kernel, _task: Task, raw: readonly number[], result: number): string {
  const words = rowOf(raw).answer?.(result) ?? ''
  const number = result !== 0 && IN_HEX.has(raw[0] >>> 0) ? hex(result) : String(result)
  return words === '' ? number : `${number} (${words})`
}
