// `li`: the sequence of instructions that puts a 64-bit number in a register.

export interface Step {
  name: string
  /** In the order of the row's operands. */
  values: number[]
}

const LOW_BITS = 12n
const isWord = (v: bigint): boolean => v === BigInt.asIntN(32, v)

/**
 * rd = value (taken modulo 2^64), as GNU as builds it: `addi`, or `lui` and `addiw`, and for wider values that sequence for the
 * upper part, then shifts and additions of twelve bits at a time, with zeros skipped. At most 8 instructions.
 */
export function loadImmediate(rd: number, value: bigint): Step[] {
  const v = BigInt.asIntN(64, value)
  if (v === BigInt.asIntN(Number(LOW_BITS), v)) return [{ name: 'addi', values: [rd, 0, Number(v)] }]
  return build(rd, v)
}

function build(rd: number, v: bigint): Step[] {
  const low = BigInt.asIntN(Number(LOW_BITS), v)
  const upper = BigInt.asIntN(64, v - low)
  const addLow = (name: string, from: number): Step[] => [{ name, values: [rd, from, Number(low)] }]
  if (isWord(v)) {
    if (upper === 0n) return addLow('addiw', 0)
    const lui = { name: 'lui', values: [rd, Number(BigInt.asIntN(32, upper))] }
    return low === 0n ? [lui] : [lui, ...addLow('addiw', rd)]
  }
  let shift = LOW_BITS
  while (((upper >> shift) & 1n) === 0n) shift++
  const slli = { name: 'slli', values: [rd, rd, Number(shift)] }
  return [...build(rd, upper >> shift), slli, ...(low === 0n ? [] : addLow('addi', rd))]
}
