// What the instruction is whose bytes these are: for whoever steps over calls, with an operating system or without.
import { decode, instructionLength, isCall, type Decoded } from '../../vm/index.ts'

/** As many bytes as the longest instruction has. */
export const LONGEST = 4

/** The instruction that some bytes begin with, null where they are none, or too few. */
export function instructionIn(bytes: Uint8Array): Decoded | null {
  if (bytes.length < 2) return null
  const half = bytes[0] | (bytes[1] << 8)
  if (instructionLength(half) === 2) return decode(half)
  return bytes.length < LONGEST ? null : decode(half | (bytes[2] << 16) | (bytes[3] << 24))
}

/** Length of a call instruction, 0 for any other. */
export function lengthOfCall(instruction: Decoded | null): number {
  return instruction !== null && isCall(instruction) ? instruction.length : 0
}
