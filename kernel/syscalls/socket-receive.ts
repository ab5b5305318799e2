// Receiving: recvfrom, recvmsg, recvmmsg. Bytes go to the program first, then where they came from and what came along.
import {
  CMSGHDR,
  EFAULT,
  isErrno,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_TRUNC,
  MSG_WAITALL,
  SCM_PIDFD,
  SCM_RIGHTS,
  SOL_SOCKET,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyOut } from '../mm/index.ts'
import { dropFiles, socketOf, socketOps, waitFlag, type Received, type ReceivedControl } from '../net/index.ts'
import { openPidfdOf } from '../process/index.ts'
import type { Task } from '../state.ts'
import { installFd, type FileDescription } from '../vfs/index.ts'
import type { Blocked } from '../waiting.ts'
import { asleep, doneBefore, scatter, totalOf, type Segment } from './transfer.ts'

/** What a call has received so far. */
export interface Receipt {
  /** Bytes that reached the program, and what the call answers (MSG_TRUNC: all of a message). */
  done: number
  answer: number
  flags: number
  from: Uint8Array | null
  control: ReceivedControl[]
  /** Each a reference of the call's. */
  files: FileDescription[] | null
  note: unknown
}

export const emptyReceipt = (): Receipt => ({ done: 0, answer: 0, flags: 0, from: null, control: [], files: null, note: undefined })

/** Receives into the segments; `before` is what the call had when it fell asleep. What it has then is in `receipt`. */
export function receiveInto(
  k: Kernel,
  task: Task,
  file: FileDescription,
  segments: readonly Segment[],
  flags: number,
  receipt: Receipt,
): Blocked | null {
  const socket = socketOf(file)
  const ops = socketOps(socket)
  const room = totalOf(segments)
  const least = Math.max(1, flags & MSG_WAITALL ? room : Math.min(socket.options.receiveLow, room))
  receipt.done = doneBefore(task)
  try {
    for (;;) {
      const { done, note } = receipt
      const found = ops.receive(k, task, socket, { max: room - done, flags: flags | waitFlag(file), done, least, note })
      if ('kind' in found) return done === 0 ? found : asleep(found, done)
      const moved = hand(k, task, file, segments, receipt, found)
      if (found.last || moved < found.bytes.length || receipt.done >= least || receipt.done === room) return null
    }
  } catch (error) {
    if (receipt.done === 0 || !isErrno(error)) throw error
    receipt.answer = receipt.done
    return null
  }
}

/** Hands over what there is; answers how many bytes of it count. */
function hand(k: Kernel, task: Task, file: FileDescription, segments: readonly Segment[], receipt: Receipt, found: Received): number {
  const socket = socketOf(file)
  const ops = socketOps(socket)
  const { bytes } = found
  let moved = 0
  try {
    moved = bytes.length === 0 ? 0 : scatter(k, task, segments, receipt.done, bytes)
    if (moved < bytes.length && !found.taken) moved = ops.arrived(socket, moved)
    if (moved < bytes.length && (found.taken || moved === 0)) throw EFAULT
  } catch (error) {
    if (found.files !== null) dropFiles(k, found.files)
    throw error
  }
  const files = found.taken ? found.files : ops.consume(k, socket, moved)
  if (files !== null) receipt.files = receipt.files === null ? files : [...receipt.files, ...files]
  if (receipt.note === undefined) {
    receipt.from ??= found.from
    receipt.control.push(...found.control)
  }
  receipt.note = found.note
  receipt.flags |= found.flags
  receipt.done += moved
  receipt.answer = receipt.done + found.length - bytes.length
  return moved
}

/** What the call answers: the length of the whole message where that was asked for. */
export const answerOf = ({ done, answer }: Receipt, flags: number): number => (flags & MSG_TRUNC ? answer : done)

const ALIGN = 8
const FD_BYTES = 4

/** A buffer for control messages that is being filled (put_cmsg): what has no room is cut, or left out. */
interface ControlBuffer {
  at: number
  left: number
  flags: number
}

function putControl(k: Kernel, task: Task, to: ControlBuffer, level: number, type: number, bytes: Uint8Array): void {
  if (to.left < CMSGHDR.size) {
    to.flags |= MSG_CTRUNC
    return
  }
  let length = CMSGHDR.size + bytes.length
  if (to.left < length) {
    to.flags |= MSG_CTRUNC
    length = to.left
  }
  const whole = new Uint8Array(length)
  whole.set(writeStruct(CMSGHDR, { length, level, type }))
  whole.set(bytes.subarray(0, length - CMSGHDR.size), CMSGHDR.size)
  copyOut(k, task, to.at, whole)
  advance(to, length)
}

function advance(to: ControlBuffer, length: number): void {
  const part = Math.min(Math.ceil(length / ALIGN) * ALIGN, to.left)
  to.at += part
  to.left -= part
}

/** Descriptors for the files that came: as many as there is room and RLIMIT_NOFILE for. The rest is let go. */
function putFiles(k: Kernel, task: Task, to: ControlBuffer, files: readonly FileDescription[], cloexec: boolean): void {
  const room = to.left <= CMSGHDR.size ? 0 : Math.floor((to.left - CMSGHDR.size) / FD_BYTES)
  const numbers: number[] = []
  try {
    while (numbers.length < Math.min(room, files.length)) numbers.push(installFd(k, task, files[numbers.length], cloexec))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  dropFiles(k, files.slice(numbers.length))
  if (numbers.length < files.length) to.flags |= MSG_CTRUNC
  if (numbers.length === 0) return
  const bytes = new Uint8Array(new Int32Array(numbers).buffer)
  const flags = to.flags
  putControl(k, task, to, SOL_SOCKET, SCM_RIGHTS, bytes)
  to.flags |= flags
}

/** Writes what came along to the control buffer of `length` bytes; answers how many were written and MSG_CTRUNC. */
export function controlOut(
  k: Kernel,
  task: Task,
  receipt: Receipt,
  at: number,
  length: number,
  flags: number,
): { length: number; flags: number } {
  const { files, control } = receipt
  receipt.files = null
  if (at === 0) {
    if (files !== null) dropFiles(k, files)
    return { length: 0, flags: files !== null || control.length > 0 ? MSG_CTRUNC : 0 }
  }
  const to: ControlBuffer = { at, left: length, flags: 0 }
  for (const row of control) if (row.kind === 'bytes') putControl(k, task, to, row.level, row.type, row.bytes)
  if (files !== null) putFiles(k, task, to, files, (flags & MSG_CMSG_CLOEXEC) !== 0)
  for (const row of control) if (row.kind === 'pidfd') putPidfd(k, task, to, row)
  return { length: length - to.left, flags: to.flags }
}

function putPidfd(k: Kernel, task: Task, to: ControlBuffer, { group }: Extract<ReceivedControl, { kind: 'pidfd' }>): void {
  if (to.left <= CMSGHDR.size) {
    to.flags |= MSG_CTRUNC
    return
  }
  let number = -EINVAL_CODE
  try {
    if (group !== null) number = openPidfdOf(k, task, group)
  } catch (error) {
    if (!isErrno(error)) throw error
    number = -error.code
  }
  putControl(k, task, to, SOL_SOCKET, SCM_PIDFD, new Uint8Array(Int32Array.of(number).buffer))
}
const EINVAL_CODE = 22
