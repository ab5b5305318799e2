// Every instruction in one list: the table that the decoder, the encoder, the engines and the manual are made from.
import type { Row } from './define.ts'
import { privileged } from './privileged.ts'
import { rv64a } from './rv64a.ts'
import { rv64c } from './rv64c.ts'
import { rv64d } from './rv64d.ts'
import { rv64f } from './rv64f.ts'
import { rv64i } from './rv64i.ts'
import { rv64m } from './rv64m.ts'
import { zicsr, zifencei } from './zicsr.ts'

/** Hints included: rows that are only ever decoded, see `Row.hint`. */
export const rows: readonly Row[] = [...rv64i, ...rv64m, ...rv64a, ...rv64f, ...rv64d, ...rv64c, ...zicsr, ...zifencei, ...privileged]

/** By the name without .aq/.rl; hints have no entry. */
export const rowByName: ReadonlyMap<string, Row> = new Map(rows.filter(r => !r.hint).map(r => [r.name, r]))

/** The row of a name that the tables themselves wrote down. */
export function namedRow(name: string): Row {
  const row = rowByName.get(name)
  if (!row) throw new Error(`no instruction ${name} in the table`)
  return row
}
