// Fixed-point rounding (Vector spec 3.8): what is shifted out decides whether the result is one more.

const RNU = 0
const RDN = 2
const ROD = 3

/** `value` / 2^shift, rounded. Exact while |value| < 2^53. */
export function roundNumber(value: number, shift: number, vxrm: number): number {
  if (shift === 0) return value
  const unit = 2 ** shift
  const low = Math.floor(value / unit)
  const lost = value - low * unit
  if (vxrm === RNU) return lost * 2 >= unit ? low + 1 : low
  if (vxrm === RDN) return low
  const odd = low % 2 !== 0
  if (vxrm === ROD) return lost !== 0 && !odd ? low + 1 : low
  return lost * 2 > unit || (lost * 2 === unit && odd) ? low + 1 : low
}

export function roundBig(value: bigint, shift: bigint, vxrm: number): bigint {
  if (shift === 0n) return value
  const unit = 1n << shift
  const low = value >> shift
  const lost = value & (unit - 1n)
  if (vxrm === RNU) return lost * 2n >= unit ? low + 1n : low
  if (vxrm === RDN) return low
  const odd = (low & 1n) === 1n
  if (vxrm === ROD) return lost !== 0n && !odd ? low + 1n : low
  return lost * 2n > unit || (lost * 2n === unit && odd) ? low + 1n : low
}
