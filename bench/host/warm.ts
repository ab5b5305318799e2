// How a run gets up to speed, read from its moments: code is compiled while it runs.
import type { Moment } from './guest.ts'

/** Rates are taken over so long, so that a moment of the host's does not count as speed. */
const WINDOW_SECONDS = 0.02
/** The peak is what so many windows do not surpass: a single one may be luck. */
const PEAK_SHARE = 0.9
/** Up to speed: so much of the peak. */
const UP_TO = 0.9

export interface Warming {
  /** Instructions a second. */
  peak: number
  /** Seconds until a window first made 90 % of the peak. */
  secondsToPeak: number
  /** Share of the whole that went by before, less what was done in that time. */
  share: number
}

interface Window {
  end: number
  rate: number
}

function windowsOf(moments: readonly Moment[], seconds: number): Window[] {
  const windows: Window[] = []
  let [fromInstructions, fromTime] = moments[0]
  for (const [instructions, time] of moments) {
    if (time - fromTime < seconds) continue
    windows.push({ end: time, rate: (instructions - fromInstructions) / (time - fromTime) })
    ;[fromInstructions, fromTime] = [instructions, time]
  }
  return windows
}

/** Null: the run is too short to say. */
export function warmingOf(moments: readonly Moment[]): Warming | null {
  const begin = moments[0][1]
  const total = moments[moments.length - 1][1] - begin
  const windows = windowsOf(moments, WINDOW_SECONDS)
  if (windows.length === 0) return null
  const rates = windows.map(w => w.rate).sort((a, b) => a - b)
  const peak = rates[Math.min(rates.length - 1, Math.floor(rates.length * PEAK_SHARE))]
  const first = windows.findIndex(w => w.rate >= UP_TO * peak)
  // The window itself is up to speed.
  const until = first === 0 ? 0 : windows[first - 1].end - begin
  const done = (moments.findLast(([, time]) => time <= until + begin) ?? moments[0])[0] - moments[0][0]
  return { peak, secondsToPeak: until, share: Math.max(0, until - done / peak) / total }
}

/** When so many instructions had been done, between two moments by a straight line. */
export function momentAt(moments: readonly Moment[], instructions: number): Moment {
  const after = moments.findIndex(([done]) => done >= instructions)
  if (after <= 0) return moments[0]
  const [a, b] = [moments[after - 1], moments[after]]
  const share = (instructions - a[0]) / (b[0] - a[0])
  return [instructions, a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])]
}
