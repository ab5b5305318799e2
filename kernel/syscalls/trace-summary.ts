// What strace -c prints: time, calls and errors by name.
import { NANOSECONDS } from '../abi/index.ts'
import type { Task } from '../state.ts'

export interface Summary {
  calls: Map<string, { time: number; calls: number; errors: number }>
  /** What each task's last call returned, to know a restarted one. */
  restarts: Map<Task, number>
}

export const newSummary = (): Summary => ({ calls: new Map(), restarts: new Map() })

/** Counts one finished call; `time` in nanoseconds. */
export function tally({ calls }: Summary, name: string, time: number, failed: boolean): void {
  const entry = calls.get(name) ?? { time: 0, calls: 0, errors: 0 }
  calls.set(name, entry)
  entry.time += time
  entry.calls++
  if (failed) entry.errors++
}

const RULE = '------ ----------- ----------- --------- --------- ----------------'
const HEAD = '% time     seconds  usecs/call     calls    errors syscall'
const NS_PER_US = 1000

function rowText(share: number, time: number, calls: number, errors: string, name: string): string {
  const perCall = calls === 0 ? 0 : Math.floor(time / NS_PER_US / calls)
  const cells = [
    share.toFixed(2).padStart(6),
    (time / NANOSECONDS).toFixed(6).padStart(11),
    String(perCall).padStart(11),
    String(calls).padStart(9),
    errors.padStart(9),
  ]
  return `${cells.join(' ')} ${name}`
}

/** The table, most time first. */
export function summaryText({ calls }: Summary): string {
  const total = { time: 0, calls: 0, errors: 0 }
  for (const entry of calls.values()) {
    total.time += entry.time
    total.calls += entry.calls
    total.errors += entry.errors
  }
  const share = (time: number): number => (total.time === 0 ? 0 : (100 * time) / total.time)
  const rows = [...calls].sort(([a, x], [b, y]) => y.time - x.time || y.calls - x.calls || (a < b ? -1 : 1))
  const lines = rows.map(([name, e]) => rowText(share(e.time), e.time, e.calls, e.errors === 0 ? '' : String(e.errors), name))
  return [HEAD, RULE, ...lines, RULE, rowText(100, total.time, total.calls, String(total.errors), 'total'), ''].join('\n')
}
