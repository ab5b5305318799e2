// `npm run bench [-- WHAT]`: host-time figures, each beside a peer run interleaved on the same machine.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { benchInterpreter } from './interpreter.ts'
import { benchOperations, benchWhole } from './operations.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const PAIRS = 5
const us = (ns: number | null): string =>
  (ns === null ? '-' : ns < 1000 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(1)} us`).padStart(10)

const BENCHES: Record<string, (rest: readonly string[]) => void> = {
  interpreter(rest) {
    const { rows, geomean } = benchInterpreter(root, PAIRS, rest)
    console.log('kernel      Hartbeat MIPS   QEMU MIPS   ratio')
    for (const r of rows)
      console.log(
        `${r.kernel.padEnd(10)} ${r.mips.toFixed(0).padStart(14)} ${r.qemuMips.toFixed(0).padStart(11)} ${r.ratio.toFixed(3).padStart(7)}`,
      )
    console.log(`geometric mean of the ratios: ${geomean.toFixed(3)}`)
  },
  operations() {
    console.log(`${'operation'.padEnd(32)}  Hartbeat    target    native  qemu-user`)
    for (const r of benchOperations(root, PAIRS))
      console.log(`${r.name.padEnd(32)}${us(r.ns)}${us(r.target)}${us(r.nativeNs)} ${us(r.qemuNs)}`)
  },
  whole() {
    const w = benchWhole(root, PAIRS)
    console.log(`boot to a shell's answer: ${w.promptSeconds.toFixed(2)} s`)
    console.log(`${w.liveProcesses} live processes: ${(w.rssBytes / 1e9).toFixed(2)} GB resident`)
  },
}

const [what, ...rest] = process.argv.slice(2)
const chosen = what === undefined ? Object.keys(BENCHES) : [what]
for (const name of chosen) {
  if (!(name in BENCHES)) {
    console.error(`no bench ${name}; there are: ${Object.keys(BENCHES).join(' ')}`)
    process.exit(2)
  }
  BENCHES[name](rest)
}
