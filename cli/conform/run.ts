// One conformance test as the riscv-tests are: a bare ELF file that runs from its entry in M, and says how it ended by writing its symbol
// `tohost` (1, or twice the number of the test that failed and one) or, where no trap handler is set, by ecall with 93 in a7.
import { PT, readElf, readSymbols, SHT, type ElfFile } from '../../kernel/abi/index.ts'
import {
  CAUSE_BREAKPOINT,
  CAUSE_ECALL_M,
  CAUSE_ECALL_U,
  CAUSE_ILLEGAL,
  createMachine,
  getPc,
  getXBig,
  PRIVILEGE_M,
  RAM_BASE,
  REG,
  run,
  setPc,
  WORD_PRIVILEGE,
  writeCsr,
  type EngineName,
  type Isa,
} from '../../vm/index.ts'
import { firmware } from './firmware.ts'

export interface Conformance {
  isa: Isa
  engine: EngineName
  /** Instructions that a test may take. */
  limit: number
}

export type Outcome =
  | { kind: 'passed' }
  /** The test's own number for what failed. */
  | { kind: 'failed'; test: number }
  | { kind: 'timeout'; pc: number }
  /** A trap without a handler; of an illegal instruction, its word. */
  | { kind: 'trap'; what: string; pc: number }

const RAM_BYTES = 32 * 2 ** 20
/** How often it is looked whether the test wrote its result. */
const SLICE = 20_000
const EXIT_CALL = 93n

const TRAPS: Readonly<Record<number, string>> = { [CAUSE_ILLEGAL]: 'illegal instruction', [CAUSE_BREAKPOINT]: 'ebreak' }

function load(elf: ElfFile, ram: Uint8Array): void {
  for (const { type, offset, fileSize, memorySize, paddr } of elf.segments) {
    if (type !== PT.LOAD || memorySize === 0) continue
    const at = paddr - RAM_BASE
    if (at < 0 || at + memorySize > ram.length) throw new Error(`a segment at 0x${paddr.toString(16)} is outside of RAM`)
    ram.set(elf.bytes.subarray(offset, offset + fileSize), at)
  }
}

function symbol(elf: ElfFile, name: string): number | null {
  const table = elf.sections.find(s => s.type === SHT.SYMTAB)
  const found = table && readSymbols(elf, table).find(s => s.name === name)
  return found ? Number(found.value) : null
}

const ended = (code: bigint): Outcome =>
  code === 0n ? { kind: 'passed' } : { kind: 'failed', test: Number(BigInt.asUintN(32, code & 1n ? code >> 1n : code)) }

/** Runs a test on a machine of its own. Throws an ElfError for what is no ELF file, and an Error for one that does not fit the machine. */
export function conform(bytes: Uint8Array, name: string, { isa, engine, limit }: Conformance): Outcome {
  const elf = readElf(bytes, name)
  const platform = firmware()
  const machine = createMachine({ ramBytes: RAM_BYTES, engine, isa, platform })
  const [hart] = machine.harts
  load(elf, machine.ram)
  const tohost = symbol(elf, 'tohost')
  hart.words[WORD_PRIVILEGE] = PRIVILEGE_M
  writeCsr(machine, hart, 'mstatus', 0n)
  setPc(hart, elf.header.entry)
  for (let spent = 0; spent < limit;) {
    const fuel = Math.min(SLICE, limit - spent)
    const stop = run(machine, hart, fuel)
    // A run that ends early has met a wfi: nobody would wake it, so it goes on.
    spent += stop.kind === 'wfi' ? Math.max(1, stop.retired) : fuel
    if (tohost !== null) {
      const code = machine.view.getBigUint64(machine.layout.ram + tohost - RAM_BASE, true)
      if (code !== 0n) return ended(code === 1n ? 0n : code)
    }
    const { unhandled } = platform
    if (unhandled === null) continue
    const { cause, value } = unhandled
    const isCall = cause >= CAUSE_ECALL_U && cause <= CAUSE_ECALL_M
    if (isCall && getXBig(hart, REG.a7) === EXIT_CALL) return ended(getXBig(hart, REG.a0))
    const what = isCall ? 'ecall' : (TRAPS[cause] ?? `trap ${cause}`)
    return { kind: 'trap', what: cause === CAUSE_ILLEGAL ? `${what} 0x${value.toString(16)}` : what, pc: getPc(hart) }
  }
  return { kind: 'timeout', pc: getPc(hart) }
}

/** An outcome in words. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'passed':
      return 'passed'
    case 'failed':
      return `failed test ${outcome.test}`
    case 'timeout':
      return `timeout at 0x${outcome.pc.toString(16)}`
    case 'trap':
      return `${outcome.what} at 0x${outcome.pc.toString(16)}`
  }
}
