// Bytes between the kernel and a program's memory. Any pointer is survived: pages are faulted in as for the program itself, and what
// cannot be had is EFAULT. Where the page is mapped, which is nearly always, an access is one table walk.
import { frameWritten, PAGE_SIZE, PTE_R, PTE_U, PTE_V, PTE_W } from '../../vm/index.ts'
import { EFAULT, ENAMETOOLONG, ENOMEM, isErrno, TWO_32 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { chargeUserCopy } from '../timing/index.ts'
import { FAULT_OOM, handleFault } from './fault.ts'
import { USER_END } from './limits.ts'
import { frameUnder, leafAt } from './pagetable.ts'
import { passing } from './passing.ts'
import type { Mm } from './types.ts'

const FRAME_WORDS = PAGE_SIZE / 4
/** For fewer bytes no view is made: most strings and many reads and writes are shorter. */
const SHORT = 64
const OFFSET_MASK = PAGE_SIZE - 1
const READABLE = PTE_V | PTE_U | PTE_R
const WRITABLE = PTE_V | PTE_U | PTE_W

/** Frame of a user address, whose page may be read (or written, for `need` WRITABLE). EFAULT, ENOMEM. */
function locate(k: Kernel, task: Task, va: number, need: number, mm = task.mm): number {
  if (mm === null || !(va >= 0 && va < USER_END)) throw EFAULT
  const ram32 = k.machine.ram32
  const at = leafAt(ram32, mm.root, va)
  const entry = at < 0 ? 0 : ram32[at]
  return (entry & need) === need ? frameUnder(entry, va) : faultIn(k, task, mm, va, need)
}

function faultIn(k: Kernel, task: Task, mm: Mm, va: number, need: number): number {
  const failure = handleFault(k, task, mm, va, need === WRITABLE ? 'write' : 'read')
  if (failure !== null) throw failure === FAULT_OOM ? ENOMEM : EFAULT
  const entry = k.machine.ram32[leafAt(k.machine.ram32, mm.root, va)]
  if ((entry & need) !== need) throw new Error(`page of ${va} is not accessible after its fault was handled`)
  return frameUnder(entry, va)
}

/** RAM offset of a user byte that may be read, as may what follows to the end of its page. */
const locateToRead = (k: Kernel, task: Task, va: number): number => locate(k, task, va, READABLE) * PAGE_SIZE + (va & OFFSET_MASK)

/** Like locate for writing; the frame's decoded instructions are dropped. */
function locateForWrite(k: Kernel, task: Task, va: number, mm = task.mm): number {
  const frame = locate(k, task, va, WRITABLE, mm)
  frameWritten(k.machine, frame)
  return frame
}

const locateToWrite = (k: Kernel, task: Task, va: number, mm = task.mm): number =>
  locateForWrite(k, task, va, mm) * PAGE_SIZE + (va & OFFSET_MASK)
/** Index in ram32 of an aligned word of a frame. */
const wordOf = (frame: number, va: number): number => frame * FRAME_WORDS + ((va & OFFSET_MASK) >> 2)

/** EFAULT unless [addr, addr + length) lies in user space (whether anything is mapped there is not asked). */
export function checkUser(addr: number, length: number): void {
  if (!(addr >= 0 && length >= 0 && addr + length <= USER_END)) throw EFAULT
}

/**
 * Of `length` bytes from `va` on, how many lie side by side in RAM: those of its page, which is there at `frame`, and of pages behind it that
 * are there too. None is brought in. Where time is modelled, pages are gone through one by one.
 */
function spanOf(k: Kernel, mm: Mm, va: number, frame: number, length: number, need: number): number {
  let span = PAGE_SIZE - (va & OFFSET_MASK)
  if (span >= length) return length
  if (k.machine.timing !== null) return span
  const { ram32 } = k.machine
  for (let next = frame + 1; span < length; next++, span += PAGE_SIZE) {
    const at = leafAt(ram32, mm.root, va + span)
    if (at < 0 || (ram32[at] & need) !== need || frameUnder(ram32[at], va + span) !== next) break
    if (need === WRITABLE) frameWritten(k.machine, next)
  }
  return span < length ? span : length
}

/** Bytes from `target[done]` on, as many as lie side by side; answers how many. */
function copyPartIn(k: Kernel, task: Task, addr: number, target: Uint8Array, done: number, mm = task.mm): number {
  const va = addr + done
  const frame = locate(k, task, va, READABLE, mm)
  const from = frame * PAGE_SIZE + (va & OFFSET_MASK)
  const part = spanOf(k, mm as Mm, va, frame, target.length - done, READABLE)
  chargeUserCopy(k, task, va, from, part, false)
  const { ram } = k.machine
  if (part < SHORT) for (let i = 0; i < part; i++) target[done + i] = ram[from + i]
  else target.set(ram.subarray(from, from + part), done)
  return part
}

/** Fills `target` from user memory. */
export function copyInTo(k: Kernel, task: Task, addr: number, target: Uint8Array): void {
  const { length } = target
  checkUser(addr, length)
  for (let done = 0; done < length;) done += copyPartIn(k, task, addr, target, done)
}

/** A copy of `length` bytes of user memory. */
export function copyIn(k: Kernel, task: Task, addr: number, length: number): Uint8Array {
  checkUser(addr, length)
  const bytes = new Uint8Array(length)
  copyInTo(k, task, addr, bytes)
  return bytes
}

/** The same for who takes the bytes at once: they are only good until the next kernel action. They are not copied where they lie side by side in RAM. */
export function borrowIn(k: Kernel, task: Task, addr: number, length: number): Uint8Array {
  checkUser(addr, length)
  if (length >= SHORT) {
    const frame = locate(k, task, addr, READABLE)
    if (spanOf(k, task.mm as Mm, addr, frame, length, READABLE) === length) {
      const from = frame * PAGE_SIZE + (addr & OFFSET_MASK)
      chargeUserCopy(k, task, addr, from, length, false)
      return k.machine.ram.subarray(from, from + length)
    }
  }
  const bytes = passing(k, length)
  copyInTo(k, task, addr, bytes)
  return bytes
}

/**
 * RAM offset of `length` bytes of user memory that lie in one page, to be read (or written) where they are until the next kernel action; -1
 * where they lie in several.
 */
export function oneUserPage(k: Kernel, task: Task, addr: number, length: number, write: boolean): number {
  if ((addr & OFFSET_MASK) + length > PAGE_SIZE) return -1
  checkUser(addr, length)
  const at = write ? locateToWrite(k, task, addr) : locateToRead(k, task, addr)
  chargeUserCopy(k, task, addr, at, length, write)
  return at
}

/** Bytes from `bytes[done]` on, as many as go side by side; answers how many. */
function copyPartOut(k: Kernel, task: Task, addr: number, bytes: Uint8Array, done: number, mm: Mm | null): number {
  const va = addr + done
  const frame = locateForWrite(k, task, va, mm)
  const to = frame * PAGE_SIZE + (va & OFFSET_MASK)
  const part = spanOf(k, mm as Mm, va, frame, bytes.length - done, WRITABLE)
  chargeUserCopy(k, task, va, to, part, true)
  const { ram } = k.machine
  if (part < SHORT) for (let i = 0; i < part; i++) ram[to + i] = bytes[done + i]
  else ram.set(part === bytes.length ? bytes : bytes.subarray(done, done + part), to)
  return part
}

/**
 * Writes bytes to user memory: the task's own, or a space that it builds. EFAULT may come after some pages were written. `bytes` must not
 * overlap the target.
 */
export function copyOut(k: Kernel, task: Task, addr: number, bytes: Uint8Array, mm = task.mm): void {
  const { length } = bytes
  checkUser(addr, length)
  for (let done = 0; done < length;) done += copyPartOut(k, task, addr, bytes, done, mm)
}

/** Like copyInTo, but a fault ends it: answers how many bytes came before it. Throws (EFAULT, ENOMEM) only where none did. */
export function copyInSome(k: Kernel, task: Task, addr: number, target: Uint8Array, mm = task.mm): number {
  const { length } = target
  let done = 0
  try {
    while (done < length) done += copyPartIn(k, task, addr, target, done, mm)
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  return done
}

/** Like copyOut, but a fault ends it: answers how many bytes were written before it. Throws (EFAULT, ENOMEM) only where none were. */
export function copyOutSome(k: Kernel, task: Task, addr: number, bytes: Uint8Array, mm = task.mm): number {
  const { length } = bytes
  if (length === 0) checkUser(addr, 0)
  let done = 0
  try {
    while (done < length) done += copyPartOut(k, task, addr, bytes, done, mm)
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  return done
}

/** How many of `length` bytes from an address on could be written: pages are brought in up to the first that cannot be had. */
export function writableUser(k: Kernel, task: Task, addr: number, length: number): number {
  let done = 0
  try {
    while (done < length) {
      locate(k, task, addr + done, WRITABLE)
      done += PAGE_SIZE - ((addr + done) & OFFSET_MASK)
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  return Math.min(done, length)
}

/** Writes `length` zero bytes, as copyOut does. */
export function clearUser(k: Kernel, task: Task, addr: number, length: number, mm = task.mm): void {
  checkUser(addr, length)
  for (let done = 0; done < length;) {
    const to = locateToWrite(k, task, addr + done, mm)
    const part = Math.min(length - done, PAGE_SIZE - (to & OFFSET_MASK))
    chargeUserCopy(k, task, addr + done, to, part, true)
    k.machine.ram.fill(0, to, to + part)
    done += part
  }
}

/** A NUL-terminated string, one char per byte, at most `max` bytes with its NUL: ENAMETOOLONG beyond. */
export function copyInString(k: Kernel, task: Task, addr: number, max: number): string {
  const ram = k.machine.ram
  let text = ''
  for (let done = 0; done < max;) {
    const from = locateToRead(k, task, addr + done)
    const part = Math.min(max - done, PAGE_SIZE - (from & OFFSET_MASK))
    const length = untilZero(ram, from, part)
    chargeUserCopy(k, task, addr + done, from, Math.min(length + 1, part), false)
    text += latin1(ram, from, from + length)
    if (length < part) return text
    done += part
  }
  throw ENAMETOOLONG
}

const ASCII_MAX = 0x7f

/** How many of `count` bytes come before a zero; all when there is none. What follows them is not looked at: it may be all of RAM. */
function untilZero(ram: Uint8Array, from: number, count: number): number {
  const short = Math.min(count, SHORT)
  for (let i = 0; i < short; i++) if (ram[from + i] === 0) return i
  const at = count > SHORT ? ram.subarray(from + SHORT, from + count).indexOf(0) : -1
  return at < 0 ? count : SHORT + at
}

const ascii = new TextDecoder()

/**
 * Made at once: a string that grows by a character keeps a node for each, which is thirty times its bytes. A list of characters is eight
 * times them, so a long text goes through a decoder where all of it is ASCII.
 */
function latin1(ram: Uint8Array, start: number, end: number): string {
  const bytes = ram.subarray(start, end)
  let all = 0
  if (end - start >= SHORT) for (let i = start; i < end; i++) all |= ram[i]
  return all > 0 && all <= ASCII_MAX ? ascii.decode(bytes) : String.fromCharCode.apply(null, bytes as unknown as number[])
}

/** Index in ram32 of an aligned value of `bytes` bytes. */
function wordToRead(k: Kernel, task: Task, addr: number, bytes: number): number {
  const frame = locate(k, task, addr, READABLE)
  chargeUserCopy(k, task, addr, frame * PAGE_SIZE + (addr & OFFSET_MASK), bytes, false)
  return wordOf(frame, addr)
}
function wordToWrite(k: Kernel, task: Task, addr: number, bytes: number): number {
  const frame = locateForWrite(k, task, addr)
  chargeUserCopy(k, task, addr, frame * PAGE_SIZE + (addr & OFFSET_MASK), bytes, true)
  return wordOf(frame, addr)
}

/** A byte of the task's memory. Throws EFAULT. */
export function getU8(k: Kernel, task: Task, addr: number): number {
  const at = locateToRead(k, task, addr)
  chargeUserCopy(k, task, addr, at, 1, false)
  return k.machine.ram[at]
}

/** An unsigned 16-bit number of the task's memory. Throws EFAULT. */
export function getU16(k: Kernel, task: Task, addr: number): number {
  return getU8(k, task, addr) | (getU8(k, task, addr + 1) << 8)
}

/** A signed 32-bit number of the task's memory, at any address. Throws EFAULT. */
export function getI32(k: Kernel, task: Task, addr: number): number {
  if ((addr & 3) === 0) return k.machine.ram32[wordToRead(k, task, addr, 4)]
  return getU16(k, task, addr) | (getU16(k, task, addr + 2) << 16)
}

export const getU32 = (k: Kernel, task: Task, addr: number): number => getI32(k, task, addr) >>> 0

/** Signed; exact for magnitudes below 2^53, rounded beyond. */
export function getI64(k: Kernel, task: Task, addr: number): number {
  if ((addr & 7) !== 0) return getI32(k, task, addr + 4) * TWO_32 + getU32(k, task, addr)
  const { ram32 } = k.machine
  const at = wordToRead(k, task, addr, 8)
  return ram32[at + 1] * TWO_32 + (ram32[at] >>> 0)
}

/** Unsigned; exact below 2^53, rounded above. */
export function getU64(k: Kernel, task: Task, addr: number): number {
  const value = getI64(k, task, addr)
  return value < 0 ? value + TWO_32 * TWO_32 : value
}

/** All 64 bits, unsigned. */
export const getBig = (k: Kernel, task: Task, addr: number): bigint =>
  (BigInt(getU32(k, task, addr + 4)) << 32n) | BigInt(getU32(k, task, addr))

/** Writes a byte to the task's memory. Throws EFAULT. */
export function putU8(k: Kernel, task: Task, addr: number, value: number): void {
  const at = locateToWrite(k, task, addr)
  chargeUserCopy(k, task, addr, at, 1, true)
  k.machine.ram[at] = value
}

/** Writes 16 bits to the task's memory. Throws EFAULT. */
export function putU16(k: Kernel, task: Task, addr: number, value: number): void {
  putU8(k, task, addr, value)
  putU8(k, task, addr + 1, value >> 8)
}

/** The low 32 bits of any safe integer. */
export function putU32(k: Kernel, task: Task, addr: number, value: number): void {
  if ((addr & 3) === 0) k.machine.ram32[wordToWrite(k, task, addr, 4)] = value
  else for (let i = 0; i < 4; i++) putU8(k, task, addr + i, value >>> (8 * i))
}

/** Any safe integer, negative ones sign-extended. */
export function putU64(k: Kernel, task: Task, addr: number, value: number): void {
  if ((addr & 7) !== 0) {
    putU32(k, task, addr, value)
    putU32(k, task, addr + 4, Math.floor(value / TWO_32))
    return
  }
  const at = wordToWrite(k, task, addr, 8)
  k.machine.ram32[at] = value
  k.machine.ram32[at + 1] = Math.floor(value / TWO_32)
}

/** Writes a 64-bit value to the task's memory. Throws EFAULT. */
export function putBig(k: Kernel, task: Task, addr: number, value: bigint): void {
  putU32(k, task, addr, Number(BigInt.asIntN(32, value)))
  putU32(k, task, addr + 4, Number(BigInt.asIntN(32, value >> 32n)))
}
