// Zbc: carry-less multiplication (Unprivileged spec, "B" extension).
import { binary } from './bits.ts'
import type { Rows } from './define.ts'
import { lazily } from './lazily.ts'

export const zbc: Rows = lazily(() => [
  binary('Zbc', 'clmul', '0000101', '001', 'rd = low 64 bits of the carry-less product.', (m, a, b) => m.clmul(a, b)),
  binary('Zbc', 'clmulh', '0000101', '011', 'rd = high 64 bits of the carry-less product.', (m, a, b) => m.clmulh(a, b)),
  binary('Zbc', 'clmulr', '0000101', '010', 'rd = bits 126 to 63 of the carry-less product.', (m, a, b) => {
    const [x, y] = [m.let(a), m.let(b)]
    return m.or(m.shl(m.clmulh(x, y), m.num(1n)), m.shrU(m.clmul(x, y), m.num(63n)))
  }),
])
