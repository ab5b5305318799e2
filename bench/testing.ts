// A fake machine for tests: it answers each lab with what a well-behaved machine would, by a few lines of arithmetic instead of a run.
// Sweeps, claims and reports are tested on it, and each claim by spoiling one number of it.
import { resolvePreset, type TimingConfig } from '../vm/index.ts'
import { laboratory } from './run-cell.ts'
import type { Lane } from './sweep.ts'
import type { Interval, Job, LedgerRow } from './types.ts'

/** What tests may spoil. */
export interface Quirks {
  /** Nanoseconds of a bare switch, by preset. */
  direct: Readonly<Record<string, number>>
  /** Nanoseconds of a line from memory, by preset: the published ones, however the presets are calibrated. Others: the preset's. */
  lineNs: Readonly<Record<string, number>>
  /** Share of an array that is lost when all arrays together are `fill` times the cache. */
  lost(fill: number): number
  /** Fills of ctx-ws, whose arrays are walked by two at most. */
  lostByTwo(fill: number): number
  writeFactor: number
  walkCycles: number
  /** Entries that a walk reads. */
  pteReads(huge: boolean, cached: boolean, warm: boolean): number
  /** Walks with ASIDs, as a share of the pages, when `fill` of the TLB is wanted. */
  asidLoss(fill: number): number
  kptiShare: { on: number; off: number }
  forkNsPerMib: number
  hugeForkNsPerMib: number
  spawnGrowth: number
  cowNs: number
  lastOwnerCopies: number
  minorNs: number
  ipiNs: number
  processIpis: number
  /** Cycles of floating-point state saved and restored, by use. */
  fpu: Readonly<Record<string, { saved: number; restored: number }>>
  /** Nanoseconds of a preemption, by the time slice in milliseconds. */
  sliceCostNs(ms: number): number
  signalFactor: number
  greenFactor: number
  /** Cycles of instructions that a nanosecond of memory costs besides: nothing, on a machine whose ledger is sound. */
  leak: number
}

export const SOUND: Quirks = {
  direct: { u74: 4000, xiangshan: 2500, server: 1500, textbook: 2000, ppro1996: 6000, xeon2007: 3800 },
  lineNs: { ppro1996: 179, xeon2007: 110 },
  lost: fill => Math.min(1, Math.max(0, (fill - 0.75) / 0.5)),
  lostByTwo: fill => Math.min(0.65, Math.max(0, (fill - 0.72) / 2)),
  writeFactor: 2,
  walkCycles: 22,
  pteReads: (huge, cached, warm) => (cached ? (warm ? 1.05 : 2) : huge ? 3 : 4),
  asidLoss: fill => Math.min(1, Math.max(0, (fill - 0.5) / 1.5)),
  kptiShare: { on: 0.42, off: 1.3 },
  forkNsPerMib: 9000,
  hugeForkNsPerMib: 30,
  spawnGrowth: 0,
  cowNs: 900,
  lastOwnerCopies: 0,
  minorNs: 500,
  ipiNs: 1250,
  processIpis: 0,
  fpu: { none: { saved: 0, restored: 0 }, clean: { saved: 0, restored: 120 }, dirty: { saved: 60, restored: 120 } },
  sliceCostNs: () => 5000,
  signalFactor: 5,
  greenFactor: 9,
  leak: 0,
}

type Parts = readonly (readonly [path: string, component: string, cycles: number])[]

/** An interval of `operations` alike; cycles and counts are of one. */
function interval(
  config: TimingConfig,
  name: string,
  operations: number,
  parts: Parts,
  counts: Readonly<Record<string, number>> = {},
): Interval {
  const ledger: LedgerRow[] = parts.map(([path, component, cycles]) => ({
    task: 'lab',
    path,
    component,
    cycles: Math.round(cycles * operations),
  }))
  const cycles = ledger.reduce((sum, row) => sum + row.cycles, 0)
  const counters = Object.fromEntries(
    Object.entries({ walks: 0, pteReads: 0, switches: 0, ipis: 0, cowCopies: 0, ...counts }).map(([k, n]) => [
      k,
      Math.round(n * operations),
    ]),
  )
  const instructions = ledger.filter(row => row.component === 'instructions').reduce((sum, row) => sum + row.cycles, 0)
  return { name, cycles, ns: cycles / config.clock, instructions, ledger, counters }
}

interface Run {
  config: TimingConfig
  quirks: Quirks
  preset: string
  argv: readonly (string | number)[]
}

const lastCache = (c: TimingConfig): number => c['llc.size'] || c['l2.size'] || c['l1d.size']

/** A bare switch, divided as a ledger would. */
function bare({ config, quirks, preset }: Run): Parts {
  const cycles = quirks.direct[preset] * config.clock
  const share: Parts = [
    ['user', 'instructions', 0.1],
    ['entry', 'instructions', 0.05],
    ['exit', 'instructions', 0.03],
    ['entry', 'trap', 0.07],
    ['exit', 'trap', 0.05],
    ['schedule', 'instructions', 0.07],
    ['wake', 'instructions', 0.03],
    ['sys_read', 'instructions', 0.2],
    ['sys_write', 'instructions', 0.15],
    ['sys_write', 'L2 data', 0.15],
    ['user', 'TLB walk', 0.08],
    ['switch', 'satp', 0.02],
  ]
  return share.map(([path, component, part]) => [path, component, part * cycles])
}

/** A sum over an array, of which a share comes from memory. */
function summing(run: Run, kib: number, stride: number, lost: number, factor = 1): Parts {
  const lines = (kib * 1024) / run.config.line
  const ns = run.quirks.lineNs[run.preset] ?? run.config.dram
  return [
    ['user', 'instructions', ((kib * 1024) / stride) * 3],
    ['user', 'DRAM data', lines * lost * ns * run.config.clock * factor],
  ]
}

const num = (run: Run, at: number): number => Number(run.argv[at])
const ns = ({ config }: Run, value: number, component = 'instructions'): Parts => [
  ['page fault', 'trap', value * config.clock * 0.2],
  ['page fault', component, value * config.clock * 0.8],
]

const LABS: Readonly<Record<string, (run: Run) => Interval[]>> = {
  'ctx-ring'(run) {
    const [processes, kib, rounds, stride] = [0, 1, 2, 3].map(n => num(run, n))
    const lost = run.quirks.lost((processes * kib * 1024) / lastCache(run.config))
    return [
      interval(run.config, 'ctx-ring', processes * rounds, [
        ...bare(run),
        ...summing(run, kib, stride, lost),
        ['user', 'instructions', run.quirks.leak * run.config.dram],
      ]),
    ]
  },
  'ctx-ws'(run) {
    const two = run.argv[0] === 'two'
    const [kib, stride, rounds] = [num(run, 1), num(run, 2), num(run, 4)]
    const fill = ((two ? 2 : 1) * kib * 1024) / lastCache(run.config)
    const factor = run.argv[3] === 'write' ? run.quirks.writeFactor : 1
    const lost = Math.min(two ? 1 : 0.5, run.quirks.lostByTwo(fill))
    return [
      interval(run.config, 'ctx-ws', 2 * rounds, [
        ...(two ? bare(run) : []),
        ...summing(run, kib, stride, lost, factor),
        ['system call', 'instructions', 500],
      ]),
    ]
  },
  'asid-pages'(run) {
    const { config, quirks } = run
    const [pages, rounds] = [num(run, 0), num(run, 1)]
    const fill = (2 * pages) / (config['l2tlb.entries'] || config['dtlb.entries'])
    const walks = config.asidBits === 0 ? pages + 20 : pages * quirks.asidLoss(fill) + 0.2
    return [
      interval(
        config,
        'asid-pages',
        2 * rounds,
        [...bare(run), ['user', 'instructions', pages * 4], ['user', 'TLB walk', walks * quirks.walkCycles]],
        { walks },
      ),
    ]
  },
  'tlb-stride'(run) {
    const { config, quirks } = run
    const [pages, rounds] = [num(run, 0), num(run, 1)]
    const entries = run.argv[2] === 'huge' ? pages / 512 : pages
    const lines = config['l1d.size'] / config.line
    const parts: Parts = [
      ['user', 'instructions', 5],
      ['user', 'L2 data', pages > lines ? config['l2.latency'] : 0],
      ['user', 'L2 TLB', entries > config['dtlb.entries'] ? config['l2tlb.latency'] : 0],
      ['user', 'TLB walk', entries > Math.max(config['l2tlb.entries'], config['dtlb.entries']) ? quirks.walkCycles : 0],
    ]
    return [interval(config, 'tlb-stride', pages * rounds, parts)]
  },
  'walk-depth'(run) {
    const { config, quirks } = run
    const reads = quirks.pteReads(run.argv[2] === 'huge', config['walkCache.lower'] + config['walkCache.root'] > 0, run.argv[1] === 'warm')
    return [
      interval(
        config,
        'walk-depth',
        num(run, 0) * num(run, 3),
        [
          ['user', 'instructions', 5],
          ['user', 'TLB walk', reads * 17],
        ],
        { walks: 1, pteReads: reads },
      ),
    ]
  },
  'null-call'(run) {
    const { config, quirks } = run
    const call = 400
    const more = config.kpti === 'on' ? quirks.kptiShare[config.asidBits > 0 ? 'on' : 'off'] * call : 0
    return [
      interval(config, 'null-call', num(run, 0), [
        ['user', 'instructions', num(run, 1)],
        ['system call', 'instructions', call / 2],
        ['system call', 'trap', call / 2],
        ['system call', 'satp', more],
      ]),
    ]
  },
  'fork-size'(run) {
    const { quirks } = run
    const [mib, rounds] = [num(run, 0), num(run, 3)]
    const perMib = run.argv[1] !== 'fork' ? quirks.spawnGrowth : run.argv[2] === 'huge' ? quirks.hugeForkNsPerMib : quirks.forkNsPerMib
    return Array.from({ length: rounds }, () => interval(run.config, 'fork-size', 1, ns(run, 60_000 + mib * perMib, 'DRAM data')))
  },
  'cow-fault'(run) {
    const [pages, { quirks }] = [num(run, 0), run]
    return [
      interval(run.config, 'copy', pages, ns(run, quirks.cowNs, 'DRAM data'), { cowCopies: 1 }),
      interval(run.config, 'last-owner', pages, ns(run, quirks.cowNs / 3), { cowCopies: quirks.lastOwnerCopies }),
    ]
  },
  'page-fault': run =>
    ['zero', 'zero-read', 'file'].map((name, n) =>
      interval(run.config, name, num(run, 0), ns(run, run.quirks.minorNs - 60 * n, 'L2 data')),
    ),
  shootdown(run) {
    const { quirks } = run
    const threads = run.argv[2] === 'threads'
    const targets = threads ? num(run, 0) : 0
    const parts: Parts = [...ns(run, 2200), ['shootdown', 'IPI', quirks.ipiNs * targets * run.config.clock]]
    return [interval(run.config, 'shootdown', num(run, 1), parts, { ipis: threads ? targets : quirks.processIpis })]
  },
  'fpu-switch'(run) {
    const { saved, restored } = run.quirks.fpu[String(run.argv[0])]
    const parts: Parts = [...bare(run), ['fpRestore', 'instructions', restored], ['fpSave', 'instructions', saved]]
    return [interval(run.config, 'fpu-switch', 2 * num(run, 1), parts)]
  },
  quantum(run) {
    const { config, quirks } = run
    const cycles = num(run, 0) * num(run, 1) * 6
    const switches = Math.floor(cycles / config.clock / (config.quantum * 1e6)) + 3
    return [
      interval(
        config,
        'quantum',
        1,
        [
          ['user', 'instructions', cycles],
          ['switch', 'instructions', switches * quirks.sliceCostNs(config.quantum) * config.clock],
        ],
        { switches },
      ),
    ]
  },
  'signal-cost'(run) {
    const call = 350
    return [
      interval(run.config, 'call', num(run, 0), ns(run, call)),
      interval(run.config, 'signal', num(run, 0), ns(run, call * run.quirks.signalFactor)),
    ]
  },
  'green-threads'(run) {
    const process = run.quirks.direct[run.preset]
    return [
      interval(run.config, 'green', 2 * num(run, 0), [['user', 'instructions', (process / run.quirks.greenFactor) * run.config.clock]]),
      interval(run.config, 'process', 2 * num(run, 0), bare(run)),
    ]
  },
}

/** What a job's guest would have measured. */
export function fakeIntervals(job: Job, quirks: Quirks = SOUND): Interval[] {
  const { config } = resolvePreset(job.preset, job.set)
  const lab = LABS[job.cell.lab]
  if (lab === undefined) throw new Error(`the fake machine does not know the lab ${job.cell.lab}: say in bench/testing.ts what it measures`)
  return lab({ config, quirks, preset: job.preset, argv: job.cell.argv })
}

/** A lane that lets others go first now and then, so that jobs end in another order than they began. */
export const fakeLane =
  (quirks: Quirks = SOUND, patience = 0): Lane =>
  async job => {
    for (let n = 0; n < (job.index * 7 + patience) % 5; n++) await Promise.resolve()
    return fakeIntervals(job, quirks)
  }

export { laboratory }
