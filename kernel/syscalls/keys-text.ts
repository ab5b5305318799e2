// Key calls as strace prints them: texts quoted, keyrings by name, and of keyctl what each operation has.
import { KEYCTL, KEY_MAX_DESC_SIZE, KEY_SPECS } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { peekString, pointer } from './args.ts'
import type { Arg } from './define.ts'
import { nameOf, plainHex, quote } from './text.ts'

/** An address of a text, read by the handler. */
export const nameIn: Arg<number> = {
  type: 'const char *',
  read: raw => raw,
  show(raw, k, task) {
    const text = raw > 0 ? peekString(k, task, raw, KEY_MAX_DESC_SIZE) : null
    return text === null ? pointer(raw) : quote(text, KEY_MAX_DESC_SIZE)
  },
}

/** key_serial_t. */
export const serial: Arg<number> = {
  type: 'key_serial_t',
  word: true,
  read: raw => raw,
  show: raw => (Object.values<number>(KEY_SPECS).includes(raw | 0) ? nameOf(KEY_SPECS, raw | 0) : String(raw | 0)),
}

type Show = (raw: number, k: Kernel, task: Task, all: readonly number[]) => string
const id: Show = (raw, ...rest) => serial.show(raw | 0, ...rest)
const number: Show = raw => String(raw)
const [name, bits, where]: Show[] = [(raw, k, task) => nameIn.show(raw, k, task, []), raw => plainHex(raw >>> 0), raw => pointer(raw)]

const ROWS: Readonly<Record<number, readonly Show[]>> = {
  [KEYCTL.KEYCTL_GET_KEYRING_ID]: [id, number],
  [KEYCTL.KEYCTL_JOIN_SESSION_KEYRING]: [name],
  [KEYCTL.KEYCTL_UPDATE]: [id, where, number],
  [KEYCTL.KEYCTL_REVOKE]: [id],
  [KEYCTL.KEYCTL_CHOWN]: [id, number, number],
  [KEYCTL.KEYCTL_SETPERM]: [id, bits],
  [KEYCTL.KEYCTL_DESCRIBE]: [id, where, number],
  [KEYCTL.KEYCTL_CLEAR]: [id],
  [KEYCTL.KEYCTL_LINK]: [id, id],
  [KEYCTL.KEYCTL_UNLINK]: [id, id],
  [KEYCTL.KEYCTL_SEARCH]: [id, name, name, id],
  [KEYCTL.KEYCTL_READ]: [id, where, number],
  [KEYCTL.KEYCTL_SET_REQKEY_KEYRING]: [number],
  [KEYCTL.KEYCTL_SET_TIMEOUT]: [id, number],
  [KEYCTL.KEYCTL_INVALIDATE]: [id],
  [KEYCTL.KEYCTL_MOVE]: [id, id, id, bits],
  [KEYCTL.KEYCTL_CAPABILITIES]: [where, number],
}

export function keyctlText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  if (result !== undefined) return ''
  const rows = ROWS[raw[0] | 0] ?? [bits, bits, bits, bits]
  return [nameOf(KEYCTL, raw[0] | 0, 'KEYCTL_'), ...rows.map((show, i) => show(raw[i + 1], k, task, raw))].join(', ')
}
