// struct sched_attr as strace prints it.
import { E2BIG, SCHED_ATTR, SCHED_POLICIES } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { pointer } from './args.ts'
import type { Arg } from './define.ts'
import { flagsText, nameOf } from './text.ts'

const FLAGS = {
  SCHED_FLAG_RESET_ON_FORK: 0x01,
  SCHED_FLAG_RECLAIM: 0x02,
  SCHED_FLAG_DL_OVERRUN: 0x04,
  SCHED_FLAG_KEEP_POLICY: 0x08,
  SCHED_FLAG_KEEP_PARAMS: 0x10,
  SCHED_FLAG_UTIL_CLAMP_MIN: 0x20,
  SCHED_FLAG_UTIL_CLAMP_MAX: 0x40,
} as const
const { SCHED_FLAG_KEEP_POLICY, SCHED_FLAG_KEEP_PARAMS } = FLAGS
const LEAST_BYTES = 48
const { offsets } = SCHED_ATTR

/** `setting`: what the call is told to leave as it is does not show. null: it cannot be read. */
function attrText(k: Kernel, task: Task, at: number, setting: boolean): string | null {
  const size = peekWord(k, task, at)
  if (size === null) return null
  if (size !== 0 && size < LEAST_BYTES) return `{size=${size}}`
  const length = size >= SCHED_ATTR.size ? SCHED_ATTR.size : LEAST_BYTES
  const bytes = peekUser(k, task, at, length)
  if (bytes === null) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const flags = view.getBigUint64(offsets.flags, true)
  const keeps = (bits: number): boolean => setting && (flags & BigInt(bits)) !== 0n
  const parts = [`size=${size}`]
  if (!keeps(SCHED_FLAG_KEEP_POLICY | SCHED_FLAG_KEEP_PARAMS)) {
    parts.push(`sched_policy=${nameOf(SCHED_POLICIES, view.getUint32(offsets.policy, true))}`)
  }
  parts.push(`sched_flags=${flagsText(FLAGS, Number(flags), '0', 'SCHED_FLAG_')}`)
  if (!keeps(SCHED_FLAG_KEEP_PARAMS)) {
    parts.push(`sched_nice=${view.getInt32(offsets.nice, true)}`, `sched_priority=${view.getUint32(offsets.priority, true)}`)
    for (const name of ['runtime', 'deadline', 'period'] as const) parts.push(`sched_${name}=${view.getBigUint64(offsets[name], true)}`)
  }
  if (length === SCHED_ATTR.size) {
    parts.push(`sched_util_min=${view.getUint32(offsets.utilMin, true)}`, `sched_util_max=${view.getUint32(offsets.utilMax, true)}`)
  }
  if (size > SCHED_ATTR.size) parts.push('...')
  return `{${parts.join(', ')}}`
}

function peekWord(k: Kernel, task: Task, at: number): number | null {
  const bytes = at > 0 ? peekUser(k, task, at, 4) : null
  return bytes === null ? null : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
}

/** sched_setattr's arguments; when the structure has the wrong size, the one that the kernel wrote there. */
export function setAttrText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  const [pid, at, flags] = raw
  if (result === undefined) return `${pid | 0}, ${attrText(k, task, at, true) ?? pointer(at)}`
  const size = result === -E2BIG.code ? peekWord(k, task, at) : null
  return `${size === null ? '' : ` => {size=${size}}`}, ${flags >>> 0}`
}

export const attrOut: Arg<number> = {
  type: 'struct sched_attr *',
  after: true,
  read: raw => raw,
  show: (raw, k, task, _all, result) => (result === 0 ? attrText(k, task, raw, false) : null) ?? pointer(raw),
}
