// Faults of the assembler and the linker.
import type { Fault } from './fault.ts'

const RELOCATE = ['assembler/link/relocate.test.ts']

export const assemblerFaults: readonly Fault[] = [
  {
    what: 'R_RISCV_SUB8 and its kind forget the addend',
    file: 'assembler/link/relocate.ts',
    find: "  if (row.value === 'absolute') return target()\n",
    put: "  if (row.value === 'absolute') return row.name.includes('SUB') ? addressOf(symbol) : target()\n",
    near: RELOCATE,
  },
  {
    what: 'R_RISCV_SUB adds',
    file: 'assembler/relocations.ts',
    find: 'combine(size, (old, v) => old - v)',
    put: 'combine(size, (old, v) => old + v)',
    near: RELOCATE,
  },
  {
    what: 'R_RISCV_SUB6 takes the whole byte',
    file: 'assembler/relocations.ts',
    find: '(old & 0xc0n) | (operation(old, v) & 0x3fn)',
    put: 'operation(old, v)',
    near: RELOCATE,
  },
  {
    what: 'R_RISCV_SET6 subtracts',
    file: 'assembler/relocations.ts',
    find: "['SET6', 'absolute', 1, six((_old, v) => v)]",
    put: "['SET6', 'absolute', 1, six((old, v) => old - v)]",
    near: RELOCATE,
  },
  {
    what: 'R_RISCV_ADD16 is one byte',
    file: 'assembler/relocations.ts',
    find: "['ADD16', 'absolute', 2, add(2)]",
    put: "['ADD16', 'absolute', 2, add(1)]",
    near: RELOCATE,
  },
  {
    what: 'R_RISCV_32_PCREL is absolute',
    file: 'assembler/relocations.ts',
    find: "['32_PCREL', 'pcrel', 4, data(4)]",
    put: "['32_PCREL', 'absolute', 4, data(4)]",
    near: RELOCATE,
  },
  {
    what: 'the upper part is not rounded for the signed lower one',
    file: 'assembler/relocations.ts',
    find: '((value + 0x800n) >> 12n) << 12n',
    put: '(value >> 12n) << 12n',
    near: RELOCATE,
  },
  {
    what: 'the jalr of a call keeps its offset',
    file: 'assembler/relocations.ts',
    find: "return low('i')(view, at + 4, value) && ok",
    put: 'return ok',
    near: RELOCATE,
  },
  {
    what: 'a store takes its low part as a load does',
    file: 'assembler/relocations.ts',
    find: "['LO12_S', 'absolute', 4, low('s')]",
    put: "['LO12_S', 'absolute', 4, low('i')]",
    near: RELOCATE,
  },
  {
    what: 'a field keeps the bits that were there',
    file: 'assembler/relocations.ts',
    find: 'const word = (old & ~bitsOf(field)) | (bits ?? 0)',
    put: 'const word = old | (bits ?? 0)',
    near: RELOCATE,
  },
  {
    what: 'a value one bit too wide fits',
    file: 'assembler/relocations.ts',
    find: 'value < 1n << BigInt(bits)',
    put: 'value <= 1n << BigInt(bits)',
    near: RELOCATE,
  },
  {
    what: 'c.beqz and c.j change places',
    file: 'assembler/relocations.ts',
    find: "['RVC_BRANCH', 'pcrel', 2, field('cb', 2)]",
    put: "['RVC_BRANCH', 'pcrel', 2, field('cj', 2)]",
    near: RELOCATE,
  },
  {
    what: 'a relocation that does not fit is stored in silence',
    file: 'assembler/link/relocate.ts',
    find: "  complain(c, r, `relocation truncated to fit: ${row.name} against \\`${symbol.name}'`)\n",
    put: '',
    near: RELOCATE,
  },
]
