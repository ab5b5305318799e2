// `hartbeat bench host [WHAT]`: host-time figures, each beside a peer run interleaved on the same machine.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nearestName } from '../../vm/index.ts'
import { usage } from '../errors.ts'
import { benchInterpreter } from './interpreter.ts'
import { benchMicro } from './micro.ts'
import { benchOperations, benchWhole } from './operations.ts'

/** The package: the folder above dist. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const PAIRS = 5
const us = (ns: number | null): string =>
  (ns === null ? '-' : ns < 1000 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(1)} us`).padStart(10)

interface HostBench {
  doc: string
  run(rest: readonly string[], print: (line: string) => void): void
}

/** What can be measured in host time. */
export const HOST_BENCHES: Readonly<Record<string, HostBench>> = {
  interpreter: {
    doc: 'instructions per second beside QEMU, by compiled kernels',
    run(rest, print) {
      const { rows, geomean } = benchInterpreter(root, PAIRS, rest)
      print('kernel      Hartbeat MIPS   QEMU MIPS   ratio')
      for (const r of rows)
        print(
          `${r.kernel.padEnd(10)} ${r.mips.toFixed(0).padStart(14)} ${r.qemuMips.toFixed(0).padStart(11)} ${r.ratio.toFixed(3).padStart(7)}`,
        )
      print(`geometric mean of the ratios: ${geomean.toFixed(3)}`)
    },
  },
  operations: {
    doc: "the kernel's operations beside the native kernel and qemu-user",
    run(_rest, print) {
      print(`${'operation'.padEnd(32)}  Hartbeat    target    native  qemu-user`)
      for (const r of benchOperations(root, PAIRS)) print(`${r.name.padEnd(32)}${us(r.ns)}${us(r.target)}${us(r.nativeNs)} ${us(r.qemuNs)}`)
    },
  },
  micro: {
    doc: 'the machine in this process, by benchmark.js: instructions, traps, snapshots',
    run(_rest, print) {
      print(`${'what'.padEnd(30)} ${'a second'.padStart(12)}   margin  samples`)
      for (const r of benchMicro(root)) {
        const rate = `${r.rate.toFixed(r.rate < 100 ? 2 : 0)} ${r.unit}`.trim()
        print(`${r.name.padEnd(30)} ${rate.padStart(12)} ${`±${r.margin.toFixed(1)} %`.padStart(8)} ${String(r.samples).padStart(8)}`)
      }
    },
  },
  whole: {
    doc: 'from the command to an answer, and memory of many processes',
    run(_rest, print) {
      const w = benchWhole(root, PAIRS)
      print(`boot to a shell's answer: ${w.promptSeconds.toFixed(2)} s`)
      print(`${w.liveProcesses} live processes: ${(w.rssBytes / 1e9).toFixed(2)} GB resident`)
    },
  },
}

/** Runs one of them, or all. Throws a usage error for an unknown name. */
export function runHost(what: string | undefined, rest: readonly string[], print: (line: string) => void): void {
  const names = Object.keys(HOST_BENCHES)
  if (what !== undefined && !names.includes(what)) {
    const near = nearestName(what, names)
    throw usage(`there is no host bench '${what}'${near === null ? `; there are ${names.join(', ')}` : `, did you mean '${near}'?`}`)
  }
  for (const name of what === undefined ? names : [what]) HOST_BENCHES[name].run(rest, print)
}
