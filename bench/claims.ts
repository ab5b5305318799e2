// Claims: a required shape, what was measured, and whether it holds. One function for each kind of requirement, so that all read alike.
import type { Claim } from './types.ts'

/** A measured number with its unit, to three digits. */
export function quantity(value: number, unit = ''): string {
  if (!Number.isFinite(value)) return 'none'
  const size = Math.abs(value)
  const text =
    size === 0 ? '0' : size >= 100 ? value.toFixed(0) : size >= 0.01 ? String(Number(value.toPrecision(3))) : value.toExponential(1)
  return unit === '' ? text : `${text} ${unit}`
}

export const between = (claim: string, value: number, min: number, max: number, unit = ''): Claim => ({
  claim,
  required: `${quantity(min)} to ${quantity(max, unit)}`,
  measured: quantity(value, unit),
  holds: value >= min && value <= max,
})

export const atLeast = (claim: string, value: number, min: number, unit = ''): Claim => ({
  claim,
  required: `at least ${quantity(min, unit)}`,
  measured: quantity(value, unit),
  holds: value >= min,
})

export const atMost = (claim: string, value: number, max: number, unit = ''): Claim => ({
  claim,
  required: `at most ${quantity(max, unit)}`,
  measured: quantity(value, unit),
  holds: value <= max,
})

/** Within a share of a published figure. */
export const near = (claim: string, value: number, published: number, tolerance: number, unit = ''): Claim => ({
  claim,
  required: `${quantity(published, unit)} ±${quantity(tolerance * 100)} %`,
  measured: `${quantity(value, unit)} (${signedPercent(value / published - 1)})`,
  holds: Math.abs(value / published - 1) <= tolerance,
})

/** A curve's R² on a straight line. */
export const straight = (claim: string, r2: number, min: number): Claim => ({
  claim,
  required: `R² above ${min}`,
  measured: `R² = ${r2.toFixed(5)}`,
  holds: r2 > min,
})

export const exactly = (claim: string, value: number, wanted: number, unit = ''): Claim => ({
  claim,
  required: quantity(wanted, unit),
  measured: quantity(value, unit),
  holds: value === wanted,
})

export const signedPercent = (share: number): string => `${share < 0 ? '−' : '+'}${quantity(Math.abs(share) * 100)} %`
