// Every instruction in one list: the table that the decoder, the encoder, the engines and the manual are made from.
import type { Row } from './define.ts'
import { extensions } from './extensions.ts'

/** Hints included: rows that are only ever decoded, see `Row.hint`. */
export const rows: readonly Row[] = [...new Set(extensions.flatMap(e => e.rows))]

/** By the name without .aq/.rl; hints have no entry. */
export const rowByName: ReadonlyMap<string, Row> = new Map(rows.filter(r => !r.hint).map(r => [r.name, r]))

/** The row of a name that the tables themselves wrote down. */
export function namedRow(name: string): Row {
  const row = rowByName.get(name)
  if (!row) throw new Error(`no instruction ${name} in the table`)
  return row
}
