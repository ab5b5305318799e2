// How strace shows what a ring is asked for, what it is then, and what it is given to keep.
import { IO_URING_PARAMS, IORING_FEATURES, IORING_REGISTER, IORING_SETUP, readStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { address, pointer } from './args.ts'
import type { Arg } from './define.ts'
import { flagsText, hex } from './text.ts'

export const paramsIn: Arg<number> = { ...address, type: 'struct io_uring_params *' }

/** On entry how many; with the result what was asked for, or all that it became. */
export function paramsText(k: Kernel, task: Task, [entries, at]: readonly number[], result?: number): string {
  if (result === undefined) return `${entries >>> 0}, `
  const bytes = at > 0 ? peekUser(k, task, at, IO_URING_PARAMS.size) : null
  if (bytes === null) return pointer(at)
  const p = readStruct(IO_URING_PARAMS, bytes)
  const asked = [`flags=${flagsText(IORING_SETUP, p.flags, '0', 'IORING_SETUP_')}`]
  asked.push(`sq_thread_cpu=${p.sqThreadCpu}`, `sq_thread_idle=${p.sqThreadIdle}`)
  const resv = [p.resv0, p.resv1, p.resv2]
  if (resv.some(word => word !== 0)) asked.push(`resv=[${resv.map(word => (word === 0 ? '0' : hex(word))).join(', ')}]`)
  if (result < 0) return `{${asked.join(', ')}}`
  const sq = `{head=${p.sqHead}, tail=${p.sqTail}, ring_mask=${p.sqMask}, ring_entries=${p.sqRingEntries}, flags=${p.sqFlags}, dropped=${p.sqDropped}, array=${p.sqArray}}`
  const cq = `{head=${p.cqHead}, tail=${p.cqTail}, ring_mask=${p.cqMask}, ring_entries=${p.cqRingEntries}, overflow=${p.cqOverflow}, cqes=${p.cqCqes}, flags=${p.cqFlags}}`
  const features = flagsText(IORING_FEATURES, p.features)
  return `{${[...asked, `sq_entries=${p.sqEntries}`, `cq_entries=${p.cqEntries}`, `features=${features}`, `sq_off=${sq}`, `cq_off=${cq}`].join(', ')}}`
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(IORING_REGISTER).map(([name, code]) => [code, name]))

export const registerCode: Arg<number> = {
  type: 'unsigned int',
  word: true,
  names: Object.keys(IORING_REGISTER),
  read: raw => raw,
  show: raw => NAMES.get(raw | 0) ?? `${hex(raw >>> 0)} /* IORING_REGISTER_??? */`,
}

const FD_BYTES = 4
const SHOWN = 32

function fdsText(k: Kernel, task: Task, at: number, count: number): string {
  const shown = Math.min(count, SHOWN)
  const bytes = at > 0 && shown > 0 ? peekUser(k, task, at, shown * FD_BYTES) : null
  if (bytes === null) return pointer(at)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const fds = Array.from({ length: shown }, (_, i) => view.getInt32(i * FD_BYTES, true))
  return `[${fds.join(', ')}${count > shown ? ', ...' : ''}]`
}

function updateText(k: Kernel, task: Task, at: number, count: number): string {
  const bytes = at > 0 ? peekUser(k, task, at, 16) : null
  if (bytes === null) return pointer(at)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return `{offset=${view.getUint32(0, true)}, fds=${fdsText(k, task, Number(view.getBigUint64(8, true)), count)}}`
}

function bufferRingText(k: Kernel, task: Task, at: number): string {
  const bytes = at > 0 ? peekUser(k, task, at, 16) : null
  if (bytes === null) return pointer(at)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const place = pointer(Number(view.getBigUint64(0, true)))
  return `{ring_addr=${place}, ring_entries=${view.getUint32(8, true)}, bgid=${view.getUint16(12, true)}}`
}

const IOVEC_BYTES = 16

function buffersText(k: Kernel, task: Task, at: number, count: number): string {
  const shown = Math.min(count, SHOWN)
  const bytes = at > 0 && shown > 0 ? peekUser(k, task, at, shown * IOVEC_BYTES) : null
  if (bytes === null) return pointer(at)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const texts = Array.from({ length: shown }, (_, i) => {
    const [base, length] = [view.getBigUint64(i * IOVEC_BYTES, true), view.getBigUint64(i * IOVEC_BYTES + 8, true)]
    return `{iov_base=${pointer(Number(base))}, iov_len=${length}}`
  })
  return `[${texts.join(', ')}${count > shown ? ', ...' : ''}]`
}

const R = IORING_REGISTER
const TEXTS: Readonly<Record<number, (k: Kernel, task: Task, at: number, count: number) => string>> = {
  [R.IORING_REGISTER_BUFFERS]: buffersText,
  [R.IORING_REGISTER_FILES]: fdsText,
  [R.IORING_REGISTER_EVENTFD]: fdsText,
  [R.IORING_REGISTER_EVENTFD_ASYNC]: fdsText,
  [R.IORING_REGISTER_FILES_UPDATE]: updateText,
  [R.IORING_REGISTER_PBUF_RING]: bufferRingText,
  [R.IORING_UNREGISTER_PBUF_RING]: bufferRingText,
}

export const registerArgument: Arg<number> = {
  ...address,
  show: (raw, k, task, all) => TEXTS[all[1] | 0]?.(k, task, raw, all[3] >>> 0) ?? pointer(raw),
}
