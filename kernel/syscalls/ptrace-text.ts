// ptrace(2) as strace prints it: each request has its own arguments.
import { NSIG, PTRACE, PTRACE_OPTIONS, REGSETS, signalName, TWO_32 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { oneOf, pointer } from './args.ts'
import type { Arg } from './define.ts'
import { siginfo, sigset } from './signal-args.ts'
import { flagsText, hex, nameOf, plainHex } from './text.ts'

type Show = (raw: number, k: Kernel, task: Task, all: readonly number[]) => string

export const request: Arg<number> = { ...oneOf(PTRACE), type: 'long' }

const signal: Show = raw => (raw > 0 && raw <= NSIG ? signalName(raw) : raw === 0 ? '0' : plainHex(raw))
const options: Show = raw => flagsText(PTRACE_OPTIONS, raw, '0', 'PTRACE_O_')
const number: Show = raw => String(raw)
/** `[0x13]` */
const wordAt =
  (text: (value: number) => string): Show =>
  (raw, k, task) => {
    const bytes = raw > 0 ? peekUser(k, task, raw, 8) : null
    if (bytes === null) return pointer(raw)
    const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
    return `[${text(view.getInt32(4, true) * TWO_32 + view.getUint32(0, true))}]`
  }
const iovec: Show = (raw, k, task) => {
  const bytes = raw > 0 ? peekUser(k, task, raw, 16) : null
  if (bytes === null) return pointer(raw)
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16)
  const word = (at: number): number => view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true)
  return `[{iov_base=${pointer(word(0))}, iov_len=${word(8)}}]`
}

interface Row {
  /** How its third and fourth arguments are shown; the third missing: as an address; the fourth: not at all. */
  addr?: Show
  data?: Show
  /** The fourth is filled in by the call. */
  filled?: true
}

const P = PTRACE
const ROWS: Readonly<Record<number, Row>> = {
  [P.PTRACE_PEEKTEXT]: { data: wordAt(hex), filled: true },
  [P.PTRACE_PEEKDATA]: { data: wordAt(hex), filled: true },
  [P.PTRACE_PEEKUSER]: { data: wordAt(hex), filled: true },
  [P.PTRACE_POKETEXT]: { data: plainHex },
  [P.PTRACE_POKEDATA]: { data: plainHex },
  [P.PTRACE_POKEUSER]: { data: plainHex },
  [P.PTRACE_CONT]: { data: signal },
  [P.PTRACE_SINGLESTEP]: { data: signal },
  [P.PTRACE_DETACH]: { data: signal },
  [P.PTRACE_SYSCALL]: { data: signal },
  [P.PTRACE_LISTEN]: { data: signal },
  [P.PTRACE_SEIZE]: { data: options },
  [P.PTRACE_SETOPTIONS]: { data: options },
  [P.PTRACE_GETEVENTMSG]: { data: wordAt(String), filled: true },
  [P.PTRACE_GETSIGINFO]: { data: (raw, ...rest) => siginfo.show(raw, ...rest), filled: true },
  [P.PTRACE_SETSIGINFO]: { data: (raw, ...rest) => siginfo.show(raw, ...rest) },
  [P.PTRACE_GETREGSET]: { addr: raw => nameOf(REGSETS, raw, 'NT_'), data: iovec, filled: true },
  [P.PTRACE_SETREGSET]: { addr: raw => nameOf(REGSETS, raw, 'NT_'), data: iovec },
  [P.PTRACE_GETSIGMASK]: { addr: number, data: (raw, ...rest) => sigset.show(raw, ...rest), filled: true },
  [P.PTRACE_SETSIGMASK]: { addr: number, data: (raw, ...rest) => sigset.show(raw, ...rest) },
  [P.PTRACE_GET_SYSCALL_INFO]: { addr: number, data: pointer, filled: true },
}
const SHORT: readonly number[] = [P.PTRACE_ATTACH, P.PTRACE_KILL, P.PTRACE_INTERRUPT]

export function ptraceText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  const op = raw[0]
  const head = request.show(op, k, task, raw)
  if (op === P.PTRACE_TRACEME) return result === undefined ? head : ''
  const row = ROWS[op]
  const lead = `${head}, ${raw[1] | 0}`
  if (row === undefined && SHORT.includes(op)) return result === undefined ? lead : ''
  const addr = (row?.addr ?? pointer)(raw[2], k, task, raw)
  const first = `${lead}, ${addr}`
  const data = row?.data ?? pointer
  if (!row?.filled) return result === undefined ? `${first}, ${data(raw[3], k, task, raw)}` : ''
  if (result === undefined) return first
  return `, ${result < 0 ? pointer(raw[3]) : data(raw[3], k, task, raw)}`
}
