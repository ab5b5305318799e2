// RAM by physical address.
import type { Kernel } from '../../kernel/index.ts'
import { frameWritten, PAGE_SIZE, RAM_BASE } from '../../vm/index.ts'
import { changed, type Session } from '../session/index.ts'

export function peekRam({ machine }: Kernel, address: number, length: number): Uint8Array {
  const at = address - RAM_BASE
  return at < 0 || at >= machine.ramBytes ? new Uint8Array(0) : machine.ram.slice(at, at + length)
}

/** False: not all of it is RAM; then nothing is written. */
export function pokeRam(s: Session, address: number, bytes: Uint8Array): boolean {
  const { machine } = s.k
  const at = address - RAM_BASE
  if (at < 0 || at + bytes.length > machine.ramBytes) return false
  machine.ram.set(bytes, at)
  for (let frame = Math.floor(at / PAGE_SIZE); frame * PAGE_SIZE < at + bytes.length; frame++) frameWritten(machine, frame)
  changed(s)
  return true
}
