// seccomp(2) as strace prints it: flags by name, and of a filter its length and instructions.
import { SECCOMP_FILTER_FLAGS, SECCOMP_OPERATIONS, SECCOMP_RET, TWO_32 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { pointer } from './args.ts'
import { flagsText, nameOf, plainHex } from './text.ts'

const FPROG_BYTES = 16

/** `{len=5, filter=0x7ffc1234}` */
function programText(k: Kernel, task: Task, at: number): string {
  const bytes = at > 0 ? peekUser(k, task, at, FPROG_BYTES) : null
  if (bytes === null) return pointer(at)
  const view = new DataView(bytes.buffer, bytes.byteOffset, FPROG_BYTES)
  return `{len=${view.getUint16(0, true)}, filter=${pointer(view.getInt32(12, true) * TWO_32 + view.getUint32(8, true))}}`
}

const RETS = Object.fromEntries(Object.entries(SECCOMP_RET).map(([name, value]) => [`SECCOMP_RET_${name}`, value]))

export function seccompText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  if (result !== undefined) return ''
  const op = raw[0] >>> 0
  const head = nameOf(SECCOMP_OPERATIONS, op, 'SECCOMP_SET_MODE_')
  if (op === SECCOMP_OPERATIONS.SECCOMP_SET_MODE_FILTER)
    return `${head}, ${flagsText(SECCOMP_FILTER_FLAGS, raw[1] >>> 0, '0', 'SECCOMP_FILTER_FLAG_')}, ${programText(k, task, raw[2])}`
  const flags = plainHex(raw[1] >>> 0)
  if (op !== SECCOMP_OPERATIONS.SECCOMP_GET_ACTION_AVAIL) return `${head}, ${flags}, ${pointer(raw[2])}`
  const bytes = raw[2] > 0 ? peekUser(k, task, raw[2], 4) : null
  if (bytes === null) return `${head}, ${flags}, ${pointer(raw[2])}`
  const action = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  return `${head}, ${flags}, [${nameOf(RETS, action, 'SECCOMP_RET_')}]`
}
