// Returns from traps (Privileged spec 3.1.6.1): xIE = xPIE, xPIE = 1, privilege = xPP, xPP = U. Each answers where the hart goes on.
import { readCsr, writeCsr } from '../csr.ts'
import { MSTATUS_MIE, MSTATUS_MPIE, MSTATUS_MPP_SHIFT, SSTATUS_SIE, SSTATUS_SPIE, SSTATUS_SPP } from '../isa/index.ts'
import { PRIVILEGE_S, PRIVILEGE_U, WORD_PRIVILEGE } from '../layout.ts'
import type { Hart, Machine } from '../state.ts'

export function returnToSupervised(m: Machine, hart: Hart): bigint {
  const status = readCsr(m, hart, 'mstatus')
  const enable = status & BigInt(SSTATUS_SPIE) ? BigInt(SSTATUS_SIE) : 0n
  hart.words[WORD_PRIVILEGE] = status & BigInt(SSTATUS_SPP) ? PRIVILEGE_S : PRIVILEGE_U
  writeCsr(m, hart, 'mstatus', (status & ~BigInt(SSTATUS_SIE | SSTATUS_SPP)) | enable | BigInt(SSTATUS_SPIE))
  return BigInt.asIntN(64, readCsr(m, hart, 'sepc'))
}

export function returnFromMachine(m: Machine, hart: Hart): bigint {
  const status = readCsr(m, hart, 'mstatus')
  const enable = status & BigInt(MSTATUS_MPIE) ? BigInt(MSTATUS_MIE) : 0n
  hart.words[WORD_PRIVILEGE] = Number((status >> BigInt(MSTATUS_MPP_SHIFT)) & 3n)
  writeCsr(m, hart, 'mstatus', (status & ~BigInt(MSTATUS_MIE | (3 << MSTATUS_MPP_SHIFT))) | enable | BigInt(MSTATUS_MPIE))
  return BigInt.asIntN(64, readCsr(m, hart, 'mepc'))
}
