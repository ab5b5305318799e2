// The signal frame: what a handler finds on its stack and rt_sigreturn reads back. A contract with every debugger, unwinder and
// language runtime, so it is Linux's to the byte (arch/riscv uapi asm/{ucontext,sigcontext}.h; 1088 bytes in all):
// siginfo 128 | uc_flags 8, uc_link 8, uc_stack 24, uc_sigmask 8 of 128 reserved, padding, mcontext at 176: pc, x1..x31,
// then 528 bytes of floating point: f0..f31, fcsr, and at its end the list of extensions, which is empty.
import { SA_ONSTACK, SIGSEGV, SI_KERNEL, SS_AUTODISARM, SS_DISABLE, isErrno } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut } from '../mm/index.ts'
import { VDSO_SIGRETURN, getFcsr, regBig, regF, regPc, regX, setFcsr, setRegBig, setRegF, setRegPc, setRegX } from '../process/index.ts'
import type { Task } from '../state.ts'
import { onAltStack, setAltStack } from './altstack.ts'
import { faultInfo } from './info.ts'
import { setBlocked } from './mask.ts'
import { forceSignal } from './send.ts'
import { SIGINFO_BYTES, encodeSigInfo } from './siginfo.ts'
import type { SigAction, SigInfo, Sigset } from './types.ts'

export const FRAME_BYTES = 1088
const UCONTEXT = SIGINFO_BYTES
const STACK_SP = UCONTEXT + 16
const STACK_FLAGS = UCONTEXT + 24
const STACK_SIZE = UCONTEXT + 32
const SIGMASK = UCONTEXT + 40
const PC = UCONTEXT + 176
/** x0's place is taken by pc. */
const X = PC
const F = PC + 256
const FCSR = F + 256
/** Must be zero: it tells this layout from later ones. Then the END header: magic 0, size 0. */
const EXTENSIONS_RESERVED = F + 516
const END_MAGIC = EXTENSIONS_RESERVED + 4
const END_SIZE = END_MAGIC + 4

const RA = 1
const SP = 2
const A0 = 10
const A1 = 11
const A2 = 12
const STACK_ALIGN = 16

/** Where the frame goes: below sp, or at the top of the alternate stack. null: an alternate stack that overflows. */
function framePlace(task: Task, sp: number, action: SigAction): number | null {
  const onStack = onAltStack(task, sp)
  const below = sp - FRAME_BYTES
  if (onStack && !onAltStack(task, below)) return null
  const switches = (action.flags & SA_ONSTACK) !== 0 && !onStack && task.altStack.size !== 0
  const top = switches ? task.altStack.sp + task.altStack.size - FRAME_BYTES : below
  return top - (((top % STACK_ALIGN) + STACK_ALIGN) % STACK_ALIGN)
}

function saveRegisters(k: Kernel, task: Task, view: DataView): void {
  view.setBigInt64(PC, BigInt(regPc(k, task)), true)
  for (let n = 1; n < 32; n++) view.setBigInt64(X + 8 * n, regBig(k, task, n), true)
  for (let n = 0; n < 32; n++) view.setBigInt64(F + 8 * n, regF(k, task, n), true)
  view.setUint32(FCSR, getFcsr(k, task), true)
}

function loadRegisters(k: Kernel, task: Task, view: DataView): void {
  // sepc has no bit 0 (Privileged spec, sepc).
  setRegPc(k, task, Number(view.getBigInt64(PC, true) & ~1n))
  for (let n = 1; n < 32; n++) setRegBig(k, task, n, view.getBigInt64(X + 8 * n, true))
  for (let n = 0; n < 32; n++) setRegF(k, task, n, view.getBigInt64(F + 8 * n, true))
  setFcsr(k, task, view.getUint32(FCSR, true) & 0xff)
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

/** Builds the frame and enters the handler with a0 = signal, a1 = &siginfo, a2 = &ucontext, ra = the vDSO's rt_sigreturn. False when the stack cannot take it. */
export function pushFrame(k: Kernel, task: Task, info: SigInfo, action: SigAction, oldMask: Sigset): boolean {
  const place = framePlace(task, regX(k, task, SP), action)
  if (place === null || !task.mm) return false
  const bytes = new Uint8Array(FRAME_BYTES)
  const view = new DataView(bytes.buffer)
  bytes.set(encodeSigInfo(info))
  view.setBigInt64(STACK_SP, BigInt(task.altStack.sp), true)
  view.setUint32(STACK_FLAGS, task.altStack.flags, true)
  view.setBigInt64(STACK_SIZE, BigInt(task.altStack.size), true)
  view.setBigUint64(SIGMASK, oldMask, true)
  saveRegisters(k, task, view)
  if (isEfault(() => copyOut(k, task, place, bytes))) return false
  if (task.altStack.flags & SS_AUTODISARM) task.altStack = { sp: 0, size: 0, flags: SS_DISABLE }
  setRegX(k, task, RA, task.mm.vdso + VDSO_SIGRETURN)
  setRegX(k, task, SP, place)
  setRegX(k, task, A0, info.signal)
  setRegX(k, task, A1, place)
  setRegX(k, task, A2, place + UCONTEXT)
  setRegPc(k, task, action.handler - (((action.handler % 2) + 2) % 2))
  return true
}

/** rt_sigreturn: registers, mask and alternate stack as the frame at sp has them, whoever wrote it. A frame that cannot be one: SIGSEGV. */
export function rtSigreturn(k: Kernel, task: Task): void {
  const sp = regX(k, task, SP)
  let bytes: Uint8Array
  try {
    bytes = copyIn(k, task, sp, FRAME_BYTES)
  } catch (error) {
    if (!isErrno(error)) throw error
    forceSignal(k, task, faultInfo(SIGSEGV, SI_KERNEL, 0))
    return
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  setBlocked(task, view.getBigUint64(SIGMASK, true))
  loadRegisters(k, task, view)
  if (view.getUint32(EXTENSIONS_RESERVED, true) !== 0 || view.getUint32(END_MAGIC, true) !== 0 || view.getUint32(END_SIZE, true) !== 0) {
    forceSignal(k, task, faultInfo(SIGSEGV, SI_KERNEL, 0))
    return
  }
  const stack = {
    sp: Number(view.getBigInt64(STACK_SP, true)),
    size: Number(view.getBigInt64(STACK_SIZE, true)),
    flags: view.getUint32(STACK_FLAGS, true),
  }
  // Its refusals count for nothing here (restore_altstack).
  isEfault(() => setAltStack(task, stack, regX(k, task, SP)))
}
