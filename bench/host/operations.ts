// What one operation of the kernel costs in host time. Each is a guest program run with few and with many rounds, or touching no pages
// and many: the difference is the cost, free of start-up. Beside it the same operation on the host's own kernel and the same ELF file
// under user-mode QEMU, runs interleaved, each in a process of its own; and benchmark.js within one process.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask, type Order } from './alone.ts'
import type { Cycles } from './cycles.ts'
import { OPERATIONS, twoRuns, type Operation } from './operation.ts'
import { buildProgram } from './ours.ts'
import { nativePeer, qemuPeer, type Peer, type Skipped } from './peers.ts'
import { ratioOf, spreadOf, type Spread } from './spread.ts'
import type { Pace } from './pace.ts'

interface Beside {
  /** Nanoseconds an operation. */
  ns: Spread
  /** How many times faster ours is. */
  ratio: Spread
}

export interface OperationRow {
  name: string
  program: string
  /** Nanoseconds an operation. */
  ns: Spread
  /** Of the median. */
  perSecond: number
  bytesPerSecond: number | null
  target: number | null
  /** By benchmark.js, in this process. */
  cycles: Cycles | null
  native: Beside | null
  qemu: Beside | null
}

const NS_PER_SECOND = 1e9

interface Bench {
  root: string
  op: Operation
  order: Order
  native: Peer | null
  qemu: Peer | null
}

/** The interleaved pairs. */
async function comparePeers({ root, op, order, native, qemu }: Bench, pace: Pace): Promise<Pick<OperationRow, 'ns' | 'native' | 'qemu'>> {
  const { less, more, operations } = twoRuns(op, pace.scale)
  const differenceOn = (peer: Peer): number => {
    const other = op.execs ? peer.other : []
    return peer.run(op.program, [...more, ...other]) - peer.run(op.program, [...less, ...other])
  }
  const systems = {
    ours: () => ask(root, 'difference', order),
    native: native && (() => differenceOn(native)),
    qemu: qemu && (() => differenceOn(qemu)),
  }
  const costs: Record<keyof typeof systems, number[]> = { ours: [], native: [], qemu: [] }
  for (let n = 0; n < pace.pairs; n++)
    for (const name of ['ours', 'native', 'qemu'] as const) {
      await pace.breathe(`${op.name}, ${name}, ${n + 1} of ${pace.pairs}`)
      const seconds = systems[name]?.()
      if (seconds !== undefined) costs[name].push((seconds / operations) * NS_PER_SECOND)
    }
  const beside = (theirs: readonly number[]): Beside => ({ ns: spreadOf(theirs), ratio: ratioOf(costs.ours, theirs) })
  return { ns: spreadOf(costs.ours), native: native && beside(costs.native), qemu: qemu && beside(costs.qemu) }
}

/** Measures the operations whose programs are named, or all. `root` is the package. */
export async function benchOperations(
  root: string,
  pace: Pace,
  only: readonly string[],
): Promise<{ rows: OperationRow[]; skipped: Skipped[] }> {
  const out = mkdtempSync(join(tmpdir(), 'hartbeat-bench-'))
  const skipped: Skipped[] = []
  const have = (what: string, peer: Peer | string): Peer | null => {
    if (typeof peer !== 'string') return peer
    skipped.push({ bench: 'operations', what, why: peer })
    return null
  }
  const save = (name: string): string => {
    const path = join(out, name)
    writeFileSync(path, buildProgram(root, name), { mode: 0o755 })
    return path
  }
  try {
    const native = have('native', nativePeer(root, out))
    const qemu = have('qemu-user', qemuPeer(out, native))
    const other = save('nothing')
    const { scale, secondsEach: seconds } = pace
    const rows: OperationRow[] = []
    for (const op of OPERATIONS.filter(({ program }) => only.length === 0 || only.includes(program))) {
      const order: Order = { program: op.program, image: save(op.program), other, scale, seconds }
      const compared = await comparePeers({ root, op, order, native, qemu }, pace)
      await pace.breathe(`${op.name}, benchmark.js`)
      const perSecond = NS_PER_SECOND / compared.ns.median
      rows.push({
        name: op.name,
        program: op.program,
        ...compared,
        perSecond,
        bytesPerSecond: op.bytes === undefined ? null : op.bytes * perSecond,
        target: op.target ?? null,
        cycles: ask(root, 'cycles', order),
      })
    }
    return { rows, skipped }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
