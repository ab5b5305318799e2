// A kernel on one of our engines, measured in this process.
import { DEFAULT_PRESET, resolvePreset } from '../../vm/index.ts'
import { runKernel } from './guest.ts'
import { momentAt, warmingOf, type Warming } from './warm.ts'

/** The engines of a machine, and the timed machine, which is measured by a share of the rounds. */
export const MEASURED_ENGINES = ['compiler', 'interpreter', 'reference', 'timed'] as const
export type MeasuredEngine = (typeof MEASURED_ENGINES)[number]
/** What a process of ours is asked for. */
export interface KernelOrder {
  kernel: string
  image: string
  rounds: number
  engine: MeasuredEngine
}

export interface KernelAnswer {
  seconds: number
  cpu: number
  instructions: number
  cycles: number
  checksum: string
  warming: Warming | null
  /** The kinds of instructions that left the fast code most often, with how often. */
  aside: [kind: string, count: number][]
}

const KINDS_SHOWN = 8

/** Runs a kernel in this process, and none of its rounds after it: what that took is taken off. */
export function measureKernel({ kernel, image, rounds, engine }: KernelOrder): KernelAnswer {
  const options = engine === 'timed' ? { timing: resolvePreset(DEFAULT_PRESET).config } : { engine }
  const { moments, instructions, cycles, checksum, aside } = runKernel(kernel, image, rounds, options)
  const none = runKernel(kernel, image, 0, options)
  const from = momentAt(moments, none.instructions)
  const [, seconds, cpu] = moments[moments.length - 1]
  return {
    seconds: seconds - from[1],
    cpu: cpu - from[2],
    instructions: instructions - none.instructions,
    cycles: cycles - none.cycles,
    checksum,
    warming: warmingOf([from, ...moments.filter(([n]) => n > none.instructions)]),
    aside: aside.sort(([, a], [, b]) => b - a).slice(0, KINDS_SHOWN),
  }
}

/** Instructions that a machine is let run at a time when pauses are measured: some tens of microseconds of them. */
export const PAUSE_FUEL = 20_000
/** Seconds that are too long a pause. */
const PAUSE_MOST = 0.005

export interface Pauses {
  /** The most seconds that PAUSE_FUEL instructions took, and how often it was over PAUSE_MOST. */
  longest: number
  over: number
}

/** How long the machine stands still in a run, for whatever reason: what else this host runs does not count where Node can tell. */
export function measurePauses({ kernel, image, rounds, engine }: KernelOrder): Pauses {
  const options = engine === 'timed' ? { timing: resolvePreset(DEFAULT_PRESET).config } : { engine }
  const times: number[] = []
  runKernel(kernel, image, rounds, options, PAUSE_FUEL, seconds => times.push(seconds))
  return { longest: times.reduce((most, t) => Math.max(most, t), 0), over: times.filter(t => t > PAUSE_MOST).length }
}
