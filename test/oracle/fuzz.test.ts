// Random user-level programs on our engines against QEMU: registers, floating-point flags and memory must come out the same.
import { expect, test } from 'vitest'
import { floatProgram } from '../fuzz/floats.ts'
import { fuzzMachine, runOnMachine } from '../fuzz/machine.ts'
import { extensionsIn, listing, randomProgram, shrink, stateDifferences, type RandomProgram } from '../fuzz/program.ts'
import { missingQemuTools, qemuDefects, qemuWith, runOnQemu } from '../fuzz/qemu.ts'
import { amount, FULL, PATIENCE, SEED } from '../fuzz/size.ts'
import { defaultIsa, fullIsa, PAGE_SIZE, RAM_BASE, type EngineName, type Machine } from '../../vm/index.ts'

const missing = missingQemuTools()
if (missing.length > 0) console.warn(`skipped: no ${missing.join(', ')}`)

const PROGRAMS = 100
const LENGTH = 1000
const STRIDE = 4 * PAGE_SIZE
const FIRST_SEED = 1000
/** With HARTBEAT_FUZZ=full: two million instructions. */
const FLOAT_ROUNDS = 120

// All at the same place on our machine as under QEMU, as auipc and jal leave addresses in registers.
const place = (n: number): { codeBase: number; scratchBase: number } => ({
  codeBase: RAM_BASE + PAGE_SIZE + n * STRIDE,
  scratchBase: RAM_BASE + PAGE_SIZE + n * STRIDE + 2 * PAGE_SIZE,
})

const machineFor = (engine: EngineName, isa = fullIsa()): Machine => fuzzMachine(engine, PROGRAMS * STRIDE + 2 * PAGE_SIZE, isa)

function explain(program: RandomProgram, engine: EngineName, cpu: readonly string[] = []): string {
  const differences = (p: RandomProgram): string[] => stateDifferences(runOnMachine(machineFor(engine), p), runOnQemu([p], cpu)[0])
  const small = shrink(program, p => differences(p).length > 0)
  return `seed ${program.seed}, ${engine} / QEMU:\n${differences(small).join('\n')}\n${listing(small)}`
}

for (const engine of ['reference', 'interpreter'] as const) {
  test.skipIf(missing.length > 0)(`the ${engine} and QEMU agree on random programs`, () => {
    const programs = Array.from({ length: PROGRAMS }, (_, n) => randomProgram(FIRST_SEED + n, { length: LENGTH, ...place(n) }))
    const theirs = runOnQemu(programs)
    const machine = machineFor(engine, defaultIsa)
    for (const [n, program] of programs.entries()) {
      if (stateDifferences(runOnMachine(machine, program), theirs[n]).length > 0) expect.fail(explain(program, engine))
    }
  })

  test.skipIf(missing.length > 0)(
    `the ${engine} and QEMU agree on floating-point instructions, flags and all`,
    { timeout: PATIENCE },
    () => {
      const machine = machineFor(engine)
      for (let round = 0; round < amount(1, FLOAT_ROUNDS); round++) {
        const programs = Array.from({ length: PROGRAMS }, (_, n) => floatProgram((SEED * FLOAT_ROUNDS + round) * PROGRAMS + n, place(n)))
        const theirs = runOnQemu(programs)
        for (const [n, program] of programs.entries()) {
          if (stateDifferences(runOnMachine(machine, program), theirs[n]).length > 0) expect.fail(explain(program, engine))
        }
      }
    },
  )
}

/** What programs of an extension beyond RV64GC are made of besides its own instructions: addresses, jumps, and what those stand for. */
const GROUND = ['I', 'M', 'A', 'F', 'D', 'C', 'Zicsr']
const grounds = (extensions: readonly string[]): string[] => [...GROUND, ...extensions]

/** An extension whose instructions this QEMU executes. */
function isKnown(extension: string): boolean {
  try {
    runOnQemu([randomProgram(1, { length: 300, extensions: grounds([extension]), ...place(0) })], qemuWith([extension]))
    return true
  } catch {
    return false
  }
}

const beyond = extensionsIn(fullIsa()).filter(name => !defaultIsa.names.has(name))
const ROUNDS = FULL ? 40 : 1

test.skipIf(missing.length > 0)(`QEMU agrees on the extensions beyond RV64GC`, { timeout: PATIENCE }, () => {
  const known = beyond.filter(isKnown)
  const unknown = beyond.filter(name => !known.includes(name))
  if (unknown.length > 0) console.warn(`skipped: this QEMU has no ${unknown.join(', ')}`)
  const cpu = qemuWith(known)
  const machines = (['reference', 'interpreter'] as const).map(engine => ({ engine, machine: machineFor(engine) }))
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED * 5_000_000 + round * PROGRAMS
    const options = { length: LENGTH, extensions: grounds(known), without: qemuDefects() }
    const programs = Array.from({ length: PROGRAMS }, (_, n) => randomProgram(seed + n, { ...options, ...place(n) }))
    const theirs = runOnQemu(programs, cpu)
    for (const [n, program] of programs.entries())
      for (const { engine, machine } of machines)
        if (stateDifferences(runOnMachine(machine, program), theirs[n]).length > 0) expect.fail(explain(program, engine, cpu))
  }
})
