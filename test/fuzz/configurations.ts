// Random configurations of the timed machine, small runs under them, and the smallest configuration under which a law fails.
import { ledgerRows } from '../../kernel/index.ts'
import { COMPONENTS, COUNTERS, COUNTS, presetNames, resolvePreset, type Component, type CountName, type Random } from '../../vm/index.ts'
import { fingerprint, run, type Ran } from '../machine.ts'

/** What is run, and under what. */
export interface Trial {
  lab: readonly string[]
  harts: number
  preset: string
  overrides: readonly string[]
}

/** Guest time counts instructions: whatever the constants are, the programs and the kernel do the same. */
const TIME = 'time=instructions'
const RAM = 8 << 20

export const LABS: readonly (readonly string[])[] = [
  ['/labs/ctx-ring', '3', '2', '3'],
  ['/labs/tlb-stride', '48', '3'],
  ['/labs/cow-fault', '6'],
  ['/labs/asid-pages', '12', '4'],
  ['/labs/null-call', '30'],
]

const SETS = [1, 4, 16, 64]
/** Code runs in some lines at least, and there is no machine without an instruction cache. */
const CODE_SETS = [16, 64]
const WAYS = [1, 2, 3, 4, 8, 16]
const CACHES = ['l1i', 'l1d', 'l2', 'llc'] as const
const TLBS = ['itlb', 'dtlb', 'l2tlb'] as const
const WALK_CACHES = ['walkCache.root', 'walkCache.upper', 'walkCache.lower'] as const
/** Constants that a configuration may give another value, and which. */
const CHOICES: Readonly<Record<string, readonly (string | number)[]>> = {
  'l1d.latency': [1, 2, 5],
  'l2.latency': [0, 7, 30],
  'llc.latency': [0, 35],
  dram: [0, 33.3, 200],
  copyOverlap: [1, 3, 16],
  'l2tlb.latency': [0, 3, 11],
  trapIn: [0, 77],
  trapOut: [0, 55],
  satp: [0, 44],
  sfence: [0, 99],
  ipiSend: [0, 333],
  ipiHandle: [0, 666],
  kernelWork: [0.3, 1, 2.5],
  'l2.shared': ['no', 'yes'],
  'walkCache.shared': ['no', 'yes'],
  replacement: ['lru', 'plru', 'random'],
  asidBits: [0, 4, 12, 16],
  kpti: ['off', 'on'],
  pageSize: ['4K', '2M'],
  frames: ['sequential', 'random', 'coloured'],
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]
const sometimes = (random: Random): boolean => random(3) === 0

/** A configuration that fits together. Every lab has its turn. */
export function randomTrial(random: Random, turn: number): Trial {
  const preset = pick(random, presetNames)
  const overrides = [TIME]
  const line = sometimes(random) ? pick(random, [32, 64, 128]) : resolvePreset(preset).config.line
  // Sizes follow from ways and sets, so that they are right whatever the line is.
  const geometry = (whole: string, ways: string, unit: number, sets: number, none: boolean): void => {
    const wide = pick(random, WAYS)
    overrides.push(`${ways}=${wide}`, `${whole}=${none && random(6) === 0 ? 0 : wide * sets * unit}`)
  }
  overrides.push(`line=${line}`)
  for (const name of CACHES) {
    if (random(2) === 0) geometry(`${name}.size`, `${name}.ways`, line, pick(random, name === 'l1i' ? CODE_SETS : SETS), name !== 'l1i')
  }
  for (const name of TLBS) {
    if (random(2) === 0) geometry(`${name}.entries`, `${name}.ways`, 1, pick(random, SETS), name === 'l2tlb')
  }
  for (const name of WALK_CACHES) if (sometimes(random)) overrides.push(`${name}=${pick(random, [0, 1, 2, 4, 16])}`)
  for (const [name, values] of Object.entries(CHOICES)) if (sometimes(random)) overrides.push(`${name}=${pick(random, values)}`)
  return { lab: LABS[turn % LABS.length], harts: 1 + random(2), preset, overrides }
}

/** What is compared of a timed run. */
export interface Account {
  cycles: number
  ledger: Record<Component, number>
  counts: Record<CountName, number>
  loads: number
  end: string
}

const fields = <K extends string>(names: readonly K[], value: (name: K, n: number) => number): Record<K, number> =>
  Object.fromEntries(names.map((name, n) => [name, value(name, n)])) as Record<K, number>

/** All that is architectural: registers, memory, instructions and accesses by hart, what was printed, what the kernel counted. */
function endState({ status, stdout, stderr, kernel }: Ran): string {
  const cycles = kernel.machine.harts.map(hart => hart.counters[COUNTERS.cycles])
  for (const hart of kernel.machine.harts) hart.counters[COUNTERS.cycles] = 0
  const end = JSON.stringify([status, stdout, stderr, fingerprint(kernel)])
  for (const [id, hart] of kernel.machine.harts.entries()) hart.counters[COUNTERS.cycles] = cycles[id]
  return end
}

/** A timed run. Overrides that are given besides come last, so that they are the ones that hold. */
export function account(trial: Trial, besides: readonly string[] = []): Account {
  const preset = resolvePreset(trial.preset, [...trial.overrides, ...besides])
  const ran = run(trial.lab, { ramBytes: RAM, harts: trial.harts, debug: false, timing: { preset, start: 'boot' } })
  const { machine } = ran.kernel
  const cores = machine.timing?.cores ?? []
  const rows = ledgerRows(ran.kernel, machine.timing?.ledger ?? new Map())
  return {
    cycles: machine.harts.reduce((sum, hart) => sum + hart.counters[COUNTERS.cycles], 0),
    ledger: fields(COMPONENTS, component => rows.filter(row => row.component === component).reduce((sum, row) => sum + row.cycles, 0)),
    counts: fields(Object.keys(COUNTS) as CountName[], name => cores.reduce((sum, core) => sum + core.counts[COUNTS[name]], 0)),
    loads: machine.harts.reduce((sum, hart) => sum + hart.counters[COUNTERS.loads], 0),
    end: endState(ran),
  }
}

/** The end of a run without a model, in which the kernel places frames and chooses page sizes as the configuration says. */
export function untimedEnd(trial: Trial): string {
  const { frames, pageSize } = resolvePreset(trial.preset, trial.overrides).config
  const thp = pageSize === '2M' ? 'always' : 'never'
  return endState(run(trial.lab, { ramBytes: RAM, harts: trial.harts, debug: false, frames, thp }))
}

/** What is wrong under a configuration, in words; null: nothing. */
export type Law = (trial: Trial) => string | null

/** Throws when a law fails, with the fewest overrides under which it still does. */
export function expectLaw(trial: Trial, law: Law): void {
  let problem = law(trial)
  if (problem === null) return
  let least = trial
  for (const smaller of [{ harts: 1 }, ...trial.overrides.map(text => ({ without: text }))]) {
    const candidate =
      'harts' in smaller ? { ...least, ...smaller } : { ...least, overrides: least.overrides.filter(text => text !== smaller.without) }
    const still = candidate.overrides.includes(TIME) && fits(candidate) ? law(candidate) : null
    if (still !== null) [least, problem] = [candidate, still]
  }
  const { lab, harts, preset, overrides } = least
  throw new Error(`${lab.join(' ')} on ${harts} hart(s), preset ${preset}, ${overrides.join(' ')}:\n${problem}`)
}

/** Do caches and TLBs come out right without what was left out? */
export function fits(trial: Trial, besides: readonly string[] = []): boolean {
  try {
    resolvePreset(trial.preset, [...trial.overrides, ...besides])
    return true
  } catch {
    return false
  }
}
