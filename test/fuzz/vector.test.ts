// The vector extension: random programs in two engines and, in the long form, against QEMU at several vector lengths.
import { expect, test } from 'vitest'
import { randomNumbers } from '../../vm/index.ts'
import { amount, FULL, PATIENCE, SEED } from './size.ts'
import { beginning, vectorDifferences, vectorProgram } from './vector-program.ts'
import { missingVectorTools, vectorsAgainstQemu } from './vector-qemu.ts'

const LENGTH = 100
const PROGRAMS = 2000
const missing = FULL ? missingVectorTools() : []
if (missing.length > 0) console.warn(`skipped: no ${missing.join(', ')}`)

for (const vlen of [128, 256]) {
  test.skipIf(!FULL || missing.length > 0)(
    `random vector programs do at ${vlen} bits what QEMU makes of them`,
    () => expect(vectorsAgainstQemu(vlen, SEED * 1_000_000, PROGRAMS, LENGTH)).toBe(null),
    PATIENCE,
  )
}

test('the interpreter leaves vector instructions as the reference engine has them', () => {
  for (let n = 0; n < amount(9, 300); n++) {
    const seed = SEED * 1_000_000 + n
    const p = vectorProgram(seed, 128, LENGTH, randomNumbers(seed))
    expect([seed, vectorDifferences(beginning(p, p.words.length, 'interpreter').after, p.after, p.vlen)]).toEqual([seed, []])
  }
})
