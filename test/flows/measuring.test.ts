// The labs that measure: their lines, what they touch, the intervals that they cut, and what they refuse.
import { describe, expect, test } from 'vitest'
import { COUNTERS, type Hart } from '../../vm/index.ts'
import { run, shell, type Ran } from '../machine.ts'
import { MEASURING, type Counts, type MeasuringLab } from './measuring.ts'

const MIB = 2 ** 20
/** How many instructions, loads or stores may be due to numbers with more digits. */
const PRINTING = 250
const NEARLY: readonly string[] = ['instructions', 'loads', 'stores'] satisfies readonly (keyof Counts)[]

function countsOf({ kernel }: Ran): Counts {
  const total = (harts: readonly Hart[], ...counters: readonly number[]): number =>
    harts.reduce((sum, hart) => counters.reduce((part, counter) => part + hart.counters[counter], sum), 0)
  const { harts } = kernel.machine
  const flushes = [COUNTERS.flushAll, COUNTERS.flushAsid, COUNTERS.flushPage, COUNTERS.flushPageAsid]
  return {
    ...kernel.state.counts,
    instructions: total(harts, COUNTERS.instret),
    loads: total(harts, COUNTERS.loads),
    stores: total(harts, COUNTERS.stores),
    flushesHere: total(harts.slice(0, 1), ...flushes),
    flushesElsewhere: total(harts.slice(1), ...flushes),
  }
}

const titleOf = ({ name, args = [] }: MeasuringLab, more?: readonly string[]): string =>
  [name, ...args, ...(more ? ['->', ...more] : [])].join(' ')
const runLab = ({ name, harts }: MeasuringLab, args: readonly string[] = []): Ran => run([`/labs/${name}`, ...args], { harts })

describe('what is printed', () => {
  test.each(MEASURING.map(lab => ({ lab, title: titleOf(lab) })))('$title', ({ lab }) => {
    const { status, stdout, stderr } = runLab(lab, lab.args)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(lab.stdout)
  })
})

describe('what more of it adds', () => {
  const cases = MEASURING.flatMap(lab => (lab.more ? [{ lab, ...lab.more, title: titleOf(lab, lab.more.args) }] : []))
  test.each(cases)('$title', ({ lab, args, counts }) => {
    const [less, more] = [lab.args, args].map(with_ => runLab(lab, with_))
    expect([less.status, more.status, less.stderr + more.stderr]).toEqual([0, 0, ''])
    const [before, after] = [less, more].map(countsOf)
    for (const name of Object.keys(counts) as (keyof Counts)[]) {
      const added = after[name] - before[name]
      const expected = counts[name] ?? 0
      const off = Math.abs(added - expected)
      expect(off, `${name}: ${added} more, expected ${expected}`).toBeLessThanOrEqual(NEARLY.includes(name) ? PRINTING : 0)
    }
  })
})

describe('the intervals that a timed machine sees', () => {
  const INTERVALS: readonly (readonly [command: string, lines: readonly string[]])[] = [
    ['ctx-ring 3 4 2', ['warm', 'begin ctx-ring', 'end']],
    ['ctx-ring -o 3 4 2', ['warm', 'begin ctx-ring', 'end']],
    ['ctx-ws two 4', ['warm', 'begin ctx-ws', 'end']],
    ['asid-pages 4 2', ['warm', 'begin asid-pages', 'end']],
    ['tlb-stride 4 2', ['warm', 'begin tlb-stride', 'end']],
    ['walk-depth 4', ['warm', 'begin walk-depth', 'end']],
    ['null-call 5', ['warm', 'begin null-call', 'end']],
    ['fork-size 1 fork small 2', ['warm', 'begin fork-size', 'end', 'begin fork-size', 'end']],
    ['fork-size 1 spawn', ['warm', 'begin fork-size', 'end']],
    ['cow-fault 4', ['warm', 'warm', 'begin copy', 'end', 'warm', 'begin last-owner', 'end']],
    ['page-fault 4', ['zero', 'zero-read', 'file'].flatMap(name => ['warm', `begin ${name}`, 'end'])],
    ['shootdown 0', ['warm', 'begin shootdown', 'end']],
    ['fpu-switch dirty 2', ['warm', 'begin fpu-switch', 'end']],
    ['quantum 2 10', ['warm', 'begin quantum', 'end']],
    ['signal-cost 2', ['warm', 'begin call', 'end', 'begin signal', 'end']],
    ['green-threads 2', ['warm', 'begin green', 'end', 'begin process', 'end', 'warm', 'begin pipe', 'end']],
  ]
  test('of every lab', () => {
    const named = new Set(INTERVALS.map(([command]) => command.split(' ')[0]))
    expect([...named].sort()).toEqual([...new Set(MEASURING.map(lab => lab.name))].sort())
  })
  // An ordinary file in the device's place keeps what is written.
  test.each(INTERVALS)('%s', (command, lines) => {
    const { status, stdout } = shell(`rm -f /dev/timing; > /dev/timing; /labs/${command} > /dev/null && cat /dev/timing`)
    expect([status, stdout]).toEqual([0, lines.map(line => `${line}\n`).join('')])
  })
})

describe('what is refused', () => {
  const RUNS: readonly (readonly [command: string, status: number, message: string])[] = [
    ['ctx-ring 1', 2, 'the number of processes must be from 2 to 500'],
    ['ctx-ring x', 2, 'the number of processes must be from 2 to 500'],
    ['ctx-ring 2 4x', 2, 'the size in KiB must be from 0 to 65536'],
    ['ctx-ring 2 4 0', 2, 'the number of rounds must be from 1 to 1000000000'],
    ['ctx-ring 2 4 5 7', 2, 'the stride must be from 8 to 4096'],
    ['ctx-ring 2 4 5 8 9', 2, "extra argument '9'"],
    ['ctx-ring -o 2 -1', 2, 'the size in KiB must be from 0 to 65536'],
    ['ctx-ws three', 2, 'the number of processes must be one of: two one'],
    ['ctx-ws tw', 2, 'the number of processes must be one of: two one'],
    ['ctx-ws two 4 64 reads', 2, 'the kind of access must be one of: read write'],
    ["asid-pages ''", 2, 'the number of pages must be from 0 to 65536'],
    ['tlb-stride 1 1 large', 2, 'the kind of page must be one of: small huge stride2m'],
    ['walk-depth 9 hot', 2, 'the state of the walks must be one of: cold warm'],
    ['null-call -5', 2, 'the number of calls must be from 1 to 1000000000'],
    ['fork-size 1 clone', 2, 'the way to start a child must be one of: fork vfork spawn'],
    ['cow-fault 0', 2, 'the number of pages must be from 1 to 65536'],
    ['page-fault 0', 2, 'the number of pages must be from 1 to 65536'],
    ['shootdown 64', 2, 'the number of others must be from 0 to 63'],
    ['fpu-switch lazy', 2, 'the use of the registers must be one of: none clean dirty'],
    ['quantum 0', 2, 'the number of tasks must be from 1 to 1000'],
    ['signal-cost 0', 2, 'the number of rounds must be from 1 to 1000000000'],
    ['green-threads 0', 2, 'the number of rounds must be from 1 to 1000000000'],
    // More than the machine has.
    ['tlb-stride 4096 1 stride2m', 1, `cannot map ${4096 * 2 * MIB} bytes: Cannot allocate memory`],
    ['walk-depth 4096 cold huge', 1, `cannot map ${4096 * 2 * MIB} bytes: Cannot allocate memory`],
    ['fork-size 4096 fork huge', 1, `cannot map ${4096 * MIB} bytes: Cannot allocate memory`],
    ['shootdown 3', 1, '4 processors are needed, there are 1'],
  ]
  test.each(RUNS)('%s', (command, status, message) => {
    const ran = shell(`/labs/${command}`)
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([status, '', `${command.split(' ')[0]}: ${message}\n`])
  })
})
