// Where things are in a trap frame, in 32-bit words. As in Linux's user_regs_struct, pc lies where x0 would.

export const PC = 0
export const F0 = 64
export const FCSR = 128
export const FP_USED = 129
/** The frame of the page with vector registers and one, or 0; then vl, vtype, vstart, vcsr (vector.ts). */
export const VECTOR_PLACE = 130
