// The interpreter against qemu-system-riscv64, the same bytes on the same page tables, runs interleaved, medians of ratios.
import { join } from 'node:path'
import { buildKernel, KERNELS, missingTools, timeOurs, timeQemu } from './guest.ts'
import { geomean, median } from '../statistics.ts'

export interface InterpreterRow {
  kernel: string
  mips: number
  qemuMips: number
  /** Our speed as a fraction of QEMU's: the median over interleaved pairs. */
  ratio: number
}

/** Measures every kernel (or those named), `pairs` times each; `root` is the package. */
export function benchInterpreter(root: string, pairs: number, only: readonly string[] = []): { rows: InterpreterRow[]; geomean: number } {
  const missing = missingTools()
  if (missing.length) throw new Error(`this bench compares with QEMU and needs ${missing.join(' and ')}`)
  const sources = join(root, 'bench', 'host', 'guest')
  const rows: InterpreterRow[] = []
  for (const [name, rounds] of Object.entries(KERNELS)) {
    if (only.length && !only.includes(name)) continue
    const kernel = buildKernel(name, rounds, sources)
    const ratios: number[] = []
    const ours: number[] = []
    const theirs: number[] = []
    for (let n = 0; n < pairs; n++) {
      const a = timeOurs(kernel)
      const b = timeQemu(kernel)
      if (a.checksum !== b.checksum) throw new Error(`${name}: our result ${a.checksum}, QEMU's ${b.checksum}`)
      ratios.push(b.seconds / a.seconds)
      ours.push(a.instructions / a.seconds / 1e6)
      theirs.push(a.instructions / b.seconds / 1e6)
    }
    rows.push({ kernel: name, mips: median(ours), qemuMips: median(theirs), ratio: median(ratios) })
  }
  return { rows, geomean: geomean(rows.map(r => r.ratio)) }
}
