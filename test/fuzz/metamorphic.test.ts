// Laws of the timing model that hold whatever its constants are: no figure is expected, only how figures change when one constant does.
// Guest time counts instructions here, so that the instruction stream, and with it every address touched, is the same in all the runs.
import { expect, test } from 'vitest'
import { randomNumbers, resolvePreset, type Component, type CountName, type TimingConfig, type TimingField } from '../../vm/index.ts'
import { account, expectLaw, fits, LABS, randomTrial, untimedEnd, type Account, type Law, type Trial } from './configurations.ts'
import { amount, FULL, PATIENCE, SEED } from './size.ts'

const CONFIGURATIONS = amount(24, 200)
const CHUNK = 4
/** Constants and structures that are looked at under one configuration: some, or all of them. */
const AT_ONCE = 2

const trialsUpTo = (length: number): readonly Trial[] =>
  Array.from({ length }, (_, n) => randomTrial(randomNumbers(SEED * 7_000_000 + n), n))
const trials = trialsUpTo(CONFIGURATIONS)
const chunks = Array.from({ length: CONFIGURATIONS / CHUNK }, (_, n) => [n * CHUNK, n * CHUNK + CHUNK - 1] as const)

/** The first problem of several laws. */
const firstOf = (problems: readonly (string | null)[]): string | null => problems.find(problem => problem !== null) ?? null
const same = (what: string, a: unknown, b: unknown): string | null => {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
  return left === right ? null : `${what}: ${left}, but ${right}`
}
const sum = (ledger: Account['ledger']): number => Object.values(ledger).reduce((a, b) => a + b, 0)

/**
 * Which components a latency is in. The page walk reads its entries through the data caches, so what those cost is in it too. `least` is
 * the smallest value there is; `gone` are the components of which nothing is left then, when the latency is all that is in them.
 */
interface Latency {
  constant: TimingField
  components: readonly Component[]
  least: number
  gone: readonly Component[]
}
const LATENCIES: readonly Latency[] = [
  { constant: 'l1d.latency', components: ['L1 data', 'TLB walk'], least: 1, gone: ['L1 data'] },
  { constant: 'l2.latency', components: ['L2 fetch', 'L2 data', 'TLB walk'], least: 0, gone: ['L2 fetch', 'L2 data'] },
  { constant: 'llc.latency', components: ['LLC fetch', 'LLC data', 'TLB walk'], least: 0, gone: ['LLC fetch', 'LLC data'] },
  {
    constant: 'dram',
    components: ['DRAM fetch', 'DRAM data', 'write-back', 'TLB walk'],
    least: 0,
    gone: ['DRAM fetch', 'DRAM data', 'write-back'],
  },
  { constant: 'l2tlb.latency', components: ['L2 TLB'], least: 0, gone: ['L2 TLB'] },
  { constant: 'trapIn', components: ['trap'], least: 0, gone: [] },
  { constant: 'trapOut', components: ['trap'], least: 0, gone: [] },
  { constant: 'satp', components: ['satp'], least: 0, gone: ['satp'] },
  { constant: 'sfence', components: ['TLB flush'], least: 0, gone: ['TLB flush'] },
  { constant: 'ipiSend', components: ['IPI'], least: 0, gone: [] },
  { constant: 'ipiHandle', components: ['IPI'], least: 0, gone: [] },
]

/** The constants or structures that the configuration of that number is for: in turn, so that all of them are looked at, with every lab. */
const turn = <T>(rows: readonly T[], n: number): readonly T[] =>
  FULL ? rows : Array.from({ length: AT_ONCE }, (_, i) => rows[(n * AT_ONCE + i + Math.floor(n / LABS.length)) % rows.length])

const config = (trial: Trial): TimingConfig => resolvePreset(trial.preset, trial.overrides).config

/** Nothing but a latency's own components may change, and those only in one direction. `sign`: 1 when it rose, -1 when it fell. */
function onlyOwn({ constant, components }: Latency, before: Account, after: Account, sign: number): string | null {
  const moved = Object.entries(after.ledger).flatMap(([name, cycles]) => {
    const change = cycles - before.ledger[name as Component]
    if (change === 0 || (components.includes(name as Component) && change * sign > 0)) return []
    return [`${name} changed by ${change}`]
  })
  return firstOf([
    moved.length > 0 ? `with another ${constant} ${moved.join(', ')}` : null,
    same(`${constant} changed what hits and misses`, before.counts, after.counts),
    same(`${constant} changed what the programs did`, before.end, after.end),
  ])
}

const eachLatency =
  (rows: readonly Latency[], check: (trial: Trial, row: Latency, before: Account) => string | null): Law =>
  trial => {
    const before = account(trial)
    return firstOf(rows.map(row => check(trial, row, before)))
  }

/** More is never cheaper; what is in the caches does not depend on how long it took, so this holds for any replacement. */
const raised = (trial: Trial, row: Latency, before: Account): string | null => {
  const value = config(trial)[row.constant] as number
  const after = account(trial, [`${row.constant}=${2 * value + 10}`])
  if (after.cycles < before.cycles) return `${row.constant} rose from ${value}, and the total fell from ${before.cycles} to ${after.cycles}`
  return onlyOwn(row, before, after, 1)
}

const zeroed = (trial: Trial, row: Latency, before: Account): string | null => {
  const after = account(trial, [`${row.constant}=${row.least}`])
  const left = row.gone.filter(component => after.ledger[component] !== 0)
  if (left.length > 0) return `without ${row.constant} ${left.join(', ')} cost something still`
  return onlyOwn(row, before, after, -1)
}

/** Components that are a count times a constant, whatever else there is. */
const accounted: Law = trial => {
  const { cycles, ledger, counts, loads, end } = account(trial)
  const c = config(trial)
  const use = c['l1d.size'] === 0 ? 0 : c['l1d.latency'] - 1
  const l2tlb = c['l2tlb.entries'] === 0 ? 0 : c['l2tlb.latency']
  return firstOf([
    same('the ledger is not the total', sum(ledger), cycles),
    same('loads waited for the data cache', ledger['L1 data'], use * loads),
    same('misses of the first-level TLBs waited for the second', ledger['L2 TLB'], l2tlb * (counts.itlbMisses + counts.dtlbMisses)),
    same('flushes', ledger['TLB flush'], c.sfence * counts.flushes),
    same('traps in and out', ledger.trap % gcd(c.trapIn, c.trapOut), 0),
    same('nobody is idle while time counts instructions', ledger.idle, 0),
    same('the timed run ends otherwise than the untimed one', end, untimedEnd(trial)),
  ])
}
const gcd = (a: number, b: number): number => (b === 0 ? a || 1 : gcd(b, a % b))

/**
 * LRU has the stack property: with twice as many ways in the same sets, each set holds at least what it held before, so no access that hit
 * misses now. That is a law for a structure when what it is asked does not depend on what it holds:
 *
 * - The instruction cache, second and last level, and the instruction TLB: always. Nothing that reaches them is filtered by what they
 *   hold, and lines that leave them take nothing with them.
 * - The data TLB, the second-level TLB and the walk caches: without a data cache (`l1d.size=0`). With one there are line buffers before the
 *   data TLB: what they answer does not count as use of a translation, and which of them are valid depends on which translations left the
 *   data TLB and where page-table entries were read. A larger TLB may then look at a page as used less recently than a smaller one does.
 * - The data cache: when the data TLB loses nothing. A write to a line that is dirty in it may be answered by a line buffer, so a cache that
 *   holds lines for longer shows the data TLB fewer uses; where that makes no difference to walks, the cache is asked the same.
 * - A walk cache: when no walk cache above it holds anything. What the lower one answers the upper ones are not asked, so these hold
 *   something else when it grows; the number of entries read could rise. Shared between levels they are one such cache.
 */
interface Structure {
  name: string
  /** Constants that are doubled. */
  doubled: readonly TimingField[]
  misses: CountName
  given: readonly string[]
}
const UNBUFFERED = ['l1d.size=0']
const ALL_TRANSLATIONS = ['dtlb.entries=4096', 'dtlb.ways=128']
const OWN_WALK_CACHES = [...UNBUFFERED, 'walkCache.shared=no']
const STRUCTURES: readonly Structure[] = [
  { name: 'instruction cache', doubled: ['l1i.size', 'l1i.ways'], misses: 'l1iMisses', given: [] },
  { name: 'data cache', doubled: ['l1d.size', 'l1d.ways'], misses: 'l1dMisses', given: ALL_TRANSLATIONS },
  { name: 'second level', doubled: ['l2.size', 'l2.ways'], misses: 'l2Misses', given: [] },
  { name: 'last level', doubled: ['llc.size', 'llc.ways'], misses: 'llcMisses', given: [] },
  { name: 'instruction TLB', doubled: ['itlb.entries', 'itlb.ways'], misses: 'itlbMisses', given: [] },
  { name: 'data TLB', doubled: ['dtlb.entries', 'dtlb.ways'], misses: 'dtlbMisses', given: UNBUFFERED },
  { name: 'second-level TLB', doubled: ['l2tlb.entries', 'l2tlb.ways'], misses: 'l2tlbMisses', given: UNBUFFERED },
  { name: 'root walk cache', doubled: ['walkCache.root'], misses: 'pteReads', given: OWN_WALK_CACHES },
  { name: 'upper walk cache', doubled: ['walkCache.upper'], misses: 'pteReads', given: [...OWN_WALK_CACHES, 'walkCache.root=0'] },
  {
    name: 'lower walk cache',
    doubled: ['walkCache.lower'],
    misses: 'pteReads',
    given: [...OWN_WALK_CACHES, 'walkCache.root=0', 'walkCache.upper=0'],
  },
]

const doubled =
  ({ name, doubled: constants, misses, given }: Structure): Law =>
  trial => {
    const base = { ...trial, overrides: [...trial.overrides, 'replacement=lru', ...given] }
    const c = config(base)
    // A structure that is not there cannot grow.
    if (c[constants[0]] === 0) return null
    const twice = constants.map(constant => `${constant}=${2 * Number(c[constant])}`)
    if (!fits(base, twice)) return `${twice.join(' ')} is no configuration`
    const [before, after] = [account(base), account(base, twice)]
    const rose = `with ${given.join(' ')} a ${name} of ${twice.join(' ')} raised ${misses} from ${before.counts[misses]} to ${after.counts[misses]}`
    return after.counts[misses] > before.counts[misses] ? rose : null
  }

const forEach = (from: number, to: number, laws: (n: number) => readonly Law[]): void => {
  for (let n = from; n <= to; n++) for (const law of laws(n)) expectLaw(trials[n], law)
}

test.each(chunks)(
  'configurations %i to %i: the ledger is the total, and programs end as on an untimed machine',
  { timeout: PATIENCE },
  (from, to) => forEach(from, to, () => [accounted]),
)

test.each(chunks)(
  'configurations %i to %i: a latency that rises lowers nothing and raises its own cost',
  { timeout: PATIENCE },
  (from, to) => forEach(from, to, n => [eachLatency(turn(LATENCIES, n), raised)]),
)

test.each(chunks)('configurations %i to %i: a latency that is nothing takes its own cost away only', { timeout: PATIENCE }, (from, to) =>
  forEach(from, to, n => [eachLatency(turn(LATENCIES, n), zeroed)]),
)

test.each(chunks)(
  'configurations %i to %i: twice the size of one structure does not miss more, replacing the least recent',
  { timeout: PATIENCE },
  (from, to) => forEach(from, to, n => turn(STRUCTURES, n).map(doubled)),
)

test('a law that fails is shown under the fewest overrides that it fails under', () => {
  const [trial] = trials
  const both = { ...trial, harts: 2, preset: 'u74', overrides: ['time=instructions', 'satp=3', 'trapIn=4'] }
  const law: Law = ({ overrides }) => (overrides.includes('trapIn=4') ? 'four' : null)
  expect(() => expectLaw(both, law)).toThrow(`${trial.lab.join(' ')} on 1 hart(s), preset u74, time=instructions trapIn=4:\nfour`)
  expect(() => expectLaw(both, () => null)).not.toThrow()
})

test('configurations have every replacement, both numbers of harts, and every lab and preset', () => {
  const several = trialsUpTo(24)
  const values = (of: (trial: Trial) => unknown): number => new Set(several.map(of)).size
  expect(values(trial => config(trial).replacement)).toBe(3)
  expect(values(trial => trial.harts)).toBe(2)
  expect(values(trial => trial.lab)).toBe(LABS.length)
  expect(values(trial => trial.preset)).toBe(6)
})
