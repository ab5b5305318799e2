// Bytes in their order between who puts and who takes: a ring that grows as it fills, so that one who is idle costs little. What
// grows is charged.
import { ENOMEM } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem } from './kmem.ts'
import { passing } from './passing.ts'
import type { ByteRing } from './types.ts'

const RING_START = 4096
/** So few bytes are copied one by one. */
const SHORT = 64

/** Makes room for `count` more bytes; a power of two, so positions wrap by a mask. ENOMEM. */
export function growRing(k: Kernel, bytes: ByteRing, count: number): void {
  let size = Math.max(bytes.ring.length, RING_START)
  while (size < bytes.used + count) size *= 2
  if (size === bytes.ring.length) return
  chargeKmem(k, size - bytes.ring.length, ENOMEM)
  const ring = new Uint8Array(size)
  const first = Math.min(bytes.used, bytes.ring.length - bytes.head)
  ring.set(bytes.ring.subarray(bytes.head, bytes.head + first))
  ring.set(bytes.ring.subarray(0, bytes.used - first), first)
  bytes.ring = ring
  bytes.head = 0
}

/** Adds bytes, for which there is room. */
export function putRing(to: ByteRing, bytes: Uint8Array): void {
  const { ring } = to
  const at = (to.head + to.used) & (ring.length - 1)
  const first = Math.min(bytes.length, ring.length - at)
  if (bytes.length < SHORT) for (let i = 0; i < bytes.length; i++) ring[(at + i) & (ring.length - 1)] = bytes[i]
  else if (first === bytes.length) ring.set(bytes, at)
  else {
    ring.set(bytes.subarray(0, first), at)
    ring.set(bytes.subarray(first), 0)
  }
  to.used += bytes.length
}

/** Up to `max` bytes in order, `skip` after the next ones, for who takes them at once: where they lie when they are many and do not wrap. */
export function frontOf(k: Kernel, { ring, head, used }: ByteRing, max: number, skip = 0): Uint8Array {
  const count = Math.min(max, used - skip)
  const from = skip === 0 ? head : (head + skip) & (ring.length - 1)
  if (count >= SHORT && from + count <= ring.length) return ring.subarray(from, from + count)
  const bytes = passing(k, count)
  if (count < SHORT) {
    for (let i = 0; i < count; i++) bytes[i] = ring[(from + i) & (ring.length - 1)]
    return bytes
  }
  const first = ring.length - from
  bytes.set(ring.subarray(from))
  bytes.set(ring.subarray(0, count - first), first)
  return bytes
}

/** The first of a list is taken. Most lists of what passes through hold one, and the host is slow at moving the rest of none to the front. */
export const takeFirst = <T>(list: T[]): T | undefined => (list.length === 1 ? list.pop() : list.shift())

/** So many bytes are taken. */
export function dropFront(from: ByteRing, count: number): void {
  from.used -= count
  from.head = from.used === 0 ? 0 : (from.head + count) & (from.ring.length - 1)
}
