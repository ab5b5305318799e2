// Floating-point literals to their IEEE 754 bits. Limit: a `.float` is rounded from the double nearest to what was written.

/** Bits of a decimal number, `inf` or `nan`, with an optional sign. */
export function floatBits(text: string, size: 4 | 8): bigint {
  const view = new DataView(new ArrayBuffer(8))
  const negative = text.startsWith('-')
  const body = text.replace(/^[-+]/, '').toLowerCase()
  const magnitude = body.startsWith('inf') ? Infinity : body === 'nan' ? NaN : Number(body)
  if (size === 4) view.setFloat32(0, negative ? -magnitude : magnitude, true)
  else view.setFloat64(0, negative ? -magnitude : magnitude, true)
  const bits = size === 4 ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true)
  // GNU as writes NaN with every bit of the fraction set; the sign of a host NaN is not defined.
  if (!Number.isNaN(magnitude)) return bits
  return (size === 4 ? 0x7fffffffn : 0x7fffffffffffffffn) | (negative ? 1n << BigInt(size * 8 - 1) : 0n)
}
