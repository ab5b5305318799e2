// The textbook's numbers for a context switch, one by one, beside what was measured: confirmed where they lie on a curve, corrected
// where they do not, with the curve that shows it.
import { quantity } from './claims.ts'
import { nsIn, PARTS, type Part } from './ledger.ts'
import { duration, only, select } from './results.ts'
import { crossing } from './statistics.ts'
import { refillCurve } from './scenarios/asid-pages.ts'
import { switchCost } from './scenarios/ctx-ring.ts'
import { ownCurve } from './scenarios/ctx-ws.ts'
import { kptiCurve } from './scenarios/kpti.ts'
import { bigWarmWalk, walkCycles } from './scenarios/walk-depth.ts'
import { opOf } from './scenarios/signal.ts'
import type { Row, ScenarioResult } from './types.ts'

export interface TextbookRow {
  subject: string
  textbook: string
  measured: string
  verdict: 'confirmed' | 'corrected'
  /** Why, or on which part of the curve. */
  remark: string
  /** The scenario and the chart where it can be seen. */
  scenario: string
  chart: string
}

interface Judgement {
  measured: string
  holds: boolean
  remark: string
}

interface Subject {
  subject: string
  textbook: string
  scenario: string
  chart: string
  judge(rows: readonly Row[]): Judgement
}

const NS_PER_US = 1e3
const inside = (value: number, [from, to]: readonly [number, number]): boolean => value >= from && value <= to
const overlaps = ([a, b]: readonly [number, number], [from, to]: readonly [number, number]): boolean => a <= to && b >= from
const extremes = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)]
const span = ([a, b]: readonly [number, number]): string => `${duration(a)} to ${duration(b)}`

/** Published nanoseconds. */
const REGISTERS = [100, 500] as const
const FLUSH = [500, 2000] as const
const SCHEDULER = [100, 1000] as const
const WARM_UP_FROM = 10_000
const SWITCH_US = 52
const GREEN = [50, 100] as const
const PROCESS = [2000, 5000] as const
const GREEN_FACTOR = 50
const KPTI_WITHOUT = 0.3
const KPTI_WITH = [0.05, 0.1] as const
const WALK_CYCLES = [16, 20] as const

/** A part of a bare switch of two processes, from its ledger. */
function partOfSwitch(rows: readonly Row[], part: Part, range: readonly [number, number], what: string): Judgement {
  const ns = nsIn(only(rows, { grid: 'sweep', processes: 2, KiB: 0 }), part)
  const remark = inside(ns, range)
    ? `in a hand-over of two processes without arrays`
    : `${what} ${ns < range[0] ? 'cheaper' : 'dearer'} here; the ledger shows the rest`
  return { measured: duration(ns), holds: inside(ns, range), remark }
}

function warmUp(rows: readonly Row[]): Judgement {
  const costs = select(rows, { grid: 'sweep', KiB: 64 })
    .filter(row => row.params.processes !== 1)
    .map(row => switchCost(rows, row) * NS_PER_US)
  const extra = Math.max(...costs) - Math.min(...costs)
  return {
    measured: `up to ${duration(extra)}`,
    holds: extra >= WARM_UP_FROM,
    remark: 'nothing while all arrays fit the cache; 64K each at the top of the curve',
  }
}

function wholeSwitch(rows: readonly Row[]): Judgement {
  const at = crossing(ownCurve(rows), SWITCH_US)
  const [low, high] = extremes(ownCurve(rows).map(([, us]) => us * NS_PER_US))
  return at === null
    ? { measured: span([low, high]), holds: false, remark: `no working set of the sweep costs ${SWITCH_US} us` }
    : {
        measured: span([low, high]),
        holds: true,
        remark: `${SWITCH_US} us is the price at a working set of about ${quantity(at / 1024)} KiB, not of a switch as such`,
      }
}

function flush(rows: readonly Row[]): Judgement {
  const costs = extremes(refillCurve(rows).map(([, ns]) => ns))
  return {
    measured: span(costs),
    holds: overlaps(costs, FLUSH) && costs[1] <= FLUSH[1] * 1.1,
    remark: 'a flush costs its refill, so it goes by the pages touched; with ASIDs there is none while they fit',
  }
}

function green(rows: readonly Row[]): Judgement {
  const [user, process] = [opOf(rows, 'green'), opOf(rows, 'process')]
  const factor = process / user
  return {
    measured: `${duration(user)} against ${duration(process)}: ${quantity(factor)} times`,
    holds: inside(user, GREEN) && inside(process, PROCESS) && factor >= GREEN_FACTOR / 2,
    remark: `user-level switches are about ${quantity(factor)} times cheaper, not ${GREEN_FACTOR} times`,
  }
}

function isolation(rows: readonly Row[]): Judgement {
  const [without, with_] = [kptiCurve(rows, 'server', 'off'), kptiCurve(rows, 'server', 'on')]
  const rate = crossing([...without].reverse(), KPTI_WITHOUT)
  const share = (points: readonly (readonly [number, number])[]): string => `${quantity(100 * Math.max(...points.map(([, s]) => s)))} %`
  const text = `up to ${share(without)} without ASIDs, ${share(with_)} with`
  if (rate === null) return { measured: text, holds: false, remark: 'no rate of calls costs 30 % without ASIDs' }
  const meanwhile = atX([...with_].reverse(), rate)
  return {
    measured: text,
    holds: inside(meanwhile, KPTI_WITH),
    remark: `30 % without ASIDs is at ${quantity(rate / 1e6)} million calls a second; with them that rate costs ${quantity(100 * meanwhile)} %`,
  }
}

/** A curve's y at x, straight between points and beyond the ends. */
function atX(points: readonly (readonly [number, number])[], x: number): number {
  const n = Math.max(
    1,
    Math.min(
      points.length - 1,
      points.findIndex(([px]) => px >= x),
    ),
  )
  const [[x0, y0], [x1, y1]] = [points[n - 1], points[n]]
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)
}

function walk(rows: readonly Row[]): Judgement {
  const cycles = walkCycles(bigWarmWalk(rows)) ?? 0
  return {
    measured: `${quantity(cycles)} cycles`,
    holds: inside(cycles, WALK_CYCLES),
    remark: 'a warm walk reads about one entry, from a cache',
  }
}

const SUBJECTS: readonly Subject[] = [
  {
    subject: 'registers saved and restored',
    textbook: '0.1 to 0.5 us',
    scenario: 'ctx-ring',
    chart: 'ctx-ring-ledger',
    judge: rows => partOfSwitch(rows, PARTS.registers, REGISTERS, 'registers are'),
  },
  { subject: 'TLB flush', textbook: '0.5 to 2 us, nothing with ASIDs', scenario: 'asid-pages', chart: 'asid-pages-refill', judge: flush },
  {
    subject: 'scheduler',
    textbook: '0.1 to 1 us',
    scenario: 'ctx-ring',
    chart: 'ctx-ring-ledger',
    judge: rows => partOfSwitch(rows, PARTS.scheduler, SCHEDULER, 'the scheduler is'),
  },
  { subject: 'caches warmed up again', textbook: '10 to over 100 us', scenario: 'ctx-ring', chart: 'ctx-ring-knee', judge: warmUp },
  { subject: 'a switch in all', textbook: 'about 52 us', scenario: 'ctx-ws', chart: 'ctx-ws-own', judge: wholeSwitch },
  { subject: 'user-level switch', textbook: '50 to 100 ns against 2 to 5 us', scenario: 'signal', chart: 'signal', judge: green },
  {
    subject: 'page-table isolation',
    textbook: '30 % without PCIDs, 5 to 10 % with',
    scenario: 'kpti',
    chart: 'kpti-rate-server',
    judge: isolation,
  },
  {
    subject: 'a page-table walk, warm',
    textbook: '16 to 20 cycles on real big cores',
    scenario: 'walk-depth',
    chart: 'walk-depth',
    judge: walk,
  },
]

/** The rows whose scenarios were measured whole. */
export function textbook(results: readonly ScenarioResult[]): TextbookRow[] {
  return SUBJECTS.flatMap(({ subject, textbook, scenario, chart, judge }) => {
    const result = results.find(r => r.scenario === scenario)
    if (result === undefined || result.claims.length === 0) return []
    const { measured, holds, remark } = judge(result.cells)
    return [{ subject, textbook, measured, verdict: holds ? ('confirmed' as const) : ('corrected' as const), remark, scenario, chart }]
  })
}
