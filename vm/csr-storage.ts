// Where control and status registers with 64 bits of their own lie in a hart's block, and the fast ways to them. Nothing here knows what a
// register means: csr.ts does.
import { csrsStored } from './isa/index.ts'
import * as L from './layout.ts'
import type { Hart, Machine } from './state.ts'

const OFFSETS: ReadonlyMap<string, number> = new Map(csrsStored.map((name, slot) => [name, L.HART.csr + 8 * slot]))

/** Offset in a hart's block of a register that is storage. */
export function csrStorage(name: string): number {
  const offset = OFFSETS.get(name)
  if (offset === undefined) throw new Error(`CSR ${name} has no storage`)
  return offset
}
export const stored = (machine: Machine, hart: Hart, name: string): bigint => machine.view.getBigUint64(hart.base + csrStorage(name), true)
export const store = (machine: Machine, hart: Hart, name: string, value: bigint): void =>
  machine.view.setBigUint64(hart.base + csrStorage(name), value, true)

/** Of satp, which the context switch writes. */
export const SATP_OFFSET = csrStorage('satp')
const MSTATUS_OFFSET = csrStorage('mstatus')
const offsetFast = (name: 'satp' | 'mstatus'): number => (name === 'satp' ? SATP_OFFSET : MSTATUS_OFFSET)

/** Low and high words of two registers that translation looks at often. */
export const csrLow = (machine: Machine, hart: Hart, name: 'satp' | 'mstatus'): number => machine.i32[(hart.base + offsetFast(name)) >> 2]
export const csrHigh = (machine: Machine, hart: Hart, name: 'satp' | 'mstatus'): number =>
  machine.i32[((hart.base + offsetFast(name)) >> 2) + 1]

const SEPC_OFFSET = csrStorage('sepc')
const SCAUSE_OFFSET = csrStorage('scause')
const STVAL_OFFSET = csrStorage('stval')

/** What a trap writes: sepc = pc, scause, stval = {lo, hi}. Words only: every system call comes here. */
export function trapCsrs(machine: Machine, hart: Hart, cause: number, lo: number, hi: number): void {
  const i32 = machine.i32
  const base = hart.base
  i32[(base + SEPC_OFFSET) >> 2] = hart.pc[0]
  i32[((base + SEPC_OFFSET) >> 2) + 1] = hart.pc[1]
  i32[(base + SCAUSE_OFFSET) >> 2] = cause
  i32[((base + SCAUSE_OFFSET) >> 2) + 1] = 0
  i32[(base + STVAL_OFFSET) >> 2] = lo
  i32[((base + STVAL_OFFSET) >> 2) + 1] = hi
}
