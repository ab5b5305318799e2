// Buffers that a program provides for whatever comes, by groups: a list that requests fill, or a ring in the program's memory.
import { isErrno } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getU16, getU32, getU64 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import type { ProvidedBuffer, RingData } from './types.ts'

const ENTRY_BYTES = 16
const TAIL_AT = 14
const LENGTH_AT = 8
const ID_AT = 12

/** The next buffer of a group; null: there is none. */
export function takeBuffer(k: Kernel, task: Task, { groups }: RingData, id: number): ProvidedBuffer | null {
  const group = groups.get(id)
  if (group === undefined) return null
  if (group.kind === 'list') return group.buffers.shift() ?? null
  try {
    if (getU16(k, task, group.at + TAIL_AT) === (group.head & 0xffff)) return null
    const entry = group.at + (group.head & (group.entries - 1)) * ENTRY_BYTES
    const buffer = { at: getU64(k, task, entry), length: getU32(k, task, entry + LENGTH_AT), id: getU16(k, task, entry + ID_AT) }
    group.head++
    return buffer
  } catch (error) {
    if (!isErrno(error)) throw error
    return null
  }
}

/** It was not used after all. */
export function giveBack({ groups }: RingData, id: number, buffer: ProvidedBuffer): void {
  const group = groups.get(id)
  if (group?.kind === 'list') group.buffers.unshift(buffer)
  else if (group !== undefined) group.head--
}
