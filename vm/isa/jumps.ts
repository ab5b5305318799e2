// What a jump is for, by the registers it uses (RISC-V ELF psABI: the return address is in ra). Compressed forms count as what they stand for.
import type { Decoded } from './decode.ts'
import { REG } from './registers.ts'

/** Goes somewhere else in any case. */
export const isJump = ({ row }: Pick<Decoded, 'row'>): boolean => row.name === 'jal' || row.name === 'jalr'
/** A jump that keeps no way back: code does not go on behind it. */
export const isTailJump = (d: Decoded): boolean => isJump(d) && d.values.rd === REG.zero
export const isCall = (d: Decoded): boolean => isJump(d) && d.values.rd === REG.ra
export const isReturn = ({ row, values }: Decoded): boolean =>
  row.name === 'jalr' && values.rd === REG.zero && values.rs1 === REG.ra && values.imm === 0
