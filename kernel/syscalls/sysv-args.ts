// How the arguments of System V calls look in a trace, and what their control calls share.
import { IPC_PRIVATE, readStruct, writeStruct, type StructValues } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { mode as modeArg, pointer } from './args.ts'
import type { Arg } from './define.ts'
import { flagsText, nameOf, plainHex } from './text.ts'

type AnyLayout = Parameters<typeof readStruct>[0]
type Shown = (k: Kernel, task: Task, at: number) => string

const keyText = (key: number): string => (key === IPC_PRIVATE ? 'IPC_PRIVATE' : plainHex(key >>> 0))
export const key: Arg<number> = { type: 'key_t', word: true, read: raw => raw | 0, show: raw => keyText(raw | 0) }

const PERMISSIONS = 0o777
/** Flags of a get call, and permissions: `IPC_CREAT|0600`. */
export const getFlags = (table: Readonly<Record<string, number>>): Arg<number> => ({
  type: 'int',
  word: true,
  read: raw => raw | 0,
  show(raw, k, task, all) {
    const flags = (raw >>> 0) & ~PERMISSIONS
    const mode = modeArg.show(raw & PERMISSIONS, k, task, all)
    return flags === 0 ? mode : `${flagsText(table, flags >>> 0)}|${mode}`
  },
})

/** An address that is NULL, or shown as one. */
const plain: Shown = (_k, _task, at) => pointer(at)

/** What is in a structure of the program's. */
export const inside =
  <L extends AnyLayout>(layout: L, text: (values: StructValues<L['members']>) => string): Shown =>
  (k, task, at) => {
    const bytes = at > 0 ? peekUser(k, task, at, layout.size) : null
    return bytes === null ? pointer(at) : text(readStruct(layout, bytes) as StructValues<L['members']>)
  }

interface Perm {
  uid: number
  gid: number
  cuid: number
  cgid: number
  mode: number
  key: number
}
const octal = (mode: number): string => `0${mode.toString(8)}`.replace(/^00$/, '000')
export const permText = ({ uid, gid, cuid, cgid, mode, key }: Perm): string =>
  `{uid=${uid}, gid=${gid}, mode=${octal(mode)}, key=${plainHex(key >>> 0)}, cuid=${cuid}, cgid=${cgid}}`
/** Of what IPC_SET takes. */
export const newPermText = ({ uid, gid, mode }: Perm): string => `{uid=${uid}, gid=${gid}, mode=${octal(mode)}}`

export const commandText = (table: Readonly<Record<string, number>>, command: number, prefix: string): string =>
  nameOf(table, command, prefix)

/** The text of a control call: `before` is all before the last argument, which `shown` tells by command: on entry or with the result. */
export const controlText =
  (before: (raw: readonly number[]) => string, last: number, shown: (command: number) => { on?: Shown; after?: Shown }, command: number) =>
  (k: Kernel, task: Task, raw: readonly number[], result?: number): string => {
    const at = raw[last]
    const { on, after } = shown(raw[command] | 0)
    if (result === undefined) return after === undefined ? `${before(raw)}, ${(on ?? plain)(k, task, at)}` : `${before(raw)}, `
    if (after === undefined) return ''
    return (result < 0 ? plain : after)(k, task, at)
  }

/** Puts a structure where the program wants it. EFAULT. */
export function putStruct<L extends AnyLayout>(k: Kernel, task: Task, at: number, layout: L, values: StructValues<L['members']>): void {
  copyOut(k, task, at, writeStruct(layout, values))
}

/** Takes one of the program's. EFAULT. */
export const getStruct = <L extends AnyLayout>(k: Kernel, task: Task, at: number, layout: L): StructValues<L['members']> =>
  readStruct(layout, copyIn(k, task, at, layout.size)) as StructValues<L['members']>

/** A word that the call fills: `[3]`. */
export const wordOut: Arg<number> = {
  type: 'unsigned int *',
  after: true,
  read: raw => raw,
  show(raw, k, task, _all, result) {
    const bytes = result === undefined || result < 0 ? null : peekUser(k, task, raw, 4)
    return bytes === null ? pointer(raw) : `[${new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)}]`
  },
}
