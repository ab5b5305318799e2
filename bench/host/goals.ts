// What the engines promise, by kinds of kernels, and whether a measurement keeps it.
import { geomean } from '../statistics.ts'
import type { EngineRow, EnginesResult, PeerName } from './engines.ts'
import type { KernelKind } from './kernels.ts'

interface Goal {
  what: string
  /** What was measured; null: it was not. */
  of(rows: readonly EngineRow[]): number | null
  least: number
}

const middles = (rows: readonly EngineRow[], kind: KernelKind | null, peer: PeerName): number[] =>
  rows.filter(r => kind === null || r.kind === kind).flatMap(r => r.peers[peer]?.ratio.median ?? [])
const meanOver = (kind: KernelKind, peer: PeerName) => (rows: readonly EngineRow[]) => {
  const all = middles(rows, kind, peer)
  return all.length === 0 ? null : geomean(all)
}
const leastOver = (kind: KernelKind | null, peer: PeerName) => (rows: readonly EngineRow[]) => {
  const all = middles(rows, kind, peer)
  return all.length === 0 ? null : Math.min(...all)
}
const mipsOf = (kernel: string) => (rows: readonly EngineRow[]) => rows.find(r => r.kernel === kernel)?.mips.median ?? null

const COMPILER: readonly Goal[] = [
  { what: 'integer, geometric mean, of QEMU system', of: meanOver('integer', 'system'), least: 2 },
  { what: 'integer, geometric mean, of QEMU user', of: meanOver('integer', 'user'), least: 1 },
  { what: 'the slowest of all, of QEMU system', of: leastOver(null, 'system'), least: 1 },
  { what: 'float, geometric mean, of QEMU system', of: meanOver('float', 'system'), least: 8 },
  { what: 'float, geometric mean, of QEMU user', of: meanOver('float', 'user'), least: 8 },
  { what: 'the slowest chase, of QEMU user', of: leastOver('chase', 'user'), least: 1 },
  { what: 'dispersed-2k, MIPS', of: mipsOf('dispersed-2k'), least: 250 },
  { what: 'dispersed-50k, MIPS', of: mipsOf('dispersed-50k'), least: 100 },
]
const TIMED: readonly Goal[] = [
  { what: 'geometric mean, MIPS', of: rows => geomean(rows.map(r => r.mips.median)), least: 80 },
  { what: 'the slowest, MIPS', of: rows => Math.min(...rows.map(r => r.mips.median)), least: 40 },
]

export interface Kept {
  what: string
  measured: number
  least: number
}

/** Goals that something was measured for. What is cold or of another engine has none. */
export function goalsOf({ engine, cold, rows }: EnginesResult): Kept[] {
  const goals = cold ? [] : engine === 'compiler' ? COMPILER : engine === 'timed' ? TIMED : []
  return goals.flatMap(({ what, of, least }) => {
    const measured = of(rows)
    return measured === null ? [] : [{ what, measured, least }]
  })
}
