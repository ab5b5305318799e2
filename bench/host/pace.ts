// How thoroughly the host-time benches measure, and how they let go between two measurements: a bench holds the thread for long, and
// Ctrl-C must come through.
import { setImmediate } from 'node:timers/promises'
import { BenchError, EXIT } from '../errors.ts'

export interface Pace {
  /** Interleaved runs of ours and its peers. */
  pairs: number
  /** Rounds are divided by this. */
  scale: number
  /** What benchmark.js takes for a body, seconds. */
  secondsEach: number
  /** How many live at once when their memory is measured. */
  processes: number
  /** Seconds of a run whose memory is watched. */
  mixedSeconds: number
  /** To be awaited before each measurement: says what is coming, and ends the bench when it was interrupted. */
  breathe(coming: string): Promise<void>
}

const FULL = { pairs: 5, scale: 1, secondsEach: 5, processes: 30_000, mixedSeconds: 300 }
const QUICK = { pairs: 3, scale: 2, secondsEach: 0.5, processes: 3_000, mixedSeconds: 60 }

/** `runs`: another number of interleaved runs. */
export function newPace(quick: boolean, interrupt: AbortSignal, note: (text: string) => void, runs?: number): Pace {
  const pace = quick ? QUICK : FULL
  return {
    ...pace,
    pairs: runs ?? pace.pairs,
    async breathe(coming) {
      note(coming)
      await setImmediate()
      if (interrupt.aborted) throw new BenchError(EXIT.interrupted, 'interrupted')
    },
  }
}
