// Netlink messages as bytes (netlink(7)): a header, a structure of the kind, attributes; each begins at a multiple of four.
import { concatBytes } from '../../abi/index.ts'

const ALIGN = 4
const HEADER_BYTES = 16
const ATTRIBUTE_BYTES = 4

export const NLMSG = { ERROR: 2, DONE: 3 } as const
export const NLM_F = { REQUEST: 1, MULTI: 2, ACK: 4, DUMP: 0x300, CAPPED: 0x100 } as const

export interface Request {
  type: number
  flags: number
  sequence: number
  /** Who asks, as netlink numbers it. */
  port: number
  /** All of it, and what follows the header. */
  whole: Uint8Array
  body: Uint8Array
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGN) * ALIGN

/** The requests in what was sent; what is no message ends them. */
export function* requestsIn(bytes: Uint8Array, port: number): Iterable<Request> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const length = view.getUint32(at, true)
    if (length < HEADER_BYTES || at + length > bytes.length) return
    const whole = bytes.slice(at, at + length)
    const [type, flags] = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)]
    yield { type, flags, sequence: view.getUint32(at + 8, true), port, whole, body: whole.subarray(HEADER_BYTES) }
    at += aligned(length)
  }
}

export type Attribute = readonly [type: number, value: Uint8Array]

export const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer)
export const u8 = (value: number): Uint8Array => Uint8Array.of(value)
export const text = (value: string): Uint8Array => Uint8Array.from(`${value}\0`, c => c.charCodeAt(0))
export const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer)

/** A message of a kind: its structure, then its attributes. */
export function message(
  { sequence, port }: Request,
  type: number,
  flags: number,
  head: Uint8Array,
  attributes: readonly Attribute[] = [],
): Uint8Array {
  const size = attributes.reduce((sum, [, value]) => sum + aligned(ATTRIBUTE_BYTES + value.length), HEADER_BYTES + aligned(head.length))
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  const length = attributes.length === 0 ? HEADER_BYTES + head.length : size
  view.setUint32(0, length, true)
  view.setUint16(4, type, true)
  view.setUint16(6, flags, true)
  view.setUint32(8, sequence, true)
  view.setUint32(12, port, true)
  bytes.set(head, HEADER_BYTES)
  let at = HEADER_BYTES + aligned(head.length)
  for (const [kind, value] of attributes) {
    view.setUint16(at, ATTRIBUTE_BYTES + value.length, true)
    view.setUint16(at + 2, kind, true)
    bytes.set(value, at + ATTRIBUTE_BYTES)
    at += aligned(ATTRIBUTE_BYTES + value.length)
  }
  return bytes
}

/** The attributes behind the first `from` bytes. */
export function attributesOf(body: Uint8Array, from: number): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>()
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  for (let at = from; at + ATTRIBUTE_BYTES <= body.length;) {
    const length = view.getUint16(at, true)
    if (length < ATTRIBUTE_BYTES || at + length > body.length) break
    found.set(view.getUint16(at + 2, true), body.subarray(at + ATTRIBUTE_BYTES, at + length))
    at += aligned(length)
  }
  return found
}

/** An error, or (0) that it was done. */
export function acknowledgement(request: Request, errno: number): Uint8Array {
  const told = errno === 0 ? request.whole.subarray(0, HEADER_BYTES) : request.whole
  const head = new Uint8Array(ALIGN + aligned(told.length))
  head.set(u32(-errno))
  head.set(told, ALIGN)
  return message(request, NLMSG.ERROR, errno === 0 ? NLM_F.CAPPED : 0, head)
}

/** Whole messages together, as many as one read has. */
export function joined(messages: readonly Uint8Array[], most: number): Uint8Array[] {
  const parts: Uint8Array[][] = []
  let bytes = most
  for (const one of messages) {
    if (bytes + one.length > most) {
      parts.push([])
      bytes = 0
    }
    parts[parts.length - 1].push(one)
    bytes += one.length
  }
  return parts.map(concatBytes)
}
