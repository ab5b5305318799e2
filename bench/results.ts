// Looking things up in results: the row with these parameters, a curve over one of them, costs of one operation.
import { quantity } from './claims.ts'
import type { Point } from './statistics.ts'
import type { Params, Row } from './types.ts'

const matches = (row: Row, where: Params): boolean => Object.entries(where).every(([key, value]) => row.params[key] === value)

export const select = (rows: readonly Row[], where: Params): Row[] => rows.filter(row => matches(row, where))

/** The one row with these parameters. Throws when there is none, or more than one: then the scenario asks wrongly. */
export function only(rows: readonly Row[], where: Params): Row {
  const found = select(rows, where)
  if (found.length !== 1) throw new Error(`${found.length} rows have ${paramText(where)}`)
  return found[0]
}

export const paramText = (params: Params): string =>
  Object.entries(params)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')

/** Nanoseconds, microseconds and cycles of one operation. */
export const nsOf = (row: Row): number => row.ns / row.operations
export const usOf = (row: Row): number => nsOf(row) / 1e3
export const cyclesOf = (row: Row): number => row.cycles / row.operations
/** A counter's value for one operation; a counter that the machine does not have is a defect. */
export function countOf(row: Row, counter: string): number {
  const value = row.counters[counter]
  if (value === undefined) throw new Error(`the machine has no counter ${counter}`)
  return value / row.operations
}

/** Points over a numeric parameter, in the order of the sweep. */
export const curve = (rows: readonly Row[], x: string, y: (row: Row) => number): Point[] => rows.map(row => [Number(row.params[x]), y(row)])

/** A time with a unit that suits it. */
export function duration(ns: number): string {
  const size = Math.abs(ns)
  return size < 1e3
    ? quantity(ns, 'ns')
    : size < 1e6
      ? quantity(ns / 1e3, 'us')
      : size < 1e9
        ? quantity(ns / 1e6, 'ms')
        : quantity(ns / 1e9, 's')
}

const UNITS = ['', 'K', 'M', 'G', 'T']
/** A power-of-two size as people write it: 64K, 2M; an odd number stays as it is. */
export function binary(value: number): string {
  let unit = 0
  while (value >= 1024 && value % 1024 === 0 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${value}${UNITS[unit]}`
}
