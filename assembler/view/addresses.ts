// The comments behind instructions: an address that an auipc or lui and the instruction after it come to (objdump's `# 11968 <x>`).
import { REG } from '../../vm/isa/index.ts'
import type { Decoded } from '../../vm/isa/index.ts'
import type { Symbols } from './symbols.ts'

/** Upper parts that are waiting for their low parts, by register; and gp, if the program says where it points. */
export interface Tracker {
  upper: (bigint | null)[]
  gp: bigint | null
}

export function newTracker(symbols: Symbols): Tracker {
  const gp = symbols.all.find(s => s.name === '__global_pointer$' && s.section !== 0)?.value ?? null
  return { upper: Array.from({ length: 32 }, () => null), gp }
}

function address(t: Tracker, base: number, offset: number, word: boolean): bigint | null {
  const upper = t.upper[base]
  let sum: bigint | null = null
  if (upper !== null) {
    sum = (base === 0 ? 0n : upper) + BigInt(offset)
    t.upper[base] = null
  } else if (base === REG.gp && t.gp !== null) sum = t.gp + BigInt(offset)
  else if (base === REG.tp || base === 0) sum = BigInt(offset)
  if (sum === null) return null
  return BigInt.asUintN(64, word ? BigInt.asIntN(32, sum) : sum)
}

const UPPER = ['lui', 'auipc']
/** Forms whose operands give an address; of the compressed ones only additions do. */
const LOADS_AND_STORES = /^(l[bhwd]u?|s[bhwd]|fl[wd]|fs[wd])$/

/** The address that the instruction at `pc` uses, if that is known; notes what later ones need. */
export function follow(t: Tracker, decoded: Decoded, pc: number, aliases: boolean): bigint | null {
  const { row, written, values } = decoded
  const { name } = row
  if (UPPER.includes(name)) {
    t.upper[values.rd] = BigInt.asUintN(64, BigInt(values.imm) + (name === 'auipc' ? BigInt(pc) : 0n))
    return null
  }
  const long = written.length === 4
  // `mv` and `sext.w` show no offset, so there is nothing to explain.
  if (aliases && (name === 'addi' || name === 'addiw') && values.imm === 0) return null
  if (name === 'addi' && (long ? values.rs1 !== 0 : written.name === 'c.addi')) return address(t, values.rs1, values.imm, false)
  if (name === 'addiw' && values.rs1 !== 0) return address(t, values.rs1, values.imm, true)
  if (long && (name === 'jalr' || LOADS_AND_STORES.test(name))) return address(t, values.rs1, values.imm, false)
  return null
}
