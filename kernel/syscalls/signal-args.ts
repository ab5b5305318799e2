// How signal calls' arguments look in a trace. Their handlers read and write memory themselves, in Linux's order of refusals.
import { NSIG, SA_FLAGS, SIGACTION, SIGSET_BYTES, SIG_DFL, SIG_IGN, SS_FLAGS, readStruct } from '../abi/index.ts'
import type { StructValues } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, peekUser } from '../mm/index.ts'
import { SIGINFO_BYTES, decodeSigInfo, showSigInfo, showSigset } from '../signal/index.ts'
import type { SigInfo } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { EINVAL } from '../abi/index.ts'
import { pointer } from './args.ts'
import type { Arg } from './define.ts'
import { flagsText } from './text.ts'

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** An address shown through `text` of the bytes behind it, or as a bare pointer where they cannot be read. */
const shown = (type: string, length: number, text: (bytes: Uint8Array) => string): Arg<number> => ({
  type,
  read: raw => raw,
  show: (raw, k, task) => {
    const bytes = raw > 0 ? peekUser(k, task, raw, length) : null
    return bytes === null ? pointer(raw) : text(bytes)
  },
})

/** The same for what the call fills in: known when it succeeded. */
const filled = (arg: Arg<number>): Arg<number> => ({
  ...arg,
  after: true,
  show: (raw, k, task, all, result) => (result === undefined || result < 0 ? pointer(raw) : arg.show(raw, k, task, all)),
})

export const sigset = shown('const sigset_t *', SIGSET_BYTES, bytes => showSigset(viewOf(bytes).getBigUint64(0, true)))
export const sigsetOut = filled({ ...sigset, type: 'sigset_t *' })

type Action = StructValues<(typeof SIGACTION)['members']>

function actionText({ handler, flags, mask }: Action): string {
  const name = handler === SIG_DFL ? 'SIG_DFL' : handler === SIG_IGN ? 'SIG_IGN' : pointer(handler)
  return `{sa_handler=${name}, sa_mask=${showSigset(mask)}, sa_flags=${flagsText(SA_FLAGS, flags)}}`
}

export const sigaction = shown('const struct sigaction *', SIGACTION.size, bytes => actionText(readStruct(SIGACTION, bytes)))
export const sigactionOut = filled({ ...sigaction, type: 'struct sigaction *' })

const infoText = (bytes: Uint8Array): string => {
  const signal = viewOf(bytes).getInt32(0, true)
  return showSigInfo(decodeSigInfo(bytes, signal))
}
export const siginfo = shown('siginfo_t *', SIGINFO_BYTES, infoText)
export const siginfoOut = filled(siginfo)

export const stackText = (sp: number, flags: number, size: number): string =>
  `{ss_sp=${pointer(sp)}, ss_flags=${flagsText(SS_FLAGS, flags >>> 0)}, ss_size=${size}}`

/** EINVAL unless the program's sigset_t has our size. */
export function checkSigsetSize(size: number): void {
  if (size !== SIGSET_BYTES) throw EINVAL
}

/** EINVAL unless 1..64 (or 0 where that only asks whether it could be sent). */
export function checkSignal(signal: number, allowZero: boolean): void {
  if (signal < (allowZero ? 0 : 1) || signal > NSIG) throw EINVAL
}

/** siginfo_t as a program gives it, sent as `signal`. One that says it is from a timer has the bytes, and no timer behind it. EFAULT. */
export function readSigInfo(k: Kernel, task: Task, at: number, signal: number): SigInfo {
  const info = decodeSigInfo(copyIn(k, task, at, SIGINFO_BYTES), signal)
  const { fields } = info
  return fields.kind === 'timer' ? { ...info, fields: { kind: 'queue', pid: fields.id, uid: fields.overrun, value: fields.value } } : info
}
