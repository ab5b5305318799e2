// Random user-level programs on our engines against QEMU: registers, floating-point flags and memory must come out the same.
import { expect, test } from 'vitest'
import { fuzzMachine, runOnMachine } from '../fuzz/machine.ts'
import { listing, randomProgram, shrink, stateDifferences, type RandomProgram } from '../fuzz/program.ts'
import { missingQemuTools, runOnQemu } from '../fuzz/qemu.ts'
import { PAGE_SIZE, RAM_BASE, type EngineName } from '../../vm/index.ts'

const missing = missingQemuTools()
if (missing.length > 0) console.warn(`skipped: no ${missing.join(', ')}`)

const PROGRAMS = 100
const LENGTH = 1000
const STRIDE = 4 * PAGE_SIZE
const FIRST_SEED = 1000

// All at the same place on our machine as under QEMU, as auipc and jal leave addresses in registers.
const place = (n: number): { codeBase: number; scratchBase: number } => ({
  codeBase: RAM_BASE + PAGE_SIZE + n * STRIDE,
  scratchBase: RAM_BASE + PAGE_SIZE + n * STRIDE + 2 * PAGE_SIZE,
})

function explain(program: RandomProgram, engine: EngineName): string {
  const differences = (p: RandomProgram): string[] =>
    stateDifferences(runOnMachine(fuzzMachine(engine, PROGRAMS * STRIDE + 2 * PAGE_SIZE), p), runOnQemu([p])[0])
  const small = shrink(program, p => differences(p).length > 0)
  return `seed ${program.seed}, ${engine} / QEMU:\n${differences(small).join('\n')}\n${listing(small)}`
}

for (const engine of ['reference', 'interpreter'] as const) {
  test.skipIf(missing.length > 0)(`the ${engine} and QEMU agree on random programs`, () => {
    const programs = Array.from({ length: PROGRAMS }, (_, n) => randomProgram(FIRST_SEED + n, { length: LENGTH, ...place(n) }))
    const theirs = runOnQemu(programs)
    const machine = fuzzMachine(engine, PROGRAMS * STRIDE + 2 * PAGE_SIZE)
    for (const [n, program] of programs.entries()) {
      if (stateDifferences(runOnMachine(machine, program), theirs[n]).length > 0) expect.fail(explain(program, engine))
    }
  })
}
