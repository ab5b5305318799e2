// The interpreter against qemu-system-riscv64, the same bytes on the same page tables, runs interleaved, medians of ratios; and the same
// kernels on the timed machine, which counts cycles as it goes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_PRESET, resolvePreset } from '../../vm/index.ts'
import { geomean } from '../statistics.ts'
import { buildKernel, KERNELS, noCompiler, noQemu, timeOurs, timeQemu, type BuiltKernel } from './guest.ts'
import { guestFolder } from './ours.ts'
import type { Pace } from './pace.ts'
import type { Skipped } from './peers.ts'
import { ratioOf, spreadOf, type Spread } from './spread.ts'

/** The timed machine is slower by about this: it gets so many rounds less. */
const TIMED_SHARE = 8

interface InterpreterRow {
  kernel: string
  /** Millions of instructions a second. */
  mips: Spread
  qemuMips: Spread | null
  /** Our speed as a fraction of QEMU's. */
  ratio: Spread | null
  timedMips: Spread
  /** Cycles an instruction on the timed machine. */
  cpi: number
}

export interface InterpreterResult {
  preset: string
  /** MIPS that the timed machine promises. */
  timedTarget: number
  rows: InterpreterRow[]
  geomean: { ratio: number | null; mips: number; timedMips: number }
}

const TIMED_TARGET = 15
const mipsOf = (instructions: number, seconds: number): number => instructions / seconds / 1e6

async function benchKernel(kernel: BuiltKernel, pace: Pace, qemu: boolean): Promise<InterpreterRow> {
  const { name, rounds } = kernel
  const { config } = resolvePreset(DEFAULT_PRESET)
  const timedRounds = Math.ceil(rounds / TIMED_SHARE)
  const expected = timeOurs(kernel, timedRounds)
  const speeds = { ours: [] as number[], qemu: [] as number[], timed: [] as number[] }
  let cpi = 0
  for (let n = 0; n < pace.pairs; n++) {
    await pace.breathe(`${name}, ${n + 1} of ${pace.pairs}`)
    const ours = timeOurs(kernel, rounds)
    speeds.ours.push(mipsOf(ours.instructions, ours.seconds))
    if (qemu) {
      const theirs = timeQemu(kernel)
      if (ours.checksum !== theirs.checksum) throw new Error(`${name}: our result ${ours.checksum}, QEMU's ${theirs.checksum}`)
      speeds.qemu.push(mipsOf(ours.instructions, theirs.seconds))
    }
    const timed = timeOurs(kernel, timedRounds, config)
    if (timed.checksum !== expected.checksum || timed.instructions !== expected.instructions)
      throw new Error(`${name}: the timed machine's result ${timed.checksum}, the other's ${expected.checksum}`)
    speeds.timed.push(mipsOf(timed.instructions, timed.seconds))
    cpi = timed.cycles / timed.instructions
  }
  return {
    kernel: name,
    mips: spreadOf(speeds.ours),
    qemuMips: qemu ? spreadOf(speeds.qemu) : null,
    ratio: qemu ? ratioOf(speeds.qemu, speeds.ours) : null,
    timedMips: spreadOf(speeds.timed),
    cpi,
  }
}

/** Measures the kernels that are named, or all; null when they cannot be compiled. `root` is the package. */
export async function benchInterpreter(
  root: string,
  pace: Pace,
  only: readonly string[],
): Promise<{ interpreter: InterpreterResult | null; skipped: Skipped[] }> {
  const uncompiled = noCompiler()
  if (uncompiled !== null) return { interpreter: null, skipped: [{ bench: 'interpreter', what: 'all of it', why: uncompiled }] }
  const alone = noQemu()
  const out = mkdtempSync(join(tmpdir(), 'hartbeat-bench-'))
  try {
    const rows: InterpreterRow[] = []
    for (const [name, rounds] of Object.entries(KERNELS)) {
      if (only.length > 0 && !only.includes(name)) continue
      const kernel = buildKernel(name, Math.ceil(rounds / pace.scale), guestFolder(root), out)
      rows.push(await benchKernel(kernel, pace, alone === null))
    }
    const mean = (pick: (row: InterpreterRow) => Spread | null): number => geomean(rows.map(row => pick(row)?.median ?? NaN))
    return {
      interpreter: {
        preset: DEFAULT_PRESET,
        timedTarget: TIMED_TARGET,
        rows,
        geomean: { ratio: alone === null ? mean(r => r.ratio) : null, mips: mean(r => r.mips), timedMips: mean(r => r.timedMips) },
      },
      skipped: alone === null ? [] : [{ bench: 'interpreter', what: 'QEMU', why: alone }],
    }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
