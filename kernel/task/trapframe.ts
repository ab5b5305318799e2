// Saved registers: where a task's registers are while it does not run. They are bytes in guest RAM, as on real hardware; while the
// task runs they are the hart's own. Frames are small, so seven share a page and 30,000 tasks need 17 MiB.
import { TWO_32 } from '../abi/index.ts'
import { FS_CLEAN, FS_DIRTY, FS_OFF, PAGE_SIZE, REG, VECTOR, WORD_FCSR, WORD_FS, WORD_RESERVATION, type Hart } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import { allocFrame, releaseFrame, USE_KERNEL } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { chargeFp } from '../timing/index.ts'
import { F0, FCSR, FP_USED, PC, VECTOR_PLACE } from './trapframe-layout.ts'
import type { TrapFrames } from './types.ts'
import { releaseVectors, saveVectors } from './vector.ts'

/** pc, x1..x31, f0..f31, fcsr, whether floating point was ever used, and where vectors are: 540 bytes, kept on cache lines. */
export const TRAP_FRAME_BYTES = 576
const PER_PAGE = Math.floor(PAGE_SIZE / TRAP_FRAME_BYTES)
const ALL_TAKEN = (1 << PER_PAGE) - 1

const WORDS = TRAP_FRAME_BYTES / 4
/** Rounding mode and accrued exceptions. */
const FCSR_BITS = 0xff

export const newTrapFrames = (): TrapFrames => ({ taken: new Map(), partial: new Set(), vectors: new Set() })

/** Memory for one task's registers, zeroed; answers its offset in RAM. ENOMEM. */
export function allocTrapFrame(k: Kernel): number {
  const { taken, partial } = k.state.trapFrames
  let frame = first(partial)
  if (frame === undefined) {
    frame = allocFrame(k, USE_KERNEL)
    partial.add(frame)
  }
  const slots = taken.get(frame) ?? 0
  const slot = 31 - Math.clz32(~slots & ALL_TAKEN & -(~slots & ALL_TAKEN))
  const now = slots | (1 << slot)
  taken.set(frame, now)
  if (now === ALL_TAKEN) partial.delete(frame)
  const at = frame * PAGE_SIZE + slot * TRAP_FRAME_BYTES
  k.machine.ram32.fill(0, at >> 2, (at >> 2) + WORDS)
  return at
}

/** Gives a trap frame's place back. */
export function freeTrapFrame(k: Kernel, at: number): void {
  const { taken, partial } = k.state.trapFrames
  releaseVectors(k, at)
  const frame = Math.floor(at / PAGE_SIZE)
  const bit = 1 << ((at % PAGE_SIZE) / TRAP_FRAME_BYTES)
  const slots = taken.get(frame)
  if (slots === undefined || (slots & bit) === 0) throw new Error(`freeing the trap frame at RAM offset ${at}: not in use`)
  if (slots === bit) {
    taken.delete(frame)
    partial.delete(frame)
    releaseFrame(k, frame)
    return
  }
  taken.set(frame, slots & ~bit)
  partial.add(frame)
}

function first(set: Set<number>): number | undefined {
  for (const value of set) return value
  return undefined
}

/** The child's registers start as the parent's, floating point included; vectors do not outlive a system call. */
export function copyTrapFrame(k: Kernel, from: Task, to: Task): void {
  if (from.onHart >= 0) saveRegisters(k, from)
  k.machine.ram32.copyWithin(to.trapFrame >> 2, from.trapFrame >> 2, (from.trapFrame >> 2) + VECTOR_PLACE)
}

/** Copies the hart's registers to the frame of the task that runs on it; floating-point ones only when they changed. */
export function saveRegisters(k: Kernel, task: Task): void {
  const hart = k.machine.harts[task.onHart]
  const ram32 = k.machine.ram32
  const base = task.trapFrame >> 2
  const { x, pc } = hart
  ram32[base] = pc[0]
  ram32[base + 1] = pc[1]
  for (let i = 2; i < 64; i++) ram32[base + i] = x[i]
  saveUnits(k, task, hart)
}

/** The same for the units that few tasks use. */
function saveUnits(k: Kernel, task: Task, hart: Hart): void {
  if (hart.words[WORD_FS] === FS_DIRTY) saveFp(k, task, hart)
  if (hart.vector[VECTOR.vs] === FS_DIRTY) saveVectors(k, task, hart)
}

function saveFp(k: Kernel, task: Task, hart: Hart): void {
  chargeFp(k, hart.id, task, 'fpSave')
  const ram32 = k.machine.ram32
  const base = task.trapFrame >> 2
  const f = hart.f
  for (let i = 0; i < 64; i++) ram32[base + F0 + i] = f[i]
  ram32[base + FCSR] = hart.words[WORD_FCSR]
  ram32[base + FP_USED] = 1
  hart.words[WORD_FS] = FS_CLEAN
}

/**
 * Puts a task's registers on a hart. Floating point stays off unless the hart still holds this task's values: its first
 * floating-point instruction then traps and `touchFp` brings them.
 */
export function loadRegisters(k: Kernel, task: Task, hartId: number): void {
  const hart = k.machine.harts[hartId]
  const ram32 = k.machine.ram32
  const base = task.trapFrame >> 2
  const { x, pc } = hart
  pc[0] = ram32[base]
  pc[1] = ram32[base + 1]
  for (let i = 2; i < 64; i++) x[i] = ram32[base + i]
  hart.words[WORD_FS] = holdsFp(k, task, hartId) ? FS_CLEAN : FS_OFF
  hart.vector[VECTOR.vs] = FS_OFF
  // A store-conditional must not succeed on a load-reserved of the task before.
  hart.words[WORD_RESERVATION] = 0
  if (k.preset?.config.fpu === 'eager' && ram32[base + FP_USED] !== 0) bringFp(k, task, hart)
}

const holdsFp = (k: Kernel, task: Task, hart: number): boolean => k.state.harts[hart].fpOwner === task && task.sched.fpHart === hart

/** After a trap on a floating-point instruction while the unit was off: brings the task's values. False when it was on, or is not there. */
export function touchFp(k: Kernel, task: Task): boolean {
  const hart = k.machine.harts[task.onHart]
  if (hart.words[WORD_FS] !== FS_OFF || !k.machine.isa.names.has('F')) return false
  bringFp(k, task, hart)
  return true
}

function bringFp(k: Kernel, task: Task, hart: Hart): void {
  chargeFp(k, hart.id, task, 'fpRestore')
  const ram32 = k.machine.ram32
  const base = task.trapFrame >> 2
  for (let i = 0; i < 64; i++) hart.f[i] = ram32[base + F0 + i]
  hart.words[WORD_FCSR] = ram32[base + FCSR]
  hart.words[WORD_FS] = FS_CLEAN
  k.state.harts[hart.id].fpOwner = task
  task.sched.fpHart = hart.id
}

/** Zeroes every register: for the image that exec starts. */
export function clearRegisters(k: Kernel, task: Task): void {
  const base = task.trapFrame >> 2
  releaseVectors(k, task.trapFrame)
  k.machine.ram32.fill(0, base, base + WORDS)
  task.sched.fpHart = -1
  if (task.onHart >= 0) loadRegisters(k, task, task.onHart)
}

/** pc, x1..x31, f0..f31 and fcsr in one piece, as Linux's sigcontext begins: the first bytes of a trap frame. */
export const CONTEXT_BYTES = 4 * (FCSR + 1)

/** All registers of a task, as they were saved, into `into` from its word `at` on. */
export function readContext(k: Kernel, task: Task, into: Int32Array, at: number): void {
  const { ram32 } = k.machine
  const base = task.trapFrame >> 2
  for (let i = 0; i <= FCSR; i++) into[at + i] = ram32[base + i]
}

/** All registers of a task from words that a program may have written: pc has no bit 0, fcsr only its defined bits. */
export function writeContext(k: Kernel, task: Task, from: Int32Array, at: number): void {
  const { ram32, harts } = k.machine
  if (task.onHart >= 0) saveUnits(k, task, harts[task.onHart])
  const base = task.trapFrame >> 2
  for (let i = 0; i < F0; i++) ram32[base + i] = from[at + i]
  ram32[base + PC] &= ~1
  let changed = 0
  for (let i = F0; i <= FCSR; i++) {
    const word = i === FCSR ? from[at + i] & FCSR_BITS : from[at + i]
    changed |= ram32[base + i] ^ word
    ram32[base + i] = word
  }
  if (changed !== 0) {
    ram32[base + FP_USED] = 1
    task.sched.fpHart = -1
  }
  if (task.onHart >= 0) loadRegisters(k, task, task.onHart)
}

// Access by register, wherever they are now. x0 reads as zero and cannot be set.

/** xN as a signed double (exact below 2^53). */
export function regX(k: Kernel, task: Task, n: number): number {
  if (n === 0) return 0
  const words = task.onHart >= 0 ? k.machine.harts[task.onHart].x : k.machine.ram32
  const at = (task.onHart >= 0 ? 0 : task.trapFrame >> 2) + 2 * n
  return words[at + 1] * TWO_32 + (words[at] >>> 0)
}

const { a0: A0 } = REG
const ARGUMENTS = 6

/** The six argument registers as signed doubles: of the call a task is in, until it has its result. */
export function callArguments(k: Kernel, task: Task): number[] {
  const raw: number[] = []
  for (let i = 0; i < ARGUMENTS; i++) raw.push(regX(k, task, A0 + i))
  return raw
}

/** xN := any safe integer, sign-extended. */
export function setRegX(k: Kernel, task: Task, n: number, value: number): void {
  if (n === 0) return
  const words = task.onHart >= 0 ? k.machine.harts[task.onHart].x : k.machine.ram32
  putWords(words, (task.onHart >= 0 ? 0 : task.trapFrame >> 2) + 2 * n, value)
}

/** xN exactly, as a signed 64-bit value. */
export function regBig(k: Kernel, task: Task, n: number): bigint {
  if (n === 0) return 0n
  return task.onHart >= 0 ? getBigAt(k.machine.harts[task.onHart].x, 2 * n) : getBigAt(k.machine.ram32, (task.trapFrame >> 2) + 2 * n)
}

/** Sets xN in the task's trap frame to a 64-bit value. */
export function setRegBig(k: Kernel, task: Task, n: number, value: bigint): void {
  if (n === 0) return
  if (task.onHart >= 0) putBigAt(k.machine.harts[task.onHart].x, 2 * n, value)
  else putBigAt(k.machine.ram32, (task.trapFrame >> 2) + 2 * n, value)
}

/** The pc in the task's trap frame. */
export function regPc(k: Kernel, task: Task): number {
  const words = task.onHart >= 0 ? k.machine.harts[task.onHart].pc : k.machine.ram32
  const at = task.onHart >= 0 ? 0 : (task.trapFrame >> 2) + PC
  return words[at + 1] * TWO_32 + (words[at] >>> 0)
}

/** Sets the pc in the task's trap frame. */
export function setRegPc(k: Kernel, task: Task, pc: number): void {
  if (task.onHart >= 0) putWords(k.machine.harts[task.onHart].pc, 0, pc)
  else putWords(k.machine.ram32, (task.trapFrame >> 2) + PC, pc)
}

/** Are the values in the hart newer than those in the frame? */
const fpIsLive = (k: Kernel, task: Task): boolean => task.onHart >= 0 && k.machine.harts[task.onHart].words[WORD_FS] !== FS_OFF

/** fN's 64 bits. */
export const regF = (k: Kernel, task: Task, n: number): bigint =>
  fpIsLive(k, task) ? getBigAt(k.machine.harts[task.onHart].f, 2 * n) : getBigAt(k.machine.ram32, (task.trapFrame >> 2) + F0 + 2 * n)

/** Sets the 64 bits of fN in the task's trap frame. */
export function setRegF(k: Kernel, task: Task, n: number, bits: bigint): void {
  if (fpIsLive(k, task)) {
    putBigAt(k.machine.harts[task.onHart].f, 2 * n, bits)
    k.machine.harts[task.onHart].words[WORD_FS] = FS_DIRTY
    return
  }
  putBigAt(k.machine.ram32, (task.trapFrame >> 2) + F0 + 2 * n, bits)
  k.machine.ram32[(task.trapFrame >> 2) + FP_USED] = 1
  task.sched.fpHart = -1
}

export const getFcsr = (k: Kernel, task: Task): number =>
  fpIsLive(k, task) ? k.machine.harts[task.onHart].words[WORD_FCSR] : k.machine.ram32[(task.trapFrame >> 2) + FCSR]

/** Sets fcsr in the task's trap frame. */
export function setFcsr(k: Kernel, task: Task, value: number): void {
  if (fpIsLive(k, task)) {
    k.machine.harts[task.onHart].words[WORD_FCSR] = value
    k.machine.harts[task.onHart].words[WORD_FS] = FS_DIRTY
    return
  }
  k.machine.ram32[(task.trapFrame >> 2) + FCSR] = value
  task.sched.fpHart = -1
}

/** The pc exactly, as a signed 64-bit value. */
export const regPcBig = (k: Kernel, task: Task): bigint =>
  task.onHart >= 0 ? getBigAt(k.machine.harts[task.onHart].pc, 0) : getBigAt(k.machine.ram32, (task.trapFrame >> 2) + PC)

/** Sets all 64 bits of the pc but the lowest, which no pc has. */
export function setRegPcBig(k: Kernel, task: Task, pc: bigint): void {
  if (task.onHart >= 0) putBigAt(k.machine.harts[task.onHart].pc, 0, pc & ~1n)
  else putBigAt(k.machine.ram32, (task.trapFrame >> 2) + PC, pc & ~1n)
}

/** Has the task ever used floating point? Its signal frames carry zeroes otherwise. */
export const usesFp = (k: Kernel, task: Task): boolean => fpIsLive(k, task) || k.machine.ram32[(task.trapFrame >> 2) + FP_USED] !== 0

function putWords(words: Int32Array, at: number, value: number): void {
  words[at] = value | 0
  words[at + 1] = Math.floor(value / TWO_32)
}

const getBigAt = (words: Int32Array, at: number): bigint => (BigInt(words[at + 1]) << 32n) | BigInt(words[at] >>> 0)

function putBigAt(words: Int32Array, at: number, value: bigint): void {
  words[at] = Number(BigInt.asIntN(32, value))
  words[at + 1] = Number(BigInt.asIntN(32, value >> 32n))
}
