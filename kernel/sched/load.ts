// Load averages: how many tasks ran, waited to run or slept where no signal wakes them, over the last 1, 5 and 15 minutes, each moment
// counting less the longer ago it was. Linux's arithmetic (sched/loadavg.c): a sample every five seconds, in fixed point.
import type { Kernel } from '../kernel.ts'
import type { LoadAverages } from './types.ts'

const FIXED_SHIFT = 11
const FIXED_ONE = 1 << FIXED_SHIFT
/** What is left of an average after one sample: 1/exp(5 s / 1, 5, 15 min). */
const DECAY = [1884, 2014, 2037]
/** Five seconds and a tick, so that samples fall on no program's period. */
const SAMPLE_NS = 5_004_000_000
/** After so many equal samples nothing changes. */
const MOST_SAMPLES = 20_000

export const newLoadAverages = (): LoadAverages => ({ next: SAMPLE_NS, values: [0, 0, 0] })

/** Tasks that make load: also those that sleep uninterruptibly. */
function activeTasks(k: Kernel): number {
  let active = 0
  for (const { state } of k.state.tasks.values()) if (state === 'R' || state === 'D') active++
  return active
}

function decayed(value: number, decay: number, active: number): number {
  const sum = value * decay + active * (FIXED_ONE - decay)
  return Math.floor((active >= value ? sum + FIXED_ONE - 1 : sum) / FIXED_ONE)
}

/** Time has passed, in which nobody began or ceased to be active: takes the samples that were due. */
export function passLoad(k: Kernel): void {
  const { load, time } = k.state
  if (time < load.next) return
  const active = activeTasks(k) * FIXED_ONE
  const due = Math.floor((time - load.next) / SAMPLE_NS) + 1
  load.next += due * SAMPLE_NS
  for (let i = Math.min(due, MOST_SAMPLES); i > 0; i--) {
    load.values = load.values.map((value, which) => decayed(value, DECAY[which], active))
  }
}

/** The three averages in units of 2^-`shift`. */
export const loadAverages = (k: Kernel, shift: number): number[] => k.state.load.values.map(value => value * 2 ** (shift - FIXED_SHIFT))

/** "0.52", rounded. */
export function loadText(value: number): string {
  const rounded = value + Math.floor(FIXED_ONE / 200)
  const hundredths = Math.floor(((rounded % FIXED_ONE) * 100) / FIXED_ONE)
  return `${Math.floor(rounded / FIXED_ONE)}.${String(hundredths).padStart(2, '0')}`
}
