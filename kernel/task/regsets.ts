// A task's registers as notes of core files and PTRACE_GETREGSET lay them out (uapi asm/ptrace.h): pc and x1 to x31; f0 to f31 and fcsr;
// the vector unit's.
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { getFcsr, regBig, regF, regPcBig, setFcsr, setRegBig, setRegF, setRegPcBig } from './trapframe.ts'
import { readVectors, writeVectors } from './vector.ts'

const REGISTERS = 32
const WORD = 8
/** pc in the place of x0, then x1 to x31. */
export const GENERAL_BYTES = REGISTERS * WORD
/** f0 to f31, fcsr, and what pads it to a whole register. */
export const FLOAT_BYTES = (REGISTERS + 1) * WORD
const FCSR_BITS = 0xff
/** vstart, vl, vtype, vcsr, vlenb (struct __riscv_v_regset_state). */
const VECTOR_HEAD = 5 * WORD

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** NT_PRSTATUS's registers. */
export function generalBytes(k: Kernel, task: Task): Uint8Array {
  const bytes = new Uint8Array(GENERAL_BYTES)
  const view = viewOf(bytes)
  view.setBigInt64(0, regPcBig(k, task), true)
  for (let i = 1; i < REGISTERS; i++) view.setBigInt64(i * WORD, regBig(k, task, i), true)
  return bytes
}

/** Sets those that the bytes hold; fewer leave the others. */
export function setGeneral(k: Kernel, task: Task, bytes: Uint8Array): void {
  const view = viewOf(bytes)
  const count = Math.floor(bytes.length / WORD)
  if (count > 0) setRegPcBig(k, task, view.getBigInt64(0, true))
  for (let i = 1; i < count; i++) setRegBig(k, task, i, view.getBigInt64(i * WORD, true))
}

/** NT_FPREGSET. */
export function floatBytes(k: Kernel, task: Task): Uint8Array {
  const bytes = new Uint8Array(FLOAT_BYTES)
  const view = viewOf(bytes)
  for (let i = 0; i < REGISTERS; i++) view.setBigInt64(i * WORD, regF(k, task, i), true)
  view.setUint32(REGISTERS * WORD, getFcsr(k, task), true)
  return bytes
}

/** Sets those that the bytes hold; fewer leave the others. */
export function setFloats(k: Kernel, task: Task, bytes: Uint8Array): void {
  const view = viewOf(bytes)
  const count = Math.floor(bytes.length / WORD)
  for (let i = 0; i < Math.min(count, REGISTERS); i++) setRegF(k, task, i, view.getBigInt64(i * WORD, true))
  if (count > REGISTERS) setFcsr(k, task, view.getUint32(REGISTERS * WORD, true) & FCSR_BITS)
}

/** null: it never used them. */
export function vectorRegset(k: Kernel, task: Task): Uint8Array | null {
  const vectors = readVectors(k, task)
  if (vectors === null) return null
  const { vstart, vl, vtype, vcsr, bytes } = vectors
  const head = BigUint64Array.from([vstart, vl, vtype, vcsr, bytes.length / REGISTERS].map(BigInt))
  const all = new Uint8Array(VECTOR_HEAD + bytes.length)
  all.set(new Uint8Array(head.buffer))
  all.set(bytes, VECTOR_HEAD)
  return all
}

/** False: it never used them, or they are of another length. */
export function setVectorRegset(k: Kernel, task: Task, given: Uint8Array): boolean {
  const all = vectorRegset(k, task)
  if (all === null) return false
  const vlenb = viewOf(all).getBigUint64(VECTOR_HEAD - WORD, true)
  all.set(given.subarray(0, all.length))
  const view = viewOf(all)
  const word = (n: number): bigint => view.getBigUint64(WORD * n, true)
  if (word(4) !== vlenb) return false
  const small = (n: number): number => Number(BigInt.asUintN(31, word(n)))
  writeVectors(k, task, { vstart: small(0), vl: small(1), vtype: word(2), vcsr: small(3), bytes: all.subarray(VECTOR_HEAD) })
  return true
}
