// Comparison and classification.
import type { FloatCompare, FloatFormat } from '../isa/index.ts'
import { order } from './arithmetic.ts'
import { NV, unpack, type Unpacked } from './format.ts'

/** A NaN makes every comparison false; `lt` and `le` flag any NaN as invalid, the others only a signaling one. */
export function compare(op: FloatCompare, format: FloatFormat, a: bigint, b: bigint): { value: boolean; flags: number } {
  const [x, y] = [unpack(format, a), unpack(format, b)]
  if (x.kind === 'nan' || y.kind === 'nan') {
    const signaling = [x, y].some(v => v.kind === 'nan' && v.signaling)
    return { value: false, flags: signaling || op === 'lt' || op === 'le' ? NV : 0 }
  }
  const equal = a === b || (x.kind === 'zero' && y.kind === 'zero')
  const less = !equal && order(format, a) < order(format, b)
  return { value: op === 'eq' ? equal : op === 'lt' || op === 'ltq' ? less : less || equal, flags: 0 }
}

// Bit numbers of fclass for negative numbers; the positive ones mirror them.
const NEGATIVE_CLASS = { infinity: 0, normal: 1, subnormal: 2, zero: 3 } as const
const LAST_POSITIVE_CLASS = 7
const CLASS_SIGNALING_NAN = 8
const CLASS_QUIET_NAN = 9

/** The ten-bit mask of fclass with one bit set. */
export function classify(format: FloatFormat, bits: bigint): bigint {
  return 1n << BigInt(classBit(unpack(format, bits)))
}

function classBit(v: Unpacked): number {
  if (v.kind === 'nan') return v.signaling ? CLASS_SIGNALING_NAN : CLASS_QUIET_NAN
  const negative = NEGATIVE_CLASS[v.kind === 'finite' ? (v.normal ? 'normal' : 'subnormal') : v.kind]
  return v.sign ? negative : LAST_POSITIVE_CLASS - negative
}
