// Supervisor and machine instructions (Privileged spec): returns from traps, waiting, and the address-translation fence.
import { insn, type Rows } from './define.ts'
import { lazily } from './lazily.ts'

export const privileged: Rows = lazily(() => [
  insn('S', 'sret', '0001000 00010 00000 000 00000 1110011', 'Return from a trap taken to supervisor mode.', m => m.sret()),
  insn('S', 'mret', '0011000 00010 00000 000 00000 1110011', 'Return from a trap taken to machine mode.', m => m.mret()),
  insn('S', 'wfi', '0001000 00101 00000 000 00000 1110011', 'Wait for an interrupt.', m => m.wfi()),
  insn(
    'S',
    'sfence.vma rs1, rs2',
    '0001001 rs2:5 rs1:5 000 00000 1110011',
    'Drop cached translations of the address rs1 (x0: all) in address space rs2 (x0: all).',
    m => {
      const va = m.fieldIsZero('rs1') ? null : m.x('rs1')
      const asid = m.fieldIsZero('rs2') ? null : m.x('rs2')
      m.sfence(va, asid)
    },
  ),
])
