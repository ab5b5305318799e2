// A task's vector registers while another has the hart. Most tasks have none: the unit is off until a vector instruction traps, and then
// a page is taken. They are saved when they changed, brought back by the next such trap, and forgotten at every system call, as Linux
// does (riscv_v_vstate_discard).
import { FS_CLEAN, FS_DIRTY, FS_OFF, legalVector, needsVectors, PAGE_SIZE, VECTOR, VTYPE_VILL, type Hart } from '../../vm/index.ts'
import { PR_RISCV_V } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { allocFrame, releaseFrame, USE_KERNEL } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { VECTOR_PLACE } from './trapframe-layout.ts'

/** The registers of the unit, as signal frames and core dumps have them. */
export interface VectorRegisters {
  vstart: number
  vl: number
  /** As the CSR. */
  vtype: bigint
  vcsr: number
  /** v0 to v31. */
  bytes: Uint8Array
}

// Words behind VECTOR_PLACE, of which the first is the page's frame number and one.
const WORDS = ['vl', 'vtype', 'vstart', 'vcsr'] as const
const ALL_ONES = 0xff
const VILL = 1n << 63n

/** Bytes of all registers; 0 where there are no vectors. */
export const vectorBytes = (k: Kernel): number => 4 * (k.machine.isa.vector?.vlen ?? 0)
/** Frame that holds the registers of the trap frame at a RAM offset, or -1. */
const frameOf = (k: Kernel, at: number): number => k.machine.ram32[(at >> 2) + VECTOR_PLACE] - 1
const savedBytes = (k: Kernel, frame: number): Uint8Array => k.machine.ram.subarray(frame * PAGE_SIZE, frame * PAGE_SIZE + vectorBytes(k))

/** The frame that keeps a task's vector registers, or -1. */
export const vectorFrame = (k: Kernel, task: Task): number => (task.trapFrame >= 0 ? frameOf(k, task.trapFrame) : -1)
/** Has the task used vectors since its image started? */
export const usesVectors = (k: Kernel, task: Task): boolean => vectorFrame(k, task) >= 0

/** After a trap on a vector instruction while the unit was off: brings the task's registers, zeros at first. False: it is not that. ENOMEM. */
export function touchVectors(k: Kernel, task: Task, word: number): boolean {
  const hart = k.machine.harts[task.onHart]
  if (k.machine.isa.vector === null || hart.vector[VECTOR.vs] !== FS_OFF || !needsVectors(k.machine.isa, word)) return false
  if ((task.vectorControl & PR_RISCV_V.CUR_MASK) !== PR_RISCV_V.ON) return false
  const base = task.trapFrame >> 2
  const { ram32 } = k.machine
  let frame = frameOf(k, task.trapFrame)
  if (frame < 0) {
    frame = allocFrame(k, USE_KERNEL)
    ram32.fill(0, (frame * PAGE_SIZE) / 4, ((frame + 1) * PAGE_SIZE) / 4)
    ram32[base + VECTOR_PLACE] = frame + 1
    k.state.trapFrames.vectors.add(frame)
  }
  hart.v.bytes.set(savedBytes(k, frame))
  WORDS.forEach((name, n) => (hart.vector[VECTOR[name]] = ram32[base + VECTOR_PLACE + 1 + n]))
  hart.vector[VECTOR.vs] = FS_CLEAN
  return true
}

/** Copies changed registers of the hart to the task that runs there. */
export function saveVectors(k: Kernel, task: Task, hart: Hart): void {
  const base = task.trapFrame >> 2
  savedBytes(k, frameOf(k, task.trapFrame)).set(hart.v.bytes.subarray(0, vectorBytes(k)))
  WORDS.forEach((name, n) => (k.machine.ram32[base + VECTOR_PLACE + 1 + n] = hart.vector[VECTOR[name]]))
  hart.vector[VECTOR.vs] = FS_CLEAN
}

/** Gives the page of a trap frame back, if it has one. */
export function releaseVectors(k: Kernel, at: number): void {
  const frame = frameOf(k, at)
  if (frame < 0) return
  k.machine.ram32.fill(0, (at >> 2) + VECTOR_PLACE, (at >> 2) + VECTOR_PLACE + 1 + WORDS.length)
  k.state.trapFrames.vectors.delete(frame)
  releaseFrame(k, frame)
}

/** A system call keeps no vector register: all ones, no type and no elements, so that no program relies on them. */
export function discardVectors(k: Kernel, task: Task): void {
  const hart = k.machine.harts[task.onHart]
  if (hart.vector[VECTOR.vs] !== FS_OFF) {
    hart.v.bytes.fill(ALL_ONES, 0, vectorBytes(k))
    hart.vector[VECTOR.vl] = 0
    hart.vector[VECTOR.vtype] = VTYPE_VILL
    hart.vector[VECTOR.vstart] = 0
    hart.vector[VECTOR.vs] = FS_DIRTY
    return
  }
  const frame = frameOf(k, task.trapFrame)
  if (frame < 0) return
  savedBytes(k, frame).fill(ALL_ONES)
  const at = (task.trapFrame >> 2) + VECTOR_PLACE + 1
  k.machine.ram32[at] = 0
  k.machine.ram32[at + 1] = VTYPE_VILL
  k.machine.ram32[at + 2] = 0
}

/** null: it never used them. */
export function readVectors(k: Kernel, task: Task): VectorRegisters | null {
  if (!usesVectors(k, task)) return null
  const hart = task.onHart >= 0 ? k.machine.harts[task.onHart] : null
  const live = hart !== null && hart.vector[VECTOR.vs] !== FS_OFF ? hart : null
  const at = (task.trapFrame >> 2) + VECTOR_PLACE + 1
  const [vl, vtype, vstart, vcsr] = WORDS.map((name, n) => (live ? live.vector[VECTOR[name]] : k.machine.ram32[at + n]))
  const bytes = live ? live.v.bytes.slice(0, vectorBytes(k)) : savedBytes(k, frameOf(k, task.trapFrame)).slice()
  return { vstart, vl, vtype: vtype & VTYPE_VILL ? VILL : BigInt(vtype), vcsr, bytes }
}

/** Sets registers that a program wrote down: what no machine has becomes what the instructions that load it would make of it. */
export function writeVectors(k: Kernel, task: Task, { vstart, vl, vtype, vcsr, bytes }: VectorRegisters): void {
  const { vector } = k.machine.isa
  const frame = frameOf(k, task.trapFrame)
  if (vector === null || frame < 0) throw new Error(`task ${task.pid} has no vector registers to set`)
  const legal = legalVector(vector, vl, vtype)
  savedBytes(k, frame).set(bytes)
  k.machine.ram32.set([legal.vl, legal.vtype, vstart & (vector.vlen - 1), vcsr & 7], (task.trapFrame >> 2) + VECTOR_PLACE + 1)
  // The next vector instruction brings them.
  if (task.onHart >= 0) k.machine.harts[task.onHart].vector[VECTOR.vs] = FS_OFF
}

/** What exec makes of PR_RISCV_V_SET_CONTROL's word (riscv_v_vstate_ctrl_init). */
export function controlAfterExec(control: number): number {
  const next = (control & PR_RISCV_V.NEXT_MASK) >> PR_RISCV_V.NEXT_SHIFT
  const current = next === PR_RISCV_V.DEFAULT ? PR_RISCV_V.ON : next
  return current | (control & PR_RISCV_V.INHERIT ? control & (PR_RISCV_V.NEXT_MASK | PR_RISCV_V.INHERIT) : 0)
}
