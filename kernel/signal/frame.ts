// The signal frame: what a handler finds on its stack and rt_sigreturn reads back. A contract with every debugger, unwinder and
// language runtime, so it is Linux's to the byte (arch/riscv uapi asm/{ucontext,sigcontext}.h; 1088 bytes in all):
// siginfo 128 | uc_flags 8, uc_link 8, uc_stack 24, uc_sigmask 8 of 128 reserved, padding, mcontext at 176: pc, x1..x31,
// then 528 bytes of floating point: f0..f31, fcsr, and at its end the list of extensions: empty, or the vector registers of a task that
// has used them (struct __riscv_extra_ext_header, __sc_riscv_v_state).
import { REG } from '../../vm/index.ts'
import {
  isErrno,
  NSIG,
  RISCV_V_MAGIC,
  SA_ONSTACK,
  SI_KERNEL,
  SIGSEGV,
  SS_AUTODISARM,
  SS_DISABLE,
  STACK,
  TWO_32,
  UCONTEXT,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, oneUserPage } from '../mm/index.ts'
import {
  readContext,
  readVectors,
  regX,
  saveRegisters,
  setRegPc,
  setRegX,
  usesVectors,
  vectorBytes,
  writeContext,
  writeVectors,
  type VectorRegisters,
} from '../task/index.ts'
import type { Task } from '../state.ts'
import { onAltStack, setAltStack, type AltStack } from './altstack.ts'
import { faultInfo } from './info.ts'
import { setBlocked } from './mask.ts'
import { forceSignal } from './send.ts'
import { SIGINFO_BYTES, decodeSigInfo, encodeSigInfoInto } from './siginfo.ts'
import type { SigAction, SigInfo, Sigset } from './types.ts'

/** Of a frame without extensions, and of what all have. */
export const FRAME_BYTES = SIGINFO_BYTES + UCONTEXT.size
/** The ucontext lies behind the siginfo. */
const CONTEXT = SIGINFO_BYTES
const { stack, sigmask, pc } = UCONTEXT.offsets
const STACK_SP = CONTEXT + stack + STACK.offsets.sp
const STACK_FLAGS = CONTEXT + stack + STACK.offsets.flags
const STACK_SIZE = CONTEXT + stack + STACK.offsets.size
/** The mask to go back to. */
export const FRAME_SIGMASK = CONTEXT + sigmask
const PC = CONTEXT + pc
/** Behind the registers and padding to the size of the union of all floating-point formats. Zero: it tells this layout from later ones. */
const EXTENSIONS_RESERVED = FRAME_BYTES - 12
/** The END header: magic 0, size 0. */
const END_MAGIC = EXTENSIONS_RESERVED + 4
const END_SIZE = END_MAGIC + 4

const STACK_ALIGN = 16
const HEADER_BYTES = 8
/** vstart, vl, vtype, vcsr, vlenb, the address of the registers; these follow. */
const VECTOR_STATE_BYTES = 48
const VECTOR_STATE = FRAME_BYTES
const VECTOR_DATA = VECTOR_STATE + VECTOR_STATE_BYTES
/** The header of the vector registers counts itself. */
const vectorSize = (k: Kernel): number => HEADER_BYTES + VECTOR_STATE_BYTES + vectorBytes(k)

/** Bytes of a frame with vector registers, or without. */
function frameBytes(k: Kernel, vectors: boolean): number {
  const bytes = vectors ? FRAME_BYTES + vectorSize(k) + HEADER_BYTES : FRAME_BYTES
  return Math.ceil(bytes / STACK_ALIGN) * STACK_ALIGN
}
/** The largest frame that a program can get: AT_MINSIGSTKSZ. */
export const largestFrame = (k: Kernel): number => frameBytes(k, k.machine.isa.vector !== null)
/** pc and x1..x31. */
const REGISTERS = 32
const WORD_BYTES = 8

/** Where the frame goes: below sp, or at the top of the alternate stack. null: an alternate stack that overflows. */
function framePlace(task: Task, sp: number, action: SigAction, bytes: number): number | null {
  const onStack = onAltStack(task, sp)
  const below = sp - bytes
  if (onStack && !onAltStack(task, below)) return null
  const switches = (action.flags & SA_ONSTACK) !== 0 && !onStack && task.altStack.size !== 0
  const top = switches ? task.altStack.sp + task.altStack.size - bytes : below
  // The low bits of any address: % of such numbers is a call of the host's.
  return top - (top & (STACK_ALIGN - 1))
}

const get64 = (view: DataView, at: number): number => view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true)
function put64(view: DataView, at: number, value: number): void {
  view.setInt32(at, value | 0, true)
  view.setInt32(at + 4, Math.floor(value / TWO_32), true)
}

/** Where a frame is written, or read: in the program's memory itself where it lies in one page, else in a copy. */
interface Place {
  readonly view: DataView
  readonly words: Int32Array
  /** Of the frame in them, in bytes: a multiple of 4. */
  readonly at: number
}

const placeIn = (bytes: Uint8Array): Place => ({ view: new DataView(bytes.buffer), words: new Int32Array(bytes.buffer), at: 0 })
/** At an offset of RAM. */
const placeInRam = ({ machine: { view, i32, layout } }: Kernel, offset: number): Place => ({ view, words: i32, at: layout.ram + offset })

/** A frame that a program may have written. EFAULT. */
function placeToRead(k: Kernel, task: Task, sp: number): Place {
  const offset = (sp & (WORD_BYTES - 1)) === 0 ? oneUserPage(k, task, sp, FRAME_BYTES, false) : -1
  return offset < 0 ? placeIn(copyIn(k, task, sp, FRAME_BYTES)) : placeInRam(k, offset)
}

function putVectors(k: Kernel, { view, at }: Place, { vstart, vl, vtype, vcsr, bytes }: VectorRegisters, sp: number): void {
  view.setUint32(at + END_MAGIC, RISCV_V_MAGIC, true)
  view.setUint32(at + END_SIZE, vectorSize(k), true)
  const values = [vstart, vl, vtype, vcsr, bytes.length / REGISTERS, sp + VECTOR_DATA].map(BigInt)
  values.forEach((value, n) => view.setBigUint64(at + VECTOR_STATE + WORD_BYTES * n, value, true))
  new Uint8Array(view.buffer).set(bytes, at + VECTOR_DATA)
}

/** The extensions of a frame at `sp`, whoever wrote them: vector registers at most. False: they cannot be. */
function takeExtensions(k: Kernel, task: Task, sp: number, { view, at }: Place): boolean {
  if (view.getUint32(at + EXTENSIONS_RESERVED, true) !== 0) return false
  const magic = view.getUint32(at + END_MAGIC, true)
  const size = view.getUint32(at + END_SIZE, true)
  if (isEnd(magic, size)) return true
  if (magic !== RISCV_V_MAGIC || size !== vectorSize(k) || !usesVectors(k, task)) return false
  const bytes = copyIn(k, task, sp + VECTOR_STATE, VECTOR_STATE_BYTES)
  const state = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const word = (n: number): bigint => state.getBigUint64(WORD_BYTES * n, true)
  const small = (n: number): number => Number(BigInt.asUintN(31, word(n)))
  const registers = copyIn(k, task, Number(BigInt.asIntN(64, word(5))), vectorBytes(k))
  writeVectors(k, task, { vstart: small(0), vl: small(1), vtype: word(2), vcsr: small(3), bytes: registers })
  const end = copyIn(k, task, sp + END_MAGIC + size, HEADER_BYTES)
  const last = new DataView(end.buffer, end.byteOffset, end.byteLength)
  return isEnd(last.getUint32(0, true), last.getUint32(4, true))
}
const isEnd = (magic: number, size: number): boolean => magic === 0 && size === 0

/** The same, but what cannot be read cannot be either. */
function hasLegalExtensions(k: Kernel, task: Task, sp: number, place: Place): boolean {
  try {
    return takeExtensions(k, task, sp, place)
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
}

/** Puts a frame of `length` bytes at `sp`. EFAULT, ENOMEM. */
function writeFrame(k: Kernel, task: Task, info: SigInfo, mask: Sigset, vectors: VectorRegisters | null, sp: number, length: number): void {
  if (task.onHart >= 0) saveRegisters(k, task)
  const offset = oneUserPage(k, task, sp, length, true)
  const bytes = offset < 0 ? new Uint8Array(length) : null
  const place = bytes === null ? placeInRam(k, offset) : placeIn(bytes)
  const { view, words, at } = place
  if (bytes === null) words.fill(0, at >> 2, (at + length) >> 2)
  encodeSigInfoInto(info, view, at)
  const { altStack } = task
  put64(view, at + STACK_SP, altStack.sp)
  view.setUint32(at + STACK_FLAGS, altStack.flags, true)
  put64(view, at + STACK_SIZE, altStack.size)
  view.setBigUint64(at + FRAME_SIGMASK, mask, true)
  readContext(k, task, words, (at + PC) >> 2)
  if (vectors !== null) putVectors(k, place, vectors, sp)
  if (bytes !== null) copyOut(k, task, sp, bytes)
}

/**
 * Builds the frame and enters the handler with a0 = signal, a1 = &siginfo, a2 = &ucontext, ra = the vDSO's rt_sigreturn, which is `sigreturn`
 * bytes into it. False when the stack cannot take it.
 */
export function pushFrame(k: Kernel, task: Task, info: SigInfo, action: SigAction, oldMask: Sigset, sigreturn: number): boolean {
  const vectors = readVectors(k, task)
  const length = frameBytes(k, vectors !== null)
  const place = framePlace(task, regX(k, task, REG.sp), action, length)
  if (place === null || !task.mm) return false
  try {
    writeFrame(k, task, info, oldMask, vectors, place, length)
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
  if (task.altStack.flags & SS_AUTODISARM) task.altStack = { sp: 0, size: 0, flags: SS_DISABLE }
  setRegX(k, task, REG.ra, task.mm.vdso + sigreturn)
  setRegX(k, task, REG.sp, place)
  setRegX(k, task, REG.a0, info.signal)
  setRegX(k, task, REG.a1, place)
  setRegX(k, task, REG.a2, place + CONTEXT)
  setRegPc(k, task, action.handler - (action.handler & 1))
  return true
}

/** No extension follows the floating-point registers, or vector registers do: the layout is the one above. */
function endsAsOurs(view: DataView): boolean {
  const magic = view.getUint32(END_MAGIC, true)
  return (
    view.getUint32(EXTENSIONS_RESERVED, true) === 0 && (magic === RISCV_V_MAGIC || (magic === 0 && view.getUint32(END_SIZE, true) === 0))
  )
}

/** What a frame holds, for whoever looks into a program. */
export interface SignalFrame {
  info: SigInfo
  /** The mask to go back to. */
  mask: Sigset
  stack: { sp: number; size: number; flags: number }
  /** The interrupted pc, and x1..x31 by number (x0 as 0), as 64 bits each. */
  pc: bigint
  x: bigint[]
}

/** The frame in FRAME_BYTES bytes, or null where they cannot be one. */
export function decodeFrame(bytes: Uint8Array): SignalFrame | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const signal = view.getInt32(0, true)
  if (signal < 1 || signal > NSIG || view.getBigUint64(CONTEXT, true) !== 0n || !endsAsOurs(view)) return null
  const words = Array.from({ length: REGISTERS }, (_, n) => view.getBigUint64(PC + WORD_BYTES * n, true))
  return {
    info: decodeSigInfo(bytes, signal),
    mask: view.getBigUint64(FRAME_SIGMASK, true),
    stack: { sp: get64(view, STACK_SP), size: get64(view, STACK_SIZE), flags: view.getUint32(STACK_FLAGS, true) },
    pc: words[0],
    x: [0n, ...words.slice(1)],
  }
}

/** rt_sigreturn: registers, mask and alternate stack as the frame at sp has them, whoever wrote it. A frame that cannot be one: SIGSEGV. */
export function rtSigreturn(k: Kernel, task: Task): void {
  const sp = regX(k, task, REG.sp)
  let place: Place
  try {
    place = placeToRead(k, task, sp)
  } catch (error) {
    if (!isErrno(error)) throw error
    forceSignal(k, task, faultInfo(SIGSEGV, SI_KERNEL, 0))
    return
  }
  const { view, words, at } = place
  const altSp = get64(view, at + STACK_SP)
  const altSize = get64(view, at + STACK_SIZE)
  const altFlags = view.getUint32(at + STACK_FLAGS, true)
  setBlocked(task, view.getBigUint64(at + FRAME_SIGMASK, true))
  writeContext(k, task, words, (at + PC) >> 2)
  if (!hasLegalExtensions(k, task, sp, place)) {
    forceSignal(k, task, faultInfo(SIGSEGV, SI_KERNEL, 0))
    return
  }
  const now = task.altStack
  if (now.sp !== altSp || now.size !== altSize || now.flags !== altFlags)
    restoreAltStack(k, task, { sp: altSp, size: altSize, flags: altFlags })
}

/** Its refusals count for nothing here (restore_altstack). */
function restoreAltStack(k: Kernel, task: Task, stack: AltStack): void {
  try {
    setAltStack(task, stack, regX(k, task, REG.sp))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
