// The interpreter's decode cache: for each page of RAM that was executed, a slab of decoded entries, one for every place an instruction
// can start. Entries start as 0 ("not decoded yet") and are filled when first reached. It is derived state: never in a snapshot.
import { codeSlots, createCodeFrames, slotOf, takeSlot, type CodeFrames } from '../code-frames.ts'
import { PARCELS } from '../layout.ts'
import type { Machine } from '../state.ts'
import { ENTRIES_PER_BYTE, ENTRY, ENTRY_BYTES, SLAB_BYTES } from './entry.ts'
import { OP_PAGE_END, OP_UNDECODED } from './ops.ts'

/** Bytes of the linear memory that slabs take: at most 64 MiB of address space, touched as used. */
export const decodeCacheBytes = (ramBytes: number): number => codeSlots(ramBytes) * SLAB_BYTES

/** The slab of a slot is at a fixed place. */
export const createDecodeCache = (machine: Machine): CodeFrames => createCodeFrames(machine.ramBytes)

const slabAddress = (machine: Machine, slot: number): number => machine.layout.engine + slot * SLAB_BYTES

/** Frame whose decoded instructions are in the slab at this address of the linear memory. */
export const frameOfSlab = (machine: Machine, cache: CodeFrames, address: number): number =>
  cache.frameOf[(address - machine.layout.engine) / SLAB_BYTES]

/** Address of the frame's slab, making one where it has none. */
export function slabFor(machine: Machine, cache: CodeFrames, frame: number): number {
  const known = slotOf(cache, frame)
  const slot = known >= 0 ? known : takeSlot(machine, cache, frame)
  const address = slabAddress(machine, slot)
  if (cache.unmade[slot] === 1) {
    cache.unmade[slot] = 0
    emptySlab(machine, address)
  }
  return address
}

/** Bytes that can lie before a change and be decoded together with it: of the instruction that is changed, and of one that is fused with it. */
const BYTES_BEFORE = 2 + 4

/** A few bytes of the frame changed: what was decoded from them is decoded anew when it is reached. */
export function forgetEntries(machine: Machine, cache: CodeFrames, frame: number, from: number, to: number): void {
  const slot = slotOf(cache, frame)
  if (slot < 0) return
  const slab = slabAddress(machine, slot)
  for (let offset = Math.max(0, from - BYTES_BEFORE) & -2; offset < to; offset += 2)
    machine.view.setUint16(slab + offset * ENTRIES_PER_BYTE + ENTRY.op, OP_UNDECODED, true)
}

function emptySlab(machine: Machine, address: number): void {
  const end = (address + PARCELS * ENTRY_BYTES) >> 2
  // One that was never made is zeros still, as all memory begins; the host has no pages for it yet, and need not until there is code.
  if (machine.i32[end] === OP_PAGE_END) machine.bytes.fill(0, address, address + SLAB_BYTES)
  machine.i32[end] = OP_PAGE_END
}
