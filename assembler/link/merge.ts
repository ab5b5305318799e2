// Mergeable sections: equal strings and constants of all files become one (gABI, SHF_MERGE and SHF_STRINGS).
import { SHF } from '../../kernel/abi/index.ts'
import type { InputSection, Piece } from './state.ts'

export const isMergeable = (s: InputSection): boolean =>
  (s.flags & SHF.MERGE) !== 0 &&
  s.entrySize > 0 &&
  s.size > 0 &&
  s.size % s.entrySize === 0 &&
  s.relocations.length === 0 &&
  (s.flags & SHF.WRITE) === 0

/** Start offsets of the pieces: constants of the entry size, or strings with their terminators. */
function piecesOf(s: InputSection): number[] {
  const starts: number[] = []
  if (!(s.flags & SHF.STRINGS)) {
    for (let at = 0; at < s.size; at += s.entrySize) starts.push(at)
    return starts
  }
  for (let at = 0; at < s.size;) {
    starts.push(at)
    at = endOfString(s, at)
  }
  return starts
}

function endOfString(s: InputSection, from: number): number {
  for (let at = from; at < s.size; at += s.entrySize) {
    let zero = true
    for (let k = 0; k < s.entrySize; k++) if (s.data[at + k] !== 0) zero = false
    if (zero) return at + s.entrySize
  }
  return s.size
}

const keyOf = (bytes: Uint8Array): string => {
  let key = ''
  for (const b of bytes) key += String.fromCharCode(b)
  return key
}

/**
 * Lays out the mergeable inputs of an output section from an offset on. Each piece stands once per alignment.
 * @returns the contents and where they end
 */
export function mergeInputs(inputs: readonly InputSection[], start: number): { parts: { at: number; bytes: Uint8Array }[]; end: number } {
  const known = new Map<string, number>()
  const parts: { at: number; bytes: Uint8Array }[] = []
  let end = start
  for (const s of inputs) {
    const starts = piecesOf(s)
    s.pieces = starts.map((from, i): Piece => {
      const bytes = s.data.subarray(from, starts[i + 1] ?? s.size)
      const key = `${s.align}:${keyOf(bytes)}`
      const old = known.get(key)
      if (old !== undefined) return { start: from, at: old }
      const at = Math.ceil(end / s.align) * s.align
      known.set(key, at)
      parts.push({ at, bytes })
      end = at + bytes.length
      return { start: from, at }
    })
    s.offset = start
  }
  return { parts, end }
}

/** Fills in the merged contents of an output section's bytes. */
export function putMerged(parts: readonly { at: number; bytes: Uint8Array }[], into: Uint8Array): void {
  for (const { at, bytes } of parts) into.set(bytes, at)
}
