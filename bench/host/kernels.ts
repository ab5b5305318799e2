// The compiled kernels whose speed is measured, as a table: a row and a C file in bench/host/guest (or a function that writes one) is all it takes.
import { dispersedAssembly, dispersedC } from './dispersed.ts'

/** Kernels of a kind have a goal in common. */
export type KernelKind = 'integer' | 'float' | 'chase' | 'dispersed'

export interface KernelRow {
  kind: KernelKind
  /** Rounds that take our compiler some seconds; a bench may divide them. */
  rounds: number
  /** The C file, when it is not the name's own. */
  source?: string
  /** Writes it: assembly for the guest, C for the host. Null: compiling that would take minutes. */
  written?: { guest(): string; native: (() => string) | null }
  /** More flags of the compiler. */
  flags?: readonly string[]
  /** Another number of rounds would be another question. */
  fixed?: true
}

/** Blocks that a compiler takes no longer than seconds for. */
const COMPILED_MOST = 5_000

const row = (kind: KernelKind, rounds: number, more: Partial<KernelRow> = {}): KernelRow => ({ kind, rounds, ...more })
const chase = (kib: number, rounds: number): KernelRow => row('chase', rounds, { source: 'chase', flags: [`-DKIB=${kib}`] })
const dispersed = (blocks: number, rounds: number): KernelRow => {
  const native = blocks > COMPILED_MOST ? null : () => dispersedC(blocks)
  return row('dispersed', rounds, { written: { guest: () => dispersedAssembly(blocks), native }, fixed: true })
}
const FRACTIONS = '-DFRACTIONS'
const NO_CONTRACTION = '-ffp-contract=off'

export const KERNELS: Readonly<Record<string, KernelRow>> = {
  sieve: row('integer', 3_000),
  matmul: row('integer', 4_000),
  quicksort: row('integer', 700),
  sha256: row('integer', 3_000_000),
  crc32: row('integer', 5_000),
  fib: row('integer', 20_000),
  bytecode: row('integer', 50_000),
  memcpy: row('integer', 150_000),
  corelike: row('integer', 100_000),
  drylike: row('integer', 20_000),
  'dmatmul-whole': row('float', 2_000, { source: 'dmatmul' }),
  'dmatmul-thirds': row('float', 2_000, { source: 'dmatmul', flags: [FRACTIONS] }),
  'dmatmul-whole-apart': row('float', 2_000, { source: 'dmatmul', flags: [NO_CONTRACTION] }),
  'dmatmul-thirds-apart': row('float', 2_000, { source: 'dmatmul', flags: [FRACTIONS, NO_CONTRACTION] }),
  nbody: row('float', 1_000),
  mandelbrot: row('float', 300),
  'sums-whole': row('float', 5_000, { source: 'sums' }),
  'sums-tenths': row('float', 5_000, { source: 'sums', flags: [FRACTIONS] }),
  'chase-64k': chase(64, 10_000),
  'chase-4m': chase(4 << 10, 500),
  'chase-64m': chase(64 << 10, 100),
  'dispersed-2k': dispersed(2_000, 1_600),
  'dispersed-50k': dispersed(50_000, 2),
}
