// Programs of floating-point instructions alone, on operands that are hard, each with flags of its own up before: what it leaves, and the
// flags after it, go to the scratch buffer, so nothing that one did wrong is hidden by the next.
import { floatOperands } from '../../vm/fp/testing.ts'
import { randomNumbers, rowNamed, allRows, type FieldName, type Random, type Row } from '../../vm/isa/index.ts'
import { SCRATCH_BYTES, SCRATCH_MIDDLE, SCRATCH_START, type Group, type Piece } from './generate.ts'
import type { RandomProgram } from './program.ts'

const FFLAGS = 1
const SLOT = 24
/** Instructions of a program: as many as there is room for in the scratch buffer. */
const FLOATS_IN_PROGRAM = Math.floor(SCRATCH_BYTES / SLOT)
/** Sources are below, so that they stay as they were. */
const FIRST_TARGET = 24
const FLAGS = 5
const TARGET = 6
const FIRST_INTEGER = 9

const isMemory = (row: Row): boolean => row.syntax.includes('(')
const FLOATS = allRows().filter(r => r.length === 4 && ['F', 'D'].includes(r.extension) && !isMemory(r))
const named = (name: string, ...values: number[]): Piece => ({ row: rowNamed(name) as Row, values, suffixes: {} })

/** Operands that were made to be hard together are three registers in a row, doubles and singles in turn. */
const TOGETHER: readonly FieldName[] = ['frs1', 'frs2', 'frs3']

function registerFor(field: FieldName, random: Random, together: number | null): number {
  if (together !== null && TOGETHER.includes(field)) return 3 * together + TOGETHER.indexOf(field)
  if (field === 'rd') return TARGET
  if (field === 'frd') return FIRST_TARGET + random(32 - FIRST_TARGET)
  return field.startsWith('f') ? random(FIRST_TARGET) : FIRST_INTEGER + random(32 - FIRST_INTEGER)
}

function trial(random: Random, n: number): Group {
  const row = FLOATS[random(FLOATS.length)]
  const together = random(2) === 0 ? 2 * random(FIRST_TARGET / 6) + (row.name.includes('.s') ? 1 : 0) : null
  const values = row.operands.map(f => registerFor(f, random, together))
  const rm = [0, 7, 7, 0, 1, 2, 3, 4][random(8)]
  const at = n * SLOT - SCRATCH_BYTES / 2
  const target = row.operands.findIndex(f => f === 'frd' || f === 'rd')
  return [
    named('csrrwi', 0, FFLAGS, [0, 0, 1, 31, random(32)][random(5)]),
    { row, values, suffixes: row.fields.includes('rm') ? { rm } : {} },
    named('csrrs', FLAGS, FFLAGS, 0),
    named('sd', FLAGS, at, SCRATCH_MIDDLE),
    named(row.operands[target] === 'frd' ? 'fsd' : 'sd', values[target], at + 8, SCRATCH_MIDDLE),
  ]
}

/** Integers of every size. */
const integer = (random: Random): bigint => {
  const bits = (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32))
  return BigInt.asUintN(64, BigInt.asIntN(64, bits) >> BigInt(random(64)))
}

/** The same program for the same seed. Three in four round to nearest where they leave it to frm. */
export function floatProgram(seed: number, place: { codeBase: number; scratchBase: number }): RandomProgram {
  const random = randomNumbers(seed)
  const x = Array.from({ length: 32 }, () => integer(random))
  x[0] = 0n
  x[SCRATCH_START] = BigInt(place.scratchBase)
  x[SCRATCH_MIDDLE] = BigInt(place.scratchBase + SCRATCH_BYTES / 2)
  const f = Array.from({ length: 11 }, (_, n) => floatOperands(n % 2 === 0 ? 64 : 32, random)).flat()
  const groups = Array.from({ length: FLOATS_IN_PROGRAM }, (_, n) => trial(random, n))
  const fcsr = (random(4) === 0 ? random(5) : 0) << 5
  return { seed, groups, ...place, x, f: f.slice(0, 32), fcsr, scratch: new Uint8Array(SCRATCH_BYTES) }
}
