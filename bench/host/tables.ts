// The host-time benches as text: a table each, figures in the units that a person would choose.
import type { OperationRow } from './operations.ts'
import type { Skipped } from './peers.ts'
import type { HostMachine } from './results.ts'
import type { Spread } from './spread.ts'
import type { DebuggerCosts } from './debugger.ts'
import type { WholeRuns } from './whole.ts'

export const NONE = '-'

/** Nanoseconds, with three digits. */
export function timeText(ns: number): string {
  const units: readonly (readonly [name: string, ns: number])[] = [
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
    ['ns', 1],
  ]
  const [name, size] = units.find(([, size]) => Math.abs(ns) >= size) ?? units[units.length - 1]
  return `${digits(ns / size)} ${name}`
}

/** Three digits of a number, more when it has more before the point. */
export function digits(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

/** A number of things a second. */
export function rateText(perSecond: number): string {
  const units: readonly (readonly [name: string, size: number])[] = [
    ['M/s', 1e6],
    ['k/s', 1e3],
    ['/s', 1],
  ]
  const [name, size] = units.find(([, size]) => perSecond >= size) ?? units[units.length - 1]
  return `${digits(perSecond / size)} ${name}`
}

export const rangeText = ({ min, max }: Spread): string => `${digits(min)}..${digits(max)}`
const timeRange = ({ min, max }: Spread): string => `${timeText(min)} .. ${timeText(max)}`

/** Columns as wide as they need: the first to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, n) => Math.max(title.length, ...rows.map(row => row[n].length)))
  const line = (row: readonly string[]): string =>
    row
      .map((text, n) => (n === 0 ? text.padEnd(widths[n]) : text.padStart(widths[n])))
      .join('  ')
      .trimEnd()
  return [head, ...rows].map(line).join('\n') + '\n'
}

export function operationsText(rows: readonly OperationRow[]): string {
  const compared = table(
    ['operation', 'Hartbeat', 'range', 'promised', 'native', 'range', 'qemu-user', 'range', 'native/ours', 'qemu/ours'],
    rows.map(({ name, ns, target, native, qemu }) => [
      name,
      timeText(ns.median),
      timeRange(ns),
      target === null ? NONE : timeText(target),
      ...[native, qemu].flatMap(peer => (peer === null ? [NONE, NONE] : [timeText(peer.ns.median), timeRange(peer.ns)])),
      ...[native, qemu].map(peer => (peer === null ? NONE : digits(peer.ratio.median))),
    ]),
  )
  const rates = table(
    ['operation', 'per second', 'throughput', 'benchmark.js', 'each', 'margin', 'samples'],
    rows.map(({ name, perSecond, bytesPerSecond, cycles }) => [
      name,
      rateText(perSecond),
      bytesPerSecond === null ? NONE : `${digits(bytesPerSecond / 1e6)} MB/s`,
      ...(cycles === null
        ? [NONE, NONE, NONE, NONE]
        : [rateText(cycles.hz), timeText(cycles.ns), `+-${cycles.rme.toFixed(1)} %`, String(cycles.samples)]),
    ]),
  )
  return `${compared}\n${rates}`
}

export function wholeText({ prompt, liveProcesses, residentBytes }: WholeRuns): string {
  const resident = residentBytes === null ? NONE : `${digits(residentBytes / 1e9)} GB`
  return table(
    ['whole runs', 'measured', 'range'],
    [
      ["boot to a shell's answer", `${digits(prompt.median)} s`, `${rangeText(prompt)} s`],
      [`${liveProcesses} live processes, resident`, resident, ''],
    ],
  )
}

export function debuggerText(costs: DebuggerCosts): string {
  const seconds = (spread: Spread): string[] => [
    timeText(spread.median * 1e9),
    `${timeText(spread.min * 1e9)} .. ${timeText(spread.max * 1e9)}`,
  ]
  const times = (spread: Spread): string[] => [`${digits(spread.median)} x`, rangeText(spread)]
  const { recordedInstructions, storeBytes, snapshots } = costs
  return table(
    ['debugging', 'measured', 'range', 'promised'],
    [
      ['a plain run, attached and idle', ...times(costs.attached), '1.05 x'],
      ['a plain run, recorded', ...times(costs.recorded), '1.15 x'],
      [
        `kept of RAM for ${digits(recordedInstructions / 1e6)} M instructions`,
        `${digits(storeBytes / 2 ** 20)} MiB`,
        `${snapshots} snapshots`,
        '',
      ],
      ['reverse-step', ...seconds(costs.reverseStep), '50 ms'],
      ['reverse-continue over 100 M instructions', ...seconds(costs.reverseContinue), '3 s'],
    ],
  )
}

export const skippedText = (skipped: readonly Skipped[]): string =>
  skipped.map(({ bench, what, why }) => `skipped: ${bench}, ${what}: ${why}\n`).join('')

export const hostText = ({ processor, processors, system, node, load }: HostMachine): string =>
  `on ${processors} x ${processor}, ${system}, Node ${node}, load ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after\n`
