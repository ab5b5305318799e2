// Zicbom and Zicboz: operations on the cache block around an address (Unprivileged spec, "CMO" extensions). Memory is coherent here: those
// that manage blocks look whether they may, and do nothing. Prefetches, Zicbop, are pseudo-instructions: hints of ori.
import { insn, type Row, type Rows } from './define.ts'
import type { BlockOp } from './sem.ts'
import { lazily } from './lazily.ts'

const row = (extension: string, op: BlockOp, funct12: string, doc: string): Row =>
  insn(extension, `cbo.${op} (rs1)`, `${funct12} rs1:5 010 00000 0001111`, doc, m => m.cacheBlock(op, m.x('rs1')))

export const zicbom: Rows = lazily(() => [
  row('Zicbom', 'inval', '000000000000', 'Take the block at rs1 out of the caches; illegal where the level above does not let.'),
  row('Zicbom', 'clean', '000000000001', 'Write the block at rs1 back.'),
  row('Zicbom', 'flush', '000000000010', 'Write the block at rs1 back and take it out of the caches.'),
])
export const zicboz: Rows = lazily(() => [row('Zicboz', 'zero', '000000000100', 'The 64 bytes of the block at rs1 = 0.')])
