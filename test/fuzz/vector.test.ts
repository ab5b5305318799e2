// The vector extension against QEMU: random programs must leave the same registers, flags and memory, at several vector lengths.
import { expect, test } from 'vitest'
import { disassemble, randomNumbers } from '../../vm/index.ts'
import { amount, PATIENCE, SEED } from './size.ts'
import { beginning, vectorDifferences, vectorProgram, type VectorProgram } from './vector-program.ts'
import { missingVectorTools, runVectorsOnQemu } from './vector-qemu.ts'

const missing = missingVectorTools()
if (missing.length > 0) console.warn(`skipped: no ${missing.join(', ')}`)

/** The shortest beginning that differs. */
function explain(p: VectorProgram): string {
  const all = p.words.map((_, n) => beginning(p, n + 1))
  const differences = runVectorsOnQemu(all).map((theirs, n) => vectorDifferences(all[n].after, theirs, p.vlen))
  const at = differences.findIndex(d => d.length > 0)
  const lines = p.words.slice(Math.max(0, at - 7), at + 1).map(w => disassemble(w, 0, { aliases: false }).text)
  return `seed ${p.seed}, vlen ${p.vlen}, ours / QEMU:\n${(differences[at] ?? []).join('\n')}\n${lines.join('\n')}`
}

const LENGTH = 100
for (const vlen of [128, 256]) {
  test.skipIf(missing.length > 0)(
    `random vector programs at ${vlen} bits`,
    () => {
      const programs = Array.from({ length: amount(90, 2000) }, (_, n) => {
        const seed = SEED * 1_000_000 + n
        return vectorProgram(seed, vlen, LENGTH, randomNumbers(seed))
      })
      const theirs = runVectorsOnQemu(programs)
      for (const [n, p] of programs.entries()) if (vectorDifferences(p.after, theirs[n], vlen).length > 0) expect.fail(explain(p))
    },
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
