// A bar on the terminal while a sweep runs: cells done, and the one that began last.
import { place } from './match.ts'
import { clip } from './report/plot.ts'
import type { Job } from './types.ts'

const BAR = 24
const CLEAR = '\r\x1b[K'

export interface Progress {
  begun(job: Job): void
  ended(): void
  /** Takes the bar away. */
  close(): void
}

export const NO_PROGRESS: Progress = { begun: () => {}, ended: () => {}, close: () => {} }

/** Draws over one line of `width` columns. `done` cells of `total` were finished before. */
export function progressBar(total: number, done: number, width: number, write: (text: string) => void): Progress {
  let last = ''
  const draw = (): void => {
    const full = total === 0 ? BAR : Math.floor((done / total) * BAR)
    write(CLEAR + clip(`[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${done}/${total} ${last}`, width - 1))
  }
  return {
    begun(job) {
      last = place(job.scenario, job.cell.measures[0])
      draw()
    },
    ended() {
      done++
      draw()
    },
    close: () => write(CLEAR),
  }
}
