// Random programs on our machine: translation off, so that addresses are those of RAM.
import {
  createMachine,
  defaultIsa,
  frameWritten,
  getFBig,
  getXBig,
  PAGE_SIZE,
  RAM_BASE,
  run,
  setFBig,
  setPc,
  setXBig,
  WORD_FCSR,
  type EngineName,
  type Machine,
} from '../../vm/index.ts'
import { SCRATCH_BYTES } from './generate.ts'
import { codeOf, type FinalState, type RandomProgram } from './program.ts'

const RAM_BYTES = 64 * PAGE_SIZE
/** Where a single program and its scratch fit in the machine of `fuzzMachine`. */
export const FUZZ_CODE_BASE = RAM_BASE + PAGE_SIZE
export const FUZZ_SCRATCH_BASE = RAM_BASE + RAM_BYTES - SCRATCH_BYTES

export const fuzzMachine = (engine: EngineName, ramBytes = RAM_BYTES, isa = defaultIsa): Machine => createMachine({ ramBytes, engine, isa, hotAfter: 1 })

/** Far more than any program executes, as it never goes backward. */
const FUEL = 10_000_000

/** Runs a program to its ecall; anything else on the way throws. The machine may be used again. */
export function runOnMachine(machine: Machine, program: RandomProgram): FinalState & { retired: number } {
  const [hart] = machine.harts
  const code = codeOf(program)
  const codeAt = program.codeBase - RAM_BASE
  const scratchAt = program.scratchBase - RAM_BASE
  machine.ram.set(code, codeAt)
  machine.ram.set(program.scratch, scratchAt)
  for (let at = codeAt; at < codeAt + code.length + PAGE_SIZE; at += PAGE_SIZE) frameWritten(machine, Math.floor(at / PAGE_SIZE))
  program.x.forEach((v, n) => setXBig(hart, n, v))
  program.f.forEach((v, n) => setFBig(hart, n, v))
  hart.words[WORD_FCSR] = program.fcsr
  setPc(hart, program.codeBase)
  const stop = run(machine, hart, FUEL)
  if (stop.kind !== 'syscall') throw new Error(`seed ${program.seed}: stopped by ${stop.kind}, tval ${stop.tval.toString(16)}`)
  const numbers = Array.from({ length: 32 }, (_, n) => n)
  return {
    x: numbers.map(n => BigInt.asUintN(64, getXBig(hart, n))),
    f: numbers.map(n => BigInt.asUintN(64, getFBig(hart, n))),
    fcsr: hart.words[WORD_FCSR],
    scratch: machine.ram.slice(scratchAt, scratchAt + SCRATCH_BYTES),
    retired: stop.retired,
  }
}
