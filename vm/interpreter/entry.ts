// A decoded instruction, as the interpreter's code reads it: 16 bytes for each place in a page where an instruction can start.
import { PARCELS } from '../layout.ts'

export const ENTRY_BYTES = 16
/** op chooses the handler; registers are offsets from HART.x, 16 bits each; imm is a signed 32-bit number; own is a marked place's (ops.ts). */
export const ENTRY = { op: 0, rd: 2, rs1: 4, rs2: 6, imm: 8, rs3: 12, own: 14 } as const
/** Bytes of entries for each byte of code, and its logarithm. */
export const ENTRIES_PER_BYTE = ENTRY_BYTES / 2
export const ENTRIES_SHIFT = 3
/** The entries of a page, and behind them one that leads on to the next. */
export const SLAB_BYTES = PARCELS * ENTRY_BYTES + ENTRY_BYTES * 4
