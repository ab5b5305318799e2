// The signal frame: what a handler finds on its stack and rt_sigreturn reads back. A contract with every debugger, unwinder and
// language runtime, so it is Linux's to the byte (arch/riscv uapi asm/{ucontext,sigcontext}.h; 1088 bytes in all):
// siginfo 128 | uc_flags 8, uc_link 8, uc_stack 24, uc_sigmask 8 of 128 reserved, padding, mcontext at 176: pc, x1..x31,
// then 528 bytes of floating point: f0..f31, fcsr, and at its end the list of extensions, which is empty.
import { REG } from '../../vm/index.ts'
import { isErrno, NSIG, SA_ONSTACK, SI_KERNEL, SIGSEGV, SS_AUTODISARM, SS_DISABLE, STACK, TWO_32, UCONTEXT } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut } from '../mm/index.ts'
import { readContext, regX, setRegPc, setRegX, writeContext } from '../task/index.ts'
import type { Task } from '../state.ts'
import { onAltStack, setAltStack } from './altstack.ts'
import { faultInfo } from './info.ts'
import { setBlocked } from './mask.ts'
import { forceSignal } from './send.ts'
import { SIGINFO_BYTES, decodeSigInfo, encodeSigInfoInto } from './siginfo.ts'
import type { SigAction, SigInfo, Sigset } from './types.ts'

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
/** pc and x1..x31. */
const REGISTERS = 32
const WORD_BYTES = 8

/** Where the frame goes: below sp, or at the top of the alternate stack. null: an alternate stack that overflows. */
function framePlace(task: Task, sp: number, action: SigAction): number | null {
  const onStack = onAltStack(task, sp)
  const below = sp - FRAME_BYTES
  if (onStack && !onAltStack(task, below)) return null
  const switches = (action.flags & SA_ONSTACK) !== 0 && !onStack && task.altStack.size !== 0
  const top = switches ? task.altStack.sp + task.altStack.size - FRAME_BYTES : below
  return top - (((top % STACK_ALIGN) + STACK_ALIGN) % STACK_ALIGN)
}

const get64 = (view: DataView, at: number): number => view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true)
function put64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % TWO_32, true)
  view.setInt32(at + 4, Math.floor(value / TWO_32), true)
}

function isEfault(run: () => void): boolean {
  try {
    run()
    return false
  } catch (error) {
    if (!isErrno(error)) throw error
    return true
  }
}

/**
 * Builds the frame and enters the handler with a0 = signal, a1 = &siginfo, a2 = &ucontext, ra = the vDSO's rt_sigreturn, which is `sigreturn`
 * bytes into it. False when the stack cannot take it.
 */
export function pushFrame(k: Kernel, task: Task, info: SigInfo, action: SigAction, oldMask: Sigset, sigreturn: number): boolean {
  const place = framePlace(task, regX(k, task, REG.sp), action)
  if (place === null || !task.mm) return false
  const bytes = new Uint8Array(FRAME_BYTES)
  const view = new DataView(bytes.buffer)
  encodeSigInfoInto(info, view)
  const { sp, flags, size } = task.altStack
  put64(view, STACK_SP, sp)
  view.setUint32(STACK_FLAGS, flags, true)
  put64(view, STACK_SIZE, size)
  view.setBigUint64(FRAME_SIGMASK, oldMask, true)
  readContext(k, task, bytes, PC)
  if (isEfault(() => copyOut(k, task, place, bytes))) return false
  if (task.altStack.flags & SS_AUTODISARM) task.altStack = { sp: 0, size: 0, flags: SS_DISABLE }
  setRegX(k, task, REG.ra, task.mm.vdso + sigreturn)
  setRegX(k, task, REG.sp, place)
  setRegX(k, task, REG.a0, info.signal)
  setRegX(k, task, REG.a1, place)
  setRegX(k, task, REG.a2, place + CONTEXT)
  setRegPc(k, task, action.handler - (((action.handler % 2) + 2) % 2))
  return true
}

/** No extension follows the floating-point registers: the layout is the one above. */
const endsAsOurs = (view: DataView): boolean =>
  view.getUint32(EXTENSIONS_RESERVED, true) === 0 && view.getUint32(END_MAGIC, true) === 0 && view.getUint32(END_SIZE, true) === 0

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
  let bytes: Uint8Array
  try {
    bytes = copyIn(k, task, sp, FRAME_BYTES)
  } catch (error) {
    if (!isErrno(error)) throw error
    forceSignal(k, task, faultInfo(SIGSEGV, SI_KERNEL, 0))
    return
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  setBlocked(task, view.getBigUint64(FRAME_SIGMASK, true))
  writeContext(k, task, view, PC)
  if (!endsAsOurs(view)) {
    forceSignal(k, task, faultInfo(SIGSEGV, SI_KERNEL, 0))
    return
  }
  const stack = {
    sp: get64(view, STACK_SP),
    size: get64(view, STACK_SIZE),
    flags: view.getUint32(STACK_FLAGS, true),
  }
  // Its refusals count for nothing here (restore_altstack).
  isEfault(() => setAltStack(task, stack, regX(k, task, REG.sp)))
}
