// The .riscv.attributes section (RISC-V ELF psABI, Attributes): which architecture an object file needs, for the linker and readelf.
import { newBytes, putBytes, putString, putU32, putU8, toBytes, uleb128 } from '../bytes.ts'

/** Tags with an odd number hold text, the others a number. */
export const ATTRIBUTE_TAGS: Readonly<Record<string, number>> = {
  stack_align: 4,
  arch: 5,
  unaligned_access: 6,
  priv_spec: 8,
  priv_spec_minor: 10,
  priv_spec_revision: 12,
}
export const isTextTag = (tag: number): boolean => tag % 2 === 1

const FORMAT_VERSION = 0x41
const TAG_FILE = 1
const VENDOR = 'riscv'

/** The section's bytes for these attributes. */
export function writeAttributes(attributes: ReadonlyMap<number, string | number>): Uint8Array {
  const body = newBytes()
  for (const [tag, value] of [...attributes].sort(([a], [b]) => a - b)) {
    putBytes(body, uleb128(BigInt(tag)))
    if (typeof value === 'string') putString(body, value)
    else putBytes(body, uleb128(BigInt(value)))
  }
  const out = newBytes()
  const headSize = 1 + 4
  putU8(out, FORMAT_VERSION)
  putU32(out, 4 + VENDOR.length + 1 + headSize + body.length)
  putString(out, VENDOR)
  putU8(out, TAG_FILE)
  putU32(out, headSize + body.length)
  putBytes(out, body.data.subarray(0, body.length))
  return toBytes(out)
}

const decoder = new TextDecoder()

/** The file attributes in a section's bytes; what cannot be read is left out. */
export function readAttributes(bytes: Uint8Array): Map<number, string | number> {
  const out = new Map<number, string | number>()
  if (bytes[0] !== FORMAT_VERSION || bytes.length < 11) return out
  let at = bytes.indexOf(0, 5) + 1
  if (at === 0 || bytes[at] !== TAG_FILE) return out
  at += 5
  const number = (): number => {
    let value = 0
    let scale = 1
    while (at < bytes.length) {
      const b = bytes[at++]
      value += (b & 0x7f) * scale
      scale *= 128
      if (b < 0x80) break
    }
    return value
  }
  while (at < bytes.length) {
    const tag = number()
    if (!isTextTag(tag)) {
      out.set(tag, number())
      continue
    }
    const end = bytes.indexOf(0, at)
    const stop = end < 0 ? bytes.length : end
    out.set(tag, decoder.decode(bytes.subarray(at, stop)))
    at = stop + 1
  }
  return out
}
