// The vtype register (Vector spec 3.4): element width, how many registers make a group, and what becomes of elements that are not written.

/** Bits of vtype. */
const VTYPE_LMUL = 7
const VTYPE_SEW_SHIFT = 3
const VTYPE_SEW = 7
const VTYPE_TA = 1 << 6
const VTYPE_MA = 1 << 7
/** Everything that is not reserved. */
const VTYPE_BITS = 0xff

const WIDTHS = ['e8', 'e16', 'e32', 'e64']
/** By the three bits; one pattern is reserved. */
const GROUPS = ['m1', 'm2', 'm4', 'm8', null, 'mf8', 'mf4', 'mf2'] as const
const TAILS = ['tu', 'ta']
const MASKS = ['mu', 'ma']

/** `e32,m1,ta,ma`, or null where a field is reserved. */
export function vtypeText(vtype: number): string | null {
  const group = GROUPS[vtype & VTYPE_LMUL]
  const width = (vtype >> VTYPE_SEW_SHIFT) & VTYPE_SEW
  if (group === null || width >= WIDTHS.length || vtype & ~VTYPE_BITS) return null
  return [WIDTHS[width], group, TAILS[vtype & VTYPE_TA ? 1 : 0], MASKS[vtype & VTYPE_MA ? 1 : 0]].join(',')
}

/** The inverse; what is left out from the right is m1, tu, mu, as GNU as has it. null: not the form of one. */
export function parseVtype(text: string): number | null {
  const [width, group = 'm1', tail = 'tu', mask = 'mu', ...more] = text.split(',').map(part => part.trim())
  const numbers = [WIDTHS.indexOf(width), GROUPS.findIndex(g => g === group), TAILS.indexOf(tail), MASKS.indexOf(mask)]
  if (more.length > 0 || numbers.includes(-1)) return null
  return (numbers[0] << VTYPE_SEW_SHIFT) | numbers[1] | (numbers[2] * VTYPE_TA) | (numbers[3] * VTYPE_MA)
}
