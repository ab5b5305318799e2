// What objdump says after `#`: the address that an auipc or lui makes together with the instruction that adds its low part.
// The upper part of each register is remembered until it is used, in order of addresses, whatever jumps lie between.
import type { Decoded } from './decode.ts'
import { REG } from './registers.ts'

/** Upper parts by register; null where none is known. */
export type UpperParts = (number | null)[]
export const noUpperParts = (): UpperParts => Array.from({ length: 32 }, () => null)

/** Instructions whose immediate is added to rs1. */
const ADDERS: ReadonlySet<string> = new Set('addi addiw jalr lb lbu lh lhu lw lwu ld flw fld sb sh sw sd fsw fsd'.split(' '))
/** Of the compressed forms objdump looks at these alone. */
const SHORT_ADDERS: ReadonlySet<string> = new Set(['c.addi', 'c.addiw'])
const isSum = (name: string): boolean => name === 'addi' || name === 'addiw'

/** The address to print after an instruction at `pc`, or null. Updates `upper`. */
export function addressHint(upper: UpperParts, { row, written, length, values }: Decoded, pc: number): number | null {
  if (row.name === 'auipc') upper[values.rd] = pc + values.imm
  if (row.name === 'lui') upper[values.rd] = values.imm
  if (!(length === 2 ? SHORT_ADDERS.has(written.name) : ADDERS.has(row.name))) return null
  // Forms that print as mv, sext.w or li add nothing.
  if (isSum(row.name) && (values.imm === 0 || values.rs1 === 0)) return null
  const known = upper[values.rs1]
  upper[values.rs1] = null
  // objdump takes tp to be zero, and says so.
  if (known === null) return values.rs1 === 0 || values.rs1 === REG.tp ? values.imm : null
  return row.name === 'addiw' ? (known + values.imm) | 0 : known + values.imm
}
