// Every instruction in one list: the table that the encoder, the disassembler, the engines and the manual are made from.
import type { Row } from './define.ts'
import { extensions } from './extensions.ts'
import { lazily } from './lazily.ts'

/** Hints included: rows that are only ever decoded, see `Row.hint`. A machine asks its own instruction set, which is made sooner. */
export const allRows: () => readonly Row[] = lazily(() => [...new Set(extensions.flatMap(e => e.rows()))])

/** By the name without .aq/.rl; hints have no entry. */
export const rowsByName: () => ReadonlyMap<string, Row> = lazily(
  () => new Map(allRows().flatMap(r => (r.hint ? [] : [[r.name, r] as const]))),
)
export const rowNamed = (name: string): Row | undefined => rowsByName().get(name)

/** The row of a name that the tables themselves wrote down. */
export function namedRow(name: string): Row {
  const row = rowNamed(name)
  if (!row) throw new Error(`no instruction ${name} in the table`)
  return row
}
