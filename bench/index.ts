// `npm run bench`: host-time figures, each beside a peer run interleaved on the same machine.
import { benchInterpreter } from './interpreter.ts'

const [what = 'interpreter', ...rest] = process.argv.slice(2)
const BENCHES: Record<string, () => void> = {
  interpreter() {
    const { rows, geomean } = benchInterpreter(5, rest)
    console.log('kernel      Hartbeat MIPS   QEMU MIPS   ratio')
    for (const r of rows)
      console.log(
        `${r.kernel.padEnd(10)} ${r.mips.toFixed(0).padStart(14)} ${r.qemuMips.toFixed(0).padStart(11)} ${r.ratio.toFixed(3).padStart(7)}`,
      )
    console.log(`geometric mean of the ratios: ${geomean.toFixed(3)}`)
  },
}
const bench = BENCHES[what]
if (!bench) {
  console.error(`no bench ${what}; there are: ${Object.keys(BENCHES).join(' ')}`)
  process.exit(2)
}
bench()
