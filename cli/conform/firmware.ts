// The platform that conformance tests want: traps go to mtvec, or to stvec where medeleg says so, and nothing else is there. Interrupts do
// not come.
import {
  COUNTERS,
  getPcBig,
  MSTATUS_MIE,
  MSTATUS_MPIE,
  MSTATUS_MPP_SHIFT,
  PRIVILEGE_M,
  PRIVILEGE_S,
  readCsr,
  setPc,
  SSTATUS_SIE,
  SSTATUS_SPIE,
  SSTATUS_SPP,
  WORD_PRIVILEGE,
  writeCsr,
  type Hart,
  type Machine,
  type Platform,
} from '../../vm/index.ts'

const MODE_BITS = 3n
const WORD = 2n ** 32n

interface Level {
  privilege: number
  /** Of mstatus: interrupts enabled, whether they were, and from which privilege the trap came. */
  enable: number
  before: number
  from: number
  names: { epc: string; cause: string; tval: string; tvec: string }
}
const MACHINE: Level = {
  privilege: PRIVILEGE_M,
  enable: MSTATUS_MIE,
  before: MSTATUS_MPIE,
  from: 3 << MSTATUS_MPP_SHIFT,
  names: { epc: 'mepc', cause: 'mcause', tval: 'mtval', tvec: 'mtvec' },
}
const SUPERVISOR: Level = {
  privilege: PRIVILEGE_S,
  enable: SSTATUS_SIE,
  before: SSTATUS_SPIE,
  from: SSTATUS_SPP,
  names: { epc: 'sepc', cause: 'scause', tval: 'stval', tvec: 'stvec' },
}

/** Privileged spec 3.1.6.1 and 3.1.8: what a hart does when it traps. */
function enter(machine: Machine, hart: Hart, { privilege, enable, before, from, names }: Level, cause: number, value: bigint): void {
  const status = readCsr(machine, hart, 'mstatus')
  const lowest = BigInt(from & -from)
  const was = BigInt(hart.words[WORD_PRIVILEGE]) * lowest
  const enabled = status & BigInt(enable) ? BigInt(before) : 0n
  writeCsr(machine, hart, names.epc, getPcBig(hart))
  writeCsr(machine, hart, names.cause, BigInt(cause))
  writeCsr(machine, hart, names.tval, value)
  hart.words[WORD_PRIVILEGE] = privilege
  writeCsr(machine, hart, 'mstatus', (status & ~BigInt(enable | before | from)) | was | enabled)
  setPc(hart, Number(readCsr(machine, hart, names.tvec) & ~MODE_BITS))
}

/** A trap that no handler is there for stops the run: `unhandled` has its cause. */
export interface Firmware extends Platform {
  unhandled: { cause: number; value: bigint } | null
}

export function firmware(): Firmware {
  const made: Firmware = {
    name: 'firmware',
    devices: [],
    unhandled: null,
    onTrap(machine, hart, cause, lo, hi) {
      const value = (BigInt(hi >>> 0) * WORD) | BigInt(lo >>> 0)
      const delegated = hart.words[WORD_PRIVILEGE] < PRIVILEGE_M && ((readCsr(machine, hart, 'medeleg') >> BigInt(cause)) & 1n) === 1n
      const level = delegated ? SUPERVISOR : MACHINE
      if (readCsr(machine, hart, level.names.tvec) === 0n) {
        made.unhandled = { cause, value }
        return Object.assign(machine.stop, { kind: 'illegal', cause })
      }
      enter(machine, hart, level, cause, value)
      return null
    },
    read: () => null,
    write: () => false,
    pending(_machine, hart) {
      // Nobody waits for the timer here.
      hart.counters[COUNTERS.timer] = Infinity
      return null
    },
  }
  return made
}
