// The operations of the kernel that are measured in host time, as a table.
const BLOCK_BYTES = 65536
const REGION_PAGES = 1024

export interface Operation {
  name: string
  /** Of bench/host/guest. */
  program: string
  /** Rounds of the small and the large run; with `pages` only of the large one. */
  few: number
  many: number
  /** Operations in a round. */
  perRound: number
  /** The program takes a number of pages: an operation is what one page more costs. */
  pages?: number
  /** It execs another program. */
  execs?: true
  /** Bytes moved by an operation. */
  bytes?: number
  /** What the project promises, nanoseconds. */
  target?: number
}

/** What is measured: a row and a program in bench/host/guest is all it takes. */
export const OPERATIONS: readonly Operation[] = [
  { name: 'null call, and its trap', program: 'getpid', few: 100_000, many: 1_600_000, perRound: 1, target: 300 },
  { name: 'fork + exit + wait', program: 'forkwait', few: 500, many: 3_500, perRound: 1, target: 60_000 },
  { name: 'fork + exec + exit + wait', program: 'forkexec', few: 100, many: 900, perRound: 1, execs: true },
  { name: 'context switch through a pipe', program: 'pingpong', few: 5_000, many: 55_000, perRound: 2, target: 5_000 },
  { name: 'pipe, 64 KiB', program: 'pipe', few: 500, many: 8_500, perRound: 1, bytes: BLOCK_BYTES },
  { name: 'page fault, first touch', program: 'touch', few: 0, many: 100, perRound: REGION_PAGES, pages: REGION_PAGES },
  { name: 'copy-on-write fault', program: 'cow', few: 0, many: 100, perRound: REGION_PAGES, pages: REGION_PAGES },
  { name: 'signal to itself, handled', program: 'signal', few: 10_000, many: 160_000, perRound: 1 },
]

/** The two runs whose difference is measured, and how many operations that is. `scale` divides the rounds. */
export function twoRuns(op: Operation, scale: number): { less: string[]; more: string[]; operations: number } {
  const rounds = (n: number): number => Math.ceil(n / scale)
  const many = rounds(op.many)
  if (op.pages !== undefined) return { less: [String(many), '0'], more: [String(many), String(op.pages)], operations: many * op.perRound }
  const few = rounds(op.few)
  return { less: [String(few)], more: [String(many)], operations: (many - few) * op.perRound }
}
