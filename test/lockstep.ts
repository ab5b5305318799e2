// Machines side by side on one program, a piece at a time: what must be equal after each piece, and at which instruction it is not.
import { runKernel, type Kernel } from '../kernel/index.ts'
import { COUNTERS, getPcBig, getXBig } from '../vm/index.ts'
import type { TestMachine } from './machine.ts'

export interface Pace {
  /** Instructions of a piece. */
  piece: number
  /** Memory is compared after so many pieces, and at the end. */
  memoryEvery: number
  /** Instructions after which it is enough. */
  longest: number
}

/** What must be equal after every piece. A timed machine has cycles besides. */
function observed({ machine, state }: Kernel): unknown {
  const harts = machine.harts.map(({ pc, x, f, words, counters }) =>
    [pc, x, f, words, counters.filter((_, n) => n !== COUNTERS.cycles)].map(part => part.join(' ')),
  )
  return [state.time, state.executed, JSON.stringify(state.counts), state.halted, harts]
}

const sameMemory = (a: Kernel, b: Kernel): boolean => Buffer.compare(a.machine.ram, b.machine.ram) === 0

/** From two machines that are equal still: one instruction at a time until they are not, and which instruction that was. */
export function findDivergence(a: Kernel, b: Kernel, pieces: number): string {
  for (let n = 0; n < pieces; n++) {
    const [hart] = a.machine.harts
    const before = { pc: getPcBig(hart), retired: hart.counters[COUNTERS.instret] }
    for (const kernel of [a, b]) runKernel(kernel, { maxInstructions: 1 })
    if (JSON.stringify(observed(a)) === JSON.stringify(observed(b)) && sameMemory(a, b)) continue
    const registers = Array.from({ length: 32 }, (_, r) => r).filter(r => getXBig(a.machine.harts[0], r) !== getXBig(b.machine.harts[0], r))
    const comm = a.state.harts[0].current?.comm
    return `${comm} at ${before.pc.toString(16)}, instruction ${before.retired}: registers ${registers.map(r => `x${r}`).join(' ')} differ`
  }
  return 'only in counts'
}

/** Runs a machine of each kind beside the first, which is right, and throws where one differs. Answers the instructions that were run. */
export function lockstep<K>(kinds: readonly K[], make: (kind: K) => TestMachine, { piece, memoryEvery, longest }: Pace): number {
  const machines = kinds.map(make)
  const kernels = machines.map(m => m.kernel)
  const [right] = kernels
  for (let n = 1; ; n++) {
    const outcomes = kernels.map(k => JSON.stringify([runKernel(k, { maxInstructions: piece }), observed(k)]))
    const end = !outcomes[0].startsWith('[{"kind":"budget"')
    const looked = end || n % memoryEvery === 0
    const odd = kernels.findIndex((k, m) => outcomes[m] !== outcomes[0] || (looked && !sameMemory(k, right)))
    if (odd >= 0) {
      const again = [kinds[odd], kinds[0]].map(kind => make(kind).kernel)
      const equal = Math.max(0, n - memoryEvery)
      for (const k of again) runKernel(k, { maxInstructions: equal * piece })
      throw new Error(`${JSON.stringify(kinds[odd])}: ${findDivergence(again[0], again[1], memoryEvery * piece)}`)
    }
    if (end || right.state.executed > longest) {
      const differs = machines.findIndex(m => m.host.out !== machines[0].host.out)
      if (differs >= 0) throw new Error(`${JSON.stringify(kinds[differs])} printed ${JSON.stringify(machines[differs].host.out)}`)
      return right.state.executed
    }
  }
}
