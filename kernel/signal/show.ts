// Signals as strace writes them: `{si_signo=SIGCHLD, si_code=CLD_EXITED, ...}` and `[INT CHLD RTMIN]`.
import {
  BUS_CODES,
  CLD_CODES,
  FPE_CODES,
  ILL_CODES,
  POLL_CODES,
  SEGV_CODES,
  SIGBUS,
  SIGCHLD,
  SIGFPE,
  SIGILL,
  SIGPOLL,
  SIGRTMIN,
  SIGSEGV,
  SIGSYS,
  SIGTRAP,
  SYS_SECCOMP,
  SYSCALL_NAMES,
  AUDIT_ARCH_RISCV64,
  errnoByCode,
  SI_CODES,
  TRAP_CODES,
  CLD_EXITED,
  NSIG,
  signalName,
} from '../abi/index.ts'
import { hasSignal } from './sigset.ts'
import type { SigFields, SigInfo, Sigset } from './types.ts'

const CODES: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  [SIGILL]: ILL_CODES,
  [SIGFPE]: FPE_CODES,
  [SIGSEGV]: SEGV_CODES,
  [SIGBUS]: BUS_CODES,
  [SIGTRAP]: TRAP_CODES,
  [SIGCHLD]: CLD_CODES,
  [SIGPOLL]: POLL_CODES,
  [SIGSYS]: { SYS_SECCOMP },
}

function codeName(signal: number, code: number): string {
  for (const table of [SI_CODES, CODES[signal] ?? {}]) {
    for (const [name, value] of Object.entries(table)) if (value === code) return name
  }
  return code < 0 ? String(code) : `0x${code.toString(16)}`
}

/** A 64-bit address, NULL for 0. */
const pointer = (value: number | bigint): string => (BigInt(value) === 0n ? 'NULL' : `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`)
const valueText = (value: bigint): string => `si_int=${Number(BigInt.asIntN(32, value))}, si_ptr=${pointer(value)}`

const fieldsText: { [K in SigFields['kind']]: (fields: Extract<SigFields, { kind: K }>, info: SigInfo) => string } = {
  kill: ({ pid, uid }) => `, si_pid=${pid}, si_uid=${uid}`,
  queue: ({ pid, uid, value }) => `, si_pid=${pid}, si_uid=${uid}, ${valueText(value)}`,
  timer: ({ id, overrun, value }) => `, si_timerid=${pointer(id)}, si_overrun=${overrun}, ${valueText(value)}`,
  child: ({ pid, uid, status, utime, stime }, { code }) =>
    `, si_pid=${pid}, si_uid=${uid}, si_status=${code === CLD_EXITED ? status : signalName(status)}, si_utime=${utime}, si_stime=${stime}`,
  fault: ({ address }) => `, si_addr=${pointer(address)}`,
  poll: ({ band }) => `, si_band=${band}`,
  sys: ({ address, syscall, arch }) =>
    `, si_call_addr=${pointer(address)}, si_syscall=${SYSCALL_NAMES[syscall] === undefined ? syscall : `__NR_${SYSCALL_NAMES[syscall]}`}, si_arch=${arch === AUDIT_ARCH_RISCV64 ? 'AUDIT_ARCH_RISCV64' : `0x${arch.toString(16)}`}`,
}

/** The text between `---` and `---`, after the signal's name. The kernel's own signals without a sender show only the code. */
export function showSigInfo(info: SigInfo): string {
  const head = `{si_signo=${signalName(info.signal)}, si_code=${codeName(info.signal, info.code)}${info.errno === 0 ? '' : `, si_errno=${errnoByCode(info.errno)?.name ?? info.errno}`}`
  const { fields } = info
  if (info.code === SI_CODES.SI_KERNEL && fields.kind === 'kill' && fields.pid === 0) return `${head}}`
  const text = fieldsText[fields.kind] as (fields: SigFields, info: SigInfo) => string
  return `${head}${text(fields, info)}}`
}

const shortName = (signal: number): string => (signal === SIGRTMIN ? 'RTMIN' : signalName(signal).replace(/^SIG/, ''))

/** `[]`, `[INT CHLD]`, and what is missing from a set that is more than half full: `~[KILL STOP]`. */
export function showSigset(set: Sigset): string {
  const members = Array.from({ length: NSIG }, (_, index) => index + 1)
  const inside = members.filter(signal => hasSignal(set, signal))
  const few = inside.length <= NSIG / 2
  const shown = few ? inside : members.filter(signal => !hasSignal(set, signal))
  return `${few ? '' : '~'}[${shown.map(shortName).join(' ')}]`
}
