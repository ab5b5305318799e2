// Small pieces of text that the views share.

export const hex = (n: number | bigint, width = 0): string => BigInt.asUintN(64, BigInt(n)).toString(16).padStart(width, '0')
export const HEX64 = 16

/** GNU readelf shortens long names to leave room for `[...]`. */
export const shorten = (name: string, width: number): string => (name.length > width ? `${name.slice(0, width - 5)}[...]` : name)

/** Control characters as `^X`, as GNU tools show them. */
export const visible = (name: string): string =>
  name.replace(/[\x00-\x1f\x7f]/g, c => (c === '\x7f' ? '^?' : `^${String.fromCharCode(c.charCodeAt(0) + 64)}`))

const decoder = new TextDecoder('latin1')

/** The text from an offset up to a zero or the end. */
export function textAt(bytes: Uint8Array, start: number): string {
  const end = bytes.indexOf(0, start)
  return decoder.decode(bytes.subarray(start, end < 0 ? bytes.length : end))
}
