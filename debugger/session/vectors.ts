// Vector registers of a task by their names, wherever they are kept: v0 to v31 as one number each, and what their instructions work on.
import { unsignedOf } from '../little-endian.ts'
import { readVectors, writeVectors, type Task, type VectorRegisters } from '../../kernel/index.ts'
import { csrByName, vByName } from '../../vm/index.ts'
import type { Session } from './types.ts'

const BYTE = 8n

/** Bits of a vector register; 0 where the machine has none. */
export const vectorBits = (s: Session): number => s.k.machine.isa.vector?.vlen ?? 0

/** Is it v0 to v31, or a CSR of the vector unit? */
export const isVectorRegister = (name: string): boolean => vByName.has(name) || isVectorCsr(name)
/** One that is a task's own. */
export function isVectorCsr(name: string): boolean {
  const kind = csrByName.get(name)?.holds?.kind
  return kind === 'vector' || kind === 'vlenb'
}

/** null: the machine has no vectors, or the task has not used them. */
export function readVector(s: Session, task: Task, name: string): bigint | null {
  const bits = vectorBits(s)
  if (name === 'vlenb' && bits > 0) return BigInt(bits / Number(BYTE))
  const all = readVectors(s.k, task)
  return all === null ? null : partOf(all, name, bits)
}

function partOf(all: VectorRegisters, name: string, bits: number): bigint | null {
  const n = vByName.get(name)
  if (n !== undefined) return unsignedOf(all.bytes.subarray((n * bits) / 8, ((n + 1) * bits) / 8))
  const holds = csrByName.get(name)?.holds
  if (holds?.kind !== 'vector') return null
  return holds.of === 'vtype' ? all.vtype : BigInt((all[holds.of] >> holds.shift) & holds.mask)
}

/** Sets v0 to v31 of a task that has used vectors; false: it cannot be set. */
export function writeVector(s: Session, task: Task, name: string, value: bigint): boolean {
  const all = readVectors(s.k, task)
  const n = vByName.get(name)
  if (all === null || n === undefined) return false
  const length = vectorBits(s) / 8
  for (let i = 0, rest = BigInt.asUintN(vectorBits(s), value); i < length; i++, rest >>= BYTE)
    all.bytes[n * length + i] = Number(rest & 0xffn)
  writeVectors(s.k, task, all)
  return true
}
