// Random vector programs on the reference engine against QEMU, in a short form; test/fuzz/vector.test.ts has the long one.
import { expect, test } from 'vitest'
import { missingVectorTools, vectorsAgainstQemu } from '../fuzz/vector-qemu.ts'

const missing = missingVectorTools()
if (missing.length > 0) console.warn(`skipped: no ${missing.join(', ')}`)

for (const vlen of [128, 256]) {
  test.skipIf(missing.length > 0)(
    `random vector programs do at ${vlen} bits what QEMU makes of them`,
    () => expect(vectorsAgainstQemu(vlen, 5_000_000, 60, 100)).toBe(null),
    120_000,
  )
}
