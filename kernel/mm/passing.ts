// Buffers for bytes that pass through the kernel's hands: whoever is given one has copied what is in it before anything else happens. A
// host takes longer to make an array than to fill it.
import type { Kernel } from '../kernel.ts'
import type { Passing } from './types.ts'

const SMALL_MOST = 64
const LARGE_BYTES = 65536

export const newPassing = (): Passing => ({
  small: Array.from({ length: SMALL_MOST + 1 }, (_, length) => new Uint8Array(length)),
  large: new Uint8Array(LARGE_BYTES),
})

/** Room for `length` bytes, with whatever is in it, until the next such call. */
export function passing({ passing: { small, large } }: Kernel, length: number): Uint8Array {
  if (length <= SMALL_MOST) return small[length]
  return length <= LARGE_BYTES ? large.subarray(0, length) : new Uint8Array(length)
}
